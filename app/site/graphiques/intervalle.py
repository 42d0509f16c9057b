"""A mean and its interval on an axis from 0 to 10, with the threshold. Pure."""

from collections.abc import Iterator

from markupsafe import Markup

from app.indices.formules import NOTE_MAX, SEUIL, Intervalle
from app.site.affichage import intervalle as en_mots
from app.site.affichage import note, pluriel
from app.site.graphiques.svg import balise, image, ligne, pc, texte

MARGE = 3.0
"""Room at both ends of the axis, in percent, so that a point at 0 or at 10 is seen whole."""


def abscisse(valeur: float, maximum: float = NOTE_MAX) -> float:
    """Where a value stands, in percent of the width.

    >>> abscisse(0), abscisse(5), abscisse(10)
    (3.0, 50.0, 97.0)
    """
    return MARGE + (100 - 2 * MARGE) * valeur / maximum


def intervalle(cle: str, moyenne: float, ic95: Intervalle | None, n: int) -> Markup:
    """The picture of a mean note: its point, its interval as a whisker, the threshold of 7."""
    titre = f"Note moyenne {note(moyenne)} sur 10, d'après {pluriel(n, 'avis', 'avis')}"
    description = f"Intervalle à 95 % {en_mots(ic95)}. L'axe va de 0 à 10 ; un trait marque 7."
    return image(cle, titre, description, 76, _dessin(moyenne, ic95))


def _dessin(moyenne: float, ic95: Intervalle | None) -> Iterator[Markup]:
    yield ligne("axe", pc(abscisse(0)), 52, pc(abscisse(NOTE_MAX)), 52)
    for borne in (0, 5, NOTE_MAX):
        yield ligne("axe", pc(abscisse(borne)), 48, pc(abscisse(borne)), 56)
        yield texte(str(borne), abscisse(borne), 71, ancre="middle")
    yield ligne("seuil", pc(abscisse(SEUIL)), 18, pc(abscisse(SEUIL)), 58)
    yield texte(str(SEUIL), abscisse(SEUIL), 71, "fort", "middle")
    yield from moustache(abscisse(moyenne), ic95 and (abscisse(ic95[0]), abscisse(ic95[1])), 36)
    yield texte(note(moyenne), abscisse(moyenne), 14, "fort", "middle" if 6 < abscisse(moyenne) < 94 else None)


def moustache(x: float, bornes: tuple[float, float] | None, y: float, rayon: float = 6) -> Iterator[Markup]:
    """A point, and its interval as a line with two ends; everything in percent of the width but `y` and the radius."""
    if bornes is not None:
        yield ligne("moustache", pc(bornes[0]), y, pc(bornes[1]), y)
        for borne in bornes:
            yield ligne("moustache", pc(borne), y - rayon, pc(borne), y + rayon)
    yield balise("circle", class_="point", cx=pc(x), cy=y, r=rayon)


def vignette(moyenne: float, ic95: Intervalle | None, maximum: float = NOTE_MAX, seuil: float | None = SEUIL) -> Markup:
    """The same in the height of a line, without text, for tables: the values stand beside it."""
    x, debut, fin = (pc(abscisse(v, maximum)) for v in (moyenne, 0, maximum))
    s = "" if seuil is None else pc(abscisse(seuil, maximum))
    trait = f'<line class="seuil" x1="{s}" y1="2" x2="{s}" y2="22"/>' if s else ""
    bas, haut = (pc(abscisse(v, maximum)) for v in (ic95 or (moyenne, moyenne)))
    return Markup(  # noqa: S704 - nothing but numbers
        f'<svg class="graphique vignette" width="100%" height="24" aria-hidden="true">'
        f'<line class="axe" x1="{debut}" y1="12" x2="{fin}" y2="12"/>'
        f"{trait}"
        f'<line class="moustache" x1="{bas}" y1="12" x2="{haut}" y2="12"/>'
        f'<circle class="point" cx="{x}" cy="12" r="4"/></svg>'
    )


def graduation(maximum: float = NOTE_MAX, seuil: float = SEUIL, unite: str = "") -> Markup:
    """The axis of a column of `vignette`s, for the head of a table."""
    reperes = (texte(f"{v:g}{unite}", abscisse(v, maximum), 12, ancre="middle") for v in (0, seuil, maximum))
    return balise("svg", *reperes, class_="graphique vignette", width="100%", height=16, aria_hidden="true")
