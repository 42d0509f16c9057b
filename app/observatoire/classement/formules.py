"""Which démarches are surely rated below a threshold, and in which order. Pure.

Fair to small numbers: a démarche is named only when the data rule out that it does better, and the ranking looks at the
upper bound of the interval, the most that can be said in its favour, never at the raw mean.

Fair to large numbers too: among 2 000 démarches that would all be exactly at the threshold, 50 have by chance alone a
95 % interval entirely below it. So the list is made by the procedure of Benjamini and Hochberg (JRSS B 57, 1995) on the
one-sided p-values of « the mean is at least the threshold », at the rate 2.5 %, over every published démarche at once:
of those named, 2.5 % at most are expected to be named wrongly. Its least demanding step is the 2.5 % quantile, so
whatever it names has a 95 % interval entirely below the threshold; that is checked as well, on the very bounds shown.
"""

from collections.abc import Iterable, Sequence
from math import erfc, inf, sqrt
from typing import Final, Literal, NamedTuple, get_args

from app.indices.formules import SEUIL, Intervalle, Z
from app.observatoire.valeurs import Statut

TAUX: Final = 0.025
"""The share of those named that may be named wrongly, at most, on average."""

Ecartee = Literal["exempte", "non_mesure", "insuffisant", "au_dessus", "incertaine", "prudence"]
ECARTEES: Final[tuple[Ecartee, ...]] = get_args(Ecartee)
Place = Ecartee | Literal["classee"]
"""`classee`: surely below. `prudence`: its own interval is below, but among so many démarches chance could do it.
`incertaine`: the interval holds the threshold. `au_dessus`: entirely above. The others are not published."""


class Candidate(NamedTuple):
    """What is looked at of a démarche; only what is `publie` and has an interval may be named."""

    slug: str
    statut: Statut
    moyenne: float | None = None
    ic95: Intervalle | None = None


def p_valeur(moyenne: float, ic95: Intervalle, seuil: float) -> float:
    """How likely a mean this low is when the true one is `seuil` (one-sided, normal), from the interval shown.

    The half-width is read on the lower side, or on the upper one when the interval is clipped at 0.

    >>> round(p_valeur(6.8, (6.604, 6.996), 7.0), 4)
    0.0228
    """
    bas, haut = ic95
    erreur = max(moyenne - bas, haut - moyenne) / Z
    z = (moyenne - seuil) / erreur if erreur else (inf if moyenne >= seuil else -inf)
    return 0.5 * erfc(-z / sqrt(2))


def benjamini_hochberg(p_valeurs: Sequence[float], taux: float = TAUX) -> float:
    """The greatest p-value that is rejected at this rate of false discoveries; -1 when none is.

    >>> benjamini_hochberg([0.001, 0.6, 0.02, 0.9], 0.05)
    0.02
    """
    m = len(p_valeurs)
    return max((p for rang, p in enumerate(sorted(p_valeurs), 1) if p <= taux * rang / m), default=-1.0)


def placer(candidates: Iterable[Candidate], seuil: float = SEUIL, taux: float = TAUX) -> dict[str, Place]:
    """The place of each démarche, by slug."""
    places: dict[str, Place] = {}
    p_valeurs: dict[str, float] = {}
    for c in candidates:
        if c.statut != "publie" or c.moyenne is None or c.ic95 is None:
            places[c.slug] = c.statut if c.statut in {"exempte", "non_mesure"} else "insuffisant"
            continue
        p_valeurs[c.slug] = p_valeur(c.moyenne, c.ic95, seuil)
        bas, haut = c.ic95
        places[c.slug] = "prudence" if haut < seuil else "au_dessus" if bas > seuil else "incertaine"
    limite = benjamini_hochberg(list(p_valeurs.values()), taux)
    return places | {slug: "classee" for slug, p in p_valeurs.items() if p <= limite and places[slug] == "prudence"}


def rang(candidate: Candidate) -> tuple[float, str]:
    """The order of the ranking: the upper bound of the interval, lowest first; then the slug."""
    return (inf if candidate.ic95 is None else candidate.ic95[1]), candidate.slug
