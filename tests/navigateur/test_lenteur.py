"""A slow network, a server that hangs or fails at any file, a person who leaves at once: exactly one avis."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.navigateur.outils import ATTENTE, ENREGISTREE, extrait, finir, ouvrir_panneau

LENT = {"offline": False, "latency": 2_000, "downloadThroughput": -1, "uploadThroughput": -1}
IMPATIENT = "AbortSignal.timeout = ((vrai) => () => vrai.call(AbortSignal, 300))(AbortSignal.timeout)"
SANS_RESEAU = "⏳"


async def test_with_two_seconds_of_latency_nobody_waits_for_the_network_to_go_on(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    button = page.get_by_role("button", name="Je donne mon avis")
    await expect(button).to_be_visible()
    network = await fenetre.context.new_cdp_session(page)
    await network.send("Network.emulateNetworkConditions", LENT)
    order: list[str] = []
    page.on("request", lambda request: order.append(f"? {request.url}"))
    page.on("response", lambda reply: order.append(f"! {reply.url}"))
    await button.click()
    await page.get_by_role("radio", name="Bien").click()
    asked = [line for line in order if "/widget/" in line]
    assert len(asked) == 4
    assert [line[0] for line in asked[:2]] == ["?", "?"], "the questions and their texts come together"
    await expect(page.get_by_role("status")).to_have_text("Envoi…")
    await finir(page, "patience")
    await expect(page.get_by_role("heading", name="Merci pour votre avis")).to_be_focused()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="patience")


async def test_with_two_seconds_of_latency_the_form_page_goes_on_too(service, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    network = await fenetre.context.new_cdp_session(page)
    await network.send("Network.emulateNetworkConditions", LENT)
    await page.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("status")).to_have_text("Envoi…")
    await finir(page, "patience")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="patience")


async def test_the_network_may_go_and_come_back_at_every_step(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page, context = fenetre.page, fenetre.context
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await ouvrir_panneau(page)
    suite = page.get_by_role("button", name="Continuer")
    steps = (
        page.get_by_role("radio", name="Bien"),
        page.get_by_role("radio", name="Plutôt oui"),
        page.get_by_role("checkbox", name="Oui, par courriel"),
    )
    for rang, answer in enumerate(steps):
        await context.set_offline(True)
        await answer.click()
        if rang:
            await suite.click()
        await expect(page.get_by_role("status")).to_have_text(ATTENTE)
        await context.set_offline(False)
        await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await context.set_offline(True)
    await page.get_by_role("textbox").fill("par à-coups")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("status")).to_have_text(ATTENTE)
    await context.set_offline(False)
    await service.arrives(
        bouton, note=10, commentaire="par à-coups", reponses='{"aide": ["courriel"], "comprehension": 4}'
    )


@pytest.mark.parametrize("methode", ["POST", "PATCH"])
async def test_a_server_that_takes_the_request_and_never_answers_is_asked_again(service, hotes, ouvrir, methode):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.add_init_script(IMPATIENT)  # twenty seconds of real patience, shortened
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await ouvrir_panneau(page)
    hung: list[Route] = []

    async def hang(route: Route) -> None:
        if route.request.method == methode and not hung:
            hung.append(route)
        else:
            await route.continue_()

    await page.route("**/api/v1/avis**", hang)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "sans réponse")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    assert len(hung) == 1
    await service.arrives(bouton, note=10, commentaire="sans réponse")


async def test_leaving_while_the_server_never_answers_still_sends_the_avis(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await ouvrir_panneau(page)
    hung = asyncio.Event()

    async def hang(route: Route) -> None:
        if route.request.resource_type == "ping":  # the beacon of a page that goes away
            await route.continue_()
        else:
            hung.set()

    await page.route("**/api/v1/avis**", hang)
    await page.get_by_role("radio", name="Bien").click()
    await hung.wait()
    await page.goto(hotes.page("<p>ailleurs</p>"))
    await service.arrives(bouton, note=10)


@pytest.mark.parametrize("mode", ["panneau", "integre"])
async def test_a_tab_closed_right_after_the_click_has_already_sent_it(service, hotes, ouvrir, mode):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode=mode)))
    if mode == "panneau":
        await ouvrir_panneau(page)
    await fenetre.context.new_page()
    await page.get_by_role("radio", name="Bien").click()
    await page.close(run_before_unload=True)
    await service.arrives(bouton, note=10)


ECHECS = {
    "503": {"status": 503, "content_type": "application/problem+json", "body": "{}"},
    "500": {"status": 500, "body": "oups"},
    "une page d’un portail": {"status": 200, "content_type": "text/html", "body": "<h1>Wi-Fi gratuit</h1>"},
    "rien": None,
}


@pytest.mark.parametrize(
    ("fichier", "mode"), [("questions.*", "panneau"), ("boutons/**", "panneau"), ("boutons/**", "integre")]
)
@pytest.mark.parametrize("echec", ECHECS)
async def test_whatever_comes_instead_of_a_file_it_is_asked_again_and_the_person_is_told(
    service, hotes, ouvrir, echec, fichier, mode
):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    failures, again = [], asyncio.Event()

    async def fail(route: Route) -> None:
        if again.is_set():
            await route.continue_()
            return
        failures.append(route.request.url)
        answer = ECHECS[echec]
        if answer is None:
            await route.abort()
        else:
            await route.fulfill(**answer, headers={"access-control-allow-origin": "*"})

    await page.route(f"**/widget/v1/{fichier}", fail)
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode=mode)))
    if mode == "panneau":
        await page.get_by_role("button", name="Je donne mon avis").click()
    await expect(page.get_by_role("status")).to_have_text(SANS_RESEAU)
    again.set()
    await page.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    assert failures
    await service.arrives(bouton, note=10)
