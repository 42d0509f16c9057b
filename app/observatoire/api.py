"""The live indicateurs: their definitions, syntheses, evolution, and what they say of a démarche. Public, cacheable."""

import datetime as dt
from collections.abc import Collection
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, WithJsonSchema
from sqlalchemy.ext.asyncio import AsyncSession

from app.conditionnel import repondre
from app.demarches.parametres import Slug, Texte, parmi
from app.indices.parametres import AujourdHui, PeriodeDep
from app.indices.service import Par
from app.observatoire import service, suivi
from app.observatoire.engagements.echeances import lire_date
from app.observatoire.indicateurs import PAR_CLE
from app.observatoire.releve import TOUS, Perimetre
from app.observatoire.schemas import CroisementLu, IndicateursDeLaDemarche, Observatoire, PageRetards, Registre, Suivi
from app.observatoire.service import CROISABLES
from app.observatoire.suivi import LIMITE, LIMITE_AU_PLUS, SUIVIS, PasSuivi
from app.openapi import problems

router = APIRouter(prefix="/api/v1", tags=["Indicateurs"])


def _enum(cles: Collection[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(cles)})


Cles = Annotated[
    list[Annotated[str, _enum(PAR_CLE)]],
    AfterValidator(lambda cles: [parmi(PAR_CLE)(cle) for cle in cles]),
    Query(description="les seuls indicateurs voulus (répétable) ; tous par défaut"),
]
CleSuivie = Annotated[
    Annotated[str, AfterValidator(parmi(SUIVIS)), _enum(SUIVIS)],
    Query(description="les autres sont des moyennes sur une période : voir `/observatoire`"),
]
CleCroisable = Annotated[
    Annotated[str, AfterValidator(parmi(CROISABLES)), _enum(CROISABLES)],
    Query(description="le critère avec lequel croiser la satisfaction"),
]
EnPerimetre = Annotated[
    Perimetre, Query(description="`top_250` : les démarches de la liste suivie par l'observatoire, au jour dit")
]
_Date = Annotated[
    str, AfterValidator(lire_date), WithJsonSchema({"type": "string", "format": "date", "examples": ["2020-06-30"]})
]
Echeance = Annotated[_Date, Query(description="dernier jour pour être prêt (AAAA-MM-JJ) ; en retard le lendemain")]
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


@router.get("/indicateurs", responses=reponses(Registre, 304, 503))
async def lister_indicateurs(request: Request) -> Response:
    """Les indicateurs : ce que chacun mesure, quand il est atteint, ses seuils."""

    async def calcul(_db: AsyncSession) -> Any:
        return {"elements": service.registre()}

    return await repondre(request, ("indicateurs",), calcul)


@router.get("/observatoire", responses=reponses(Observatoire, 304, 422, 503))
async def lire_observatoire(
    request: Request,
    periode: PeriodeDep,
    jour: AujourdHui,
    perimetre: EnPerimetre = "toutes",
    par: Par | None = None,
    indicateur: Cles = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Le bilan de chaque indicateur au dernier jour de la période (aujourd'hui s'il est à venir) : numérateur,
    dénominateur, reste, cibles."""
    minimum, cles = _minimum(request), frozenset(indicateur) or TOUS

    async def calcul(db: AsyncSession) -> Any:
        return await service.lire_bilans(db, periode, minimum, perimetre, par, cles, jour)

    return await repondre(request, ("observatoire", periode, perimetre, par, cles, jour), calcul)


@router.get("/demarches/{slug}/indicateurs", responses=reponses(IndicateursDeLaDemarche, 304, 308, 404, 422, 503))
async def lire_indicateurs_de_la_demarche(
    request: Request, slug: Slug, periode: PeriodeDep, jour: AujourdHui
) -> Response:
    """Ce que chaque indicateur dit d'une démarche au dernier jour de la période (aujourd'hui s'il est à venir), et les
    faits connus ce jour-là."""
    minimum = _minimum(request)

    async def calcul(db: AsyncSession) -> Any:
        return await service.lire_demarche(db, slug, periode, minimum, jour)

    return await repondre(request, ("demarche/indicateurs", slug, periode, jour), calcul)


@router.get("/suivi", responses=reponses(Suivi, 304, 422, 503))
async def lire_suivi(
    request: Request,
    periode: PeriodeDep,
    jour: AujourdHui,
    indicateur: CleSuivie,
    pas: PasSuivi = "mois",
    perimetre: EnPerimetre = "toutes",
    par: Par | None = None,
    echeance: Echeance | None = None,
) -> Response:
    """Un indicateur à la fin de chaque mois, trimestre ou année de la période, jusqu'à aujourd'hui."""
    return await _suivre(request, indicateur, periode, jour, pas, perimetre, par, echeance)


@router.get("/deploiement", responses=reponses(Suivi, 304, 422, 503))
async def lire_deploiement(
    request: Request,
    periode: PeriodeDep,
    jour: AujourdHui,
    pas: PasSuivi = "mois",
    perimetre: EnPerimetre = "toutes",
    par: Par | None = None,
    echeance: Echeance | None = None,
) -> Response:
    """Le déploiement du bouton à la fin de chaque étape : `atteints` l'ont, parmi les `publies` (en ligne, non
    exemptées) ; `exempte` et `sans_objet` (hors ligne) sont laissées de côté. Comme `/suivi?indicateur=bouton`.
    """
    return await _suivre(request, "bouton", periode, jour, pas, perimetre, par, echeance)


async def _suivre(request: Request, cle: str, periode: Any, jour: dt.date, *criteres: Any) -> Response:
    pas, perimetre, par, echeance = criteres

    async def calcul(db: AsyncSession) -> Any:
        return await suivi.lire(db, cle, periode, pas, perimetre, par, jour, echeance)

    return await repondre(request, ("suivi", cle, periode, jour, *criteres), calcul)


@router.get("/retards", responses=reponses(PageRetards, 304, 422, 503))
async def lister_retards(
    request: Request,
    aujourd_hui: AujourdHui,
    echeance: Echeance,
    indicateur: CleSuivie = "bouton",
    jour: Annotated[_Date | None, Query(description="jour où l'on regarde ; aujourd'hui par défaut")] = None,
    perimetre: EnPerimetre = "toutes",
    ministere: Ministere = None,
    limite: Limite = LIMITE,
    curseur: Curseur = None,
) -> Response:
    """Les démarches qui n'ont pas atteint un critère après une échéance (par défaut, le bouton), et depuis quand."""
    quand: Any = jour or aujourd_hui
    criteres: Any = (indicateur, echeance, min(quand, aujourd_hui), perimetre, ministere, curseur, limite)

    async def calcul(db: AsyncSession) -> Any:
        return await suivi.lire_retards(db, *criteres)

    return await repondre(request, ("retards", *criteres), calcul)


@router.get("/croisement", responses=reponses(CroisementLu, 304, 422, 503))
async def lire_croisement(
    request: Request,
    periode: PeriodeDep,
    jour: AujourdHui,
    indicateur: CleCroisable = "accessibilite",
    perimetre: EnPerimetre = "toutes",
) -> Response:
    """La satisfaction des démarches qui atteignent un critère, comparée à celle des autres, avec n et intervalles."""
    minimum = _minimum(request)

    async def calcul(db: AsyncSession) -> Any:
        return await service.lire_croisement(db, periode, minimum, perimetre, indicateur, jour)

    return await repondre(request, ("croisement", periode, indicateur, perimetre, jour), calcul)
