"""The button when the network, the server or the person come and go: exactly one avis, and nobody left in doubt."""

import asyncio
import json

import pytest
from playwright.async_api import Route, expect

from tests.navigateur.outils import ATTENTE, ENREGISTREE, extrait, finir, ouvrir_panneau

JOUR = 86_400_000


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
    await expect(page.get_by_role("status")).to_have_text("Pas de connexion, nouvel essai…")
    await fenetre.context.set_offline(False)
    await expect(page.get_by_role("heading", name="Les explications")).to_be_visible()
    await service.arrives(bouton, note=10)


async def test_an_avis_given_in_a_tunnel_leaves_at_the_next_visit(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    address = hotes.page(extrait(service.base, bouton.cle))
    await page.goto(address)
    await ouvrir_panneau(page)
    await page.route("**/api/v1/avis**", lambda route: route.abort())
    await page.get_by_role("radio", name="Mal", exact=True).click()
    await finir(page, "à la prochaine visite")
    await expect(page.get_by_role("status")).to_have_text(ATTENTE)
    [kept] = json.loads(await page.evaluate("Object.values(localStorage)[0]"))
    assert kept["c"]["commentaire"] == "à la prochaine visite"
    await page.unroute_all()
    await page.goto(address)
    await service.arrives(bouton, note=0, commentaire="à la prochaine visite")
    await page.wait_for_function("localStorage.length == 0")


async def test_what_could_not_leave_for_seven_days_is_erased(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    address = hotes.page(extrait(service.base, bouton.cle))
    await page.goto(address)
    kept = [
        {"d": {"id": f"00000000-0000-4000-8000-00000000000{n}", "bouton": bouton.cle, "note": n}, "t": age}
        for n, age in ((1, 0), (2, await page.evaluate("Date.now()") - 6 * JOUR))
    ]
    await page.evaluate(
        "([cle, liste]) => localStorage.setItem(cle, JSON.stringify(liste))", [f"jdma {service.base}", kept]
    )
    await page.goto(address)
    await service.arrives(bouton, note=2)
    await page.wait_for_function("localStorage.length == 0")


REPONSES = {
    "503": {"status": 503, "headers": {"retry-after": "1"}, "content_type": "application/problem+json", "body": "{}"},
    "429": {"status": 429, "headers": {"retry-after": "1"}, "content_type": "application/problem+json", "body": "{}"},
    "500": {"status": 500, "body": "oups"},
    "une page d’un portail": {"status": 200, "content_type": "text/html", "body": "<h1>Wi-Fi gratuit</h1>"},
    "un refus d’un portail": {"status": 403, "content_type": "application/json", "body": '{"code": "interdit"}'},
    "du JSON sans jeton": {"status": 200, "content_type": "application/json", "body": "[]"},
    "rien": None,
}


@pytest.mark.parametrize(
    ("page_de", "methode"), [("hôte", "POST"), ("hôte", "PATCH"), ("formulaire", "POST"), ("formulaire", "PATCH")]
)
@pytest.mark.parametrize("reponse", REPONSES)
async def test_whatever_the_network_answers_the_avis_arrives_once(service, hotes, ouvrir, reponse, methode, page_de):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    if page_de == "formulaire":
        await page.goto(f"{service.base}/avis/{bouton.cle}")
    else:
        await page.goto(hotes.page(extrait(service.base, bouton.cle)))
        await ouvrir_panneau(page)
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
    arrived = asyncio.Event()

    async def late(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    await page.route("**/widget/v1/questions*", late)
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    for _ in range(3):
        await page.get_by_role("button", name="Je donne mon avis").click()
    arrived.set()
    await expect(page.get_by_role("dialog")).to_have_count(1)
    await page.get_by_role("radio", name="Bien").click()
    await service.arrives(bouton, note=10)
    assert fenetre.console == []


async def test_leaving_before_the_questions_are_there_still_counts_the_click(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    asked = asyncio.Event()
    never = asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await never.wait()

    await page.route("**/widget/v1/questions*", late)
    address = hotes.page(extrait(service.base, bouton.cle, mode="integre"))
    await page.goto(address)
    await page.get_by_role("radio", name="Bien").click()
    await asked.wait()
    await page.goto("about:blank")
    await service.arrives(bouton, note=10)
    never.set()
    await page.unroute_all(behavior="ignoreErrors")
    await page.goto(address)
    await page.wait_for_function("localStorage.length == 0")
    await service.arrives(bouton, note=10)


@pytest.mark.parametrize("depart", ["onglet fermé", "autre page"])
async def test_a_tab_closed_in_the_middle_keeps_what_was_being_typed(service, hotes, ouvrir, depart):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    for _ in range(2):
        await page.get_by_role("button", name="Continuer").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await page.get_by_role("textbox").fill("pas fini")
    if depart == "onglet fermé":
        await fenetre.context.new_page()
        await page.close(run_before_unload=True)
    else:
        await page.goto(hotes.page("<p>ailleurs</p>"))
    await service.arrives(bouton, note=10, commentaire="pas fini")


async def test_coming_back_with_the_back_button_finds_the_panel_as_it_was(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await page.evaluate("addEventListener('pageshow', (e) => (window.revenue = e.persisted))")
    await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await page.goto(hotes.page("<p>ailleurs</p>"))
    await page.go_back(wait_until="commit")
    await page.wait_for_function("window.revenue === true")
    await finir(page, "revenu")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="revenu")


@pytest.mark.parametrize("page_de", ["hôte", "formulaire"])
async def test_somebody_who_takes_more_than_the_hour_of_the_jeton_loses_nothing(service, hotes, ouvrir, page_de):
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
    if page_de == "formulaire":
        await page.goto(f"{service.base}/avis/{bouton.cle}")
    else:
        await page.goto(hotes.page(extrait(service.base, bouton.cle)))
        await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "une heure après")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    assert refused
    await service.arrives(bouton, note=10, commentaire="une heure après")
