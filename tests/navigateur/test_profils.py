"""With a person's own settings, the browser's real ones: a page zoomed four times, storage that sites may not use."""

import math

import pytest
from playwright.async_api import expect

from tests.navigateur.outils import ENREGISTREE, etats_du_bouton, extrait
from tests.navigateur.test_accessibilite import DEBORDEMENTS

ZOOM_400 = {"partition": {"default_zoom_level": {"x": math.log(4) / math.log(1.2)}}}
SANS_STOCKAGE = {"profile": {"default_content_setting_values": {"cookies": 2}}}
SANS_TIERS = {"profile": {"cookie_controls_mode": 1, "block_third_party_cookies": True}}
STOCKAGE = "(() => { try { return localStorage.length; } catch (error) { return error.name; } })()"


async def test_at_a_zoom_of_400_percent_nothing_scrolls_both_ways(service, hotes, profil):
    bouton = await service.bouton()
    page = (await profil(ZOOM_400, "--window-size=1280,1024")).page
    adresse = hotes.page(extrait(service.base, bouton.cle) + extrait(service.base, bouton.cle, mode="integre"))
    async for etat in etats_du_bouton(service, page, adresse, "fr"):
        assert await page.evaluate("[innerWidth, devicePixelRatio]") == [320, 4]
        assert await page.evaluate(DEBORDEMENTS) == [], etat
    await service.arrives(bouton, note=10, commentaire="😀")
    for chemin in (f"/avis/{bouton.cle}", f"/avis/{bouton.cle}/merci", f"/integrer/{bouton.cle}", "/accessibilite"):
        await page.goto(service.base + chemin)
        assert await page.evaluate("innerWidth") == 320
        assert await page.evaluate(DEBORDEMENTS) == [], chemin


@pytest.mark.parametrize("mode", ["panneau", "integre"])
async def test_with_storage_refused_to_every_site_an_avis_still_arrives_once(service, hotes, profil, mode):
    bouton = await service.bouton()
    page = (await profil(SANS_STOCKAGE)).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode=mode)))
    assert await page.evaluate(STOCKAGE) == "SecurityError"
    if mode == "panneau":
        await page.get_by_role("button", name="Je donne mon avis").click()
    await page.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10)
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await expect(page.get_by_role("radio", name="Bien")).to_be_visible()


async def test_inside_a_frame_of_another_site_with_third_party_storage_refused(service, hotes, profil):
    bouton = await service.bouton()
    page = (await profil(SANS_TIERS)).page
    inside = hotes.page(extrait(service.base, bouton.cle)).replace("localhost", "127.0.0.1")
    await page.goto(hotes.page(f'<iframe src="{inside}" width="600" height="600"></iframe>'))
    frame = page.frame_locator("iframe")
    await frame.get_by_role("button", name="Je donne mon avis").click()
    await frame.get_by_role("radio", name="Bien").click()
    await expect(frame.get_by_role("status")).to_have_text(ENREGISTREE)
    assert await page.frames[1].evaluate(STOCKAGE) == "SecurityError"
    await service.arrives(bouton, note=10)
