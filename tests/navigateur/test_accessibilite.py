"""Accessibility that axe cannot see: keyboard, focus, what is heard, zoom, spacing, colours, motion."""

import re

import pytest
from playwright.async_api import expect

from tests.navigateur.outils import check, etats_du_bouton, etats_du_formulaire, extrait

ESPACEMENT = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
                p { margin-bottom: 2em !important }"""
DEBORDEMENTS = """() => {
  const racines = [document, ...[...document.querySelectorAll("jdma-avis")].flatMap((e) => e.shadowRoot || [])];
  const tous = racines.flatMap((racine) => [...racine.querySelectorAll("*")]).filter((e) => e.checkVisibility());
  const libres = (e) => e.closest("pre, textarea, .lecteur, .evitement") || /SVG|circle|path/i.test(e.tagName);
  return tous.filter((e) => !libres(e) && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display != "inline"
      && e.clientWidth).map((e) => e.outerHTML.slice(0, 90)).concat(
    document.documentElement.scrollWidth > innerWidth ? ["la page"] : []);
}"""
CIBLES = """() => {
  const racines = [document, ...[...document.querySelectorAll("jdma-avis")].flatMap((e) => e.shadowRoot || [])];
  const noms = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const tous = racines.flatMap((racine) => [...racine.querySelectorAll(noms)]).filter((e) => e.checkVisibility());
  const dansUnePhrase = (e) => getComputedStyle(e).display == "inline"
    && e.parentElement.textContent.trim() != e.textContent.trim();
  const taille = (e) => {
    const boites = [e, ...(e.labels || [])].map((part) => part.getBoundingClientRect());
    const etendue = (debut, fin) => Math.max(...boites.map((b) => b[fin])) - Math.min(...boites.map((b) => b[debut]));
    return Math.min(etendue("left", "right"), etendue("top", "bottom"));
  };
  const petites = tous.filter((e) => !dansUnePhrase(e) && taille(e) < 43.9);
  return petites.map((e) => taille(e) + " " + e.outerHTML.slice(0, 90));
}"""
"""What can be pressed and is smaller than 44 pixels one way; a radio and its label are one target, a link in a sentence
is as high as its line.
"""
ESPACER = """([css, dir]) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  for (const { shadowRoot } of document.querySelectorAll("jdma-avis")) {
    shadowRoot.adoptedStyleSheets.push(sheet);
    shadowRoot.firstChild.dir = dir;
  }
  document.adoptedStyleSheets = [sheet];
  document.documentElement.dir = dir;
}"""


async def test_the_keyboard_alone_goes_all_the_way_and_the_focus_comes_back(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page("<a href='#a'>avant</a>" + extrait(service.base, bouton.cle) + "<a href='#b'>après</a>"))
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Je donne mon avis")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Dans l’ensemble")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("radio", name="Bien")).to_be_checked()
    assert await service.avis(bouton) == []  # arrows only choose
    outline = await page.get_by_role("radio", name="Bien").evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Les explications")).to_be_focused()
    await service.arrives(bouton, note=10)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await expect(page.get_by_role("radio", name="Pas du tout")).to_be_checked()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Avez-vous cherché")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.get_by_role("button", name="Je donne mon avis")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="après")).to_be_focused()


async def test_the_focus_never_leaves_the_open_panel_for_the_page_behind(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page("<a href='#a'>avant</a>" + extrait(service.base, bouton.cle) + "<button>après</button>"))
    await page.get_by_role("button", name="Je donne mon avis").click()
    await expect(page.get_by_role("heading", name="Dans l’ensemble")).to_be_focused()
    for touche in ["Tab"] * 8 + ["Shift+Tab"] * 8:
        await page.keyboard.press(touche)
        assert await page.evaluate("document.activeElement.localName") in {"jdma-avis", "body"}
        inside = (
            "(e => !e || e.closest('dialog') != null)(document.querySelector('jdma-avis').shadowRoot.activeElement)"
        )
        assert await page.evaluate(inside)


async def test_the_form_is_heard_as_it_should_be(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir(java_script_enabled=False)).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    groupe = page.get_by_role("group", name="Dans l’ensemble, comment s’est passée votre démarche ? (obligatoire)")
    await expect(groupe.get_by_role("radio")).to_have_count(3)
    await expect(page.get_by_role("group", name="Avez-vous cherché")).to_have_accessible_description(
        "Plusieurs réponses possibles."
    )
    await expect(page.get_by_role("textbox", name="Souhaitez-vous")).to_have_accessible_description(
        re.compile("N’écrivez rien")
    )
    await page.get_by_role("button", name="Envoyer mon avis").click()
    await expect(groupe).to_have_accessible_description(re.compile("seule question obligatoire"))
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(groupe.get_by_role("radio", name="Mal")).to_be_focused()
    assert (await page.title()).startswith("Erreur")


async def test_each_part_says_its_language(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle, langue="en").replace("Je donne mon avis", "")))
    assert await page.get_by_role("button").evaluate("e => e.closest('[lang]').lang") == "en"
    await page.goto(f"{service.base}/avis/{bouton.cle}?langue=en")
    assert await page.get_by_role("heading", level=1).get_attribute("lang") == "fr"


@pytest.mark.parametrize(
    ("langue", "direction", "espacement"),
    [("fr", "ltr", ""), ("en", "ltr", ESPACEMENT), ("es", "ltr", ESPACEMENT), ("fr", "rtl", ESPACEMENT)],
    ids=["fr", "en espacé", "es espacé", "de droite à gauche espacé"],
)
async def test_at_320_pixels_nothing_overflows_and_targets_are_large_enough(
    service, hotes, ouvrir, langue, direction, espacement
):
    bouton = await service.bouton()
    page = (await ouvrir(width=320, height=700)).page
    both = (extrait(service.base, bouton.cle, **mode, langue=langue) for mode in ({}, {"mode": "integre"}))
    adresse = hotes.page("".join(both).replace("Je donne mon avis", ""))
    async for etat in etats_du_bouton(service, page, adresse, langue):
        await page.evaluate(ESPACER, [espacement, direction])
        assert await page.evaluate(DEBORDEMENTS) == [], etat
        assert await page.evaluate(CIBLES) == [], etat


@pytest.mark.parametrize(
    ("langue", "direction", "espacement"),
    [("fr", "ltr", ""), ("en", "ltr", ESPACEMENT), ("es", "ltr", ESPACEMENT), ("fr", "rtl", ESPACEMENT)],
    ids=["fr", "en espacé", "es espacé", "de droite à gauche espacé"],
)
@pytest.mark.parametrize("width", [320, 1280])
async def test_every_step_of_the_form_scrolls_one_way_only_and_targets_are_large_enough(
    service, ouvrir, width, langue, direction, espacement
):
    bouton = await service.bouton()
    page = (await ouvrir(width=width, height=700)).page
    async for etat in etats_du_formulaire(page, f"{service.base}/avis/{bouton.cle}", langue):
        await page.evaluate(ESPACER, [espacement, direction])
        assert await page.evaluate(DEBORDEMENTS) == [], etat
        assert await page.evaluate(CIBLES) == [], etat


@pytest.mark.parametrize("espacement", ["", ESPACEMENT], ids=["tel quel", "espacé"])
async def test_the_pages_without_steps_scroll_one_way_only_at_320_pixels(service, ouvrir, espacement):
    bouton = await service.bouton(echelle="notes")
    page = (await ouvrir(width=320, height=700)).page

    async def check_page(etat: str) -> None:
        await page.wait_for_load_state()  # its style sheet too
        await page.evaluate(ESPACER, [espacement, "ltr"])
        assert await page.evaluate(DEBORDEMENTS) == [], etat
        assert await page.evaluate(CIBLES) == [], etat

    for chemin in (f"/avis/{bouton.cle}/merci", f"/integrer/{bouton.cle}", "/accessibilite", "/avis/nulle-part"):
        await page.goto(service.base + chemin)
        await check_page(chemin)
    await page.route("**/*.js", lambda route: route.abort())
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await check_page("sans JavaScript")
    await page.get_by_role("button", name="Envoyer mon avis").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await check_page("erreurs")


async def test_forced_colours_keep_the_button_its_border_and_the_answer_chosen(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir(forced_colors="active")).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle, variante="discret")))
    button = page.get_by_role("button", name="Je donne mon avis")
    assert await button.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
    await button.click()
    radio = page.get_by_role("radio", name="Bien")
    assert await radio.evaluate("e => getComputedStyle(e).appearance") != "none"
    await check(page, "contrastes forcés")


async def test_forced_colours_keep_the_answer_chosen_the_focus_and_the_errors_of_the_form(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir(forced_colors="active")).page
    await page.route("**/*.js", lambda route: route.abort())
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await check(page, "formulaire")
    button = page.get_by_role("button", name="Envoyer mon avis")
    assert await button.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
    await page.get_by_role("radio", name="Plutôt oui").check()
    chosen = page.get_by_role("radio", name="Plutôt oui")
    assert await chosen.evaluate("e => getComputedStyle(e.parentElement).outlineStyle") == "solid"
    await button.click()
    alert = page.get_by_role("alert")
    await expect(alert).to_be_visible()
    assert await alert.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
    await check(page, "erreurs")


async def test_nothing_moves_for_those_who_ask_for_less_motion(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir(reduced_motion="reduce")).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await page.get_by_role("button", name="Je donne mon avis").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await page.evaluate("document.getAnimations().length") == 0
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.getAnimations().length") == 0
