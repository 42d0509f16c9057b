"""Pictures of figures: safe, described, in proportion, and silent where nothing is known."""

import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from app.site.graphiques import FONCTIONS, Point

NS = "{http://www.w3.org/2000/svg}"
parts = st.none() | st.tuples(st.floats(0, 10), st.floats(0, 3)).map(
    lambda v: (v[0], (max(0, v[0] - v[1]), min(10, v[0] + v[1])))
)
points = st.lists(parts, min_size=1, max_size=60).map(
    lambda valeurs: [Point(f"étape {k}", f"é{k}", v and v[0], v and v[1], 9 if v else 0) for k, v in enumerate(valeurs)]
)


def tree(svg: str) -> ET.Element:
    return ET.fromstring(svg)


@given(points)
def test_a_line_has_a_point_for_each_value_and_a_gap_where_there_is_none(points):
    image = tree(FONCTIONS["graphique_evolution"]("cle", "Note <moyenne>", points))
    assert image.get("role") == "img"
    assert image.find("title").text == "Note <moyenne>"
    assert image.find("title").get("id") == image.get("aria-labelledby")
    dessines = [p for ligne in image.iter("polyline") for p in ligne.get("points").split()]
    assert len(dessines) == sum(p.valeur is not None for p in points)
    runs = re.findall(r"x+", "".join("." if p.valeur is None else "x" for p in points))
    assert len(list(image.iter("polyline"))) == len(runs)
    for bande in image.iter("polygon"):
        assert all(0 <= float(c) <= 100 for p in bande.get("points").split() for c in p.split(","))


@given(st.dictionaries(st.sampled_from([str(k) for k in range(11)]), st.integers(0, 10**7), min_size=1))
def test_bars_are_in_proportion(comptes):
    image = tree(FONCTIONS["graphique_repartition"]("cle", comptes))
    barres = [float(b.get("width")[:-1]) for b in image.iter("rect")]
    attendues = [n for _, n in sorted(comptes.items(), key=lambda c: -int(c[0])) if n]
    assert len(barres) == len(attendues)
    for barre, n in zip(barres, attendues, strict=True):
        assert abs(barre / 44 - n / max(attendues)) < 0.001


@given(st.floats(0, 10), st.floats(0, 5))
def test_an_interval_is_drawn_around_its_mean(moyenne, marge):
    ic95 = (max(0, moyenne - marge), min(10, moyenne + marge))
    for svg in (FONCTIONS["graphique_intervalle"]("cle", moyenne, ic95, 120), FONCTIONS["vignette"](moyenne, ic95)):
        image = tree(svg)
        trait = next(ligne for ligne in image.iter("line") if ligne.get("class") == "moustache")
        x = float(image.find("circle").get("cx")[:-1])
        assert float(trait.get("x1")[:-1]) - 0.01 <= x <= float(trait.get("x2")[:-1]) + 0.01
        assert 0 <= x <= 100


def test_a_picture_says_its_figure_and_its_number():
    image = tree(FONCTIONS["graphique_intervalle"]("cle", 7.04, (6.9, 7.2), 1234))
    assert image.find("title").text.replace("\u202f", " ") == "Note moyenne 7,04 sur 10, d'après 1 234 avis"
    assert "de 6,9 à 7,2" in image.find("desc").text


@given(st.lists(st.floats(0, 1), min_size=2, max_size=13), st.floats(0, 1))
def test_the_name_of_a_target_covers_no_value(parts, cible):
    points = [Point(f"mois {k}", f"m{k}", part, None, 9) for k, part in enumerate(parts)]
    textes = list(tree(FONCTIONS["graphique_tendance"]("cle", "Part", points, cible)).iter("text"))
    nom = next(texte for texte in textes if texte.text.startswith("cible"))
    assert all(abs(float(autre.get("y")) - float(nom.get("y"))) >= 14 for autre in textes if autre is not nom)


def test_a_trend_shows_its_target_and_survives_having_nothing_to_show():
    parts = [
        Point("avril", "avr.", 0.6, None, 20),
        Point("mai", "mai", None, None, 0),
        Point("juin", "juin", 0.8, None, 30),
    ]
    image = tree(FONCTIONS["graphique_tendance"]("cle", "Part au-dessus de 7", parts, 0.8))
    assert image.find("desc").text.replace("\u202f", " ") == "De 60,0 % (avril) à 80,0 % (juin). Cible : 80,0 %."
    assert len(list(image.iter("circle"))) == 2
    assert "Aucune valeur" in FONCTIONS["graphique_tendance"]("cle", "Part", [])
