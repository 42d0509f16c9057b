"""The figures: an indice, its evolution, the indices of every démarche, the synthesis. Public, cacheable."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app import hors_boucle
from app.conditionnel import repondre
from app.demarches.parametres import Slug, Texte
from app.indices import service, tableur
from app.indices.parametres import PeriodeDep
from app.indices.periode import Pas
from app.indices.schemas import Evolution, IndiceDemarche, PageIndices, SyntheseLue
from app.indices.service import LIMITE, LIMITE_AU_PLUS, Par
from app.openapi import problems

router = APIRouter(prefix="/api/v1", tags=["Indices"])


Bouton = Annotated[str | None, Query(max_length=100, description="clé d'un bouton : ses seuls avis")]
Ministere = Annotated[Texte | None, Query(max_length=300, description="slug ou nom exact")]
Limite = Annotated[int, Query(ge=1, le=LIMITE_AU_PLUS, description="nombre d'éléments par page")]
Curseur = Annotated[
    str | None, Query(max_length=200, description="`suivant` de la page précédente, avec les mêmes critères")
]


def reponses(modele: type, *statuts: int) -> dict[int | str, dict[str, Any]]:
    """What a route may answer: `modele`, as bytes that are ready, or a refusal."""
    return {200: {"model": modele}, **problems(*statuts)}


def _minimum(request: Request) -> int:
    minimum: int = request.app.state.settings.seuil_publication
    return minimum


class Csv(Response):
    """For the documentation."""

    media_type = "text/csv"


@router.get("/demarches/{slug}/indice", responses=reponses(IndiceDemarche, 304, 308, 404, 422, 503))
async def lire_indice(request: Request, slug: Slug, periode: PeriodeDep, bouton: Bouton = None) -> Response:
    """L'indice de satisfaction d'une démarche sur une période, ou celui d'un de ses boutons."""
    minimum = _minimum(request)

    async def calcul(db: AsyncSession) -> Any:
        return await service.lire_indice(db, slug, periode, bouton, minimum)

    return await repondre(request, ("indice", slug, periode, bouton), calcul)


@router.get("/demarches/{slug}/evolution", responses=reponses(Evolution, 304, 308, 404, 422, 503))
async def lire_evolution(request: Request, slug: Slug, periode: PeriodeDep, pas: Pas = "mois") -> Response:
    """Les mêmes chiffres pour chaque jour, semaine (du lundi), mois, trimestre ou année de la période."""
    minimum = _minimum(request)

    async def calcul(db: AsyncSession) -> Any:
        return await service.lire_evolution(db, slug, periode, pas, minimum)

    return await repondre(request, ("evolution", slug, periode, pas), calcul)


@router.get("/indices", responses=reponses(PageIndices, 304, 422, 503))
async def lister_indices(
    request: Request,
    periode: PeriodeDep,
    ministere: Ministere = None,
    limite: Limite = LIMITE,
    curseur: Curseur = None,
) -> Response:
    """L'indice de chaque démarche, y compris celles qui n'ont aucun avis, par page."""
    minimum = _minimum(request)

    async def calcul(db: AsyncSession) -> Any:
        return await service.lister(db, periode, ministere, curseur, limite, minimum)

    return await repondre(request, ("indices", periode, ministere, limite, curseur), calcul)


@router.get("/indices.csv", response_class=Csv, responses=problems(304, 422, 503))
async def exporter_indices(request: Request, periode: PeriodeDep, ministere: Ministere = None) -> Response:
    """L'indice de chaque démarche, en un seul fichier CSV (UTF-8, virgule) ; une cellule vide vaut nul."""
    minimum = _minimum(request)

    async def calcul(db: AsyncSession) -> bytes:
        lignes = await service.tous(db, periode, ministere, minimum)
        return await hors_boucle.calculer(lambda: tableur.ecrire(lignes, periode), len(lignes))

    nom = f"indices_{periode.debut}_{periode.fin}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{nom}"'}
    return await repondre(request, ("indices.csv", periode, ministere), calcul, tableur.TYPE, headers)


@router.get("/synthese", responses=reponses(SyntheseLue, 304, 422, 503))
async def lire_synthese(request: Request, periode: PeriodeDep, par: Par | None = None) -> Response:
    """Combien de démarches sont au-dessus de 7, en tout et, avec `par`, pour chaque ministère ou organisme."""
    minimum = _minimum(request)

    async def calcul(db: AsyncSession) -> Any:
        return await service.lire_synthese(db, periode, par, minimum)

    return await repondre(request, ("synthese", periode, par), calcul)
