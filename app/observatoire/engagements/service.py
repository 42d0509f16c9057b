"""The register as others read it, on a day."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches import curseur
from app.demarches.texte import SLUG
from app.indices.periode import lire_periode
from app.observatoire.engagements import sql
from app.observatoire.engagements.avancement import Avancements
from app.observatoire.engagements.echeances import delais
from app.observatoire.engagements.refus import EngagementInconnu
from app.observatoire.engagements.schemas import (
    DemarcheLiee,
    EngagementLu,
    GlissementLu,
    Nomme,
    PageEngagements,
)
from app.observatoire.engagements.sql import Filtre
from app.observatoire.releve import Ligne, relever

LIMITE, LIMITE_AU_PLUS = 100, 1_000


async def lister(
    db: AsyncSession, filtre: Filtre, jour: dt.date, minimum: int, depuis: str | None = None, limite: int = LIMITE
) -> PageEngagements:
    """A page of the register after the cursor `depuis`, as it stands on `jour`. Raises CurseurInvalide."""
    empreinte = curseur.empreinte("engagements", filtre)
    apres = curseur.lire(depuis, empreinte)[1] if depuis else 0
    lignes = await sql.lister(db, filtre, jour, apres, limite + 1)
    gardees = lignes[:limite]
    suivant = curseur.ecrire((0, gardees[-1].id), empreinte) if len(lignes) > limite else None
    return PageEngagements(jour, await _lus(db, gardees, jour, minimum), suivant)


async def tous(db: AsyncSession, filtre: Filtre, jour: dt.date, minimum: int) -> list[EngagementLu]:
    """Every engagement, in the order of their entry."""
    return await _lus(db, await sql.lister(db, filtre, jour), jour, minimum)


async def lire(db: AsyncSession, slug: str, jour: dt.date, minimum: int) -> EngagementLu:
    """One engagement. Raises EngagementInconnu."""
    row = await sql.lire(db, slug) if SLUG.fullmatch(slug) else None
    if row is None:
        raise EngagementInconnu
    return (await _lus(db, [row], jour, minimum))[0]


async def _lus(db: AsyncSession, rows: Sequence[Row[Any]], jour: dt.date, minimum: int) -> list[EngagementLu]:
    """Engagements as they stand on `jour`; the démarches are surveyed once, and only if a target asks for it."""
    lignes: list[Ligne] = []
    if vises := {row.indicateur for row in rows if row.indicateur}:
        lignes = await relever(db, lire_periode(None, None, jour), minimum, cles=vises)
    avancements = Avancements(lignes)
    return [_lu(row, jour, avancements) for row in rows]


def _lu(row: Row[Any], jour: dt.date, avancements: Avancements) -> EngagementLu:
    glissements = [
        GlissementLu(_date(g["le"]), _date(g["ancienne"]), _date(g["nouvelle"]), g["raison"]) for g in row.glissements
    ]
    d = delais(row.statut, row.echeance, row.tenu_le, [g.ancienne for g in glissements], jour)
    return EngagementLu(
        slug=row.slug,
        genre=row.genre,
        titre=row.titre,
        porteur=row.porteur,
        source=row.source,
        ministere=None if row.ministere is None else Nomme(row.ministere_slug, row.ministere),
        organisme=None if row.organisme is None else Nomme(row.organisme_slug, row.organisme),
        demarches=[DemarcheLiee(demarche["slug"], demarche["titre"]) for demarche in row.demarches],
        api=row.api,
        variante=row.variante,
        indicateur=row.indicateur,
        cible=row.cible,
        statut=row.statut,
        echeance=row.echeance,
        premiere_echeance=d.premiere_echeance,
        tenu_le=row.tenu_le,
        abandonne_le=row.abandonne_le,
        abandon_raison=row.abandon_raison,
        en_retard=d.en_retard,
        retard_jours=d.retard_jours,
        retard_initial_jours=d.retard_initial_jours,
        tenu_a_temps=d.tenu_a_temps,
        glissements=glissements,
        avancement=None if row.indicateur is None else avancements.de(row),
    )


def _date(texte: str | None) -> dt.date | None:
    return None if texte is None else dt.date.fromisoformat(texte)
