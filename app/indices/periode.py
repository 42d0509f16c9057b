"""Périodes: whole days in Europe/Paris, both ends included, and how to read their counts from the fewest rows. Pure.

Days are dates, never durations: a day of 23 or 25 hours, when the clocks change, is a day like any other. Which day an
avis belongs to was decided when it was counted.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from app.problems import Invalide

PARIS: Final = ZoneInfo("Europe/Paris")
PREMIER_JOUR: Final = dt.date(2000, 1, 1)
DERNIER_JOUR: Final = dt.date(2100, 12, 31)
ETAPES_MAX: Final = 4000
JOUR: Final = dt.timedelta(days=1)

Pas = Literal["jour", "semaine", "mois", "trimestre", "annee"]
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class PeriodeInvalide(Invalide):
    """A période that cannot be read, or that ends before it starts; `erreurs` says which end is wrong."""

    code, titre = "periode_invalide", "Période invalide"
    detail = "La période demandée n'est pas valide."


@dataclass(frozen=True, slots=True)
class Periode:
    """Whole days, `debut` and `fin` both included."""

    debut: dt.date
    fin: dt.date

    def __post_init__(self) -> None:
        if self.debut > self.fin:
            raise PeriodeInvalide(erreurs=[_erreur("fin", "la fin précède le début")])

    def __contains__(self, jour: dt.date) -> bool:
        return self.debut <= jour <= self.fin


class Segment(NamedTuple):
    """Counts to add (`signe` 1) or to take away (-1): those of the days (`pas` j) or months (m) from `debut`, included,
    to `fin`, excluded."""

    pas: Literal["j", "m"]
    debut: dt.date
    fin: dt.date
    signe: Literal[1, -1]


def _erreur(champ: str, message: str) -> dict[str, str]:
    return {"champ": champ, "message": message}


def jour_de_paris(instant: dt.datetime) -> dt.date:
    """The day it is in Paris at an instant that knows its offset.

    >>> jour_de_paris(dt.datetime(2025, 3, 29, 23, 0, tzinfo=dt.UTC))
    datetime.date(2025, 3, 30)
    """
    return instant.astimezone(PARIS).date()


def lire_periode(debut: str | None, fin: str | None, aujourd_hui: dt.date) -> Periode:
    """The période that two optional texts name: `fin` is today, and `debut` a year before it plus a day, unless given.

    Raises PeriodeInvalide with every error found.

    >>> lire_periode(None, "2026-03-17", dt.date(2026, 5, 1))
    Periode(debut=datetime.date(2025, 3, 18), fin=datetime.date(2026, 3, 17))
    """
    erreurs: list[dict[str, str]] = []
    jours = [_lire_jour(champ, texte, erreurs) for champ, texte in (("debut", debut), ("fin", fin))]
    if erreurs:
        raise PeriodeInvalide(erreurs=erreurs)
    dernier = jours[1] or aujourd_hui
    return Periode(jours[0] or max(PREMIER_JOUR, un_an_avant(dernier) + JOUR), dernier)


def _lire_jour(champ: str, texte: str | None, erreurs: list[dict[str, str]]) -> dt.date | None:
    if texte is None:
        return None
    try:
        jour = dt.date.fromisoformat(texte) if _DATE.fullmatch(texte) else None
    except ValueError:
        erreurs.append(_erreur(champ, "cette date n'existe pas"))
        return None
    if jour is None:
        erreurs.append(_erreur(champ, "la date doit s'écrire AAAA-MM-JJ"))
    elif not PREMIER_JOUR <= jour <= DERNIER_JOUR:
        erreurs.append(_erreur(champ, f"la date doit être comprise entre {PREMIER_JOUR} et {DERNIER_JOUR}"))
    return jour


def un_an_avant(jour: dt.date) -> dt.date:
    """The same day a year before; 28 February for a 29 February.

    >>> un_an_avant(dt.date(2024, 2, 29))
    datetime.date(2023, 2, 28)
    """
    if (jour.month, jour.day) == (2, 29):
        return dt.date(jour.year - 1, 2, 28)
    return jour.replace(year=jour.year - 1)


def debut_etape(jour: dt.date, pas: Pas) -> dt.date:
    """The first day of the step that holds a day; weeks start on Monday (ISO 8601).

    >>> debut_etape(dt.date(2026, 3, 1), "semaine"), debut_etape(dt.date(2026, 3, 1), "trimestre")
    (datetime.date(2026, 2, 23), datetime.date(2026, 1, 1))
    """
    match pas:
        case "jour":
            return jour
        case "semaine":
            return jour - jour.weekday() * JOUR
        case "mois":
            return jour.replace(day=1)
        case "trimestre":
            return jour.replace(month=jour.month - (jour.month - 1) % 3, day=1)
        case "annee":
            return jour.replace(month=1, day=1)


def _etape_suivante(debut: dt.date, pas: Pas) -> dt.date:
    """The first day after the step that starts on `debut`."""
    jours = {"jour": 1, "semaine": 7, "mois": 31, "trimestre": 92, "annee": 366}[pas]
    return debut_etape(debut + jours * JOUR, pas)


def etapes(periode: Periode, pas: Pas) -> list[Periode]:
    """The steps that cut a période, clipped to it, in order; PeriodeInvalide when there are more than ETAPES_MAX.

    >>> [str(etape.debut) for etape in etapes(Periode(dt.date(2026, 1, 15), dt.date(2026, 3, 2)), "mois")]
    ['2026-01-15', '2026-02-01', '2026-03-01']
    """
    resultat: list[Periode] = []
    debut = periode.debut
    while debut <= periode.fin:
        if len(resultat) == ETAPES_MAX:
            trop = f"cette période compte plus de {ETAPES_MAX} étapes : choisissez un pas plus long"
            raise PeriodeInvalide(erreurs=[_erreur("pas", trop)])
        suivante = _etape_suivante(debut_etape(debut, pas), pas)
        resultat.append(Periode(debut, min(periode.fin, suivante - JOUR)))
        debut = suivante
    return resultat


def segments(periode: Periode, dernier: dt.date = DERNIER_JOUR) -> list[Segment]:
    """The signed months and days whose counts add up to those of the période, exactly: at most one run of months and
    two of days, of 15 days each at most.

    A month that the période cuts is either the sum of its days inside, or itself minus its days outside, whichever
    reads fewer days. Days after `dernier` are expected to be empty: they are read all the same, but cost nothing.

    >>> periode = Periode(dt.date(2026, 1, 3), dt.date(2026, 3, 10))
    >>> [(s.pas, str(s.debut), str(s.fin), s.signe) for s in segments(periode)]
    [('m', '2026-01-01', '2026-03-01', 1), ('j', '2026-01-01', '2026-01-03', -1), ('j', '2026-03-01', '2026-03-11', 1)]
    """
    debut, fin = periode.debut, periode.fin + JOUR
    premier, deuxieme = debut_etape(debut, "mois"), _etape_suivante(debut_etape(debut, "mois"), "mois")
    dernier_mois, apres = debut_etape(periode.fin, "mois"), _etape_suivante(debut_etape(periode.fin, "mois"), "mois")

    def cout(de: dt.date, a: dt.date) -> int:
        return max(0, (min(a, dernier + JOUR) - de).days)

    retire_avant, retire_apres = Segment("j", premier, debut, -1), Segment("j", fin, apres, -1)
    if premier == dernier_mois:
        if cout(debut, fin) <= cout(premier, debut) + cout(fin, apres):
            return [Segment("j", debut, fin, 1)]
        return _non_vides(Segment("m", premier, apres, 1), retire_avant, retire_apres)
    ajoute_avant, ajoute_apres = Segment("j", debut, deuxieme, 1), Segment("j", dernier_mois, fin, 1)
    avant = retire_avant if cout(premier, debut) < cout(debut, deuxieme) else ajoute_avant
    apres_ = retire_apres if cout(fin, apres) < cout(dernier_mois, fin) else ajoute_apres
    de = premier if avant.signe < 0 else deuxieme
    a = apres if apres_.signe < 0 else dernier_mois
    return _non_vides(Segment("m", de, a, 1), avant, apres_)


def _non_vides(*tous: Segment) -> list[Segment]:
    return [segment for segment in tous if segment.debut < segment.fin]


def couper(segments: Sequence[Segment], jour: dt.date | None) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """The parts before the first day of a month, and from it on; None is before everything.

    >>> avant, apres = couper([Segment("m", dt.date(2026, 1, 1), dt.date(2026, 4, 1), 1)], dt.date(2026, 3, 1))
    >>> str(avant[0].fin), str(apres[0].debut)
    ('2026-03-01', '2026-03-01')
    """
    bord = jour or dt.date.min
    avant = (s._replace(fin=min(s.fin, bord)) for s in segments)
    apres = (s._replace(debut=max(s.debut, bord)) for s in segments)
    return tuple(_non_vides(*avant)), tuple(_non_vides(*apres))
