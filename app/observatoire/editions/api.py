"""`/api/v1/editions`: what was published, public. Drafts are not there."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParam
from sqlalchemy.ext.asyncio import AsyncSession

from app.conditionnel import repondre
from app.demarches.parametres import Texte
from app.indices.tableur import TYPE
from app.observatoire.editions import lecture
from app.observatoire.editions.lecture import LIMITE, LIMITE_AU_PLUS, Reference, lire_reference
from app.observatoire.editions.schemas import Comparaison, EditionEntiere, PageEditions
from app.openapi import problems

router = APIRouter(prefix="/api/v1/editions", tags=["Éditions"])

A_VERIFIER: Final = "public, max-age=0, must-revalidate"
FIGE: Final = "public, max-age=604800, immutable"
"""A revision that is named never changes. Not for a year, since columns may be added to what is said of it."""

Slug = Annotated[str, PathParam(description="slug de l'édition", examples=["2023-t4"])]
Revision = Annotated[
    int | None, Query(ge=1, le=2**31 - 1, description="une révision précise ; par défaut, la dernière publiée")
]
Nom = Annotated[
    Texte, Query(max_length=200, description="`slug`, ou `slug@2` pour une révision précise", examples=["2023-t4"])
]
Limite = Annotated[int, Query(ge=1, le=LIMITE_AU_PLUS, description="nombre d'éléments par page")]
Curseur = Annotated[
    str | None, Query(max_length=200, description="`suivant` de la page précédente, avec les mêmes critères")
]


class Csv(Response):
    """For the documentation."""

    media_type = "text/csv"


@router.get("", responses=problems(304, 422, 503) | {200: {"model": PageEditions}})
async def lister_editions(request: Request, limite: Limite = LIMITE, curseur: Curseur = None) -> Response:
    """Les éditions publiées, de la plus récente à la plus ancienne période, chacune dans sa dernière révision."""

    async def calcul(db: AsyncSession) -> Any:
        return await lecture.lister(db, curseur, limite)

    return await repondre(request, ("editions", limite, curseur), calcul)


@router.get("/comparaison", responses=problems(304, 404, 422, 503) | {200: {"model": Comparaison}})
async def comparer_editions(
    request: Request, de: Nom, a: Nom, limite: Limite = LIMITE, curseur: Curseur = None
) -> Response:
    """Ce qui change d'une édition à une autre : démarches, indicateurs, seuils, au-delà du hasard ou non."""
    references = lire_reference(de), lire_reference(a)

    async def calcul(db: AsyncSession) -> Any:
        return await lecture.comparer_par_page(db, *references, curseur, limite)

    fige = all(reference.revision is not None for reference in references)
    cle = ("editions/comparaison", *references, limite, curseur)
    return await repondre(request, cle, calcul, cache_control=FIGE if fige else A_VERIFIER)


@router.get("/{slug}.csv", response_class=Csv, responses=problems(304, 404, 422, 503))
async def exporter_edition(request: Request, slug: Slug, revision: Revision = None) -> Response:
    """Une édition en un seul fichier CSV (UTF-8, virgule), une ligne par démarche ; une cellule vide vaut nul."""
    reference = _reference(slug, revision)

    async def calcul(db: AsyncSession) -> bytes:
        return await lecture.exporter_csv(db, reference)

    headers = {"Content-Disposition": f'attachment; filename="edition_{reference.slug}.csv"'}
    cache_control = A_VERIFIER if revision is None else FIGE
    return await repondre(request, ("edition.csv", reference), calcul, TYPE, headers, cache_control)


@router.get("/{slug}", responses=problems(304, 404, 422, 503) | {200: {"model": EditionEntiere}})
async def lire_edition(
    request: Request, slug: Slug, revision: Revision = None, limite: Limite = LIMITE, curseur: Curseur = None
) -> Response:
    """Une édition publiée : ses chiffres, ses seuils, ses révisions et leurs raisons, et ses démarches par page."""
    reference = _reference(slug, revision)

    async def calcul(db: AsyncSession) -> Any:
        return await lecture.lire(db, reference, curseur, limite)

    return await repondre(request, ("edition", reference, limite, curseur), calcul)


def _reference(slug: str, revision: int | None) -> Reference:
    return Reference(lire_reference(slug.replace("@", " ")).slug, revision)
