"""`/engagements`: who promised what for when, how late it is; and « Dites-le-nous une fois »."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.parametres import AujourdHui
from app.observatoire.engagements import dlnuf, service
from app.observatoire.engagements.echeances import Genre, Statut
from app.problems import Introuvable
from app.site.liste import Nom
from app.site.matrice import dresser
from app.site.registre import TRIS, CriteresEngagements, Tri, trier
from app.site.rendu import rendre, repondre_page
from app.site.selection import PAR_PAGE

router = APIRouter()


async def lire_criteres(
    ministere: Nom = "",
    statut: Statut | Literal[""] = "",
    genre: Genre | Literal[""] = "",
    en_retard: Literal["", "true", "false"] = "",
    tri: Tri | Literal[""] = "",
) -> CriteresEngagements:
    """What the address asks for."""
    return CriteresEngagements(ministere, statut, genre, en_retard, tri)


CriteresDep = Annotated[CriteresEngagements, Depends(lire_criteres)]


def _minimum(request: Request) -> int:
    minimum: int = request.app.state.settings.seuil_publication
    return minimum


@router.get("/engagements")
async def registre(
    request: Request, jour: AujourdHui, criteres: CriteresDep, page: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> Response:
    """Le registre des engagements."""

    async def calcul(db: AsyncSession) -> bytes:
        choisis = trier(await service.tous(db, criteres.filtre, jour, _minimum(request)), criteres.tri_choisi)
        pages = max(1, -(-len(choisis) // PAR_PAGE))
        if page > pages:
            raise Introuvable
        return rendre(
            request,
            "engagements.html",
            jour_dit=jour,
            criteres=criteres,
            choix=await service.choix(db, jour),
            tris=TRIS,
            engagements=choisis[(page - 1) * PAR_PAGE : page * PAR_PAGE],
            combien=len(choisis),
            page=page,
            pages=pages,
        )

    return await repondre_page(request, ("page engagements", jour, criteres, page), calcul)


@router.get("/engagements/dites-le-nous-une-fois")
async def dites_le_nous_une_fois(request: Request, jour: AujourdHui) -> Response:
    """Les API de données, les démarches à simplifier, et les intégrations des unes dans les autres."""

    async def calcul(db: AsyncSession) -> bytes:
        lu = await dlnuf.lire(db, jour, _minimum(request))
        return rendre(request, "dlnuf.html", jour_dit=jour, dlnuf=lu, matrice=dresser(lu))

    return await repondre_page(request, ("page dlnuf", jour), calcul)


@router.get("/engagements/{slug}")
async def engagement(request: Request, jour: AujourdHui, slug: str) -> Response:
    """Un engagement, et l'histoire de ses échéances."""

    async def calcul(db: AsyncSession) -> bytes:
        lu = await service.lire(db, slug, jour, _minimum(request))
        return rendre(request, "engagement.html", jour_dit=jour, e=lu)

    return await repondre_page(request, ("page engagement", jour, slug), calcul)
