"""`/classement`: the worst rated, surely, and what was done about it; `/croisement`: satisfaction by a criterion."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.lignes import lire_lignes
from app.indices.parametres import AujourdHui
from app.observatoire import service as observatoire
from app.observatoire.classement import interventions, service
from app.observatoire.indicateurs import PAR_CLE
from app.site.liste import Nom, choix
from app.site.parametres import PeriodeDep
from app.site.rendu import rendre, repondre_page
from app.site.selection import Criteres

router = APIRouter()

CITEES: Final = 50
CROISES: Final = ("accessibilite", "dlnuf", "disponibilite", "rapidite", "franceconnect", "mobile")
"""The criteria whose satisfaction is worth comparing: the others are met or not for reasons of their own."""
Croise = Literal["accessibilite", "dlnuf", "disponibilite", "rapidite", "franceconnect", "mobile"]


def _minimum(request: Request) -> int:
    minimum: int = request.app.state.settings.seuil_publication
    return minimum


@router.get("/classement")
async def classement(request: Request, jour: AujourdHui, periode: PeriodeDep, ministere: Nom = "") -> Response:
    """Les démarches les moins bien notées, sûrement, et ce qui a été fait pour elles."""

    async def calcul(db: AsyncSession) -> bytes:
        minimum = _minimum(request)
        lignes = await lire_lignes(db, periode, minimum)
        exemptees = await service.exemptees(db, periode)
        return rendre(
            request,
            "classement.html",
            periode=periode,
            ministere=ministere,
            ministeres=choix(lignes, Criteres())["ministere"],
            classement=service.ranger(lignes, exemptees, periode, ministere or None, CITEES),
            interventions=await interventions.toutes(db, jour, minimum, ministere or None),
        )

    return await repondre_page(request, ("page classement", jour, periode, ministere), calcul)


@router.get("/croisement")
async def croisement(
    request: Request,
    jour: AujourdHui,
    periode: PeriodeDep,
    indicateur: Annotated[Croise, Query()] = "accessibilite",
) -> Response:
    """La satisfaction des démarches qui atteignent un critère, à côté de celle des autres."""

    async def calcul(db: AsyncSession) -> bytes:
        lu = await observatoire.lire_croisement(db, periode, _minimum(request), "toutes", indicateur, jour)
        criteres = {cle: PAR_CLE[cle].titre for cle in CROISES}
        contexte = {"periode": periode, "x": lu, "indicateur": PAR_CLE[indicateur], "criteres": criteres}
        return rendre(request, "croisement.html", **contexte)

    return await repondre_page(request, ("page croisement", jour, periode, indicateur), calcul)
