"""What each indicateur says of a démarche: thresholds at their exact edge, what is absent, what a bilan adds up to."""

import datetime as dt
import doctest
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.indices.formules import Comptes, indice
from app.observatoire import bilan as bilans
from app.observatoire import croisement, evolution, trajectoire, valeurs
from app.observatoire.bilan import bilan
from app.observatoire.faits import annuaire
from app.observatoire.indicateurs import INDICATEURS, NATURES, PAR_CLE
from app.observatoire.valeurs import Dossier, Fait, Valeur, evaluer

D = dt.date
JOUR = D(2026, 6, 30)
SANS_AVIS = indice(Comptes())
STATUTS = ["publie", "insuffisant", "non_mesure", "exempte", "sans_objet"]


def fait(jour=JOUR, depuis=None, **contenu) -> Fait:
    return Fait(jour, "enquête", contenu, depuis)


def dire(cle: str, indice_=SANS_AVIS, **dossier) -> Valeur:
    """What an indicateur says of an online démarche on JOUR."""
    return evaluer(PAR_CLE[cle], Dossier(**{"jour": JOUR, "en_ligne": True, "indice": indice_} | dossier))


def noted(*counts: int, minimum: int = 100):
    return indice(Comptes(note=[*counts, *[0] * (11 - len(counts))]), minimum)


@pytest.mark.parametrize("module", [annuaire, bilans, croisement, evolution, trajectoire, valeurs])
def test_the_examples_in_the_documentation_are_true(module):
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


# --- satisfaction


def test_a_mean_of_exactly_7_does_not_meet_the_criterion_and_one_more_point_does():
    assert dire("satisfaction", noted(*[0] * 7, 100)).atteint is False
    assert dire("satisfaction", noted(*[0] * 7, 99, 1)).atteint is True


def test_satisfaction_is_good_from_8_and_middling_from_5():
    for note, niveau in ((8, "bon"), (5, "moyen"), (4, "mauvais")):
        assert dire("satisfaction", noted(*[0] * note, 100)).niveau == niveau
    assert dire("satisfaction", noted(*[0] * 7, 1, 99)).niveau == "moyen"


def test_it_is_surely_above_7_when_the_whole_interval_is_probably_when_the_mean_alone_is():
    surely = noted(*[0] * 8, 100)
    probably = noted(0, 0, 0, 0, 0, 59, 0, 0, 0, 0, 41)
    assert probably.note_moyenne > 7 > probably.note_moyenne_ic95[0]
    for figures, certitude in ((surely, "surement"), (probably, "probablement"), (noted(100), "pas_surement")):
        assert dire("satisfaction", figures).detail["certitude"] == certitude
    assert dire("satisfaction", noted(*[0] * 8, 1, minimum=1)).detail["certitude"] == "probablement"


def test_under_the_minimum_nothing_is_said_but_how_many_avis_there_are():
    few = dire("satisfaction", noted(99))
    assert (few.statut, few.n, few.valeur, few.atteint, few.niveau) == ("insuffisant", 99, None, None, None)
    assert dire("satisfaction").statut == "non_mesure"


# --- questions


@pytest.mark.parametrize(
    ("cle", "reponses", "valeur", "niveau"),
    [
        ("comprehension", {"comprehension": (0, 0, 2, 6, 12)}, 8.75, "bon"),
        ("comprehension", {"comprehension": (0, 0, 0, 16, 4)}, 8.0, "bon"),
        ("comprehension", {"comprehension": (0, 0, 20, 0, 0)}, 5.0, "moyen"),
        ("comprehension", {"comprehension": (1, 0, 19, 0, 0)}, 4.75, "mauvais"),
        ("aide_efficacite", {"contact_satisfaction": (0, 0, 0, 16, 4)}, 8.0, "bon"),
        ("aide_joignabilite", {"contact_joignabilite": (3, 17)}, 0.85, "bon"),
        ("aide_joignabilite", {"contact_joignabilite": (6, 14)}, 0.7, "moyen"),
        ("aide_joignabilite", {"contact_joignabilite": (61, 139)}, 0.695, "mauvais"),
        ("autonomie", {"aide": (10, 8)}, 8.0, "bon"),
    ],
)
def test_each_question_has_its_own_value_level_and_number_of_answers(cle, reponses, valeur, niveau):
    figures = indice(Comptes(note=[0] * 10 + [200], **reponses))
    dite = dire(cle, figures)
    answers = reponses["aide"][0] if "aide" in reponses else sum(*reponses.values())
    assert (dite.statut, dite.valeur, dite.niveau, dite.n) == ("publie", valeur, niveau, answers)
    assert dite.atteint is (niveau == "bon")
    scarce = replace(figures, statut="insuffisant")
    assert (dire(cle, scarce).statut, dire(cle, scarce).valeur, dire(cle, scarce).n) == ("insuffisant", None, answers)
    assert dire(cle, noted(*[0] * 10, 200)).statut == "non_mesure"


def test_the_answers_of_fewer_than_five_people_say_nothing():
    four, five = (indice(Comptes([0] * 10 + [200], (0, 0, 0, 0, n))) for n in (4, 5))
    assert (dire("comprehension", four).statut, dire("comprehension", four).valeur) == ("insuffisant", None)
    assert dire("comprehension", five).statut == "publie"


# --- bouton


def test_the_button_is_there_once_it_has_had_an_avis():
    assert dire("bouton", premier_avis=JOUR).atteint is True
    assert dire("bouton", premier_avis=JOUR).detail == {"depuis": "2026-06-30"}
    assert dire("bouton", premier_avis=JOUR + dt.timedelta(1)).atteint is False
    assert dire("bouton").atteint is False
    assert dire("bouton", en_ligne=False, premier_avis=JOUR).statut == "sans_objet"


# --- accessibilité


DECLAREE = fait(D(2026, 6, 1), mention="Accessibilité : partiellement conforme", url="https://a.fr/rgaa", date=None)


def accessible(taux: float | None = 80.0, declaration: Fait | None = DECLAREE, date=None, jour=JOUR, audit=True):
    faits = {"audit": fait(D(2026, 6, 1), taux=taux, date=date)} if audit else {}
    return dire("accessibilite", jour=jour, faits=faits | ({"declaration": declaration} if declaration else {}))


@pytest.mark.parametrize(
    ("taux", "atteint", "niveau"),
    [(75, False, "moyen"), (75.01, True, "bon"), (100, True, "bon"), (50, False, "moyen"), (49.99, False, "mauvais")],
)
def test_the_rate_must_be_strictly_above_75(taux, atteint, niveau):
    value = accessible(taux)
    assert (value.statut, value.valeur, value.atteint, value.niveau) == ("publie", taux / 100, atteint, niveau)


def test_a_rate_without_a_declaration_is_not_enough_and_no_rate_is_never_zero():
    assert accessible(declaration=None).atteint is False
    nothing_found = fait(mention=None, url=None, date=None)
    assert accessible(declaration=nothing_found).atteint is False
    without = accessible(None)
    assert (without.statut, without.valeur, without.atteint, without.niveau) == ("publie", None, False, None)
    assert accessible(None, nothing_found).atteint is False
    assert accessible(audit=False).valeur is None
    assert accessible(declaration=None, audit=False).statut == "non_mesure"
    assert dire("accessibilite", en_ligne=False, faits={"audit": fait(taux=90)}).statut == "sans_objet"


def test_a_declaration_is_valid_for_three_years_less_a_day():
    declared = fait(D(2026, 6, 1), mention="x", url=None, date="2023-06-30")
    assert accessible(declaration=declared, jour=D(2026, 6, 29)).atteint is True
    assert accessible(declaration=declared, jour=D(2026, 6, 30)).atteint is False
    assert accessible(declaration=declared).detail["declaration_expire_le"] == "2026-06-30"


def test_a_declaration_seen_again_does_not_grow_younger():
    """Its own date, else the audit's, else the first day it was seen; never the day of the last observation."""
    again = fait(D(2026, 6, 1), D(2023, 1, 15), mention="x", url="https://a.fr", date=None)
    assert accessible(declaration=again).detail["declaration_le"] == "2023-01-15"
    assert accessible(declaration=again).atteint is False
    assert accessible(declaration=again, date="2025-03-01").detail["declaration_le"] == "2025-03-01"
    assert accessible(declaration=again, date="2025-03-01").atteint is True
    own = fait(D(2026, 6, 1), D(2023, 1, 15), mention="x", url="https://a.fr", date="2024-02-29")
    assert accessible(declaration=own, date="2025-03-01").detail["declaration_expire_le"] == "2027-02-28"


def test_the_value_says_where_it_comes_from_and_when_it_was_looked_at():
    value = accessible(date="2026-05-20")
    assert (value.source, value.date) == ("enquête", D(2026, 6, 1))
    assert value.detail == {
        "declaration_valide": True,
        "audit_le": "2026-05-20",
        "audit_vu_le": "2026-06-01",
        "declaration_vue_le": "2026-06-01",
        "declaration_le": "2026-05-20",
        "declaration_expire_le": "2029-05-20",
        "declaration_url": "https://a.fr/rgaa",
        "mention": "Accessibilité : partiellement conforme",
    }


# --- dlnuf, disponibilité, rapidité


@pytest.mark.parametrize(
    ("effort", "niveau"), [(0, "bon"), (1, "bon"), (2, "moyen"), (4, "moyen"), (5, "mauvais"), (12, "mauvais")]
)
def test_the_effort_is_good_up_to_1_middling_up_to_4(effort, niveau):
    value = dire("dlnuf", faits={"dlnuf": fait(effort=effort)})
    assert (value.valeur, value.niveau, value.atteint) == (effort, niveau, niveau == "bon")


@pytest.mark.parametrize(
    ("taux", "niveau"), [(100, "bon"), (99.9, "bon"), (99.899, "moyen"), (98.5, "moyen"), (98.499, "mauvais")]
)
def test_the_availability_is_good_from_99_9_and_middling_from_98_5(taux, niveau):
    value = dire("disponibilite", faits={"disponibilite": fait(disponibilite=taux, temps_ms=100, mesures=500)})
    assert (value.valeur, value.niveau, value.n, value.atteint) == (taux / 100, niveau, 500, niveau == "bon")
    seuils = PAR_CLE["disponibilite"].seuils
    assert (value.valeur >= seuils["bon"], value.valeur >= seuils["moyen"]) == (niveau == "bon", niveau != "mauvais")


@pytest.mark.parametrize(
    ("ms", "niveau"), [(0, "bon"), (399.9, "bon"), (400, "moyen"), (799.9, "moyen"), (800, "mauvais")]
)
def test_the_speed_is_good_under_400_ms_and_middling_under_800(ms, niveau):
    value = dire("rapidite", faits={"disponibilite": fait(disponibilite=None, temps_ms=ms, mesures=None)})
    assert (value.valeur, value.niveau, value.atteint) == (ms, niveau, niveau == "bon")


def test_a_month_without_a_sample_measures_nothing():
    stored = NATURES["disponibilite"](disponibilite=100, temps_ms=0, mesures=0).model_dump()
    for cle in ("disponibilite", "rapidite"):
        assert dire(cle, faits={"disponibilite": fait(**stored)}).statut == "non_mesure"


# --- yes or no


@pytest.mark.parametrize("cle", ["franceconnect", "mobile"])
def test_yes_no_not_applicable_and_not_known_are_four_different_answers(cle):
    answers = [dire(cle, faits={cle: fait(valeur=valeur)}) for valeur in (True, False, None)]
    assert [(a.statut, a.valeur, a.atteint) for a in answers] == [
        ("publie", True, True),
        ("publie", False, False),
        ("sans_objet", None, None),
    ]
    assert dire(cle).statut == "non_mesure"
    assert dire(cle, en_ligne=False, faits={cle: fait(valeur=True)}).statut == "sans_objet"


def test_being_online_comes_from_the_catalogue_unless_a_dated_fact_says_otherwise():
    assert (dire("en_ligne").valeur, dire("en_ligne").source) == (True, "catalogue des démarches")
    declared = dire("en_ligne", en_ligne=False, faits={"en_ligne": fait(D(2026, 1, 1), valeur=False)})
    assert (declared.valeur, declared.source, declared.date) == (False, "enquête", D(2026, 1, 1))


@pytest.mark.parametrize("cle", ["bouton", "accessibilite", "dlnuf", "disponibilite", "rapidite", "mobile"])
def test_what_a_demarche_that_is_not_online_cannot_have_says_who_told_that_it_is_not(cle):
    value = dire(cle, en_ligne=False)
    assert (value.statut, value.source, value.date) == ("sans_objet", "catalogue des démarches", JOUR)
    value = dire(cle, en_ligne=False, faits={"en_ligne": fait(D(2026, 1, 1), valeur=False)})
    assert (value.source, value.date) == ("enquête", D(2026, 1, 1))


# --- all of them


@pytest.mark.parametrize("indicateur", INDICATEURS, ids=lambda i: i.cle)
def test_an_exemption_comes_before_anything_else_and_gives_its_reason(indicateur):
    value = dire(indicateur.cle, en_ligne=False, exemptions={indicateur.cle: "Service en cours de fermeture"})
    assert (value.statut, value.detail) == ("exempte", {"raison": "Service en cours de fermeture"})
    assert (value.source, value.date) == ("registre des exemptions", JOUR)
    assert dire(indicateur.cle, exemptions={"autre": "x"}).statut != "exempte"


comptes = st.builds(
    Comptes,
    note=st.lists(st.sampled_from([0, 0, 3, 40]), min_size=11, max_size=11),
    comprehension=st.lists(st.sampled_from([0, 0, 2, 30]), min_size=5, max_size=5),
    aide=st.tuples(st.integers(20, 40), st.integers(0, 20)) | st.just((0, 0)),
    contact_joignabilite=st.lists(st.sampled_from([0, 1, 30]), min_size=2, max_size=2),
    contact_satisfaction=st.lists(st.sampled_from([0, 0, 2, 30]), min_size=5, max_size=5),
)
jours = st.dates(D(2019, 1, 1), JOUR)
dates = st.none() | jours.map(dt.date.isoformat)
percent = st.none() | st.floats(0, 100)


def facts(**contenu):
    return st.builds(Fait, jours, st.just("s"), st.fixed_dictionaries(contenu), st.none() | jours)


dossiers = st.builds(
    Dossier,
    jour=st.just(JOUR),
    en_ligne=st.booleans(),
    indice=comptes.map(indice),
    premier_avis=st.none() | jours,
    faits=st.fixed_dictionaries(
        {},
        optional={
            "audit": facts(taux=percent, date=dates),
            "declaration": facts(mention=st.sampled_from([None, "x"]), url=st.just(None), date=dates),
            "dlnuf": facts(effort=st.integers(0, 20)),
            "disponibilite": facts(disponibilite=percent, temps_ms=percent, mesures=st.none() | st.integers(1, 9)),
            "en_ligne": facts(valeur=st.booleans()),
            "franceconnect": facts(valeur=st.sampled_from([True, False, None])),
            "mobile": facts(valeur=st.sampled_from([True, False, None])),
        },
    ),
    exemptions=st.dictionaries(st.sampled_from(list(PAR_CLE)), st.just("raison"), max_size=2),
)


@given(dossiers)
def test_what_is_absent_is_none_and_never_zero_and_only_what_is_published_is_judged(dossier):
    for indicateur in INDICATEURS:
        value = evaluer(indicateur, dossier)
        assert value.statut in STATUTS
        assert (value.atteint is None) is (value.statut != "publie")
        if value.statut != "publie":
            assert value.valeur is value.niveau is value.ic95 is None
        if value.valeur is None:
            assert value.niveau is None
        if value.statut in {"publie", "insuffisant"}:
            assert value.source
            assert value.date
            assert value.date <= JOUR


@given(dossiers)
def test_no_indicateur_needs_what_it_does_not_say_it_reads(dossier):
    """`natures` and `lit` are what a survey of a few indicateurs reads for them."""
    for indicateur in INDICATEURS:
        known = {nature: f for nature, f in dossier.faits.items() if nature in {*indicateur.natures, "en_ligne"}}
        less = replace(dossier, faits=known)
        if "boutons" not in indicateur.lit:
            less = replace(less, premier_avis=None)
        if "reponses" not in indicateur.lit:
            notes = [dossier.indice.repartition[str(n)] for n in range(11)]
            less = replace(less, indice=indice(Comptes(note=notes)))
        assert evaluer(indicateur, less) == evaluer(indicateur, dossier)


@given(dossiers)
def test_the_value_does_change_on_the_day_it_is_said_to_expire(dossier):
    accessibilite = PAR_CLE["accessibilite"]
    expire = accessibilite.expire_le(dossier)
    if expire is not None and dossier.en_ligne and "accessibilite" not in dossier.exemptions:
        before, after = (
            evaluer(accessibilite, replace(dossier, jour=day)) for day in (expire - dt.timedelta(1), expire)
        )
        assert (before.detail["declaration_valide"], after.detail["declaration_valide"]) == (True, False)


values = st.builds(
    Valeur,
    statut=st.sampled_from(STATUTS),
    atteint=st.none(),
    detail=st.just({}),
).flatmap(
    lambda value: (
        st.sampled_from([True, False]).map(lambda met: replace(value, atteint=met))
        if value.statut == "publie"
        else st.just(value)
    )
)


@given(st.lists(values))
def test_the_parts_of_a_bilan_add_up_to_the_demarches(values):
    total = bilan(values)
    parts = (total.publies, total.insuffisant, total.non_mesure, total.exempte, total.sans_objet)
    assert sum(parts) == total.demarches == len(values)
    assert total.atteints == sum(value.atteint is True for value in values) <= total.publies
    assert total.part == (total.atteints / total.publies if total.publies else None)


@given(st.lists(dossiers, max_size=8))
def test_certainties_share_out_the_published_satisfactions(dossiers):
    total = bilan([evaluer(PAR_CLE["satisfaction"], dossier) for dossier in dossiers])
    assert sum((total.certitudes or {}).values()) == total.publies
    if total.certitudes:
        assert total.certitudes["surement"] + total.certitudes["probablement"] == total.atteints


def test_keys_and_natures_are_told_once():
    assert len(PAR_CLE) == len(INDICATEURS)
    for indicateur in INDICATEURS:
        assert all(NATURES[nature] is contenu for nature, contenu in indicateur.natures.items())
