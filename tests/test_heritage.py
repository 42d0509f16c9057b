"""Addresses of the national service, unchanged but for the host."""

import pytest

from app.pages.formulaire_textes import textes

ANCIEN = "/Demarches/823?&view-mode=formulaire-avis&nd_mode=en-ligne-enti%C3%A8rement&nd_source={}&key=abc"


@pytest.fixture
async def connue(new_bouton, sql):
    """A démarche known elsewhere under two numbers, with two boutons."""
    bouton = await new_bouton("passeport")
    await sql.execute(
        "INSERT INTO identifiant (source, valeur, demarche_id) VALUES ('jdma', '1006', $1), ('xwiki', '823', $1)",
        bouton.demarche_id,
    )
    await sql.execute(
        "INSERT INTO bouton (demarche_id, cle, nom) VALUES ($1, 'cle-courriel', 'Courriel')", bouton.demarche_id
    )
    return bouton


@pytest.mark.parametrize(
    ("adresse", "cle"),
    [
        ("/Demarches/1006?button=1859", "cle-passeport"),
        ("/Demarches/1006?button=", "cle-passeport"),
        (ANCIEN.format("button"), "cle-passeport"),
        (ANCIEN.format("courriel"), "cle-courriel"),
        ("/Demarches/823", "cle-passeport"),
    ],
)
async def test_an_old_address_leads_to_the_form_of_the_same_demarche(client, connue, adresse, cle):
    reply = await client.get(adresse)
    assert (reply.status_code, reply.headers["location"]) == (302, f"/avis/{cle}")
    assert (await client.get(reply.headers["location"])).status_code == 200


async def test_the_two_kinds_of_numbers_are_never_mixed_up(client, connue):
    assert (await client.get("/Demarches/823?button=1")).status_code == 404
    assert (await client.get("/Demarches/1006")).status_code == 404


@pytest.mark.parametrize("identifiant", ["9", "%00", "a" * 300, "'"])
async def test_an_unknown_number_gets_a_courteous_page(client, connue, identifiant):
    reply = await client.get(f"/Demarches/{identifiant}?button=1")
    assert reply.status_code == 404
    assert textes("fr")["refus"]["inconnu"][0] in reply.text
    assert '<html lang="fr"' in reply.text


async def test_an_old_address_of_a_closed_bouton_leads_to_its_explanation(client, connue, sql):
    await sql.execute("UPDATE bouton SET ferme_le = now()")
    reply = await client.get("/Demarches/1006?button=1859", follow_redirects=True)
    assert reply.status_code == 410
    assert textes("fr")["refus"]["ferme"][0] in reply.text


async def test_an_old_address_leads_to_a_bouton_that_is_open_unless_it_names_another(client, connue, sql):
    await sql.execute("UPDATE bouton SET ferme_le = now() WHERE cle = 'cle-passeport'")
    assert (await client.get("/Demarches/1006?button=1")).headers["location"] == "/avis/cle-courriel"
    assert (await client.get(ANCIEN.format("principal"))).headers["location"] == "/avis/cle-passeport"


async def test_the_language_of_an_old_address_is_kept(client, connue):
    reply = await client.get("/Demarches/1006?button=1&lang=en")
    assert reply.headers["location"] == "/avis/cle-passeport?langue=en"
