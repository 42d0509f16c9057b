"""What HTTP promises of every answer: its ETag, how it is kept, who may frame it, who may read the measures."""

import json
from uuid import uuid4

import httpx
import pytest

from app.conditionnel import Cache, Reponse
from app.main import create_app
from tests.adresses import routes
from tests.conftest import serving

SUFFIXES = ["{}", "W/{}", "gzip", "br", "-gzip", "zstd", "deflate"]


def dressed(etag, how):
    """An ETag as a proxy that compresses hands it on."""
    return how.format(etag) if "{}" in how else f'{etag[:-1]}-{how}"'


@pytest.mark.parametrize("how", SUFFIXES)
@pytest.mark.parametrize("path", ["/api/v1/demarches", "/", "/widget/v1/jdma.js", "/api/v1/indices.csv", "/donnees"])
async def test_an_etag_is_known_again_when_a_proxy_compressed_the_answer(client, path, how):
    etag = (await client.get(path)).headers["etag"]
    for tags in (dressed(etag, how), f'"autre", {dressed(etag, how)}', f"W/{dressed(etag, how).removeprefix('W/')}"):
        reply = await client.get(path, headers={"If-None-Match": tags})
        assert (reply.status_code, reply.content) == (304, b"")
        assert reply.headers["etag"] == etag
    assert (await client.get(path, headers={"If-None-Match": '"autre-gzip"'})).status_code == 200


REFUSED = [
    ("GET", "/api/v1/inconnue", {}),
    ("GET", "/api/v1/demarches/inconnue", {}),
    ("GET", "/api/v1/demarches?limite=0", {}),
    ("DELETE", "/api/v1/avis", {}),
    ("POST", "/api/v1/avis", {"json": {}}),
    ("POST", "/api/v1/avis", {"content": b"x"}),
    ("PATCH", "/api/v1/avis/8f14e45f-ceea-467f-a9b0-1f2d3c4b5a69", {"json": {}}),
    ("POST", "/api/open-api/setTop250", {"json": {}}),
    ("GET", "/api/open-api/services", {}),
    ("GET", "/api/trpc/answer.getObservatoireStats", {}),
    ("GET", "/widget/v1/inconnu.js", {}),
    ("GET", "/donnees/inconnue.csv", {}),
    ("GET", "/inconnue", {}),
    ("GET", "/avis/inconnue", {}),
    ("GET", "/api/v1/demarches", {"headers": {"Host": "evil.example"}}),
]


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json"])
@pytest.mark.parametrize(("method", "path", "options"), REFUSED)
async def test_no_cache_keeps_a_refusal_nor_gives_it_to_another(client, method, path, options, accept):
    options = options | {"headers": {"Accept": accept} | options.get("headers", {})}
    reply = await client.request(method, path, **options)
    assert reply.status_code >= 400
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["vary"]


async def test_no_page_may_be_framed_but_what_is_made_to_be(app, client):
    """Every address that needs no name given, whatever it answers."""
    unframed = []
    for method, path in routes(app):
        if method == "GET" and "{" not in path:
            reply = await client.get(path, headers={"Accept": "text/html"})
            if reply.status_code != 304 and "frame-ancestors" not in reply.headers["content-security-policy"]:
                unframed.append(path)
    assert unframed == []


@pytest.mark.parametrize(
    "named", ["/avis/cle-demarche", "/integrer/cle-demarche", "/avis/cle-demarche/merci", "/demarches/demarche"]
)
async def test_nor_a_page_of_a_bouton(client, bouton, named):
    assert "frame-ancestors" in (await client.get(named)).headers["content-security-policy"]


CLE = "une-cle-de-mesures-assez-longue"


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.1", {}, 200),
        ("10.0.0.1", {}, 403),
        ("203.0.113.9", {}, 403),
        ("", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 403),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}, 403),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}, 403),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 403),
        ("127.0.0.1", {"Host": "evil.example"}, 421),
    ],
)
async def test_measures_without_a_key_are_for_this_machine(app, address, headers, status):
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=(address, 1)), base_url="http://service.test"
    ) as caller:
        assert (await caller.get("/metrics", headers=headers)).status_code == status


@pytest.mark.parametrize("proxys", [["127.0.0.1"], []])
async def test_a_proxy_on_this_machine_opens_them_to_nobody(settings, database_url, proxys):
    app = create_app(settings.model_copy(update={"proxys_de_confiance": proxys}), database_url)
    async with serving(app) as client:
        for claimed in ("203.0.113.9", "127.0.0.1"):
            assert (await client.get("/metrics", headers={"X-Forwarded-For": claimed})).status_code == 403


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (f"Bearer {CLE}", 200),
        (f"bearer {CLE}", 200),
        ("Bearer autre", 401),
        (f"Basic {CLE}", 401),
        ("", 401),
        ("Bearer é", 401),
    ],
)
async def test_measures_with_a_key_are_for_who_has_it(monkeypatch, settings, database_url, header, status):
    from pydantic import SecretStr

    app = create_app(settings.model_copy(update={"metriques_cle": SecretStr(CLE)}), database_url)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=("10.0.0.1", 1)), base_url="http://service.test"
    ) as caller:
        reply = await caller.get("/metrics", headers={"Authorization": header.encode()})
    assert reply.status_code == status
    assert ("jdma_requete" in reply.text) == (status == 200)


def test_what_callers_ask_for_counts_in_what_the_cache_may_hold(engine):
    cache = Cache(engine, octets_max=1_000_000)
    for n in range(1_000):
        cache.put(("recherche", f"{n}" + "é" * 20_000), Reponse("m", b"{}", '"e"'))
    assert len(cache) <= 50


INTEGERS = {
    "note": 8.0,
    "reponses": {
        "comprehension": 4.0,
        "aide": ["telephone"],
        "contacts": {"telephone": {"joint": True, "satisfaction": 2.0}},
    },
}


async def test_a_whole_number_written_with_a_point_is_an_integer(client, bouton, sql):
    avis = {"id": str(uuid4()), "bouton": bouton.cle} | INTEGERS
    reply = await client.post("/api/v1/avis", content=json.dumps(avis), headers={"Content-Type": "application/json"})
    assert reply.status_code == 201, reply.text
    same = json.dumps(avis).replace(".0", "")
    again = await client.post("/api/v1/avis", content=same, headers={"Content-Type": "application/json"})
    assert again.status_code == 200
    bearer = {"Authorization": f"Bearer {again.json()['jeton']}", "Content-Type": "application/json"}
    change = json.dumps({"note": 1e1, "reponses": {"comprehension": 5.0}})
    assert (await client.patch(f"/api/v1/avis/{avis['id']}", content=change, headers=bearer)).status_code == 200
    stored = await sql.fetchrow("SELECT note, reponses FROM avis")
    assert stored["note"] == 10
    assert json.loads(stored["reponses"]) == {
        "comprehension": 5,
        "aide": ["telephone"],
        "contacts": {"telephone": {"joint": True, "satisfaction": 2}},
    }
    assert ".0" not in stored["reponses"]


@pytest.mark.parametrize(
    "note", ["8.5", "10.000001", "1e300", "-0.5", "11.0", "true", '"8"', "null", "1e-1", "NaN", "Infinity"]
)
async def test_what_is_not_a_whole_number_is_still_refused(client, bouton, recount, note):
    body = f'{{"id": "{uuid4()}", "bouton": "{bouton.cle}", "note": {note}}}'
    reply = await client.post("/api/v1/avis", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == 422
    assert await recount(bouton) == {}


@pytest.mark.parametrize("limite", ["2", "2.0"])
@pytest.mark.parametrize("path", ["/api/v1/demarches", "/api/v1/indices", "/api/v1/editions"])
async def test_so_is_one_of_an_address(client, path, limite):
    assert (await client.get(f"{path}?limite={limite}")).status_code == 200
    assert (await client.get(f"{path}?limite=2.5")).status_code == 422
