"""axe finds nothing, in any state of any mode, language and theme."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.async_api import Route, expect

from app.main import create_app
from app.pages.formulaire_textes import LANGUES
from tests.conftest import serving
from tests.navigateur.outils import ATTENTE, check, etats_du_bouton, etats_du_formulaire, extrait


@pytest.mark.parametrize("theme", ["clair", "sombre", "auto"])
@pytest.mark.parametrize("langue", LANGUES)
async def test_axe_finds_nothing_in_any_state_of_the_panel(service, hotes, ouvrir, langue, theme):
    bouton = await service.bouton(echelle="smileys")
    page = (await ouvrir(color_scheme="dark" if theme == "auto" else "light")).page
    fond = "<style>html { background: #1e1e1e; color: #fff }</style>" if theme != "clair" else ""
    corps = "".join(
        extrait(service.base, bouton.cle, theme=theme, variante=v, langue=langue)
        for v in ("plein", "contour", "discret")
    )
    corps = corps.replace("Je donne mon avis", "")
    adresse = hotes.page(corps + extrait(service.base, bouton.cle, mode="lien", theme=theme, langue=langue), tete=fond)
    await page.goto(adresse)
    await check(page, "boutons")
    async for etat in etats_du_bouton(service, page, adresse, langue):
        await check(page, etat)


@pytest.mark.parametrize(
    ("langue", "echelle"), [(langue, "smileys") for langue in LANGUES] + [(LANGUES[0], "notes")], ids=str
)
@pytest.mark.parametrize("theme", ["clair", "sombre", "auto"])
async def test_axe_finds_nothing_in_any_state_of_the_questions_that_stand_in_the_page(
    service, hotes, ouvrir, theme, langue, echelle
):
    bouton = await service.bouton(echelle=echelle)
    page = (await ouvrir(color_scheme="dark" if theme == "auto" else "light")).page
    adresse = hotes.page(extrait(service.base, bouton.cle, mode="integre", theme=theme, langue=langue))
    async for etat in etats_du_bouton(service, page, adresse, langue, integre=True):
        await check(page, etat)


@pytest.mark.parametrize("theme", ["clair", "sombre"])
@pytest.mark.parametrize("sens", ["ltr", "rtl"])
async def test_axe_finds_nothing_in_the_panel_when_it_waits_when_it_is_closed_and_from_right_to_left(
    service, hotes, ouvrir, theme, sens
):
    bouton, essai = await service.bouton(echelle="notes"), await service.bouton(essai=True)
    fenetre = await ouvrir()
    page = fenetre.page
    fond = "<style>html { background: #1e1e1e; color: #fff }</style>" if theme == "sombre" else ""
    cles = {"note": bouton.cle, "essai": essai.cle, "inconnu": "nulle-part"}
    corps = "".join(extrait(service.base, cle, theme=theme, position="bas-droite") for cle in cles.values())
    await page.goto(hotes.page(corps, tete=fond))
    tourner = "(sens) => document.querySelectorAll('jdma-avis').forEach((e) => (e.shadowRoot.firstChild.dir = sens))"
    await page.evaluate(tourner, sens)
    await fenetre.context.set_offline(True)
    button = page.locator("jdma-avis").first.get_by_role("button", name="Je donne mon avis")
    await button.evaluate("e => e.click()")  # the others float over it
    await expect(page.get_by_role("status").first).to_have_text("⏳")
    await check(page, "le panneau attend ses questions")
    await fenetre.context.set_offline(False)
    await expect(page.get_by_role("radio")).to_have_count(11)
    await check(page, "notes")
    await fenetre.context.set_offline(True)
    await page.get_by_role("radio", name="7", exact=True).click()
    await expect(page.get_by_role("status").first).to_have_text(ATTENTE)
    await check(page, "l’avis attend le réseau")
    await fenetre.context.set_offline(False)
    await page.keyboard.press("Escape")
    for rang, etat in ((1, "essai"), (2, "inconnu")):
        element = page.locator("jdma-avis").nth(rang)
        await element.get_by_role("button", name="Je donne mon avis").evaluate("e => e.click()")
        said = "Bouton d’essai" if etat == "essai" else "ne recueille pas d’avis"
        await expect(element.get_by_text(said)).to_be_visible()
        await check(page, etat)
        await page.keyboard.press("Escape")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("langue", "echelle", "essai"), [(langue, "smileys", False) for langue in LANGUES] + [("fr", "notes", True)]
)
async def test_axe_finds_nothing_in_the_form_with_javascript(service, ouvrir, langue, echelle, essai, scheme):
    bouton = await service.bouton(echelle=echelle, essai=essai)
    page = (await ouvrir(color_scheme=scheme)).page
    async for etat in etats_du_formulaire(page, f"{service.base}/avis/{bouton.cle}", langue):
        await check(page, etat)


FORMULAIRE = {"content-type": "application/x-www-form-urlencoded"}
FAUTES = {
    "note": "",
    "aide": ["aucune", "telephone", "autre"],
    "aide_autre": "a" * 251,
    "satisfaction_telephone": "9",
    "commentaire": "a" * 15_001,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("langue", LANGUES)
async def test_axe_finds_nothing_in_what_the_form_seldom_answers(service, client, app, bouton, ouvrir, langue, scheme):
    """The pages come from an application of its own, whose database can be away; the browser shows them as they are."""
    page = (await ouvrir(color_scheme=scheme)).page
    headers = {"sec-fetch-site": "same-origin"}
    champs = {"id": str(uuid4()), "langue": langue, "note": "10"}
    path = f"/avis/{bouton.cle}"
    pages = {
        "422": await client.post(path, data={**champs, **FAUTES}, headers=headers),
        "303": await client.post(path, data=champs, headers=headers),
        "409": await client.post(path, data={**champs, "note": "0"}, headers=headers),
        "413": await client.post(f"{path}?langue={langue}", content="a" * 300_000, headers=headers | FORMULAIRE),
        "403": await client.post(f"{path}?langue={langue}", data=champs, headers={"sec-fetch-site": "cross-site"}),
    }
    app.state.guichet.depots._absente_jusqu_a = float("inf")
    pages["503"] = await client.post(path, data={**champs, "id": str(uuid4())}, headers=headers)
    del pages["303"]

    async def show(route: Route) -> None:
        reply = pages[route.request.url[-3:]]
        await route.fulfill(body=reply.text, content_type="text/html; charset=utf-8")

    await page.route("**/avis/reponse-*", show)
    for statut, reply in pages.items():
        assert (reply.status_code, reply.headers["content-language"]) == (int(statut), langue)
        await page.goto(f"{service.base}/avis/reponse-{statut}")
        await check(page, statut)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_an_official_service(service, settings, database_url, bouton, ouvrir, scheme):
    page = (await ouvrir(color_scheme=scheme, width=320)).page
    async with serving(create_app(settings.model_copy(update={"officiel": True}), database_url)) as client:
        html = (await client.get(f"/avis/{bouton.cle}")).text
    await page.route(
        "**/avis/officiel", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8")
    )
    await page.goto(f"{service.base}/avis/officiel")
    await expect(page.get_by_text("République")).to_be_visible()
    await check(page, "officiel")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("langue", LANGUES)
async def test_axe_finds_nothing_in_the_pages_without_javascript(service, ouvrir, langue, scheme):
    bouton = await service.bouton()
    page = (await ouvrir(color_scheme=scheme)).page
    await page.route("**/*.js", lambda route: route.abort())
    await page.goto(f"{service.base}/avis/{bouton.cle}?langue={langue}")
    await check(page, "formulaire")
    await page.get_by_role("button").last.click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await check(page, "erreurs")
    await page.get_by_role("radio").first.check()
    await page.get_by_role("button").last.click()
    await expect(page).to_have_url(re.compile("merci"))
    await check(page, "merci")
    await page.goto(f"{service.base}/avis/nulle-part?langue={langue}")
    await check(page, "refus")
    closed = await service.bouton(ferme_le=datetime.now(UTC))
    await page.goto(f"{service.base}/avis/{closed.cle}?langue={langue}")
    await check(page, "fermé")


@pytest.mark.parametrize(
    "chemin", ["/integrer/{}", "/integrer/{}?mode=integre&theme=sombre&csp=default-src+x", "/accessibilite"]
)
async def test_axe_finds_nothing_in_the_pages_for_product_teams(service, ouvrir, chemin):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    await fenetre.page.goto(service.base + chemin.format(bouton.cle))
    if "integrer" in chemin:
        await expect(fenetre.page.get_by_role("radio").first).to_be_visible()
    await check(fenetre.page, chemin)
    assert fenetre.console == []
