"""The embedded database has several users at once: a command while the service runs; the last one out stops it."""

import subprocess
import sys

import asyncpg
import pytest

from app import embedded
from tests.conftest import reachable_directory
from tests.serveur import ROOT

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
