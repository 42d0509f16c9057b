"""Nobody else on the machine enters the embedded database, whoever runs it and however long its path is."""

import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest

from app import embedded, embedded_acces
from tests.conftest import execute, reachable_directory
from tests.serveur import ROOT, as_service

ROOT_RUNS = os.geteuid() == 0
LONG = ("un-repertoire-de-donnees-au-nom-long" * 2, "et-encore-plus-profond" * 2)

INTRUDER = """
import asyncio, os, pwd, sys
import asyncpg, asyncpg.connect_utils
account = pwd.getpwnam("nobody")
os.setgroups([]), os.setgid(account.pw_gid), os.setuid(account.pw_uid)
async def enter():
    connection = await asyncpg.connect(sys.argv[1])
    return await connection.fetchval("SELECT current_user")
try:
    print("ENTERED", asyncio.run(enter()))
except Exception as error:
    print("REFUSED", type(error).__name__, error)
"""

ORDINARY = """
import asyncio, os, pwd, sys
from pathlib import Path
import asyncpg, psutil
from app import embedded
account = pwd.getpwnam("nobody")
os.setgroups([]), os.setgid(account.pw_gid), os.setuid(account.pw_uid)
os.environ["HOME"] = "/"
pgdata = Path(sys.argv[1])
url = embedded.start(pgdata)
async def look(address):
    connection = await asyncpg.connect(address)
    return await connection.fetchval("SELECT current_user")
print(asyncio.run(look(url)))
embedded.stop(pgdata)
"""


@pytest.fixture
def need_root(capfd):
    """What only root can try: to be somebody else."""
    if not ROOT_RUNS:
        with capfd.disabled():
            print("\n*** NOT ROOT: whether another user enters the embedded database is NOT TRIED ***", file=sys.stderr)
        pytest.skip("root is needed to be another user")


def as_nobody(script, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(params=["short", "long"])
def running(request):
    """A server on a data directory with a short path, or one too long for a socket: its data, its address."""
    with reachable_directory() as directory:
        pgdata = directory.joinpath(*(LONG if request.param == "long" else ()), "postgres")
        url = embedded.start(pgdata)
        yield pgdata, url
        embedded.stop(pgdata, "immediate")


def socket_of(url):
    return Path(url.partition("host=")[2])


async def test_its_directory_is_its_own_and_each_role_enters_as_itself(running):
    pgdata, url = running
    directory = socket_of(url)
    assert (directory == pgdata) == (len(str(pgdata)) < 90)
    found = directory.lstat()
    assert stat.S_IMODE(found.st_mode) == 0o700
    assert found.st_uid == (pwd.getpwnam("embedded_postgres").pw_uid if ROOT_RUNS else os.geteuid())
    assert stat.S_IMODE((directory / ".s.PGSQL.5432").stat().st_mode) == 0o700
    await execute(url, "CREATE ROLE jdma_service LOGIN")
    connection = await asyncpg.connect(as_service(url))
    assert await connection.fetchval("SELECT current_user") == "jdma_service"
    await connection.close()


def test_another_user_enters_neither_by_the_door_nor_past_it(need_root, running):
    _pgdata, url = running
    assert as_nobody(INTRUDER, url).startswith("REFUSED")
    directory = socket_of(url)
    directory.chmod(0o755)
    (directory / ".s.PGSQL.5432").chmod(0o777)
    for role in ("postgres", "jdma_service", "nobody"):
        answer = as_nobody(INTRUDER, url.replace("//postgres@", f"//{role}@"))
        assert answer.startswith("REFUSED InvalidAuthorizationSpecificationError"), answer


def test_the_server_that_root_starts_has_one_group_its_own(need_root, running):
    pgdata, _url = running
    account = pwd.getpwnam("embedded_postgres")
    postmaster = psutil.Process(int((pgdata / "postmaster.pid").read_text().split()[0]))
    for process in (postmaster, *postmaster.children()):
        assert set(process.uids()) == {account.pw_uid}
        assert set(process.gids()) == {account.pw_gid}  # never 0, root's
        status = Path(f"/proc/{process.pid}/status").read_text()
        groups = next(line.split()[1:] for line in status.splitlines() if line.startswith("Groups:"))
        assert [int(group) for group in groups] in ([], [account.pw_gid])


def test_the_server_has_none_of_the_settings_of_the_service_in_its_environment(monkeypatch):
    for name in ("JDMA_SECRET_KEY", "JDMA_CLE_SIGNATURE", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "un-secret-du-service")
    with reachable_directory() as directory:
        pgdata = directory / "postgres"
        embedded.start(pgdata)
        try:
            postmaster = psutil.Process(int((pgdata / "postmaster.pid").read_text().split()[0]))
            for process in (postmaster, *postmaster.children()):
                assert b"un-secret-du-service" not in Path(f"/proc/{process.pid}/environ").read_bytes()
                assert not {name for name in process.environ() if name.startswith(("JDMA", "_JDMA"))}
        finally:
            embedded.stop(pgdata, "immediate")


def test_an_ordinary_user_runs_its_own(need_root, tmp_path):
    with reachable_directory() as directory:
        os.chown(directory, pwd.getpwnam("nobody").pw_uid, -1)
        assert as_nobody(ORDINARY, directory / "postgres") == "postgres"
        assert "trust" not in (directory / "postgres" / "pg_hba.conf").read_text()


async def test_data_of_an_earlier_version_which_trusted_everybody_is_put_right_also_while_it_runs():
    with reachable_directory() as directory:
        pgdata = directory / "postgres"
        embedded.start(pgdata)
        (pgdata / "pg_hba.conf").write_text("local all all trust\n")
        (pgdata / "pg_ident.conf").unlink()
        elsewhere = directory / "ailleurs"
        elsewhere.write_text("intact")
        (pgdata / "pg_ident.conf").symlink_to(elsewhere)
        url = embedded.start(pgdata)  # runs already
        connection = await asyncpg.connect(url)
        rules = await connection.fetch("SELECT type, auth_method FROM pg_hba_file_rules")
        await connection.close()
        assert [tuple(rule) for rule in rules] == [("local", "peer")]
        assert elsewhere.read_text() == "intact"
        embedded.stop(pgdata)
        (pgdata / "pg_hba.conf").write_text("local all all trust\nhost all all 0.0.0.0/0 trust\n")
        embedded.start(pgdata)
        assert "trust" not in (pgdata / "pg_hba.conf").read_text()
        embedded.stop(pgdata, "immediate")


def test_a_place_that_somebody_else_made_first_is_refused():
    with reachable_directory() as directory:
        pgdata = directory.joinpath(*LONG, "postgres")
        pgdata.mkdir(parents=True)
        place = embedded_acces.socket_directory(pgdata, embedded._system_user())
        place.chmod(0o777)
        try:
            with pytest.raises(embedded.DemarrageImpossible, match="effacez-le"):
                embedded.start(pgdata)
            place.rmdir()
            place.symlink_to(directory)
            with pytest.raises(embedded.DemarrageImpossible, match="effacez-le"):
                embedded.start(pgdata)
        finally:
            place.unlink() if place.is_symlink() else place.rmdir()


def test_the_directories_above_let_through_and_show_nothing(need_root):
    with reachable_directory() as directory:
        above = directory / "ferme"
        above.mkdir(mode=0o700)
        embedded_acces.open_way(above / "postgres")
        assert stat.S_IMODE(above.stat().st_mode) == 0o711
