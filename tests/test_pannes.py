"""Faults under load: whatever dies, an avis acknowledged is there once, and the service recovers by itself."""

import asyncio
import os
import signal
import socket
import subprocess
from contextlib import suppress
from uuid import uuid4

import asyncpg
import httpx
import psutil
import pytest

from app import embedded
from app.avis import comptes
from app.database import make_engine
from app.main import create_app
from tests.conftest import execute, make_template, of_database, reachable_directory, serving
from tests.serveur import COMMAND, Load, environment, running_service, wait_ready


@pytest.fixture(scope="module")
async def durable():
    """A PostgreSQL server that really flushes (no shortcut of the other tests), and its data directory."""
    with reachable_directory() as directory:
        pgdata = directory / "pg"
        url = embedded.start(pgdata)
        await make_template(url)
        yield pgdata, of_database(url, "modele")
        embedded.stop(pgdata, "immediate")


@pytest.fixture
async def boutons(durable):
    connection = await asyncpg.connect(durable[1])
    await connection.execute("TRUNCATE avis, compte; DELETE FROM bouton; DELETE FROM demarche")
    rows = await connection.fetch(
        "WITH d AS (INSERT INTO demarche (slug, titre, titre_recherche, en_ligne) "
        "SELECT 'd' || g, 'D', 'd', true FROM generate_series(1, 5) g RETURNING id) "
        "INSERT INTO bouton (demarche_id, cle, nom) SELECT id, 'k' || id, 'B' FROM d RETURNING cle"
    )
    await connection.close()
    return [row["cle"] for row in rows]


async def check_exactly_once(url, load):
    """Every acknowledged id is stored once, nothing else is, and the counts agree."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT a.id::text, b.cle FROM avis a JOIN bouton b ON b.id = a.bouton_id")
    await connection.close()
    assert len(rows) == len(load.acknowledged)
    assert {row["id"]: row["cle"] for row in rows} == load.acknowledged
    engine = make_engine(url)
    bilan = await comptes.verify(engine)
    await engine.dispose()
    assert (bilan.avis, bilan.ecarts) == (len(rows), [])


def living_workers(pid):
    """The worker processes of the service; those just killed may still be zombies."""
    found = []
    for process in psutil.Process(pid).children():
        with suppress(psutil.Error):
            if "spawn_main" in " ".join(process.cmdline()):
                found.append(process)
    return found


async def test_workers_killed_under_load_lose_and_double_nothing(durable, boutons, tmp_path):
    async with running_service(durable[1], tmp_path, workers=2) as (base, pid):
        load = Load(base, boutons)
        running = asyncio.create_task(load.run())
        for _ in range(3):
            await load.until(60)
            living_workers(pid)[0].send_signal(signal.SIGKILL)
        await load.until(60)
        load.stopping = True
        await running
        await check_exactly_once(durable[1], load)


async def test_the_database_crashing_under_load_loses_and_doubles_nothing(durable, boutons, tmp_path):
    pgdata, url = durable
    async with running_service(url, tmp_path) as (base, _):
        load = Load(base, boutons)
        running = asyncio.create_task(load.run())
        for _ in range(3):
            await load.until(60)
            await asyncio.to_thread(embedded.stop, pgdata, "immediate")
            refused = load.refused
            async with httpx.AsyncClient() as client:
                assert (await client.get(f"{base}/healthz")).status_code == 200
                assert (await client.get(f"{base}/readyz")).status_code == 503
            async with asyncio.timeout(60):
                while load.refused < refused + 20:
                    await asyncio.sleep(0.01)
            await asyncio.to_thread(embedded.start, pgdata)
        await load.until(60)
        load.stopping = True
        await running
        await wait_ready(base)
        await check_exactly_once(url, load)


async def test_a_database_that_hangs_shows_as_503_and_not_as_silence(durable, boutons, tmp_path):
    pgdata, url = durable
    async with running_service(url, tmp_path, delai_lot=0.5) as (base, _), httpx.AsyncClient(timeout=30) as client:
        avis = {"id": str(uuid4()), "bouton": boutons[0], "note": 3}
        assert (await client.post(f"{base}/api/v1/avis", json=avis)).status_code == 201
        postmaster = int((pgdata / "postmaster.pid").read_text().split()[0])
        frozen = [psutil.Process(postmaster), *psutil.Process(postmaster).children()]
        try:
            for process in frozen:
                process.suspend()
            late = {**avis, "id": str(uuid4())}
            replies = await asyncio.gather(*(client.post(f"{base}/api/v1/avis", json=late) for _ in range(5)))
            assert {reply.status_code for reply in replies} == {503}
        finally:
            for process in reversed(frozen):
                with suppress(psutil.NoSuchProcess):
                    process.resume()
        async with asyncio.timeout(60):
            while (reply := await client.post(f"{base}/api/v1/avis", json=late)).status_code == 503:
                await asyncio.sleep(0.05)
        assert reply.status_code in {200, 201}
        load = Load(base, boutons, acknowledged={avis["id"]: boutons[0], late["id"]: boutons[0]})
        await check_exactly_once(url, load)


async def test_a_polite_stop_answers_what_was_accepted(durable, boutons, tmp_path):
    async with running_service(durable[1], tmp_path) as (base, pid):
        load = Load(base, boutons)
        running = asyncio.create_task(load.run())
        await load.until(100)
        os.kill(pid, signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(60):
                while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                    await asyncio.sleep(0.02)
        load.stopping = load.giving_up = True
        await running
        connection = await asyncpg.connect(durable[1])
        stored = {row["id"] for row in await connection.fetch("SELECT id::text FROM avis")}
        await connection.close()
        assert stored >= load.acknowledged.keys()
        assert len(stored - load.acknowledged.keys()) <= load.citizens


REFUS_DE_CONNEXION = {
    "renamed": ("ALTER DATABASE {base} RENAME TO {base}_ailleurs", "ALTER DATABASE {base}_ailleurs RENAME TO {base}"),
    "role without login": ("ALTER ROLE {role} NOLOGIN", "ALTER ROLE {role} LOGIN"),
    "role without the right": (
        "REVOKE CONNECT ON DATABASE {base} FROM PUBLIC, {role}",
        "GRANT CONNECT ON DATABASE {base} TO {role}",
    ),
}
CIVIL = '{"json":{"product_id":1,"start_date":"1735686000000","end_date":"1767221999999"}}'


@pytest.fixture
async def limited_role(cluster, database_url):
    """The address of this test's database for a role that an administrator can shut out, and what names both."""
    names = {"base": database_url.partition("?")[0].rpartition("/")[2], "role": f"r{uuid4().hex}"}
    await execute(cluster, "CREATE ROLE {role} LOGIN".format(**names))
    await execute(cluster, "GRANT CONNECT ON DATABASE {base} TO {role}".format(**names))
    await execute(database_url, "GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}".format(**names))
    await execute(database_url, "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}".format(**names))
    yield database_url.replace("postgres@", f"{names['role']}@"), names
    await execute(database_url, "DROP OWNED BY {role}; DROP ROLE {role}".format(**names))


@pytest.mark.parametrize("refus", REFUS_DE_CONNEXION.values(), ids=REFUS_DE_CONNEXION)
async def test_a_database_that_refuses_the_connection_is_away(
    cluster, limited_role, bouton, settings, sql, tmp_path, refus
):
    url, names = limited_role
    async with serving(create_app(settings, url)) as client:
        avis = {"id": str(uuid4()), "bouton": bouton.cle, "note": 3}
        first = await client.post("/api/v1/avis", json=avis)
        bearer = {"Authorization": f"Bearer {first.json()['jeton']}"}
        await sql.close()
        await execute(
            cluster, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{base}'".format(**names)
        )
        await execute(cluster, refus[0].format(**names))
        try:
            replies = [
                await client.post("/api/v1/avis", json={**avis, "id": str(uuid4())}),
                await client.patch(f"/api/v1/avis/{avis['id']}", json={"note": 4}, headers=bearer),
                await client.get("/api/v1/indices"),
                await client.get("/api/v1/demarches"),
                await client.get("/api/trpc/answer.getObservatoireStats", params={"input": CIVIL}),
                await client.get("/readyz"),
                await client.get(f"/avis/{bouton.cle}"),
            ]
            command = [*COMMAND, "verify"]
            env = environment(database_url=url, secret_key="k")
            done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
        finally:
            await execute(cluster, refus[1].format(**names))
        assert [reply.status_code for reply in replies] == [503] * len(replies)
        assert all(int(reply.headers["retry-after"]) >= 1 for reply in replies)
        assert {reply.json()["code"] for reply in replies[:-1]} == {"indisponible"}
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
        assert "la base de données ne répond pas" in done.stderr
        async with asyncio.timeout(60):
            while (again := await client.post("/api/v1/avis", json=avis)).status_code == 503:
                await asyncio.sleep(0.05)
        assert again.status_code == 200


HEAD = b"POST /api/v1/avis HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


async def exchange(base, *pieces):
    """Send these bytes on a socket of their own; what the server answers until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rsplit(":", 1)[1]))
    try:
        async with asyncio.timeout(60):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_clients_that_send_slowly_or_by_halves_hold_nothing(durable, boutons, tmp_path):
    bounds = {"delai_entetes": 0.4, "delai_corps": 0.4}
    async with running_service(durable[1], tmp_path, **bounds) as (base, _):
        assert await exchange(base) == b""
        assert await exchange(base, b"POST /api/v1/avis HT") == b""
        assert await exchange(base, HEAD, b"X-Long: ") == b""
        slow = await exchange(base, HEAD + b"Content-Length: 100\r\n\r\n", b'{"id":')
        assert slow.startswith(b"HTTP/1.1 408 ")
        assert b'"corps_incomplet"' in slow
        endless = await exchange(base, HEAD, *(b"X-%d: %s\r\n" % (n, b"x" * 4000) for n in range(60)))
        assert endless == b"" or endless.startswith(b"HTTP/1.1 4")
        garbage = await exchange(base, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        assert garbage == b"" or garbage.startswith(b"HTTP/1.1 400 ")
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{base}/readyz")).status_code == 200


async def test_clients_that_leave_in_the_middle_leave_nothing_half_written(durable, boutons, tmp_path):
    async with running_service(durable[1], tmp_path) as (base, _):
        sent = {}
        for n in range(40):
            avis = str(uuid4())
            body = b'{"id":"%s","bouton":"%s","note":%d}' % (avis.encode(), boutons[0].encode(), n % 11)
            request = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
            with socket.create_connection(("127.0.0.1", int(base.rsplit(":", 1)[1]))) as connection:
                connection.sendall(request if n % 2 else request[:-5])
            if n % 2:
                sent[avis] = boutons[0]
        async with httpx.AsyncClient() as client:
            for avis, cle in sent.items():
                note = list(sent).index(avis) * 2 + 1
                body = {"id": avis, "bouton": cle, "note": note % 11}
                assert (await client.post(f"{base}/api/v1/avis", json=body)).status_code in {200, 201}
        await check_exactly_once(durable[1], Load(base, boutons, acknowledged=sent))
