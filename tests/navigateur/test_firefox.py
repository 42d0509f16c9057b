"""The button and the form in Firefox, the distribution's own, which `make test` installs when it can."""

import sys
from datetime import UTC, datetime

import pytest

from app.pages.formulaire_textes import LANGUES, textes
from app.pages.integrer import fragments
from tests.navigateur.firefox import FIREFOX, firefox
from tests.navigateur.outils import AXE, ENREGISTREE, extrait
from tests.navigateur.test_accessibilite import DEBORDEMENTS
from tests.navigateur.test_hotes import CACHES, check_out_of_reach
from tests.navigateur.test_profils import STOCKAGE

BIEN = "[...racine.querySelectorAll('label')].find((e) => e.lastChild.textContent == 'Bien')?.firstChild"
STATUT = "dans('[role=status]')?.textContent == arguments[0]"
STATUT_DU_FORMULAIRE = "document.querySelector('[role=status]')?.textContent == arguments[0]"
SUITE = "[...racine.querySelectorAll('.actions button')].at(-1)"
TAB, ENTREE, BAS, ECHAP = "\ue004", "\ue007", "\ue015", "\ue00c"
SES_REGLAGES = {"browser.display.document_color_use": 2, "network.cookie.cookieBehavior": 2}
VIOLATIONS = "return axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.map((v) => v.id))"


@pytest.fixture(scope="module")
async def navigateur(request):
    """Firefox; without it these tests are skipped, and the terminal says so."""
    if FIREFOX is None:
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print("\n*** FIREFOX IS MISSING: its tests are skipped (apt-get install firefox-esr) ***", file=sys.stderr)
        pytest.skip("Firefox is missing: apt-get install firefox-esr")
    async with firefox() as browser:
        yield browser


async def finir(navigateur, commentaire):
    """From the second question to the thanks."""
    for titre in ("Les explications", "Avez-vous cherché"):
        await navigateur.until("dans('h2').textContent.includes(arguments[0])", titre)
        await navigateur.press(SUITE)
    await navigateur.type("dans('textarea')", commentaire)
    await navigateur.press(SUITE)
    await navigateur.until("dans('h2').textContent == 'Merci pour votre avis'")
    await navigateur.until(STATUT, ENREGISTREE)


async def check_axe(navigateur):
    await navigateur.run(AXE)
    assert await navigateur.run(VIOLATIONS) == []


async def test_what_goes_wrong_in_a_page_is_heard(hotes, navigateur):
    await navigateur.goto(hotes.page("<script>inconnu()</script>", csp="default-src 'none'"))
    assert "Content-Security-Policy" in " ".join(await navigateur.errors())
    await navigateur.goto(hotes.page("<script>inconnu()</script>"))
    assert await navigateur.errors() == ["ReferenceError: inconnu is not defined"]


async def test_the_panel_takes_a_whole_avis_under_a_strict_csp(service, hotes, navigateur):
    bouton = await service.bouton()
    csp = f"default-src 'none'; script-src {service.base}; connect-src {service.base}"
    csp += "; require-trusted-types-for 'script'; trusted-types 'none'"
    await navigateur.goto(hotes.page(extrait(service.base, bouton.cle), csp=csp))
    await navigateur.press("dans('button')")
    await navigateur.press(BIEN)
    await finir(navigateur, "depuis Firefox 😀")
    await service.arrives(bouton, note=10, commentaire="depuis Firefox 😀", langue="fr")
    assert await navigateur.run("return [dans('dialog').open, localStorage.length]") == [True, 0]
    await navigateur.press("dans('dialog .retour')")
    assert await navigateur.run("return racine.activeElement.textContent") == "Je donne mon avis"
    assert await navigateur.errors() == []


async def test_in_the_page_one_click_counts_and_leaving_keeps_what_was_typed(service, hotes, navigateur):
    bouton = await service.bouton()
    ailleurs = f"<a href='{hotes.page('<p>ailleurs</p>')}'>ailleurs</a>"
    await navigateur.goto(hotes.page(extrait(service.base, bouton.cle, mode="integre") + ailleurs))
    await navigateur.press(BIEN)
    await service.arrives(bouton, note=10)
    await navigateur.press(SUITE)
    await navigateur.until("dans('h2').textContent.includes('Avez-vous cherché')")
    await navigateur.press(SUITE)
    await navigateur.type("dans('textarea')", "pas fini")
    await navigateur.press("document.querySelector('a:not(.jdma)')")
    await service.arrives(bouton, note=10, commentaire="pas fini")
    assert await navigateur.errors() == []


async def test_pinned_by_its_integrity_the_button_works(service, hotes, navigateur):
    bouton = await service.bouton()
    await navigateur.goto(hotes.page(fragments(service.base, bouton.cle).epingle))
    await navigateur.press("dans('button')")
    await navigateur.press(BIEN)
    await navigateur.until(STATUT, ENREGISTREE)
    await service.arrives(bouton, note=10)
    assert await navigateur.errors() == []


@pytest.mark.parametrize("langue", LANGUES)
async def test_axe_finds_nothing_in_any_step_of_the_panel_nor_of_the_form(service, hotes, navigateur, langue):
    bouton = await service.bouton()
    await navigateur.goto(hotes.page(extrait(service.base, bouton.cle, langue=langue)))
    await navigateur.press("dans('button')")
    await navigateur.until("dans('[type=radio]')")
    await check_axe(navigateur)
    await navigateur.press("[...racine.querySelectorAll('[type=radio]')].at(-1)")
    for _ in range(3):
        titre = await navigateur.until("dans('h2').textContent")
        await check_axe(navigateur)
        await navigateur.press(SUITE)
        await navigateur.until("dans('h2').textContent != arguments[0]", titre)
    await check_axe(navigateur)
    await navigateur.until(STATUT, textes(langue)["widget"]["envoye"])
    await navigateur.goto(f"{service.base}/avis/{bouton.cle}?langue={langue}")
    await check_axe(navigateur)
    await navigateur.press("document.getElementById('note-10')")
    for _ in range(3):
        await check_axe(navigateur)
        await navigateur.press("document.querySelector('.actions button:last-of-type')")
    await navigateur.until("document.querySelector('.fini')")
    await check_axe(navigateur)
    await navigateur.until(STATUT_DU_FORMULAIRE, textes(langue)["widget"]["envoye"])
    assert await navigateur.errors() == []


async def test_the_keyboard_alone_answers_in_the_panel_and_escape_gives_the_focus_back(service, hotes, navigateur):
    bouton = await service.bouton()
    await navigateur.goto(hotes.page(extrait(service.base, bouton.cle)))
    await navigateur.keys(TAB, ENTREE)
    await navigateur.until("racine.activeElement?.localName == 'h2'")
    await navigateur.keys(TAB, BAS, BAS)
    await navigateur.until("racine.activeElement.parentElement.lastChild.textContent == 'Bien'")
    assert await service.avis(bouton) == []  # the arrows only choose
    await navigateur.keys(ENTREE)
    await navigateur.until("racine.activeElement?.textContent.includes('Les explications')")
    await service.arrives(bouton, note=10)
    await navigateur.keys(ECHAP)
    await navigateur.until("!dans('dialog').open && racine.activeElement?.textContent == 'Je donne mon avis'")
    assert await navigateur.errors() == []


async def test_the_keyboard_alone_answers_in_the_form(service, navigateur):
    bouton = await service.bouton()
    await navigateur.goto(f"{service.base}/avis/{bouton.cle}?langue=fr")
    await navigateur.until("document.querySelector('[role=status]')")
    await navigateur.keys(*[TAB] * 5, BAS)
    await navigateur.until("document.getElementById('note-5').checked")
    assert await service.avis(bouton) == []
    await navigateur.keys(ENTREE)
    await navigateur.until("document.activeElement.textContent.includes('Les explications')")
    await navigateur.until(STATUT_DU_FORMULAIRE, ENREGISTREE)
    await service.arrives(bouton, note=5)
    assert await navigateur.errors() == []


async def test_with_the_settings_of_somebody_who_sees_badly_and_refuses_storage(service, hotes):
    """A zoom of 400 %, colours of one's own, no storage for any site."""
    bouton = await service.bouton()
    async with firefox(**SES_REGLAGES) as navigateur:
        await navigateur.call("WebDriver:SetWindowRect", width=1280, height=1024)
        await navigateur.goto(hotes.page(extrait(service.base, bouton.cle)))
        await navigateur.zoom(4)
        await navigateur.until("innerWidth <= 320")
        assert await navigateur.run(f"return {STOCKAGE}") == "SecurityError"
        await navigateur.press("dans('button')")
        await navigateur.press(BIEN)
        for titre in ("Les explications", "Avez-vous cherché", "Souhaitez-vous"):
            await navigateur.until("dans('h2').textContent.includes(arguments[0])", titre)
            assert await navigateur.run(f"return ({DEBORDEMENTS})()") == []
            await navigateur.press(SUITE)
        await navigateur.until(STATUT, ENREGISTREE)
        assert await navigateur.run(f"return ({DEBORDEMENTS})()") == []
        await service.arrives(bouton, note=10)
        for chemin in (f"/avis/{bouton.cle}", f"/avis/{bouton.cle}/merci", "/accessibilite"):
            await navigateur.goto(service.base + chemin)
            await navigateur.zoom(4)
            await navigateur.until("innerWidth <= 320")
            assert await navigateur.run(f"return ({DEBORDEMENTS})()") == [], chemin
        assert all(line.startswith("Request to access cookie or storage") for line in await navigateur.errors())


@pytest.mark.parametrize(
    "css", ["* { all: unset !important }", "button, dialog, form, input { display: none !important }"]
)
async def test_the_css_of_the_page_stays_outside(service, hotes, navigateur, css):
    bouton = await service.bouton()
    await navigateur.goto(hotes.page(extrait(service.base, bouton.cle), tete=f"<style>{css}</style>"))
    await navigateur.press("dans('button')")
    await navigateur.press(BIEN)
    await navigateur.until(STATUT, ENREGISTREE)
    await service.arrives(bouton, note=10)
    assert await navigateur.errors() == []


async def test_a_closed_bouton_says_so_in_the_panel_and_on_its_page(service, hotes, navigateur):
    bouton = await service.bouton(ferme_le=datetime.now(UTC))
    await navigateur.goto(hotes.page(extrait(service.base, bouton.cle)))
    await navigateur.press("dans('button')")
    await navigateur.until("dans('dialog').textContent.includes('ne recueille pas d’avis')")
    assert await navigateur.errors() == []
    await navigateur.goto(f"{service.base}/avis/{bouton.cle}?langue=fr")
    assert (
        await navigateur.run("return document.querySelector('h1').textContent")
        == "Les avis sont clos pour cette démarche"
    )


async def test_the_form_goes_step_by_step_and_sends_as_it_goes(service, navigateur):
    bouton = await service.bouton()
    await navigateur.goto(f"{service.base}/avis/{bouton.cle}?langue=fr")
    await navigateur.press("document.getElementById('note-10')")
    for _ in range(2):
        await navigateur.press("document.querySelector('.actions button:last-of-type')")
    await navigateur.type("document.getElementById('commentaire')", "formulaire")
    await navigateur.press("document.querySelector('.actions button:last-of-type')")
    await navigateur.until("document.querySelector('h1:not(main > h1)')?.textContent == 'Merci pour votre avis'")
    await service.arrives(bouton, note=10, commentaire="formulaire")
    assert await navigateur.errors() == []


async def test_without_javascript_the_link_leads_to_a_form_that_works(service, hotes, navigateur):
    bouton = await service.bouton()
    async with firefox(**{"javascript.enabled": False}) as sans_script:
        await sans_script.goto(hotes.page(extrait(service.base, bouton.cle)))
        for css in ("a.jdma", "#note-10", "form .actions button"):
            [found] = (await sans_script.call("WebDriver:FindElement", using="css selector", value=css)).values()
            await sans_script.call("WebDriver:ElementClick", id=next(iter(found.values())))
        await service.arrives(bouton, note=10)


@pytest.mark.parametrize("cache", CACHES)
async def test_hidden_by_the_page_it_is_out_of_reach_of_the_pointer_and_of_the_keyboard(
    service, hotes, navigateur, cache
):
    await check_out_of_reach(service, hotes, navigateur, cache)
