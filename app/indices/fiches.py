"""The démarches that figures are given of, and whose they are."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.acquis import retenir
from app.indices import sql


class Fiche(NamedTuple):
    """Which démarche, and whose."""

    id: int
    slug: str
    titre: str
    titre_recherche: str
    ministere_slug: str | None
    ministere: str | None
    organisme_slug: str | None
    organisme: str | None


async def lire_fiches(db: AsyncSession, ministere: str | None = None) -> Sequence[Fiche]:
    """Every démarche, or those of a ministère (slug or exact name), in the order of their creation.

    By id, because it never changes: one that is renamed or added meanwhile neither hides nor repeats another.
    """

    async def lire() -> list[Fiche]:
        return [Fiche._make(row) for row in await sql.demarches(db)]

    toutes = await retenir(db, "fiches", lire)
    if not ministere:
        return toutes
    return [fiche for fiche in toutes if ministere in {fiche.ministere_slug, fiche.ministere}]
