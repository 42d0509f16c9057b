"""The difference between two means of notes, with its interval: for an intervention, or for two éditions. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal

from app.indices.formules import NOTE_MAX, Intervalle, Z

Sens = Literal["amelioration", "incertaine", "degradation"]
EN_MOTS: Final[dict[Sens, str]] = {
    "amelioration": "amélioration certaine",
    "incertaine": "évolution incertaine",
    "degradation": "dégradation certaine",
}


@dataclass(frozen=True, slots=True)
class Ecart:
    """`difference`: mean after minus mean before, in points of note, in [-10, 10]; `ic95` is around it."""

    difference: float
    ic95: Intervalle

    @property
    def sens(self) -> Sens:
        """What can be said at 95 %: `incertaine` as soon as the interval holds 0.

        >>> Ecart(0.5, (0.1, 0.9)).sens, Ecart(0.5, (-0.1, 1.1)).sens, Ecart(-0.5, (-0.9, -0.1)).sens
        ('amelioration', 'incertaine', 'degradation')
        """
        bas, haut = self.ic95
        if bas > 0:
            return "amelioration"
        return "degradation" if haut < 0 else "incertaine"


def ecart(avant: Sequence[int], apres: Sequence[int]) -> Ecart | None:
    """From the counts n0..n10 of two independent sets of avis; None when either has under two.

    Welch's difference of means (B. L. Welch, Biometrika 34, 1947): each set keeps its own variance, d ± z·√(s₁²/N₁ +
    s₂²/N₂), with the normal quantile as `note_moyenne_ic95` has. Swapping the two sets negates it exactly.

    >>> gagne = ecart([50, 0, 0, 0, 0, 50, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 50, 0, 0, 0, 0, 50])
    >>> gagne.difference, [round(borne, 4) for borne in gagne.ic95]
    (5.0, [4.3036, 5.6964])
    """
    if sum(avant) < 2 or sum(apres) < 2:
        return None
    (moyenne_avant, variance_avant), (moyenne_apres, variance_apres) = _moments(avant), _moments(apres)
    difference = moyenne_apres - moyenne_avant
    marge = Z * sqrt(variance_avant + variance_apres)
    return Ecart(difference, (max(-float(NOTE_MAX), difference - marge), min(float(NOTE_MAX), difference + marge)))


def _moments(comptes: Sequence[int]) -> tuple[float, float]:
    """The mean, and its own variance s²/N; the numerators are exact integers."""
    n = sum(comptes)
    somme = sum(note * combien for note, combien in enumerate(comptes))
    carres = sum(note * note * combien for note, combien in enumerate(comptes))
    return somme / n, (n * carres - somme * somme) / (n - 1) / n / n
