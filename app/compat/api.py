"""The addresses and the shapes of the national "Je donne mon avis", for those who already read it."""

import asyncio
from contextlib import suppress
from typing import Any, Final, TypeVar

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.compat import schemas, service, sql
from app.compat.demande import DemandeInvalide, lire_demande
from app.compat.refus import RequeteRefusee
from app.compat.service import DemandeIntrouvable
from app.compat.statistiques import statistiques
from app.conditionnel import JSON, photographie, repondre
from app.database import AWAY, Db, ask
from app.direct import read_body
from app.equipes.acces import PorteeDep
from app.indices.parametres import AujourdHui
from app.openapi import problems
from app.validation import french_errors

router = APIRouter(prefix="/api", tags=["Compatibilité avec le service national"])

_PATIENCE: Final = 10.0
"""Seconds for a body to arrive."""
_CODES_TRPC: Final = {400: (-32600, "BAD_REQUEST"), 404: (-32004, "NOT_FOUND")}
Corps = TypeVar("Corps", bound=BaseModel)


def corps(modele: type[BaseModel], exemple: dict[str, Any]) -> dict[str, Any]:
    """The documentation of a body that is read by hand, since its refusals are 400 here."""
    schema = modele.model_json_schema() | {"example": exemple}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


async def lire_corps(request: Request, modele: type[Corps]) -> Corps:
    """The body, whatever type it is announced as. Raises RequeteRefusee, CorpsTropGrand, CorpsIncomplet."""
    try:
        return modele.model_validate_json(await read_body(request.scope, request.receive, _PATIENCE))
    except ValidationError as error:
        erreurs = french_errors(error)
        clair = " ; ".join(f"{erreur['champ']} : {erreur['message']}" for erreur in erreurs)
        raise RequeteRefusee(f"La requête n'est pas valide ({clair}).", erreurs=erreurs) from None


def refuser(status: int, message: str) -> Response:
    """A refusal as the collector reads it."""
    code, nom = _CODES_TRPC[status]
    data = {"code": nom, "httpStatus": status, "path": "answer.getObservatoireStats"}
    body = {"error": {"json": {"message": message, "code": code, "data": data}}}
    return Response(orjson.dumps(body), status, media_type=JSON)


_INPUT = {
    "name": "input",
    "in": "query",
    "required": True,
    "description": "JSON : `product_id` (`jdma:`, ou `xwiki:` avec `isXWiki`), `form_id` (un bouton, sinon tous), "
    "`start_date` et `end_date` (millisecondes : du jour de Paris de `start_date` + 12 h à celui d'`end_date` − 12 h)",
    "schema": {"type": "string"},
    "example": '{"json":{"product_id":1006,"form_id":null,"start_date":"1735686000000","end_date":"1767221999999"}}',
}
_REFUS: dict[int | str, dict[str, Any]] = {
    400: {"model": schemas.ErreurObservatoire, "description": "Requête mal formée"},
    404: {"model": schemas.ErreurObservatoire, "description": "Démarche ou formulaire inconnu"},
}


@router.get(
    "/trpc/answer.getObservatoireStats",
    responses={200: {"model": schemas.ReponseObservatoire}, **_REFUS, **problems(304, 503)},
    openapi_extra={"parameters": [_INPUT]},
)
async def lire_observatoire(request: Request, jour: AujourdHui) -> Response:
    """Les notes d'une démarche sur une période, pour le collecteur de l'observatoire."""
    try:
        demande = lire_demande(request.query_params.get("input"), jour)

        async def calcul(db: AsyncSession) -> Any:
            return await service.observatoire(db, demande)

        return await repondre(request, ("observatoire", demande), calcul)
    except DemandeInvalide as invalide:
        return refuser(400, str(invalide))
    except DemandeIntrouvable as introuvable:
        return refuser(404, str(introuvable))


@router.get(
    "/open-api/health", response_model=schemas.Etat, responses={503: {"model": schemas.Etat, "description": "Panne"}}
)
async def lire_etat(request: Request) -> Response:
    """L'état du service ; 503 quand la base ne répond pas."""
    etat = "down"
    with suppress(*AWAY):
        async with asyncio.timeout(2):
            await ask(request.app.state.engine, sql.toucher)
            etat = "ok"
    body = {"status": "ok" if etat == "ok" else "degraded", "database": etat, "elk": etat}
    return Response(orjson.dumps(body), 200 if etat == "ok" else 503, media_type=JSON)


@router.get("/open-api/services", responses={200: {"model": schemas.ListeServices}, **problems(401, 503)})
async def lire_services(portee: PorteeDep, db: Db) -> Response:
    """Les démarches que la clé ouvre, avec leurs boutons."""
    return prive(await service.services(db, portee))


@router.post(
    "/open-api/statistiques",
    responses={200: {"model": schemas.Statistiques}, **problems(400, 401, 403, 408, 413, 503)},
    openapi_extra=corps(schemas.DemandeStatistiques, {"start_date": "2026-01-01", "end_date": "2026-03-31"}),
)
async def lire_statistiques(request: Request, portee: PorteeDep, jour: AujourdHui) -> Response:
    """Les nombres bruts de réponses, par démarche, bouton et intervalle ; autant de démarches qu'on veut."""
    demande = await lire_corps(request, schemas.DemandeStatistiques)
    async with photographie(request.app.state.engine) as (db, _):
        return prive(await statistiques(db, portee, demande, jour))


@router.post(
    "/open-api/setTop250",
    responses={200: {"model": schemas.ReponseTop250}, **problems(400, 401, 403, 408, 413, 503)},
    openapi_extra=corps(schemas.DemandeTop250, {"form_ids": [12, 34]}),
)
async def fixer_top_250(request: Request, portee: PorteeDep, db: Db) -> Response:
    """Remplace la liste des 250 démarches les plus utilisées ; réservé aux administrateurs."""
    demande = await lire_corps(request, schemas.DemandeTop250)
    if demande.form_ids is not None:
        return prive(await service.fixer_top_250(db, portee, "form_ids", demande.form_ids))
    if demande.product_ids is None:
        raise RequeteRefusee("form_ids : la nouvelle liste est attendue.")
    return prive(await service.fixer_top_250(db, portee, "product_ids", demande.product_ids))


def prive(contenu: Any) -> Response:
    """An answer that depends on the key: no cache between may keep it."""
    return Response(orjson.dumps(contenu), headers={"Cache-Control": "no-store"}, media_type=JSON)
