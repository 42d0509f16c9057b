"""Requests for help and interventions: what is noted by hand, and what citizens said before and after."""

import asyncio
import datetime as dt

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from typer.testing import CliRunner

from app.cli import app as commande
from app.cli import engagements, interventions, socle
from app.cli.socle import Erreur
from app.indices.formules import note_moyenne, note_moyenne_ic95
from app.observatoire.classement.comparaison import comparer, fenetres
from app.observatoire.classement.schemas import PageInterventions
from app.observatoire.ecart import ecart
from app.settings import Settings

D = dt.date
TODAY = D(2026, 3, 17)
NOTES = st.lists(st.integers(0, 300), min_size=11, max_size=11)
DAYS = st.dates(D(2024, 1, 1), D(2026, 6, 1))

pytestmark = pytest.mark.usefixtures("on_a_known_day")


@pytest.fixture
def jdma(database_url, monkeypatch, settings):
    """Run `jdma intervention …` on this test's database, on 17 March 2026."""
    own = Settings.model_validate(settings.model_dump() | {"database_url": database_url})
    for where in (socle, interventions):
        monkeypatch.setattr(where, "get_settings", lambda: own)
    for where in (engagements, interventions):
        monkeypatch.setattr(where, "today", lambda: TODAY)

    async def run(*arguments):
        result = await asyncio.to_thread(CliRunner().invoke, commande, ["intervention", *map(str, arguments)])
        if isinstance(result.exception, Erreur):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return run


@pytest.fixture
def helped(jdma):
    """An intervention from a day to another; gives its number."""

    async def make(debut, fin, slug="demarche"):
        asked = ("--demandeur", "Éducation nationale", "--description", "Refonte", "--le", debut)
        numero = (await jdma("demander", slug, *asked)).strip()
        await jdma("commencer", numero, "--le", debut)
        if fin:
            await jdma("terminer", numero, "--le", fin)
        return numero

    return make


async def get(client, status=200, **params):
    reply = await client.get("/api/v1/interventions", params=params)
    assert reply.status_code == status, reply.text
    return reply.json()


async def only(client, **params):
    (intervention,) = (await get(client, **params))["elements"]
    return intervention


# --- the difference, pure


@given(NOTES, NOTES)
def test_swapping_before_and_after_negates_the_difference(avant, apres):
    un, autre = ecart(avant, apres), ecart(apres, avant)
    if un is None:
        assert autre is None
        assert min(sum(avant), sum(apres)) < 2
        return
    assert autre.difference == -un.difference
    assert autre.ic95 == (-un.ic95[1], -un.ic95[0])
    opposite = {"amelioration": "degradation", "degradation": "amelioration", "incertaine": "incertaine"}
    assert autre.sens == opposite[un.sens]


@given(NOTES, NOTES)
def test_the_difference_is_that_of_the_means_and_lies_within_its_interval(avant, apres):
    lu = ecart(avant, apres)
    if lu is not None:
        assert lu.difference == note_moyenne(apres) - note_moyenne(avant)
        assert -10 <= lu.ic95[0] <= lu.difference <= lu.ic95[1] <= 10


def test_the_interval_combines_those_of_the_two_means():
    """By hand: variances 0.25·n/(n−1) on 100 and 400 avis; margins 0.0985 and 0.0491 add up in squares."""
    avant = [0, 0, 0, 0, 0, 50, 50, 0, 0, 0, 0]
    apres = [0, 0, 0, 0, 0, 0, 200, 200, 0, 0, 0]
    lu = ecart(avant, apres)
    margins = [(b - a) / 2 for a, b in (note_moyenne_ic95(avant), note_moyenne_ic95(apres))]
    assert lu.difference == 1
    assert abs((lu.ic95[1] - lu.ic95[0]) / 2 - (margins[0] ** 2 + margins[1] ** 2) ** 0.5) < 1e-12


def test_the_same_avis_on_both_sides_are_no_change():
    lu = ecart([10] * 11, [10] * 11)
    assert (lu.difference, lu.sens) == (0, "incertaine")
    assert ecart([0] * 10 + [5], [0] * 10 + [5]).sens == "incertaine"


@given(DAYS, st.integers(0, 400), st.integers(1, 366), DAYS)
def test_the_two_sides_never_share_a_day_nor_hold_one_that_is_not_over(debut, duree, jours, aujourd_hui):
    fin = debut + dt.timedelta(days=duree)
    avant, apres, complet = fenetres(debut, fin, jours, aujourd_hui)
    if avant is not None:
        assert avant.fin < min(debut, aujourd_hui)
        assert (avant.fin - avant.debut).days < jours
    if apres is not None:
        assert fin < apres.debut <= apres.fin < aujourd_hui
        assert (apres.fin - apres.debut).days < jours
        assert complet == ((apres.fin - apres.debut).days == jours - 1)
    assert apres is not None or not complet


@given(NOTES, NOTES, st.integers(1, 500))
def test_nothing_is_concluded_from_too_few_avis(avant, apres, minimum):
    lu = comparer(fenetres(D(2025, 6, 1), D(2025, 7, 1), 90, TODAY), avant, apres, 90, minimum, False)
    assez = min(sum(avant), sum(apres)) >= max(2, minimum)
    assert (lu.statut == "publie") == assez == (lu.sens is not None)
    assert (lu.difference is None) == (lu.statut == "non_mesure") == (min(sum(avant), sum(apres)) < 2)


# --- by hand, and read


async def test_a_request_becomes_an_intervention_with_its_before_and_after(client, bouton, count, jdma):
    """By hand: 200 avis at 5 in the 90 days before, 200 at 9 in those after; no day between or beyond counts."""
    asked = ("--demandeur", " Éducation  nationale ", "--description", "Parcours trop long", "--le", "2025-08-20")
    assert await jdma("demander", "demarche", *asked) == "1\n"
    assert (await only(client))["etat"] == "demandee"
    assert (await only(client))["comparaison"] is None
    await jdma("commencer", 1, "--le", "2025-09-01")
    assert (await only(client))["etat"] == "en_cours"
    for jour, notes in (
        ("2025-06-02", {0: 500}),  # the 91st day before
        ("2025-06-03", {5: 100}),
        ("2025-08-31", {5: 100}),
        ("2025-09-01", {0: 500}),
        ("2025-09-30", {0: 500}),
        ("2025-10-01", {9: 100}),
        ("2025-12-29", {9: 100}),
        ("2025-12-30", {0: 500}),  # the 91st day after
    ):
        await count(bouton, jour, notes)
    await jdma("terminer", 1, "--le", "2025-09-30")
    TypeAdapter(PageInterventions).validate_python(await get(client))
    lue = await only(client)
    assert (lue["demandeur"], lue["demandee_le"], lue["etat"]) == ("Éducation nationale", "2025-08-20", "terminee")
    assert (lue["debut"], lue["fin"]) == ("2025-09-01", "2025-09-30")
    c = lue["comparaison"]
    assert c["avant"] == {
        "debut": "2025-06-03",
        "fin": "2025-08-31",
        "total": 200,
        "note_moyenne": 5.0,
        "note_moyenne_ic95": [5.0, 5.0],
        "statut": "publie",
    }
    assert (c["apres"]["debut"], c["apres"]["fin"], c["apres"]["total"]) == ("2025-10-01", "2025-12-29", 200)
    assert (c["difference"], c["sens"], c["en_mots"]) == (4.0, "amelioration", "amélioration certaine")
    assert (c["complet"], c["statut"], c["jours"], c["autre_intervention"]) == (True, "publie", 90, False)
    assert "amélioration certaine : +4,00 point" in await jdma("lister")
    assert (await only(client, jours=1))["comparaison"]["avant"]["total"] == 100


async def test_each_side_equals_the_indice_of_its_days(client, bouton, count, helped):
    for n in range(0, 200, 3):
        await count(bouton, D(2025, 7, 1) + dt.timedelta(days=n), {n % 11: 1 + n % 7, 10: 2})
    await helped("2025-10-01", "2025-10-20")
    for cote in ("avant", "apres"):
        lu = (await only(client))["comparaison"][cote]
        periode = {"debut": lu["debut"], "fin": lu["fin"]}
        figures = (await client.get("/api/v1/demarches/demarche/indice", params=periode)).json()
        for nom in ("total", "note_moyenne", "note_moyenne_ic95", "statut"):
            assert lu[nom] == figures[nom]


async def test_only_the_days_that_are_over_are_read(client, bouton, count, helped):
    await count(bouton, "2026-03-16", {9: 100})
    await count(bouton, "2026-03-17", {0: 500})
    await count(bouton, "2026-02-01", {5: 100})
    await helped("2026-02-10", "2026-03-15")
    c = (await only(client))["comparaison"]
    assert (c["apres"]["debut"], c["apres"]["fin"], c["apres"]["total"]) == ("2026-03-16", "2026-03-16", 100)
    assert (c["complet"], c["difference"]) == (False, 4.0)


@pytest.mark.parametrize(
    ("avant", "apres", "statut", "en_mots"),
    [
        ({5: 100}, {6: 99}, "insuffisant", "trop peu d'avis"),
        ({5: 2}, {6: 2}, "insuffisant", "trop peu d'avis"),
        ({5: 1}, {6: 500}, "non_mesure", "trop peu d'avis"),
        ({}, {6: 500}, "non_mesure", "trop peu d'avis"),
        ({0: 50, 10: 50}, {0: 49, 10: 51}, "publie", "évolution incertaine"),
        ({9: 100}, {5: 100}, "publie", "dégradation certaine"),
    ],
)
async def test_what_can_be_said_is_said_in_words(client, bouton, count, helped, avant, apres, statut, en_mots):
    for jour, notes in (("2025-08-01", avant), ("2025-11-01", apres)):
        if notes:
            await count(bouton, jour, notes)
    await helped("2025-09-01", "2025-09-30")
    c = (await only(client))["comparaison"]
    assert (c["statut"], c["en_mots"]) == (statut, en_mots)
    assert (c["difference"] is None) == (statut == "non_mesure")


async def test_two_interventions_close_to_each_other_are_told(client, bouton, helped, new_bouton):
    await new_bouton("loin")
    await helped("2025-03-01", "2025-03-15")
    await helped("2025-09-01", "2025-09-30")
    await helped("2025-11-01", None)
    await helped("2025-09-01", "2025-09-30", "loin")
    told = [e["comparaison"]["autre_intervention"] for e in (await get(client))["elements"]]
    assert told == [False, True, True, False]


async def test_interventions_are_filtered_by_ministere_and_paged(client, sql, bouton, helped, new_bouton):
    await new_bouton("autre")
    await sql.execute("INSERT INTO ministere (slug, nom) VALUES ('m', 'Ministère M')")
    await sql.execute("UPDATE demarche SET ministere_id = (SELECT id FROM ministere) WHERE slug = 'autre'")
    for slug in ("demarche", "autre", "demarche"):
        await helped("2025-09-01", "2025-09-30", slug)
    for nom in ("m", "Ministère M"):
        assert [e["id"] for e in (await get(client, ministere=nom))["elements"]] == [2]
    page = await get(client, limite=2)
    assert [e["id"] for e in page["elements"]] == [1, 2]
    assert [e["id"] for e in (await get(client, limite=2, curseur=page["suivant"]))["elements"]] == [3]
    for champ, valeur in (("jours", "0"), ("jours", "367"), ("limite", "0"), ("curseur", "x"), ("ministere", "\x00")):
        assert [e["champ"] for e in (await get(client, 422, **{champ: valeur}))["erreurs"]] == [champ]


async def test_what_cannot_be_noted_is_one_line_and_changes_nothing(jdma, helped, bouton, sql):
    await helped("2026-01-01", "2026-02-01")
    await helped("2026-01-01", None)
    asked = ("--demandeur", "D", "--description", "X")
    await jdma("demander", "demarche", *asked, "--le", "2026-02-01")
    before = await sql.fetch("SELECT * FROM intervention ORDER BY id")
    for arguments, why in (
        (("demander", "inconnue", *asked), "Aucune démarche"),
        (("demander", "demarche", "--demandeur", " ", "--description", "X"), "demandeur : un texte"),
        (("demander", "demarche", *asked, "--le", "2026-03-18"), "à venir"),
        (("demander", "demarche", *asked, "--le", "mars"), "--le : une date"),
        (("commencer", 99), "ce numéro"),
        (("commencer", "9" * 12), "ce numéro"),
        (("commencer", 2), "déjà commencé"),
        (("commencer", 3, "--le", "2026-01-31"), "demandée le 2026-02-01"),
        (("terminer", 3), "n'a pas commencé"),
        (("terminer", 1), "déjà terminée"),
        (("terminer", 2, "--le", "2025-12-31"), "commencé le 2026-01-01"),
        (("terminer", 2, "--le", "2026-03-18"), "à venir"),
    ):
        with pytest.raises(Erreur, match=why) as refusal:
            await jdma(*arguments)
        assert "\n" not in str(refusal.value)
    assert await sql.fetch("SELECT * FROM intervention ORDER BY id") == before
    with pytest.raises(asyncpg.CheckViolationError):
        await sql.execute("UPDATE intervention SET fin = '2025-01-01' WHERE id = 1")
