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
from app.observatoire.declarations import Identite, declarer
from app.observatoire.indicateurs import INDICATEURS
from app.observatoire.sql import Parmi
from app.observatoire.valeurs import Indicateur, Valeur, evaluer

Perimetre = Literal["toutes", "top_250"]
TOUS: Final = frozenset(indicateur.cle for indicateur in INDICATEURS)
TRANCHE: Final = 200


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
    toutes = await declarer(db, jour, parmi, cles)
    connues = [d for d in toutes if perimetre == "toutes" or d.demarche.top_250]
    ids = None if parmi is None else [d.demarche.id for d in connues]
    reponses = any("reponses" in indicateur.lit for indicateur in voulus)
    chiffres = await indices.chiffrer(db, [d.demarche.id for d in connues], periode, minimum, reponses)
    boutons = any("boutons" in indicateur.lit for indicateur in voulus)
    poses = await _poses(db, ids, jour, dates) if boutons else {}
    lignes = []
    for rang, declaration in enumerate(connues):
        if rang % TRANCHE == 0:
            await asyncio.sleep(0)  # thousands of démarches take a while: deposits pass in between
        cle = declaration.demarche.id
        dossier = declaration.dossier(jour)
        dossier.indice, dossier.premier_avis = chiffres[cle], poses.get(cle)
        valeurs = {i.cle: declaration.valeurs[i.cle] if i.declare else evaluer(i, dossier) for i in voulus}
        lignes.append(Ligne(declaration.demarche, dossier.indice, valeurs))
    return lignes


async def _poses(db: AsyncSession, ids: Sequence[int] | None, jour: dt.date, dates: bool) -> dict[int, dt.date]:
    """By démarche that has a bouton on `jour`, since when."""
    if dates or ids is not None:
        return premiers_avis(await sql.premiers_avis(db, ids), jour)
    return dict.fromkeys(await sql.poses(db, jour), jour)


def premiers_avis(boutons: Iterable[Row[Any]], jour: dt.date) -> dict[int, dt.date]:
    """By démarche, the first day with an avis of a bouton that is open on `jour`, whenever that day is."""
    premiers: dict[int, dt.date] = {}
    for b in boutons:
        if b.ferme_le is None or b.ferme_le > jour:
            premiers[b.demarche_id] = min(b.premier, premiers.get(b.demarche_id, b.premier))
    return premiers


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
