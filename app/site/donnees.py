"""`/donnees`: what anybody may take away, what each column means, and how to check a file."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.observatoire.donnees import documentation, licence, service
from app.observatoire.donnees.colonnes import INDICATEURS, SYNTHESE, TABLES, observatoire
from app.observatoire.donnees.jeu import DEFINITIONS
from app.observatoire.donnees.schema import TYPES
from app.site.rendu import rendre, repondre_page

router = APIRouter()


@router.get("/donnees")
async def donnees(request: Request) -> Response:
    """Les données ouvertes."""

    async def calcul(db: AsyncSession) -> bytes:
        tables = [observatoire(DEFINITIONS), SYNTHESE, INDICATEURS]
        return rendre(
            request,
            "donnees.html",
            tables=[(table, [(c, documentation.genre(c)) for c in documentation.propres(table)]) for table in tables],
            generiques=[(c, documentation.genre(c)) for c in documentation.generiques()],
            noms=TABLES,
            formes=list(TYPES),
            definitions=DEFINITIONS,
            editions=await service.editions(db),
            licence=licence,
        )

    return await repondre_page(request, ("page donnees",), calcul)
