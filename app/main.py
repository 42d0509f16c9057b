"""The service as an ASGI application: what it is made of, and what starts and stops with it."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app import migrations
from app.avis import api as avis
from app.avis.guichet import Guichet
from app.avis.jeton import signataire
from app.avis.limites import Limites
from app.compat import api as compat
from app.conditionnel import Cache
from app.database import make_engine
from app.demarches import api as demarches
from app.demarches.resolution import AncienneAdresse, rediriger
from app.indices import api as indices
from app.observatoire import api as observatoire
from app.observatoire.classement import api as classement
from app.observatoire.donnees import api as donnees
from app.observatoire.donnees.signature import ouvrir_sceau
from app.observatoire.editions import api as editions
from app.observatoire.engagements import api as engagements
from app.openapi import ProblemeDocument
from app.ops import documentation, journal, repetitions, sante
from app.ops.couche import Couche
from app.ops.hotes import Hotes, origines_propres
from app.pages import formulaire
from app.pages.formulaire_fiche import Fiches
from app.problems import (
    MEDIA_TYPE,
    CorpsTropGrand,
    Introuvable,
    Invalide,
    MethodeRefusee,
    Probleme,
    RequeteMalFormee,
    problem_body,
    render,
)
from app.settings import Settings, get_settings, read_previous_secret_key, read_secret_key
from app.site import refus, rendu, textes
from app.site import routes as site
from app.validation import french_message

DESCRIPTION = """Recueille les avis des citoyens sur les démarches en ligne et donne leurs indices de satisfaction,
exacts à tout instant.

Les lectures sont publiques ; les refus suivent la RFC 9457 (`application/problem+json`, avec un `code` stable)."""


def create_app(settings: Settings | None = None, database_url: str | None = None) -> FastAPI:
    """The application for these settings; `database_url` names the database when it is the embedded one."""
    settings = settings or get_settings()
    url = database_url or settings.database_url
    if url is None:
        raise ValueError("aucune base : lancez le service avec « jdma serve », ou définissez JDMA_DATABASE_URL")
    app = FastAPI(
        title="Je donne mon avis",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    prepare_state(app, settings, url)
    avis.add_routes(app)
    for router in routers():
        app.include_router(router)
    add_error_handlers(app)
    app.add_middleware(Couche, hotes=Hotes(settings), directes=avis.DIRECTES)
    if settings.proxys_de_confiance:
        trusted = [str(network) for network in settings.proxys_de_confiance]
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=trusted)
    app.openapi = document(app)  # type: ignore[method-assign]
    return app


def routers() -> list[Any]:
    """Every feature's routes."""
    publie = [observatoire.router, editions.router, donnees.router, engagements.router, classement.router]
    api = [demarches.router, indices.router, *publie, sante.router, documentation.router]
    pages = [site.router, formulaire.router]
    return [*api, compat.router, *pages]


def prepare_state(app: FastAPI, settings: Settings, url: str) -> None:
    """What requests find on `app.state`; nothing here connects yet."""
    app.state.settings = settings
    app.state.origines = origines_propres(settings)
    app.state.sceau = ouvrir_sceau(settings)
    secret, precedent = read_secret_key(settings), read_previous_secret_key(settings)
    app.state.engine = make_engine(url, settings.connexions)
    app.state.revision = migrations.head()
    app.state.reponses = Cache(app.state.engine)
    app.state.fiches = Fiches(app.state.engine)
    app.state.guichet = Guichet(app.state.engine, settings)
    app.state.signataire = signataire(secret, *([precedent] if precedent else []))
    app.state.limites = Limites(settings, secret)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start to write; at the end, commit and answer what was accepted before the connections close."""
    settings: Settings = app.state.settings
    journal.configure(settings.journal_niveau, settings.journal_format)
    textes.avertir(settings)
    app.state.guichet.start()
    asyncio.get_running_loop().run_in_executor(None, rendu.preparer, settings.officiel)  # deposits need not wait for it
    gc.collect()
    gc.freeze()  # what exists by now stays: the collector need not walk through it during requests
    gc.set_threshold(50_000, 20, 20)  # a survey makes tens of thousands of objects that all live until it is answered
    try:
        yield
    finally:
        await app.state.guichet.stop()
        await app.state.reponses.marqueurs.stop()
        await app.state.engine.dispose()
        repetitions.dire_tout()


async def answer_problem(request: Request, problem: Exception) -> Response:
    """Any refusal as problem+json."""
    assert isinstance(problem, Probleme)
    if refus.wants_page(request):
        return refus.refusal(request, problem)
    return Response(render(problem.body()), problem.status, problem.headers, MEDIA_TYPE)


async def answer_moved(request: Request, moved: Exception) -> Response:
    """The slug of a démarche has changed: the same address under the one of today."""
    assert isinstance(moved, AncienneAdresse)
    return rediriger(request, moved)


async def answer_http_error(request: Request, error: Exception) -> Response:
    """The framework's own refusals (404, 405, bad form, …) in the same shape."""
    assert isinstance(error, HTTPException)
    known: dict[int, type[Probleme]] = {404: Introuvable, 405: MethodeRefusee, 413: CorpsTropGrand}
    if error.status_code in known:
        problem = known[error.status_code](headers=dict(error.headers or {}))
        return await answer_problem(request, problem)
    body = problem_body(error.status_code, RequeteMalFormee.code, RequeteMalFormee.titre, RequeteMalFormee.detail)
    return Response(render(body), error.status_code, error.headers, MEDIA_TYPE)


async def answer_invalid(request: Request, error: Exception) -> Response:
    """A parameter that does not fit its type, in French."""
    assert isinstance(error, RequestValidationError)
    erreurs = [{"champ": str(e["loc"][-1])[:60], "message": french_message(e)} for e in error.errors()[:20]]
    return await answer_problem(request, Invalide(erreurs=erreurs))


def add_error_handlers(app: FastAPI) -> None:
    """One renderer for every refusal."""
    app.add_exception_handler(Probleme, answer_problem)
    app.add_exception_handler(AncienneAdresse, answer_moved)
    app.add_exception_handler(HTTPException, answer_http_error)
    app.add_exception_handler(RequestValidationError, answer_invalid)


def document(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The OpenAPI document: FastAPI's, plus the shape of a refusal."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            components = schema.setdefault("components", {}).setdefault("schemas", {})
            probleme = ProblemeDocument.model_json_schema(ref_template="#/components/schemas/{model}")
            components |= probleme.pop("$defs") | {"Probleme": probleme}
            for name in ("HTTPValidationError", "ValidationError"):
                components.pop(name, None)
            app.openapi_schema = schema
        return app.openapi_schema

    return openapi
