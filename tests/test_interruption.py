"""Ctrl-C or SIGTERM on long work: it says how far it went, what is kept, and the next run does the rest."""

import asyncio
import signal
import subprocess

import asyncpg
import pytest

from tests.serveur import COMMAND, environment
from tests.test_import_avis import row, text_of
from tests.test_import_tableurs import IMPORTS, table

CONTINUE, RECOMMENCE, RECOMPTE = "elle continue", "rien n'est enregistré", "elle recompte tout"
LONGS = {
    "verify": ("compte", RECOMPTE),
    "rebuild": ("compte", CONTINUE),
    "remasquer": ("avis", CONTINUE),
    "import-avis": ("avis", CONTINUE),
    "import-demarches": ("demarche", CONTINUE),
    "import-faits": ("fait", RECOMMENCE),
    "import-exemptions": ("exemption", RECOMMENCE),
    "import-engagements": ("engagement", RECOMMENCE),
}


async def waits(sql, process):
    """Return once the command waits for a lock."""
    async with asyncio.timeout(60):
        while process.poll() is None:
            if await sql.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            ):
                return
            await asyncio.sleep(0.02)  # polls a process: there is nothing to wait on
    raise AssertionError(process.communicate())


@pytest.mark.parametrize("command", LONGS)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_long_work_that_is_interrupted_says_how_far_it_went(
    database_url, bouton, sql, tmp_path, command, number, code
):
    locked, suite = LONGS[command]
    name = command.removeprefix("import-")
    arguments = [command]
    if name in IMPORTS:
        (tmp_path / "f.csv").write_bytes(
            table(
                [
                    IMPORTS[name].row | {"demarche": bouton.slug}
                    if "demarche" in IMPORTS[name].row
                    else IMPORTS[name].row
                ]
            )
        )
        arguments.append("f.csv")
    env = environment(database_url=database_url, secret_key="k" * 32)
    holder = await asyncpg.connect(database_url)
    try:
        await holder.execute(f"BEGIN; LOCK TABLE {locked} IN ACCESS EXCLUSIVE MODE")
        process = subprocess.Popen(
            [*COMMAND, *arguments], cwd=tmp_path, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        await waits(sql, process)
        process.send_signal(number)
        out, err = await asyncio.to_thread(process.communicate, timeout=60)
    finally:
        await holder.close()
    assert (process.returncode, out) == (code, "")
    assert err.startswith("jdma : interrompu après 0 ")
    assert suite in err
    assert "relancez la même commande" in err
    assert len(err.splitlines()) == 1
    assert {path.name for path in tmp_path.iterdir()} <= {"f.csv"}
    again = subprocess.run([*COMMAND, *arguments], cwd=tmp_path, env=env, capture_output=True, check=False)
    assert (again.returncode, again.stderr) == (0, b"")


async def test_an_import_that_is_interrupted_counts_what_it_stored_and_goes_on_there(
    database_url, bouton, sql, recount, tmp_path
):
    env = environment(database_url=database_url, secret_key="k" * 32)
    lines = text_of([row() for _ in range(45_000)]).encode()
    process = subprocess.Popen(
        [*COMMAND, "import-avis", "-"],
        cwd=tmp_path,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    await asyncio.to_thread(process.stdin.write, lines)
    process.stdin.flush()
    async with asyncio.timeout(120):
        while not await sql.fetchval("SELECT count(*) FROM avis"):
            await asyncio.sleep(0.02)  # polls a process: there is nothing to wait on
    process.send_signal(signal.SIGINT)
    _, err = await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == 130
    stored = (await recount(bouton))[8]
    assert stored in {20_000, 40_000}
    assert f"interrompu après {stored // 1000} 000 lignes" in err.decode()
    again = subprocess.run([*COMMAND, "import-avis", "-"], cwd=tmp_path, env=env, input=lines, capture_output=True)
    assert again.returncode == 0
    assert f"{45_000 - stored} enregistrées, {stored} déjà là" in again.stdout.decode()
    assert await recount(bouton) == {8: 45_000}
