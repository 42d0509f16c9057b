"""The satisfaction of the démarches that meet a criterion, against the others: figures with n and interval. Pure.

Two ways of counting, because they answer two questions: démarches (each weighs one: how many are well rated?) and avis
(each weighs one: how many citizens are satisfied?). Avis of one démarche are alike, so the interval on avis is narrower
than what is known of démarches in general; the one on the mean of démarches' means is not.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, variance
from typing import Final, Protocol

from app.indices.formules import Intervalle, Z, wilson
from app.observatoire.valeurs import Statut

MINIMUM: Final = 5
"""Under so many démarches, or people, a group says nothing."""
BIEN: Final = (4, 5)
"""Four fifths of satisfied avis: the mission document's "satisfaction above 80 %"."""


Reponse = bool | Statut
"""Whether a démarche meets the criterion, or why that is not said; `exempte`: from the criterion or satisfaction."""


class Notes(Protocol):
    """The notes of a démarche: its indice, or as much of it."""

    @property
    def total(self) -> int: ...
    @property
    def satisfaits(self) -> int: ...
    @property
    def note_moyenne(self) -> float | None: ...
    @property
    def au_dessus_de_7(self) -> bool | None: ...  # None: the indice is not published


@dataclass(frozen=True, slots=True)
class Part:
    """A share, its interval (Wilson, 95 %), its numerator and denominator."""

    valeur: float
    ic95: Intervalle
    nombre: int
    sur: int


@dataclass(frozen=True, slots=True)
class Groupe:
    """The démarches of one side whose satisfaction is published. `motif`: why the figures are None.

    `moyenne`: mean of the démarches' mean notes, on 10. `satisfaits`: of all avis. `au_dessus_de_80`: démarches where
    four avis in five or more are satisfied.
    """

    demarches: int
    motif: str | None = None
    au_dessus_de_7: Part | None = None
    moyenne: float | None = None
    satisfaits: Part | None = None
    au_dessus_de_80: Part | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What the first group has more than the second; 95 % interval around it."""

    valeur: float
    ic95: Intervalle


@dataclass(frozen=True, slots=True)
class Croisement:
    """`atteint` and `autres`, and the differences, None when a group says nothing.

    Left out, and counted: `non_mesurees` (nobody knows whether they meet the criterion), `exemptees` (from it, or from
    satisfaction), `sans_objet` (it does not apply: not online, mostly), `sans_satisfaction` (known, but too few avis).
    """

    atteint: Groupe
    autres: Groupe
    ecart_au_dessus_de_7: Difference | None
    ecart_moyenne: Difference | None
    ecart_satisfaits: Difference | None
    non_mesurees: int
    exemptees: int
    sans_objet: int
    sans_satisfaction: int


def croiser(demarches: Iterable[tuple[Reponse, Notes]]) -> Croisement:
    """From each démarche's answer to the criterion and its notes."""
    cotes: dict[bool, list[Notes]] = {True: [], False: []}
    ecartees: Counter[Statut] = Counter()
    sans_satisfaction = 0
    for reponse, indice in demarches:
        if isinstance(reponse, str):
            ecartees[reponse] += 1
        elif indice.au_dessus_de_7 is None:
            sans_satisfaction += 1
        else:
            cotes[reponse].append(indice)
    oui, non = groupe(cotes[True]), groupe(cotes[False])
    parle = oui.motif is None and non.motif is None
    return Croisement(
        oui,
        non,
        _entre(oui.au_dessus_de_7, non.au_dessus_de_7),
        ecart_moyennes(_moyennes(cotes[True]), _moyennes(cotes[False])) if parle else None,
        _entre(oui.satisfaits, non.satisfaits),
        ecartees["non_mesure"] + ecartees["insuffisant"],
        ecartees["exempte"],
        ecartees["sans_objet"],
        sans_satisfaction,
    )


def groupe(indices: Sequence[Notes]) -> Groupe:
    """The figures of one side; none under five démarches, or five people."""
    demarches, avis = len(indices), sum(indice.total for indice in indices)
    if demarches < MINIMUM:
        return Groupe(demarches, f"moins de {MINIMUM} démarches")
    if avis < MINIMUM:
        return Groupe(demarches, f"moins de {MINIMUM} avis")
    bien = sum(indice.satisfaits * BIEN[1] >= indice.total * BIEN[0] for indice in indices)
    return Groupe(
        demarches,
        None,
        _part(sum(indice.au_dessus_de_7 is True for indice in indices), demarches),
        fmean(_moyennes(indices)),
        _part(sum(indice.satisfaits for indice in indices), avis),
        _part(bien, demarches),
    )


def _part(nombre: int, sur: int) -> Part:
    ic95 = wilson(nombre, sur)
    assert ic95 is not None
    return Part(nombre / sur, ic95, nombre, sur)


def _moyennes(indices: Sequence[Notes]) -> list[float]:
    return [indice.note_moyenne for indice in indices if indice.note_moyenne is not None]


def _entre(un: Part | None, autre: Part | None) -> Difference | None:
    return None if un is None or autre is None else ecart_parts(un, autre)


def ecart_parts(un: Part, autre: Part) -> Difference:
    """The difference of two independent shares, in [-1, 1], with its interval.

    Newcombe's hybrid score interval (R. G. Newcombe, Statistics in Medicine 17, 1998, method 10).

    >>> ecart_parts(_part(56, 70), _part(48, 80)).ic95
    (0.0524..., 0.3338...)
    """
    valeur = un.valeur - autre.valeur
    (bas_un, haut_un), (bas_autre, haut_autre) = un.ic95, autre.ic95
    moins = sqrt((un.valeur - bas_un) ** 2 + (haut_autre - autre.valeur) ** 2)
    plus = sqrt((haut_un - un.valeur) ** 2 + (autre.valeur - bas_autre) ** 2)
    return Difference(valeur, (max(-1.0, valeur - moins), min(1.0, valeur + plus)))


def ecart_moyennes(un: Sequence[float], autre: Sequence[float]) -> Difference:
    """The difference of the means of two samples of two values at least, with Welch's interval."""
    valeur = fmean(un) - fmean(autre)
    de_un, de_autre = variance(un) / len(un), variance(autre) / len(autre)
    total = de_un + de_autre
    if not total:
        return Difference(valeur, (valeur, valeur))
    liberte = total**2 / (de_un**2 / (len(un) - 1) + de_autre**2 / (len(autre) - 1))
    marge = student(liberte) * sqrt(total)
    return Difference(valeur, (valeur - marge, valeur + marge))


def student(liberte: float) -> float:
    """The 97.5 % quantile of Student's t, within 0.3 % from four degrees of freedom on.

    Abramowitz and Stegun, 26.7.5.

    >>> round(student(4), 2), round(student(30), 3)
    (2.77, 2.042)
    """
    z = Z
    return (
        z
        + (z**3 + z) / (4 * liberte)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * liberte**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * liberte**3)
    )
