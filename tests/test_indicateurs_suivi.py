"""Indicateurs over time, lateness, targets, and satisfaction crossed with a criterion: the pure part."""

import datetime as dt
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.indices.formules import Comptes, indice, wilson
from app.indices.periode import JOUR as UN_JOUR
from app.indices.periode import Periode, etapes
from app.observatoire.bilan import bilan
from app.observatoire.croisement import Part, croiser, ecart_moyennes, ecart_parts, student
from app.observatoire.evolution import Chronique, additionner, en_retard_depuis, evolution, suivre
from app.observatoire.indicateurs import PAR_CLE
from app.observatoire.trajectoire import trajectoire
from app.observatoire.valeurs import Dossier, Fait, Valeur, evaluer

D = dt.date
BOUTON, ACCESSIBILITE = PAR_CLE["bouton"], PAR_CLE["accessibilite"]
JAMAIS = dt.date.max
ANNEE = Periode(D(2020, 1, 1), D(2020, 12, 31))


def ends(periode=ANNEE, pas="mois"):
    return [etape.fin for etape in etapes(periode, pas)]


def online(jour, valeur):
    return ("en_ligne", Fait(jour, "s", {"valeur": valeur}))


# --- deployment


def test_a_demarche_counts_from_its_first_avis_to_the_closing_of_its_bouton():
    bilans = evolution(BOUTON, [Chronique(True, boutons=[(D(2020, 2, 29), D(2020, 5, 31))])], ends())
    assert [b.atteints for b in bilans] == [0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert {b.publies for b in bilans} == {1}


def test_another_bouton_takes_over_from_one_that_closes():
    boutons = [(D(2020, 1, 5), D(2020, 3, 10)), (D(2020, 3, 1), JAMAIS)]
    assert [b.atteints for b in evolution(BOUTON, [Chronique(True, boutons=boutons)], ends())] == [1] * 12


def test_exempt_and_offline_demarches_leave_the_denominator_and_are_counted():
    chroniques = [
        Chronique(True),
        Chronique(True, exemptions=[((D(2020, 3, 1), D(2020, 5, 1)), "travaux")]),
        Chronique(False, [online(D(2020, 2, 10), True), online(D(2020, 4, 30), False)]),
    ]
    bilans = evolution(BOUTON, chroniques, ends(Periode(D(2020, 1, 1), D(2020, 5, 31))))
    told = [(b.demarches, b.publies, b.exempte, b.sans_objet) for b in bilans]
    assert told == [(3, 2, 0, 1), (3, 3, 0, 0), (3, 2, 1, 0), (3, 1, 1, 1), (3, 2, 0, 1)]


def test_the_45_per_cent_of_the_mission_document_and_its_8_points():
    """37 of 100 in January 2020, 8 more by June, 10 exempt and 10 offline beside them."""
    chroniques = [Chronique(True, boutons=[(D(2019, 9, 1), JAMAIS)]) for _ in range(37)]
    chroniques += [Chronique(True, boutons=[(D(2020, 4, 2), JAMAIS)]) for _ in range(8)]
    chroniques += [Chronique(True) for _ in range(55)]
    chroniques += [Chronique(True, exemptions=[((D(2019, 1, 1), JAMAIS), "fermeture")]) for _ in range(10)]
    chroniques += [Chronique(False) for _ in range(10)]
    first, *_, last = evolution(BOUTON, chroniques, ends(Periode(D(2020, 1, 1), D(2020, 6, 30))))
    assert (first.part, last.part) == (0.37, 0.45)
    assert (last.atteints, last.publies, last.exempte, last.sans_objet, last.demarches) == (45, 100, 10, 10, 120)


def test_a_demarche_counts_while_it_is_in_the_perimeter():
    chronique = Chronique(True, perimetre=(D(2020, 3, 1), D(2020, 6, 1)))
    counted = [b.demarches for b in evolution(BOUTON, [chronique], ends())]
    assert counted == [0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]


def test_quarters_end_on_their_last_day():
    bilans = evolution(BOUTON, [Chronique(True, boutons=[(D(2020, 6, 30), JAMAIS)])], ends(pas="trimestre"))
    assert [b.atteints for b in bilans] == [0, 1, 1, 1]


# --- accessibility


def test_a_declaration_expires_without_anybody_looking():
    faits = [
        ("audit", Fait(D(2020, 1, 10), "s", {"taux": 80.0, "date": "2017-05-15"})),
        ("declaration", Fait(D(2020, 1, 10), "s", {"mention": "x", "url": None, "date": None})),
    ]
    bilans = evolution(ACCESSIBILITE, [Chronique(True, faits)], ends())
    assert [b.atteints for b in bilans] == [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    states = list(suivre(ACCESSIBILITE, Chronique(True, faits), ANNEE))
    assert [(s.depuis, s.statut, s.atteint) for s in states] == [
        (D(2020, 1, 1), "non_mesure", False),
        (D(2020, 1, 10), "publie", True),
        (D(2020, 5, 15), "publie", False),
    ]


# --- what the shortcut must equal: looking at every démarche every day


days = st.dates(D(2019, 6, 1), D(2021, 6, 30))
spans = st.tuples(days, days | st.just(JAMAIS)).map(lambda pair: (min(pair), max(pair)))
contents = st.one_of(
    st.tuples(st.just("en_ligne"), st.fixed_dictionaries({"valeur": st.booleans()})),
    st.tuples(
        st.just("audit"),
        st.fixed_dictionaries({"taux": st.sampled_from([None, 70, 90]), "date": st.none() | days.map(str)}),
    ),
    st.tuples(
        st.just("declaration"),
        st.fixed_dictionaries(
            {"mention": st.sampled_from([None, "x"]), "url": st.none(), "date": st.none() | st.just("2017-08-20")}
        ),
    ),
)
facts = st.builds(lambda day, said: (said[0], Fait(day, "s", said[1])), days, contents)
chroniques = st.builds(
    Chronique,
    en_ligne=st.booleans(),
    faits=st.lists(facts, max_size=6).map(lambda known: sorted(known, key=lambda one: one[1].jour)),
    boutons=st.lists(spans, max_size=3),
    exemptions=st.lists(st.tuples(spans, st.just("r")), max_size=2),
    perimetre=st.none() | spans,
)


def look(indicateur, chronique: Chronique, jour: dt.date) -> Valeur | None:
    """What is said on a day, from scratch; None out of the perimeter."""
    if chronique.perimetre and not chronique.perimetre[0] <= jour < chronique.perimetre[1]:
        return None
    known = {nature: fait for nature, fait in chronique.faits if fait.jour <= jour}
    en_ligne = known["en_ligne"].contenu["valeur"] if "en_ligne" in known else chronique.en_ligne
    open_ = [debut for debut, fin in chronique.boutons if debut <= jour < fin]
    exempt = any(debut <= jour < fin for (debut, fin), _ in chronique.exemptions)
    dossier = Dossier(jour, en_ligne, indice(Comptes()), min(open_, default=None), known)
    return Valeur("exempte") if exempt else evaluer(indicateur, dossier)


@settings(deadline=None)
@given(
    st.lists(chroniques, max_size=4), st.sampled_from([BOUTON, ACCESSIBILITE]), st.sampled_from(["mois", "trimestre"])
)
def test_every_step_is_what_looking_at_every_demarche_that_day_gives(chroniques, indicateur, pas):
    fins = ends(pas=pas)
    for fin, told in zip(fins, evolution(indicateur, chroniques, fins), strict=True):
        seen = [look(indicateur, chronique, fin) for chronique in chroniques]
        assert told == bilan([value for value in seen if value is not None])


@given(st.lists(chroniques, max_size=4), st.lists(chroniques, max_size=4))
def test_groups_add_up_to_the_whole(some, others):
    apart = additionner([evolution(BOUTON, some, ends()), evolution(BOUTON, others, ends())])
    assert apart == evolution(BOUTON, some + others, ends())


@settings(deadline=None)
@given(chroniques, st.sampled_from([BOUTON, ACCESSIBILITE]))
def test_lateness_began_the_day_after_the_last_good_day(chronique, indicateur):
    echeance, jour = D(2019, 12, 31), D(2020, 12, 31)
    day, began = jour, None
    while day > echeance:
        value = look(indicateur, chronique, day)
        if value is None or value.statut != "publie" or value.atteint:
            break
        began, day = day, day - UN_JOUR
    assert en_retard_depuis(indicateur, chronique, echeance, jour) == began


def test_nobody_is_late_on_the_day_of_the_deadline_itself():
    assert en_retard_depuis(BOUTON, Chronique(True), D(2020, 6, 30), D(2020, 6, 30)) is None
    assert en_retard_depuis(BOUTON, Chronique(True), D(2020, 6, 30), D(2020, 7, 1)) == D(2020, 7, 1)


# --- targets


def test_a_target_says_the_gap_in_points_and_for_how_long_it_has_been_late():
    late = trajectoire("accessibilite", 13, 100, 0.8, D(2022, 12, 31), D(2023, 1, 1))
    assert (late.part, late.atteinte, late.en_retard, late.retard_jours) == (0.13, False, True, 1)
    assert late.ecart_points == pytest.approx(-67)
    in_time = trajectoire("accessibilite", 13, 100, 0.8, D(2022, 12, 31), D(2022, 12, 31))
    assert (in_time.en_retard, in_time.retard_jours) == (False, 0)
    reached = trajectoire("satisfaction", 80, 100, 0.8, D(2022, 12, 31), D(2025, 1, 1))
    assert (reached.atteinte, reached.en_retard, reached.ecart_points) == (True, False, 0)


def test_where_nothing_is_measured_nothing_is_said_of_the_target():
    unknown = trajectoire("accessibilite", 0, 0, 0.8, D(2022, 12, 31), D(2025, 1, 1))
    assert (unknown.part, unknown.ecart_points, unknown.atteinte, unknown.en_retard) == (None, None, None, None)
    undated = trajectoire("bouton", 1, 2, 1.0, None, D(2025, 1, 1))
    assert (undated.en_retard, undated.retard_jours) == (False, 0)


# --- crossing


def noted(good: int, bad: int):
    return indice(Comptes(note=[bad, *[0] * 9, good]))


def test_both_sides_are_told_with_their_numbers_worked_out_by_hand():
    met = [noted(90, 10)] * 4 + [noted(100, 100)]  # means 9, 9, 9, 9, 5
    others = [noted(50, 50)] * 3 + [noted(80, 20)] * 3  # means 5, 5, 5, 8, 8, 8
    told = croiser(
        [*((True, i) for i in met), *((False, i) for i in others), (True, noted(9, 0))]
        + [(statut, noted(99, 1)) for statut in ("non_mesure", "exempte", "exempte", *["sans_objet"] * 3)]
    )
    assert (told.atteint.demarches, told.autres.demarches) == (5, 6)
    assert (told.non_mesurees, told.exemptees, told.sans_objet, told.sans_satisfaction) == (1, 2, 3, 1)
    assert told.atteint.au_dessus_de_7 == Part(0.8, wilson(4, 5), 4, 5)
    assert told.atteint.moyenne == pytest.approx(8.2)
    assert told.atteint.satisfaits == Part(460 / 600, wilson(460, 600), 460, 600)
    assert told.atteint.au_dessus_de_80 == Part(0.8, wilson(4, 5), 4, 5)
    assert told.autres.au_dessus_de_80 == Part(0.5, wilson(3, 6), 3, 6)  # exactly 80 % is enough
    assert told.autres.moyenne == pytest.approx(6.5)
    assert told.ecart_moyenne.valeur == pytest.approx(1.7)
    assert told.ecart_satisfaits.valeur == pytest.approx(460 / 600 - 390 / 600)
    assert told.ecart_satisfaits.ic95[0] > 0


def test_under_five_demarches_a_side_says_nothing_and_tells_why():
    told = croiser([(True, noted(90, 10))] * 4 + [(False, noted(50, 50))] * 5)
    assert (told.atteint.demarches, told.atteint.motif) == (4, "moins de 5 démarches")
    assert told.atteint.au_dessus_de_7 is told.atteint.moyenne is told.atteint.satisfaits is None
    assert told.atteint.au_dessus_de_80 is None
    assert told.ecart_satisfaits is told.ecart_au_dessus_de_7 is told.ecart_moyenne is None
    assert told.autres.satisfaits.sur == 500
    assert croiser([]).autres.motif == "moins de 5 démarches"


parts = st.tuples(st.integers(0, 50), st.integers(1, 50)).map(lambda p: (min(p), max(p)))


@given(parts, parts)
def test_the_difference_of_two_shares_is_within_its_interval_and_antisymmetric(one, other):
    un, autre = (Part(k / n, wilson(k, n), k, n) for k, n in (one, other))
    told, back = ecart_parts(un, autre), ecart_parts(autre, un)
    assert -1 <= told.ic95[0] <= told.valeur <= told.ic95[1] <= 1
    assert told.valeur == -back.valeur
    assert told.ic95 == pytest.approx((-back.ic95[1], -back.ic95[0]))


def test_the_difference_of_two_shares_is_the_published_one():
    un, autre = (Part(k / n, wilson(k, n), k, n) for k, n in ((56, 70), (48, 80)))
    assert ecart_parts(un, autre).ic95 == pytest.approx((0.0524, 0.3339), abs=1e-4)  # Newcombe 1998, table II, (a), 10


def test_the_difference_of_two_means_is_welchs():
    one, other = [9.0, 8.0, 7.5, 8.5, 9.5], [5.0, 6.0, 7.0, 5.5, 6.5, 8.0]
    told = ecart_moyennes(one, other)
    assert told.valeur == pytest.approx(statistics.fmean(one) - statistics.fmean(other))
    # variances 0.625 / 5 and 7/6 / 6, so 8.9 degrees of freedom and t = 2.266
    assert told.ic95 == pytest.approx((2.1667 - 2.266 * 0.5652, 2.1667 + 2.266 * 0.5652), abs=0.003)
    assert ecart_moyennes([7.0] * 5, [6.0] * 5).ic95 == (1, 1)


@pytest.mark.parametrize(("liberte", "quantile"), [(4, 2.776), (5, 2.571), (10, 2.228), (30, 2.042), (1000, 1.962)])
def test_students_quantiles_are_those_of_the_tables(liberte, quantile):
    assert student(liberte) == pytest.approx(quantile, rel=0.003)
