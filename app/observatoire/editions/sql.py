"""The statements of éditions: one a function, in the caller's transaction. Frozen figures are read as text."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.database import raw
from app.observatoire.models import Edition

_TEXTES = ", ".join(f"CAST(e.{nom} AS text) AS {nom}" for nom in ("cibles", "seuils", "bilan"))
_EN_LISTE = f"""e.id, e.slug, e.revision, e.titre, e.debut, e.fin, e.minimum, e.perimetre, e.raison, e.publiee_le,
                e.methode, e.empreinte, e.catalogue, {_TEXTES}"""
_ENTETE = f"{_EN_LISTE}, CAST(e.groupes AS text) AS groupes"
_SLUG = """(demarche ->> 'slug') COLLATE "C" """


async def verrouiller(db: AsyncSession) -> None:
    """Be the only one to write éditions until the transaction ends.

    To be called first: LOCK takes no snapshot, so that of a REPEATABLE READ transaction then sees all that was
    committed by those who had to be waited for, and nobody can slip a line in beside it.
    """
    await db.execute(text("LOCK TABLE edition, edition_ligne IN SHARE ROW EXCLUSIVE MODE"))


async def maintenant(db: AsyncSession) -> dt.datetime:
    """When the transaction began, by the database's clock."""
    moment: dt.datetime = (await db.execute(text("SELECT now()"))).scalar_one()
    return moment


async def derniere(db: AsyncSession, slug: str) -> Edition | None:
    """The last revision of an édition, published or not."""
    statement = select(Edition).where(col(Edition.slug) == slug).order_by(col(Edition.revision).desc()).limit(1)
    return await db.scalar(statement)


async def toutes(db: AsyncSession) -> Sequence[Row[Any]]:
    """Every revision, drafts too, the latest période first."""
    statement = text("""
        SELECT slug, revision, titre, debut, fin, raison, publiee_le, empreinte FROM edition
        ORDER BY fin DESC, slug, revision
    """)
    return (await db.execute(statement)).all()


async def publiee(db: AsyncSession, slug: str, revision: int | None = None) -> Row[Any] | None:
    """A published revision of an édition: the one asked for, or the last; JSON columns as text."""
    statement = text(f"""
        SELECT {_ENTETE} FROM edition e
        WHERE e.slug = :slug AND e.publiee_le IS NOT NULL
          AND (CAST(:revision AS integer) IS NULL OR e.revision = CAST(:revision AS integer))
        ORDER BY e.revision DESC LIMIT 1
    """)
    return (await db.execute(statement, {"slug": slug, "revision": revision})).first()


async def publiees(db: AsyncSession, slug: str | None = None) -> Sequence[Row[Any]]:
    """Every published revision (of an édition): `id`, `slug`, `revision`, `raison`, `publiee_le`, `empreinte`."""
    statement = text("""
        SELECT id, slug, revision, raison, publiee_le, empreinte FROM edition
        WHERE publiee_le IS NOT NULL AND slug = coalesce(CAST(:slug AS text), slug) ORDER BY slug, revision
    """)
    return (await db.execute(statement, {"slug": slug})).all()


async def courantes(db: AsyncSession, apres: tuple[dt.date, int] | None, limite: int) -> Sequence[Row[Any]]:
    """The last published revision of each édition, the latest période first, after the (`fin`, `id`) of another."""
    statement = text(f"""
        SELECT {_EN_LISTE} FROM edition e
        WHERE e.publiee_le IS NOT NULL
          AND NOT EXISTS (SELECT FROM edition s
                          WHERE s.slug = e.slug AND s.revision > e.revision AND s.publiee_le IS NOT NULL)
          AND (CAST(:fin AS date) IS NULL OR (e.fin, e.id) < (CAST(:fin AS date), CAST(:id AS integer)))
        ORDER BY e.fin DESC, e.id DESC LIMIT :limite
    """)
    fin, cle = apres or (None, None)
    return (await db.execute(statement, {"fin": fin, "id": cle, "limite": limite})).all()


async def elements(db: AsyncSession, edition: int, apres: int = 0, limite: int | None = None) -> list[str]:
    """The démarches of an édition by slug, each as JSON; a rank says enough where nothing ever changes."""
    statement = text(f"""
        SELECT concat('{{"demarche":', demarche, ',"notes":', array_to_json(notes),
                      ',"indice":', indice, ',"valeurs":', valeurs, '}}')
        FROM edition_ligne WHERE edition_id = :edition
        ORDER BY {_SLUG} OFFSET :apres LIMIT CAST(:limite AS integer)
    """)
    valeurs = {"edition": edition, "apres": apres, "limite": limite}
    return list((await db.execute(statement, valeurs)).scalars())


async def lignes(db: AsyncSession, edition: int) -> Sequence[Row[Any]]:
    """What two éditions are compared on, JSON as text."""
    statement = text("""
        SELECT demarche_id, demarche ->> 'slug' AS slug, demarche ->> 'titre' AS titre, notes,
               CAST(valeurs AS text) AS valeurs
        FROM edition_ligne WHERE edition_id = :edition
    """)
    return (await db.execute(statement, {"edition": edition})).all()


async def vider(db: AsyncSession, edition: int) -> None:
    """Take away the lines of a draft: it has none, unless somebody put them there by hand."""
    await db.execute(text("DELETE FROM edition_ligne WHERE edition_id = :edition"), {"edition": edition})


async def ecrire_lignes(db: AsyncSession, lignes: Sequence[tuple[int, int, str, list[int], str, str]]) -> None:
    """Store lines: édition, démarche, then `demarche`, `notes`, `indice`, `valeurs`."""
    connection = await raw(await db.connection())
    colonnes = ("edition_id", "demarche_id", "demarche", "notes", "indice", "valeurs")
    await connection.copy_records_to_table("edition_ligne", records=lignes, columns=colonnes)


async def publier(db: AsyncSession, edition: int, colonnes: dict[str, Any]) -> None:
    """The last thing that ever changes in an édition: `publiee_le`, `methode`, `empreinte`, and JSON as text."""
    statement = text("""
        UPDATE edition SET publiee_le = :publiee_le, methode = :methode, empreinte = :empreinte,
          seuils = CAST(CAST(:seuils AS text) AS json), bilan = CAST(CAST(:bilan AS text) AS json),
          groupes = CAST(CAST(:groupes AS text) AS json)
        WHERE id = :edition
    """)
    await db.execute(statement, colonnes | {"edition": edition})


async def identifiants(db: AsyncSession) -> dict[int, list[str]]:
    """The names of each démarche in other systems, as `source:valeur`."""
    statement = text("""
        SELECT demarche_id, array_agg(source || ':' || valeur ORDER BY (source || ':' || valeur) COLLATE "C") AS noms
        FROM identifiant GROUP BY 1
    """)
    return {row.demarche_id: row.noms for row in await db.execute(statement)}


async def noms(db: AsyncSession) -> dict[str, int]:
    """Every slug, of today or (when free today) of the past, with the id of its démarche."""
    statement = text("""
        SELECT slug, demarche_id, false AS actuel FROM ancien_slug
        UNION ALL SELECT slug, id, true FROM demarche ORDER BY actuel
    """)
    return {row.slug: row.demarche_id for row in await db.execute(statement)}
