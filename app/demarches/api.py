"""`/api/v1/demarches`: the catalogue, public."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.conditionnel import repondre
from app.demarches import service
from app.demarches.parametres import Slug, Texte
from app.demarches.schemas import DemarcheLue, PageDeDemarches
from app.demarches.service import LIMITE, LIMITE_AU_PLUS, Recherche
from app.openapi import problems

router = APIRouter(prefix="/api/v1", tags=["Démarches"])


Q = Annotated[
    Texte | None,
    Query(
        max_length=200,
        description="mots du titre, sans accents ni majuscules ; un début de mot suffit, une faute de frappe est "
        "tolérée ; les meilleures réponses viennent d'abord",
        examples=["passeport"],
    ),
]
Nom = Annotated[Texte | None, Query(max_length=300, description="slug ou nom exact")]
Limite = Annotated[int, Query(ge=1, le=LIMITE_AU_PLUS, description="nombre d'éléments par page")]
Curseur = Annotated[str | None, Query(description="`suivant` de la page précédente, avec les mêmes critères")]


@router.get("/demarches", responses=problems(304, 422, 503) | {200: {"model": PageDeDemarches}})
async def lister_demarches(
    request: Request,
    q: Q = None,
    ministere: Nom = None,
    organisme: Nom = None,
    limite: Limite = LIMITE,
    curseur: Curseur = None,
) -> Response:
    """Les démarches, par page ; avec `q`, celles dont le titre répond le mieux."""
    recherche = Recherche(q, ministere, organisme)

    async def calcul(db: AsyncSession) -> Any:
        return (await service.lister(db, recherche, curseur, limite)).model_dump()

    return await repondre(request, ("demarches", recherche, limite, curseur), calcul)


@router.get("/demarches/{slug}", responses=problems(304, 308, 404, 422, 503) | {200: {"model": DemarcheLue}})
async def lire_demarche(request: Request, slug: Slug) -> Response:
    """Une démarche, par son slug ou l'un de ses identifiants. Un ancien slug redirige vers l'actuel."""

    async def calcul(db: AsyncSession) -> Any:
        return (await service.lire(db, slug)).model_dump()

    return await repondre(request, ("demarche", slug), calcul)
