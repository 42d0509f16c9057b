"""The page of open data: every address on it answers, every column is explained, the recipe works as it is written."""

import hashlib
import re

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from app.observatoire.donnees.colonnes import INDICATEURS, SYNTHESE, observatoire
from app.observatoire.donnees.documentation import generiques, propres
from app.observatoire.donnees.jeu import DEFINITIONS
from tests.editions import command_on
from tests.site import HTML, lire, verifier


@pytest.fixture
async def page(client, bouton, count, on_a_known_day):
    """The page, with a démarche and no édition."""
    await count(bouton, "2026-01-15", {10: 70, 0: 50})
    reply = await client.get("/donnees", headers=HTML)
    assert reply.status_code == 200
    return reply.text


async def test_the_page_is_well_made_and_says_the_licence(page):
    verifier(page)
    assert "Licence Ouverte 2.0" in lire(page)
    assert 'href="https://www.etalab.gouv.fr/licence-ouverte-open-licence"' in page
    assert "Aucune édition n’est encore publiée" in lire(page)


async def test_every_address_of_the_page_answers(client, page):
    adresses = set(re.findall(r'href="(/donnees/[^"]+)"', page))
    assert len(adresses) == 3 * 4 + 3  # three tables, each in three formats and with its schema; the catalogue, the key
    for adresse in adresses:
        assert (await client.get(adresse)).status_code == 200, adresse


async def test_every_column_is_explained_from_the_single_list(page):
    texte = lire(page)
    tables = (observatoire(DEFINITIONS), SYNTHESE, INDICATEURS)
    colonnes = [*(colonne for table in tables for colonne in propres(table)), *generiques()]
    for colonne in colonnes:
        assert f" {colonne.nom} " in texte
    for definition in DEFINITIONS:
        assert f" {definition.cle} {definition.titre} " in texte


async def test_the_recipe_checks_what_it_downloads(client, page):
    fichier = (await client.get("/donnees/observatoire.csv")).content
    somme = (await client.get("/donnees/observatoire.csv.sha256")).text
    signature = (await client.get("/donnees/observatoire.csv.sig")).content
    cle = load_pem_public_key((await client.get("/donnees/cle-publique.pem")).content)
    assert somme == f"{hashlib.sha256(fichier).hexdigest()}  observatoire.csv\n"
    cle.verify(signature, fichier)  # raises otherwise
    for mot in ("sha256sum --check observatoire.csv.sha256", "openssl pkeyutl -verify -pubin -inkey cle-publique.pem"):
        assert mot in page


async def test_an_edition_that_is_published_appears_with_its_files(client, page, settings, database_url, monkeypatch):
    await command_on(settings, database_url, monkeypatch).publish("2025")
    html = (await client.get("/donnees", headers=HTML)).text
    verifier(html)
    assert "Édition 2025 du 1er janvier 2025 au 31 décembre 2025" in lire(html)
    assert "/donnees/editions/2025@1/observatoire.csv" in html
    adresses = set(re.findall(r'href="(/donnees/editions/[^"]+)"', html))
    assert len(adresses) == 3 * 3 + 2  # three tables in three formats, what describes them, and their sums
    for adresse in adresses:
        assert (await client.get(adresse)).status_code == 200, adresse
