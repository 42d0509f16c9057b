"""The survey of the démarches on a day: every indicateur of each. What éditions freeze and what the site shows."""

import asyncio
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.indices import service as indices
from app.indices.formules import Indice
from app.indices.periode import Periode
from app.observatoire import sql
from app.observatoire.bilan import Bilan, bilan
from app.observatoire.indicateurs import INDICATEURS
from app.observatoire.sql import Parmi
from app.observatoire.valeurs import Dossier, Fait, Indicateur, Valeur, evaluer

Perimetre = Literal["toutes", "top_250"]
TOUS: Final = frozenset(indicateur.cle for indicateur in INDICATEURS)
TRANCHE: Final = 200
_EN_LIGNE: Final = "en_ligne"


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
class Ligne:
    """A démarche, its figures over the période, and what each indicateur says on its last day (by `cle`)."""

    demarche: Identite
    indice: Indice
    valeurs: Mapping[str, Valeur]


async def relever(
    db: AsyncSession,
    periode: Periode,
    minimum: int,
    perimetre: Perimetre = "toutes",
    parmi: Parmi | None = None,
    cles: Collection[str] = TOUS,
    *,
    dates: bool = True,
) -> list[Ligne]:
    """Every démarche of the perimeter (or some of them), in the order of their creation.

    Facts, exemptions, boutons and the perimeter are those of `periode.fin`. Reads a fixed number of statements, however
    many démarches there are; with `cles`, only what those indicateurs need: `valeurs` then has no others, and `indice`
    knows the other questions only if one of them is about answers. Without `dates`, which is for a période that is not
    over, a bouton is said to be there since its last day: that it is there costs less to know than since when.
    """
    jour, voulus = periode.fin, [indicateur for indicateur in INDICATEURS if indicateur.cle in cles]
    rangs = [row for row in await sql.demarches(db, jour, parmi) if perimetre == "toutes" or row.top_250]
    ids = None if parmi is None else [row.id for row in rangs]
    reponses = any("reponses" in indicateur.lit for indicateur in voulus)
    chiffres = await indices.chiffrer(db, [row.id for row in rangs], periode, minimum, reponses)
    boutons = any("boutons" in indicateur.lit for indicateur in voulus)
    poses = await _poses(db, ids, jour, dates) if boutons else {}
    natures = {_EN_LIGNE}.union(*(indicateur.natures for indicateur in voulus))
    faits = await sql.faits(db, jour, natures, ids)
    exemptions = await sql.exemptions(db, jour, ids)
    lignes = []
    for rang, row in enumerate(rangs):
        if rang % TRANCHE == 0:
            await asyncio.sleep(0)  # thousands of démarches take a while: deposits pass in between
        connus = faits.get(row.id, {})
        exempte = exemptions.get(row.id, {})
        dossier = Dossier(jour, est_en_ligne(row, connus), chiffres[row.id], poses.get(row.id), connus, exempte)
        lignes.append(Ligne(identite(row), dossier.indice, {i.cle: evaluer(i, dossier) for i in voulus}))
    return lignes


async def _poses(db: AsyncSession, ids: Sequence[int] | None, jour: dt.date, dates: bool) -> dict[int, dt.date]:
    """By démarche that has a bouton on `jour`, since when."""
    if dates or ids is not None:
        return premiers_avis(await sql.premiers_avis(db, ids), jour)
    return dict.fromkeys(await sql.poses(db, jour), jour)


def est_en_ligne(row: Row[Any], faits: Mapping[str, Fait]) -> bool:
    """What the catalogue says today, unless a dated fact says otherwise."""
    declare = faits.get(_EN_LIGNE)
    return row.en_ligne if declare is None else bool(declare.contenu["valeur"])


def premiers_avis(boutons: Iterable[Row[Any]], jour: dt.date) -> dict[int, dt.date]:
    """By démarche, the first day with an avis of a bouton that is open on `jour`, whenever that day is."""
    premiers: dict[int, dt.date] = {}
    for b in boutons:
        if b.ferme_le is None or b.ferme_le > jour:
            premiers[b.demarche_id] = min(b.premier, premiers.get(b.demarche_id, b.premier))
    return premiers


def identite(row: Row[Any]) -> Identite:
    """Who a row of `sql.demarches` is about: its first columns."""
    return Identite(*row[: len(sql.IDENTITE)])


def choisis(lignes: Sequence[Ligne]) -> list[Indicateur]:
    """The indicateurs that these lines have been asked for; all of them when there is no line."""
    return [i for i in INDICATEURS if not lignes or i.cle in lignes[0].valeurs]


def bilans(lignes: Iterable[Ligne]) -> dict[str, Bilan]:
    """The synthesis of each indicateur over these démarches."""
    gardees = list(lignes)
    return {i.cle: bilan([ligne.valeurs[i.cle] for ligne in gardees]) for i in choisis(gardees)}


def par_groupe(lignes: Iterable[Ligne], groupe: Callable[[Identite], Any]) -> dict[Any, Sequence[Ligne]]:
    """The lines of each ministère or organisme, in the order in which they come."""
    groupes: dict[Any, list[Ligne]] = {}
    for ligne in lignes:
        groupes.setdefault(groupe(ligne.demarche), []).append(ligne)
    return dict(groupes)
