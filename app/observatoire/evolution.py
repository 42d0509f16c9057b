"""An indicateur over time: what it said of each démarche at the end of each step, and since when one is late. Pure.

For indicateurs made of facts and boutons, which change on few days: each démarche is evaluated on those days only, then
added to the steps in between. The catalogue's own history (titles, who answers for what) is not kept: it is today's.
"""

import datetime as dt
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final, NamedTuple

from app.indices.formules import Comptes, indice
from app.indices.periode import JOUR, Periode
from app.observatoire.bilan import Bilan, faire
from app.observatoire.valeurs import Dossier, Fait, Indicateur, Statut, evaluer

_SANS_AVIS: Final = indice(Comptes())

Intervalle = tuple[dt.date, dt.date]
"""From a day, included, to another, excluded."""


@dataclass(slots=True)
class Chronique:
    """What is known of a démarche, whenever. `en_ligne` is what the catalogue says where no fact does.

    `faits`: nature and fact, in the order of days, each one that says something new. `boutons`: from the first avis to
    the closing. `exemptions`: when, and why. `perimetre`: when the démarche counts, None for always.
    """

    en_ligne: bool
    faits: list[tuple[str, Fait]] = field(default_factory=list)
    boutons: list[Intervalle] = field(default_factory=list)
    exemptions: list[tuple[Intervalle, str]] = field(default_factory=list)
    perimetre: Intervalle | None = None


class Etat(NamedTuple):
    """What an indicateur says from a day on; `statut` is None while the démarche is out of the perimeter."""

    depuis: dt.date
    statut: Statut | None
    atteint: bool


def suivre(indicateur: Indicateur, chronique: Chronique, periode: Periode) -> Iterator[Etat]:
    """What an indicateur says of a démarche on the first day, then on each day when that may change."""
    jours = _jours(chronique, periode)
    connus: dict[str, Fait] = {}
    rang = 0
    while jours:
        jour = jours.pop()
        while rang < len(chronique.faits) and chronique.faits[rang][1].jour <= jour:
            nature, fait = chronique.faits[rang]
            connus[nature] = fait
            rang += 1
        dossier = _dossier(indicateur, chronique, connus, jour)
        valeur = evaluer(indicateur, dossier)
        dedans = chronique.perimetre is None or _contient(chronique.perimetre, jour)
        yield Etat(jour, valeur.statut if dedans else None, valeur.atteint is True)
        expire = indicateur.expire_le(dossier)
        if expire is not None and jour < expire <= periode.fin and (not jours or expire < jours[-1]):
            jours.append(expire)


def _jours(chronique: Chronique, periode: Periode) -> list[dt.date]:
    """The days to look at, the last first."""
    bornes = [borne for bouton in chronique.boutons for borne in bouton]
    bornes += [borne for intervalle, _ in chronique.exemptions for borne in intervalle]
    bornes += chronique.perimetre or ()
    bornes += [fait.jour for _, fait in chronique.faits]
    return sorted({borne for borne in bornes if periode.debut < borne <= periode.fin} | {periode.debut}, reverse=True)


def _dossier(indicateur: Indicateur, chronique: Chronique, connus: Mapping[str, Fait], jour: dt.date) -> Dossier:
    declare = connus.get("en_ligne")
    en_ligne = chronique.en_ligne if declare is None else bool(declare.contenu["valeur"])
    premier = min((bouton[0] for bouton in chronique.boutons if _contient(bouton, jour)), default=None)
    raisons = [raison for intervalle, raison in chronique.exemptions if _contient(intervalle, jour)]
    return Dossier(jour, en_ligne, _SANS_AVIS, premier, connus, {indicateur.cle: raisons[-1]} if raisons else {})


def _contient(intervalle: Intervalle, jour: dt.date) -> bool:
    return intervalle[0] <= jour < intervalle[1]


def evolution(indicateur: Indicateur, chroniques: Iterable[Chronique], fins: Sequence[dt.date]) -> list[Bilan]:
    """The synthesis over these démarches on each of these days, which are in order."""
    periode = Periode(fins[0], fins[-1])
    comptes: dict[tuple[Statut, bool], list[int]] = {}
    for chronique in chroniques:
        etats = list(suivre(indicateur, chronique, periode))
        for etat, suivant in zip(etats, [*etats[1:], None], strict=True):
            if etat.statut is not None:
                compte = comptes.setdefault((etat.statut, etat.atteint), [0] * (len(fins) + 1))
                compte[bisect_left(fins, etat.depuis)] += 1
                compte[bisect_left(fins, suivant.depuis) if suivant else len(fins)] -= 1
    return _bilans(comptes, len(fins))


def _bilans(comptes: Mapping[tuple[Statut, bool], list[int]], etapes: int) -> list[Bilan]:
    """From what changes at each step to what holds at each step."""
    tenus = {issue: list(accumulate(compte)) for issue, compte in comptes.items()}
    resultat = []
    for etape in range(etapes):
        statuts: Counter[str] = Counter()
        for (statut, _), tenu in tenus.items():
            statuts[statut] += tenu[etape]
        atteints = sum(tenu[etape] for (_, atteint), tenu in tenus.items() if atteint)
        resultat.append(faire(statuts, atteints, Counter()))
    return resultat


def additionner(groupes: Iterable[Sequence[Bilan]]) -> list[Bilan]:
    """The synthesis of all groups, step by step."""
    return [
        faire(
            Counter(
                {
                    "publie": sum(b.publies for b in etape),
                    "insuffisant": sum(b.insuffisant for b in etape),
                    "non_mesure": sum(b.non_mesure for b in etape),
                    "exempte": sum(b.exempte for b in etape),
                    "sans_objet": sum(b.sans_objet for b in etape),
                }
            ),
            sum(b.atteints for b in etape),
            Counter(),
        )
        for etape in zip(*groupes, strict=True)
    ]


def en_retard_depuis(indicateur: Indicateur, chronique: Chronique, echeance: dt.date, jour: dt.date) -> dt.date | None:
    """The first day of the lateness that lasts on `jour`: after the deadline, expected of the démarche, and not met.

    None when it is not late: the criterion is met, the démarche exempt or offline, nothing measured, or the deadline
    not over.
    """
    if jour <= echeance:
        return None
    depuis = None
    for etat in suivre(indicateur, chronique, Periode(echeance + JOUR, jour)):
        if etat.statut != "publie" or etat.atteint:
            depuis = None
        elif depuis is None:
            depuis = etat.depuis
    return depuis
