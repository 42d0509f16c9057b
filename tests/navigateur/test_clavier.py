"""The keyboard alone: what Tab reaches, in which order, that it is seen, and that nothing is out of reach."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.navigateur.outils import ENREGISTREE, check, etats_du_bouton, etats_du_formulaire, extrait, premiere_question

ARRET = """() => {
  let e = document.activeElement;
  while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  if (!e || /^(body|html|dialog|iframe)$/.test(e.localName)) return null;
  const contour = (part) => getComputedStyle(part);
  const vu = (part) => contour(part).outlineStyle == "solid" && parseFloat(contour(part).outlineWidth) > 2;
  const [label] = e.labels || []; // a face in it is not a part of the name
  const nom = e.ariaLabel || (label?.querySelector("span") || label)?.textContent || e.textContent || e.localName;
  return { nom: nom.trim().replace(/\\s+/g, " "), vu: vu(e) || vu(e.parentElement) };
}"""


async def parcourir(page: Page, premier: str) -> list[str]:
    """The names of what Tab reaches, all the way round from `premier`; each is seen to have the focus."""
    stops: list[str] = []
    for _ in range(60):
        await page.keyboard.press("Tab")
        stop = await page.evaluate(ARRET)
        if stop is None:  # the end of the page: the browser's own bar comes next, then its top
            continue
        if stop["nom"] == premier and premier in stops:
            return stops[stops.index(premier) :]
        assert stop["vu"], stop["nom"]
        stops.append(stop["nom"])
    raise AssertionError(f"the focus never comes back: {stops}")


async def test_in_every_step_of_the_panel_every_stop_is_seen_and_in_order(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    seen = {}
    async for etat in etats_du_bouton(service, page, hotes.page(extrait(service.base, bouton.cle)), "fr"):
        seen[etat] = await parcourir(page, "Fermer")
    assert seen["note"] == ["Fermer", "Mal", "Continuer"]
    assert seen["comprehension"] == ["Fermer", "Pas du tout", "Retour", "Continuer"]
    assert len(seen["aide"]) == 1 + 9 + 2 + 1 + 2  # close, ways, two questions about the telephone, how, actions
    assert len(seen["merci"]) == 1 + 1 + 4


async def test_in_every_step_of_the_form_every_stop_is_seen_and_in_order(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    seen = {}
    async for etat in etats_du_formulaire(page, f"{service.base}/avis/{bouton.cle}", "fr"):
        seen[etat] = await parcourir(page, "Aller au contenu")
    langues, pied = ["Français", "English", "Español"], ["Données personnelles", "Accessibilité : non conforme"]
    assert seen["note"] == ["Aller au contenu", *langues, "Mal", "Continuer", *pied]
    assert seen["commentaire"] == [
        "Aller au contenu",
        "Souhaitez-vous ajouter quelque chose ?",
        "Retour",
        "Terminer",
        *pied,
    ]
    assert len(seen["aide"]) == 1 + 9 + 4 * 2 + 1 + 2 + 2
    assert len([nom for nom in seen["merci"] if nom.startswith("Modifier – ")]) == 4


async def test_without_javascript_every_stop_of_the_form_is_seen_and_in_order(service, ouvrir):
    bouton = await service.bouton(echelle="notes")
    page = (await ouvrir()).page
    await page.route("**/*.js", lambda route: route.abort())
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    seen = await parcourir(page, "Aller au contenu")
    assert seen[4:6] == ["0", "Pas du tout"]
    assert seen[-3:] == ["Envoyer mon avis", "Données personnelles", "Accessibilité : non conforme"]


@pytest.mark.parametrize("mode", ["integre", "formulaire"])
async def test_a_whole_avis_with_the_keyboard_alone(service, hotes, ouvrir, mode):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    formulaire = mode == "formulaire"
    adresse = (
        f"{service.base}/avis/{bouton.cle}" if formulaire else hotes.page(extrait(service.base, bouton.cle, mode=mode))
    )
    await page.goto(adresse)
    await expect(page.get_by_role("radio", name="Mal", exact=True)).to_be_visible()
    for _ in range(5 if formulaire else 1):
        await page.keyboard.press("Tab")
    await expect(page.get_by_role("radio", name="Mal", exact=True)).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("radio", name="Moyennement")).to_be_checked()
    assert await service.avis(bouton) == []  # the arrows only choose
    await page.keyboard.press("Enter")
    await service.arrives(bouton, note=5)
    await expect(page.get_by_role("heading", name="Les explications")).to_be_focused()
    await page.keyboard.press("Escape")  # closes nothing here, and loses nothing
    for touche in ("Tab", "ArrowRight", "ArrowRight", "Enter"):
        await page.keyboard.press(touche)
    await expect(page.get_by_role("heading", name="Avez-vous cherché")).to_be_focused()
    for touche in ("Tab", "Tab", "Space"):
        await page.keyboard.press(touche)
    await expect(page.get_by_role("checkbox", name="Oui, à un guichet")).to_be_checked()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Souhaitez-vous")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.type("au clavier")
    await page.keyboard.press("Enter")  # a new line, not the end
    await page.keyboard.type("seul")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # back
    await expect(page.get_by_role("heading", name="Avez-vous cherché")).to_be_focused()
    await page.get_by_role("button", name="Continuer").press("Enter")
    for touche in ("Tab", "Tab", "Tab", "Enter"):
        await page.keyboard.press(touche)
    await expect(page.get_by_role("heading", name="Merci pour votre avis")).to_be_focused()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(
        bouton, note=5, commentaire="au clavier\nseul", reponses='{"aide": ["guichet"], "comprehension": 3}'
    )


async def test_with_javascript_a_page_with_errors_takes_the_focus_to_them(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.evaluate("document.forms.avis.submit()")  # as before the script is there
    await expect(page.get_by_role("alert")).to_be_focused()
    for touche in ("Tab", "Enter", "Space"):
        await page.keyboard.press(touche)
    await expect(page.get_by_role("radio", name="Mal", exact=True)).to_be_checked()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Merci, votre avis")).to_be_visible()
    await service.arrives(bouton, note=0)


async def test_without_javascript_the_keyboard_alone_sends_the_form_and_corrects_it(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir(java_script_enabled=False)).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("radio", name="Mal", exact=True)).to_be_focused()
    await page.get_by_role("checkbox", name="Oui, autrement").press("Space")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    for touche in ("Tab", "Enter"):  # the errors have the focus
        await page.keyboard.press(touche)
    await expect(page.get_by_role("radio", name="Mal", exact=True)).to_be_focused()
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("merci"))
    await service.arrives(bouton, note=0, reponses='{"aide": ["autre"]}')


@pytest.mark.parametrize("lieu", ["hôte", "intégré", "intégré, sans la suite", "formulaire"])
async def test_a_note_that_the_arrows_only_went_over_is_not_sent(service, hotes, ouvrir, lieu):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    if lieu == "intégré, sans la suite":
        await page.route("**/widget/v1/questions*", lambda route: route.abort())
    if lieu.startswith("intégré"):
        await page.goto(hotes.page(extrait(service.base, bouton.cle, mode="integre")))
    else:
        await premiere_question(page, service, hotes, bouton, lieu)
    await page.get_by_role("radio", name="Mal", exact=True).focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("radio", name="Moyennement")).to_be_checked()
    if lieu == "intégré":
        await expect(page.get_by_role("button", name="Continuer")).to_be_visible()  # the rest of the questions is there
    await page.goto(hotes.page("<p>ailleurs</p>"))
    await page.evaluate("service => fetch(service + '/healthz', { mode: 'no-cors' }).then(() => 1)", service.base)
    assert await service.avis(bouton) == []


@pytest.mark.parametrize("lieu", ["hôte", "formulaire"])
async def test_going_on_without_the_one_required_answer_is_explained_in_place(service, hotes, ouvrir, lieu):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await premiere_question(page, service, hotes, bouton, lieu)
    await fenetre.context.set_offline(True)
    await page.get_by_role("button", name="Continuer").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("radio").first).to_be_focused()
    if lieu == "formulaire":
        group = page.get_by_role("group", name="Dans l’ensemble")
        await expect(group).to_have_accessible_description(re.compile("^Choisissez une réponse"))
        await check(page, "réponse manquante")
    await expect(page.get_by_role("radio").first).to_have_accessible_description(re.compile("^Choisissez une réponse"))
    await page.keyboard.press("Space")
    await expect(page.get_by_role("heading", name="Les explications")).to_be_focused()
    await page.get_by_role("button", name="Retour").click()
    await expect(page.get_by_role("radio", name="Mal", exact=True)).to_be_checked()
    await expect(page.get_by_text("Choisissez une réponse")).to_have_count(0)
    await fenetre.context.set_offline(False)
    await service.arrives(bouton, note=0)
