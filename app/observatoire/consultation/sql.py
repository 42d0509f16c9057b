"""What pages read of éditions, in the caller's transaction; frozen figures are read as text."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession


async def lignes(db: AsyncSession, edition: int) -> Sequence[Row[Any]]:
    """The démarches of an édition: `demarche_id`, and JSON as text: who it was (`demarche`), its figures (`indice`)."""
    statement = text("""
        SELECT demarche_id, CAST(demarche AS text) AS demarche, CAST(indice AS text) AS indice
        FROM edition_ligne WHERE edition_id = :edition
    """)
    return (await db.execute(statement, {"edition": edition})).all()
