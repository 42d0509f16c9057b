"""The figures of an indice from the counts alone: pure, exact where integers allow it, shared by JSON, CSV and pages.

Whatever is shown anywhere comes from `indice`; no other place divides two counts. Changing a formula changes `METHODE`
and is written in the changelog.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field

METHODE: Final = "1"
SEUIL: Final = 7
"""Above it, strictly, an avis is satisfait; above it, strictly, a démarche is well rated."""
NOTE_MAX: Final = 10
MINIMUM: Final = 100
"""How many avis a published indice needs, unless the setting says otherwise."""
PERSONNES: Final = 5
"""A figure made of fewer answers would tell what some people answered: it is not shown, whatever the setting."""
Z: Final = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution: 95 % in the middle."""
MARQUE: Final = 2.5
"""What each level of a question above the first adds to its mark: levels 1..5 are worth 0, 2.5, 5, 7.5, 10."""

_Z2 = Z * Z
_NOTES = tuple(str(note) for note in range(NOTE_MAX + 1))

Statut = Literal["publie", "insuffisant", "aucun_avis"]
Intervalle = tuple[float, float]


class Comptes(NamedTuple):
    """How many times each level was given: all that an indice is made of.

    `note`: n0..n10. `comprehension` and `contact_satisfaction`: levels 1..5. `aide`: avis that answered, then avis that
    say "aucune". `contact_joignabilite`: not reached, then reached. Answers about channels are summed over channels.
    """

    note: Sequence[int] = (0,) * 11
    comprehension: Sequence[int] = (0,) * 5
    aide: Sequence[int] = (0,) * 2
    contact_joignabilite: Sequence[int] = (0,) * 2
    contact_satisfaction: Sequence[int] = (0,) * 5


class Mesure(NamedTuple):
    """A mean or a share (None when `n` is 0), and how many answers it comes from."""

    valeur: float | None
    n: int


@dataclass  # not frozen: each poll makes thousands, and freezing them takes a third more time
class Indice:
    """Les chiffres de satisfaction d'une démarche, ou d'un de ses boutons, sur une période. Jamais arrondis."""

    total: Annotated[int, Field(description="Nombre d'avis", ge=0)]
    repartition: Annotated[dict[str, int], Field(description="Nombre d'avis par note, de « 0 » à « 10 »")]
    satisfaits: Annotated[int, Field(description="Nombre d'avis dont la note est strictement supérieure à 7", ge=0)]
    part_satisfaits: Annotated[float | None, Field(description="`satisfaits / total` ; nulle sans avis", ge=0, le=1)]
    part_satisfaits_ic95: Annotated[Intervalle | None, Field(description="Intervalle de Wilson à 95 % ; nul sans avis")]
    note_moyenne: Annotated[float | None, Field(description="Moyenne des notes ; nulle sans avis", ge=0, le=10)]
    note_moyenne_ic95: Annotated[
        Intervalle | None, Field(description="Intervalle normal à 95 % sur la moyenne ; nul sous deux avis")
    ]
    au_dessus_de_7: Annotated[
        bool | None, Field(description="Note moyenne strictement supérieure à 7 ; nul si l'indice n'est pas publié")
    ]
    statut: Annotated[Statut, Field(description="`publie` à partir du nombre minimal d'avis (100 par défaut)")]
    methode: Annotated[str, Field(description="Version des formules")]
    comprehension: Annotated[float | None, Field(description="Moyenne sur 10 de la clarté des informations")]
    comprehension_n: Annotated[int, Field(description="Nombre de réponses", ge=0)]
    contact_satisfaction: Annotated[float | None, Field(description="Moyenne sur 10 de la satisfaction des contacts")]
    contact_satisfaction_n: Annotated[int, Field(description="Nombre de réponses", ge=0)]
    contact_joignabilite: Annotated[float | None, Field(description="Part des contacts joints, entre 0 et 1")]
    contact_joignabilite_n: Annotated[int, Field(description="Nombre de réponses", ge=0)]
    autonomie: Annotated[float | None, Field(description="10 × part des avis sans aucune aide, sur 10")]
    autonomie_n: Annotated[int, Field(description="Nombre de réponses", ge=0)]


def part_satisfaits(satisfaits: int, total: int) -> float | None:
    """Share of avis above the threshold, in [0, 1]; None when there is no avis.

    >>> part_satisfaits(3, 4)
    0.75
    """
    return satisfaits / total if total else None


def wilson(satisfaits: int, total: int) -> Intervalle | None:
    """95 % interval of a share, within [0, 1] and around the share; None when there is no avis.

    Wilson's score interval (E. B. Wilson, JASA 22, 1927), without continuity correction: unlike the normal one it keeps
    its coverage for small totals and extreme shares.

    >>> [round(bound, 4) for bound in wilson(80, 100)]
    [0.7112, 0.8666]
    """
    if not total:
        return None
    part = satisfaits / total
    poids = _Z2 / total
    centre = (part + poids / 2) / (1 + poids)
    marge = sqrt(part * (1 - part) * poids + poids * poids / 4) / (1 + poids)
    # In floats the bound at 0 or at 1 may miss the share by one unit in the last place.
    return min(part, max(0.0, centre - marge)), max(part, min(1.0, centre + marge))


def note_moyenne(comptes: Sequence[int]) -> float | None:
    """Mean note from the counts n0..n10, in [0, 10]; None when there is no avis.

    >>> note_moyenne([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])
    7.5
    """
    total = sum(comptes)
    return _somme(comptes) / total if total else None


def note_moyenne_ic95(comptes: Sequence[int]) -> Intervalle | None:
    """95 % normal interval on the mean note, clipped to [0, 10]; None under two avis.

    mean ± z·s/√N, with the sample variance s² = (N·Σi²nᵢ − (Σi·nᵢ)²) / (N·(N−1)): its numerator is an exact integer.

    >>> [round(bound, 4) for bound in note_moyenne_ic95([0, 0, 0, 0, 0, 50, 0, 0, 0, 0, 50])]
    [7.0075, 7.9925]
    """
    return _normal(sum(comptes), _somme(comptes), _carres(comptes))


def _somme(n: Sequence[int]) -> int:
    """Σ i·nᵢ, unrolled: this runs for every démarche of every poll."""
    return (
        n[1] + 2 * n[2] + 3 * n[3] + 4 * n[4] + 5 * n[5] + 6 * n[6] + 7 * n[7] + 8 * n[8] + 9 * n[9] + 10 * n[10]
    )  # fmt: skip


def _carres(n: Sequence[int]) -> int:
    """Σ i²·nᵢ."""
    return (
        n[1] + 4 * n[2] + 9 * n[3] + 16 * n[4] + 25 * n[5] + 36 * n[6] + 49 * n[7] + 64 * n[8] + 81 * n[9] + 100 * n[10]
    )  # fmt: skip


def _normal(total: int, somme: int, carres: int) -> Intervalle | None:
    if total < 2:
        return None
    moyenne = somme / total
    marge = Z * sqrt((total * carres - somme * somme) / (total - 1)) / total
    return max(0.0, moyenne - marge), min(float(NOTE_MAX), moyenne + marge)


def statut(total: int, minimum: int = MINIMUM) -> Statut:
    """Whether an indice is published: `publie` from `minimum` avis on, `insuffisant` below, `aucun_avis` at 0.

    >>> statut(100), statut(99), statut(0)
    ('publie', 'insuffisant', 'aucun_avis')
    """
    if total >= minimum:
        return "publie"
    return "insuffisant" if total else "aucun_avis"


def au_dessus_de_7(comptes: Sequence[int], minimum: int = MINIMUM) -> bool | None:
    """Whether the mean note is strictly above 7, decided on integers; None when the indice is not published.

    >>> au_dessus_de_7([0] * 7 + [100, 0, 0, 0]), au_dessus_de_7([0] * 7 + [99, 1, 0, 0])
    (False, True)
    """
    total = sum(comptes)
    return _somme(comptes) > SEUIL * total if statut(total, minimum) == "publie" else None


def moyenne_marques(comptes: Sequence[int]) -> Mesure:
    """Mean of the marks 0, 2.5, 5, 7.5, 10 given by levels 1..5, in [0, 10]; its value is None without answers.

    >>> moyenne_marques([0, 0, 0, 1, 1])
    Mesure(valeur=8.75, n=2)
    """
    n = sum(comptes)
    return Mesure(MARQUE * (comptes[1] + 2 * comptes[2] + 3 * comptes[3] + 4 * comptes[4]) / n, n) if n else RIEN


def joignabilite(non_joints: int, joints: int) -> Mesure:
    """Share of contacts reached, in [0, 1]; its value is None without answers.

    >>> joignabilite(1, 3)
    Mesure(valeur=0.75, n=4)
    """
    n = non_joints + joints
    return Mesure(joints / n, n) if n else RIEN


def autonomie(repondu: int, aucune: int) -> Mesure:
    """10 × avis that needed no help / avis that answered, in [0, 10]; its value is None without answers.

    >>> autonomie(4, 3)
    Mesure(valeur=7.5, n=4)
    """
    return Mesure(10 * aucune / repondu, repondu) if repondu else RIEN


RIEN: Final = Mesure(None, 0)


def indice(comptes: Comptes, minimum: int = MINIMUM) -> Indice:
    """Every figure of the counts. Each of the other questions has its own n: `comprehension` and `comprehension_n`.

    >>> indice(Comptes(note=[0] * 8 + [100, 0, 0])).part_satisfaits
    1.0
    """
    note = comptes.note
    total, satisfaits, somme = sum(note), sum(note[SEUIL + 1 :]), _somme(note)
    publie = statut(total, minimum)
    return Indice(
        total,
        dict(zip(_NOTES, note, strict=True)),
        satisfaits,
        part_satisfaits(satisfaits, total),
        wilson(satisfaits, total),
        somme / total if total else None,
        _normal(total, somme, _carres(note)),
        somme > SEUIL * total if publie == "publie" else None,
        publie,
        METHODE,
        *moyenne_marques(comptes.comprehension),
        *moyenne_marques(comptes.contact_satisfaction),
        *joignabilite(*comptes.contact_joignabilite),
        *autonomie(*comptes.aide),
    )
