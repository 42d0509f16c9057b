"""What only the command asks the database: names that come close to one that leads to nothing, and lists to read."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches.texte import normaliser

SEUIL: Final = 0.35
"""How alike (pg_trgm) a name must be to be proposed."""
PART_DU_MEILLEUR: Final = 0.7
"""And how alike, as a share of the closest one: beside a near miss, what has only a word in common is noise."""

_NOMS: Final = {
    "demarche": """SELECT slug AS nom, slug AS texte FROM demarche UNION ALL SELECT slug, titre_recherche FROM demarche
                   UNION ALL SELECT source || ':' || valeur, source || ':' || valeur FROM identifiant
                   UNION ALL SELECT slug, slug FROM ancien_slug""",
    "bouton": """SELECT cle AS nom, cle AS texte FROM bouton
                 UNION ALL SELECT b.cle, d.slug FROM bouton b JOIN demarche d ON d.id = b.demarche_id""",
    "ministere": "SELECT slug AS nom, slug AS texte FROM ministere UNION ALL SELECT slug, nom FROM ministere",
    "edition": """SELECT DISTINCT slug AS nom, slug AS texte FROM edition
                  UNION ALL SELECT slug || '@' || revision, slug || '@' || revision FROM edition""",
    "engagement": "SELECT slug AS nom, slug AS texte FROM engagement UNION ALL SELECT slug, titre FROM engagement",
    "intervention": "SELECT CAST(id AS text) AS nom, '' AS texte FROM intervention",
    "cle_api": "SELECT CAST(id AS text) AS nom, '' AS texte FROM cle_api",
}
"""By kind, everything that names one: what is shown, and what is compared."""
_NUMEROTES: Final = frozenset({"intervention", "cle_api"})


async def proches(db: AsyncSession, sorte: str, nom: str, au_plus: int) -> Sequence[str]:
    """The names of this kind that come close to one, the closest first; for what has a number, the nearest numbers."""
    if sorte in _NUMEROTES:
        statement = f"""SELECT nom FROM ({_NOMS[sorte]}) n
                        ORDER BY abs(CAST(nom AS numeric) - CAST(:numero AS numeric)), nom LIMIT :au_plus"""
        return (await db.execute(text(statement), {"numero": nom, "au_plus": au_plus})).scalars().all()
    statement = f"""
        SELECT nom FROM (
          SELECT nom, max(max(ressemblance)) OVER () AS meilleure, max(ressemblance) AS ressemblance FROM (
          SELECT nom, greatest(similarity(texte, :nom), word_similarity(:nom, texte), word_similarity(:plat, texte))
                      AS ressemblance
          FROM ({_NOMS[sorte]}) n) n GROUP BY nom) n
        WHERE ressemblance >= greatest(:seuil, :part * meilleure) ORDER BY ressemblance DESC, nom LIMIT :au_plus"""
    valeurs = {
        "nom": nom[:200],
        "plat": normaliser(nom[:200]),
        "seuil": SEUIL,
        "part": PART_DU_MEILLEUR,
        "au_plus": au_plus,
    }
    return (await db.execute(text(statement), valeurs)).scalars().all()


async def a_un_ministere(db: AsyncSession, nom: str) -> bool:
    """Whether a ministère has this slug, or exactly this name."""
    statement = "SELECT EXISTS (SELECT FROM ministere WHERE slug = :nom OR nom = :nom)"
    return bool((await db.execute(text(statement), {"nom": nom})).scalar())


async def usage(db: AsyncSession, demarches: Sequence[int]) -> dict[int, Row[Any]]:
    """By démarche: how many `avis` are counted, how many `boutons` there are, and how many are `ouverts`."""
    sommes = " + ".join(f"n{note}" for note in range(11))
    statement = f"""
        SELECT d.id,
               (SELECT CAST(coalesce(sum({sommes}), 0) AS bigint) FROM compte c
                WHERE c.demarche_id = d.id AND c.question = 1 AND c.pas = 'm') AS avis,
               (SELECT count(*) FROM bouton b WHERE b.demarche_id = d.id) AS boutons,
               (SELECT count(*) FROM bouton b WHERE b.demarche_id = d.id AND b.ferme_le IS NULL) AS ouverts
        FROM unnest(CAST(:ids AS integer[])) AS d (id)"""
    rows = (await db.execute(text(statement), {"ids": list(demarches)})).all()
    return {row.id: row for row in rows}
