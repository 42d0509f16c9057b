"""What the registers say of each démarche on a day, before any avis is read: who it is, what is declared of it, and
what the indicateurs made of facts alone conclude.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.acquis import retenir
from app.indices.formules import Comptes, indice
from app.indices.periode import jour_de_paris
from app.observatoire import sql
from app.observatoire.indicateurs import INDICATEURS
from app.observatoire.sql import Parmi
from app.observatoire.valeurs import Dossier, Fait, Indicateur, Valeur, evaluer

DECLARES: Final = tuple(indicateur for indicateur in INDICATEURS if indicateur.declare)
T = TypeVar("T")
_EN_LIGNE: Final = "en_ligne"
_SANS_NOTES: Final = indice(Comptes())


@dataclass(slots=True)
class Identite:
    """A démarche as a survey names it; `id` is the only thing that never changes."""

    id: int
    slug: str
    titre: str
    url: str | None
    ministere_slug: str | None
    ministere: str | None
    organisme_slug: str | None
    organisme: str | None
    top_250: bool


@dataclass(slots=True)
class Declaration:
    """`exemptions`: the reason of each one in force, by indicateur. `valeurs`: by indicateur made of facts alone.
    `hors_ligne`: the fact that says that it is not online, by nature, if it is one that does.
    """

    demarche: Identite
    en_ligne: bool
    exemptions: Mapping[str, str]
    valeurs: Mapping[str, Valeur]
    hors_ligne: Mapping[str, Fait]

    def dossier(self, jour: dt.date) -> Dossier:
        """What the other indicateurs read, but for avis."""
        return Dossier(jour, self.en_ligne, _SANS_NOTES, faits=self.hors_ligne, exemptions=self.exemptions)


async def declarer(
    db: AsyncSession, jour: dt.date, parmi: Parmi | None = None, cles: Collection[str] | None = None
) -> Sequence[Declaration]:
    """Every démarche (or some), in the order of their creation; `valeurs` has these indicateurs at least.

    Of today, all that is declared of all démarches is made once, and kept until somebody changes it.
    """
    if _passe(jour) or (parmi is not None and parmi.ids):
        return await _lire(db, jour, parmi, cles)
    toutes = await retenir_present(db, jour, "declarations", lambda: _lire(db, jour))
    if parmi is None:
        return toutes
    voulus = parmi.ministeres
    return [d for d in toutes if d.demarche.ministere_slug in voulus or d.demarche.ministere in voulus]


async def _lire(
    db: AsyncSession, jour: dt.date, parmi: Parmi | None = None, cles: Collection[str] | None = None
) -> list[Declaration]:
    voulus = [i for i in DECLARES if cles is None or i.cle in cles]
    rows = await sql.demarches(db, jour, parmi)
    ids = None if parmi is None else [row.id for row in rows]
    faits = await sql.faits(db, jour, {_EN_LIGNE}.union(*(i.natures for i in voulus)), ids)
    exemptions = await sql.exemptions(db, jour, ids)
    communes: dict[tuple[str, bool], Valeur] = {}
    return [
        _declaration(row, jour, voulus, faits.get(row[0], {}), exemptions.get(row[0], {}), communes) for row in rows
    ]


def _declaration(
    row: Row[Any],
    jour: dt.date,
    voulus: Sequence[Indicateur],
    faits: Mapping[str, Fait],
    exemptions: Mapping[str, str],
    communes: dict[tuple[str, bool], Valeur],
) -> Declaration:
    """`communes`: what is said of démarches of which no more is known than whether they are online, made once."""
    en_ligne = est_en_ligne(row, faits)
    dossier = Dossier(jour, en_ligne, _SANS_NOTES, faits=faits, exemptions=exemptions)
    valeurs = {}
    hors_ligne = {} if en_ligne or _EN_LIGNE not in faits else {_EN_LIGNE: faits[_EN_LIGNE]}
    for i in voulus:
        if exemptions or hors_ligne or not i.natures.keys().isdisjoint(faits):
            valeurs[i.cle] = evaluer(i, dossier)
        else:
            if (i.cle, en_ligne) not in communes:
                communes[i.cle, en_ligne] = evaluer(i, dossier)
            valeurs[i.cle] = communes[i.cle, en_ligne]
    return Declaration(identite(row), en_ligne, exemptions, valeurs, hors_ligne)


def est_en_ligne(row: Row[Any], faits: Mapping[str, Fait]) -> bool:
    """What the catalogue says today, unless a dated fact says otherwise."""
    declare = faits.get(_EN_LIGNE)
    return row.en_ligne if declare is None else bool(declare.contenu["valeur"])


def identite(row: Row[Any]) -> Identite:
    """Who a row of `sql.demarches` is about: its first columns."""
    return Identite(*row[: len(sql.IDENTITE)])


class Poses(NamedTuple):
    """By démarche, since when it has an open bouton: as it is settled, and those that have had one since."""

    anciennes: Mapping[int, dt.date]
    neuves: Mapping[int, dt.date]

    def get(self, demarche: int) -> dt.date | None:
        """The first day with an avis of a bouton that is open."""
        return self.anciennes.get(demarche) or self.neuves.get(demarche)


AUCUNE: Final = Poses({}, {})


async def poser(db: AsyncSession, jour: dt.date, demarches: Sequence[int] | None = None) -> Poses:
    """The boutons that are open on `jour`, whenever their first avis came."""
    if demarches is not None:
        return Poses({}, _poser(await sql.premiers_avis(db, demarches), jour))
    anciens, recents = await sql.tous_les_premiers_avis(db)

    async def ranger() -> dict[int, dt.date]:
        return _poser(anciens, jour)

    anciennes = await retenir_present(db, jour, "poses", ranger)
    return Poses(anciennes, {d: p for d, p in _poser(recents, jour).items() if d not in anciennes})


def _poser(boutons: Iterable[Any], jour: dt.date) -> dict[int, dt.date]:
    premiers: dict[int, dt.date] = {}
    for demarche, premier, ferme_le, _ in boutons:
        if ferme_le is None or ferme_le > jour:
            premiers[demarche] = min(premier, premiers.get(demarche, premier))
    return premiers


async def retenir_present(db: AsyncSession, jour: dt.date, cle: Hashable, calcul: Callable[[], Awaitable[T]]) -> T:
    """What `calcul` makes of a day: kept when that is today, which everybody asks for."""
    return await calcul() if _passe(jour) else await retenir(db, (cle, jour), calcul)


def _passe(jour: dt.date) -> bool:
    return jour < jour_de_paris(dt.datetime.now(dt.UTC))
