"""The worst rated: only those that are surely below, whatever their number of avis, and in an order that is fair."""

import datetime as dt
import random
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from app.conditionnel import photographie
from app.indices.formules import Comptes, indice
from app.indices.periode import Periode
from app.observatoire.classement.formules import (
    TAUX,
    Candidate,
    benjamini_hochberg,
    p_valeur,
    placer,
    rang,
)
from app.observatoire.classement.service import Classement, classer

pytestmark = pytest.mark.usefixtures("on_a_known_day")

NOTES = st.lists(st.integers(0, 400), min_size=11, max_size=11)
SEUILS = st.sampled_from([0.0, 4.5, 7.0, 10.0])


async def get(client, status=200, **params):
    reply = await client.get("/api/v1/classement", params=params)
    assert reply.status_code == status, reply.text
    return reply.json()


def candidate(slug, notes, minimum=100):
    i = indice(Comptes(note=notes), minimum)
    statut = "non_mesure" if i.statut == "aucun_avis" else i.statut
    return Candidate(slug, statut, i.note_moyenne, i.note_moyenne_ic95)


# --- the formulas


@given(st.lists(NOTES, max_size=8), SEUILS, st.sampled_from([1, 2, 100]))
def test_no_demarche_is_named_whose_interval_crosses_the_threshold(toutes, seuil, minimum):
    candidates = [candidate(f"d{n}", notes, minimum) for n, notes in enumerate(toutes)]
    places = placer(candidates, seuil)
    assert set(places) == {c.slug for c in candidates}
    for c in candidates:
        if places[c.slug] in {"classee", "prudence"}:
            assert c.ic95[1] < seuil
        if places[c.slug] == "au_dessus":
            assert c.ic95[0] > seuil
        if places[c.slug] == "incertaine":
            assert c.ic95[0] <= seuil <= c.ic95[1]
        if c.statut != "publie":
            assert places[c.slug] in {"insuffisant", "non_mesure"}


@given(st.lists(NOTES, max_size=8), st.randoms(use_true_random=False))
def test_the_verdict_and_the_order_do_not_depend_on_the_order_of_reading(toutes, hasard):
    candidates = [candidate(f"d{n}", notes) for n, notes in enumerate(toutes)]
    melees = list(candidates)
    hasard.shuffle(melees)
    assert placer(melees) == placer(candidates)
    assert sorted(melees, key=rang) == sorted(candidates, key=rang)


def test_equal_bounds_are_ordered_by_slug():
    jumelles = [candidate(slug, [0] * 5 + [60, 60, 0, 0, 0, 0]) for slug in ("b", "c", "a")]
    assert [c.slug for c in sorted(jumelles, key=rang)] == ["a", "b", "c"]


def test_the_order_gives_the_benefit_of_doubt_to_those_with_few_avis():
    rare = candidate("rare", [50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50])  # mean 5, but the interval goes up to 5.98
    lourde = candidate("lourde", [0, 0, 0, 0, 0, 9000, 1000, 0, 0, 0, 0])  # mean 5.1, interval of ± 0.006
    assert rare.moyenne < lourde.moyenne
    assert sorted([rare, lourde], key=rang) == [lourde, rare]


def test_the_step_up_rule_on_the_example_of_its_authors():
    """Benjamini & Hochberg 1995, section 3.2: fifteen p-values, four rejected at 5 %."""
    published = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240),
        *(0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
    ]
    assert benjamini_hochberg(published, 0.05) == 0.0095
    assert benjamini_hochberg([], 0.05) < 0
    assert benjamini_hochberg([0.5], 0.05) < 0


@given(NOTES)
def test_the_p_value_agrees_with_the_interval(notes):
    c = candidate("d", notes)
    if c.statut == "publie":
        p = p_valeur(c.moyenne, c.ic95, 7.0)
        assert 0 <= p <= 1
        if abs(c.ic95[1] - 7) > 1e-9 and c.ic95[0] > 0:
            assert (p < 0.025) == (c.ic95[1] < 7)


def test_when_all_are_at_the_threshold_chance_alone_names_almost_nobody():
    """2 000 démarches truly at 7: about 50 have their interval below it, and none or hardly any is named."""
    hasard = random.Random(7)
    seuls, nommees = 0, 0
    for _ in range(5):
        candidates = []
        for n in range(400):
            notes = [0] * 11
            for note in hasard.choices((4, 7, 10), (1, 2, 1), k=150):
                notes[note] += 1
            candidates.append(candidate(f"d{n}", notes))
        places = list(placer(candidates).values())
        nommees += places.count("classee")
        seuls += places.count("classee") + places.count("prudence")
    assert 30 <= seuls <= 75
    assert nommees <= 1


def test_among_those_named_few_are_named_wrongly():
    """A third truly at 6.9, the others at 7.0 exactly: of those named, at most a few in a hundred are of the others."""
    hasard = random.Random(11)
    fausses = vraies = 0
    for _ in range(4):
        candidates = []
        for n in range(300):
            poids = (15, 20, 12) if n % 3 == 0 else (1, 2, 1)
            notes = [0] * 11
            for note in hasard.choices((4, 7, 10), poids, k=1_000):
                notes[note] += 1
            candidates.append(candidate(f"{n % 3}-{n}", notes))
        nommees = [slug for slug, place in placer(candidates).items() if place == "classee"]
        vraies += sum(slug.startswith("0") for slug in nommees)
        fausses += sum(not slug.startswith("0") for slug in nommees)
    assert vraies > 50
    assert fausses / (vraies + fausses) < 2 * TAUX


# --- the address


@pytest.fixture
async def catalogue(sql, new_bouton, count):
    """Six démarches, by hand: two surely below 7, one that is uncertain, one above, one too small, one without avis."""
    await sql.execute("INSERT INTO ministere (slug, nom) VALUES ('m', 'Ministère M'), ('n', 'N')")
    for slug, ministere, notes in (
        ("basse", "m", {5: 500}),
        ("tres-basse", "n", {0: 60, 5: 140}),
        ("incertaine", "m", {0: 30, 10: 70}),
        ("haute", "m", {9: 200}),
        ("petite", "m", {0: 99}),
        ("muette", "n", {}),
    ):
        b = await new_bouton(slug)
        await sql.execute(
            "UPDATE demarche SET ministere_id = (SELECT id FROM ministere WHERE slug = $2) WHERE slug = $1",
            *(slug, ministere),
        )
        if notes:
            await count(b, "2026-01-15", notes)


async def test_the_ranking_names_those_surely_below_and_counts_the_others(client, catalogue):
    body = await get(client)
    TypeAdapter(Classement).validate_python(body)
    assert [(e["rang"], e["demarche"]) for e in body["elements"]] == [(1, "tres-basse"), (2, "basse")]
    first = body["elements"][0]
    assert (first["total"], first["note_moyenne"], first["part_satisfaits"]) == (200, 3.5, 0.0)
    assert (first["ministere"], first["organisme"]) == ("N", None)
    assert (body["demarches"], body["classees"], body["seuil"], body["taux_erreur"]) == (6, 2, 7, 0.025)
    assert body["ecartees"] == {
        "exempte": 0,
        "non_mesure": 1,
        "insuffisant": 1,
        "au_dessus": 1,
        "incertaine": 1,
        "prudence": 0,
    }
    assert body["periode"] == {"debut": "2025-03-18", "fin": "2026-03-17"}
    assert (await get(client, debut="2026-02-01", fin="2026-03-01"))["ecartees"]["non_mesure"] == 6


async def test_a_limit_or_a_ministere_hides_but_never_changes_a_verdict(client, catalogue):
    body = await get(client, limite=1)
    assert ([e["demarche"] for e in body["elements"]], body["classees"]) == (["tres-basse"], 2)
    for nom in ("m", "Ministère M"):
        body = await get(client, ministere=nom)
        assert [(e["rang"], e["demarche"]) for e in body["elements"]] == [(1, "basse")]
        assert (body["demarches"], sum(body["ecartees"].values())) == (4, 3)
    body = await get(client, ministere="inconnu")
    assert (body["elements"], body["demarches"]) == ([], 0)


async def test_pages_put_end_to_end_are_the_whole_ranking(client, catalogue):
    whole = await get(client, seuil=9.5)
    assert (len(whole["elements"]), whole["suivant"]) == (4, None)
    for limite in (1, 2, 3, 4):
        elements, curseur = [], ""
        while curseur is not None:
            page = await get(client, seuil=9.5, limite=limite, curseur=curseur)
            elements, curseur = elements + page["elements"], page["suivant"]
            assert page["classees"] == 4
        assert elements == whole["elements"]
    elsewhere = (await get(client, seuil=9.5, limite=1))["suivant"]
    for curseur in ("x", elsewhere):
        assert (await get(client, 422, seuil=7, curseur=curseur))["code"] == "curseur_invalide"


async def test_a_demarche_that_is_exempt_is_left_out_and_counted(client, sql, catalogue):
    await sql.execute(
        "INSERT INTO exemption (demarche_id, indicateur, depuis, raison)"
        " SELECT id, 'satisfaction', '2026-01-01', 'Refonte' FROM demarche WHERE slug = 'tres-basse'"
    )
    body = await get(client)
    assert [e["demarche"] for e in body["elements"]] == ["basse"]
    assert body["ecartees"]["exempte"] == 1


async def test_another_threshold_names_others(client, catalogue):
    assert [e["demarche"] for e in (await get(client, seuil=4.5))["elements"]] == ["tres-basse"]
    assert [e["demarche"] for e in (await get(client, seuil=9.5))["elements"]] == [
        *("tres-basse", "basse", "incertaine", "haute")
    ]
    assert (await get(client, seuil=0))["elements"] == []


async def test_what_is_not_valid_is_refused_in_french(client):
    for champ, valeur in (
        *(("limite", "0"), ("limite", "1001"), ("seuil", "-1"), ("seuil", "10.1"), ("seuil", "nan"), ("seuil", "x")),
        *(("ministere", "\x00"), ("debut", "x")),
    ):
        body = await get(client, 422, **{champ: valeur})
        assert [e["champ"] for e in body["erreurs"]] == [champ]


async def test_an_empty_catalogue_has_an_empty_ranking(client):
    body = await get(client)
    assert (body["elements"], body["demarches"], body["classees"]) == ([], 0, 0)


async def test_the_list_says_the_same_as_each_indice(client, engine, new_bouton, count):
    """Through the service and the indices' own address, on démarches of many sizes."""
    hasard = random.Random(3)
    for n in range(30):
        b = await new_bouton(f"d{n}")
        await count(b, "2026-02-01", {note: hasard.randrange(40 + n) for note in range(11)})
    periode = Periode(dt.date(2026, 2, 1), dt.date(2026, 2, 1))
    async with photographie(engine) as (db, _):
        lu = await classer(db, periode, 100, periode.fin)
    indices = (await client.get("/api/v1/indices?debut=2026-02-01&fin=2026-02-01")).json()["elements"]
    bounds = {i["demarche"]: i["note_moyenne_ic95"][1] for i in indices if i["statut"] == "publie"}
    assert len(lu.elements) > 5
    assert [e.note_moyenne_ic95[1] for e in lu.elements] == sorted(bounds[e.demarche] for e in lu.elements)
    assert all(bounds[e.demarche] < 7 for e in lu.elements)
    assert lu.classees + sum(asdict(lu.ecartees).values()) == lu.demarches == 30
