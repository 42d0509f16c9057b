"""A share over time in little room, with its target: for the state of things in one glance. Pure."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from app.site.affichage import pourcent
from app.site.graphiques.evolution import Point, abscisses, suites
from app.site.graphiques.svg import balise, image, ligne, nombre, pc, texte

_HAUT, _BAS = 18.0, 94.0
_MILIEU = (_HAUT + _BAS) / 2


def tendance(cle: str, titre: str, points: Sequence[Point], cible: float | None = None) -> Markup:
    """The picture of shares in [0, 1], from 0 to 100 %; its first and last values are written, and its target."""
    connus = [point for point in points if point.valeur is not None]
    dits = [f"{pourcent(point.valeur, cible)} ({point.nom})" for point in connus]
    bouts = f"De {dits[0]} à {dits[-1]}." if dits else "Aucune valeur."
    but = f" Cible : {pourcent(cible)}." if cible is not None else ""
    return image(cle, titre, bouts + but, _BAS + 22, _dessin(points, cible))


def _y(part: float) -> float:
    return _BAS - (_BAS - _HAUT) * part


def _dessin(points: Sequence[Point], cible: float | None) -> Iterator[Markup]:
    yield ligne("axe", "0%", _BAS, "100%", _BAS)
    if cible is not None:
        yield ligne("seuil", "0%", _y(cible), "100%", _y(cible))
        yield ligne("seuil", "0", 8, "20", 8)  # its key, above all values: whatever they are, nothing covers them
        yield balise("text", f"cible {pourcent(cible)}", x=26, y=12)
    xs = abscisses(len(points))
    for suite in suites(points):
        trace = " ".join(f"{nombre(xs[rang])},{nombre(_y(p.valeur or 0))}" for rang, p in suite)
        cadre = {"x": 0, "y": 0, "width": "100%", "height": nombre(_BAS)}
        courbe = balise("polyline", class_="courbe", points=trace)
        yield balise("svg", courbe, **cadre, viewBox=f"0 0 100 {nombre(_BAS)}", preserveAspectRatio="none")
    for x, point in zip(xs, points, strict=True):
        if point.valeur is not None:
            yield balise("circle", class_="point", cx=pc(x), cy=nombre(_y(point.valeur)), r=3)
    for rang in (0, len(points) - 1) if len(points) > 1 else ():
        if (part := points[rang].valeur) is not None:  # under the line where it runs high, over it where it runs low
            ecart = 18 if _y(part) < _MILIEU else -9
            yield texte(pourcent(part, cible), xs[rang], _y(part) + ecart, "fort")
    for rang in {0, len(points) - 1} if points else ():
        yield texte(points[rang].court, xs[rang], _BAS + 17)
