"""`/`: the state of things in one glance."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.lignes import lire_lignes
from app.site.ministeres import groupe, grouper
from app.site.parametres import PeriodeDep
from app.site.rendu import rendre, repondre_page
from app.site.selection import certitude_de, trier

router = APIRouter()


@router.get("/")
async def accueil(request: Request, periode: PeriodeDep) -> Response:
    """L'état des choses sur douze mois, et par où commencer."""
    minimum: int = request.app.state.settings.seuil_publication

    async def calcul(db: AsyncSession) -> bytes:
        lignes = await lire_lignes(db, periode, minimum)
        utilisees = trier(lignes, "avis", "decroissant", {})[:6]
        ministeres = [g for g in grouper(lignes, "ministere", minimum) if g.nom]
        return rendre(
            request,
            "accueil.html",
            periode=periode,
            ensemble=groupe(None, None, lignes, minimum),
            lignes=[(ligne, certitude_de(ligne)) for ligne in utilisees],
            ministeres=ministeres,
        )

    return await repondre_page(request, ("accueil", periode), calcul)
