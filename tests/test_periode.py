"""Périodes: what is accepted, how they are cut, and that signed segments add up to the days."""

import datetime as dt
import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.indices.periode import (
    Periode,
    PeriodeInvalide,
    debut_etape,
    etapes,
    jour_de_paris,
    lire_periode,
    segments,
)

D = dt.date
JOUR = dt.timedelta(days=1)
PAS = ("jour", "semaine", "mois", "trimestre", "annee")

days = st.dates(D(2000, 1, 1), D(2100, 12, 31))
periodes = st.builds(
    lambda debut, duree: Periode(debut, min(D(2100, 12, 31), debut + dt.timedelta(days=duree))),
    days,
    st.integers(0, 100) | st.integers(0, 3000),
)


def days_of(periode):
    return [periode.debut + rang * JOUR for rang in range((periode.fin - periode.debut).days + 1)]


def days_read(segments):
    """How many times each day is counted once months and days are added and taken away."""
    seen = Counter[dt.date]()
    for segment in segments:
        jour = segment.debut
        while jour < segment.fin:
            seen[jour] += segment.signe
            jour += JOUR
    return {jour: n for jour, n in seen.items() if n}


@given(periodes, days)
def test_signed_segments_hold_each_day_of_the_periode_once_and_no_other(periode, dernier):
    assert days_read(segments(periode, dernier)) == dict.fromkeys(days_of(periode), 1)


@given(periodes, st.data())
def test_signed_segments_add_up_to_the_sum_over_days_whatever_the_counts(periode, data):
    start, end = periode.debut.replace(day=1), periode.fin + 31 * JOUR
    by_day = data.draw(st.dictionaries(st.dates(start, end), st.integers(0, 10**9), max_size=60))
    by_month = Counter[dt.date]()
    for jour, n in by_day.items():
        by_month[jour.replace(day=1)] += n
    total = 0
    for pas, debut, fin, signe in segments(periode):
        rows = by_day if pas == "j" else by_month
        total += signe * sum(n for jour, n in rows.items() if debut <= jour < fin)
    assert total == sum(n for jour, n in by_day.items() if periode.debut <= jour <= periode.fin)


@given(periodes)
def test_at_most_one_run_of_months_and_fifteen_days_at_each_edge_are_read(periode):
    runs = segments(periode)
    assert len(runs) <= 3
    assert [run.pas for run in runs].count("m") <= 1
    for run in runs:
        if run.pas == "m":
            assert (run.debut.day, run.fin.day) == (1, 1)
        else:
            assert 0 < (run.fin - run.debut).days <= 15


def test_the_month_under_way_is_read_whole_because_nothing_is_counted_after_today():
    today = D(2026, 3, 10)
    runs = segments(Periode(D(2025, 3, 11), today), today)
    assert runs[0][:3] == ("m", D(2025, 3, 1), D(2026, 4, 1))
    assert runs[1:] == [("j", D(2025, 3, 1), D(2025, 3, 11), -1), ("j", D(2026, 3, 11), D(2026, 4, 1), -1)]


@given(periodes.filter(lambda p: (p.fin - p.debut).days < 3000), st.sampled_from(PAS))
def test_steps_cut_the_periode_without_gap_or_overlap(periode, pas):
    cut = etapes(periode, pas)
    assert (cut[0].debut, cut[-1].fin) == (periode.debut, periode.fin)
    for before, after in itertools.pairwise(cut):
        assert before.fin + JOUR == after.debut == debut_etape(after.debut, pas)
    for step in cut:
        assert debut_etape(step.debut, pas) == debut_etape(step.fin, pas)


@pytest.mark.parametrize(
    ("pas", "expected"),
    [
        ("semaine", [("2025-12-27", "2025-12-28"), ("2025-12-29", "2026-01-04"), ("2026-01-05", "2026-01-06")]),
        ("mois", [("2025-12-27", "2025-12-31"), ("2026-01-01", "2026-01-06")]),
        ("trimestre", [("2025-12-27", "2025-12-31"), ("2026-01-01", "2026-01-06")]),
        ("annee", [("2025-12-27", "2025-12-31"), ("2026-01-01", "2026-01-06")]),
    ],
)
def test_steps_are_clipped_to_the_periode_and_weeks_start_on_monday(pas, expected):
    cut = etapes(Periode(D(2025, 12, 27), D(2026, 1, 6)), pas)
    assert [(str(step.debut), str(step.fin)) for step in cut] == expected


def test_too_many_steps_are_refused_before_anything_is_read():
    assert len(etapes(Periode(D(2000, 1, 1), D(2010, 12, 13)), "jour")) == 4000
    with pytest.raises(PeriodeInvalide) as refusal:
        etapes(Periode(D(2000, 1, 1), D(2010, 12, 14)), "jour")
    assert refusal.value.extra["erreurs"][0]["champ"] == "pas"
    assert len(etapes(Periode(D(2000, 1, 1), D(2100, 12, 31)), "annee")) == 101


@pytest.mark.parametrize(
    ("debut", "fin", "expected"),
    [
        (None, None, ("2025-03-18", "2026-03-17")),
        ("2026-01-05", None, ("2026-01-05", "2026-03-17")),
        (None, "2025-06-30", ("2024-07-01", "2025-06-30")),
        (None, "2024-02-29", ("2023-03-01", "2024-02-29")),
        (None, "2025-02-28", ("2024-02-29", "2025-02-28")),
        (None, "2025-02-27", ("2024-02-28", "2025-02-27")),
        (None, "2000-06-01", ("2000-01-01", "2000-06-01")),
        ("2024-02-29", "2024-02-29", ("2024-02-29", "2024-02-29")),
    ],
)
def test_an_end_that_is_missing_is_found(debut, fin, expected):
    periode = lire_periode(debut, fin, D(2026, 3, 17))
    assert (str(periode.debut), str(periode.fin)) == expected


@given(days)
def test_the_default_periode_holds_a_whole_year_of_days(today):
    periode = lire_periode(None, None, today)
    if today.year > 2000:
        assert len(days_of(periode)) in {365, 366}


@pytest.mark.parametrize(
    ("debut", "fin", "champs"),
    [
        ("", None, ["debut"]),
        ("hier", "demain", ["debut", "fin"]),
        ("2025-02-29", None, ["debut"]),
        ("2025-13-01", None, ["debut"]),
        ("20250101", None, ["debut"]),
        ("2025-W01-1", None, ["debut"]),
        ("2025-1-1", None, ["debut"]),
        ("2025-01-01T00:00:00", None, ["debut"]),
        ("1735689600", None, ["debut"]),
        (" 2025-01-01", None, ["debut"]),
        ("2025-01-01\n", None, ["debut"]),
        ("٢٠٢٥-٠١-٠١", None, ["debut"]),
        ("1999-12-31", "2101-01-01", ["debut", "fin"]),
        ("0000-00-00", None, ["debut"]),
        ("\x00", None, ["debut"]),
        ("2025-01-02", "2025-01-01", ["fin"]),
        ("2026-03-18", None, ["fin"]),
    ],
)
def test_what_is_no_periode_is_refused_with_the_field_at_fault(debut, fin, champs):
    with pytest.raises(PeriodeInvalide) as refusal:
        lire_periode(debut, fin, D(2026, 3, 17))
    assert [erreur["champ"] for erreur in refusal.value.extra["erreurs"]] == champs


@pytest.mark.parametrize(
    ("instant", "jour"),
    [
        ("2025-03-29T22:59:59+00:00", "2025-03-29"),  # winter: midnight is 23:00 UTC
        ("2025-03-29T23:00:00+00:00", "2025-03-30"),
        ("2025-03-30T21:59:59+00:00", "2025-03-30"),  # a day of 23 hours
        ("2025-03-30T22:00:00+00:00", "2025-03-31"),
        ("2025-10-25T22:00:00+00:00", "2025-10-26"),  # a day of 25 hours
        ("2025-10-26T22:59:59+00:00", "2025-10-26"),
        ("2025-10-26T23:00:00+00:00", "2025-10-27"),
        ("2025-10-26T01:59:59-11:00", "2025-10-26"),
    ],
)
def test_the_day_is_the_one_in_paris_also_when_the_clocks_change(instant, jour):
    assert str(jour_de_paris(dt.datetime.fromisoformat(instant))) == jour
