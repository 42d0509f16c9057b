"""Requests as other people's pages send them: their `fetch` wrapped by agents that add headers and cookies."""

import uuid

import pytest

from app.pages.formulaire_textes import textes

HOTE = "https://hote.exemple"
USUELS = "Authorization, Content-Type, If-None-Match"
TRACES = "traceparent,tracestate,baggage,sentry-trace,x-datadog-trace-id,x-requested-with,newrelic,b3,x-jamais-vu"


async def ask(client, path, headers, method="POST"):
    asked = {"origin": HOTE, "access-control-request-method": method, "access-control-request-headers": headers}
    return await client.options(path, headers=asked)


AVIS = "/api/v1/avis/8f14e45f-ceea-467f-a9b0-1f2d3c4b5a69"


@pytest.mark.parametrize("path", ["/api/v1/avis", AVIS, "/widget/v1/boutons/cle"])
async def test_whatever_header_a_page_adds_passes_the_preflight_of_the_button(client, path):
    reply = await ask(client, path, "authorization," + TRACES)
    assert reply.status_code == 204
    assert reply.headers["access-control-allow-headers"] == "authorization," + TRACES
    assert reply.headers["access-control-allow-origin"] == HOTE
    assert reply.headers["access-control-allow-credentials"] == "true"
    assert "Origin" in reply.headers["vary"]


@pytest.mark.parametrize("names", ["a\r\nset-cookie: x", "<script>", "a" * 3_000])
async def test_a_name_that_is_not_one_is_not_repeated(client, names):
    reply = await ask(client, "/api/v1/avis", names.replace("\r\n", " "))
    assert reply.headers["access-control-allow-headers"] == USUELS


@pytest.mark.parametrize("path", ["/api/v1/demarches", "/api/v1/avisx", "/api/v1/equipe/avis", "/widget/v1/jdma.js"])
async def test_nothing_else_takes_credentials(client, path):
    for reply in (await ask(client, path, TRACES, "GET"), await client.get(path, headers={"origin": HOTE})):
        assert "access-control-allow-credentials" not in reply.headers
        assert reply.headers.get("access-control-allow-headers", "") in {
            "",
            "Authorization, Content-Type, If-None-Match",
        }


async def test_a_deposit_sent_with_cookies_is_stored_readable_and_sets_none(client, bouton, recount):
    avis = {"id": str(uuid.uuid4()), "bouton": bouton.cle, "note": 8}
    reply = await client.post("/api/v1/avis", json=avis, headers={"origin": HOTE, "cookie": "session=x"})
    assert reply.status_code == 201
    assert reply.headers.get_list("access-control-allow-origin") == [HOTE]
    assert "set-cookie" not in reply.headers
    assert await recount(bouton) == {8: 1}


async def test_a_page_without_an_origin_is_answered_as_anybody(client, bouton):
    avis = {"id": str(uuid.uuid4()), "bouton": bouton.cle, "note": 8}
    reply = await client.post("/api/v1/avis", json=avis, headers={"origin": "null"})
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize("langue", ["fr", "en", "es"])
async def test_a_bouton_dessai_says_so_before_anybody_answers(client, new_bouton, sql, langue):
    essai = await new_bouton("essai")
    await sql.execute("DELETE FROM bouton WHERE id = $1", essai.id)
    await sql.execute(
        "INSERT INTO bouton (demarche_id, cle, nom, essai) VALUES ($1, $2, 'Essai', true)", essai.demarche_id, essai.cle
    )
    vue = (await client.get(f"/widget/v1/boutons/{essai.cle}?langue={langue}")).json()
    t = textes(langue)
    assert vue[1].startswith(t["page"]["essai"])
    panneau = (await client.get(f"/widget/v1/boutons/{essai.cle}?langue={langue}&textes=panneau")).json()
    assert (panneau["essai"], panneau["vue"][1]) == (True, t["widget"]["precision"])
