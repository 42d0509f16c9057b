"""The button when the network, the server or the person come and go: exactly one avis, and nobody left in doubt."""

import asyncio
import json
import time
from email.utils import formatdate

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
    await expect(page.get_by_role("status")).to_have_text("Nouvel essai…")
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


async def test_when_everything_kept_is_too_old_nothing_is_sent_and_nothing_stays(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    address = hotes.page(extrait(service.base, bouton.cle))
    await page.goto(address)
    kept = [{"d": {"id": "00000000-0000-4000-8000-000000000001", "bouton": bouton.cle, "note": 1}, "t": 0}]
    await page.evaluate(
        "([cle, liste]) => localStorage.setItem(cle, JSON.stringify(liste))", [f"jdma {service.base}", kept]
    )
    await page.goto(address)
    await page.wait_for_function("localStorage.length == 0")
    assert await service.avis(bouton) == []


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


async def test_an_avis_kept_by_a_tab_that_is_still_open_is_not_sent_over_what_that_tab_says_next(
    service, hotes, ouvrir
):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    first = fenetre.page
    address = hotes.page(extrait(service.base, bouton.cle))
    await first.goto(address)
    await ouvrir_panneau(first)
    blocked = True

    async def block(route: Route) -> None:
        await (route.abort() if blocked else route.continue_())

    await fenetre.context.route("**/api/v1/avis**", block)
    await first.get_by_role("radio", name="Mal", exact=True).click()
    await first.get_by_role("radio", name="Plutôt oui").check()
    await first.get_by_role("button", name="Continuer").click()
    await expect(first.get_by_role("status")).to_have_text(ATTENTE)
    second = await fenetre.context.new_page()
    async with second.expect_event("requestfailed"):
        await second.goto(address)
    await first.get_by_role("button", name="Retour").click()
    await first.get_by_role("radio", name="Pas du tout").check()
    await finir(first, "dit après")
    blocked = False
    await expect(first.get_by_role("status")).to_have_text(ENREGISTREE)
    await first.wait_for_function("localStorage.length == 0")
    await second.evaluate("dispatchEvent(new Event('online'))")
    for _ in range(5):  # time enough for what the second tab must not send
        await second.evaluate("service => fetch(service + '/healthz', { mode: 'no-cors' }).then(() => 1)", service.base)
    await service.arrives(bouton, note=0, commentaire="dit après", reponses='{"comprehension": 1}')
    await second.close()


async def test_a_beacon_that_the_browser_refuses_is_not_taken_for_sent(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    never = asyncio.Event()

    async def late(route: Route) -> None:
        await never.wait()

    await page.add_init_script("if (!location.hash) navigator.sendBeacon = () => false")
    await page.route("**/widget/v1/questions*", late)
    address = hotes.page(extrait(service.base, bouton.cle, mode="integre"))
    await page.goto(address)
    async with page.expect_event("request", lambda request: "/questions." in request.url):
        await page.get_by_role("radio", name="Bien").click()
    await page.goto("about:blank")
    never.set()
    await page.unroute_all(behavior="ignoreErrors")
    assert await service.avis(bouton) == []
    await page.goto(address + "#")
    await service.arrives(bouton, note=10)
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


CAS = [("hôte", methode, reponse) for methode in ("POST", "PATCH") for reponse in REPONSES]
CAS += [("formulaire", methode, reponse) for methode in ("POST", "PATCH") for reponse in ("503", "500", "rien")]


@pytest.mark.parametrize(("page_de", "methode", "reponse"), CAS)
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


@pytest.mark.parametrize("page_de", ["hôte", "formulaire"])
async def test_a_comment_leaves_as_soon_as_one_looks_elsewhere(service, hotes, ouvrir, page_de):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    if page_de == "formulaire":
        await page.goto(f"{service.base}/avis/{bouton.cle}")
    else:
        await page.goto(hotes.page(extrait(service.base, bouton.cle)))
        await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    for _ in range(2):
        await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("textbox").press_sequentially("pas fini")
    await page.get_by_role("button", name="Terminer").focus()
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
