"""Many completions of one avis: fifty at most, the one said last wins whatever arrives when, and nobody else waits."""

import asyncio
import json
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.avis import comptes
from app.avis import sql as avis_sql
from app.avis.questions import AIDES, CANAUX
from app.main import create_app
from tests.conftest import serving


async def deposit(client, bouton, **values):
    avis = {"id": str(uuid4()), "bouton": bouton.cle, "note": 5, **values}
    reply = await client.post("/api/v1/avis", json=avis)
    assert reply.status_code == 201
    return avis["id"], {"Authorization": f"Bearer {reply.json()['jeton']}"}


async def complete(client, avis, change):
    ident, bearer = avis
    return await client.patch(f"/api/v1/avis/{ident}", json=change, headers=bearer)


async def codes(client, avis, changes):
    replies = [await complete(client, avis, change) for change in changes]
    return [reply.json().get("code", reply.status_code) for reply in replies]


async def stored(sql, avis):
    row = await sql.fetchrow("SELECT note, reponses, commentaire FROM avis WHERE id = $1", avis[0])
    return row["note"], json.loads(row["reponses"] or "null"), row["commentaire"]


async def test_an_avis_is_completed_fifty_times_at_most_and_says_so_in_french(client, bouton, recount):
    avis = await deposit(client, bouton)
    assert await codes(client, avis, [{"note": n % 5} for n in range(50)]) == [200] * 50
    reply = await complete(client, avis, {"note": 10})
    assert (reply.status_code, reply.json()["code"]) == (409, "trop_de_complements")
    assert reply.headers["content-type"] == "application/problem+json"
    assert "cinquante" in reply.json()["detail"]
    assert await recount(bouton) == {4: 1}


async def test_saying_the_same_again_is_never_too_much(client, bouton, recount):
    avis = await deposit(client, bouton)
    assert await codes(client, avis, [{"note": 5}, {}, {"commentaire": None}] * 30) == [200] * 90
    assert await codes(client, avis, [{"note": n % 5} for n in range(50)]) == [200] * 50
    said_again = [{"note": 4}, {"note": 4, "ordre": 7}, {"note": 4, "ordre": 8}, {"note": 1, "ordre": 8}]
    assert await codes(client, avis, said_again) == [200] * 4
    assert await codes(client, avis, [{"note": 1, "ordre": 9}]) == ["trop_de_complements"]
    assert await recount(bouton) == {4: 1}


@pytest.mark.parametrize("version", [50, 51, 32_767])
async def test_an_avis_completed_too_often_before_there_was_a_limit_answers_as_the_others(
    client, bouton, sql, recount, version
):
    avis = await deposit(client, bouton)
    await sql.execute("UPDATE avis SET version = $1", version)
    said = [{"note": 9}, {"note": 5}, {"note": 5, "ordre": 3}, {"note": 5, "ordre": 2}, {"commentaire": "encore"}]
    assert await codes(client, avis, said) == ["trop_de_complements", 200, 200, 200, "trop_de_complements"]
    assert await recount(bouton) == {5: 1}


@asynccontextmanager
async def held(client, sql, count):
    """The first completion sent within the block waits for the database, and those after it form the next batches."""
    async with sql.transaction():
        await sql.execute("LOCK TABLE avis IN EXCLUSIVE MODE")
        yield
        while len(client._transport.app.state.guichet.complements) < count - 1:
            await asyncio.sleep(0)


@pytest.mark.parametrize("ordered", [False, True])
async def test_fifteen_hundred_at_once_on_one_avis_let_everybody_else_through(
    settings, database_url, bouton, sql, recount, monkeypatch, ordered
):
    write, writes = avis_sql.completer, []

    async def counted(connection, columns):
        writes.append(columns[1])
        return await write(connection, columns)

    monkeypatch.setattr(avis_sql, "completer", counted)
    async with serving(create_app(settings.model_copy(update={"delai_lot": 60}), database_url)) as client:
        avis = await deposit(client, bouton)
        strangers = [await deposit(client, bouton, note=0) for _ in range(40)]
        said = [{"note": rang % 10, "commentaire": f"dit {rang}"} for rang in range(1500)]
        sends = [(avis, change | ({"ordre": rang} if ordered else {})) for rang, change in enumerate(said)]
        for rang, stranger in enumerate(strangers):
            sends.insert(rang * 37, (stranger, {"note": 10}))
        async with held(client, sql, len(sends)):
            tasks = [asyncio.create_task(complete(client, *send)) for send in sends]
        replies = await asyncio.gather(*tasks)
    theirs = [reply.status_code for reply, (whose, _) in zip(replies, sends, strict=True) if whose is not avis]
    mine = [reply for reply, (whose, _) in zip(replies, sends, strict=True) if whose is avis]
    assert theirs == [200] * 40
    assert [reply.status_code for reply in mine] == [200] * 50 + [409] * 1450
    assert {reply.json()["code"] for reply in mine[50:]} == {"trop_de_complements"}
    assert all(len(set(ids)) == len(ids) for ids in writes)
    assert len(writes) <= 1 + -(-len(sends) // 200)  # one for each batch, however many are about the same avis
    assert (await stored(sql, avis)) == (9, None, "dit 49")
    assert await recount(bouton) == {9: 1, 10: 40}


async def test_each_completion_of_a_batch_gets_its_own_answer(client, bouton, sql):
    avis = await deposit(client, bouton, reponses={"aide": ["telephone"]})
    changes = [
        ({"reponses": {"comprehension": 2}}, 200),
        ({"reponses": {"contacts": {"guichet": {"joint": True}}}}, 422),
        ({"reponses": {"contacts": {"telephone": {"joint": True}}}}, 200),
        ({"reponses": {"aide": ["guichet"], "contacts": {"guichet": {"joint": False}}}}, 200),
        ({"reponses": {"contacts": {"telephone": {"joint": True}}}}, 422),
        ({"commentaire": " bon "}, 200),
        ({"commentaire": "bon"}, 200),
    ]
    async with held(client, sql, len(changes)):
        sends = [asyncio.create_task(complete(client, avis, change)) for change, _ in changes]
    replies = await asyncio.gather(*sends)
    assert [reply.status_code for reply in replies] == [status for _, status in changes]
    whole = {"comprehension": 2, "aide": ["guichet"], "contacts": {"guichet": {"joint": False}}}
    assert await stored(sql, avis) == (5, whole, "bon")


async def test_a_refused_completion_of_a_batch_does_not_carry_its_order(client, bouton, sql):
    avis = await deposit(client, bouton)
    said = [{"ordre": 9, "reponses": {"contacts": {"guichet": {"joint": True}}}}, {"ordre": 8, "note": 3}]
    assert await codes(client, avis, said) == ["avis_invalide", 200]
    assert (await stored(sql, avis))[0] == 3


async def test_what_was_said_earlier_and_arrives_later_changes_nothing(client, bouton, sql, recount):
    avis = await deposit(client, bouton)
    said = [
        {"note": 1, "ordre": 5},
        {"note": 9, "ordre": 4, "commentaire": "avant"},
        {"note": 8, "ordre": 5},
        {"note": 7, "ordre": 0},
    ]
    assert await codes(client, avis, said) == [200] * 4
    assert await stored(sql, avis) == (1, None, None)
    assert await codes(client, avis, [{"note": 1, "ordre": 7}, {"note": 2, "ordre": 6}]) == [200, 200]
    assert await recount(bouton) == {1: 1}
    assert await codes(client, avis, [{"note": 3}, {"note": 4, "ordre": 2**53 - 1}]) == [200, 200]
    assert await recount(bouton) == {4: 1}


@pytest.mark.parametrize("ordre", [-1, 2**53, 10**30, 1.5, "1", True, [], {}])
async def test_an_order_is_a_whole_number_that_javascript_can_hold(client, bouton, recount, ordre):
    avis = await deposit(client, bouton)
    reply = await complete(client, avis, {"note": 1, "ordre": ordre})
    assert (reply.status_code, reply.json()["code"]) == (422, "avis_invalide")
    assert reply.json()["erreurs"][0]["champ"] == "ordre"
    assert await recount(bouton) == {5: 1}


async def test_a_deposit_carries_no_order(client, bouton):
    avis = {"id": str(uuid4()), "bouton": bouton.cle, "note": 5, "ordre": 1}
    assert (await client.post("/api/v1/avis", json=avis)).status_code == 422


CONTACT = st.fixed_dictionaries({}, optional={"joint": st.booleans(), "satisfaction": st.integers(1, 5)})


@st.composite
def whole_avis(draw):
    """Everything that a citizen has said so far, as a button sends it at each step."""
    aide = draw(st.just(["aucune"]) | st.sets(st.sampled_from(AIDES[1:]), min_size=1).map(sorted))
    canaux = sorted(set(aide).intersection(CANAUX))
    contacts = {canal: draw(CONTACT) for canal in canaux}
    reponses = {"aide": aide, "contacts": contacts or None, "comprehension": draw(st.none() | st.integers(1, 5))}
    return {"note": draw(st.integers(0, 10)), "reponses": reponses, "commentaire": draw(st.sampled_from([None, "dit"]))}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), steps=st.lists(whole_avis(), min_size=1, max_size=8))
async def test_in_whatever_order_they_arrive_the_last_said_stays_and_figures_follow(
    client, bouton, engine, sql, data, steps
):
    said = [step | {"ordre": rang} for rang, step in enumerate(steps)]
    arrivals = data.draw(st.permutations(said + data.draw(st.lists(st.sampled_from(said), max_size=4))))
    avis, expected = await deposit(client, bouton), await deposit(client, bouton)
    if data.draw(st.booleans()):
        replies = await asyncio.gather(*(complete(client, avis, change) for change in arrivals))
    else:
        replies = [await complete(client, avis, change) for change in arrivals]
    assert {reply.status_code for reply in replies} == {200}
    assert (await complete(client, expected, steps[-1])).status_code == 200
    assert await stored(sql, avis) == await stored(sql, expected)
    assert (await comptes.verify(engine)).ecarts == []


async def test_two_servers_at_once_end_with_what_was_said_last(settings, database_url, bouton, engine, sql):
    async with (
        serving(create_app(settings, database_url)) as one,
        serving(create_app(settings, database_url)) as other,
    ):
        for _ in range(5):
            avis = await deposit(one, bouton)
            orders = [(7 * rang) % 41 for rang in range(41)]
            sends = [
                complete(server, avis, {"note": ordre % 10, "commentaire": str(ordre), "ordre": ordre})
                for rang, ordre in enumerate(orders)
                for server in ((one, other) if rang % 3 else (other,))
            ]
            assert {reply.status_code for reply in await asyncio.gather(*sends)} == {200}
            assert await stored(sql, avis) == (0, None, "40")
    assert (await comptes.verify(engine)).ecarts == []


async def meanwhile(sql, monkeypatch, statement):
    """Between the reading and the writing of the next completion, another server does this."""
    read, turns = avis_sql.lire, [statement]

    async def read_then_other(*arguments):
        rows = await read(*arguments)
        while turns:
            await sql.execute(turns.pop())
        return rows

    monkeypatch.setattr(avis_sql, "lire", read_then_other)


async def test_an_order_advanced_by_another_server_between_reading_and_writing_is_not_undone(
    client, bouton, sql, recount, monkeypatch
):
    avis = await deposit(client, bouton)
    await meanwhile(sql, monkeypatch, "UPDATE avis SET ordre = 9")
    assert await codes(client, avis, [{"note": 1, "ordre": 8}]) == [200]
    assert await recount(bouton) == {5: 1}


async def test_what_another_server_completed_between_reading_and_writing_is_kept(client, bouton, sql, monkeypatch):
    avis = await deposit(client, bouton)
    await meanwhile(sql, monkeypatch, "UPDATE avis SET commentaire = 'autre', version = version + 1")
    assert await codes(client, avis, [{"reponses": {"comprehension": 2}}]) == [200]
    assert await stored(sql, avis) == (5, {"comprehension": 2}, "autre")


async def test_a_help_that_grew_when_it_was_cleaned_does_not_stop_the_next_steps(client, bouton, sql):
    dense = " ".join(["a@b.fr"] * 35)
    avis = await deposit(client, bouton, reponses={"aide": ["autre"], "aide_autre": dense})
    assert len((await stored(sql, avis))[1]["aide_autre"]) > 250
    assert await codes(client, avis, [{"reponses": {"comprehension": 4}}]) == [200]


async def test_texts_from_which_something_was_removed_are_answered_as_they_are_stored(client, bouton, sql):
    avis = await deposit(client, bouton)
    said = {"reponses": {"aide": ["autre"], "aide_autre": "mon voisin"}, "commentaire": "  Merci ! "}
    assert (await complete(client, avis, said)).json().keys() == {"id", "statut", "jeton"}
    reply = await complete(client, avis, {**said, "commentaire": "  Appelez le 06 12 34 56 78 "})
    assert reply.json()["retenu"] == {"aide_autre": "mon voisin", "commentaire": "Appelez le [téléphone retiré]"}
    assert (await stored(sql, avis))[2] == reply.json()["retenu"]["commentaire"]
    reply = await complete(client, avis, {"reponses": {"aide_autre": "jean@exemple.fr"}})
    assert reply.json()["retenu"] == {"aide_autre": "[courriel retiré]"}
    assert "retenu" not in (await complete(client, avis, {"commentaire": None})).json()
