"""Due dates: how they are written, how late an engagement is, which one was announced first. Pure."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from app.indices.periode import DERNIER_JOUR, PREMIER_JOUR

Genre = Literal["cible", "calendrier", "jalon", "api", "demarche", "integration"]
Statut = Literal["prevu", "en_cours", "tenu", "abandonne"]
Variante = Literal["franceconnect", "sans_franceconnect"]
OUVERTS: Final = frozenset({"prevu", "en_cours"})
AUCUNE: Final = frozenset({"aucun", "aucune", "aucune date"})
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Delais:
    """How an engagement stands on a day.

    `retard_jours`: days past the due date, up to that day or to the day it was kept; 0 in time, None when there is no
    due date or it was given up. `retard_initial_jours`: the same against the first date ever announced. `en_retard`:
    late on that day, so open. `tenu_a_temps`: None unless it was kept and had a due date.
    """

    premiere_echeance: dt.date | None
    en_retard: bool
    retard_jours: int | None
    retard_initial_jours: int | None
    tenu_a_temps: bool | None


def delais(
    statut: str,
    echeance: dt.date | None,
    tenu_le: dt.date | None,
    annonces: Sequence[dt.date | None],
    jour: dt.date,
) -> Delais:
    """`annonces`: the due dates that came before the present one, oldest first, None for "aucune date".

    >>> delais("prevu", dt.date(2020, 6, 30), None, [dt.date(2019, 12, 31)], dt.date(2020, 7, 2)).retard_jours
    2
    """
    premiere = next((date for date in (*annonces, echeance) if date is not None), None)
    arrivee = tenu_le if statut == "tenu" else jour if statut in OUVERTS else None
    retard = _jours(arrivee, echeance)
    return Delais(
        premiere,
        statut in OUVERTS and bool(retard),
        retard,
        _jours(arrivee, premiere),
        retard == 0 if statut == "tenu" and retard is not None else None,
    )


def _jours(arrivee: dt.date | None, echeance: dt.date | None) -> int | None:
    return None if arrivee is None or echeance is None else max(0, (arrivee - echeance).days)


def lire_date(texte: str) -> dt.date:
    """`AAAA-MM-JJ`, from 2000 to 2100; ValueError in French otherwise.

    >>> lire_date("2020-06-30")
    datetime.date(2020, 6, 30)
    """
    if _DATE.fullmatch(texte) is None:
        raise ValueError("une date AAAA-MM-JJ est attendue")
    try:
        jour = dt.date.fromisoformat(texte)
    except ValueError:
        raise ValueError("cette date n'existe pas") from None
    if not PREMIER_JOUR <= jour <= DERNIER_JOUR:
        raise ValueError(f"une date entre {PREMIER_JOUR} et {DERNIER_JOUR} est attendue")
    return jour


def lire_echeance(texte: str) -> dt.date | None:
    """A date, or None for `aucune`; ValueError in French otherwise.

    >>> lire_echeance("Aucune date") is None
    True
    """
    if texte.strip().lower() in AUCUNE:
        return None
    try:
        return lire_date(texte.strip())
    except ValueError as error:
        raise ValueError(f"{error}, ou « aucune »") from None
