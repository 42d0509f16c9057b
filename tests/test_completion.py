"""Completing an avis step by step, with its jeton: the figures follow, nothing said is lost."""

import asyncio
import datetime as dt
import json
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.avis import comptes
from app.avis.jeton import DUREE, JetonExpire, JetonInvalide, Signataire
from app.avis.questions import AIDES, CANAUX


async def deposit(client, bouton, **values):
    avis = {"id": str(uuid4()), "bouton": bouton.cle, "note": 5, **values}
    reply = await client.post("/api/v1/avis", json=avis)
    assert reply.status_code == 201
    return avis["id"], {"Authorization": f"Bearer {reply.json()['jeton']}"}


async def stored(sql):
    row = await sql.fetchrow("SELECT note, reponses, commentaire FROM avis")
    return row["note"], json.loads(row["reponses"] or "null"), row["commentaire"]


async def counts(sql):
    rows = await sql.fetch("SELECT * FROM compte WHERE pas = 'm'")
    return {(r["question"], k): r[f"n{k}"] for r in rows for k in range(11) if r[f"n{k}"]}


async def test_the_note_may_change_and_the_figures_follow(client, bouton, recount):
    avis, bearer = await deposit(client, bouton)
    reply = await client.patch(f"/api/v1/avis/{avis}", json={"note": 10}, headers=bearer)
    assert (reply.status_code, reply.json()["statut"]) == (200, "enregistre")
    assert await recount(bouton) == {10: 1}


async def test_each_step_adds_to_what_was_said_before(client, bouton, sql):
    avis, bearer = await deposit(client, bouton)
    steps = [
        {"reponses": {"comprehension": 2}},
        {"reponses": {"aide": ["telephone"]}},
        {"reponses": {"contacts": {"telephone": {"joint": False}}}},
        {"commentaire": "Personne ne répond au 06 12 34 56 78."},
    ]
    for step in steps:
        assert (await client.patch(f"/api/v1/avis/{avis}", json=step, headers=bearer)).status_code == 200
    answers = {"comprehension": 2, "aide": ["telephone"], "contacts": {"telephone": {"joint": False}}}
    assert await stored(sql) == (5, answers, "Personne ne répond au [téléphone retiré].")
    assert await counts(sql) == {(1, 5): 1, (2, 2): 1, (3, 0): 1, (3, 3): 1, (5, 0): 1, (12, 0): 1}


async def test_an_answer_may_be_changed_or_taken_back(client, bouton, sql):
    avis, bearer = await deposit(client, bouton, reponses={"comprehension": 1, "aide": ["aucune"]}, commentaire="Bof")
    change = {"reponses": {"comprehension": 5, "aide": None}, "commentaire": None}
    assert (await client.patch(f"/api/v1/avis/{avis}", json=change, headers=bearer)).status_code == 200
    assert await stored(sql) == (5, {"comprehension": 5}, None)
    assert await counts(sql) == {(1, 5): 1, (2, 5): 1}


async def test_the_same_completion_again_changes_nothing(client, bouton, sql):
    avis, bearer = await deposit(client, bouton)
    for _ in range(3):
        await client.patch(f"/api/v1/avis/{avis}", json={"reponses": {"comprehension": 3}}, headers=bearer)
    assert await counts(sql) == {(1, 5): 1, (2, 3): 1}


async def test_a_replay_of_the_deposit_after_completions_is_still_the_same_deposit(client, bouton, recount):
    avis = {"id": str(uuid4()), "bouton": bouton.cle, "note": 5}
    first = await client.post("/api/v1/avis", json=avis)
    bearer = {"Authorization": f"Bearer {first.json()['jeton']}"}
    await client.patch(f"/api/v1/avis/{avis['id']}", json={"note": 0}, headers=bearer)
    again = await client.post("/api/v1/avis", json=avis)
    assert (again.status_code, again.json()) == (200, first.json())
    assert await recount(bouton) == {0: 1}


async def test_many_completions_of_one_avis_at_once_lose_nothing(client, bouton, sql, recount):
    avis, bearer = await deposit(client, bouton)
    changes = [{"note": n} for n in range(11)]
    changes += [{"reponses": {"comprehension": n}} for n in (1, 2, 3, 4, 5)] + [{"commentaire": "dit"}]
    replies = await asyncio.gather(
        *(client.patch(f"/api/v1/avis/{avis}", json=change, headers=bearer) for change in changes)
    )
    assert {reply.status_code for reply in replies} == {200}
    note, answers, comment = await stored(sql)
    assert (answers, comment) == ({"comprehension": 5}, "dit")
    assert await recount(bouton) == {note: 1}


async def test_many_avis_completed_at_once_all_change(client, bouton, recount):
    deposits = [await deposit(client, bouton, note=0) for _ in range(30)]
    replies = await asyncio.gather(
        *(client.patch(f"/api/v1/avis/{avis}", json={"note": 10}, headers=bearer) for avis, bearer in deposits)
    )
    assert {reply.status_code for reply in replies} == {200}
    assert await recount(bouton) == {10: 30}


@pytest.mark.parametrize(
    "change",
    [
        {"note": 11},
        {"note": None},
        {"bouton": "autre"},
        {"id": str(uuid4())},
        {"reponses": {"contacts": {"telephone": {"joint": True}}}},
        {"reponses": {"aide": ["aucune", "proche"]}},
        {"commentaire": "\x00"},
    ],
)
async def test_a_completion_that_is_not_valid_changes_nothing(client, bouton, sql, change):
    avis, bearer = await deposit(client, bouton)
    reply = await client.patch(f"/api/v1/avis/{avis}", json=change, headers=bearer)
    assert (reply.status_code, reply.json()["code"]) == (422, "avis_invalide")
    assert await stored(sql) == (5, None, None)


async def test_each_canal_keeps_what_was_said_of_it_until_it_is_taken_back(client, bouton, sql):
    avis, bearer = await deposit(client, bouton, reponses={"aide": ["telephone", "guichet"]})

    async def contacts_after(**change):
        reply = await client.patch(f"/api/v1/avis/{avis}", json={"reponses": change}, headers=bearer)
        assert reply.status_code == 200
        return (await stored(sql))[1].get("contacts")

    await contacts_after(contacts={"telephone": {"joint": True, "satisfaction": 2}})
    both = {"guichet": {"joint": False}, "telephone": {"joint": True, "satisfaction": 2}}
    assert await contacts_after(contacts={"guichet": {"joint": False}}) == both
    assert await contacts_after(contacts={}) == await contacts_after(comprehension=4) == both
    assert await counts(sql) == {
        (1, 5): 1,
        (2, 4): 1,
        (3, 0): 1,
        (3, 2): 1,
        (3, 3): 1,
        (4, 0): 1,
        (5, 1): 1,
        (9, 2): 1,
        (12, 0): 1,
        (12, 1): 1,
        (12, 3): 1,
    }
    assert await contacts_after(contacts={"telephone": {"joint": False}}) == both | {"telephone": {"joint": False}}
    assert await contacts_after(contacts={"telephone": None}) == {"guichet": {"joint": False}}
    assert await contacts_after(contacts=None) is None
    assert await counts(sql) == {(1, 5): 1, (2, 4): 1, (3, 0): 1, (3, 2): 1, (3, 3): 1}


async def test_a_choice_of_aide_taken_back_goes_with_what_was_said_of_it(client, bouton, sql):
    contacts = {"telephone": {"joint": True}, "guichet": {"joint": False}}
    reponses = {"aide": ["telephone", "guichet", "autre"], "aide_autre": "Ma fille", "contacts": contacts}
    avis, bearer = await deposit(client, bouton, reponses=reponses)
    change = {"reponses": {"aide": ["telephone", "proche"], "contacts": {"telephone": {"joint": False}}}}
    assert (await client.patch(f"/api/v1/avis/{avis}", json=change, headers=bearer)).status_code == 200
    assert (await stored(sql))[1] == change["reponses"]
    assert await counts(sql) == {(1, 5): 1, (3, 0): 1, (3, 3): 1, (3, 6): 1, (5, 0): 1, (12, 0): 1}
    refused = {"reponses": {"aide": ["proche"], "contacts": {"telephone": {"joint": True}}}}
    assert (await client.patch(f"/api/v1/avis/{avis}", json=refused, headers=bearer)).status_code == 422
    assert (await stored(sql))[1] == change["reponses"]


CONTACTS = st.fixed_dictionaries({}, optional={"joint": st.booleans(), "satisfaction": st.integers(1, 5)})
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "comprehension": st.none() | st.integers(1, 5),
        "aide": st.none() | st.sets(st.sampled_from(AIDES), min_size=1).map(sorted),
        "contacts": st.none() | st.dictionaries(st.sampled_from(CANAUX), st.none() | CONTACTS),
    },
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=st.lists(CHANGES, max_size=6))
async def test_whatever_the_steps_the_counts_are_those_of_a_recount(client, bouton, engine, changes):
    avis, bearer = await deposit(client, bouton)
    for change in changes:
        reply = await client.patch(f"/api/v1/avis/{avis}", json={"reponses": change}, headers=bearer)
        assert reply.status_code in {200, 422}
    assert (await comptes.verify(engine)).ecarts == []


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer x", "Basic abc", "Bearer é", "Bearer " + "A" * 40]
)
async def test_without_its_jeton_an_avis_cannot_be_completed(client, bouton, authorization):
    avis, _ = await deposit(client, bouton)
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    reply = await client.patch(f"/api/v1/avis/{avis}", json={"note": 10}, headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (401, "jeton_invalide")
    assert reply.headers["www-authenticate"] == "Bearer"


async def test_the_jeton_of_an_avis_opens_no_other(client, bouton):
    first, _ = await deposit(client, bouton)
    _, bearer = await deposit(client, bouton)
    reply = await client.patch(f"/api/v1/avis/{first}", json={"note": 10}, headers=bearer)
    assert reply.status_code == 401


def test_a_jeton_ends_one_hour_after_the_deposit_and_is_the_same_whenever_it_is_made():
    signataire, avis = Signataire(b"secret"), UUID(int=7)
    depose_le = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    jeton = signataire.sign(avis, 3, depose_le)
    assert signataire.sign(avis, 3, depose_le) == jeton
    droit = signataire.check(jeton, avis)
    assert (droit.lieu, droit.fin) == (3, depose_le.timestamp() + DUREE)
    droit.check_fin(depose_le + dt.timedelta(seconds=DUREE - 1))
    with pytest.raises(JetonExpire):
        droit.check_fin(depose_le + dt.timedelta(seconds=DUREE))
    with pytest.raises(JetonInvalide):
        Signataire(b"autre").check(jeton, avis)
