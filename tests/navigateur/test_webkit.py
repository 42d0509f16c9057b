"""The button and the form in WebKit, the engine of Safari; `make test` installs the distribution's when it can."""

import sys
from datetime import UTC, datetime

import pytest

from app.pages.formulaire_textes import LANGUES, textes
from app.pages.integrer import fragments
from tests.navigateur.outils import AXE, ENREGISTREE, extrait
from tests.navigateur.test_accessibilite import DEBORDEMENTS
from tests.navigateur.test_hotes import CACHES, check_out_of_reach
from tests.navigateur.webkit import WEBKIT, webkit

BIEN = "[...racine.querySelectorAll('label')].find((e) => e.lastChild.textContent == 'Bien')?.firstChild"
STATUT = "dans('[role=status]')?.textContent == arguments[0]"
STATUT_DU_FORMULAIRE = "document.querySelector('[role=status]')?.textContent == arguments[0]"
SUITE = "[...racine.querySelectorAll('.actions button')].at(-1)"
SUITE_DU_FORMULAIRE = "document.querySelector('.actions button:last-of-type')"
TAB, ENTREE, BAS, ECHAP = "\ue004", "\ue007", "\ue015", "\ue00c"
VIOLATIONS = "return axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.map((v) => v.id))"
ERREURS = "<script>erreurs = []; addEventListener('error', (e) => erreurs.push(e.message), true)</script>"
"""In the head of a host page: what goes wrong in it is kept."""


@pytest.fixture(scope="module")
async def navigateur(request):
    """WebKit; without it these tests are skipped, and the terminal says so."""
    if not WEBKIT:
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(
                "\n*** WEBKIT IS MISSING: its tests are skipped (apt-get install webkit2gtk-driver xvfb) ***",
                file=sys.stderr,
            )
        pytest.skip("WebKit is missing: apt-get install webkit2gtk-driver xvfb")
    async with webkit() as browser:
        yield browser


async def check_axe(navigateur):
    await navigateur.run(AXE)
    assert await navigateur.run(VIOLATIONS) == []


async def finir(navigateur, commentaire):
    """From the second question to the thanks."""
    for titre in ("Les explications", "Avez-vous cherché"):
        await navigateur.until("dans('h2').textContent.includes(arguments[0])", titre)
        await navigateur.press(SUITE)
    await navigateur.type("dans('textarea')", commentaire)
    await navigateur.press(SUITE)
    await navigateur.until("dans('h2').textContent == 'Merci pour votre avis'")
    await navigateur.until(STATUT, ENREGISTREE)


async def test_the_panel_takes_a_whole_avis_under_a_strict_csp(service, hotes, navigateur):
    bouton = await service.bouton()
    csp = f"default-src 'none'; script-src {service.base}; connect-src {service.base}"
    csp += "; require-trusted-types-for 'script'; trusted-types 'none'"
    await navigateur.goto(hotes.page(extrait(service.base, bouton.cle), csp=csp))
    await navigateur.press("dans('button')")
    await navigateur.press(BIEN)
    await finir(navigateur, "depuis WebKit")
    await service.arrives(bouton, note=10, commentaire="depuis WebKit", langue="fr")
    assert await navigateur.run("return [dans('dialog').open, localStorage.length]") == [True, 0]
    await navigateur.press("dans('dialog .retour')")
    assert await navigateur.run("return racine.activeElement.textContent") == "Je donne mon avis"


async def test_in_the_page_one_click_counts_and_leaving_keeps_what_was_typed(service, hotes, navigateur):
    bouton = await service.bouton()
    ailleurs = f"<a href='{hotes.page('<p>ailleurs</p>')}'>ailleurs</a>"
    corps = extrait(service.base, bouton.cle, mode="integre") + ailleurs
    await navigateur.goto(hotes.page(corps, tete=ERREURS))
    await navigateur.press(BIEN)
    await service.arrives(bouton, note=10)
    await navigateur.press(SUITE)
    await navigateur.until("dans('h2').textContent.includes('Avez-vous cherché')")
    await navigateur.press(SUITE)
    await navigateur.type("dans('textarea')", "pas fini")
    assert await navigateur.run("return erreurs") == []
    await navigateur.press("document.querySelector('main > a:last-of-type')")
    await service.arrives(bouton, note=10, commentaire="pas fini")


async def test_pinned_by_its_integrity_the_button_works(service, hotes, navigateur):
    bouton = await service.bouton()
    await navigateur.goto(hotes.page(fragments(service.base, bouton.cle).epingle, tete=ERREURS))
    await navigateur.press("dans('button')")
    await navigateur.press(BIEN)
    await navigateur.until(STATUT, ENREGISTREE)
    await service.arrives(bouton, note=10)
    assert await navigateur.run("return erreurs") == []


async def test_the_link_leads_to_the_form(service, hotes, navigateur):
    bouton = await service.bouton()
    await navigateur.goto(hotes.page(extrait(service.base, bouton.cle, mode="lien"), tete=ERREURS))
    await navigateur.press("dans('a')")
    await navigateur.press("document.getElementById('note-10')")
    await navigateur.until(STATUT_DU_FORMULAIRE, ENREGISTREE)
    await service.arrives(bouton, note=10)


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
        await navigateur.press(SUITE_DU_FORMULAIRE)
    await navigateur.until("document.querySelector('.fini')")
    await check_axe(navigateur)
    await navigateur.until(STATUT_DU_FORMULAIRE, textes(langue)["widget"]["envoye"])


async def test_the_keyboard_alone_answers_in_the_panel_and_escape_gives_the_focus_back(service, hotes, navigateur):
    bouton = await service.bouton()
    await navigateur.goto(hotes.page(extrait(service.base, bouton.cle), tete=ERREURS))
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
    assert await navigateur.run("return erreurs") == []


async def test_the_keyboard_alone_answers_in_the_form(service, navigateur):
    bouton = await service.bouton()
    await navigateur.goto(f"{service.base}/avis/{bouton.cle}?langue=fr")
    await navigateur.until("document.querySelector('[role=status]')")
    await navigateur.run("document.getElementById('note-0').focus()")
    await navigateur.keys(BAS)
    await navigateur.until("document.getElementById('note-5').checked")
    assert await service.avis(bouton) == []
    await navigateur.keys(ENTREE)
    await navigateur.until("document.activeElement.textContent.includes('Les explications')")
    await navigateur.until(STATUT_DU_FORMULAIRE, ENREGISTREE)
    await service.arrives(bouton, note=5)


@pytest.mark.parametrize(
    "css", ["* { all: unset !important }", "button, dialog, form, input { display: none !important }"]
)
async def test_the_css_of_the_page_stays_outside(service, hotes, navigateur, css):
    bouton = await service.bouton()
    await navigateur.goto(hotes.page(extrait(service.base, bouton.cle), tete=f"{ERREURS}<style>{css}</style>"))
    await navigateur.press("dans('button')")
    await navigateur.press(BIEN)
    await navigateur.until(STATUT, ENREGISTREE)
    await service.arrives(bouton, note=10)
    assert await navigateur.run("return erreurs") == []


async def test_in_a_narrow_window_nothing_overflows(service, hotes, navigateur):
    """As narrow as its windows can be: about 450 pixels."""
    bouton = await service.bouton()
    wide = await navigateur.ask("GET", "window/rect")
    await navigateur.ask("POST", "window/rect", width=320, height=700)
    await navigateur.goto(hotes.page(extrait(service.base, bouton.cle)))
    await navigateur.press("dans('button')")
    await navigateur.press(BIEN)
    for titre in ("Les explications", "Avez-vous cherché", "Souhaitez-vous"):
        await navigateur.until("dans('h2').textContent.includes(arguments[0])", titre)
        assert await navigateur.run(f"return ({DEBORDEMENTS})()") == []
        await navigateur.press(SUITE)
    await navigateur.goto(f"{service.base}/avis/{bouton.cle}")
    assert await navigateur.run(f"return ({DEBORDEMENTS})()") == []
    await navigateur.ask("POST", "window/rect", **wide)


async def test_a_closed_bouton_says_so_in_the_panel_and_on_its_page(service, hotes, navigateur):
    bouton = await service.bouton(ferme_le=datetime.now(UTC))
    await navigateur.goto(hotes.page(extrait(service.base, bouton.cle)))
    await navigateur.press("dans('button')")
    await navigateur.until("dans('dialog').textContent.includes('ne recueille pas d’avis')")
    await navigateur.goto(f"{service.base}/avis/{bouton.cle}?langue=fr")
    titre = "return document.querySelector('h1').textContent"
    assert await navigateur.run(titre) == "Les avis sont clos pour cette démarche"


async def test_the_form_goes_step_by_step_and_sends_as_it_goes(service, navigateur):
    bouton = await service.bouton()
    await navigateur.goto(f"{service.base}/avis/{bouton.cle}?langue=fr")
    await navigateur.press("document.getElementById('note-10')")
    for _ in range(2):
        await navigateur.press(SUITE_DU_FORMULAIRE)
    await navigateur.type("document.getElementById('commentaire')", "formulaire")
    await navigateur.press(SUITE_DU_FORMULAIRE)
    await navigateur.until("document.querySelector('h1:not(main > h1)')?.textContent == 'Merci pour votre avis'")
    await service.arrives(bouton, note=10, commentaire="formulaire")


@pytest.mark.parametrize("cache", CACHES)
async def test_hidden_by_the_page_it_is_out_of_reach_of_the_pointer_and_of_the_keyboard(
    service, hotes, navigateur, cache
):
    await check_out_of_reach(service, hotes, navigateur, cache)
