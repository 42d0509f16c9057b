"""`/plan`, `/confidentialite`: pages that only say something."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.site.rendu import rendre, repondre_page

router = APIRouter()


@router.get("/plan")
async def plan(request: Request) -> Response:
    """Le plan du site."""
    return await _dire(request, "plan.html")


@router.get("/confidentialite")
async def confidentialite(request: Request) -> Response:
    """Ce qui est gardé des personnes : rien."""
    return await _dire(request, "confidentialite.html")


async def _dire(request: Request, gabarit: str) -> Response:
    async def calcul(_db: AsyncSession) -> bytes:
        return rendre(request, gabarit)

    return await repondre_page(request, gabarit, calcul)
