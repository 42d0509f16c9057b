"""The deposit, through HTTP: every row of its table of cases, and what is stored after each."""

import asyncio
import json
from uuid import uuid4

import pytest

from app.main import create_app
from tests.conftest import serving


def avis_for(bouton, **values):
    return {"id": str(uuid4()), "bouton": bouton.cle, "note": 8, **values}


async def code_of(reply):
    assert reply.headers["content-type"] == "application/problem+json"
    body = reply.json()
    assert body.keys() >= {"type", "title", "status", "detail", "code"}
    assert body["status"] == reply.status_code
    return body["code"]


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


async def test_the_same_avis_through_two_servers_at_once_counts_once(settings, database_url, bouton, recount):
    async with (
        serving(create_app(settings, database_url)) as one,
        serving(create_app(settings, database_url)) as other,
    ):
        for _ in range(10):
            avis = avis_for(bouton)
            sends = [server.post("/api/v1/avis", json=avis) for _ in range(10) for server in (one, other)]
            replies = await asyncio.gather(*sends)
            assert sorted(r.status_code for r in replies) == [200] * 19 + [201]
            assert len({r.text for r in replies}) == 1
    assert await recount(bouton) == {8: 10}


async def test_many_boutons_through_two_servers_never_deadlock(settings, database_url, new_bouton, recount):
    boutons = [await new_bouton(f"d{n}") for n in range(8)]
    async with (
        serving(create_app(settings, database_url)) as one,
        serving(create_app(settings, database_url)) as other,
    ):
        sends = [
            server.post("/api/v1/avis", json=avis_for(bouton, note=n % 11))
            for n in range(40)
            for bouton in (boutons if n % 2 else reversed(boutons))
            for server in (one, other)
        ]
        replies = await asyncio.gather(*sends)
    assert {r.status_code for r in replies} == {201}
    for bouton in boutons:
        assert sum((await recount(bouton)).values()) == 80


async def test_the_same_id_with_another_content_is_a_conflict_and_changes_nothing(client, bouton, recount):
    avis = avis_for(bouton)
    await client.post("/api/v1/avis", json=avis)
    for other in ({"note": 9}, {"commentaire": "Autre"}, {"langue": "en"}, {"reponses": {"comprehension": 1}}):
        reply = await client.post("/api/v1/avis", json=avis | other)
        assert (reply.status_code, await code_of(reply)) == (409, "avis_conflit")
    assert await recount(bouton) == {8: 1}


async def test_two_contents_for_one_id_at_once_keep_exactly_one(client, bouton, recount):
    avis = avis_for(bouton)
    sends = [client.post("/api/v1/avis", json=avis | {"note": note}) for note in (1, 9) * 10]
    replies = await asyncio.gather(*sends)
    assert sorted(r.status_code for r in replies) == [200] * 9 + [201] + [409] * 10
    assert list((await recount(bouton)).values()) == [1]


async def test_the_same_id_may_serve_two_demarches(client, new_bouton, recount):
    boutons = [await new_bouton("une"), await new_bouton("deux")]
    avis = avis_for(boutons[0])
    for bouton in boutons:
        reply = await client.post("/api/v1/avis", json=avis | {"bouton": bouton.cle})
        assert reply.status_code == 201
    assert [await recount(bouton) for bouton in boutons] == [{8: 1}, {8: 1}]


async def test_an_unknown_bouton_is_not_found(client):
    reply = await client.post("/api/v1/avis", json={"id": str(uuid4()), "bouton": "inconnu", "note": 8})
    assert (reply.status_code, await code_of(reply)) == (404, "bouton_inconnu")


async def test_a_closed_bouton_is_gone_at_once_but_a_replay_is_still_acknowledged(client, bouton, sql, recount):
    avis = avis_for(bouton)
    await client.post("/api/v1/avis", json=avis)
    await sql.execute("UPDATE bouton SET ferme_le = now(), ferme_raison = 'fini' WHERE id = $1", bouton.id)
    reply = await client.post("/api/v1/avis", json=avis_for(bouton))
    assert (reply.status_code, await code_of(reply)) == (410, "bouton_ferme")
    assert (await client.post("/api/v1/avis", json=avis)).status_code == 200
    assert await recount(bouton) == {8: 1}


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://demarches.exemple.gouv.fr", 201),
        ("HTTPS://Demarches.Exemple.gouv.fr", 201),
        ("https://autre.exemple", 403),
        ("https://demarches.exemple.gouv.fr:8443", 403),
        ("null", 403),
        ("https://service.test", 201),
        ("http://service.test", 403),
        ("https://service.test.autre.exemple", 403),
        (None, 201),
    ],
)
async def test_a_bouton_bound_to_an_origin_refuses_the_others(settings, database_url, new_bouton, origin, status):
    app = create_app(settings.model_copy(update={"url_publique": "https://service.test/"}), database_url)
    bouton = await new_bouton("liee", origines=["https://demarches.exemple.gouv.fr"])
    headers = {"Origin": origin} if origin else {}
    async with serving(app) as client:
        reply = await client.post("/api/v1/avis", json=avis_for(bouton), headers=headers)
    assert reply.status_code == status
    if status == 403:
        assert await code_of(reply) == "origine_refusee"
    assert reply.headers["access-control-allow-origin"] == (origin if origin not in {None, "null"} else "*")


INVALID = [
    {"note": 11},
    {"note": -1},
    {"note": "8"},
    {"note": 8.5},
    {"note": True},
    {"note": None},
    {"id": "pas-un-uuid"},
    {"id": 12},
    {"bouton": ""},
    {"bouton": "a\x00b"},
    {"surprise": 1},
    {"commentaire": "x" * 15_001},
    {"commentaire": "a\x00b"},
    {"commentaire": 3},
    {"langue": "français"},
    {"langue": "x" * 40},
    {"reponses": []},
    {"reponses": {"inconnue": 1}},
    {"reponses": {"comprehension": 0}},
    {"reponses": {"comprehension": 6}},
    {"reponses": {"aide": []}},
    {"reponses": {"aide": ["pigeon"]}},
    {"reponses": {"aide": ["aucune", "telephone"]}},
    {"reponses": {"aide": ["telephone", "telephone"]}},
    {"reponses": {"aide": ["autre"], "aide_autre": "x" * 251}},
    {"reponses": {"aide": ["telephone"], "contacts": {"guichet": {"joint": True}}}},
    {"reponses": {"contacts": {"telephone": {"joint": True}}}},
    {"reponses": {"aide": ["telephone"], "contacts": {"telephone": {"joint": "oui"}}}},
    {"reponses": {"aide": ["proche"], "contacts": {"proche": {"joint": True}}}},
    {"reponses": {"aide": ["telephone"], "contacts": {"telephone": {"satisfaction": 6}}}},
]


@pytest.mark.parametrize("change", INVALID, ids=lambda change: json.dumps(change)[:50])
async def test_what_is_not_valid_is_refused_in_french_and_stores_nothing(client, bouton, recount, change):
    reply = await client.post("/api/v1/avis", json=avis_for(bouton) | change)
    assert (reply.status_code, await code_of(reply)) == (422, "avis_invalide")
    for erreur in reply.json()["erreurs"]:
        assert erreur.keys() == {"champ", "message"}
        assert erreur["message"]
    assert await recount(bouton) == {}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"id":', b"\xff\xfe", b'"x"', b"[" * 50_000])
async def test_a_body_that_is_not_a_json_object_is_refused(client, body):
    reply = await client.post("/api/v1/avis", content=body, headers={"Content-Type": "application/json"})
    assert (reply.status_code, await code_of(reply)) == (422, "avis_invalide")


async def test_a_lone_surrogate_is_refused_and_an_emoji_is_kept(client, bouton, sql):
    raw = json.dumps(avis_for(bouton)).replace('"note"', '"commentaire": "\\ud83d", "note"')
    reply = await client.post("/api/v1/avis", content=raw, headers={"Content-Type": "application/json"})
    assert reply.status_code == 422
    await client.post("/api/v1/avis", json=avis_for(bouton, commentaire=" Très bien 👍🏽 "))
    assert await sql.fetchval("SELECT commentaire FROM avis") == "Très bien 👍🏽"


async def test_a_full_avis_is_stored_and_each_answer_counted(client, bouton, sql):
    reponses = {
        "comprehension": 4,
        "aide": ["telephone", "proche"],
        "contacts": {"telephone": {"joint": True, "satisfaction": 2}},
    }
    reply = await client.post("/api/v1/avis", json=avis_for(bouton, reponses=reponses, commentaire="Long mais clair."))
    assert reply.status_code == 201
    assert json.loads(await sql.fetchval("SELECT reponses FROM avis")) == reponses
    rows = await sql.fetch("SELECT * FROM compte WHERE pas = 'j' ORDER BY question")
    counted = {row["question"]: {k: row[f"n{k}"] for k in range(11) if row[f"n{k}"]} for row in rows}
    assert counted == {1: {8: 1}, 2: {4: 1}, 3: {0: 1, 3: 1, 6: 1}, 5: {1: 1}, 9: {2: 1}, 12: {1: 1, 3: 1}}


async def test_personal_data_never_reaches_the_database(client, bouton, sql):
    text = "Rappelez-moi au 06 12 34 56 78 ou à jeanne.martin@exemple.fr"
    reponses = {"aide": ["autre"], "aide_autre": "mon voisin 06 12 34 56 78"}
    await client.post("/api/v1/avis", json=avis_for(bouton, commentaire=text, reponses=reponses))
    row = await sql.fetchrow("SELECT commentaire, reponses FROM avis")
    assert row["commentaire"] == "Rappelez-moi au [téléphone retiré] ou à [courriel retiré]"
    assert json.loads(row["reponses"])["aide_autre"] == "mon voisin [téléphone retiré]"


@pytest.mark.parametrize("kind", ["text/plain", "text/plain;charset=UTF-8", "application/json; charset=utf-8"])
async def test_json_may_come_as_plain_text_so_that_no_preflight_is_needed(client, bouton, kind):
    body = json.dumps(avis_for(bouton))
    reply = await client.post("/api/v1/avis", content=body, headers={"Content-Type": kind})
    assert reply.status_code == 201


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/html", "multipart/form-data", ""])
async def test_another_media_type_is_refused(client, bouton, kind):
    reply = await client.post("/api/v1/avis", content=b"{}", headers={"Content-Type": kind})
    assert (reply.status_code, await code_of(reply)) == (415, "type_non_pris_en_charge")


async def test_a_body_over_64_kib_is_refused_announced_or_not(client):
    headers = {"Content-Type": "application/json"}
    reply = await client.post("/api/v1/avis", content=b" " * (64 * 1024 + 1), headers=headers)
    assert (reply.status_code, await code_of(reply)) == (413, "corps_trop_grand")

    async def drip():
        for _ in range(70):
            yield b" " * 1024

    reply = await client.post("/api/v1/avis", content=drip(), headers=headers)
    assert (reply.status_code, await code_of(reply)) == (413, "corps_trop_grand")


async def test_a_browser_on_any_site_may_ask_before_it_sends(client):
    headers = {
        "Origin": "https://site.exemple",
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    reply = await client.options(f"/api/v1/avis/{uuid4()}", headers=headers)
    assert reply.status_code == 204
    assert reply.headers["access-control-allow-origin"] == "https://site.exemple"
    assert "PATCH" in reply.headers["access-control-allow-methods"]
    assert "authorization" in reply.headers["access-control-allow-headers"].lower()


async def test_one_row_that_the_database_refuses_does_not_fail_its_neighbours(client, bouton, sql, recount):
    await sql.execute("ALTER TABLE avis ADD CONSTRAINT essai CHECK (commentaire IS DISTINCT FROM 'refusé')")
    sends = [
        client.post("/api/v1/avis", json=avis_for(bouton, commentaire="refusé" if n == 5 else "bon")) for n in range(20)
    ]
    statuses = [reply.status_code for reply in await asyncio.gather(*sends)]
    assert statuses == [201] * 5 + [500] + [201] * 14
    assert await recount(bouton) == {8: 19}


async def test_a_commit_that_fails_is_never_acknowledged(client, bouton, sql, recount):
    await sql.execute(
        "CREATE FUNCTION refuser() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'au commit' USING ERRCODE = '53100'; END$$"
    )
    await sql.execute(
        "CREATE CONSTRAINT TRIGGER tard AFTER INSERT ON avis DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION refuser()"
    )
    reply = await client.post("/api/v1/avis", json=avis_for(bouton))
    assert (reply.status_code, await code_of(reply)) == (503, "indisponible")
    assert int(reply.headers["retry-after"]) > 0
    assert await recount(bouton) == {}


async def test_a_full_queue_answers_at_once_that_it_is_overloaded(settings, database_url, bouton, sql, recount):
    app = create_app(settings.model_copy(update={"file_max": 5, "lot_max": 5}), database_url)
    async with serving(app) as client:
        await client.post("/api/v1/avis", json=avis_for(bouton))
        async with sql.transaction():
            await sql.execute("LOCK TABLE avis IN EXCLUSIVE MODE")
            sends = [asyncio.create_task(client.post("/api/v1/avis", json=avis_for(bouton))) for _ in range(30)]
            done, waiting = await asyncio.wait(sends, return_when=asyncio.FIRST_COMPLETED)
            while len(waiting) > 10:
                more, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                done |= more
        replies = [task.result() for task in done] + list(await asyncio.gather(*waiting))
    statuses = sorted(reply.status_code for reply in replies)
    assert set(statuses) == {201, 503}
    assert 5 <= statuses.count(201) <= 10
    assert await recount(bouton) == {8: 1 + statuses.count(201)}
