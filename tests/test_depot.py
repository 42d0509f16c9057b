"""The deposit, through HTTP, every row of its table of cases."""

import asyncio
from uuid import uuid4


def avis_for(bouton, **values):
    return {"id": str(uuid4()), "bouton": bouton.cle, "note": 8, **values}


async def test_a_new_avis_is_stored_counted_and_acknowledged(client, bouton, recount):
    avis = avis_for(bouton)
    reply = await client.post("/api/v1/avis", json=avis)
    assert reply.status_code == 201
    assert reply.json().keys() == {"id", "statut", "jeton"}
    assert (reply.json()["id"], reply.json()["statut"]) == (avis["id"], "enregistre")
    assert await recount(bouton) == {8: 1}


async def test_a_replayed_avis_counts_once_and_gets_the_same_answer(client, bouton, recount):
    avis = avis_for(bouton)
    first, again = [await client.post("/api/v1/avis", json=avis) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert await recount(bouton) == {8: 1}


async def test_the_same_avis_from_fifty_tasks_at_once_counts_once(client, bouton, recount):
    avis = avis_for(bouton)
    replies = await asyncio.gather(*(client.post("/api/v1/avis", json=avis) for _ in range(50)))
    assert sorted(r.status_code for r in replies) == [200] * 49 + [201]
    assert len({r.text for r in replies}) == 1
    assert await recount(bouton) == {8: 1}
