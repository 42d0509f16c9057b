"""The button when the network or the server come and go: exactly one avis, and nobody left in doubt."""

import time
from email.utils import formatdate

import pytest
from playwright.async_api import Route, expect

from tests.navigateur.outils import (
    ATTENTE,
    ENREGISTREE,
    extrait,
    finir,
    hold_back,
    ouvrir_panneau,
    premiere_question,
)


async def test_offline_at_each_step_then_back_nothing_is_lost(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await ouvrir_panneau(page)
    await fenetre.context.set_offline(True)
    await page.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("status")).to_have_text(ATTENTE)
    await finir(page, "dans un tunnel")
    await expect(page.get_by_role("heading", name="Merci pour votre avis")).to_be_visible()
    await expect(page.get_by_role("status")).to_have_text(ATTENTE)
    assert await service.avis(bouton) == []
    await fenetre.context.set_offline(False)
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="dans un tunnel")
    await page.wait_for_function("localStorage.length == 0")


async def test_offline_before_the_questions_are_there_the_click_waits_and_says_so(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode="integre")))
    await expect(page.get_by_role("radio", name="Bien")).to_be_visible()
    await fenetre.context.set_offline(True)
    await page.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("status")).to_have_text("⏳")
    await fenetre.context.set_offline(False)
    await expect(page.get_by_role("heading", name="Les explications")).to_be_visible()
    await service.arrives(bouton, note=10)


@pytest.mark.parametrize("date", [False, True])
async def test_a_server_that_says_when_to_come_back_is_not_asked_before(service, hotes, ouvrir, date):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await ouvrir_panneau(page)
    asked: list[float] = []

    async def busy(route: Route) -> None:
        asked.append(time.time())
        if len(asked) > 1:
            await route.continue_()
            return
        later = formatdate(time.time() + 4, usegmt=True) if date else "3"
        headers = {"access-control-allow-origin": "*", "access-control-expose-headers": "Retry-After"}
        await route.fulfill(status=503, headers=headers | {"retry-after": later})

    await page.route("**/api/v1/avis", busy)
    await page.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("status")).to_have_text(ATTENTE)
    await page.evaluate("dispatchEvent(new Event('online'))")  # the network is back; the server still said: later
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    assert asked[1] - asked[0] >= 2.9
    await service.arrives(bouton, note=10)


REPONSES = {
    "503": {"status": 503, "headers": {"retry-after": "1"}, "content_type": "application/problem+json", "body": "{}"},
    "429": {"status": 429, "headers": {"retry-after": "1"}, "content_type": "application/problem+json", "body": "{}"},
    "500": {"status": 500, "body": "oups"},
    "une page d’un portail": {"status": 200, "content_type": "text/html", "body": "<h1>Wi-Fi gratuit</h1>"},
    "un refus d’un portail": {"status": 403, "content_type": "application/json", "body": '{"code": "interdit"}'},
    "du JSON sans jeton": {"status": 200, "content_type": "application/json", "body": "[]"},
    "rien": None,
}


CAS = [("hôte", methode, reponse) for methode in ("POST", "PATCH") for reponse in REPONSES]
CAS += [("formulaire", methode, reponse) for methode in ("POST", "PATCH") for reponse in ("503", "500", "rien")]


@pytest.mark.parametrize(("lieu", "methode", "reponse"), CAS)
async def test_whatever_the_network_answers_the_avis_arrives_once(service, hotes, ouvrir, reponse, methode, lieu):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await premiere_question(page, service, hotes, bouton, lieu)
    failures: list[str | None] = []
    count = 2 if reponse == "rien" else 1

    async def fail(route: Route) -> None:
        if route.request.method != methode or len(failures) == count:
            await route.continue_()
            return
        failures.append(route.request.post_data)
        answer = REPONSES[reponse]
        if answer is None:
            await route.abort()
        else:
            headers = {"access-control-allow-origin": "*", "access-control-expose-headers": "Retry-After"}
            await route.fulfill(**{**answer, "headers": headers | answer.get("headers", {})})

    await page.route("**/api/v1/avis**", fail)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "insiste")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    assert len(failures) == count
    assert len(set(failures)) == 1
    await service.arrives(bouton, note=10, commentaire="insiste")
    assert fenetre.console == []


async def test_an_answer_that_got_lost_is_not_a_second_avis(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await ouvrir_panneau(page)
    lost = []

    async def lose_the_answer(route: Route) -> None:
        reply = await route.fetch()
        lost.append(reply.status)
        await (route.abort() if len(lost) == 1 else route.fulfill(response=reply))

    await page.route("**/api/v1/avis", lose_the_answer)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "une seule fois")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    assert lost == [201, 200]
    await service.arrives(bouton, note=10, commentaire="une seule fois")


async def test_on_a_slow_network_the_panel_opens_when_it_can_and_clicks_do_not_pile_up(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    arrived = await hold_back(page, "**/widget/v1/questions*")
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    for _ in range(3):
        await page.get_by_role("button", name="Je donne mon avis").click()
    arrived.set()
    await expect(page.get_by_role("dialog")).to_have_count(1)
    await page.get_by_role("radio", name="Bien").click()
    await service.arrives(bouton, note=10)
    assert fenetre.console == []


@pytest.mark.parametrize("lieu", ["hôte", "formulaire"])
async def test_somebody_who_takes_more_than_the_hour_of_the_jeton_loses_nothing(service, hotes, ouvrir, lieu):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    expired = {"status": 401, "content_type": "application/problem+json", "body": '{"code": "jeton_invalide"}'}
    refused: list[str] = []

    async def expire(route: Route) -> None:
        if route.request.method == "PATCH" and not refused:
            refused.append(route.request.url)
            await route.fulfill(**expired, headers={"access-control-allow-origin": "*"})
        else:
            await route.continue_()

    await page.route("**/api/v1/avis**", expire)
    await premiere_question(page, service, hotes, bouton, lieu)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "une heure après")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    assert refused
    await service.arrives(bouton, note=10, commentaire="une heure après")


@pytest.mark.parametrize("lieu", ["hôte", "formulaire"])
async def test_a_browser_of_four_years_ago_sends_a_whole_avis_too(service, hotes, ouvrir, lieu):
    """Without what came after: AbortSignal.timeout (2022), :has() (2023)."""
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.add_init_script(
        """delete AbortSignal.timeout;
        for (const { prototype } of [Document, Element, DocumentFragment])
          for (const nom of ["querySelector", "querySelectorAll"]) {
            const cherche = prototype[nom];
            prototype[nom] = function (css) {
              if (css.includes(":has")) throw new SyntaxError(css);
              return cherche.call(this, css);
            };
          }"""
    )
    await premiere_question(page, service, hotes, bouton, lieu)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "vieux navigateur")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="vieux navigateur")
