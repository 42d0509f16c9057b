"""Names, roles and states as a screen reader hears them, in every step of every mode."""

import pytest
from playwright.async_api import expect

from tests.navigateur.entendu import compare, entendu
from tests.navigateur.outils import ENREGISTREE, etats_du_bouton, etats_du_formulaire, extrait


async def test_every_step_of_the_panel_is_heard_as_it_should_be(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    etats = {"bouton": await entendu(page, "main")}
    async for etat in etats_du_bouton(service, page, page.url, "fr"):
        etats[etat] = await entendu(page, "dialog")
    compare("panneau", etats)


async def test_every_step_of_the_questions_that_stand_in_the_page_is_heard_as_it_should_be(service, hotes, ouvrir):
    bouton = await service.bouton(echelle="notes")
    page = (await ouvrir()).page
    adresse = hotes.page(extrait(service.base, bouton.cle, mode="integre"))
    etats = {}
    async for etat in etats_du_bouton(service, page, adresse, "fr", integre=True):
        etats[etat] = await entendu(page, "main")
    compare("integre", etats)


async def test_every_step_of_the_form_is_heard_as_it_should_be(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    etats = {}
    async for etat in etats_du_formulaire(page, f"{service.base}/avis/{bouton.cle}", "fr"):
        etats[etat] = (await entendu(page, "main")).replace("a" * 15_001, "…").replace("x" * 200, "…")
    compare("formulaire", etats)


async def test_the_form_without_javascript_and_its_errors_are_heard_as_they_should_be(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir(java_script_enabled=False)).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    etats = {"formulaire": await entendu(page, "main")}
    for nom in ("Non, je n’en ai pas eu besoin", "Oui, autrement"):
        await page.get_by_role("checkbox", name=nom).check()
    await page.get_by_role("button", name="Envoyer mon avis").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    etats["erreurs"] = await entendu(page, "main")
    await page.get_by_role("radio", name="Bien").check()
    await page.get_by_role("checkbox", name="Oui, autrement").uncheck()
    await page.get_by_role("button", name="Envoyer mon avis").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Merci, votre avis est enregistré")
    etats["merci"] = await entendu(page, "main")
    compare("sans-javascript", etats)


@pytest.mark.parametrize("mode", ["panneau", "integre", "formulaire"])
async def test_what_becomes_of_the_avis_is_announced_in_the_same_live_region_all_along(service, hotes, ouvrir, mode):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(
        f"{service.base}/avis/{bouton.cle}"
        if mode == "formulaire"
        else hotes.page(extrait(service.base, bouton.cle, mode=mode))
    )
    if mode == "panneau":
        await page.get_by_role("button", name="Je donne mon avis").click()
    note = page.get_by_role("radio", name="Bien")
    await expect(note).to_be_visible()
    region = page.get_by_role("status")
    before = await region.element_handle()
    await region.evaluate(
        """(e) => { window.dits = [];
          new MutationObserver(() => dits.push(e.textContent)).observe(e, { childList: true }); }"""
    )
    await fenetre.context.set_offline(True)
    await note.click()
    if mode != "integre":  # its second file is not there yet: the region says that it tries again
        await page.wait_for_function("dits.some((dit) => dit.includes('pas encore parti'))")
    await fenetre.context.set_offline(False)
    await expect(region).to_have_text(ENREGISTREE)
    assert await region.evaluate("(e, before) => e === before", before)
    assert "live" in await entendu(page, "status")
    assert (await page.evaluate("dits"))[-1] == ENREGISTREE
    await service.arrives(bouton, note=10)
