"""`/methode`: how the figures are made, what they do not say, and what changed."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.formules import METHODE
from app.indices.surfaces import PAGES, SURFACES
from app.observatoire.classement.formules import TAUX
from app.observatoire.indicateurs import INDICATEURS
from app.site.constats import provenance, seuils_dits
from app.site.rendu import rendre, repondre_page

router = APIRouter()

VERSIONS = (
    (
        METHODE,
        "Première version : note moyenne et part d'avis satisfaits, avec leurs intervalles à 95 %.",
    ),
)
"""Every version of the formulas, the last one first, and what it changed."""


@router.get("/methode")
async def methode(request: Request) -> Response:
    """La méthode."""

    async def calcul(_db: AsyncSession) -> bytes:
        indicateurs = [(i, seuils_dits(i), provenance(i)) for i in INDICATEURS]
        contexte = {"version": METHODE, "versions": VERSIONS, "indicateurs": indicateurs, "personnes": PAGES.personnes}
        return rendre(request, "methode.html", **contexte, taux=TAUX, surfaces=SURFACES)

    return await repondre_page(request, ("methode",), calcul)
