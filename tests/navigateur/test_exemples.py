"""The samples of the documentation are compiled, and the libraries it names are tried, when `make exemples` could fetch
them."""

import re
import subprocess
import sys

import pytest
from playwright.async_api import Page, expect

from tests.navigateur.outils import Hotes, Service, ouvrir_panneau
from tests.serveur import ROOT

PAQUETS = ROOT / ".venv" / "exemples" / "node_modules"
DOCUMENTATION = (ROOT / "docs" / "integrer" / "applications.md").read_text(encoding="utf-8")
BOUTON = {"name": "Je donne mon avis"}


@pytest.fixture(autouse=True)
def paquets(request: pytest.FixtureRequest) -> None:
    """Without the packages these tests are skipped, and the terminal says so."""
    if not PAQUETS.is_dir():
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print("\n*** NPM PACKAGES ARE MISSING: the samples are not tried (make exemples) ***", file=sys.stderr)
        pytest.skip("make exemples")


def sample(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", DOCUMENTATION, re.S)
    return str(found)


def test_the_typescript_sample_compiles_and_a_wrong_option_does_not(tmp_path):
    (tmp_path / "node_modules").symlink_to(PAQUETS)
    (tmp_path / "jdma.d.ts").write_text(sample("ts"))
    (tmp_path / "avis.tsx").write_text(sample("tsx"))
    command = ["node", str(PAQUETS / "typescript/bin/tsc"), "--noEmit", "--strict", "--jsx", "react-jsx"]
    command += ["--moduleResolution", "bundler", "--module", "esnext", "--target", "es2022", "jdma.d.ts", "avis.tsx"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    (tmp_path / "avis.tsx").write_text(sample("tsx").replace('mode="integre"', 'mode="fenetre"'))
    wrong = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert "TS2322" in wrong.stdout


async def library(page: Page, path: str) -> None:
    """Once a page is there, give it a library, without the network."""
    await page.add_script_tag(content=(PAQUETS / path).read_text(encoding="utf-8"))


REACT = """(html) => { const e = React.createElement, [, href] = html.match(/href="([^"]+)"/);
  function App() { const [n, plus] = React.useState(0);
    return e("div", null, e("button", { onClick: () => plus(n + 1) }, "plus " + n),
      n != 2 && e("a", { className: "jdma", href, "data-tour": n }, "Je donne mon avis"), e("p", null, "bas " + n)); }
  ReactDOM.createRoot(document.getElementById("r")).render(e(React.StrictMode, null, e(App))); }"""


async def snippet(service: Service) -> tuple[str, str]:
    bouton = await service.bouton()
    lien = f'<a class="jdma" href="{service.base}/avis/{bouton.cle}" data-bouton="{bouton.cle}">Je donne mon avis</a>'
    return lien, f'<script src="{service.base}/widget/v1/jdma.js" defer></script>'


async def test_react_draws_the_link_updates_it_takes_it_away_and_puts_it_back(service, hotes, ouvrir):
    lien, script = await snippet(service)
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(f"<div id=r></div>{script}"))
    for path in ("react/umd/react.production.min.js", "react-dom/umd/react-dom.production.min.js"):
        await library(page, path)
    await page.evaluate(REACT, lien)
    for shown in (1, 1, 0, 1):
        await expect(page.get_by_role("button", **BOUTON)).to_have_count(shown)
        await page.get_by_role("button", name="plus").click()
    await ouvrir_panneau(page)
    assert fenetre.console == []


async def test_turbo_goes_from_page_to_page_and_back_from_its_cache(service, hotes: Hotes, ouvrir):
    lien, script = await snippet(service)
    page = (await ouvrir()).page
    turbo = (PAQUETS / "@hotwired/turbo/dist/turbo.es2017-umd.js").read_text(encoding="utf-8")
    hotes.pages["/turbo.js"] = (turbo, {})
    tete = '<script src="/turbo.js"></script>'
    fin = hotes.page(lien + script, tete=tete)
    autre = hotes.page(f'{lien}{script}<a id="fin" href="{fin}">fin</a>', tete=tete)
    await page.goto(hotes.page(f'<a id="autre" href="{autre}">autre</a>', tete=tete))
    for step in ("#autre", "#fin"):
        await page.click(step)
        await expect(page.locator(step)).to_have_count(0)
        await expect(page.get_by_role("button", **BOUTON)).to_have_count(1)
    await page.go_back()
    await expect(page.locator("#fin")).to_be_visible()
    await expect(page.get_by_role("button", **BOUTON)).to_have_count(1)
    await ouvrir_panneau(page)


async def test_htmx_brings_the_link_and_takes_it_away(service, hotes: Hotes, ouvrir):
    lien, script = await snippet(service)
    page = (await ouvrir()).page
    hotes.pages["/fragment"] = (f"<p>fini</p>{lien}", {})
    await page.goto(hotes.page(f'<button hx-get="/fragment" hx-target="#x">charger</button><div id="x"></div>{script}'))
    await library(page, "htmx.org/dist/htmx.min.js")
    for _ in range(2):
        async with page.expect_response("**/fragment"):
            await page.get_by_role("button", name="charger").click()
        await page.evaluate("new Promise((ok) => requestAnimationFrame(() => requestAnimationFrame(ok)))")
        await expect(page.get_by_role("button", **BOUTON)).to_have_count(1)
    await ouvrir_panneau(page)
