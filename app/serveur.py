"""Runs the application under uvicorn, with the bounds that a public server needs."""

import asyncio
import os
import shutil
import socket
import tempfile
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.main import create_app
from app.settings import Settings, get_settings
from app.systeme import raison

ENTETES_MAX = 32 * 1024
LECTURE = 256 * 1024
"""What the event loop reads from a socket at once."""
ARRET = 20
"""Seconds given to requests under way when the service stops."""

_DATABASE = "_JDMA_DATABASE"
"""How the parent tells its workers where the embedded database is."""


class ProtocoleBorne(HttpToolsProtocol):
    """HTTP/1.1 whose clients must send their headers in `delai` seconds and 32 KiB: silence holds nothing open."""

    delai = 10.0
    _echeance: asyncio.TimerHandle | None = None
    _recus = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._headers_done()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._echeance is not None:  # headers are still to come
            self._recus += len(data)
            if self._recus > ENTETES_MAX + LECTURE:  # the end of a body may have come in the same piece
                self.transport.close()

    def on_message_begin(self) -> None:
        self._await_headers()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._headers_done()
        super().on_headers_complete()

    def _await_headers(self) -> None:
        if self._echeance is None:
            self._recus = 0
            self._echeance = self.loop.call_later(self.delai, self.transport.close)

    def _headers_done(self) -> None:
        if self._echeance is not None:
            self._echeance.cancel()
            self._echeance = None


def worker() -> FastAPI:
    """The application of one process; what uvicorn's workers call."""
    settings = get_settings()
    ProtocoleBorne.delai = settings.delai_entetes
    return create_app(settings, os.environ[_DATABASE])


def port_error(host: str, port: int) -> str | None:
    """Why the service cannot listen there, as a French sentence, or None."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return f"impossible d'écouter sur {host}:{port} : {raison(error)}"
    return None


def run(settings: Settings, database_url: str) -> None:
    """Serve until a signal says to stop; requests under way are answered first."""
    os.environ[_DATABASE] = database_url
    mesures: Path | None = None
    if settings.workers > 1:
        mesures = Path(tempfile.mkdtemp(prefix="jdma-mesures-"))
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(mesures)
    try:
        uvicorn.run(
            "app.serveur:worker",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            loop="uvloop",
            http=ProtocoleBorne,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=ARRET,
        )
    finally:
        if mesures is not None:
            shutil.rmtree(mesures, ignore_errors=True)
