"""The statements of the figures against a naive recount, and the plans that they must keep."""

import datetime as dt
import random
import uuid
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import text

from app.avis import sql as avis_sql
from app.conditionnel import photographie
from app.indices import sql as statements
from app.indices.formules import Comptes
from app.indices.periode import JOUR, Periode, Segment, debut_etape, etapes, segments

NIVEAUX = ", ".join(f"n{k}" for k in range(11))
START, DAYS = dt.date(2024, 11, 20), 500


@pytest.fixture
async def rows(sql, new_bouton):
    """Random counts of three démarches, two boutons for the first: [(démarche, bouton, question, day, levels)]."""
    dice, rows = random.Random(7), []
    for slug in ("une", "deux", "trois"):
        bouton = await new_bouton(slug)
        boutons = [bouton.id]
        if slug == "une":
            statement = (
                "INSERT INTO bouton (demarche_id, cle, nom, origines) VALUES ($1, 'autre', 'Autre', '{}') RETURNING id"
            )
            boutons.append(await sql.fetchval(statement, bouton.demarche_id))
        for bouton_id in boutons:
            for question in (1, 2, 3, 12):
                for rang in dice.sample(range(DAYS), 80):
                    levels = [dice.choice([0, 0, 1, 5, 30]) for _ in range(11)]
                    rows.append((bouton.demarche_id, bouton_id, question, START + rang * JOUR, levels))
    await store(sql, rows)
    await new_bouton("vide")
    return rows


async def store(connection, rows):
    """Counts by day and by month, as the deposit keeps them."""
    months = Counter[Any]()
    for demarche, bouton, question, jour, levels in rows:
        for niveau, n in enumerate(levels):
            months[demarche, bouton, question, jour.replace(day=1), niveau] += n
    keys = {key[:4] for key in months}
    records = [(*row[:3], "j", row[3], *row[4]) for row in rows]
    records += [(*key[:3], "m", key[3], *(months[(*key, niveau)] for niveau in range(11))) for key in keys]
    columns = f"demarche_id bouton_id question pas debut {NIVEAUX}".replace(",", "").split()
    await connection.copy_records_to_table("compte", records=records, columns=columns)


def naive(rows, periode, **wanted):
    """The counts of the rows of one démarche, or of one bouton, in the période: the definition, word for word."""
    sums = Counter[tuple[int, int]]()
    for demarche, bouton, question, jour, levels in rows:
        if jour in periode and wanted.items() <= {"demarche": demarche, "bouton": bouton}.items():
            for niveau, n in enumerate(levels):
                sums[question, niveau] += n
    return Comptes(
        tuple(sums[1, k] for k in range(11)),
        tuple(sums[2, k] for k in range(1, 6)),
        (sums[3, 0], sums[3, 1]),
        tuple(sums[12, k] for k in range(2)),
        tuple(sums[12, k] for k in range(2, 7)),
    )


def some_periodes(count):
    dice = random.Random(3)
    for _ in range(count):
        debut = START + dice.randrange(-40, DAYS) * JOUR
        yield Periode(debut, debut + dice.choice([0, 3, 29, dice.randrange(600)]) * JOUR)


async def test_the_counts_of_any_periode_equal_a_naive_recount(engine, rows):
    ids = sorted({row[0] for row in rows})
    async with photographie(engine) as (db, _):
        for periode in some_periodes(40):
            runs = segments(periode)
            expected = {demarche: naive(rows, periode, demarche=demarche) for demarche in ids}
            here, everywhere = await statements.comptes_de(db, ids, runs), await statements.comptes_de_toutes(db, runs)
            notes = await statements.notes_de_toutes(db, runs)
            assert len(everywhere) == len(notes) == 4  # the démarche that has no avis too
            for demarche in ids:
                assert here.get(demarche, Comptes()) == everywhere[demarche] == expected[demarche]
                assert notes[demarche] == expected[demarche].note


async def test_the_counts_of_one_bouton_hold_nothing_of_the_others(engine, rows):
    async with photographie(engine) as (db, _):
        for demarche, bouton in {row[:2] for row in rows}:
            for periode in some_periodes(8):
                counts = await statements.comptes_de(db, [demarche], segments(periode), bouton)
                assert counts.get(demarche, Comptes()) == naive(rows, periode, bouton=bouton)


@pytest.mark.parametrize("pas", ["jour", "semaine", "mois", "trimestre", "annee"])
async def test_the_counts_of_each_step_equal_a_naive_recount(engine, rows, pas):
    demarche = rows[0][0]
    async with photographie(engine) as (db, _):
        for periode in some_periodes(12):
            days = [Segment("j", periode.debut, periode.fin + JOUR, 1)]
            runs = days if pas in {"jour", "semaine"} else segments(periode)
            counts = await statements.comptes_par_etape(db, demarche, runs, pas)
            for step in etapes(periode, pas):
                expected = naive(rows, step, demarche=demarche)
                assert counts.pop(debut_etape(step.debut, pas), Comptes()) == expected
            assert counts == {}


INSTANTS = {
    "2025-03-29T22:59:59+00": "2025-03-29",
    "2025-03-29T23:00:00+00": "2025-03-30",
    "2025-03-30T00:59:59+00": "2025-03-30",
    "2025-03-30T21:59:59+00": "2025-03-30",
    "2025-03-30T22:00:00+00": "2025-03-31",
    "2025-03-31T21:59:59+00": "2025-03-31",
    "2025-03-31T22:00:00+00": "2025-04-01",
    "2025-10-25T21:59:59+00": "2025-10-25",
    "2025-10-25T22:00:00+00": "2025-10-26",
    "2025-10-26T00:30:00+00": "2025-10-26",
    "2025-10-26T01:30:00+00": "2025-10-26",
    "2025-10-26T22:59:59+00": "2025-10-26",
    "2025-10-26T23:00:00+00": "2025-10-27",
    "2025-12-31T23:00:00+00": "2026-01-01",
}


async def test_avis_are_counted_on_their_day_in_paris_also_when_the_clocks_change(engine, sql, bouton):
    statement = """INSERT INTO avis (demarche_id, id, bouton_id, depose_le, empreinte, note, langue)
                   VALUES ($1, $2, $3, $4::text::timestamptz, 0, 9, 'fr')"""
    for instant in INSTANTS:
        await sql.execute(statement, bouton.demarche_id, uuid.uuid4(), bouton.id, instant)
    await avis_sql.corriger(sql, [bouton.demarche_id])
    expected = Counter(INSTANTS.values())
    async with photographie(engine) as (db, _):
        for jour in (dt.date(2025, 3, 28) + rang * JOUR for rang in range(300)):
            counts = await read_day(db, bouton.demarche_id, jour)
            assert counts.note[9] == expected[str(jour)]


async def read_day(db, demarche, jour):
    return (await statements.comptes_de(db, [demarche], segments(Periode(jour, jour)))).get(demarche, Comptes())


async def test_only_counts_are_read_and_never_the_avis(engine, sql, bouton):
    await sql.execute("DROP TABLE avis CASCADE")
    runs = segments(Periode(dt.date(2025, 1, 15), dt.date(2026, 2, 10)))
    async with photographie(engine) as (db, _):
        assert await sql_of_all(db, runs) == {bouton.demarche_id: Comptes()}


async def sql_of_all(db, runs):
    await statements.comptes_par_etape(db, 1, runs, "mois")
    await statements.notes_de_toutes(db, runs)
    await statements.comptes_de(db, [1], runs, 1)
    return await statements.comptes_de_toutes(db, runs)


async def test_a_photograph_does_not_move_cannot_write_and_leaves_no_trace_on_the_connection(engine, sql, bouton):
    async with photographie(engine) as (db, first):
        assert await db.scalar(text("SELECT count(*) FROM bouton")) == 1
        await sql.execute("UPDATE bouton SET nom = 'autre nom'")
        assert await db.scalar(text("SELECT nom FROM bouton")) == "Principal"
        assert await db.scalar(text("SHOW transaction_read_only")) == "on"
    async with engine.begin() as connection:
        for setting, expected in (
            ("transaction_read_only", "off"),
            ("transaction_isolation", "read committed"),
            ("plan_cache_mode", "auto"),
        ):
            assert await connection.scalar(text(f"SHOW {setting}")) == expected
    async with photographie(engine) as (_, second):
        assert second != first
    async with photographie(engine) as (_, third):
        assert third == second
