"""`/api/v1/classement` and `/api/v1/interventions`: the worst rated, surely, and what was done about them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.conditionnel import repondre
from app.demarches.parametres import Texte
from app.indices.formules import NOTE_MAX, SEUIL
from app.indices.parametres import AujourdHui, PeriodeDep
from app.observatoire.classement import interventions, service
from app.observatoire.classement.comparaison import JOURS, JOURS_MAX
from app.observatoire.classement.schemas import Classement, PageInterventions
from app.openapi import problems

router = APIRouter(prefix="/api/v1", tags=["Classement"])

Ministere = Annotated[Texte | None, Query(max_length=300, description="slug ou nom exact")]
Limite = Annotated[int, Query(ge=1, le=service.LIMITE_AU_PLUS, description="nombre d'éléments par page")]
Seuil = Annotated[float, Query(ge=0, le=NOTE_MAX, description="note sous laquelle l'intervalle doit se trouver")]
Jours = Annotated[int, Query(ge=1, le=JOURS_MAX, description="jours comparés de chaque côté")]
Curseur = Annotated[
    str | None, Query(max_length=200, description="`suivant` de la page précédente, avec les mêmes critères")
]


def _minimum(request: Request) -> int:
    minimum: int = request.app.state.settings.seuil_publication
    return minimum


@router.get("/classement", responses=problems(304, 422, 503) | {200: {"model": Classement}})
async def lire_classement(
    request: Request,
    periode: PeriodeDep,
    jour: AujourdHui,
    ministere: Ministere = None,
    seuil: Seuil = SEUIL,
    limite: Limite = service.LIMITE,
    curseur: Curseur = None,
) -> Response:
    """Les démarches les moins bien notées : celles dont la note moyenne est sûrement sous le seuil, et elles seules.

    L'intervalle à 95 % est entièrement sous le seuil, et la liste entière est établie par la procédure de
    Benjamini-Hochberg : parmi les démarches citées, 2,5 % au plus sont attendues à tort. Le rang suit la borne haute de
    l'intervalle, jamais la moyenne seule. Celles qui sont écartées sont comptées, avec la raison.
    """
    minimum = _minimum(request)

    async def calcul(db: AsyncSession) -> Any:
        return await service.classer(db, periode, minimum, jour, ministere, curseur, limite, seuil)

    return await repondre(request, ("classement", periode, jour, ministere, seuil, limite, curseur), calcul)


@router.get("/interventions", responses=problems(304, 422, 503) | {200: {"model": PageInterventions}})
async def lister_interventions(
    request: Request,
    jour: AujourdHui,
    ministere: Ministere = None,
    jours: Jours = JOURS,
    limite: Limite = service.LIMITE,
    curseur: Curseur = None,
) -> Response:
    """Les demandes d'aide et les interventions, avec les notes d'avant et d'après.

    Les démarches aidées ont été choisies parce qu'elles étaient mal notées : une partie de leur remontée est attendue
    sans intervention. La différence dit ce qui a changé, pas pourquoi.
    """
    minimum = _minimum(request)

    async def calcul(db: AsyncSession) -> Any:
        return await interventions.lister(db, jour, minimum, ministere, jours, curseur, limite)

    return await repondre(request, ("interventions", jour, ministere, jours, limite, curseur), calcul)
