"""Éditions for pages: what each froze, its démarches in little, and comparisons ready to be kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.periode import Periode, jour_de_paris
from app.observatoire.consultation import sql
from app.observatoire.consultation.lignes import LigneFigee, lire_ligne
from app.observatoire.donnees.confidentialite import trop_peu
from app.observatoire.editions import comparaison, lecture
from app.observatoire.editions import sql as sql_editions
from app.observatoire.editions.comparaison import SATISFACTION, Cote, LigneComparee, Valeur
from app.observatoire.editions.lecture import Reference

Objet = dict[str, Any]
EDITIONS_AU_PLUS: Final = 400
"""A hundred years of quarters: as many as one page shows."""
_COLONNES: Final = ("slug", "revision", "titre", "minimum", "perimetre", "catalogue", "raison", "methode", "empreinte")
_JSON: Final = ("cibles", "seuils", "bilan")


@dataclass(frozen=True, slots=True)
class Consultee:
    """A published édition as `_edition` gives it with its `groupes`; every published revision of it, in order; its
    démarches. Days are those of Paris."""

    edition: Objet
    revisions: list[Objet]
    lignes: list[LigneFigee]


async def lister(db: AsyncSession) -> list[Objet]:
    """Every édition in its last revision, the latest période first."""
    return [_edition(row) for row in await sql_editions.courantes(db, None, EDITIONS_AU_PLUS)]


async def consulter(db: AsyncSession, reference: Reference) -> Consultee:
    """An édition. Raises EditionInconnue."""
    row = await lecture.trouver(db, reference)
    edition = _edition(row) | {"groupes": orjson.loads(row.groupes)}
    lignes = [lire_ligne(x.demarche_id, x.demarche, x.indice) for x in await sql.lignes(db, row.id)]
    revisions = [_revision(autre) for autre in await sql_editions.publiees(db, row.slug)]
    return Consultee(edition, revisions, lignes)


def _edition(row: Row[Any]) -> Objet:
    """What an édition says of itself, as values: `periode`, and its JSON read."""
    objet: Objet = {nom: getattr(row, nom) for nom in _COLONNES}
    objet |= {"periode": Periode(row.debut, row.fin), "publiee_le": jour_de_paris(row.publiee_le)}
    return objet | {nom: orjson.loads(getattr(row, nom)) for nom in _JSON}


def _revision(row: Row[Any]) -> Objet:
    return {"revision": row.revision, "raison": row.raison, "publiee_le": jour_de_paris(row.publiee_le)}


async def presenter(db: AsyncSession, reference: Reference) -> Objet:
    """What an édition says of itself; its `empreinte` stands for all of it. Raises EditionInconnue."""
    return _edition(await lecture.trouver(db, reference))


async def comparer(db: AsyncSession, de: Reference, a: Reference) -> dict[str, bytes]:
    """What changed, as JSON: under `""` all but the démarches, then by indicateur the démarches in which it changed.

    Without the notes of fewer than five people. Raises EditionInconnue.
    """
    objet = comparaison.comparer(masquer(await lecture.lire_cote(db, de)), masquer(await lecture.lire_cote(db, a)))
    elements = objet.pop("elements")
    changements = {cle: orjson.dumps(_changements(elements, cle)) for cle in objet["indicateurs"]}
    return {"": orjson.dumps(objet)} | changements


def masquer(cote: Cote) -> Cote:
    """An édition whose minimum was under five, as pages may compare it."""
    return replace(cote, lignes=[_masquer(ligne) for ligne in cote.lignes])


def _masquer(ligne: LigneComparee) -> LigneComparee:
    dite = ligne.valeurs.get(SATISFACTION)
    if dite is None or dite.statut != "publie" or not trop_peu(sum(ligne.notes)):
        return ligne
    return replace(ligne, valeurs={**ligne.valeurs, SATISFACTION: Valeur("insuffisant")})


def _changements(elements: Sequence[Mapping[str, Any]], cle: str) -> list[Objet]:
    return [
        {"slug": element["demarche"], "titre": element["titre"]} | element["changements"][cle]
        for element in elements
        if cle in element["changements"]
    ]
