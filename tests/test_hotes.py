"""The name that a request gives the service is never believed: who may speak is said by the settings alone."""

from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from app.main import create_app
from tests.conftest import serving

PUBLIC = {"url_publique": "https://avis.exemple.gouv.fr"}


def avis_for(bouton):
    return {"id": str(uuid4()), "bouton": bouton.cle, "note": 8}


def raw_client(app, base):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("avis.exemple.gouv.fr", 200),
        ("AVIS.exemple.gouv.fr:443", 200),
        ("avis.exemple.gouv.fr.", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("10.1.2.3", 200),
        ("localhost", 200),
        ("service:8000", 200),
        ("evil.example", 421),
        ("avis.exemple.gouv.fr.evil.example", 421),
        ("evil.example:80", 421),
        ("avis.exemple.gouv.fr@evil.example", 421),
        ("évil.example", 421),
        ("a b", 421),
        ("127.0.0.1.evil.example", 421),
    ],
)
async def test_another_name_is_refused(settings, database_url, bouton, host, status):
    async with serving(create_app(settings.model_copy(update=PUBLIC), database_url)) as client:
        for path in ("/api/v1/demarches", f"/avis/{bouton.cle}", "/metrics", "/inconnue"):
            reply = await client.get(path, headers={"Host": host.encode()})
            assert (reply.status_code == 421) == (status == 421), path
            if status == 421:
                assert reply.headers["content-type"] == "application/problem+json"
                assert reply.json()["code"] == "hote_inconnu"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_health_check_knows_no_name(settings, database_url, path):
    async with serving(create_app(settings.model_copy(update=PUBLIC), database_url)) as client:
        assert (await client.get(path, headers={"Host": "evil.example"})).status_code == 200


@pytest.mark.parametrize(
    ("hotes", "accepted", "refused"),
    [
        (["autre.exemple.fr"], ["autre.exemple.fr", "avis.exemple.gouv.fr"], ["10.0.0.1", "localhost", "evil.example"]),
        (["*"], ["evil.example"], []),
    ],
)
async def test_an_operator_says_exactly_which_names(settings, database_url, hotes, accepted, refused):
    app = create_app(settings.model_copy(update=PUBLIC | {"hotes": hotes}), database_url)
    async with serving(app) as client:
        said = {h: (await client.get("/api/v1/demarches", headers={"Host": h})).status_code for h in accepted + refused}
    assert said == dict.fromkeys(accepted, 200) | dict.fromkeys(refused, 421)


async def test_the_names_are_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("JDMA_HOTES", "avis.exemple.fr, autre.exemple.fr")
    from app.settings import Settings

    assert Settings(_env_file=None).hotes == ["avis.exemple.fr", "autre.exemple.fr"]


async def test_no_name_or_two_of_them_is_not_http(app):
    for hosts in ([], [(b"host", b"a"), (b"host", b"b")]):
        sent = []

        async def send(message, sent=sent):
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/healthz", "raw_path": b"/healthz", "query_string": b""}
        scope |= {
            "headers": hosts,
            "http_version": "1.1",
            "scheme": "http",
            "client": ("127.0.0.1", 1),
            "root_path": "",
        }
        await app(scope, None, send)
        assert sent[0]["status"] == 400


@pytest.mark.parametrize("host", ["evil.example", "10.1.2.3", "127.0.0.1:9999", "service"])
@pytest.mark.parametrize("public", [None, "https://avis.exemple.gouv.fr"])
async def test_an_origin_that_repeats_the_host_opens_no_restricted_bouton(
    settings, database_url, new_bouton, recount, host, public
):
    bouton = await new_bouton("liee", origines=["https://demarches.exemple.gouv.fr"])
    app = create_app(settings.model_copy(update={"url_publique": public}), database_url)
    async with serving(app) as client:
        for scheme in ("http", "https"):
            headers = {"Host": host, "Origin": f"{scheme}://{host}"}
            reply = await client.post("/api/v1/avis", json=avis_for(bouton), headers=headers)
            assert reply.status_code in {403, 421}
    assert await recount(bouton) == {}


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
async def test_a_page_of_this_machine_is_its_own_under_each_of_its_names(settings, database_url, new_bouton, name):
    bouton = await new_bouton("liee", origines=["https://demarches.exemple.gouv.fr"])
    app = create_app(settings.model_copy(update={"host": "0.0.0.0", "port": 9000}), database_url)
    async with serving(app) as client:
        sent = [
            (await client.post("/api/v1/avis", json=avis_for(bouton), headers={"Origin": f"http://{name}:{port}"}))
            for port in (9000, 9001)
        ]
    assert [reply.status_code for reply in sent] == [201, 403]


async def test_a_form_from_another_site_is_refused_whatever_host_it_gives(settings, database_url, bouton, recount):
    app = create_app(settings.model_copy(update=PUBLIC), database_url)
    async with serving(app) as client:
        headers = {"Host": "evil.example", "Origin": "http://evil.example"}
        assert (await client.post(f"/avis/{bouton.cle}", data={"note": "8"}, headers=headers)).status_code == 421
    assert await recount(bouton) == {}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/demarches/",
        "/demarches/?q=a&limite=3",
        "/api/docs/",
        "//evil.example/../demarches/",
        "//evil.example/healthz/",
        "/donnees/catalogue",
        "/donnees/observatoire",
        "/Demarches/1006/?button=4",
    ],
)
@pytest.mark.parametrize("base", ["http://service.test", "https://service.test", "http://10.0.0.1:8000"])
async def test_a_redirection_names_no_scheme_and_no_host(app, client, path, base):
    async with raw_client(app, base) as caller:
        reply = await caller.get(httpx.URL(base).copy_with(raw_path=path.encode()))
    where = reply.headers.get("location")
    if 300 <= reply.status_code < 400:
        assert where.startswith("/")
        assert not where.startswith(("//", "/\\"))
        assert (urlsplit(where).scheme, urlsplit(where).netloc) == ("", "")


async def test_a_redirection_after_a_slash_keeps_the_query(client):
    reply = await client.get("/api/v1/demarches/?limite=3")
    assert (reply.status_code, reply.headers["location"]) == (307, "/api/v1/demarches?limite=3")
