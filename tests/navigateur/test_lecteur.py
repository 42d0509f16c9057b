"""What a real screen reader, Orca, says of the button and of the form to somebody who has only a keyboard.

Its every word depends on its version, so what must be heard is looked for in what it says; `ENTENDU=1 pytest
tests/navigateur/test_lecteur.py` writes the whole of it into `entendu/orca-*.txt`, to be read. Of WebKit, Orca says
neither live regions nor titles that take the focus: what stands there is what it says next.
"""

import sys
from contextlib import asynccontextmanager

import pytest

from tests.navigateur.entendu import record
from tests.navigateur.firefox import FIREFOX, firefox
from tests.navigateur.lecteur import LECTEUR, lecteur
from tests.navigateur.outils import ENREGISTREE, extrait
from tests.navigateur.webkit import WEBKIT, webkit

TAB, ENTREE, BAS, ECHAP = "\ue004", "\ue007", "\ue015", "\ue00c"
NOMS = {TAB: "Tab", ENTREE: "Entrée", BAS: "Bas", ECHAP: "Échap"}
QUESTION = "Dans l’ensemble, comment s’est passée votre démarche ?"
TITRE = "racine.activeElement?.localName == 'h2'"
DEMANDES = {"webkit": (WEBKIT, "webkit2gtk-driver xvfb"), "firefox": (FIREFOX, "firefox-esr xvfb")}


@asynccontextmanager
async def read_browser(moteur, environment):
    """A browser that the screen reader reads."""
    if moteur == "webkit":
        async with webkit(environment) as browser:
            yield browser
    else:
        async with firefox(environment, **{"accessibility.force_disabled": -1}) as browser:
            yield browser


@pytest.fixture(params=DEMANDES)
async def ecoute(request):
    """An engine, its browser and the screen reader; without them these tests are skipped, and the terminal says so."""
    present, packages = DEMANDES[request.param]
    if not (LECTEUR and present):
        missing = f"Orca or {request.param} is missing: apt-get install orca {packages}"
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(f"\n*** What a screen reader says is NOT TESTED. {missing} ***", file=sys.stderr)
        pytest.skip(missing)
    with lecteur() as lit:
        await lit.hears("Lecteur d’écran activé.")
        async with read_browser(request.param, lit.environment) as navigateur:
            yield request.param, navigateur, lit


async def ouvrir(ecoute, adresse, pret):
    """Open a page, wait until it is ready, and put the focus in it as somebody who has just arrived."""
    moteur, navigateur, _ = ecoute
    await navigateur.goto(adresse)
    await navigateur.until(pret)
    if moteur == "firefox":
        await navigateur.browser("gBrowser.selectedBrowser.focus()")


async def walk(ecoute, nom, *steps):
    """Press the keys of each step, wait for what the page then shows, and hear the phrases of this engine."""
    moteur, navigateur, lit = ecoute
    said = []
    for keys, shown, *phrases in steps:
        await navigateur.keys(*keys)
        await navigateur.until(shown)
        said.append(f"# {' '.join(NOMS[key] for key in keys)}")
        for phrase in phrases:
            said += await lit.hears(phrase)
    record(f"orca-{nom}-{moteur}", said)


async def test_the_panel_is_said(service, hotes, ecoute):
    bouton = await service.bouton()
    await ouvrir(ecoute, hotes.page(extrait(service.base, bouton.cle)), "racine")
    entier = ecoute[0] == "firefox"
    await walk(
        ecoute,
        "panneau",
        ([TAB], "racine.activeElement", "Je donne mon avis bouton"),
        ([ENTREE], TITRE, *([QUESTION] if entier else [])),
        ([TAB], "true", *([] if entier else [QUESTION]), "Mal"),
        ([TAB], "true", "Continuer bouton"),
        ([ENTREE], "dans('[aria-invalid=true]')", "Choisissez une réponse"),
        ([BAS], "true", "Moyennement"),
        ([BAS], "true", "Bien"),
        ([ENTREE], TITRE, *(["Les explications", ENREGISTREE] if entier else [])),
        ([TAB], "true", *([] if entier else ["Les explications"]), "Pas du tout"),
        ([ECHAP], "!dans('dialog').open", *(["Je donne mon avis"] if entier else [])),
    )
    await service.arrives(bouton, note=10)


async def test_the_form_is_said(service, ecoute):
    bouton = await service.bouton()
    await ouvrir(ecoute, f"{service.base}/avis/{bouton.cle}?langue=fr", "document.querySelector('[role=status]')")
    _, navigateur, lit = ecoute
    entier = ecoute[0] == "firefox"
    if entier:
        await lit.hears("terminé")  # it reads the page that has come first
    await navigateur.run("document.getElementById('note-0').focus()")
    await walk(
        ecoute,
        "formulaire",
        ([], "true", "Mal"),
        ([TAB], "true", "Continuer bouton"),
        ([ENTREE], "document.querySelector('[aria-invalid=true]')", "Choisissez une réponse"),
        ([BAS], "true", "Moyennement"),
        ([BAS], "true", "Bien"),
        (
            [ENTREE],
            "document.activeElement.textContent.includes('Les explications')",
            *(["Les explications", ENREGISTREE] if entier else []),
        ),
        ([TAB], "true", "Pas du tout"),
    )
    await service.arrives(bouton, note=10)
