"""The statements about the files of éditions, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import raw

_COLONNES = ("edition_id", "nom", "octets", "taille", "sha256")


async def ecrire(db: AsyncSession, edition: int, fichiers: Mapping[str, bytes], sommes: Mapping[str, str]) -> None:
    """Store the files of a draft, in the place of those that it may have."""
    await db.execute(text("DELETE FROM edition_fichier WHERE edition_id = :edition"), {"edition": edition})
    rangs = [(edition, nom, octets, len(octets), sommes[nom]) for nom, octets in fichiers.items()]
    connection = await raw(await db.connection())
    await connection.copy_records_to_table("edition_fichier", records=rangs, columns=_COLONNES)


async def lire(db: AsyncSession, edition: int, nom: str) -> bytes | None:
    """The bytes of a file."""
    statement = text("SELECT octets FROM edition_fichier WHERE edition_id = :edition AND nom = :nom")
    octets: bytes | None = (await db.execute(statement, {"edition": edition, "nom": nom})).scalar()
    return octets


async def fichiers(db: AsyncSession, edition: int) -> Sequence[Row[Any]]:
    """`nom`, `octets`, `taille`, `sha256` of each file."""
    statement = text("SELECT nom, octets, taille, sha256 FROM edition_fichier WHERE edition_id = :edition")
    return (await db.execute(statement, {"edition": edition})).all()


async def signatures(db: AsyncSession, edition: int) -> Sequence[Row[Any]]:
    """`nom`, `cle_publique`, `signature`, the first made first."""
    statement = text("""
        SELECT nom, cle_publique, signature FROM edition_signature WHERE edition_id = :edition ORDER BY signee_le
    """)
    return (await db.execute(statement, {"edition": edition})).all()


async def signer(db: AsyncSession, edition: int, cle_publique: bytes, signatures: Mapping[str, bytes]) -> None:
    """Store the signatures of a key, but for those that it has made already."""
    statement = text("""
        INSERT INTO edition_signature (edition_id, nom, cle_publique, signature)
        SELECT :edition, nom, :cle, signature
        FROM unnest(CAST(:noms AS text[]), CAST(:signatures AS bytea[])) AS s (nom, signature)
        ON CONFLICT DO NOTHING
    """)
    valeurs = {"edition": edition, "cle": cle_publique, "noms": [*signatures], "signatures": [*signatures.values()]}
    await db.execute(statement, valeurs)


async def sommes(db: AsyncSession, edition: int) -> Sequence[Row[Any]]:
    """`nom`, `sha256` of each file, by name."""
    statement = text(
        """SELECT nom, sha256 FROM edition_fichier WHERE edition_id = :edition ORDER BY nom COLLATE "C" """
    )
    return (await db.execute(statement, {"edition": edition})).all()


async def catalogue(db: AsyncSession) -> Sequence[Row[Any]]:
    """The files of the last published revision of each édition, the latest période first.

    `premiere`: when the first revision was published.
    """
    statement = text("""
        SELECT e.slug, e.revision, e.titre, e.debut, e.fin, e.raison, e.publiee_le, e.methode, e.minimum, e.perimetre,
               CAST(e.bilan ->> 'demarches' AS integer) AS demarches,
               (SELECT min(p.publiee_le) FROM edition p WHERE p.slug = e.slug) AS premiere,
               f.nom, f.taille, f.sha256
        FROM edition e JOIN edition_fichier f ON f.edition_id = e.id
        WHERE e.publiee_le IS NOT NULL
          AND NOT EXISTS (SELECT FROM edition s
                          WHERE s.slug = e.slug AND s.revision > e.revision AND s.publiee_le IS NOT NULL)
        ORDER BY e.fin DESC, e.id DESC, f.nom COLLATE "C"
    """)
    return (await db.execute(statement)).all()
