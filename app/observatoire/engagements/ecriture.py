"""What is changed by hand in the register, in the caller's transaction. `aujourd_hui` is the day it is in Paris."""

import datetime as dt
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches.refus import ChampInvalide
from app.demarches.texte import SLUG, a_un_caractere_interdit, nettoyer
from app.observatoire.engagements import sql
from app.observatoire.engagements.echeances import OUVERTS
from app.observatoire.engagements.refus import EcheanceInchangee, EngagementClos, EngagementInconnu, EngagementOuvert

RAISON_MAX: Final = 500


async def decaler(
    db: AsyncSession, slug: str, echeance: dt.date | None, raison: str, le: dt.date, aujourd_hui: dt.date
) -> None:
    """Move the due date of an open engagement (None: no date any more), as announced on `le`.

    Raises EngagementInconnu, EngagementClos, EcheanceInchangee, ChampInvalide.
    """
    texte, row = _raison(raison), await _prendre_ouvert(db, slug)
    _passe("le", le, aujourd_hui)
    if row.echeance == echeance:
        raise EcheanceInchangee
    await sql.glisser(db, row.id, le, row.echeance, echeance, texte)


async def commencer(db: AsyncSession, slug: str) -> None:
    """`prevu` becomes `en_cours`. Raises EngagementInconnu, EngagementClos."""
    await sql.modifier(db, (await _prendre_ouvert(db, slug)).id, {"statut": "en_cours"})


async def tenir(db: AsyncSession, slug: str, le: dt.date, aujourd_hui: dt.date) -> None:
    """Kept, on a day that is not to come. Raises EngagementInconnu, EngagementClos, ChampInvalide."""
    _passe("le", le, aujourd_hui)
    await sql.modifier(db, (await _prendre_ouvert(db, slug)).id, {"statut": "tenu", "tenu_le": le})


async def abandonner(db: AsyncSession, slug: str, raison: str, aujourd_hui: dt.date) -> None:
    """Given up, for a reason. Raises EngagementInconnu, EngagementClos, ChampInvalide."""
    texte, row = _raison(raison), await _prendre_ouvert(db, slug)
    await sql.modifier(db, row.id, {"statut": "abandonne", "abandonne_le": aujourd_hui, "abandon_raison": texte})


async def rouvrir(db: AsyncSession, slug: str) -> None:
    """Open again what was closed by mistake. Raises EngagementInconnu, EngagementOuvert."""
    row = await _prendre(db, slug)
    if row.statut in OUVERTS:
        raise EngagementOuvert
    vide = {"tenu_le": None, "abandonne_le": None, "abandon_raison": None}
    await sql.modifier(db, row.id, vide | {"statut": "en_cours"})


async def _prendre(db: AsyncSession, slug: str) -> Row[Any]:
    await sql.verrouiller(db)  # what is read is still true when it is written
    row = await sql.lire(db, slug) if SLUG.fullmatch(slug) else None
    if row is None:
        raise EngagementInconnu.nommant(slug)
    return row


async def _prendre_ouvert(db: AsyncSession, slug: str) -> Row[Any]:
    row = await _prendre(db, slug)
    if row.statut not in OUVERTS:
        raise EngagementClos
    return row


def _raison(raison: str) -> str:
    texte = nettoyer(raison)
    if not texte or len(texte) > RAISON_MAX or a_un_caractere_interdit(texte):
        raise ChampInvalide(
            "raison", f"un texte de 1 à {RAISON_MAX} caractères est attendu, sans caractère de contrôle"
        )
    return texte


def _passe(champ: str, jour: dt.date, aujourd_hui: dt.date) -> None:
    if jour > aujourd_hui:
        raise ChampInvalide(champ, "cette date est à venir")
