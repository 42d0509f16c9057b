"""A mean over time: a line, its interval as a band, gaps where nothing is known. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from app.indices.formules import NOTE_MAX, SEUIL, Intervalle
from app.site.affichage import note
from app.site.graphiques.svg import balise, image, ligne, nombre, pc, texte

HAUT, BAS, PIED = 14.0, 204.0, 24.0
"""The ordinates of the two ends of the axis, and the room for names below, in pixels."""
_NOMS_AU_PLUS = 5


@dataclass(frozen=True, slots=True)
class Point:
    """A step: its name, a shorter one, and its value with its interval; None where there is no answer."""

    nom: str
    court: str
    valeur: float | None
    ic95: Intervalle | None
    n: int


def evolution(cle: str, titre: str, points: Sequence[Point], cible: float = SEUIL) -> Markup:
    """The picture of notes over time, on an axis from 0 to 10 with the threshold."""
    return image(cle, titre, _description(points), BAS + PIED, _dessin(points, cible, NOTE_MAX))


def _description(points: Sequence[Point]) -> str:
    connus = [point for point in points if point.valeur is not None]
    if not connus:
        return "Aucune valeur."
    premier, dernier = connus[0], connus[-1]
    return (
        f"De {note(premier.valeur)} ({premier.nom}) à {note(dernier.valeur)} ({dernier.nom}), sur 10. La bande est "
        "l'intervalle à 95 %. Les mêmes valeurs sont dans le tableau qui suit."
    )


def abscisses(combien: int) -> list[float]:
    """Where steps stand: in the middle of equal slices.

    >>> abscisses(2)
    [25.0, 75.0]
    """
    return [100 * (rang + 0.5) / combien for rang in range(combien)]


def ordonnee(valeur: float, maximum: float) -> float:
    """How low a value stands, in pixels."""
    return BAS - (BAS - HAUT) * valeur / maximum


def _dessin(points: Sequence[Point], cible: float, maximum: float) -> Iterator[Markup]:
    for repere in (0.0, maximum / 2, maximum):
        y = ordonnee(repere, maximum)
        yield ligne("grille", "0%", y, "100%", y)
        yield texte(f"{repere:g}", 0, y - 3)
    yield _courbes(points, maximum)
    y = ordonnee(cible, maximum)
    yield ligne("seuil", "0%", y, "100%", y)
    yield texte(f"{cible:g}", 0, y - 3, "fort")
    if len(points) <= 40:
        yield from _reperes(points, maximum)
    yield from _noms(points)


def _courbes(points: Sequence[Point], maximum: float) -> Markup:
    """Bands and lines, in a frame that stretches: polygons know no percentages."""
    bandes, traits = [], []
    for suite in suites(points):
        xs = [abscisses(len(points))[rang] for rang, _ in suite]
        hauts = [(x, _part(p, 1, maximum)) for x, (_, p) in zip(xs, suite, strict=True)]
        bas = [(x, _part(p, 0, maximum)) for x, (_, p) in zip(xs, suite, strict=True)]
        bandes.append(balise("polygon", class_="bande", points=_chemin([*hauts, *reversed(bas)])))
        milieu = [(x, 100 - 100 * (p.valeur or 0) / maximum) for x, (_, p) in zip(xs, suite, strict=True)]
        traits.append(balise("polyline", class_="courbe", points=_chemin(milieu)))
    cadre = {"x": 0, "y": nombre(HAUT), "width": "100%", "height": nombre(BAS - HAUT)}
    return balise("svg", *bandes, *traits, **cadre, viewBox="0 0 100 100", preserveAspectRatio="none")


def suites(points: Sequence[Point]) -> list[list[tuple[int, Point]]]:
    """The runs of steps that have a value, each with its rank: a line never crosses a gap."""
    groupes = groupby(enumerate(points), key=lambda couple: couple[1].valeur is not None)
    return [list(suite) for connue, suite in groupes if connue]


def _part(point: Point, borne: int, maximum: float) -> float:
    valeur = point.ic95[borne] if point.ic95 else point.valeur or 0.0
    return 100 - 100 * valeur / maximum


def _chemin(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{nombre(x)},{nombre(y)}" for x, y in points)


def _reperes(points: Sequence[Point], maximum: float) -> Iterator[Markup]:
    for x, point in zip(abscisses(len(points)), points, strict=True):
        if point.valeur is not None:
            yield balise("circle", class_="point", cx=pc(x), cy=nombre(ordonnee(point.valeur, maximum)), r=3)


def _noms(points: Sequence[Point]) -> Iterator[Markup]:
    """A few names, evenly, the last one always; every other one gives way on a narrow screen."""
    xs, pas = abscisses(len(points)), max(1, -(-len(points) // _NOMS_AU_PLUS))
    for place, rang in enumerate(range(len(points) - 1, -1, -pas)):
        yield texte(points[rang].court, xs[rang], BAS + 17, "secondaire" if place % 2 else None)
