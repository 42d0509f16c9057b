"""The statements of the deposit; each is one round trip, and one transaction of its own."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database import Connection

_DEPOSER = "SELECT rang, issue, depose_le FROM deposer_avis($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
_COMPLETER = "SELECT completer_avis($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
_LIRE = """
SELECT e.rang::integer AS rang, a.note, a.reponses, a.commentaire, a.version, a.depose_le
FROM unnest($1::integer[], $2::uuid[]) WITH ORDINALITY AS e (demarche_id, id, rang)
JOIN avis a ON a.demarche_id = e.demarche_id AND a.id = e.id
"""
_BOUTON = text("SELECT id, demarche_id FROM bouton WHERE cle = :cle")


async def deposer(connection: Connection, columns: Sequence[Sequence[object]]) -> list[asyncpg.Record]:
    """Write avis and counts; `columns` are the twelve arrays of `deposer_avis`. One row (rang, issue, depose_le) each."""
    return await connection.fetch(_DEPOSER, *columns)


async def completer(connection: Connection, columns: Sequence[Sequence[object]]) -> set[int]:
    """Update avis and counts; the ranks (from 1) of those whose version had not moved meanwhile."""
    return set(await connection.fetchval(_COMPLETER, *columns))


async def lire(connection: Connection, demarches: list[int], ids: list[UUID]) -> list[asyncpg.Record]:
    """What is stored of these avis: (rang, note, reponses, commentaire, version, depose_le), for those that exist."""
    return await connection.fetch(_LIRE, demarches, ids)


async def bouton(connection: AsyncConnection, cle: str) -> tuple[int, int] | None:
    """The (bouton, démarche) of a public key; neither ever changes for a given key."""
    row = (await connection.execute(_BOUTON, {"cle": cle})).first()
    return (row.id, row.demarche_id) if row else None
