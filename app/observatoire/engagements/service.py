"""The register as others read it, on a day."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches import curseur
from app.demarches.texte import SLUG
from app.indices.lignes import lire_lignes
from app.indices.periode import lire_periode
from app.observatoire.engagements import sql
from app.observatoire.engagements.avancement import Avancements, Mesuree, Notee, parmi, satisfaction
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
from app.observatoire.etat import lire_etats, lire_etats_par_id
from app.observatoire.indicateurs import PAR_CLE
from app.observatoire.indicateurs.satisfaction import SATISFACTION
from app.observatoire.releve import relever
from app.observatoire.sql import Parmi

LIMITE, LIMITE_AU_PLUS = 100, 1_000


@dataclass(frozen=True, slots=True)
class Choix:
    """How many engagements there are, in all and by each criterion; `ministeres` by slug and name."""

    total: int
    en_retard: int
    genres: Counter[str]
    statuts: Counter[str]
    ministeres: Counter[tuple[str, str]]


class Releve(NamedTuple):
    """A survey of these démarches over the last twelve months, with every indicateur."""

    parmi: Parmi
    lignes: Sequence[Mesuree]


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


async def tous(
    db: AsyncSession, filtre: Filtre, jour: dt.date, minimum: int, releve: Releve | None = None
) -> list[EngagementLu]:
    """Every engagement, in the order of their entry. `releve`: what the caller knows already, and may save a survey."""
    return await _lus(db, await sql.lister(db, filtre, jour), jour, minimum, releve)


async def choix(db: AsyncSession, jour: dt.date) -> Choix:
    """What the register can be filtered by, and how many engagements each choice has, as it stands on `jour`."""
    rows = await sql.choix(db, jour)
    chacun = {row.id: row for row in rows}.values()
    return Choix(
        len(chacun),
        sum(row.en_retard is True for row in chacun),
        Counter(row.genre for row in chacun),
        Counter(row.statut for row in chacun),
        Counter((row.slug, row.nom) for row in rows if row.slug),
    )


async def lire(db: AsyncSession, slug: str, jour: dt.date, minimum: int) -> EngagementLu:
    """One engagement. Raises EngagementInconnu."""
    row = await sql.lire(db, slug) if SLUG.fullmatch(slug) else None
    if row is None:
        raise EngagementInconnu.nommant(slug)
    return (await _lus(db, [row], jour, minimum))[0]


async def _lus(
    db: AsyncSession, rows: Sequence[Row[Any]], jour: dt.date, minimum: int, releve: Releve | None = None
) -> list[EngagementLu]:
    """Engagements as they stand on `jour`; the démarches that targets ask for are surveyed once."""
    cibles = [row for row in rows if row.indicateur]
    if releve is not None and releve.parmi == parmi(cibles):
        avancements = Avancements(releve.lignes)
    else:
        avancements = Avancements(await _relever(db, cibles, jour, minimum) if cibles else ())
    return [_lu(row, jour, avancements) for row in rows]


async def _relever(db: AsyncSession, cibles: Sequence[Row[Any]], jour: dt.date, minimum: int) -> Sequence[Mesuree]:
    """What the indicateurs of these targets say of their démarches, over the last twelve months."""
    vises, periode = {row.indicateur for row in cibles}, lire_periode(None, None, jour)
    ou = parmi(cibles)
    if ou is not None or any("reponses" in PAR_CLE[cle].lit for cle in vises):
        return await relever(db, periode, minimum, parmi=ou, cles=vises)
    if SATISFACTION.cle not in vises:
        return await lire_etats(db, jour, vises)
    # Of every démarche: whether its mean is above the threshold is enough, and several times cheaper.
    etats = await lire_etats_par_id(db, jour, vises - {SATISFACTION.cle})
    notees = []
    for ligne in await lire_lignes(db, periode, minimum):
        etat = etats[ligne.demarche.id]
        notees.append(Notee(ligne.demarche, {**etat.valeurs, SATISFACTION.cle: satisfaction(ligne, etat.exemptions)}))
    return notees


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
