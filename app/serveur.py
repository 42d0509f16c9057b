"""Runs the application under uvicorn, with the bounds that a public server needs."""

import os
import resource
import shutil
import socket
import tempfile
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import multiprocess

from app.main import create_app
from app.ops import repetitions
from app.ops.connexions import Connexions
from app.ops.protocole import ProtocoleBorne
from app.settings import Settings, get_settings
from app.systeme import raison

ARRET = 20
"""Seconds given to requests under way when the service stops."""

FICHIERS = 200
"""Open files that a process needs besides its clients' connections."""
FICHIERS_MAX = 65_536

_DATABASE = "_JDMA_DATABASE"
"""How the parent tells its workers where the embedded database is."""


class Ouvrier(multiprocess.Process):
    """A worker process whose death the supervisor sees at once, also while it waits for an answer from it: what the
    parent keeps of the child's end of their pipe would hide that nobody holds the other end any more.
    """

    def start(self) -> None:
        """Start the process, and leave it the only holder of its end."""
        super().start()
        self.child_conn.close()


def worker() -> FastAPI:
    """The application of one process; what uvicorn's workers call."""
    settings = get_settings()
    ProtocoleBorne.delai = settings.delai_entetes
    ProtocoleBorne.delai_lecture = 3 * settings.delai_entetes
    ProtocoleBorne.connexions = places(settings)
    return create_app(settings, os.environ[_DATABASE])


def places(settings: Settings) -> Connexions:
    """The connections that a process accepts: as many as set, and as its limit of open files allows."""
    fichiers, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if fichiers == resource.RLIM_INFINITY:
        fichiers = FICHIERS_MAX
    en_tout = max(10, min(settings.clients_max, fichiers - FICHIERS))
    par_adresse = min(settings.clients_par_adresse, en_tout // 2)
    return Connexions(en_tout, par_adresse, settings.proxys_de_confiance, dire_fermeture)


def dire_fermeture(borne: str) -> None:
    """A connection had to leave: its address is never said."""
    repetitions.noter("connexions_au_plafond", {"borne": borne}, cle=(borne,))


def raise_file_limit() -> None:
    """Open files up to what the system allows: 1 024, the usual soft limit, is soon reached by idle connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wished = FICHIERS_MAX if hard == resource.RLIM_INFINITY else min(hard, FICHIERS_MAX)
    if soft != resource.RLIM_INFINITY and soft < wished:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wished, hard))


def port_error(host: str, port: int) -> str | None:
    """Why the service cannot listen there, as a French sentence, or None."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (socket.gaierror, UnicodeError):
        return f"impossible d'écouter sur {host}:{port} : aucune machine n'a ce nom"
    except OSError as error:
        return f"impossible d'écouter sur {host}:{port} : {raison(error)}"
    return None


def run(settings: Settings, database_url: str) -> None:
    """Serve until a signal says to stop; requests under way are answered first."""
    os.environ[_DATABASE] = database_url
    multiprocess.Process = Ouvrier  # type: ignore[misc]  # uvicorn has no setting for it
    raise_file_limit()
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
            timeout_worker_healthcheck=60,  # a worker that a busy machine starts slowly is not a dead one
        )
    finally:
        if mesures is not None:
            shutil.rmtree(mesures, ignore_errors=True)
