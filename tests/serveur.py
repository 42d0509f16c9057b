"""Runs the real command in a process of its own, on a free port, and the load that tests put on it."""

import asyncio
import base64
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx

from app.embedded_acces import SERVICE

COMMAND = [sys.executable, "-c", "from app.cli import main; main()"]
ROOT = Path(__file__).parent.parent
SECRET = "secret-de-test-de-quarante-huit-octets-au-moins!"


GRAINE = base64.b64encode(b"graine-de-test-de-trente-deux-o!").decode()
"""The key that signs, in the tests."""


def as_service(url: str) -> str:
    """The address of a database of the tests, for the service's role instead of its owner."""
    return url.replace("//postgres:@", "//postgres@").replace("//postgres@/", f"//{SERVICE}@/", 1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(**values: object) -> dict[str, str]:
    """The environment of a command: nothing of this machine's own settings, and these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JDMA_", "_JDMA"))}
    return kept | {f"JDMA_{name.upper()}": str(value) for name, value in values.items() if value is not None}


@asynccontextmanager
async def running_service(
    database_url: str | None, directory: Path, **values: object
) -> AsyncIterator[tuple[str, int]]:
    """The address and pid of `jdma serve` on this database (None: the embedded one); stopped politely at the end."""
    port = free_port()
    settings: dict[str, object] = {
        "secret_key": SECRET,
        "cle_signature": GRAINE,
        "limite_par_adresse": 0,
        "limite_par_bouton": 0,
        "journal_niveau": "warning",
    }
    if database_url is not None:
        served = database_url if "accepter_superutilisateur" in values else as_service(database_url)
        settings |= {"database_url": served, "database_url_proprietaire": database_url}
    env = environment(data_dir=directory, port=port, **(settings | values))
    with (directory / "serve.log").open("w") as log:
        process = subprocess.Popen([*COMMAND, "serve"], env=env, cwd=directory, stdout=log, stderr=log)
    try:
        await wait_ready(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


async def wait_ready(base: str, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Return once the service can serve; fails with the process, or after a minute."""
    async with asyncio.timeout(60), httpx.AsyncClient() as client:
        while process is None or process.poll() is None:
            with suppress(httpx.TransportError):
                if (await client.get(f"{base}/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.02)  # polls a process: there is nothing to wait on
    raise AssertionError("the service did not start")


@dataclass
class Load:
    """Citizens who each deposit avis one after the other, sending each again until it is acknowledged.

    `stopping` ends the load once the avis begun are acknowledged, `giving_up` at once.
    """

    base: str
    cles: list[str]
    citizens: int = 12
    acknowledged: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    stopping: bool = False
    giving_up: bool = False

    async def run(self) -> None:
        """Go on until `stopping`; every avis begun is acknowledged before the end."""
        limits = httpx.Limits(max_connections=self.citizens, max_keepalive_connections=self.citizens)
        async with httpx.AsyncClient(limits=limits, timeout=15) as client:
            await asyncio.gather(*(self._citizen(client, n) for n in range(self.citizens)))

    async def _citizen(self, client: httpx.AsyncClient, number: int) -> None:
        count = number
        while not self.stopping:
            count += 1
            avis = {"id": str(uuid4()), "bouton": self.cles[count % len(self.cles)], "note": count % 11}
            await self._deposit(client, avis)

    async def _deposit(self, client: httpx.AsyncClient, avis: dict[str, object]) -> None:
        while not self.giving_up:
            with suppress(httpx.TransportError):
                reply = await client.post(f"{self.base}/api/v1/avis", json=avis)
                if reply.status_code in {200, 201}:
                    self.acknowledged[str(avis["id"])] = str(avis["bouton"])
                    return
                assert reply.status_code == 503, reply.text
                assert int(reply.headers["retry-after"]) >= 1
            self.refused += 1
            await asyncio.sleep(0.02)  # a client's own patience between two tries

    async def until(self, count: int) -> None:
        """Return once `count` more avis have been acknowledged; fails when a minute passes without any: slow is not
        stuck.
        """
        goal = len(self.acknowledged) + count
        while (before := len(self.acknowledged)) < goal:
            async with asyncio.timeout(60):
                while len(self.acknowledged) == before:
                    await asyncio.sleep(0.01)  # progress of other tasks: there is nothing to wait on
