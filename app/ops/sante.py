"""`/healthz` (the process is alive), `/readyz` (it can serve), `/metrics` (Prometheus)."""

import asyncio
import os
from contextlib import suppress

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest, multiprocess
from pydantic import BaseModel

from app import migrations
from app.database import AWAY, ask
from app.openapi import problems
from app.problems import Indisponible

router = APIRouter(tags=["Exploitation"])

FILE = Gauge("jdma_file_profondeur", "Éléments en attente d'écriture.", ["file"], multiprocess_mode="livesum")


class Sante(BaseModel):
    """L'état du service."""

    statut: str


@router.get("/healthz")
async def vivant() -> Sante:
    """Le processus répond ; ne regarde rien d'autre."""
    return Sante(statut="vivant")


@router.get("/readyz", responses=problems(503))
async def pret(request: Request) -> Sante:
    """Le service peut servir : la base répond et ses migrations sont appliquées."""
    revision = None
    with suppress(*AWAY):
        async with asyncio.timeout(2):
            revision = await ask(request.app.state.engine, migrations.current)
    if revision is None:
        raise Indisponible("La base de données ne répond pas, ou elle est vide.")
    if revision != request.app.state.revision:
        raise Indisponible(f"La base est à la révision {revision}, le service attend {request.app.state.revision}.")
    return Sante(statut="pret")


@router.get("/metrics", include_in_schema=False)
async def mesures(request: Request) -> Response:
    """Les mesures de tous les processus du service."""
    for file in request.app.state.guichet.files:
        FILE.labels(file.nom).set(len(file))
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
