"""A target and where one stands: the gap in points, and whether it is late. Pure."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trajectoire:
    """`part`: the share of démarches now, None when nothing is measured: then nothing is said of the rest either.

    `ecart_points`: `part` minus `cible`, in points. `en_retard`: the target is not reached and its due date is over;
    `retard_jours`: for how many days, 0 when it is not late.
    """

    indicateur: str
    part: float | None
    cible: float
    echeance: dt.date | None
    ecart_points: float | None
    atteinte: bool | None
    en_retard: bool | None
    retard_jours: int | None


def trajectoire(
    cle_indicateur: str,
    atteints: int,
    publies: int,
    cible: float,
    echeance: dt.date | None,
    jour: dt.date,
) -> Trajectoire:
    """Where `atteints` démarches out of `publies` stand on a day, against a share to reach (0.8 for 80 %).

    >>> trajectoire("accessibilite", 13, 100, 0.8, dt.date(2022, 12, 31), dt.date(2023, 1, 10)).retard_jours
    10
    """
    if not publies:
        return Trajectoire(cle_indicateur, None, cible, echeance, None, None, None, None)
    part = atteints / publies
    atteinte = part >= cible
    retard = 0 if atteinte or echeance is None else max(0, (jour - echeance).days)
    return Trajectoire(cle_indicateur, part, cible, echeance, 100 * (part - cible), atteinte, retard > 0, retard)
