"""The demonstration's host site: every mode, variant and theme works there, under the CSP of the documentation."""

import re

import httpx
import pytest
from playwright.async_api import expect

from app.demo.pages_hote import Vitrine, pages
from app.demo.site_hote import serving_site
from app.pages.integrer_options import OPTIONS
from tests.navigateur.outils import ENREGISTREE, check
from tests.navigateur.test_accessibilite import DEBORDEMENTS
from tests.serveur import free_port


@pytest.fixture
async def site(service):
    """A démarche with its three boutons, and the address of the site that shows them."""
    bouton, notes, essai = (
        await service.bouton(),
        await service.bouton(echelle="notes"),
        await service.bouton(essai=True),
    )
    vitrine = Vitrine(bouton.slug, "Demander un passeport", bouton.cle, notes.cle, essai.cle)
    port = free_port()
    with serving_site("127.0.0.1", port, pages(service.base, vitrine)):
        yield f"http://127.0.0.1:{port}", bouton, notes, essai


async def test_the_gallery_shows_every_mode_variant_and_theme_alive(site, ouvrir, service):
    adresse, bouton, _notes, _essai = site
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(f"{adresse}/tous-les-boutons")
    await expect(page.locator("jdma-avis .jdma :is(a, button, fieldset)")).to_have_count(9 + 9 + 4 + 1 + 1)
    for mode, role in (("panneau", "button"), ("lien", "link")):
        for variante in ("plein", "contour", "discret"):
            for theme in ("clair", "sombre", "auto"):
                choix = {"mode": mode, "variante": variante, "theme": theme}
                asked = "".join(
                    f":not([{nom}])" if valeur == OPTIONS[nom][0] else f"[{nom}={valeur}]"
                    for nom, valeur in choix.items()
                )
                drawn = page.locator(f"jdma-avis{asked} .jdma.{mode}").get_by_role(role)
                await expect(drawn.first).to_be_visible()
    assert await page.evaluate("[...document.images].every((image) => image.naturalWidth > 100)")
    await expect(page.get_by_role("radio")).to_have_count(3 * 3 + 11)
    await page.get_by_role("radio", name="Bien").first.click()
    await expect(page.get_by_role("status").filter(has_text=ENREGISTREE)).to_be_visible()
    await service.arrives(bouton, note=10)
    assert fenetre.console == []


async def test_the_bouton_dessai_of_the_gallery_counts_nothing(site, ouvrir, service):
    adresse, *_others, essai = site
    page = (await ouvrir()).page
    await page.goto(f"{adresse}/tous-les-boutons")
    await page.locator(f"jdma-avis[bouton={essai.cle}]").get_by_role("button").click()
    await expect(page.get_by_text("ni conservés ni comptés", exact=False).last).to_be_visible()
    await page.get_by_role("dialog").get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("dialog").get_by_role("status")).to_have_text(ENREGISTREE)
    assert await service.avis(essai) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_and_nothing_overflows_at_320_pixels(site, ouvrir, scheme):
    adresse, *_ = site
    page = (await ouvrir(width=320, height=700, color_scheme=scheme)).page
    for chemin in ("/", "/tous-les-boutons"):
        await page.goto(adresse + chemin)
        await expect(page.locator("jdma-avis .jdma :is(button, fieldset)").last).to_be_visible()
        await check(page, chemin)
        assert await page.evaluate(DEBORDEMENTS) == [], chemin


async def test_without_javascript_every_button_is_a_link_to_a_form(site, ouvrir):
    adresse, bouton, *_ = site
    page = (await ouvrir(java_script_enabled=False)).page
    await page.goto(f"{adresse}/tous-les-boutons")
    links = page.get_by_role("link", name=re.compile("Je donne mon avis|Give my opinion|Doy mi opinión"))
    await expect(links).to_have_count(9 + 9 + 4 + 1 + 1 + 8 + 1)
    await links.first.click()
    await expect(page).to_have_url(re.compile(f"/avis/{bouton.cle}$"))


async def test_every_page_of_the_site_says_what_a_search_engine_reads(site):
    adresse, *_ = site
    async with httpx.AsyncClient() as client:
        for chemin in ("/", "/tous-les-boutons"):
            reply = await client.get(adresse + chemin)
            assert re.search(r'<meta name="description" content=".{20,}">', reply.text)
            assert reply.text.count("<h1>") == 1
            assert reply.headers["content-encoding"] == "gzip"
        assert (await client.get(f"{adresse}/robots.txt")).text.startswith("User-agent: *")
        assert (await client.head(adresse)).status_code == 200
        assert (await client.get(f"{adresse}/nulle-part")).status_code == 404
