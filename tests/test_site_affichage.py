"""How figures are written: in French, rounded, and never so that a rounding changes what is said."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.site import affichage, paroles
from app.site.rendu import environnement


@given(st.floats(0, 10), st.sampled_from([7.0, 5.0, 8.0]))
def test_rounding_never_moves_a_figure_across_a_threshold(value, threshold):
    shown = float(affichage.decimal(value, threshold).replace(",", "."))
    assert (shown > threshold, shown < threshold) == (value > threshold, value < threshold) or abs(
        value - threshold
    ) < 1e-13
    assert abs(shown - value) <= 0.05 + 1e-9


@given(st.floats(0, 1))
def test_a_share_is_only_said_to_be_all_or_nothing_when_it_is(part):
    shown = affichage.pourcent(part).removesuffix(f"{affichage.INSECABLE}%")
    if 1e-14 < part < 1 - 1e-14:
        assert shown not in {"100,0", "0,0"}


@given(st.integers(1, 3000), st.data())
def test_a_share_is_never_said_across_a_target(publies, data):
    atteints, cibles = (
        data.draw(st.integers(0, publies)),
        data.draw(st.lists(st.integers(1, 1000).map(lambda k: k / 1000))),
    )
    shown = affichage.pourcent(atteints / publies, *cibles, None)
    said = Fraction(shown.removesuffix(f"{affichage.INSECABLE}%").replace(",", "."))
    for cible in cibles:
        but, exact = Fraction(cible).limit_denominator(1000) * 100, Fraction(100 * atteints, publies)
        assert (said > but, said < but) == (exact > but, exact < but)
    assert len(shown) < 12


def test_days_and_steps_are_written_in_french():
    assert affichage.jour(date(2026, 3, 1)) == "1er mars 2026"
    assert affichage.mois(date(2026, 8, 9)) == "août 2026"
    assert affichage.etape(date(2026, 1, 1), "trimestre") == "1er trimestre 2026"
    assert affichage.etape(date(2026, 1, 1), "trimestre", court=True) == "T1 26"
    assert affichage.etape(date(2026, 1, 1), "annee") == "2026"


def test_punctuation_of_templates_never_begins_a_line_even_after_a_tag():
    gabarit = environnement().from_string('<b>{{ x }}</b> : « {{ x }} » ; <a href="/?a=b">non</a> ?')
    attendu = '<b>oui</b>~: «~oui~»_; <a href="/?a=b">non</a>_?'
    assert gabarit.render(x="oui") == attendu.replace("~", "\u00a0").replace("_", affichage.INSECABLE)


@given(st.floats(0, 10), st.floats(0, 3))
def test_what_is_said_of_a_mean_agrees_with_its_interval(moyenne, marge):
    bas, haut = max(0, moyenne - marge), min(10, moyenne + marge)
    dit = paroles.certitude(moyenne, (bas, haut))
    assert dit.endswith("pas") == (moyenne <= 7)
    assert dit.startswith("surement") == (bas > 7 or haut <= 7)
