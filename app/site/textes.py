"""`/plan`, `/confidentialite`: pages that only say something."""

import structlog
from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.avis.masquage import GENRES
from app.indices.surfaces import SURFACES
from app.settings import Settings
from app.site.rendu import rendre, repondre_page

router = APIRouter()
log = structlog.get_logger()


@router.get("/plan")
async def plan(request: Request) -> Response:
    """Le plan du site."""

    async def calcul(_db: AsyncSession) -> bytes:
        return rendre(request, "plan.html")

    return await repondre_page(request, "plan.html", calcul)


@router.get("/confidentialite")
async def confidentialite(request: Request) -> Response:
    """Ce qui est gardé, effacé et publié, qui en répond et vos droits."""
    settings: Settings = request.app.state.settings
    contexte = {
        "surfaces": SURFACES,
        "genres": [mot for genre, mot in GENRES.items() if genre != "nom" or settings.masquer_noms],
        "noms": settings.masquer_noms,
        "responsable": settings.responsable,
        "contact": settings.contact,
    }

    async def calcul(_db: AsyncSession) -> bytes:
        return rendre(request, "confidentialite.html", **contexte)

    return await repondre_page(request, "confidentialite.html", calcul)


def avertir(settings: Settings) -> None:
    """Tell the operator of a public service what its privacy page cannot say for want of a setting."""
    absents = [nom for nom in ("responsable", "contact", "mentions_legales") if not getattr(settings, nom)]
    if absents and not settings.embedded:
        log.warning("mentions_incompletes", reglages=[f"JDMA_{nom.upper()}" for nom in absents])
