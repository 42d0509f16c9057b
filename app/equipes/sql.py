"""The statements of API keys: one a function, in the caller's transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession


async def ajouter(db: AsyncSession, valeurs: dict[str, Any]) -> int:
    """A new key; gives its number."""
    statement = text("""
        INSERT INTO cle_api (nom, empreinte, portee, ministere_id, demarche_id, droits, expire_le)
        VALUES (:nom, :empreinte, :portee, :ministere_id, :demarche_id, :droits, :expire_le) RETURNING id""")
    return int((await db.execute(statement, valeurs)).scalar_one())


async def lire(db: AsyncSession, empreinte: bytes) -> Row[Any] | None:
    """The key of this fingerprint: what it opens, and whether it still works, by the database's clock."""
    statement = text("""
        SELECT id, portee, ministere_id, demarche_id, droits, revoquee_le IS NOT NULL AS revoquee,
               coalesce(expire_le <= now(), false) AS expiree,
               coalesce(utilisee_le < now() - interval '1 hour', true) AS a_marquer
        FROM cle_api WHERE empreinte = :empreinte""")
    return (await db.execute(statement, {"empreinte": empreinte})).one_or_none()


async def marquer_utilisee(db: AsyncSession, cle: int) -> None:
    """The key has just been used. Of those who say so at the same time, one writes."""
    statement = text("""
        UPDATE cle_api SET utilisee_le = now()
        WHERE id = :cle AND coalesce(utilisee_le < now() - interval '1 hour', true)""")
    await db.execute(statement, {"cle": cle})


async def lister(db: AsyncSession) -> Sequence[Row[Any]]:
    """Every key, revoked or not, the first one first; `portee` as it was asked for (`ministere:<slug>`)."""
    statement = text("""
        SELECT c.id, c.nom, concat_ws(':', c.portee, coalesce(m.slug, d.slug)) AS portee,
               c.droits, c.cree_le, c.expire_le, c.revoquee_le, c.utilisee_le
        FROM cle_api c
        LEFT JOIN ministere m ON m.id = c.ministere_id
        LEFT JOIN demarche d ON d.id = c.demarche_id
        ORDER BY c.id""")
    return (await db.execute(statement)).all()


async def prendre(db: AsyncSession, cle: int) -> Row[Any] | None:
    """`revoquee_le` of a key, which nobody else changes until the transaction ends."""
    statement = text("SELECT revoquee_le FROM cle_api WHERE id = :cle FOR NO KEY UPDATE")
    return (await db.execute(statement, {"cle": cle})).one_or_none()


async def revoquer(db: AsyncSession, cle: int) -> None:
    """From the next request on, the key is refused."""
    await db.execute(text("UPDATE cle_api SET revoquee_le = now() WHERE id = :cle"), {"cle": cle})


async def ministere(db: AsyncSession, slug: str) -> int | None:
    """The id of a ministère."""
    return (await db.execute(text("SELECT id FROM ministere WHERE slug = :slug"), {"slug": slug})).scalar()
