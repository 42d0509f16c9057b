"""The right to complete an avis: for one hour, from where its bouton is open; never for what was imported."""

import datetime as dt
import io
from uuid import UUID, uuid4

import asyncpg
import pytest

from alembic import command
from app import migrations
from app.avis import jeton as jetons
from app.avis import sql as avis_sql
from app.avis.depot import Depot
from app.avis.importation import import_avis
from app.database import make_engine
from app.embedded_acces import SERVICE
from app.main import create_app
from app.roles.service import Role
from tests.conftest import execute, of_database, serving
from tests.serveur import SECRET

SITE = "https://demarches.exemple.gouv.fr"
AUTRE = "https://autre.exemple"


@pytest.fixture
def signataire():
    """What the service under test signs with."""
    return jetons.signataire(SECRET.encode())


def avis_for(bouton, **values):
    return {"id": str(uuid4()), "bouton": bouton.cle, "note": 5, **values}


async def deposit(client, avis, status=201, **headers):
    reply = await client.post("/api/v1/avis", json=avis, headers=headers)
    assert reply.status_code == status
    return reply.json()["jeton"]


async def complete(client, avis, jeton, change=None, **headers):
    headers = {"Authorization": f"Bearer {jeton}", **headers}
    reply = await client.patch(f"/api/v1/avis/{avis['id']}", json=change or {"note": 10}, headers=headers)
    return reply.status_code, reply.json().get("code")


async def age(sql, minutes):
    """As if everything had been deposited so long ago."""
    await sql.execute("UPDATE avis SET depose_le = depose_le - $1::interval", dt.timedelta(minutes=minutes))


async def note(sql):
    return await sql.fetchval("SELECT note FROM avis")


ENDED = (401, "jeton_expire")


async def test_after_one_hour_nothing_completes_an_avis_even_a_jeton_made_just_now(client, bouton, sql, signataire):
    avis = avis_for(bouton)
    first = await deposit(client, avis)
    assert (await complete(client, avis, first, {"note": 6}))[0] == 200
    await age(sql, 61)
    now = await sql.fetchval("SELECT now()")
    fresh = signataire.sign(UUID(avis["id"]), bouton.demarche_id, now)
    for jeton in (first, fresh):
        for change in ({"note": 0}, {"note": 6}, {"reponses": {"comprehension": 1}}, {"commentaire": "tard"}):
            assert await complete(client, avis, jeton, change) == ENDED
    assert await note(sql) == 6
    assert await sql.fetchval("SELECT count(*) FROM compte WHERE question <> 1") == 0


async def test_within_the_hour_the_same_deposit_gets_the_very_same_jeton(client, bouton, sql, signataire):
    avis = avis_for(bouton)
    first = await deposit(client, avis)
    assert await deposit(client, avis, 200) == first
    await age(sql, 59)
    later = await deposit(client, avis, 200)
    depose_le = await sql.fetchval("SELECT depose_le FROM avis")
    assert signataire.check(later, UUID(avis["id"])).fin == int(depose_le.timestamp()) + 3600
    assert (await complete(client, avis, later))[0] == 200


async def test_later_the_same_deposit_is_acknowledged_without_a_jeton(client, bouton, sql, recount):
    avis = avis_for(bouton)
    await deposit(client, avis)
    await age(sql, 60)
    for _ in range(3):
        reply = await client.post("/api/v1/avis", json=avis)
        body = {"id": avis["id"], "statut": "enregistre", "jeton": None}
        assert (reply.status_code, reply.json()) == (200, body)
    assert await recount(bouton) == {5: 1}


async def test_a_jeton_that_has_ended_opens_nothing_whatever_the_row_says(client, bouton, sql, signataire):
    avis = avis_for(bouton)
    await deposit(client, avis)
    ago = await sql.fetchval("SELECT now() - interval '1 hour'")
    ended = signataire.sign(UUID(avis["id"]), bouton.demarche_id, ago)
    assert await complete(client, avis, ended) == ENDED
    assert await note(sql) == 5


async def test_the_hour_is_that_of_the_database_whatever_the_clock_of_the_service_says(
    client, bouton, sql, monkeypatch
):
    avis = avis_for(bouton)
    for shift in (-7200, 7200):
        monkeypatch.setattr("time.time", lambda shift=shift: 1.8e9 + shift)
        jeton = await deposit(client, avis, 201 if shift < 0 else 200)
        assert (await complete(client, avis, jeton, {"note": 7 if shift < 0 else 8}))[0] == 200
    await age(sql, 61)
    assert await complete(client, avis, jeton) == ENDED
    assert await deposit(client, avis, 200) is None


async def test_an_imported_avis_is_never_completed_even_when_it_is_young(
    client, engine, bouton, sql, signataire, tmp_path
):
    avis, now = avis_for(bouton), await sql.fetchval("SELECT now() - interval '1 second'")
    file = f"id,demarche,note,depose_le\n{avis['id']},{bouton.slug},5,{now.isoformat()}\n"
    bilan = await import_avis(engine, io.StringIO(file, newline=""), tmp_path / "rejets.csv")
    assert bilan.enregistres == 1
    assert await deposit(client, avis, 200) is None
    jeton = signataire.sign(UUID(avis["id"]), bouton.demarche_id, now)
    assert await complete(client, avis, jeton) == ENDED
    assert await note(sql) == 5


async def test_an_avis_deposited_here_stays_completable_when_a_file_brings_it_again(
    client, engine, bouton, sql, tmp_path
):
    avis = avis_for(bouton)
    jeton = await deposit(client, avis)
    now = await sql.fetchval("SELECT now() - interval '1 second'")
    file = f"id,demarche,note,depose_le\n{avis['id']},{bouton.slug},5,{now.isoformat()}\n"
    bilan = await import_avis(engine, io.StringIO(file, newline=""), tmp_path / "rejets.csv")
    assert (bilan.enregistres, bilan.deja_la) == (0, 1)
    assert (await complete(client, avis, jeton))[0] == 200


async def test_a_bouton_closed_meanwhile_lets_nothing_be_completed_until_it_opens_again(client, bouton, sql, recount):
    avis = avis_for(bouton)
    jeton = await deposit(client, avis)
    await sql.execute("UPDATE bouton SET ferme_le = now()")
    assert await complete(client, avis, jeton) == ENDED
    assert await deposit(client, avis, 200) is None
    assert await recount(bouton) == {5: 1}
    await sql.execute("UPDATE bouton SET ferme_le = NULL")
    assert await deposit(client, avis, 200) == jeton
    assert (await complete(client, avis, jeton))[0] == 200
    assert await recount(bouton) == {10: 1}


@pytest.mark.parametrize(
    ("origin", "allowed"), [(AUTRE, False), ("null", False), (SITE, True), (SITE.upper(), True), (None, True)]
)
async def test_an_origin_refused_meanwhile_completes_nothing(client, bouton, sql, recount, origin, allowed):
    avis, headers = avis_for(bouton), {"Origin": origin} if origin else {}
    jeton = await deposit(client, avis, **headers)
    await sql.execute("UPDATE bouton SET origines = $1", [SITE])
    assert await complete(client, avis, jeton, **headers) == ((200, None) if allowed else ENDED)
    assert await deposit(client, avis, 200, **headers) == (jeton if allowed else None)
    assert await recount(bouton) == {10 if allowed else 5: 1}


@pytest.mark.parametrize(
    "change", ["ferme_le = now()", f"origines = ARRAY['{AUTRE}']"], ids=["closed", "another origin"]
)
async def test_a_bouton_that_changes_between_the_reading_and_the_writing_lets_nothing_pass(
    client, bouton, sql, recount, monkeypatch, change
):
    avis = avis_for(bouton)
    jeton = await deposit(client, avis, Origin=SITE)
    read = avis_sql.lire

    async def read_then_change(*arguments):
        rows = await read(*arguments)
        await sql.execute(f"UPDATE bouton SET {change}")
        return rows

    monkeypatch.setattr(avis_sql, "lire", read_then_change)
    assert await complete(client, avis, jeton, Origin=SITE) == ENDED
    assert await recount(bouton) == {5: 1}


CALL = "SELECT completer_avis($1::integer[], $2::uuid[], $3::smallint[], $4::smallint[], $5::jsonb[], $6::text[])"


@pytest.mark.parametrize(
    ("change", "done"),
    [
        ("UPDATE avis SET note = note", True),
        ("UPDATE avis SET depose_le = now() - interval '1 hour'", False),
        ("UPDATE avis SET importe = true", False),
        ("UPDATE avis SET version = 49", True),
        ("UPDATE avis SET version = 50", False),
        ("UPDATE avis SET version = 32767", False),
        ("UPDATE bouton SET ferme_le = now()", False),
    ],
)
async def test_the_database_itself_refuses_also_a_server_of_the_version_before(client, bouton, sql, change, done):
    avis = avis_for(bouton)
    await deposit(client, avis)
    await sql.execute(change)
    version = await sql.fetchval("SELECT version FROM avis")
    ranks = await sql.fetchval(CALL, [bouton.demarche_id], [avis["id"]], [version], [0], [None], [None])
    assert (ranks, await note(sql)) == (([1], 0) if done else ([], 5))


async def upgrade(engine, revision):
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: command.upgrade(migrations._config(sync), revision))
        await connection.commit()


async def test_an_upgrade_in_service_rewrites_no_avis_and_leaves_each_its_hour(cluster, settings):
    name = f"t{uuid4().hex}"
    await execute(cluster, f"CREATE DATABASE {name}")
    url = of_database(cluster, name)
    engine, avis = make_engine(url), {"id": str(uuid4()), "bouton": "cle", "note": 5}
    await upgrade(engine, "0006")
    sql = await asyncpg.connect(url)
    await sql.execute(
        "INSERT INTO demarche (id, slug, titre, titre_recherche, en_ligne) VALUES (1, 'd', 'D', 'd', true);"
        "INSERT INTO bouton (id, demarche_id, cle, nom) VALUES (1, 1, 'cle', 'B')"
    )
    empreinte = Depot(1, 1, UUID(avis["id"]), 5, "fr", None, None, None).empreinte()
    deposer = "SELECT issue FROM deposer_avis('{1}', '{1}', $1, '{5}', $2, '{fr}', '{null}', '{null}', '{null}')"
    assert await sql.fetchval(deposer, [avis["id"]], [empreinte]) == 201
    file = await sql.fetchval("SELECT relfilenode FROM pg_class WHERE relname = 'avis'")
    await migrations.migrate(engine, Role(SERVICE))
    assert await sql.fetchval("SELECT relfilenode FROM pg_class WHERE relname = 'avis'") == file
    async with serving(create_app(settings, url)) as client:
        jeton = await deposit(client, avis, 200)
        assert (await complete(client, avis, jeton))[0] == 200
    assert await note(sql) == 10
    await sql.close()
    await engine.dispose()
    await execute(cluster, f"DROP DATABASE {name} WITH (FORCE)")


async def test_a_trial_follows_the_same_rules(client, bouton, sql, signataire):
    await sql.execute(
        "INSERT INTO bouton (demarche_id, cle, nom, essai) VALUES ($1, 'essai', 'Essai', true)", bouton.demarche_id
    )
    avis = avis_for(bouton) | {"bouton": "essai"}
    jeton = await deposit(client, avis, Origin=AUTRE)
    assert (await complete(client, avis, jeton, Origin=AUTRE))[0] == 200
    essai, ago = await sql.fetchrow("SELECT id, now() - interval '1 hour' FROM bouton WHERE cle = 'essai'")
    assert await complete(client, avis, signataire.sign(UUID(avis["id"]), -essai, ago)) == ENDED
    await sql.execute("UPDATE bouton SET origines = $1 WHERE cle = 'essai'", [SITE])
    assert await complete(client, avis, jeton, Origin=AUTRE) == ENDED
    assert (await complete(client, avis, jeton, Origin=SITE))[0] == 200
    await sql.execute("UPDATE bouton SET ferme_le = now() WHERE cle = 'essai'")
    assert await complete(client, avis, jeton, Origin=SITE) == ENDED
    assert await sql.fetchval("SELECT count(*) FROM avis") == 0


async def test_what_comes_late_again_or_without_the_right_is_counted(client, bouton, sql):
    async def seen():
        text = (await client.get("/metrics")).text
        lines = [line.rsplit(" ", 1) for line in text.splitlines() if "_total{issue=" in line]
        return {name: float(value) for name, value in lines}

    avis = avis_for(bouton)
    before = await seen()
    jeton = await deposit(client, avis)
    await complete(client, avis, jeton, {"note": 7, "ordre": 2})
    await complete(client, avis, jeton, {"note": 7, "ordre": 3})
    await complete(client, avis, jeton, {"note": 1, "ordre": 2})
    await deposit(client, avis, 200)
    await age(sql, 60)
    await complete(client, avis, jeton)
    await complete(client, avis, "x")
    await deposit(client, avis, 200)
    new = {name: value - before.get(name, 0) for name, value in (await seen()).items()}
    complements = {"complete": 1, "inchange": 1, "depasse": 1, "jeton_expire": 1, "jeton_invalide": 1}
    depots = {"enregistre": 1, "rejeu": 1, "rejeu_clos": 1}
    assert {name: value for name, value in new.items() if value} == {
        **{f'jdma_complements_total{{issue="{issue}"}}': n for issue, n in complements.items()},
        **{f'jdma_depots_total{{issue="{issue}"}}': n for issue, n in depots.items()},
    }


async def test_the_page_sent_again_after_the_hour_thanks_or_says_that_the_first_counts(client, bouton, sql):
    fields = {"id": str(uuid4()), "langue": "fr", "note": "5"}
    headers = {"sec-fetch-site": "same-origin"}
    assert (await client.post(f"/avis/{bouton.cle}", data=fields, headers=headers)).status_code == 303
    await age(sql, 61)
    again = await client.post(f"/avis/{bouton.cle}", data=fields, headers=headers)
    assert again.status_code == 303
    changed = await client.post(f"/avis/{bouton.cle}", data=fields | {"note": "0"}, headers=headers)
    assert changed.status_code == 409
    assert "Votre avis est déjà enregistré" in changed.text
    assert await note(sql) == 5
