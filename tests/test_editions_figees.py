"""What is published never changes: whatever happens afterwards, at the same time, or behind the service's back."""

import asyncio
import hashlib
import json
import random
import subprocess
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli.editions import today
from app.observatoire.editions import service
from tests.editions import APRES, PERIODE, by_slug, quatre_demarches, read
from tests.serveur import COMMAND, ROOT, environment


@pytest.fixture
async def catalogue(new_bouton, count, sql):
    return await quatre_demarches(new_bouton, count, sql)


LATE = {
    "avis": lambda b, n: ("INSERT INTO compte (demarche_id, bouton_id, question, pas, debut, n0) VALUES "
                          f"({b.demarche_id}, {b.id}, 1, 'j', '2025-03-0{1 + n % 9}', 7) ON CONFLICT DO NOTHING"),
    "slug": lambda b, n: f"UPDATE demarche SET slug = 'nouveau-{b.demarche_id}-{n}' WHERE id = {b.demarche_id}",
    "titre": lambda b, n: f"UPDATE demarche SET titre = 'Titre {n}', url = 'https://x' WHERE id = {b.demarche_id}",
    "ministere": lambda b, n: "UPDATE ministere SET nom = 'Autre ' || nom",
    "rattachement": lambda b, n: "UPDATE demarche SET ministere_id = NULL, organisme_id = NULL",
    "hors_ligne": lambda b, n: f"UPDATE demarche SET en_ligne = false WHERE id = {b.demarche_id}",
    "identifiant": lambda b, n: f"UPDATE identifiant SET demarche_id = {b.demarche_id}",
    "exemption": lambda b, n: (f"INSERT INTO exemption VALUES ({b.demarche_id}, 'satisfaction', '2025-01-01', NULL, "
                               "'r') ON CONFLICT DO NOTHING"),
    "fait": lambda b, n: (f"INSERT INTO fait VALUES ({b.demarche_id}, 'dlnuf', '2025-02-01', 's{n}', "
                          "'{\"effort\": 3}') ON CONFLICT DO NOTHING"),
    "bouton": lambda b, n: f"UPDATE bouton SET ferme_le = '2025-05-01' WHERE id = {b.id}",
}  # fmt: skip
CHANGES = st.lists(st.tuples(st.sampled_from(sorted(LATE)), st.integers(0, 3)), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=CHANGES)
async def test_nothing_that_happens_afterwards_changes_an_edition(client, jdma, catalogue, sql, changes):
    if not await sql.fetchval("SELECT count(*) FROM edition"):
        await jdma.publish()
    paths = ("/api/v1/editions/2025?limite=1000", "/api/v1/editions/2025.csv", "/api/v1/editions")
    before = [(await client.get(path)).content for path in paths]
    for name, which in changes:
        await sql.execute(LATE[name](list(catalogue.values())[which], which))
    assert [(await client.get(path)).content for path in paths] == before
    assert (await jdma("verifier"), jdma.code) == ("1 édition : 0 écart.\n", 0)


async def test_a_late_avis_changes_the_live_figures_and_not_the_edition(client, jdma, catalogue, count):
    await jdma.publish()
    before = await client.get("/api/v1/editions/2025")
    await count(catalogue["haute"], "2025-07-01", {0: 1000})
    after = await client.get("/api/v1/editions/2025")
    assert after.headers["etag"] == before.headers["etag"]
    live = await client.get("/api/v1/demarches/haute/indice", params={"debut": "2025-01-01", "fin": "2025-12-31"})
    assert (live.json()["total"], by_slug(after.json())["haute"]["indice"]["total"]) == (1100, 100)


FORBIDDEN = [
    "UPDATE edition SET titre = 'autre'",
    "UPDATE edition SET bilan = '{}'",
    "UPDATE edition SET publiee_le = NULL",
    "UPDATE edition SET id = 1000",
    "DELETE FROM edition",
    "TRUNCATE edition CASCADE",
    "UPDATE edition_ligne SET notes[1] = 5",
    "UPDATE edition_ligne SET indice = '{}'",
    "UPDATE edition_ligne SET edition_id = (SELECT id FROM edition WHERE slug = 'brouillon')",
    "DELETE FROM edition_ligne",
    "TRUNCATE edition_ligne",
    "INSERT INTO edition_ligne SELECT edition_id, 999, demarche, notes, indice, valeurs FROM edition_ligne LIMIT 1",
    "INSERT INTO edition_ligne SELECT (SELECT id FROM edition WHERE slug = '2025'), 999, '{}', '{}', '{}', '{}'",
    "INSERT INTO edition_ligne SELECT * FROM edition_ligne ON CONFLICT DO NOTHING",
    """INSERT INTO edition (slug, revision, titre, debut, fin, minimum, perimetre, cibles, publiee_le, methode, seuils,
                            bilan, groupes, empreinte)
       SELECT 'faux', 1, titre, debut, fin, minimum, perimetre, cibles, publiee_le, methode, seuils, bilan, groupes,
              empreinte FROM edition WHERE slug = '2025'""",
]


async def test_the_database_itself_refuses_to_change_what_is_published(client, jdma, catalogue, sql):
    await jdma.publish()
    await jdma("preparer", "brouillon", "--titre", "Autre", *APRES)
    before = await read(client)
    for statement in FORBIDDEN:
        with pytest.raises(asyncpg.RestrictViolationError, match="publi"):
            await sql.execute(statement)
        assert await read(client) == before


async def test_the_database_refuses_lines_copied_into_what_is_published(client, jdma, catalogue, sql):
    await jdma.publish()
    before = await read(client)
    edition = await sql.fetchval("SELECT id FROM edition WHERE slug = '2025'")
    records = [(edition, 999, "{}", [0] * 11, "{}", "{}")]
    columns = ["edition_id", "demarche_id", "demarche", "notes", "indice", "valeurs"]
    with pytest.raises(asyncpg.RestrictViolationError, match="publi"):
        await sql.copy_records_to_table("edition_ligne", records=records, columns=columns)
    assert await read(client) == before


def publishing(engine, slug="2025"):
    """A publication as the command makes it, in this process, so that a test knows when it waits."""

    async def publish():
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            async with AsyncSession(connection) as db, db.begin():
                return await service.publier(db, slug, today())

    return asyncio.create_task(publish())


async def until_somebody_waits(sql):
    async with asyncio.timeout(60):
        while not await sql.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            await asyncio.sleep(0.01)  # another session's progress: there is nothing to wait on


ROGUE = """INSERT INTO edition_ligne (edition_id, demarche_id, demarche, notes, indice, valeurs)
           SELECT id, 999, '{"slug": "intruse"}', '{}', '{}', '{}' FROM edition WHERE slug = '2025'"""


async def test_a_line_written_by_hand_just_before_a_publication_is_not_in_it(client, engine, jdma, catalogue, sql):
    await jdma("preparer", "2025", "--titre", "Année 2025", *PERIODE)
    rogue = sql.transaction()
    await rogue.start()
    await sql.execute(ROGUE)
    publication = publishing(engine)
    other = await asyncpg.connect(engine.url.render_as_string(hide_password=False).replace("+asyncpg", ""))
    await until_somebody_waits(other)
    await other.close()
    await rogue.commit()
    await publication
    assert sorted(by_slug(await read(client))) == ["basse", "haute", "muette", "rare"]
    await jdma("signer")  # it was published without the key
    assert (await jdma("verifier"), jdma.code) == ("1 édition : 0 écart.\n", 0)


@pytest.mark.parametrize("isolation", ["read_committed", "repeatable_read", "serializable"])
async def test_a_line_written_by_hand_during_a_publication_is_refused(
    engine, jdma, catalogue, sql, database_url, isolation
):
    await jdma("preparer", "2025", "--titre", "Année 2025", *PERIODE)
    hand = await asyncpg.connect(database_url)
    transaction = hand.transaction(isolation=isolation)
    await transaction.start()
    await hand.fetch("SELECT * FROM edition")  # its snapshot, where there is one for the transaction, is of before
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        async with AsyncSession(connection) as db, db.begin():
            await service.publier(db, "2025", today())
            late = asyncio.create_task(hand.execute(ROGUE))
            await until_somebody_waits(sql)
    with pytest.raises((asyncpg.RestrictViolationError, asyncpg.SerializationError)):
        await late
    await transaction.rollback()
    await hand.close()
    assert await sql.fetchval("SELECT count(*) FROM edition_ligne") == 4


async def test_of_two_publications_at_once_one_wins_and_the_other_is_told(database_url, jdma, catalogue, sql):
    await jdma("preparer", "2025", "--titre", "Année 2025", *PERIODE)
    env = environment(database_url=database_url, secret_key="k")

    async def publish():
        command = [*COMMAND, "edition", "publier", "2025"]
        return await asyncio.to_thread(subprocess.run, command, env=env, cwd=ROOT, capture_output=True, text=True)

    results = await asyncio.gather(publish(), publish(), publish())
    assert sorted(result.returncode for result in results) == [0, 1, 1]
    for result in results:
        if result.returncode:
            assert result.stderr.startswith("jdma : « 2025 » : Cette édition est publiée : elle ne change plus.")
            assert len(result.stderr.splitlines()) == 1
    assert await sql.fetchval("SELECT count(*) FROM edition_ligne") == 4


TAMPERED = [
    "UPDATE edition_ligne SET indice = replace(indice::text, '8.8', '9.8')::json WHERE indice::text LIKE '%8.8%'",
    "UPDATE edition_ligne SET notes[11] = notes[11] + 1",
    "UPDATE edition_ligne SET demarche = replace(demarche::text, 'haute', 'plus-haute')::json",
    "DELETE FROM edition_ligne WHERE demarche ->> 'slug' = 'muette'",
    "UPDATE edition SET bilan = replace(bilan::text, '399', '400')::json",
    "UPDATE edition SET groupes = replace(groupes::text, 'ANTS', 'INSEE')::json",
    "UPDATE edition SET cibles = '{\"satisfaction\": 0.1}'",
    "UPDATE edition SET titre = titre || ' bis'",
    "UPDATE edition SET publiee_le = publiee_le + interval '1 day'",
    "UPDATE edition SET empreinte = 'ab'",
]


@pytest.mark.parametrize("statement", TAMPERED)
async def test_verifying_sees_what_was_changed_behind_the_triggers(jdma, catalogue, sql, statement):
    await jdma.publish()
    await sql.execute("SET session_replication_role = replica")
    assert not (await sql.execute(statement)).endswith(" 0")
    said = await jdma("verifier")
    assert jdma.code == 1
    assert said == "2025@1 : ce qui est enregistré n'est plus ce qui a été publié\n1 édition : 1 écart.\n"


async def test_anybody_can_recompute_the_fingerprint_from_the_public_answer(client, jdma, catalogue):
    await jdma.publish()
    edition = await read(client)
    announced = edition.pop("empreinte")
    del edition["revisions"], edition["suivant"]
    form = json.dumps(edition, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(form.encode()).hexdigest() == announced


async def test_avis_deposited_while_an_edition_is_published_are_in_whole_or_not_at_all(client, engine, jdma, catalogue):
    """Live deposits fall after every période that can be published; a draft's preview sees them in its own snapshot."""
    await jdma("preparer", "2025", "--titre", "T", *PERIODE)
    cle, dice = catalogue["haute"].cle, random.Random(1)

    async def deposit():
        for _ in range(20):
            avis = {"id": str(uuid4()), "bouton": cle, "note": dice.choice([0, 5, 10])}
            assert (await client.post("/api/v1/avis", json=avis)).status_code == 201

    await asyncio.gather(deposit(), publishing(engine))
    edition = await read(client)
    assert edition["bilan"]["avis"] == sum(element["indice"]["total"] for element in edition["elements"]) == 399
