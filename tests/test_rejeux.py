"""The same avis sent again: what makes no difference in what is stored makes none, today or before an upgrade."""

import hashlib
import io
import json
from uuid import uuid4

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.avis.importation import import_avis
from app.avis.questions import AIDES, CANAUX

ABSENT = object()


def avis_for(bouton, **values):
    return {"id": str(uuid4()), "bouton": bouton.cle, "note": 8, **values}


async def statuses(client, *sent):
    return [(await client.post("/api/v1/avis", json=avis)).status_code for avis in sent]


CONTACT = st.fixed_dictionaries({}, optional={"joint": st.booleans(), "satisfaction": st.integers(1, 5)})


@st.composite
def written_twice(draw):
    """Two ways of writing the same answers: keys and choices in another order, nothing said in another way."""
    aide = draw(st.just(["aucune"]) | st.sets(st.sampled_from(AIDES[1:]), min_size=1).map(sorted))
    contacts = {canal: draw(CONTACT) for canal in CANAUX if canal in aide}
    comprehension, autre = draw(st.none() | st.integers(1, 5)), draw(st.sampled_from(["", "Un voisin"]))

    def shuffled(answers, empty):
        pairs = draw(st.permutations(list(answers.items())))
        return {name: value for name, value in pairs if value or value is False or draw(empty)}

    def writing():
        nulls = {canal: {"joint": None, "satisfaction": None} | contact for canal, contact in contacts.items()}
        said = {canal: shuffled(contact, st.booleans()) for canal, contact in nulls.items()}
        answers = {"comprehension": comprehension, "contacts": shuffled(said, st.booleans())}
        answers |= {"aide": draw(st.permutations(aide)), "aide_autre": autre if "autre" in aide else None}
        return shuffled(answers, st.booleans())

    return writing(), writing()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(pair=written_twice())
async def test_the_same_answers_written_in_another_way_are_the_same_avis(client, bouton, pair):
    one, other = pair
    avis = avis_for(bouton)
    assert await statuses(client, avis | {"reponses": one}, avis | {"reponses": other}) == [201, 200]


SAME = {
    "choices in another order": (
        {"reponses": {"aide": ["proche", "guichet"]}},
        {"reponses": {"aide": ["guichet", "proche"]}},
    ),
    "no answers": ({}, {"reponses": None}, {"reponses": {}}, {"reponses": {"aide": None, "contacts": {}}}),
    "no contact": (
        {"reponses": {"aide": ["guichet"]}},
        {"reponses": {"aide": ["guichet"], "contacts": {"guichet": {}}}},
        {"reponses": {"aide": ["guichet"], "contacts": {"guichet": {"joint": None}}, "aide_autre": ""}},
    ),
    "no other help": ({"reponses": {"comprehension": 3}}, {"reponses": {"comprehension": 3, "aide_autre": " \n"}}),
    "no comment": ({}, {"commentaire": None}, {"commentaire": ""}, {"commentaire": " \u00a0\n\t"}),
    "blanks around": ({"commentaire": "Bien"}, {"commentaire": "\u2003Bien \n"}),
    "blanks around the other help": (
        {"reponses": {"aide": ["autre"], "aide_autre": "Un voisin"}},
        {"reponses": {"aide": ["autre"], "aide_autre": " Un voisin\u00a0"}},
    ),
    "language": ({}, {"langue": "fr"}, {"langue": "FR"}),
    "what is removed": ({"commentaire": "Au 06 12 34 56 78"}, {"commentaire": "Au 06.12.34.56.78"}),
}  # fmt: skip


@pytest.mark.parametrize("writings", SAME.values(), ids=SAME)
async def test_what_is_stored_the_same_is_the_same(client, bouton, recount, writings):
    for turn in range(len(writings)):
        avis = avis_for(bouton)
        sent = [avis | writing for writing in (*writings[turn:], *writings[:turn])]
        assert await statuses(client, *sent) == [201] + [200] * (len(sent) - 1)
    assert await recount(bouton) == {8: len(writings)}


async def test_the_id_may_be_written_in_capitals(client, bouton):
    avis = avis_for(bouton)
    assert await statuses(client, avis, avis | {"id": avis["id"].upper()}) == [201, 200]


async def test_an_answer_given_in_another_order_completes_nothing(client, bouton, sql):
    avis = avis_for(bouton, reponses={"aide": ["guichet", "proche"]})
    jeton = (await client.post("/api/v1/avis", json=avis)).json()["jeton"]
    bearer = {"Authorization": f"Bearer {jeton}"}
    for order in (["guichet", "proche"], ["proche", "guichet"]):
        await sql.execute("UPDATE avis SET reponses = $1", json.dumps({"aide": order}))
        for change in ({"aide": ["guichet", "proche"]}, {"aide": ["proche", "guichet"]}, {"aide_autre": " "}):
            await client.patch(f"/api/v1/avis/{avis['id']}", json={"reponses": change}, headers=bearer)
    assert await sql.fetchval("SELECT version FROM avis") == 0


def empreinte_d_avant(bouton, avis):
    """As every version up to 0006 wrote it: choices in the order given, the language as it was written."""
    content = [bouton.id, avis["note"], avis.get("langue", "fr"), avis.get("reponses"), avis.get("commentaire")]
    digest = hashlib.blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


async def store_as_before(sql, bouton, avis):
    await sql.execute(
        "UPDATE avis SET empreinte = $1, reponses = $2, commentaire = $3",
        empreinte_d_avant(bouton, avis),
        json.dumps(avis["reponses"]) if avis.get("reponses") else None,
        avis.get("commentaire"),
    )


AVANT = [
    {},
    {"langue": "en-GB"},
    {"reponses": {"aide": ["guichet", "proche"], "comprehension": 2}},
    {"reponses": {"aide": ["proche", "guichet"], "contacts": {"guichet": {"joint": True}}}, "commentaire": "Bien"},
]


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("completed", [False, True])
@pytest.mark.parametrize("values", AVANT)
async def test_what_was_deposited_before_the_upgrade_is_still_the_same_deposit(
    client, bouton, sql, recount, values, completed, closed
):
    avis = avis_for(bouton, **values)
    jeton = (await client.post("/api/v1/avis", json=avis)).json()["jeton"]
    await store_as_before(sql, bouton, avis)
    if completed:
        bearer = {"Authorization": f"Bearer {jeton}"}
        change = {"reponses": {"aide": ["internet"]}, "commentaire": "Autre"}
        assert (await client.patch(f"/api/v1/avis/{avis['id']}", json=change, headers=bearer)).status_code == 200
    if closed:
        await sql.execute("UPDATE bouton SET ferme_le = now()")
    reply = await client.post("/api/v1/avis", json=avis)
    assert (reply.status_code, reply.json()["jeton"]) == (200, None if closed else jeton)
    other = await client.post("/api/v1/avis", json=avis | {"note": 0})
    assert other.status_code == (410 if closed else 409)
    assert await recount(bouton) == {8: 1}


async def test_what_was_stored_under_older_rules_of_masking_is_still_the_same_deposit(
    client, bouton, sql, engine, tmp_path
):
    said = "Rappelez-moi au 06 12 34 56 78"
    avis = avis_for(bouton, commentaire=said, reponses={"aide": ["autre"], "aide_autre": said})
    await client.post("/api/v1/avis", json=avis)
    await store_as_before(sql, bouton, avis)
    assert await statuses(client, avis, avis | {"commentaire": "Rappelez"}) == [200, 409]
    text = io.StringIO("id,demarche,note,depose_le,commentaire,reponses\n", newline="")
    text.seek(0, io.SEEK_END)
    answers = json.dumps(avis["reponses"]).replace('"', '""')
    for comment in (said, "Rappelez"):
        text.write(f'{avis["id"]},{bouton.slug},8,2026-01-01T00:00:00+00:00,{comment},"{answers}"\n')
    text.seek(0)
    bilan = await import_avis(engine, text, tmp_path / "rejets.csv")
    assert (bilan.enregistres, bilan.deja_la, bilan.rejetes) == (0, 1, 1)


async def test_a_file_imported_before_the_upgrade_is_already_there(engine, bouton, sql, tmp_path):
    avis = {"id": str(uuid4()), "note": 8, "reponses": {"aide": ["proche", "guichet"]}}
    answers = json.dumps(avis["reponses"]).replace('"', '""')
    text = f'id,demarche,note,depose_le,reponses\n{avis["id"]},{bouton.slug},8,2026-01-01T00:00:00+00:00,"{answers}"\n'

    async def bilan():
        done = await import_avis(engine, io.StringIO(text, newline=""), tmp_path / "rejets.csv")
        return done.enregistres, done.deja_la, done.rejetes

    assert await bilan() == (1, 0, 0)
    await store_as_before(sql, bouton, avis)
    assert await bilan() == (0, 1, 0)


async def test_two_contents_for_one_id_are_still_told_apart_when_they_come_at_once(client, bouton, recount):
    avis = avis_for(bouton)
    one, other = {"reponses": {"aide": ["proche", "guichet"]}}, {"reponses": {"aide": ["proche"]}}
    assert sorted(await statuses(client, *(avis | way for way in (one, other, one, other)))) == [200, 201, 409, 409]
    assert await recount(bouton) == {8: 1}


async def test_what_has_one_writing_keeps_the_fingerprint_that_it_always_had(client, bouton, sql):
    reponses = {"aide": ["guichet"], "comprehension": 2, "contacts": {"guichet": {"joint": True}}}
    avis = avis_for(bouton, reponses=reponses, commentaire="Bien")
    await client.post("/api/v1/avis", json=avis)
    assert await sql.fetchval("SELECT empreinte FROM avis") == empreinte_d_avant(bouton, avis)
