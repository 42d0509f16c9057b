"""The person leaves, and comes back or not: what was said is kept, arrives once, and is erased in the end."""

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.navigateur.outils import (
    ATTENTE,
    ENREGISTREE,
    Service,
    aller_au_commentaire,
    extrait,
    finir,
    ouvrir_panneau,
    premiere_question,
)

JOUR = 86_400_000


async def keep(page: Page, service: Service, avis: list[dict[str, Any]]) -> None:
    """What a former visit could not send."""
    await page.evaluate(
        "([cle, liste]) => localStorage.setItem(cle, JSON.stringify(liste))", [f"jdma {service.base}", avis]
    )


async def test_an_avis_given_in_a_tunnel_leaves_at_the_next_visit_in_the_same_tab(service, hotes, ouvrir):
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
    [kept] = json.loads(await page.evaluate("Object.values(sessionStorage)[0]"))
    assert kept["c"]["commentaire"] == "à la prochaine visite"
    await page.unroute_all()
    await page.goto(address)
    await service.arrives(bouton, note=0, commentaire="à la prochaine visite")
    await page.wait_for_function("localStorage.length == 0")


async def test_what_could_not_leave_for_a_day_is_erased(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    address = hotes.page(extrait(service.base, bouton.cle))
    await page.goto(address)
    now = await page.evaluate("Date.now()")
    kept = [
        {"d": {"id": f"00000000-0000-4000-8000-00000000000{n}", "bouton": bouton.cle, "note": n}, "t": age}
        for n, age in ((1, now - JOUR - 60_000), (3, now + JOUR + 60_000), (2, now - JOUR + 60_000))
    ]
    await keep(page, service, kept)
    await page.goto(address)
    await service.arrives(bouton, note=2)
    await page.wait_for_function("localStorage.length == 0")


async def test_when_everything_kept_is_too_old_nothing_is_sent_and_nothing_stays(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    address = hotes.page(extrait(service.base, bouton.cle))
    await page.goto(address)
    kept = [{"d": {"id": "00000000-0000-4000-8000-000000000001", "bouton": bouton.cle, "note": 1}, "t": 0}]
    await keep(page, service, kept)
    await page.goto(address)
    await page.wait_for_function("localStorage.length == 0")
    assert await service.avis(bouton) == []


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
    fenetre = await ouvrir()
    page = fenetre.page
    never = asyncio.Event()

    async def late(route: Route) -> None:
        await never.wait()

    await page.add_init_script("if (!location.hash) navigator.sendBeacon = () => false")
    await page.route("**/widget/v1/questions*", late)
    address = hotes.page(extrait(service.base, bouton.cle, mode="integre"))
    await page.goto(address)
    await fenetre.context.set_offline(True)
    async with page.expect_event("request", lambda request: "/questions." in request.url):
        await page.get_by_role("radio", name="Bien").click()
    await page.goto("about:blank")
    never.set()
    await page.unroute_all(behavior="ignoreErrors")
    await fenetre.context.set_offline(False)
    await page.goto(hotes.page("<p>ailleurs sur le site</p>"))
    assert await page.evaluate("localStorage.length") == 1  # whatever left with the page: it is not known to be stored
    await page.goto(address + "#")
    await service.arrives(bouton, note=10)
    await page.wait_for_function("localStorage.length == 0")


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
    await aller_au_commentaire(page)
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await page.get_by_role("textbox").fill("pas fini")
    if depart == "onglet fermé":
        await fenetre.context.new_page()
        await page.close(run_before_unload=True)
    else:
        await page.goto(hotes.page("<p>ailleurs</p>"))
    await service.arrives(bouton, note=10, commentaire="pas fini")


@pytest.mark.parametrize("lieu", ["hôte", "formulaire"])
async def test_a_comment_leaves_as_soon_as_one_looks_elsewhere(service, hotes, ouvrir, lieu):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await premiere_question(page, service, hotes, bouton, lieu)
    await page.get_by_role("radio", name="Bien").click()
    await aller_au_commentaire(page)
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
