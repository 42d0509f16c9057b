"""Makes the pictures of the documentation, from the real service: `python -m tests.navigateur.captures`."""

import asyncio
import tempfile
from pathlib import Path

import asyncpg
from playwright.async_api import Browser, Page, async_playwright

from app import embedded, migrations
from app.database import make_engine
from tests.navigateur.outils import CHROMIUM, OPTIONS, Hotes, Service, extrait, serving_pages
from tests.serveur import ROOT, running_service

DESTINATION = ROOT / "docs" / "integrer" / "captures"
TETE = """<style>body { font: 1rem/1.5 system-ui; margin: 0; background: #f6f6f6 }
  main { background: #fff; margin: 2rem auto; max-width: 44rem; padding: 2rem }</style>"""


async def prendre(browser: Browser, service: Service, hotes: Hotes) -> None:
    """Every picture, wide and narrow."""
    bouton = await service.bouton()
    for largeur in (1280, 320):
        page = await browser.new_page(viewport={"width": largeur, "height": 720}, locale="fr-FR")
        for mode in ("lien", "integre", "panneau"):
            await page.goto(hotes.page(extrait(service.base, bouton.cle, mode=mode), tete=TETE))
            await page.locator("jdma-avis .jdma :is(a, button, input)").first.wait_for()
            if mode == "panneau":
                await page.get_by_role("button", name="Je donne mon avis").click()
                await page.get_by_role("radio", name="Bien").hover()
            await garder(page, f"{mode}-{largeur}")
        await page.goto(f"{service.base}/avis/{bouton.cle}")
        await garder(page, f"formulaire-{largeur}")
        await page.close()


async def garder(page: Page, nom: str) -> None:
    await page.screenshot(path=DESTINATION / f"{nom}.png")


async def main() -> None:
    """Start everything on a database that is thrown away, take the pictures, stop everything."""
    assert CHROMIUM, "Chromium is missing: apt-get install chromium"
    DESTINATION.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jdma-captures-") as directory:
        pgdata = Path(directory) / "pg"
        url = embedded.start(pgdata)
        engine = make_engine(url)
        await migrations.migrate(engine)
        await engine.dispose()
        sql = await asyncpg.connect(url)
        async with running_service(url, Path(directory)) as (base, _pid), async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
            with serving_pages() as hotes:
                await prendre(browser, Service(base, sql), hotes)
            await browser.close()
        await sql.close()
        embedded.stop(pgdata, "fast")


if __name__ == "__main__":
    asyncio.run(main())
