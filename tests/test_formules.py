"""The formulas, against the definitions and against a naive recount of the avis."""

import doctest
import math
import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import conditionnel
from app.indices import formules, periode, synthese, tableur
from app.indices.formules import Comptes, indice, wilson

notes = st.lists(st.integers(0, 10), max_size=400)
repartitions = st.lists(st.integers(0, 3_000_000), min_size=11, max_size=11)


def counts(avis):
    return [avis.count(note) for note in range(11)]


def figures_of(note, minimum=100):
    return indice(Comptes(note=note), minimum)


def interval(satisfaits, total):
    return wilson(satisfaits, total)


def mean_mark(levels):
    return formules.moyenne_marques(levels)


@pytest.mark.parametrize("module", [formules, periode, synthese, tableur, conditionnel])
def test_the_examples_in_the_documentation_are_true(module):
    assert doctest.testmod(module).failed == 0


@given(notes)
def test_the_figures_are_those_of_a_naive_recount_of_the_avis(avis):
    figures = figures_of(counts(avis))
    assert figures.total == len(avis)
    assert figures.repartition == {str(note): avis.count(note) for note in range(11)}
    assert figures.satisfaits == sum(1 for note in avis if note > 7)
    if not avis:
        return
    assert figures.part_satisfaits == pytest.approx(sum(1 for note in avis if note > 7) / len(avis))
    assert figures.note_moyenne == pytest.approx(statistics.fmean(avis))
    if len(avis) >= 2:
        margin = 1.959963984540054 * statistics.stdev(avis) / math.sqrt(len(avis))
        low, high = figures.note_moyenne_ic95
        assert low == pytest.approx(max(0, statistics.fmean(avis) - margin), abs=1e-9)
        assert high == pytest.approx(min(10, statistics.fmean(avis) + margin), abs=1e-9)


@given(repartitions)
def test_every_figure_stays_in_its_range_and_every_interval_holds_its_value(note):
    figures = figures_of(note)
    if figures.total:
        low, high = figures.part_satisfaits_ic95
        assert 0 <= low <= figures.part_satisfaits <= high <= 1
        assert 0 <= figures.note_moyenne <= 10
    if figures.total >= 2:
        low, high = figures.note_moyenne_ic95
        assert 0 <= low <= figures.note_moyenne <= high <= 10


@given(repartitions, st.integers(0, 9))
def test_a_better_note_never_lowers_a_figure(note, rang):
    better = list(note)
    better[rang], better[rang + 1] = 0, better[rang + 1] + better[rang]
    before, after = figures_of(note), figures_of(better)
    if before.total:
        assert after.note_moyenne >= before.note_moyenne
        assert after.part_satisfaits >= before.part_satisfaits
        assert after.au_dessus_de_7 in {before.au_dessus_de_7, True}


@given(st.integers(1, 10_000), st.data())
def test_wilson_is_symmetric_and_narrows_as_avis_come(total, data):
    satisfaits = data.draw(st.integers(0, total))
    low, high = interval(satisfaits, total)
    mirror_low, mirror_high = interval(total - satisfaits, total)
    assert (low, high) == pytest.approx((1 - mirror_high, 1 - mirror_low))
    more_low, more_high = interval(satisfaits * 10, total * 10)
    assert more_high - more_low < high - low


def test_wilson_reaches_0_when_nobody_is_satisfait_and_1_when_all_are():
    for total in range(1, 400):
        assert interval(0, total)[0] == 0 < interval(0, total)[1]
        assert interval(total, total)[0] < interval(total, total)[1] == 1


def test_wilson_gives_the_published_values():
    assert interval(0, 10) == pytest.approx((0, 0.27753), abs=1e-5)
    assert interval(10, 10) == pytest.approx((0.72247, 1), abs=1e-5)
    assert interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe, Statistics in Medicine, 1998


@given(repartitions.filter(lambda note: sum(note) >= 100))
def test_above_7_is_decided_exactly_and_strictly(note):
    mean = Fraction(sum(i * n for i, n in enumerate(note)), sum(note))
    assert figures_of(note).au_dessus_de_7 is (mean > 7)


def test_a_mean_of_exactly_7_is_not_above_7_however_many_the_avis():
    for times in (10, 1_000, 10**15):
        assert figures_of([0] * 6 + [5 * times, 0, 5 * times, 0, 0]).au_dessus_de_7 is False
    just_above = figures_of([0] * 7 + [10**17, 1, 0, 0])
    assert (just_above.note_moyenne, just_above.au_dessus_de_7) == (7.0, True)


def test_a_note_of_7_is_not_satisfait_and_a_note_of_8_is():
    assert figures_of([0] * 7 + [3, 1, 0, 0]).satisfaits == 1


@pytest.mark.parametrize(
    ("total", "statut"), [(0, "aucun_avis"), (1, "insuffisant"), (99, "insuffisant"), (100, "publie")]
)
def test_an_indice_is_published_from_the_minimum_on(total, statut):
    figures = figures_of([0] * 10 + [total])
    assert figures.statut == statut
    assert figures.au_dessus_de_7 is (True if statut == "publie" else None)
    assert figures_of([0] * 10 + [total], 1).statut == ("publie" if total else "aucun_avis")


def test_what_does_not_exist_is_null_and_never_zero():
    figures = figures_of([0] * 11)
    assert figures.part_satisfaits is figures.part_satisfaits_ic95 is figures.note_moyenne is None
    assert figures.note_moyenne_ic95 is figures.au_dessus_de_7 is None
    assert figures.comprehension is figures.contact_satisfaction is figures.contact_joignabilite is None
    assert figures.autonomie is None
    assert (figures.comprehension_n, figures.contact_joignabilite_n, figures.autonomie_n) == (0, 0, 0)
    one = figures_of([0] * 10 + [1])
    assert (one.note_moyenne, one.note_moyenne_ic95) == (10, None)


def test_avis_that_all_agree_have_an_interval_of_no_width():
    assert figures_of([0, 0, 0, 3] + [0] * 7).note_moyenne_ic95 == (3, 3)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=200))
def test_levels_are_worth_0_to_10_in_steps_of_two_and_a_half(levels):
    marks = [{1: 0, 2: 2.5, 3: 5, 4: 7.5, 5: 10}[level] for level in levels]
    mesure = mean_mark([levels.count(level) for level in range(1, 6)])
    assert (mesure.valeur, mesure.n) == (pytest.approx(statistics.fmean(marks)), len(marks))


def test_each_other_question_has_its_own_number_of_answers():
    figures = indice(
        Comptes(
            [0] * 10 + [1],
            (0, 0, 0, 0, 2),
            aide=(5, 4),
            contact_joignabilite=(1, 2),
            contact_satisfaction=(1, 0, 0, 0, 0),
        )
    )
    assert (figures.comprehension, figures.comprehension_n) == (10, 2)
    assert (figures.contact_satisfaction, figures.contact_satisfaction_n) == (0, 1)
    assert (figures.contact_joignabilite, figures.contact_joignabilite_n) == (2 / 3, 3)
    assert (figures.autonomie, figures.autonomie_n) == (8, 5)


@given(st.lists(repartitions, max_size=20))
def test_the_synthesis_counts_what_each_indice_says(notes):
    figures = [figures_of(note) for note in notes]
    total = synthese.synthese(notes)
    assert total.demarches == len(notes) == total.mesurees + total.insuffisant + total.aucun_avis
    assert total.mesurees == sum(f.statut == "publie" for f in figures)
    assert total.au_dessus_de_7 == sum(f.au_dessus_de_7 is True for f in figures)
    expected = total.au_dessus_de_7 / total.mesurees if total.mesurees else None
    assert total.part_au_dessus_de_7 == expected
