"""The button in a real browser, on a page of another site: what a citizen sees, and what is stored."""

import json

import pytest
from playwright.async_api import Page, expect

from tests.navigateur.outils import extrait

NOMS = ["ouvert", "depose", "complete", "ferme", "erreur"]
ECOUTE = """(noms) => { window.vus = [];
  for (const nom of noms) addEventListener("jdma:" + nom, (e) => vus.push([nom, e.target.localName, e.detail])); }"""


async def repondre(page: Page, *, commentaire: str = "Très clair 😀", terminer: bool = True) -> None:
    """Answer the four questions, the panel being open."""
    await page.get_by_role("radio", name="Bien").click()
    await page.get_by_role("radio", name="Plutôt oui").check()
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("checkbox", name="Oui, par téléphone").check()
    await page.get_by_role("group", name="Par téléphone – Avez-vous pu").get_by_role("radio", name="Oui").check()
    await (
        page.get_by_role("group", name="Par téléphone – Comment")
        .get_by_role("radio", name="Mauvaise", exact=True)
        .check()
    )
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("textbox").fill(commentaire)
    if terminer:
        await page.get_by_role("button", name="Terminer").click()
        await expect(page.get_by_role("heading", name="Merci pour votre avis")).to_be_focused()
        await expect(page.get_by_role("status")).to_have_text("Réponse enregistrée.")


async def test_the_link_becomes_a_button_whose_panel_takes_a_whole_avis(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await page.evaluate(ECOUTE, NOMS)
    await page.get_by_role("button", name="Je donne mon avis").click()
    await expect(page.get_by_role("dialog", name="Je donne mon avis")).to_be_visible()
    await repondre(page)
    await page.get_by_role("button", name="Fermer").click()
    await expect(page.get_by_role("button", name="Je donne mon avis")).to_be_focused()
    [avis] = await service.avis(bouton)
    assert (avis["note"], avis["langue"], avis["commentaire"]) == (10, "fr", "Très clair 😀")
    assert json.loads(avis["reponses"]) == {
        "comprehension": 4,
        "aide": ["telephone"],
        "contacts": {"telephone": {"joint": True, "satisfaction": 2}},
    }
    await page.wait_for_function("vus.length == 4")  # a closed dialog says so a moment later
    vus = await page.evaluate("vus")
    assert [nom for nom, *_ in vus] == ["ouvert", "depose", "complete", "ferme"]
    assert all(element == "jdma-avis" and detail == {"bouton": bouton.cle} for _, element, detail in vus)
    assert fenetre.console == []


async def test_in_the_page_one_click_counts_at_once(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode="integre")))
    async with page.expect_response(lambda reply: reply.url.endswith("/api/v1/avis")) as reply:
        await page.get_by_role("radio", name="Moyennement").click()
    assert (await reply.value).status == 201
    assert [a["note"] for a in await service.avis(bouton)] == [5]
    await expect(page.get_by_role("heading", name="Les explications")).to_be_focused()
    assert fenetre.console == []


async def test_a_link_stays_a_link_that_opens_the_form_in_the_language_of_the_page(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    await fenetre.page.goto(hotes.page(extrait(service.base, bouton.cle, mode="lien"), lang="es-MX"))
    await fenetre.page.get_by_role("link", name="Je donne mon avis").click()
    await expect(fenetre.page.get_by_role("heading", level=1)).to_have_text("Demander un passeport")
    assert fenetre.page.url == f"{service.base}/avis/{bouton.cle}?langue=es"


async def test_the_scale_from_0_to_10_is_the_boutons_own(service, hotes, ouvrir):
    bouton = await service.bouton(echelle="notes")
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode="integre")))
    await expect(page.get_by_role("radio")).to_have_count(11)
    async with page.expect_response(lambda reply: reply.url.endswith("/api/v1/avis")):
        await page.get_by_role("radio", name="7", exact=True).click()
    assert [a["note"] for a in await service.avis(bouton)] == [7]


async def test_a_bouton_dessai_thanks_and_stores_nothing(service, hotes, ouvrir):
    bouton = await service.bouton(essai=True)
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await page.get_by_role("button", name="Je donne mon avis").click()
    await expect(page.get_by_text("Bouton d’essai")).to_be_visible()
    await repondre(page)
    assert await service.avis(bouton) == []
    assert fenetre.console == []


async def test_answers_can_be_read_again_and_changed(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await page.get_by_role("button", name="Je donne mon avis").click()
    await repondre(page)
    await expect(page.get_by_role("listitem").filter(has_text="Oui, par téléphone – Oui – Mauvaise")).to_be_visible()
    await page.get_by_role("button", name="Modifier – Dans l’ensemble").click()
    await page.get_by_role("radio", name="Mal", exact=True).click()
    await expect(page.get_by_role("heading", name="Merci pour votre avis")).to_be_focused()
    await page.get_by_role("button", name="Modifier – Souhaitez-vous").click()
    await page.get_by_role("textbox").fill("")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("status")).to_have_text("Réponse enregistrée.")
    await service.arrives(bouton, note=0, commentaire=None)


async def test_going_back_keeps_what_was_answered(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await page.get_by_role("button", name="Je donne mon avis").click()
    await repondre(page, terminer=False)
    await page.get_by_role("button", name="Retour").click()
    await expect(page.get_by_role("checkbox", name="Oui, par téléphone")).to_be_checked()
    await page.get_by_role("button", name="Retour").click()
    await expect(page.get_by_role("radio", name="Plutôt oui")).to_be_checked()


async def test_closing_in_the_middle_keeps_what_was_said_and_opening_again_goes_on(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await page.get_by_role("button", name="Je donne mon avis").click()
    await repondre(page, terminer=False, commentaire="à moitié écrit")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await service.arrives(bouton, note=10, commentaire="à moitié écrit")
    await page.get_by_role("button", name="Je donne mon avis").click()
    await expect(page.get_by_role("textbox")).to_have_value("à moitié écrit")


@pytest.mark.parametrize("etat", ["ferme", "inconnu"])
async def test_a_bouton_that_takes_no_avis_says_so_courteously(service, hotes, ouvrir, etat):
    bouton = await service.bouton()
    if etat == "ferme":
        await service.sql.execute("UPDATE bouton SET ferme_le = now() WHERE id = $1", bouton.id)
    cle = bouton.cle if etat == "ferme" else "nulle-part"
    fenetre = await ouvrir()
    await fenetre.page.goto(hotes.page(extrait(service.base, cle) + extrait(service.base, cle, mode="integre")))
    await fenetre.page.get_by_role("button", name="Je donne mon avis").click()
    await expect(fenetre.page.get_by_role("dialog").get_by_role("status")).to_contain_text("ne recueille pas d’avis")
    assert fenetre.console == []


async def test_a_bouton_closed_meanwhile_says_so_when_the_avis_arrives(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await page.evaluate(ECOUTE, NOMS)
    await page.get_by_role("button", name="Je donne mon avis").click()
    await expect(page.get_by_role("radio", name="Bien")).to_be_visible()
    await service.sql.execute("UPDATE bouton SET ferme_le = now() WHERE id = $1", bouton.id)
    await page.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("status")).to_contain_text("ne recueille pas d’avis")
    assert (await page.evaluate("vus"))[-1] == ["erreur", "jdma-avis", {"bouton": bouton.cle, "code": "bouton_ferme"}]
    assert await service.avis(bouton) == []


async def test_a_wrong_option_falls_back_to_the_usual_one(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    corps = extrait(service.base, bouton.cle, mode="fenetre", theme="rose") + extrait(
        service.base, bouton.cle, variante="x"
    )
    await fenetre.page.goto(hotes.page(corps))
    await expect(fenetre.page.get_by_role("button", name="Je donne mon avis")).to_have_count(2)
    assert fenetre.console == []


async def test_the_element_serves_applications_that_add_and_remove_it_at_any_time(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(f'<script src="{service.base}/widget/v1/jdma.js"></script>'))
    await page.evaluate(
        """(cle) => { const e = document.createElement("jdma-avis"); document.querySelector("main").append(e);
           e.setAttribute("bouton", cle); e.setAttribute("mode", "lien"); e.setAttribute("langue", "en"); }""",
        bouton.cle,
    )
    await expect(page.get_by_role("link", name="Give my opinion")).to_be_visible()
    await page.evaluate('document.querySelector("jdma-avis").setAttribute("mode", "integre")')
    await page.get_by_role("radio", name="Well").click()
    await expect(page.get_by_role("status")).to_have_text("Answer stored.")
    await page.evaluate('document.querySelector("main").prepend(document.querySelector("jdma-avis"))')
    await expect(page.get_by_role("heading", name="Were the explanations")).to_be_visible()
    await page.evaluate('document.querySelector("jdma-avis").remove()')
    await expect(page.get_by_role("radio")).to_have_count(0)
    assert [(a["note"], a["langue"]) for a in await service.avis(bouton)] == [(10, "en")]
    assert fenetre.console == []


async def test_a_removed_element_leaves_nothing_behind_and_sends_what_was_typed(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await page.get_by_role("button", name="Je donne mon avis").click()
    await repondre(page, terminer=False, commentaire="parti au milieu")
    await page.evaluate('document.querySelector("jdma-avis").remove()')
    await service.arrives(bouton, note=10, commentaire="parti au milieu")
    assert await page.evaluate("document.activeElement.localName") == "body"
