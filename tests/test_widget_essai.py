"""A bouton d'essai answers like any other, and nothing it takes in is ever stored or counted."""

from uuid import uuid4

import asyncpg
import pytest


@pytest.fixture
async def essai(bouton, sql):
    """The démarche of `bouton` has another bouton, for trying."""
    await sql.execute(
        "INSERT INTO bouton (demarche_id, cle, nom, origines, essai) VALUES ($1, 'essai', 'Essai', $2, true)",
        bouton.demarche_id,
        ["https://recette.exemple"],
    )


def avis(**values):
    return {"id": str(uuid4()), "bouton": "essai", "note": 10, **values}


async def test_its_avis_are_acknowledged_completed_and_stored_nowhere(client, essai, sql):
    body = avis()
    reply = await client.post("/api/v1/avis", json=body)
    assert reply.status_code == 201
    headers = {"authorization": f"Bearer {reply.json()['jeton']}"}
    complete = await client.patch(f"/api/v1/avis/{body['id']}", json={"commentaire": "essai"}, headers=headers)
    assert complete.status_code == 200
    assert await sql.fetchval("SELECT count(*) FROM avis") == 0
    assert await sql.fetchval("SELECT count(*) FROM compte") == 0


async def test_it_refuses_what_another_bouton_would(client, essai, sql):
    elsewhere = await client.post("/api/v1/avis", json=avis(), headers={"origin": "https://ailleurs.exemple"})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "origine_refusee")
    assert (await client.post("/api/v1/avis", json=avis(note=11))).status_code == 422
    await sql.execute("UPDATE bouton SET ferme_le = now() WHERE cle = 'essai'")
    assert (await client.post("/api/v1/avis", json=avis())).status_code == 410


async def test_its_jeton_opens_no_real_avis(client, essai, bouton, recount):
    body = avis()
    jeton = (await client.post("/api/v1/avis", json=body)).json()["jeton"]
    await client.post("/api/v1/avis", json={**body, "bouton": bouton.cle})
    headers = {"authorization": f"Bearer {jeton}"}
    assert (await client.patch(f"/api/v1/avis/{body['id']}", json={"note": 0}, headers=headers)).status_code == 200
    assert await recount(bouton) == {10: 1}


async def test_a_bouton_is_for_trying_or_is_not_for_life(essai, bouton, sql):
    for cle, value in (("essai", False), (bouton.cle, True)):
        with pytest.raises(asyncpg.RestrictViolationError):
            await sql.execute("UPDATE bouton SET essai = $2 WHERE cle = $1", cle, value)


async def test_the_page_of_the_form_thanks_for_the_trial(client, essai, sql):
    reply = await client.post(
        "/avis/essai", data={"note": "5", "langue": "fr"}, headers={"sec-fetch-site": "same-origin"}
    )
    assert reply.status_code == 303
    assert "l’essai a fonctionné" in (await client.get(reply.headers["location"])).text
    assert await sql.fetchval("SELECT count(*) FROM avis") == 0
