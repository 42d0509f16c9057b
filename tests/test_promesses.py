"""What the site promises to citizens is what the service does: the privacy page, and the words it must not use."""

import html
import re

import pytest
import structlog

from app.avis.masquage import GENRES, MARQUES
from app.indices.formules import PERSONNES
from app.indices.surfaces import API, DONNEES, PAGES, SURFACES
from app.main import create_app
from app.site import textes
from tests.conftest import serving
from tests.site import HTML, lire, verifier
from tests.test_donnees_ouvertes import rows_of

FAUX = ("Rien de personnel", "est anonyme", "est lu par", "sept jours", "Aucun n’est tiré", "sans rien qui permette")
PUBLIQUES = ("/", "/confidentialite", "/methode", "/donnees", "/plan", "/demarches", "/classement")


async def page(client, adresse="/confidentialite") -> str:
    reply = await client.get(adresse, headers=HTML)
    assert reply.status_code == 200
    verifier(reply.text)
    return lire(reply.text)


def with_settings(settings, database_url, **reglages):
    return serving(create_app(settings.model_copy(update=reglages), database_url))


@pytest.mark.parametrize("adresse", PUBLIQUES)
async def test_no_page_of_the_site_promises_what_is_not_so(client, bouton, adresse):
    texte = await page(client, adresse)
    assert [mots for mots in FAUX if mots in texte] == []


@pytest.mark.parametrize("adresse", ["/confidentialite", "/methode"])
async def test_each_surface_is_said_as_the_code_treats_it(client, adresse):
    texte = await page(client, adresse)
    for surface in SURFACES:
        assert surface.nom in texte
    assert f"moins de {PERSONNES} personnes" in texte
    assert "exact, même d’un seul avis" in texte


async def test_the_api_gives_a_day_of_one_avis_and_the_page_says_that_it_does(client, bouton, count):
    await count(bouton, "2025-06-01", {3: 1})
    adresse = "/api/v1/demarches/demarche/indice?debut=2025-06-01&fin=2025-06-01"
    assert (await client.get(adresse)).json()["note_moyenne"] == 3
    assert (API.tait(1), PAGES.tait(1), DONNEES.tait(4), PAGES.tait(5)) == (False, True, True, False)


@pytest.mark.usefixtures("on_a_known_day")
async def test_under_the_minimum_neither_open_data_nor_pages_give_a_note(client, new_bouton, count):
    for slug, n in (("quatre", 4), ("cinq", 5)):
        await count(await new_bouton(slug), "2025-06-01", {2: n})
    [_, rangs, _] = await rows_of(client, "")
    donnees = {rang["slug"]: (rang["statut"], rang["note_moyenne"]) for rang in rangs}
    assert donnees == {"quatre": ("insuffisant", None), "cinq": ("insuffisant", None)}
    assert (PAGES.sous_minimum, DONNEES.sous_minimum) == (False, False)
    assert "2,0" not in await page(client, "/demarches/cinq")
    assert "aucun chiffre d’une période de moins de 100 avis" in await page(client)


async def test_the_page_names_the_controller_and_the_contact_of_the_settings(settings, database_url):
    reglages = {"responsable": "Direction <du> numérique", "contact": "dpo@exemple.gouv.fr"}
    async with with_settings(settings, database_url, **reglages) as client:
        reply = await client.get("/confidentialite", headers=HTML)
    assert "Direction &lt;du&gt; numérique" in reply.text
    assert 'href="mailto:dpo@exemple.gouv.fr"' in reply.text
    assert "pas encore indiqué" not in reply.text


async def test_without_settings_the_page_says_what_is_missing_and_leaves_no_blank(client):
    texte = await page(client)
    assert "n’a pas encore indiqué son nom ici" in texte
    assert "n’a pas encore indiqué d’adresse pour cela ici" in texte
    assert "None" not in texte


async def test_the_page_says_what_is_removed_and_names_only_when_they_are(settings, database_url, client):
    assert set(GENRES) == set(MARQUES)
    texte = await page(client)
    assert [mot for genre, mot in GENRES.items() if genre != "nom" and mot not in texte] == []
    assert GENRES["nom"] not in texte
    async with with_settings(settings, database_url, masquer_noms=True) as autre:
        assert GENRES["nom"] in await page(autre)


async def test_no_duration_is_promised_that_nothing_applies(client):
    texte = await page(client)
    assert re.findall(r"\d+ (?:mois|ans?)\b", html.unescape(texte)) == []
    assert "rien ne les efface automatiquement aujourd’hui" in texte


def test_an_operator_is_told_at_start_what_the_page_cannot_say(settings):
    publics = settings.model_copy(update={"database_url": "postgresql://ailleurs/base", "contact": "a@b.fr"})
    with structlog.testing.capture_logs() as lignes:
        textes.avertir(publics)
        textes.avertir(settings.model_copy(update={"database_url": None}))
    [ligne] = lignes
    assert (ligne["event"], ligne["log_level"]) == ("mentions_incompletes", "warning")
    assert ligne["reglages"] == ["JDMA_RESPONSABLE", "JDMA_MENTIONS_LEGALES"]
