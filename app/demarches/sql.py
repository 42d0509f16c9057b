"""The catalogue's statements: one a function, bound parameters only, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.demarches.curseur import Place

LETTRES_POUR_RESSEMBLER = 4
"""A shorter word, or one with digits, is searched as it is: too little to tell a typo from another word."""


def ressemblance(mot: str) -> float | None:
    """How alike (pg_trgm's word_similarity) a title must be to hold a word with one typo, such as two letters swapped;
    None for a word that is searched as it is. A longer word must be more alike, or too many titles would be.

    >>> [ressemblance(mot) for mot in ("caf", "2042", "grise", "passeport", "immatriculation")]
    [None, None, 0.33, 0.425, 0.5]
    """
    if len(mot) < LETTRES_POUR_RESSEMBLER or not mot.isalpha():
        return None
    return round(min(0.5, max(0.33, (len(mot) - 3) / (len(mot) + 5) - 0.004)), 3)


_LECTURE = """
    SELECT p.id, p.rang, d.slug, d.titre, m.nom AS ministere, o.nom AS organisme, d.url, d.en_ligne,
           d.top_250_depuis IS NOT NULL AND d.top_250_jusqu_au IS NULL AS top_250,
           ARRAY (SELECT i.source || ':' || i.valeur FROM identifiant i WHERE i.demarche_id = d.id
                  ORDER BY (i.source || ':' || i.valeur) COLLATE "C") AS identifiants
    FROM page p
    JOIN demarche d USING (id)
    LEFT JOIN ministere m ON m.id = d.ministere_id
    LEFT JOIN organisme o ON o.id = d.organisme_id
    ORDER BY p.rang DESC, p.id
"""
_PREMIER_AVIS = """
    (SELECT min(c.debut) FROM compte c
     WHERE c.demarche_id = b.demarche_id AND c.bouton_id = b.id AND c.question = 1 AND c.pas = 'j'
       AND c.n0 + c.n1 + c.n2 + c.n3 + c.n4 + c.n5 + c.n6 + c.n7 + c.n8 + c.n9 + c.n10 > 0)
"""


@dataclass(frozen=True, slots=True)
class Filtre:
    """Which démarches: title holding every word; of a ministère, of an organisme (slug or exact name). None: any."""

    mots: Sequence[str] | None = None
    ministere: str | None = None
    organisme: str | None = None


async def lister(db: AsyncSession, filtre: Filtre, apres: Place | None, limite: int) -> Sequence[Row[Any]]:
    """`limite` démarches after a place, best first, with `id` and `rang`; the order of creation without words."""
    conditions, valeurs = _conditions(filtre)
    if filtre.mots:
        await _preparer_recherche(db, filtre.mots)
    rang = _rang(filtre.mots) if filtre.mots else "0"
    if apres is not None:
        valeurs |= {"rang": apres[0], "cle": apres[1]}
        conditions.append("(c.rang < :rang OR c.rang = :rang AND c.id > :cle)" if filtre.mots else "c.id > :cle")
    statement = f"""
        WITH page AS (
          SELECT c.id, c.rang FROM (SELECT d.*, {rang} AS rang FROM demarche d) c
          WHERE {" AND ".join(conditions)}
          ORDER BY c.rang DESC, c.id LIMIT :limite
        ) {_LECTURE}"""
    return (await db.execute(text(statement), valeurs | {"limite": limite})).all()


async def classer(db: AsyncSession, mots: Sequence[str]) -> Sequence[Row[Any]]:
    """The `id` of every démarche whose title holds these words, best first."""
    conditions, valeurs = _conditions(Filtre(mots))
    await _preparer_recherche(db, mots)
    statement = f"""
        SELECT c.id FROM (SELECT d.*, {_rang(mots)} AS rang FROM demarche d) c
        WHERE {" AND ".join(conditions)} ORDER BY c.rang DESC, c.id"""
    return (await db.execute(text(statement), valeurs)).all()


def _conditions(filtre: Filtre) -> tuple[list[str], dict[str, Any]]:
    conditions, valeurs = ["true"], dict[str, Any]()
    for n, mot in enumerate(filtre.mots or ()):
        valeurs |= {f"m{n}": mot, f"d{n}": f"{mot}%", f"s{n}": f"% {mot}%", f"e{n}": f"% {mot} %"}
        condition = f"c.titre_recherche LIKE :d{n} OR c.titre_recherche LIKE :s{n}"
        if (seuil := ressemblance(mot)) is not None:
            condition += f" OR :m{n} <% c.titre_recherche AND word_similarity(:m{n}, c.titre_recherche) >= :r{n}"
            valeurs[f"r{n}"] = seuil
        conditions.append(f"({condition})")
    if filtre.mots:
        valeurs["tout"] = " ".join(filtre.mots)
    if filtre.ministere:
        conditions.append("c.ministere_id IN (SELECT id FROM ministere WHERE slug = :ministere OR nom = :ministere)")
        valeurs["ministere"] = filtre.ministere
    if filtre.organisme:
        conditions.append("c.organisme_id IN (SELECT id FROM organisme WHERE slug = :organisme OR nom = :organisme)")
        valeurs["organisme"] = filtre.organisme
    return conditions, valeurs


def _rang(mots: Sequence[str]) -> str:
    """How well a title answers, as a whole number so that a cursor can hold it: for each word, found whole, at the
    start of a word, or alike; then how little else there is in the title.
    """
    points = " + ".join(
        f"CASE WHEN ' ' || d.titre_recherche || ' ' LIKE :e{n} THEN 1.1"
        f" WHEN d.titre_recherche LIKE :d{n} OR d.titre_recherche LIKE :s{n} THEN 1.0"
        f" ELSE 0.9 * word_similarity(:m{n}, d.titre_recherche) END"
        for n, _ in enumerate(mots)
    )
    return f"CAST(round(CAST(({points} + 0.2 * similarity(:tout, d.titre_recherche)) * 100000 AS numeric)) AS integer)"


async def _preparer_recherche(db: AsyncSession, mots: Sequence[str]) -> None:
    """For this transaction. The planner takes a comparison of trigrams for a cheap one, and would read every title."""
    seuil = min(filter(None, map(ressemblance, mots)), default=0.5)  # what the index is asked for, for all words
    await db.execute(
        text(
            "SELECT set_config('pg_trgm.word_similarity_threshold', :seuil, true),"
            " set_config('enable_seqscan', 'off', true)"
        ),
        {"seuil": str(seuil)},
    )


async def lire(db: AsyncSession, demarche_id: int) -> Row[Any]:
    """One démarche by its id."""
    statement = f"WITH page AS (SELECT CAST(:cle AS integer) AS id, 0 AS rang) {_LECTURE}"
    return (await db.execute(text(statement), {"cle": demarche_id})).one()


async def verrouiller(db: AsyncSession | AsyncConnection) -> None:
    """Writers of the catalogue pass one at a time, so that what was looked up is still true when it is written.
    Readers and deposits of avis do not wait.
    """
    await db.execute(text("LOCK TABLE demarche IN SHARE ROW EXCLUSIVE MODE"))


async def proprietaire_du_slug(db: AsyncSession, slug: str) -> int | None:
    """The id of the démarche that has this slug, or had it before."""
    statement = """
        SELECT id FROM demarche WHERE slug = :slug UNION ALL SELECT demarche_id FROM ancien_slug WHERE slug = :slug"""
    return (await db.execute(text(statement), {"slug": slug})).scalar()


async def slug_actuel(db: AsyncSession, demarche_id: int) -> str:
    """The slug of a démarche, as it is now and not as a session may remember it."""
    statement = "SELECT slug FROM demarche WHERE id = :cle"
    return str((await db.execute(text(statement), {"cle": demarche_id})).scalar_one())


async def changer_slug(db: AsyncSession, demarche_id: int, ancien: str, nouveau: str) -> None:
    """Another slug for a démarche; the one it leaves is kept, the one it takes back is no longer an old one."""
    valeurs = {"cle": demarche_id, "ancien": ancien, "nouveau": nouveau}
    await db.execute(text("DELETE FROM ancien_slug WHERE slug = :nouveau"), valeurs)
    await db.execute(text("INSERT INTO ancien_slug (slug, demarche_id) VALUES (:ancien, :cle)"), valeurs)
    await db.execute(text("UPDATE demarche SET slug = :nouveau WHERE id = :cle"), valeurs)


async def lire_boutons(db: AsyncSession, demarche_id: int) -> Sequence[Row[Any]]:
    """The boutons of a démarche, the first one first, each with the day of its first avis."""
    statement = f"""
        SELECT b.cle, b.nom, b.origines, b.ferme_le, b.ferme_raison, b.cree_le, b.echelle, b.essai,
               {_PREMIER_AVIS} AS premier_avis
        FROM bouton b WHERE b.demarche_id = :cle ORDER BY b.id"""
    return (await db.execute(text(statement), {"cle": demarche_id})).all()


async def ajouter_bouton(
    db: AsyncSession, demarche_id: int, cle: str, nom: str, origines: list[str], echelle: str, essai: bool
) -> None:
    """A new bouton."""
    statement = """
        INSERT INTO bouton (demarche_id, cle, nom, origines, echelle, essai)
        VALUES (:demarche, :cle, :nom, :origines, :echelle, :essai)"""
    valeurs = {"demarche": demarche_id, "cle": cle, "nom": nom, "origines": origines}
    await db.execute(text(statement), valeurs | {"echelle": echelle, "essai": essai})


async def prendre_bouton(db: AsyncSession, cle: str) -> Row[Any] | None:
    """`id`, `ferme_le`, `origines` of a bouton, which nobody else changes until the transaction ends."""
    statement = "SELECT id, ferme_le, origines FROM bouton WHERE cle = :cle FOR NO KEY UPDATE"
    return (await db.execute(text(statement), {"cle": cle})).one_or_none()


async def fermer_bouton(db: AsyncSession, bouton_id: int, le: datetime | None, raison: str | None) -> None:
    """Close a bouton, or open it again with None."""
    statement = "UPDATE bouton SET ferme_le = :le, ferme_raison = :raison WHERE id = :cle"
    await db.execute(text(statement), {"cle": bouton_id, "le": le, "raison": raison})


async def fixer_origines(db: AsyncSession, bouton_id: int, origines: list[str]) -> None:
    """Replace the origins of a bouton."""
    statement = "UPDATE bouton SET origines = :origines WHERE id = :cle"
    await db.execute(text(statement), {"cle": bouton_id, "origines": origines})
