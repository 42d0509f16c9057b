"""What never reaches the application is refused as everything else is: in French, with a code; and nobody is reset."""

import asyncio
import json
import resource
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from uuid import uuid4

import httpx
import pytest

from tests.brut import ask, connect, read_reply
from tests.conftest import execute, of_database
from tests.serveur import running_service

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /api/v1/avis HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
async def service(cluster, tmp_path_factory):
    """One service for all that does not need settings of its own; `cle-demarche` is its open bouton."""
    await execute(cluster, "CREATE DATABASE protocole TEMPLATE modele")
    url = of_database(cluster, "protocole")
    await execute(url, "INSERT INTO demarche (slug, titre, titre_recherche, en_ligne) VALUES ('d', 'D', 'd', true)")
    await execute(
        url, "INSERT INTO bouton (demarche_id, cle, nom) SELECT id, 'cle-demarche', 'Principal' FROM demarche"
    )
    bounds = {"delai_entetes": 5, "delai_corps": 30}
    async with running_service(url, tmp_path_factory.mktemp("protocole"), **bounds) as (base, _):
        yield base
    await execute(cluster, "DROP DATABASE protocole WITH (FORCE)")


def body_of_an_avis():
    return json.dumps({"id": str(uuid4()), "bouton": "cle-demarche", "note": 8}).encode()


MALFORMED = {
    "accents in the query": "GET /api/v1/demarches?q=décès HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "accents in the path": "GET /api/v1/demarches/décès HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "latin-1": "GET /api/v1/demarches?q=décès HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1"),
    "a space in the address": b"GET /api/v1/demarches?q=a b HTTP/1.1\r\nHost: x\r\n\r\n",
    "a control character": b"GET /api/v1/demarches?q=\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
    "NUL": b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a header without a name": GET + b": value\r\n\r\n",
    "a space in a header's name": GET + b"X Y: z\r\n\r\n",
    "a folded header": GET + b" folded\r\n\r\n",
    "NUL in a header": GET + b"X: a\x00b\r\n\r\n",
    "length that is not one": POST + b"Content-Length: abc\r\n\r\n",
    "negative length": POST + b"Content-Length: -1\r\n\r\n",
    "two lengths": POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "length and chunks": POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "chunks of no size": POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "a chunk longer than it said": POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
    "an unknown version": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "nothing that is HTTP": b"bonjour\r\n\r\n",
    "CONNECT": b"CONNECT ailleurs.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/2 at once": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no name": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two names": b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", MALFORMED.values(), ids=MALFORMED)
async def test_what_is_not_http_is_refused_in_french(service, request_bytes):
    reply = await ask(service, request_bytes)
    assert reply.problem["code"] == "requete_refusee"
    assert (reply.status, reply.problem["status"]) == (400, 400)
    assert "requête" in reply.problem["detail"] or "Host" in reply.problem["detail"]
    assert reply.headers["cache-control"] == "no-store"


OTHERS = {
    "an unknown method": (b"FLANER / HTTP/1.1\r\nHost: x\r\n\r\n", 501, "methode_inconnue"),
    "a method that nothing takes": (b"DELETE /api/v1/avis HTTP/1.1\r\nHost: x\r\n\r\n", 405, "methode_refusee"),
    "TRACE": (b"TRACE /api/v1/demarches HTTP/1.1\r\nHost: x\r\n\r\n", 405, "methode_refusee"),
    "headers too long": (GET + b"X: %s\r\n\r\n" % (b"x" * 33_000), 431, "entetes_trop_longs"),
    "too many headers": (GET + b"".join(b"X-%d: a\r\n" % n for n in range(6_000)) + b"\r\n", 431, "entetes_trop_longs"),
    "an address too long": (b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n" % (b"x" * 33_000), 414, "adresse_trop_longue"),
    "a query too long": (b"GET /?%s HTTP/1.1\r\nHost: x\r\n\r\n" % (b"q=a&" * 9_000), 414, "adresse_trop_longue"),
    "headers without end": (GET + b"X: " + b"x" * 400_000, 431, "entetes_trop_longs"),
}


@pytest.mark.parametrize(("request_bytes", "status", "code"), OTHERS.values(), ids=OTHERS)
async def test_what_the_service_does_not_take_is_said_by_its_name(service, request_bytes, status, code):
    reply = await ask(service, request_bytes)
    assert (reply.status, reply.problem["code"]) == (status, code)


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c", b"TLS/1.0"])
@pytest.mark.parametrize("halves", [1, 2])
async def test_a_request_to_speak_something_else_is_served_as_it_is(service, protocol, halves):
    upgrade = b"Connection: Upgrade\r\nUpgrade: %s\r\n" % protocol
    reply = await ask(service, GET + upgrade + b"\r\n", closed=True)
    assert (reply.status, json.loads(reply.body)) == (200, {"statut": "vivant"})
    body = body_of_an_avis()
    whole = POST + upgrade + b"Content-Length: %d\r\n\r\n" % len(body) + body
    cut = len(whole) - 20 if halves == 2 else len(whole)
    assert (await ask(service, whole[:cut], whole[cut:], closed=True)).status == 201


@pytest.mark.parametrize("path", [b"/api/v1/avis", b"/avis/cle-demarche", b"/api/open-api/setTop250", b"/inconnue"])
@pytest.mark.parametrize(
    "coding", [b"gzip", b"br", b"deflate", b"zstd", b"GZIP, identity", b"identity\r\nContent-Encoding: gzip"]
)
async def test_a_compressed_body_is_refused_by_its_name(service, path, coding):
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Encoding: %s\r\n" % (path, coding)
    reply = await ask(service, head + b"Content-Length: 4\r\n\r\n\x1f\x8b\x08\x00")
    assert (reply.status, reply.problem["code"]) == (415, "type_non_pris_en_charge")
    assert "compressé" in reply.problem["detail"]
    assert reply.headers["accept-encoding"] == "identity"


async def test_a_body_that_says_it_is_not_compressed_is_read(service):
    body = body_of_an_avis()
    head = POST + b"Content-Encoding: identity\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert (await ask(service, head + body)).status == 201


CHUNK = b"10000\r\n" + b"x" * 65_536 + b"\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        [POST + b"Transfer-Encoding: chunked\r\n\r\n", CHUNK, CHUNK],
        [POST + b"Transfer-Encoding: chunked\r\n\r\n", *[CHUNK] * 20],
        [POST + b"Content-Length: 100000\r\n\r\n"],
        [POST + b"Content-Length: 100000\r\n\r\n", b"x" * 99_999],
        [POST + b"Expect: 100-continue\r\nContent-Length: 100000\r\n\r\n"],
        [
            POST.replace(b"/api/v1/avis", b"/api/open-api/setTop250") + b"Content-Length: 99999999999\r\n\r\n",
            b"x" * 70_000,
        ],
    ],
    ids=["chunks", "many chunks", "announced", "announced and nearly sent", "asked first", "elsewhere"],
)
async def test_a_body_over_the_limit_is_refused_at_once_and_the_connection_ends_well(service, pieces):
    async with asyncio.timeout(20):  # the service waits thirty seconds for a body
        reply = await ask(service, *pieces, closed=True)
    assert reply.status in {413, 401}  # without a key, nothing is read
    if reply.status == 413:
        assert reply.problem["code"] == "corps_trop_grand"
        assert reply.headers["connection"] == "close"


async def test_requests_before_a_malformed_one_are_answered_first(service):
    first, second, third = await ask(service, GET + b"\r\n" + GET + b"\r\n" + "GET /é".encode(), replies=3, closed=True)
    assert (first.status, second.status, third.status) == (200, 200, 400)


async def test_requests_cut_anywhere_add_up_to_nothing(service):
    stream = (GET + b"X: %s\r\n\r\n" % (b"x" * 900)) * 600  # 570 kB of them, never a piece that ends with one
    pieces = [stream[n : n + 1_500] for n in range(0, len(stream), 1_500)]
    reader, writer = await connect(service)

    async def send():
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    async with asyncio.timeout(60):
        sending = asyncio.create_task(send())
        assert {(await read_reply(reader)).status for _ in range(600)} == {200}
        await sending
    writer.close()


async def test_another_name_is_refused_and_no_redirection_repeats_one(service):
    evil = await ask(service, b"GET /api/v1/demarches HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    assert (evil.status, evil.problem["code"]) == (421, "hote_inconnu")
    absolute = b"GET http://evil.example/api/v1/demarches/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for request in (
        absolute,
        absolute.replace(b"http://evil.example", b""),
        absolute.replace(b"http://evil.example", b"//x"),
    ):
        reply = await ask(service, request)
        if reply.status == 307:
            assert reply.headers["location"].startswith("/")
            assert not reply.headers["location"].startswith("//")
            assert "example" not in reply.headers["location"]
    old = await ask(service, b"GET /healthz HTTP/1.0\r\n\r\n", closed=True)
    assert old.status == 200
    old = await ask(service, b"GET /demarches/ HTTP/1.0\r\n\r\n", closed=True)
    assert old.headers["location"] == "/demarches"


async def test_trailers_are_not_headers(service):
    body = body_of_an_avis()
    chunks = b"%x\r\n%s\r\n0\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" % (len(body), body)
    assert (await ask(service, POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)).status == 201


async def test_a_body_that_nobody_reads_does_not_hold_its_connection(database_url, tmp_path):
    async with running_service(database_url, tmp_path, delai_entetes=0.5) as (base, _):
        head = b"POST /inconnue HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx"
        assert (await ask(base, head, closed=True)).status == 404


async def test_malformed_requests_cost_a_line_and_their_count(database_url, tmp_path):
    began = time.monotonic()
    async with running_service(database_url, tmp_path) as (base, _):
        for _ in range(150):
            await ask(base, "GET /é HTTP/1.1\r\n\r\n".encode())
            await ask(base, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        async with httpx.AsyncClient() as client:
            metrics = (await client.get(f"{base}/metrics")).text
        assert 'jdma_requetes_mal_formees_total{code="requete_refusee"} 150.0' in metrics
    lines = [json.loads(line) for line in (tmp_path / "serve.log").read_text().splitlines() if line.startswith("{")]
    said = [line for line in lines if line["event"] == "requete_mal_formee"]
    assert len(said) <= 3 + (time.monotonic() - began) // 60, said  # one a minute, however long this takes
    assert 1 + sum(line.get("nombre", 0) for line in said) == 150


async def idle(base, count, source=None):
    return [await connect(base, source) for _ in range(count)]


@asynccontextmanager
async def few_files(files):
    """What is started meanwhile may open so many files, unless it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_the_usual_limit_of_open_files_is_raised_at_start(database_url, tmp_path):
    async with AsyncExitStack() as stack:
        async with few_files(256):
            bounds = {"clients_par_adresse": 0}
            base, _ = await stack.enter_async_context(running_service(database_url, tmp_path, **bounds))
        held = await idle(base, 400)
        for reader, writer in held:
            writer.write(GET + b"\r\n")
            assert (await read_reply(reader)).status == 200
        for _, writer in held:
            writer.close()


async def test_idle_connections_of_one_address_keep_nobody_out(database_url, tmp_path):
    async with running_service(database_url, tmp_path) as (base, _), httpx.AsyncClient() as client:
        held = await idle(base, 1_300, "127.0.0.9")
        for _ in range(3):
            assert (await client.get(f"{base}/readyz")).status_code == 200
        reader, writer = held[-1]  # a newcomer of that address too
        writer.write(GET + b"\r\n")
        assert (await read_reply(reader)).status == 200
        assert await held[0][0].read() == b""  # the oldest left
        for _, other in held:
            other.close()
    lines = (tmp_path / "serve.log").read_text().splitlines()
    assert 1 <= len([line for line in lines if "connexions_au_plafond" in line]) <= 3
    assert "127.0.0.9" not in "".join(lines)


async def test_when_every_place_is_idle_the_oldest_makes_room(database_url, tmp_path):
    async with running_service(database_url, tmp_path, clients_max=20) as (base, _), httpx.AsyncClient() as client:
        held = [await connect(base, f"127.0.0.{n + 10}") for n in range(60)]
        assert (await client.get(f"{base}/readyz")).status_code == 200
        for _, writer in held:
            writer.close()
    assert "connexions_au_plafond" in (tmp_path / "serve.log").read_text()


async def test_when_every_place_is_taken_by_requests_under_way_others_are_asked_to_come_back(database_url, tmp_path):
    # Whole requests whose answers nobody reads: the service holds them, and they are not idle.
    bounds = {"clients_max": 12, "clients_par_adresse": 0}
    async with running_service(database_url, tmp_path, **bounds) as (base, _):
        held = []
        while True:
            reader, writer = await connect(base)
            held.append(writer)
            writer.write(b"GET /api/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n" * 40)
            head = await reader.readuntil(b"\r\n")
            if b" 503 " in head:
                break
            assert len(held) <= 40
        for writer in held:
            writer.transport.abort()
    assert len(held) == 13


async def test_one_address_that_reads_nothing_leaves_room_for_others_and_loses_its_places(database_url, tmp_path):
    bounds = {"clients_max": 40, "clients_par_adresse": 20, "delai_entetes": 0.5}
    async with running_service(database_url, tmp_path, **bounds) as (base, _):
        held = []
        for _ in range(60):
            reader, writer = await connect(base, "127.0.0.9")
            writer.write(b"GET /api/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n" * 40)
            writer.transport.pause_reading()
            held.append((reader, writer))
        for _ in range(3):
            assert (await ask(base, GET + b"\r\n")).status == 200
        for reader, writer in held:
            writer.transport.resume_reading()
            with suppress(ConnectionError):
                while await reader.read(1 << 20):
                    pass
            writer.close()
    log = (tmp_path / "serve.log").read_text()
    assert "client_qui_ne_lit_pas" in log
    assert "erreur_interne" not in log
    assert "ASGI" not in log


async def test_a_trusted_proxy_may_hold_as_many_as_it_likes(database_url, tmp_path):
    bounds = {"clients_par_adresse": 10, "proxys_de_confiance": "127.0.0.9"}
    async with running_service(database_url, tmp_path, **bounds) as (base, _):
        held = await idle(base, 60, "127.0.0.9")
        for reader, writer in held:
            writer.write(GET + b"\r\n")
            assert (await read_reply(reader)).status == 200
        for _, writer in held:
            writer.close()


async def test_clients_that_answer_keep_their_connection_beyond_the_bound(database_url, tmp_path):
    async with running_service(database_url, tmp_path, clients_par_adresse=10) as (base, _):
        held = await idle(base, 10)
        for _ in range(3):
            for reader, writer in held:
                writer.write(GET + b"\r\n")
                assert (await read_reply(reader)).status == 200
        for _, writer in held:
            writer.close()
