"""An intervention's before and after: which days, and what their avis let one say. Pure.

The démarches that are helped were chosen because they were low, so some of their rise is chance coming back to normal:
a sure rise is not a proof that the intervention made it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from app.indices.formules import note_moyenne, note_moyenne_ic95, statut
from app.indices.periode import JOUR, PREMIER_JOUR, Periode
from app.observatoire.classement.schemas import Comparaison, Cote
from app.observatoire.ecart import EN_MOTS, ecart

JOURS: Final = 90
JOURS_MAX: Final = 366
AUCUN: Final = (0,) * 11


class Fenetres(NamedTuple):
    """The days to compare; None where there is no day to read yet. `complet`: every day asked for is over."""

    avant: Periode | None
    apres: Periode | None
    complet: bool


def fenetres(debut: dt.date, fin: dt.date | None, jours: int, aujourd_hui: dt.date) -> Fenetres:
    """The `jours` days before `debut` and after `fin`, without the day that is not over.

    >>> avant, apres, complet = fenetres(dt.date(2026, 1, 10), dt.date(2026, 1, 20), 5, dt.date(2026, 1, 23))
    >>> str(avant.debut), str(avant.fin), str(apres.debut), str(apres.fin), complet
    ('2026-01-05', '2026-01-09', '2026-01-21', '2026-01-22', False)
    """
    hier = aujourd_hui - JOUR
    avant = _periode(max(PREMIER_JOUR, debut - jours * JOUR), min(debut - JOUR, hier))
    if fin is None:
        return Fenetres(avant, None, False)
    return Fenetres(avant, _periode(fin + JOUR, min(fin + jours * JOUR, hier)), fin + jours * JOUR <= hier)


def _periode(debut: dt.date, fin: dt.date) -> Periode | None:
    return Periode(debut, fin) if debut <= fin else None


def touche(jours: Fenetres, autres: Iterable[tuple[dt.date, dt.date | None]]) -> bool:
    """Whether another intervention on the same démarche, from `debut` to `fin`, was under way on any of these days."""
    return any(
        debut <= periode.fin and (fin is None or fin >= periode.debut)
        for debut, fin in autres
        for periode in (jours.avant, jours.apres)
        if periode is not None
    )


def comparer(
    dates: Fenetres, avant: Sequence[int], apres: Sequence[int], jours: int, minimum: int, autre: bool
) -> Comparaison:
    """From the counts n0..n10 of each side. Without a `sens` when either has too few avis to conclude."""
    lu = None if dates.avant is None or dates.apres is None else ecart(avant, apres)
    assez = sum(avant) >= minimum and sum(apres) >= minimum
    sens = lu.sens if lu is not None and assez else None
    en_mots = EN_MOTS[sens] if sens else "intervention en cours" if dates.apres is None else "trop peu d'avis"
    return Comparaison(
        jours,
        dates.complet,
        _cote(dates.avant, avant, minimum),
        _cote(dates.apres, apres, minimum),
        None if lu is None else lu.difference,
        None if lu is None else lu.ic95,
        sens,
        "non_mesure" if lu is None else "publie" if assez else "insuffisant",
        en_mots,
        autre,
    )


def _cote(periode: Periode | None, notes: Sequence[int], minimum: int) -> Cote | None:
    if periode is None:
        return None
    total = sum(notes)
    return Cote(
        periode.debut, periode.fin, total, note_moyenne(notes), note_moyenne_ic95(notes), statut(total, minimum)
    )
