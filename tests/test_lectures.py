"""What one address may have computed in a minute is bounded by what it costs; what is known already is free."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from app.main import create_app
from tests.boucle import milliseconde, tenue_de_la_boucle
from tests.conftest import serving

LONGUE = "/api/v1/demarches/{}/evolution?debut=2016-01-{:02}&fin=2025-12-31&pas=jour"


@pytest.fixture
async def limited(settings, database_url, bouton):
    app = create_app(settings.model_copy(update={"limite_lectures": 6_000}), database_url)
    async with serving(app) as client:
        yield client


def other(client):
    transport = httpx.ASGITransport(client._transport.app, client=("203.0.113.9", 1))
    return httpx.AsyncClient(transport=transport, base_url="http://service.test")


async def test_costly_answers_end_for_who_asks_many_and_for_nobody_else(limited, bouton, recount):
    replies = [await limited.get(LONGUE.format(bouton.slug, n)) for n in range(1, 9)]
    codes = [reply.status_code for reply in replies]
    assert codes == sorted(codes)
    assert (codes[0], codes[-1]) == (200, 429)
    assert replies[-1].json()["code"] == "trop_de_requetes"
    assert 1 <= int(replies[-1].headers["retry-after"]) <= 60
    assert "Trop de réponses à calculer" in replies[-1].json()["detail"]
    async with other(limited) as somebody:
        assert (await somebody.get(LONGUE.format(bouton.slug, 20))).status_code == 200
    avis = {"id": str(uuid4()), "bouton": bouton.cle, "note": 8}
    assert (await limited.post("/api/v1/avis", json=avis)).status_code == 201
    assert await recount(bouton) == {8: 1}


async def test_what_is_known_already_is_free(limited, bouton):
    path = LONGUE.format(bouton.slug, 1)
    etag = (await limited.get(path)).headers["etag"]
    again = [(await limited.get(path)).status_code for _ in range(10)]
    same = [(await limited.get(path, headers={"If-None-Match": etag})).status_code for _ in range(10)]
    assert (again, same) == ([200] * 10, [304] * 10)


async def test_asking_for_many_at_once_gets_no_more(limited, bouton):
    await limited.get(LONGUE.format(bouton.slug, 1))  # what such an answer costs is known by then
    paths = [LONGUE.format(bouton.slug, n) for n in range(2, 22)]
    replies = await asyncio.gather(*(limited.get(path) for path in paths))
    assert 1 <= [reply.status_code for reply in replies].count(200) <= 4


async def test_the_poll_of_two_thousand_demarches_by_two_calls_each_fits_in_a_minute(settings, database_url, bouton):
    """A hundred of them, all different, in a twentieth of what is allowed."""
    app = create_app(settings.model_copy(update={"limite_lectures": settings.limite_lectures // 20}), database_url)
    question = '{"json":{"product_id":1,"start_date":"1735686000000","end_date":"%d"}}'
    async with serving(app) as client:
        for n in range(100):
            path = f"/api/v1/demarches/{bouton.slug}/indice?debut=2015-01-01&fin={2016 + n % 10}-{n // 10 + 1:02}-01"
            assert (await client.get(path)).status_code == 200
            asked = {"input": question % (1767221999999 + n * 86_400_000)}
            assert (await client.get("/api/trpc/answer.getObservatoireStats", params=asked)).status_code in {200, 404}


async def test_zero_is_no_limit(settings, database_url, bouton):
    app = create_app(settings.model_copy(update={"limite_lectures": 0}), database_url)
    async with serving(app) as client:
        assert [(await client.get(LONGUE.format(bouton.slug, n))).status_code for n in range(1, 5)] == [200] * 4


ENTREES = {
    "a year of days": ("GET", "/api/v1/demarches/demarche/evolution?debut=2015-03-01&fin=2025-12-31&pas=jour", {}),
    "a form of percents": ("POST", "/avis/cle-demarche", {"content": "note=8&commentaire=" + "%" * 180_000}),
    "a form of accents": ("POST", "/avis/cle-demarche", {"content": "note=8&commentaire=" + "%C3%A9" * 31_000}),
    "a form of fields": ("POST", "/avis/cle-demarche", {"content": "&" * 190_000}),
    "a policy of line ends": ("GET", "/integrer/cle-demarche?csp=" + "%0A" * 8_000, {}),
    "a policy of metas": ("GET", "/integrer/cle-demarche?csp=" + "%3Cmeta%20" * 3_000, {}),
    "fields nobody knows": ("POST", "/api/v1/avis", {"json": dict.fromkeys(map(hex, range(5_000)))}),
    "deep JSON": ("POST", "/api/v1/avis", {"content": '{"a":' * 10_000}),
    "a long number": ("POST", "/api/v1/avis", {"content": '{"note":%s}' % ("9" * 60_000)}),
    "words to search": ("GET", "/api/v1/demarches?q=" + "a%20" * 7_000, {}),
    "many parameters": ("GET", "/api/v1/demarches?" + "a=b&" * 7_000, {}),
    "an input of brackets": ("GET", "/api/trpc/answer.getObservatoireStats?input=" + "[" * 28_000, {}),
    "ETags": ("GET", "/api/v1/demarches", {"headers": {"If-None-Match": '"a-gzip",' * 3_000}}),
    "an ETag of suffixes": ("GET", "/api/v1/demarches", {"headers": {"If-None-Match": f'"{"-gzip" * 5_000}x"'}}),
    "languages": ("GET", "/avis/cle-demarche", {"headers": {"Accept-Language": "a;q=0.1," * 3_900}}),
    "codings": ("GET", "/", {"headers": {"Accept-Encoding": "a;q=0.1," * 3_900}}),
}


@pytest.mark.parametrize("name", ENTREES)
async def test_nothing_that_is_sent_holds_the_loop(client, bouton, name):
    method, path, options = ENTREES[name]
    kind = "application/x-www-form-urlencoded" if path.startswith("/avis") else "application/json"
    options = options | {"headers": {"Content-Type": kind} | options.get("headers", {})}

    async def held():
        request = client.build_request(method, path, **options)
        with tenue_de_la_boucle() as tenue:
            await asyncio.create_task(client.send(request))
        return tenue.secondes

    await held()  # what is made once in a process
    assert min([await held() for _ in range(3)]) < 20 * milliseconde()
