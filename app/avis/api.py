"""`POST` and `PATCH /api/v1/avis`: read, check, one call, answer. The hot path of the service."""

import time
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, FastAPI, Header
from pydantic import BaseModel, ValidationError
from starlette.types import Receive, Scope, Send

from app.avis import mesures
from app.avis.depot import Guichet
from app.avis.jeton import JetonInvalide, Signataire
from app.avis.limites import Limites
from app.avis.questionnaire import AvisComplement, AvisDepose, read_complement, read_depose
from app.avis.refus import AvisInconnu, AvisInvalide
from app.direct import RouteDirecte, check_type, header, read_body, send_json
from app.openapi import problems
from app.problems import Probleme
from app.validation import french_errors


class Accuse(BaseModel):
    """What is answered once an avis is stored and counted."""

    id: UUID
    statut: str = "enregistre"
    jeton: str


async def deposer_avis(avis: Annotated[AvisDepose, Body()]) -> Accuse:
    """Dépose un avis. Le même envoi (même `id`, même contenu) peut être refait sans risque : il ne compte qu'une fois.

    Le corps peut aussi être envoyé comme `text/plain`. La réponse part après l'enregistrement définitif.
    """
    raise AssertionError("served by deposer_directement")


async def completer_avis(
    id: UUID,  # noqa: A002
    complement: Annotated[AvisComplement, Body()],
    authorization: Annotated[str, Header(description="`Bearer` suivi du jeton rendu au dépôt, valable une heure")],
) -> Accuse:
    """Complète un avis, étape par étape. Seules les questions données changent ; `null` retire une réponse."""
    raise AssertionError("served by completer_directement")


async def deposer_directement(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve `deposer_avis`."""
    state = scope["app"].state
    guichet: Guichet = state.guichet
    try:
        check_type(scope)
        address = scope["client"][0] if scope.get("client") else ""
        await state.limites.check_tentative(address)
        avis = parse_depose(await read_body(scope, receive, state.settings.delai_corps))
        bouton = await guichet.bouton(avis.bouton)
        await state.limites.check_depot(address, bouton[0])
        fait = await guichet.deposit(avis, bouton, origin_of(scope))
    except Probleme as problem:
        mesures.DEPOTS.labels(problem.code).inc()
        raise
    (mesures.ENREGISTRES if fait.nouveau else mesures.REJEUX).inc()
    signataire: Signataire = state.signataire
    jeton = signataire.sign(avis.id, bouton[1], fait.depose_le, time.time())
    await send_json(send, 201 if fait.nouveau else 200, accuse(avis.id, jeton))


async def completer_directement(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve `completer_avis`."""
    state = scope["app"].state
    try:
        avis, jeton, demarche_id = read_capability(scope, state.signataire)
        check_type(scope)
        limites: Limites = state.limites
        await limites.check_complement(scope["client"][0] if scope.get("client") else "")
        body = parse_complement(await read_body(scope, receive, state.settings.delai_corps))
        await state.guichet.complete(demarche_id, avis, body)
    except Probleme as problem:
        mesures.COMPLEMENTS.labels(problem.code).inc()
        raise
    mesures.COMPLEMENTS.labels("complete").inc()
    await send_json(send, 200, accuse(avis, jeton))


def parse_depose(body: bytes) -> AvisDepose:
    """The avis in a body; AvisInvalide with every error in French otherwise."""
    try:
        return read_depose(body)
    except ValidationError as error:
        raise AvisInvalide(erreurs=french_errors(error)) from None


def parse_complement(body: bytes) -> AvisComplement:
    """The completion in a body; AvisInvalide otherwise."""
    try:
        return read_complement(body)
    except ValidationError as error:
        raise AvisInvalide(erreurs=french_errors(error)) from None


def origin_of(scope: Scope) -> str | None:
    """The site that the request comes from; None when the browser names none, or when it is this service's own page."""
    origin = header(scope, b"origin")
    if origin is None or origin in scope["app"].state.origines:
        return None
    return origin.decode("latin-1").lower().replace("\x00", "")


def read_capability(scope: Scope, signataire: Signataire) -> tuple[UUID, str, int]:
    """The avis of the path, the jeton of the header and the démarche that it opens."""
    try:
        avis = UUID(scope["path_params"]["id"])
    except ValueError:
        raise AvisInconnu from None
    scheme, _, jeton = (header(scope, b"authorization") or b"").decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not jeton.isascii():
        raise JetonInvalide
    return avis, jeton, signataire.check(jeton.strip(), avis, time.time())


def accuse(avis: UUID, jeton: str) -> bytes:
    """The body of an acknowledgement: both values are plain ASCII without anything to escape."""
    return b'{"id":"%s","statut":"enregistre","jeton":"%s"}' % (str(avis).encode(), jeton.encode())


deposer_avis.direct = deposer_directement  # type: ignore[attr-defined]
completer_avis.direct = completer_directement  # type: ignore[attr-defined]

DIRECTES = {("POST", "/api/v1/avis"): deposer_directement}


def as_text(model: type[BaseModel]) -> dict[str, Any]:
    """The documentation of a body that may also come as a text that holds the JSON."""
    schema = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"$ref": f"#/components/schemas/{model.__name__}"},
    }
    return {"requestBody": {"content": {"text/plain": {"schema": schema}}}}


def add_routes(app: FastAPI) -> None:
    """Put the two routes before every other: they are the ones that bursts are made of."""
    common: dict[str, Any] = {"response_model": Accuse, "tags": ["Avis"]}
    for path, endpoint, method, options in (
        (
            "/api/v1/avis",
            deposer_avis,
            "POST",
            {
                "status_code": 201,
                "openapi_extra": as_text(AvisDepose),
                "responses": {200: {"model": Accuse, "description": "Déjà enregistré"}}
                | problems(400, 403, 404, 408, 409, 410, 413, 415, 422, 429, 503),
            },
        ),
        (
            "/api/v1/avis/{id}",
            completer_avis,
            "PATCH",
            {
                "openapi_extra": as_text(AvisComplement),
                "responses": problems(401, 404, 408, 413, 415, 422, 429, 503),
            },
        ),
    ):
        app.router.routes.append(RouteDirecte(path, endpoint, methods=[method], **common, **options))
