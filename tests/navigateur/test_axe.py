"""axe finds nothing, in any state of any mode, language and theme."""

import re

import pytest
from playwright.async_api import expect

from app.pages.formulaire_textes import LANGUES, textes
from tests.navigateur.outils import check, etats_du_bouton, extrait


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("langue", LANGUES)
async def test_axe_finds_nothing_in_the_form_with_javascript(service, ouvrir, langue, scheme):
    bouton = await service.bouton()
    page = (await ouvrir(color_scheme=scheme)).page
    mots, q = textes(langue)["widget"], textes(langue)["questions"]
    await page.goto(f"{service.base}/avis/{bouton.cle}?langue={langue}")
    await check(page, "note")
    await page.get_by_role("radio", name=q["note"]["smileys"]["10"], exact=True).click()
    await expect(page.get_by_role("status")).to_have_text(mots["envoye"])
    for etat in ("comprehension", "aide", "commentaire"):
        if etat == "aide":
            await page.get_by_role("checkbox", name=q["aide"]["choix"]["telephone"]).check()
        await check(page, etat)
        await page.get_by_role("button", name=re.compile(f"{mots['continuer']}|{mots['terminer']}")).click()
    await expect(page.get_by_role("heading", name=mots["merci"])).to_be_focused()
    await check(page, "merci")


@pytest.mark.parametrize("langue", LANGUES)
async def test_axe_finds_nothing_in_the_pages_without_javascript(service, ouvrir, langue):
    bouton = await service.bouton()
    page = (await ouvrir(java_script_enabled=True)).page
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
