"""Computers that several people use: what is left on one, for the next person there and for the scripts of the page."""

import asyncio
import json
import re

import pytest
from playwright.async_api import Page, Route, expect

from app.pages.formulaire_textes import LANGUES, textes
from tests.navigateur.outils import (
    ATTENTE,
    ENREGISTREE,
    aller_au_commentaire,
    extrait,
    finir,
    ouvrir_panneau,
    premiere_question,
)

COFFRES = "JSON.stringify([localStorage, sessionStorage, history.state])"
PERSONNEL = {
    "courriel": "jeanne.durand+avis@exemple.fr",
    "courriel espacé": "jeanne @ exemple.fr",
    "téléphone": "06 12 34 56 78",
    "téléphone d’ailleurs": "+33 (0)6.12.34.56.78",
    "NIR": "2 85 05 78 006 084 36",
    "IBAN": "FR76 3000 6000 0112 3456 7890 189",
    "carte": "4970  1012  3456  7893",
    "dossier": "1234567",
}
PARTIEL = "Le début est enregistré\u00a0; la suite n’a pas pu l’être."
LIEUX = ["hôte", "formulaire"]


async def emptied(page: Page) -> None:
    """Return once nothing is kept; what the page's CSP refuses to wait_for_function."""
    async with asyncio.timeout(30):
        while await page.evaluate("localStorage.length + sessionStorage.length"):
            await asyncio.sleep(0.02)  # another process answers: there is nothing to wait on


async def cut(page: Page) -> None:
    await page.context.route("**/api/v1/avis**", lambda route: route.abort())


async def chez(service, hotes, bouton, lieu: str) -> str:
    """The address of the place where the next person comes."""
    return (
        f"{service.base}/avis/{bouton.cle}" if lieu == "formulaire" else hotes.page(extrait(service.base, bouton.cle))
    )


@pytest.mark.parametrize("lieu", LIEUX)
@pytest.mark.parametrize("genre", PERSONNEL)
async def test_without_network_what_identifies_is_nowhere_and_text_stays_with_the_tab(
    service, hotes, ouvrir, lieu, genre
):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await premiere_question(page, service, hotes, bouton, lieu)
    await cut(page)
    await page.get_by_role("radio", name="Bien").click()
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("checkbox", name="Oui, autrement").check()
    await page.get_by_role("textbox").fill(f"autrement {PERSONNEL[genre]} !")
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("textbox").fill(f"écrivez à {PERSONNEL[genre]} demain")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("status")).to_have_text(ATTENTE)
    kept = await page.evaluate(COFFRES)
    assert "comprehension" in kept
    assert "écrivez à … demain" in kept
    assert "autrement …" in kept
    digits = re.findall(r"[^\W\d_]{5,}|\d{2,}", PERSONNEL[genre])
    assert not any(re.search(rf"(?<!\d){part}(?!\d)", text(kept)) for part in digits), kept
    durable = await page.evaluate("JSON.stringify([localStorage, history.state])")
    assert "écrivez" not in durable
    assert "autrement" not in durable


def text(kept: str) -> str:
    """The free text in what is kept."""
    return " ".join(re.findall(r"(?:autrement|écrivez)[^\"]*", kept))


@pytest.mark.parametrize("lieu", LIEUX)
@pytest.mark.parametrize("accord", [True, False], ids=["gardé", "non"])
async def test_once_the_tab_is_closed_text_is_there_only_if_the_person_said_so(service, hotes, ouvrir, lieu, accord):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await premiere_question(page, service, hotes, bouton, lieu)
    await cut(page)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "tél. 06 12 34 56 78")
    await expect(page.get_by_role("status")).to_have_text(ATTENTE)
    if accord:
        await page.get_by_role("checkbox", name="Garder mon texte un jour sur cet appareil").press("Space")
    address = await chez(service, hotes, bouton, lieu)
    suivante = await fenetre.context.new_page()
    await page.close()
    await fenetre.context.unroute_all()
    await suivante.goto(address)
    await service.arrives(bouton, note=10, commentaire="tél. …" if accord else None)
    await emptied(suivante)


@pytest.mark.parametrize("lieu", LIEUX)
async def test_an_agreement_can_be_taken_back(service, hotes, ouvrir, lieu):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await premiere_question(page, service, hotes, bouton, lieu)
    await cut(page)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "entre nous")
    choix = page.get_by_role("checkbox", name="Garder mon texte")
    await choix.check()
    assert "entre nous" in await page.evaluate("Object.values(localStorage)[0]")
    await choix.uncheck()
    assert "entre nous" not in await page.evaluate("Object.values(localStorage)[0]")


@pytest.mark.parametrize("langue", LANGUES)
@pytest.mark.parametrize("lieu", LIEUX)
async def test_the_choice_is_offered_only_for_text_that_could_not_leave(service, hotes, ouvrir, lieu, langue):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    mots = textes(langue)["widget"]
    if lieu == "formulaire":
        await page.goto(f"{service.base}/avis/{bouton.cle}?langue={langue}")
    else:
        await page.goto(hotes.page(extrait(service.base, bouton.cle, langue=langue)))
        await page.get_by_role("button").click()
    choix = page.get_by_role("checkbox", name=mots["garder"])
    await cut(page)
    await page.get_by_role("radio").last.click()
    await expect(page.get_by_role("status")).to_have_text(mots["attente"])
    for _ in range(2):
        await expect(choix).to_have_count(0)
        await page.get_by_role("button", name=mots["continuer"]).click()
    await page.get_by_role("textbox").fill("un mot")
    await page.get_by_role("button", name=mots["terminer"]).click()
    await expect(choix).to_be_visible()
    await page.context.unroute_all()
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.get_by_role("status")).to_have_text(mots["envoye"])
    await expect(choix).to_have_count(0)
    await service.arrives(bouton, note=10, commentaire="un mot")


@pytest.mark.parametrize("lieu", LIEUX)
async def test_all_that_is_kept_goes_as_soon_as_it_is_stored(service, hotes, ouvrir, lieu):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await premiere_question(page, service, hotes, bouton, lieu)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "au revoir")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await emptied(page)
    assert await page.evaluate("history.state") is None


SANS_JETON = {"content_type": "application/json", "headers": {"access-control-allow-origin": "*"}}


async def an_hour_later(page: Page) -> list[str]:
    """The jeton is over, and a replay is told so; what is asked from now on."""
    asked: list[str] = []

    async def answer(route: Route) -> None:
        asked.append(route.request.method)
        if route.request.method == "PATCH":
            headers = SANS_JETON["headers"]
            problem = {"content_type": "application/problem+json", "body": '{"code": "jeton_expire"}'}
            await route.fulfill(status=401, headers=headers, **problem)
            return
        body = json.loads(route.request.post_data or "{}")
        said = {"id": body["id"], "statut": "enregistre", "jeton": None}
        await route.fulfill(status=200, body=json.dumps(said), **SANS_JETON)

    await page.context.route("**/api/v1/avis**", answer)
    return asked


async def test_after_an_hour_what_is_said_next_is_not_said_to_be_stored_nor_asked_for_ever(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await premiere_question(page, service, hotes, bouton, "hôte")
    await page.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    asked = await an_hour_later(page)
    await finir(page, "trop tard")
    await expect(page.get_by_role("status")).to_have_text(PARTIEL)
    await emptied(page)
    await page.get_by_role("button", name="Modifier – Souhaitez-vous").click()
    await page.get_by_role("button", name="Terminer").click()
    assert asked == ["PATCH", "POST"]
    await service.arrives(bouton, note=10, commentaire=None)


async def test_after_an_hour_the_form_says_on_its_own_page_that_the_first_answers_count(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await an_hour_later(page)
    await aller_au_commentaire(page)
    await page.get_by_role("textbox").fill("trop tard")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("heading", name="Votre avis est déjà enregistré")).to_be_visible()
    await service.arrives(bouton, note=10, commentaire=None)


async def test_what_a_former_visit_left_is_delivered_once_it_is_known_to_be_stored(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    address = hotes.page(extrait(service.base, bouton.cle))
    await page.goto(address)
    d = {"id": "00000000-0000-4000-8000-000000000009", "bouton": bouton.cle, "note": 5, "langue": "fr"}
    kept = [{"d": d, "c": {"note": 0, "ordre": 1}, "t": await page.evaluate("Date.now() - 72e5")}]
    await page.evaluate("([c, l]) => localStorage.setItem(c, JSON.stringify(l))", [f"jdma {service.base}", kept])
    asked = await an_hour_later(page)
    await page.goto(address)
    await page.wait_for_function("localStorage.length == 0")
    assert asked == ["POST"]


@pytest.mark.parametrize("code", ["trop_de_complements", "jeton_expire"])
async def test_a_completion_that_is_refused_for_good_is_not_asked_for_ever(service, hotes, ouvrir, code):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    asked: list[str] = []

    async def refuse(route: Route) -> None:
        asked.append(route.request.method)
        if route.request.method != "PATCH":
            await route.continue_()
            return
        problem = {"content_type": "application/problem+json", "body": json.dumps({"code": code})}
        status = 409 if code == "trop_de_complements" else 401
        await route.fulfill(status=status, headers={"access-control-allow-origin": "*"}, **problem)

    await page.route("**/api/v1/avis**", refuse)
    await premiere_question(page, service, hotes, bouton, "hôte")
    await page.evaluate("addEventListener('jdma:erreur', (e) => (window.code = e.detail.code))")
    await page.get_by_role("radio", name="Bien").click()
    await page.get_by_role("radio", name="Plutôt oui").check()
    await page.get_by_role("button", name="Continuer").click()
    await expect(page.get_by_role("status")).to_have_text(PARTIEL)
    assert await page.evaluate("code") == code
    assert asked == (["POST", "PATCH"] if code == "trop_de_complements" else ["POST", "PATCH", "POST", "PATCH"])
    await service.arrives(bouton, note=10, reponses=None)


async def test_back_after_the_thanks_shows_nothing_of_what_was_said(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "entre nous")
    await page.wait_for_url("**/merci?langue=fr")
    await page.get_by_role("link", name="Accessibilité").click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.go_back(wait_until="commit")
    await expect(page.get_by_role("heading", name="Merci, votre avis est enregistré")).to_be_visible()
    assert "entre nous" not in await page.content()
    await expect(page.get_by_text("entre nous")).to_have_count(0)


async def test_an_hour_later_the_history_of_the_tab_gives_an_empty_form(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.get_by_role("radio", name="Bien").click()
    await aller_au_commentaire(page)
    await page.get_by_role("textbox").fill("entre nous")
    await page.get_by_role("button", name="Retour").click()
    await service.arrives(bouton, note=10, commentaire="entre nous")
    await page.add_init_script("Date.now = ((vrai) => () => vrai() + 3_700_000)(Date.now)")
    await page.reload()
    await expect(page.get_by_role("heading", name="Dans l’ensemble")).to_be_visible()
    await expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    assert "entre nous" not in await page.evaluate(COFFRES)
    await service.arrives(bouton, note=10, commentaire="entre nous")


async def test_a_reload_that_cannot_find_the_text_again_takes_nothing_back(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.add_init_script("Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('non'); } })")
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.get_by_role("radio", name="Bien").click()
    await aller_au_commentaire(page)
    await page.get_by_role("textbox").fill("déjà parti")
    await page.get_by_role("button", name="Retour").click()
    await service.arrives(bouton, note=10, commentaire="déjà parti")
    await page.reload()
    await page.get_by_role("checkbox", name="Oui, par téléphone").check()
    await page.get_by_role("button", name="Continuer").click()
    await service.arrives(bouton, note=10, commentaire="déjà parti", reponses='{"aide": ["telephone"]}')


async def test_the_panel_that_said_thanks_shows_nothing_of_it_when_one_comes_back(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await page.evaluate("addEventListener('pageshow', (e) => (window.revenue = e.persisted))")
    await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "entre nous")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await page.goto(hotes.page("<p>ailleurs</p>"))
    await page.go_back(wait_until="commit")
    await page.wait_for_function("window.revenue === true")
    await expect(page.get_by_text("entre nous")).to_have_count(0)
