"""Makes the pictures of the documentation, from the real service: `python -m tests.navigateur.captures`."""

import asyncio
import tempfile
from pathlib import Path

import asyncpg
from playwright.async_api import Browser, Page, async_playwright

from app import embedded
from tests.conftest import migrate
from tests.navigateur import captures_site
from tests.navigateur.outils import CHROMIUM, OPTIONS, Hotes, Service, extrait, serving_pages
from tests.serveur import ROOT, running_service

DESTINATION = ROOT / "docs" / "integrer" / "captures"
TAILLES = {"": (900, 480), "-320": (320, 640)}
TROP_LOURD = 60_000
TETE = """<style>body { background: #f6f6f6; font: 1rem/1.5 system-ui; margin: 0 }
  h1 { line-height: 1.25; margin-top: 0 } .avis { margin-block: 1.5rem }
  main { background: #fff; margin: 1.5rem auto; max-width: 40rem; padding: 1.5rem }</style>"""


async def prendre(browser: Browser, service: Service, hotes: Hotes) -> None:
    """Every picture, wide and narrow."""
    bouton, notes = await service.bouton(), await service.bouton(echelle="notes")
    for suffixe, (largeur, hauteur) in TAILLES.items():
        page = await browser.new_page(viewport={"width": largeur, "height": hauteur}, locale="fr-FR")
        for nom, mode, cle in (
            ("lien", "lien", bouton.cle),
            ("integre", "integre", bouton.cle),
            ("integre-notes", "integre", notes.cle),
            ("panneau", "panneau", bouton.cle),
        ):
            corps = f'<div class="avis">{extrait(service.base, cle, mode=mode)}</div>'
            await page.goto(hotes.page(corps, tete=TETE))
            await page.locator("jdma-avis .jdma :is(a, button, input)").first.wait_for()
            if mode == "panneau":
                await page.get_by_role("button", name="Je donne mon avis").click()
                await page.get_by_role("radio", name="Bien").hover()
            await garder(page, nom + suffixe)
        await page.goto(f"{service.base}/avis/{bouton.cle}")
        await garder(page, "formulaire" + suffixe)
        await page.close()


async def garder(page: Page, nom: str) -> None:
    path = DESTINATION / f"{nom}.png"
    await page.screenshot(path=path)
    assert path.stat().st_size <= TROP_LOURD, f"{nom}: a picture of the documentation weighs at most {TROP_LOURD} bytes"


async def main() -> None:
    """Start everything on a database that is thrown away, take the pictures, stop everything."""
    assert CHROMIUM, "Chromium is missing: apt-get install chromium"
    DESTINATION.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jdma-captures-") as directory:
        pgdata = Path(directory) / "pg"
        url = embedded.start(pgdata)
        await migrate(url)
        sql = await asyncpg.connect(url)
        async with running_service(url, Path(directory)) as (base, _pid), async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
            service = Service(base, sql, url)
            await captures_site.prendre(browser, service)
            with serving_pages() as hotes:
                await prendre(browser, service, hotes)
            await browser.close()
        await sql.close()
        embedded.stop(pgdata, "fast")


if __name__ == "__main__":
    asyncio.run(main())
