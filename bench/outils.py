"""A durable PostgreSQL, the service in a process of its own, and clocks for both."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import asyncpg
import psutil

from app import embedded, embedded_acces, migrations
from app.database import make_engine
from app.roles.service import Role

HERE = Path(__file__).parent
RUN = """
import sys, uvicorn
from app.serveur import ProtocoleBorne
uvicorn.run("bench.application:worker", factory=True, port=int(sys.argv[1]), loop="uvloop", http=ProtocoleBorne,
            ws="none", log_config=None, access_log=False, proxy_headers=False, server_header=False)
"""


@contextmanager
def database() -> Iterator[str]:
    """A migrated database on a server of its own, as durable as PostgreSQL comes (fsync, synchronous_commit)."""
    directory = Path(tempfile.mkdtemp(prefix="jdma-bench-"))
    pgdata = directory / "postgres"
    directory.chmod(0o755)
    url = embedded.start(pgdata)
    try:
        asyncio.run(_migrate(url))
        yield url
    finally:
        embedded.stop(pgdata, "immediate")
        shutil.rmtree(directory, ignore_errors=True)


async def _migrate(url: str) -> None:
    engine = make_engine(url)
    await migrations.migrate(engine, Role(embedded_acces.SERVICE))
    await engine.dispose()


def sql(url: str, *statements: str) -> list[asyncpg.Record]:
    """Run statements; the rows of the last one."""

    async def run() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetch(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(run())


def make_demarches(url: str, count: int) -> list[str]:
    """This many démarches with a bouton each; the keys of the boutons."""
    return [
        row["cle"]
        for row in sql(
            url,
            "WITH d AS (INSERT INTO demarche (slug, titre, titre_recherche, en_ligne) "
            f"SELECT 'bench-' || g, 'Démarche ' || g, 'demarche ' || g, true FROM generate_series(1, {count}) g "
            "RETURNING id) INSERT INTO bouton (demarche_id, cle, nom) SELECT id, 'b' || id, 'B' FROM d RETURNING cle",
        )
    ]


@contextmanager
def service(url: str, port: int = 8917, **settings: object) -> Iterator[tuple[str, psutil.Process]]:
    """The service with one worker on this database, without limits of rate unless `settings` say otherwise: its address
    and its process.
    """
    env = {k: v for k, v in os.environ.items() if not k.startswith("JDMA_")}
    env |= {"JDMA_SECRET_KEY": "bench" * 8, "JDMA_LIMITE_PAR_ADRESSE": "0", "JDMA_LIMITE_PAR_BOUTON": "0"}
    env |= {"JDMA_LIMITE_LECTURES": "0"}
    served = embedded.service_address(url)
    env |= {"_JDMA_DATABASE": served, "JDMA_DATABASE_URL": served, "JDMA_JOURNAL_NIVEAU": "warning"}
    env |= {f"JDMA_{name.upper()}": str(value) for name, value in settings.items()}
    process = subprocess.Popen([sys.executable, "-c", RUN, str(port)], env=env, cwd=HERE.parent)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urlopen(f"{base}/readyz", timeout=2).close()
                break
            except OSError:
                time.sleep(0.05)
        yield base, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def cpu_seconds(server: psutil.Process) -> float:
    """CPU spent so far by the service and by every PostgreSQL process of this benchmark."""
    processes = [server, *(p for p in psutil.process_iter(["name"]) if p.info["name"] == "postgres")]
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
        if process is not server:  # the postmaster also holds what its ended children spent
            total += times.children_user + times.children_system
    return total


def wrk(url: str, cles: list[str], seconds: int = 6, connections: int = 32) -> float:
    """Requests per second with every connection kept busy; wrk when it is installed, else the Python generator."""
    if shutil.which("wrk") is None:
        return charge(url, cles, seconds)["rate"]
    script = str(HERE / "depot.lua")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "-s", script, url, "--", *cles]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in out, out
    return float(re.findall(r"Requests/sec:\s+([\d.]+)", out)[0])


def charge(url: str, cles: list[str], seconds: float, rate: float | None = None, *more: str) -> dict[str, float]:
    """The Python generator in its own process; see bench/charge.py."""
    command = [sys.executable, "-m", "bench.charge", url, *cles, "--seconds", str(seconds), *more]
    command += ["--rate", str(rate)] if rate else []
    out = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parent).stdout
    result: dict[str, float] = json.loads(out)
    assert not result["errors"], result
    return result


def generator() -> str:
    """What makes the load, for the report."""
    return "wrk" if shutil.which("wrk") else "python -m bench.charge"


def report(what: str, value: float, reach: str, ok: bool | None, detail: str) -> None:
    """One line of the table; `ok` None: no figure was set to reach."""
    reached = {True: "yes", False: "NO", None: "–"}[ok]
    print(f"| {what} | {value:.2f} | {reach} | {reached} | {detail} |", flush=True)
