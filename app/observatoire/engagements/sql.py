"""The register's statements: one a function, bound parameters only, in the caller's transaction."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

COLONNES = (
    *("slug", "genre", "titre", "porteur", "source", "ministere_id", "organisme_id", "api", "variante"),
    *("indicateur", "cible", "statut", "echeance", "tenu_le", "abandonne_le", "abandon_raison"),
)

_LECTURE = """
    SELECT e.id, e.slug, e.genre, e.titre, e.porteur, e.source, e.ministere_id, e.organisme_id, e.api, e.variante,
           e.indicateur, e.cible, e.statut, e.echeance, e.tenu_le, e.abandonne_le, e.abandon_raison,
           m.slug AS ministere_slug, m.nom AS ministere, o.slug AS organisme_slug, o.nom AS organisme,
           (SELECT coalesce(json_agg(json_build_object('id', d.id, 'slug', d.slug, 'titre', d.titre) ORDER BY d.slug),
                            '[]')
            FROM engagement_demarche l JOIN demarche d ON d.id = l.demarche_id WHERE l.engagement_id = e.id)
             AS demarches,
           (SELECT coalesce(json_agg(json_build_object('le', g.le, 'ancienne', g.ancienne, 'nouvelle', g.nouvelle,
                                                       'raison', g.raison) ORDER BY g.id), '[]')
            FROM glissement g WHERE g.engagement_id = e.id) AS glissements
    FROM engagement e
    LEFT JOIN ministere m ON m.id = e.ministere_id
    LEFT JOIN organisme o ON o.id = e.organisme_id
"""
_DU_MINISTERE = """
    (:ministere IN (m.slug, m.nom) OR EXISTS (
       SELECT FROM engagement_demarche l JOIN demarche d ON d.id = l.demarche_id
       JOIN ministere dm ON dm.id = d.ministere_id
       WHERE l.engagement_id = e.id AND :ministere IN (dm.slug, dm.nom)))
"""
_DE_LA_DEMARCHE = """
    EXISTS (SELECT FROM engagement_demarche l JOIN demarche d ON d.id = l.demarche_id
            WHERE l.engagement_id = e.id AND d.slug = :demarche)
"""
_CHOIX = text("""
    SELECT DISTINCT e.id, e.genre, e.statut, e.statut IN ('prevu', 'en_cours') AND e.echeance < :jour AS en_retard,
           m.slug, m.nom
    FROM engagement e
    LEFT JOIN engagement_demarche l ON l.engagement_id = e.id
    LEFT JOIN demarche d ON d.id = l.demarche_id
    LEFT JOIN ministere m ON m.id IN (e.ministere_id, d.ministere_id)
""")


@dataclass(frozen=True, slots=True)
class Filtre:
    """Which engagements; None for any. `ministere`: slug or exact name, of the engagement or of one of its démarches.
    `demarche`: the slug of one of its démarches.

    `en_retard`: whether they are open and past their due date on the day that is asked about.
    """

    ministere: str | None = None
    statut: str | None = None
    genre: str | None = None
    en_retard: bool | None = None
    demarche: str | None = None


async def lister(
    db: AsyncSession, filtre: Filtre, jour: dt.date, apres: int = 0, limite: int | None = None
) -> Sequence[Row[Any]]:
    """Engagements in the order of their entry, after the id `apres`, with their démarches and their slips."""
    conditions = ["e.id > :apres"]
    valeurs: dict[str, Any] = {"apres": apres, "limite": limite}
    for nom, condition in (
        ("ministere", _DU_MINISTERE),
        ("statut", "e.statut = :statut"),
        ("genre", "e.genre = :genre"),
        ("demarche", _DE_LA_DEMARCHE),
    ):
        if valeur := getattr(filtre, nom):
            conditions.append(condition)
            valeurs[nom] = valeur
    if filtre.en_retard is not None:
        retard = "(e.statut IN ('prevu', 'en_cours') AND e.echeance IS NOT NULL AND e.echeance < :jour)"
        conditions.append(retard if filtre.en_retard else f"NOT {retard}")
        valeurs["jour"] = jour
    requete = f"{_LECTURE} WHERE {' AND '.join(conditions)} ORDER BY e.id LIMIT CAST(:limite AS integer)"
    return (await db.execute(text(requete), valeurs)).all()


async def choix(db: AsyncSession, jour: dt.date) -> Sequence[Row[Any]]:
    """Every engagement as filters see it, once for each ministère that it or one of its démarches has: `id`, `genre`,
    `statut`, `en_retard`, and the ministère's `slug` and `nom`, None when there is none."""
    return (await db.execute(_CHOIX, {"jour": jour})).all()


async def lire(db: AsyncSession, slug: str) -> Row[Any] | None:
    """One engagement."""
    return (await db.execute(text(f"{_LECTURE} WHERE e.slug = :slug"), {"slug": slug})).one_or_none()


async def verrouiller(db: AsyncSession) -> None:
    """Writers of the register pass one at a time; readers do not wait."""
    await db.execute(text("LOCK TABLE engagement IN SHARE ROW EXCLUSIVE MODE"))


async def ajouter(db: AsyncSession, valeurs: Mapping[str, Any]) -> int:
    """A new engagement; gives its id."""
    colonnes = ", ".join(COLONNES)
    requete = f"INSERT INTO engagement ({colonnes}) VALUES (:{colonnes.replace(', ', ', :')}) RETURNING id"
    cle: int = (await db.execute(text(requete), dict(valeurs))).scalar_one()
    return cle


async def modifier(db: AsyncSession, engagement: int, valeurs: Mapping[str, Any]) -> None:
    """New values for some columns; another `echeance` only just after its slip."""
    if valeurs:
        sets = ", ".join(f"{nom} = :{nom}" for nom in COLONNES if nom in valeurs)
        await db.execute(text(f"UPDATE engagement SET {sets} WHERE id = :id"), {**valeurs, "id": engagement})


async def glisser(
    db: AsyncSession,
    engagement: int,
    le: dt.date | None,
    ancienne: dt.date | None,
    nouvelle: dt.date | None,
    raison: str,
) -> None:
    """Move a due date: the slip and its reason, then the date."""
    valeurs = {"e": engagement, "le": le, "ancienne": ancienne, "nouvelle": nouvelle, "raison": raison}
    await db.execute(
        text(
            "INSERT INTO glissement (engagement_id, le, ancienne, nouvelle, raison)"
            " VALUES (:e, :le, :ancienne, :nouvelle, :raison)"
        ),
        valeurs,
    )
    await modifier(db, engagement, {"echeance": nouvelle})


async def lier(db: AsyncSession, engagement: int, demarches: Sequence[int]) -> None:
    """The démarches that an engagement is about: these, and no other."""
    valeurs = {"e": engagement, "demarches": list(demarches)}
    await db.execute(
        text("DELETE FROM engagement_demarche WHERE engagement_id = :e AND demarche_id <> ALL (:demarches)"), valeurs
    )
    await db.execute(
        text(
            "INSERT INTO engagement_demarche (engagement_id, demarche_id)"
            " SELECT :e, d FROM unnest(CAST(:demarches AS integer[])) AS d ON CONFLICT DO NOTHING"
        ),
        valeurs,
    )


async def ministeres(db: AsyncSession) -> Sequence[Row[Any]]:
    """Every ministère."""
    return (await db.execute(text("SELECT id, slug, nom FROM ministere"))).all()


async def organismes(db: AsyncSession) -> Sequence[Row[Any]]:
    """Every organisme, with the ministère it belongs to."""
    return (await db.execute(text("SELECT id, ministere_id, slug, nom FROM organisme ORDER BY id"))).all()
