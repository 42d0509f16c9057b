"""`/healthz` (the process is alive), `/readyz` (it can serve), `/metrics` (Prometheus)."""

import asyncio
import hmac
import os
from contextlib import suppress
from ipaddress import ip_address

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest, multiprocess
from pydantic import BaseModel, SecretStr

from app import migrations
from app.database import AWAY, ask
from app.openapi import problems
from app.problems import Indisponible, Probleme

router = APIRouter(tags=["Exploitation"])

RELAIS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""What proxies add to a request."""

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


class MesuresReservees(Probleme):
    status, code, titre = 403, "mesures_reservees", "Mesures réservées"
    detail = "Sans clé, les mesures ne se lisent que depuis la machine du service : voir JDMA_METRIQUES_CLE."


class CleDeMesures(Probleme):
    status, code, titre = 401, "cle_invalide", "Clé absente ou non valide"
    detail = "Les mesures demandent une clé (en-tête Authorization : Bearer)."


def check_reader(request: Request) -> None:
    """Raise unless the key of measures is given or, when none is set, somebody on this very machine asks.

    A request that a proxy passed on comes from elsewhere, wherever the proxy is.
    """
    cle: SecretStr | None = request.app.state.settings.metriques_cle
    if cle is not None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode(), cle.get_secret_value().encode())
        if scheme.lower() != "bearer" or not right:
            raise CleDeMesures(headers={"WWW-Authenticate": "Bearer"})
        return
    if any(name in request.headers for name in RELAIS) or not _is_local(request.client.host if request.client else ""):
        raise MesuresReservees


def _is_local(adresse: str) -> bool:
    try:
        ip = ip_address(adresse)
    except ValueError:
        return False
    return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback


@router.get("/metrics", include_in_schema=False)
async def mesures(request: Request) -> Response:
    """Les mesures de tous les processus du service."""
    check_reader(request)
    for file in request.app.state.guichet.files:
        FILE.labels(file.nom).set(len(file))
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_LATEST)
