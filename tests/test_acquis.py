"""What deposits do not change is read once, and read again as soon as anybody has changed it."""

import asyncio
import datetime as dt
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import acquis
from app.conditionnel import photographie
from app.indices.periode import DERNIER_JOUR, PREMIER_JOUR, Periode, couper, segments

VERSION = f"SELECT {acquis.VERSION}"
AVIS = {"avis", "compte"}
PAS_LUES = {"alembic_version", "modification", "cle_api", "identifiant", "identifiant_bouton", "fichier_publie"}
"""Tables that nothing kept is made of."""


async def test_deposits_and_what_completes_them_change_none_of_it(client, sql, bouton):
    before = await sql.fetchval(VERSION)
    avis = {"id": str(uuid4()), "bouton": bouton.cle, "note": 9}
    reply = await client.post("/api/v1/avis", json=avis)
    jeton = {"Authorization": f"Bearer {reply.json()['jeton']}"}
    reply = await client.patch(f"/api/v1/avis/{avis['id']}", json={"reponses": {"comprehension": 4}}, headers=jeton)
    assert reply.status_code == 200
    assert await sql.fetchval("SELECT count(*) FROM compte") > 0
    assert await sql.fetchval(VERSION) == before


async def test_whatever_changes_another_table_is_noted(sql):
    tables = {
        row["tablename"] for row in await sql.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    }
    for table in sorted(tables - AVIS - PAS_LUES):
        before = await sql.fetchval(VERSION)
        await sql.execute(f"DELETE FROM {table} WHERE false")
        assert await sql.fetchval(VERSION) != before, table


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO compte (demarche_id, bouton_id, question, pas, debut, n8) VALUES (1, 1, 1, 'j', {jour}, 1)",
        "UPDATE compte SET n8 = n8 + 1 WHERE debut = {jour}",
        "UPDATE compte SET debut = current_date WHERE debut = {jour} AND pas = 'm'",
        "DELETE FROM compte WHERE debut = {jour}",
    ],
)
@pytest.mark.parametrize(("age", "noted"), [(32, True), (31, False), (0, False)])
async def test_a_count_is_noted_when_it_is_older_than_a_month(sql, bouton, change, age, noted):
    jour = f"current_date - {age}"
    await sql.execute(
        "INSERT INTO compte (demarche_id, bouton_id, question, pas, debut, n8)"
        f" SELECT 1, 1, 2, pas, {jour}, 1 FROM unnest(ARRAY['j', 'm']) AS pas"
    )
    before = await sql.fetchval(VERSION)
    await sql.execute(change.format(jour=jour))
    assert (await sql.fetchval(VERSION) != before) == noted


async def test_counts_that_are_emptied_are_noted(sql):
    before = await sql.fetchval(VERSION)
    await sql.execute("TRUNCATE compte")
    assert await sql.fetchval(VERSION) != before


async def test_what_is_settled_is_a_fortnight_older_than_what_is_noted(engine, sql):
    async with photographie(engine, acquis.Acquis()) as (db, _):
        jour = acquis.avant(db)
    assert jour.day == 1
    assert jour <= await sql.fetchval("SELECT current_date - 31 - 14")


async def test_nothing_is_kept_when_the_server_has_another_month(engine):
    kept, made = acquis.Acquis(), []

    async def make():
        made.append(1)

    for jour in (dt.date(2026, 9, 1), dt.date(2026, 9, 1), dt.date(2026, 8, 1), dt.date(2026, 9, 1)):
        async with photographie(engine) as (db, _):
            kept.ouvrir(db, "version", jour)
            await acquis.retenir(db, "cle", make)
    assert len(made) == 3


async def test_what_was_made_in_an_older_version_does_not_serve_in_the_next(engine, sql, bouton):
    kept = acquis.Acquis()

    async def title(db):
        async def read():
            return (await (await db.connection()).exec_driver_sql("SELECT titre FROM demarche")).scalar()

        return await acquis.retenir(db, "titre", read)

    async with photographie(engine, kept) as (old, _):
        await sql.execute("UPDATE demarche SET titre = 'Nouveau'")
        async with photographie(engine, kept) as (new, _):
            assert await title(old) == "Démarche demarche"  # it comes last, and has the last word on nothing
            assert await title(new) == "Nouveau"
    async with photographie(engine, kept) as (db, _):
        assert await title(db) == "Nouveau"


async def test_only_the_last_used_are_kept(engine):
    kept, made = acquis.Acquis(), []

    async def make():
        made.append(1)

    async with photographie(engine, kept) as (db, _):
        for cle in (0, *range(1, acquis.ENTREES_AU_PLUS), 0, -1, 0, 1):
            await acquis.retenir(db, cle, make)
    assert len(made) == acquis.ENTREES_AU_PLUS + 2  # 1 alone had been forgotten


async def test_those_who_change_it_do_not_wait_for_each_other_and_leave_one_row_behind(sql, database_url, new_bouton):
    boutons = [await new_bouton(f"d{n}") for n in range(2)]
    connections = [await asyncpg.connect(database_url, server_settings={"lock_timeout": "2s"}) for _ in boutons]
    try:
        transactions = [
            connection.transaction(isolation=level)
            for connection, level in zip(connections, ("read_committed", "serializable"), strict=True)
        ]
        for transaction in transactions:
            await transaction.start()
        for connection, mine in zip(connections, boutons, strict=True):
            await connection.execute("UPDATE demarche SET titre = 'autre' WHERE id = $1", mine.demarche_id)
        for connection, mine in zip(connections, boutons, strict=True):
            await connection.execute("UPDATE bouton SET nom = 'autre' WHERE id = $1", mine.id)
        before = await sql.fetchval(VERSION)
        for transaction in reversed(transactions):
            await transaction.commit()
            now = await sql.fetchval(VERSION)
            assert now != before
            before = now
    finally:
        for connection in connections:
            await connection.close()
    await sql.execute("UPDATE demarche SET titre = 'autre encore'")
    assert await sql.fetchval("SELECT count(*) FROM modification") == 1


async def test_readers_never_miss_a_title_nor_an_old_count_that_was_committed_before_they_asked(
    client, app, new_bouton, database_url
):
    boutons = [await new_bouton(f"d{n}") for n in range(4)]
    jour = dt.date.today() - dt.timedelta(days=200)
    done = dict.fromkeys((b.slug for b in boutons), 0)
    begun = dict(done)

    async def write(bouton):
        connection = await asyncpg.connect(database_url)
        for n in range(1, 26):
            begun[bouton.slug] = n
            async with connection.transaction():
                await connection.execute(
                    "UPDATE demarche SET titre = $1 WHERE id = $2", f"Titre {n}", bouton.demarche_id
                )
                for pas, debut in (("j", jour), ("m", jour.replace(day=1))):
                    await connection.execute(
                        """INSERT INTO compte (demarche_id, bouton_id, question, pas, debut, n8)
                           VALUES ($1, $2, 1, $3, $4, 1) ON CONFLICT (demarche_id, question, pas, debut, bouton_id)
                           DO UPDATE SET n8 = compte.n8 + 1""",
                        *(bouton.demarche_id, bouton.id, pas, debut),
                    )
            done[bouton.slug] = n
        await connection.close()

    async def read():
        while min(done.values()) < 25:
            least = dict(done)
            lines = (await client.get("/demarches.csv")).text.splitlines()
            for slug, titre, *_, total in (line.split(",")[:8] for line in lines[1:]):
                n = int(titre.removeprefix("Titre ")) if titre.startswith("Titre") else 0
                assert least[slug] <= n <= begun[slug]
                assert int(total) == n

    await asyncio.gather(*(write(b) for b in boutons), read(), read())


days = st.dates(PREMIER_JOUR, DERNIER_JOUR - dt.timedelta(days=40))


@given(days, st.integers(0, 800), days)
def test_a_periode_cut_in_two_reads_the_same_months_and_days(debut, length, bord):
    fin = min(debut + dt.timedelta(days=length), DERNIER_JOUR - dt.timedelta(days=31))
    runs, jour = segments(Periode(debut, max(debut, fin))), bord.replace(day=1)

    def read(some):
        return sorted(
            (s.pas, s.signe, s.debut + dt.timedelta(days=n))
            for s in some
            for n in range((s.fin - s.debut).days)
        )  # fmt: skip

    anciens, recents = couper(runs, jour)
    assert read([*anciens, *recents]) == read(runs)
    assert all(s.fin <= jour for s in anciens)
    assert all(s.debut >= jour for s in recents)
    assert couper(runs, None) == ((), tuple(runs))
