"""`POST` and `PATCH /api/v1/avis`: read, check, one call, answer. The hot path of the service."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Body, FastAPI, Header
from pydantic import BaseModel, Field, ValidationError
from starlette.types import Receive, Scope, Send

from app import hors_boucle
from app.avis import mesures
from app.avis.complement import prepare, retenu
from app.avis.depot import poids
from app.avis.guichet import Guichet, lieu_de
from app.avis.jeton import Droit, JetonInvalide, Signataire
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
    jeton: str | None = Field(description="ouvre le complément de l'avis ; `null` quand il ne peut plus être complété")


class Textes(BaseModel):
    """The texts that were sent, as they are stored."""

    commentaire: str | None = None
    aide_autre: str | None = None


class AccuseComplement(Accuse):
    """What is answered once a completion is stored and counted."""

    retenu: Textes | None = Field(
        None, description="présent si quelque chose a été retiré des textes envoyés : ce qui en est enregistré"
    )


async def deposer_avis(avis: Annotated[AvisDepose, Body()]) -> Accuse:
    """Dépose un avis. Le même envoi (même `id`, même contenu) peut être refait sans risque : il ne compte qu'une fois.

    Le corps peut aussi être envoyé comme `text/plain`. La réponse part après l'enregistrement définitif. Le jeton
    expire une heure après le dépôt, quoi qu'on renvoie entre-temps ; ensuite, le même envoi reçoit `"jeton": null`.
    """
    raise AssertionError("served by deposer_directement")


async def completer_avis(
    id: UUID,  # noqa: A002
    complement: Annotated[AvisComplement, Body()],
    authorization: Annotated[str, Header(description="`Bearer` suivi du jeton rendu au dépôt, valable une heure")],
) -> AccuseComplement:
    """Complète un avis, étape par étape. Seules les questions données changent ; `null` retire une réponse.

    `ordre`, s'il est donné, est plus grand pour ce qui a été dit plus tard : un complément arrivé après un plus récent
    ne change rien, et reçoit la même réponse.
    """
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
    mesures.count_depot(fait.nouveau, fait.completable)
    signataire: Signataire = state.signataire
    jeton = signataire.sign(avis.id, lieu_de(bouton), fait.depose_le) if fait.completable else None
    await send_json(send, 201 if fait.nouveau else 200, accuse(avis.id, jeton))


async def completer_directement(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve `completer_avis`."""
    state = scope["app"].state
    guichet: Guichet = state.guichet
    try:
        droit, jeton = await admit(scope, state.signataire, state.limites)
        body = parse_complement(await read_body(scope, receive, state.settings.delai_corps))
        origine = origin_of(scope)
        dit = await hors_boucle.calculer(lambda: prepare(droit, origine, body), poids(body.commentaire))
        issue = await guichet.complete(dit)
    except Probleme as problem:
        mesures.COMPLEMENTS.labels(problem.code).inc()
        raise
    mesures.COMPLEMENTS.labels(issue).inc()
    await send_json(send, 200, accuse(droit.avis, jeton, retenu(body, dit)))


async def admit(scope: Scope, signataire: Signataire, limites: Limites) -> tuple[Droit, str]:
    """What a completion may open, and its jeton. Who sends jetons that open nothing is counted apart: a flood of them
    ends, and takes nothing from the citizens who share its address.
    """
    address = scope["client"][0] if scope.get("client") else ""
    try:
        admitted = read_capability(scope, signataire)
        check_type(scope)
    except Probleme:
        await limites.check_jeton(address)
        raise
    await limites.check_complement(address)
    return admitted


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


def read_capability(scope: Scope, signataire: Signataire) -> tuple[Droit, str]:
    """What the jeton of the header opens of the avis of the path, and the jeton."""
    try:
        avis = UUID(scope["path_params"]["id"])
    except ValueError:
        raise AvisInconnu from None
    scheme, _, jeton = (header(scope, b"authorization") or b"").decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not jeton.isascii():
        raise JetonInvalide
    return signataire.check(jeton.strip(), avis), jeton.strip()


def accuse(avis: UUID, jeton: str | None, textes: dict[str, str | None] | None = None) -> bytes:
    """The body of an acknowledgement: id and jeton are plain ASCII without anything to escape."""
    end = b"null" if jeton is None else b'"%s"' % jeton.encode()
    suite = b',"retenu":' + orjson.dumps(textes) if textes else b""
    return b'{"id":"%s","statut":"enregistre","jeton":%s%s}' % (str(avis).encode(), end, suite)


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
                "responses": problems(401, 404, 408, 409, 413, 415, 422, 429, 503),
            },
        ),
    ):
        app.router.routes.append(RouteDirecte(path, endpoint, methods=[method], **common, **options))
