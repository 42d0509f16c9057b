"""Whether published éditions still are what was published, and signing those that are not signed yet."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.observatoire.donnees import service as donnees
from app.observatoire.donnees import signatures
from app.observatoire.donnees.signature import Sceau
from app.observatoire.donnees.signatures import Verdict
from app.observatoire.editions import contenu, lecture, sql
from app.observatoire.editions.lecture import Reference


async def verifier(
    db: AsyncSession, sceau: Sceau | None, slug: str | None = None
) -> AsyncIterator[tuple[Row[Any], Verdict]]:
    """Each published revision (of an édition, or of all), and what is wrong with it: its figures against their
    fingerprint, its files against their sums, their signatures and the figures.
    """
    for row in await sql.publiees(db, slug):
        yield row, await _juger(db, row, sceau)


async def _juger(db: AsyncSession, row: Row[Any], sceau: Sceau | None) -> Verdict:
    document = await lecture.relire(db, Reference(row.slug, row.revision))
    intact = contenu.empreinte(document) == row.empreinte
    verdict = signatures.juger(
        await donnees.fichiers_d_edition(db, row.id),
        row.empreinte if intact else None,
        await donnees.signatures_d_edition(db, row.id),
        await asyncio.to_thread(donnees.refaire, document),
        sceau,
    )
    if not intact:
        verdict.alterations.insert(0, "ce qui est enregistré n'est plus ce qui a été publié")
    return verdict


async def signer(db: AsyncSession, sceau: Sceau, slug: str | None = None) -> AsyncIterator[tuple[Row[Any], Verdict]]:
    """Sign with the current key each published revision with which nothing is wrong but missing signatures; gives them
    all.
    """
    async for row, verdict in verifier(db, sceau, slug):
        if not verdict.alterations:
            fichiers = await donnees.tous_ceux_d_edition(db, row.id)
            await signatures.signer(db, row.id, fichiers, row.empreinte, sceau)
        yield row, verdict if verdict.alterations else verdict._replace(manques=[], remarques=[])
