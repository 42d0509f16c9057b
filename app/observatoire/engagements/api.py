"""`/api/v1/engagements` and `/api/v1/dlnuf`: the register, public. Lateness is that of today in Paris."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.conditionnel import repondre
from app.demarches.parametres import Texte
from app.indices import tableur as csv
from app.indices.parametres import AujourdHui
from app.observatoire.engagements import dlnuf, service, tableur
from app.observatoire.engagements.echeances import Genre, Statut
from app.observatoire.engagements.schemas import Dlnuf, EngagementLu, PageEngagements
from app.observatoire.engagements.service import LIMITE, LIMITE_AU_PLUS
from app.observatoire.engagements.sql import Filtre
from app.openapi import problems

router = APIRouter(prefix="/api/v1", tags=["Engagements"])

Slug = Annotated[str, Path(description="slug de l'engagement", examples=["bouton-partout"])]
Ministere = Annotated[
    Texte | None,
    Query(max_length=300, description="slug ou nom exact du ministère de l'engagement, ou d'une de ses démarches"),
]
EnRetard = Annotated[bool | None, Query(description="encore ouverts, et dont l'échéance est passée aujourd'hui")]
Limite = Annotated[int, Query(ge=1, le=LIMITE_AU_PLUS, description="nombre d'éléments par page")]
Curseur = Annotated[
    str | None, Query(max_length=200, description="`suivant` de la page précédente, avec les mêmes critères")
]


class Csv(Response):
    """For the documentation."""

    media_type = "text/csv"


def _minimum(request: Request) -> int:
    minimum: int = request.app.state.settings.seuil_publication
    return minimum


@router.get("/engagements", responses=problems(304, 422, 503) | {200: {"model": PageEngagements}})
async def lister_engagements(
    request: Request,
    jour: AujourdHui,
    ministere: Ministere = None,
    statut: Statut | None = None,
    genre: Genre | None = None,
    en_retard: EnRetard = None,
    limite: Limite = LIMITE,
    curseur: Curseur = None,
) -> Response:
    """Les engagements, où ils en sont aujourd'hui, et l'histoire de leurs échéances."""
    filtre, minimum = Filtre(ministere, statut, genre, en_retard), _minimum(request)

    async def calcul(db: AsyncSession) -> Any:
        return await service.lister(db, filtre, jour, minimum, curseur, limite)

    return await repondre(request, ("engagements", filtre, jour, limite, curseur), calcul)


@router.get("/engagements.csv", response_class=Csv, responses=problems(304, 422, 503))
async def exporter_engagements(
    request: Request,
    jour: AujourdHui,
    ministere: Ministere = None,
    statut: Statut | None = None,
    genre: Genre | None = None,
    en_retard: EnRetard = None,
) -> Response:
    """Les mêmes, en un seul fichier CSV (UTF-8, virgule) ; une cellule vide vaut nul."""
    filtre, minimum = Filtre(ministere, statut, genre, en_retard), _minimum(request)

    async def calcul(db: AsyncSession) -> bytes:
        return tableur.ecrire(await service.tous(db, filtre, jour, minimum))

    headers = {"Content-Disposition": f'attachment; filename="engagements_{jour}.csv"'}
    return await repondre(request, ("engagements.csv", filtre, jour), calcul, csv.TYPE, headers)


@router.get("/engagements/{slug}", responses=problems(304, 404, 422, 503) | {200: {"model": EngagementLu}})
async def lire_engagement(request: Request, jour: AujourdHui, slug: Slug) -> Response:
    """Un engagement."""
    minimum = _minimum(request)

    async def calcul(db: AsyncSession) -> Any:
        return await service.lire(db, slug, jour, minimum)

    return await repondre(request, ("engagement", slug, jour), calcul)


@router.get("/dlnuf", responses=problems(304, 503) | {200: {"model": Dlnuf}})
async def lire_dlnuf(request: Request, jour: AujourdHui) -> Response:
    """« Dites-le-nous une fois » : les API et leurs variantes, les démarches à simplifier, les intégrations."""
    minimum = _minimum(request)

    async def calcul(db: AsyncSession) -> Any:
        return await dlnuf.lire(db, jour, minimum)

    return await repondre(request, ("dlnuf", jour), calcul)
