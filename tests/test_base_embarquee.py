"""The embedded database has several users at once: a command while the service runs; the last one out stops it.

A service starts it again when it dies."""

import asyncio
import os
import signal
import subprocess
import sys
from uuid import uuid4

import asyncpg
import httpx
import pytest

from app import embedded
from tests.conftest import execute, reachable_directory
from tests.serveur import ROOT, running_service

SECOND = """
import sys
from pathlib import Path
from app import embedded
with embedded.running(Path(sys.argv[1])) as url:
    print(url)
"""


async def test_a_second_command_enters_while_the_first_goes_on_and_leaves_the_database_to_it():
    with reachable_directory() as directory:
        with embedded.running(directory) as url:
            command = [sys.executable, "-c", SECOND, str(directory)]
            second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
            assert second.stdout.strip() == url
            connection = await asyncpg.connect(url)
            assert await connection.fetchval("SELECT 1") == 1
            await connection.close()
        with pytest.raises((ConnectionError, FileNotFoundError)):
            await asyncpg.connect(url)


async def test_a_service_starts_its_database_again_and_loses_nothing():
    with reachable_directory() as directory:
        async with running_service(None, directory) as (base, _), httpx.AsyncClient(timeout=30) as client:
            pgdata = directory / "postgres"
            url = embedded.start(pgdata)  # it runs: this only says where
            await execute(
                url,
                "INSERT INTO demarche (slug, titre, titre_recherche, en_ligne) VALUES ('une', 'Une', 'une', true);"
                "INSERT INTO bouton (demarche_id, cle, nom) SELECT id, 'cle', 'B' FROM demarche;",
            )
            deposited = []
            for number, end in enumerate((None, signal.SIGQUIT, signal.SIGKILL)):
                async with asyncio.timeout(60):
                    if end is not None:
                        os.kill(int((pgdata / "postmaster.pid").read_text().split()[0]), end)
                    while (directory / "serve.log").read_text().count("base_relancee") < number:
                        await asyncio.sleep(0.05)  # another process: there is nothing to wait on
                    deposited.append({"id": str(uuid4()), "bouton": "cle", "note": 8})
                    while (reply := await client.post(f"{base}/api/v1/avis", json=deposited[-1])).status_code == 503:
                        await asyncio.sleep(0.05)  # a client's own patience between two tries
                assert reply.status_code in {200, 201}
            connection = await asyncpg.connect(url)
            rows = await connection.fetch("SELECT id::text FROM avis")
            await connection.close()
            assert {row["id"] for row in rows} == {avis["id"] for avis in deposited}
        assert not (pgdata / "postmaster.pid").exists()
