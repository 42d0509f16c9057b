"""`/classement`: the worst rated, surely, and what was done about it; `/croisement`: satisfaction by a criterion."""

from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches.parametres import parmi
from app.indices.lignes import lire_lignes
from app.indices.parametres import AujourdHui
from app.observatoire import service as observatoire
from app.observatoire.classement import interventions, service
from app.observatoire.indicateurs import INDICATEURS, PAR_CLE
from app.observatoire.satisfaction import exemptees
from app.site.liste import Nom, choix
from app.site.parametres import PeriodeDep
from app.site.rendu import rendre, repondre_page
from app.site.selection import Criteres

router = APIRouter()

CITEES: Final = 50
CROISES: Final = {i.cle: i.titre for i in INDICATEURS if i.declare}
"""The criteria that satisfaction is set beside: without a button there are no avis to compare."""
Croise = Annotated[str, AfterValidator(parmi(CROISES))]


def _minimum(request: Request) -> int:
    minimum: int = request.app.state.settings.seuil_publication
    return minimum


@router.get("/classement")
async def classement(request: Request, jour: AujourdHui, periode: PeriodeDep, ministere: Nom = "") -> Response:
    """Les démarches les moins bien notées, sûrement, et ce qui a été fait pour elles."""

    async def calcul(db: AsyncSession) -> bytes:
        minimum = _minimum(request)
        lignes = await lire_lignes(db, periode, minimum)
        return rendre(
            request,
            "classement.html",
            periode=periode,
            ministere=ministere,
            ministeres=choix(lignes, Criteres())["ministere"],
            classement=service.ranger(
                lignes, await exemptees(db, min(jour, periode.fin)), periode, ministere or None, CITEES
            ),
            interventions=await interventions.toutes(db, jour, minimum, ministere or None),
        )

    return await repondre_page(request, ("page classement", jour, periode, ministere), calcul)


@router.get("/croisement")
async def croisement(
    request: Request,
    jour: AujourdHui,
    periode: PeriodeDep,
    indicateur: Croise = "accessibilite",
) -> Response:
    """La satisfaction des démarches qui atteignent un critère, à côté de celle des autres."""

    async def calcul(db: AsyncSession) -> bytes:
        lu = await observatoire.lire_croisement(db, periode, _minimum(request), "toutes", indicateur, jour)
        contexte = {"periode": periode, "x": lu, "indicateur": PAR_CLE[indicateur], "criteres": CROISES}
        return rendre(request, "croisement.html", **contexte)

    return await repondre_page(request, ("page croisement", jour, periode, indicateur), calcul)
