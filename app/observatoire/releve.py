"""The survey of the démarches on a day: every indicateur of each. What éditions freeze and what the site shows."""

import asyncio
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from app.indices import service as indices
from app.indices.formules import Indice
from app.indices.periode import Periode
from app.observatoire.bilan import Bilan, bilan
from app.observatoire.declarations import AUCUNE, Identite, declarer, poser
from app.observatoire.indicateurs import INDICATEURS
from app.observatoire.sql import Parmi
from app.observatoire.valeurs import Indicateur, Valeur, evaluer

Perimetre = Literal["toutes", "top_250"]
TOUS: Final = frozenset(indicateur.cle for indicateur in INDICATEURS)
TRANCHE: Final = 200


@dataclass(slots=True)
class Ligne:
    """A démarche, its figures over the période, and what each indicateur says on a day (by `cle`)."""

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
    jour: dt.date | None = None,
) -> list[Ligne]:
    """Every démarche of the perimeter (or some of them), in the order of their creation.

    Facts, exemptions, boutons and the perimeter are those of `jour`, which is `periode.fin` by default. Reads a fixed
    number of statements, however many démarches there are; with `cles`, only what those indicateurs need: `valeurs`
    then has no others, and `indice` knows the other questions only if one of them is about answers.
    """
    jour, voulus = jour or periode.fin, [indicateur for indicateur in INDICATEURS if indicateur.cle in cles]
    toutes = await declarer(db, jour, parmi, cles)
    connues = [d for d in toutes if perimetre == "toutes" or d.demarche.top_250]
    ids = None if parmi is None else [d.demarche.id for d in connues]
    reponses = any("reponses" in indicateur.lit for indicateur in voulus)
    chiffres = await indices.chiffrer(db, [d.demarche.id for d in connues], periode, minimum, reponses)
    poses = await poser(db, jour, ids) if any("boutons" in indicateur.lit for indicateur in voulus) else AUCUNE
    plan = [(i.cle, i.declare, i) for i in voulus]
    lignes = []
    for rang, declaration in enumerate(connues):
        if rang % TRANCHE == 0:
            await asyncio.sleep(0)  # thousands of démarches take a while: deposits pass in between
        cle = declaration.demarche.id
        dossier = declaration.dossier(jour)
        dossier.indice, dossier.premier_avis = chiffres[cle], poses.get(cle)
        valeurs = {c: declaration.valeurs[c] if declare else evaluer(i, dossier) for c, declare, i in plan}
        lignes.append(Ligne(declaration.demarche, dossier.indice, valeurs))
    return lignes


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
