"""The page of figures: the same values as the API, in French, honest about thresholds, useful without script."""

import re
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages import affichage


@pytest.fixture
async def noted(client, bouton):
    for note in [10] * 70 + [5] * 20 + [0] * 20:
        await client.post("/api/v1/avis", json={"id": str(uuid4()), "bouton": bouton.cle, "note": note})
    return bouton


async def test_a_page_shows_the_figures_of_the_api(client, noted):
    page = await client.get("/demarches/demarche")
    assert page.status_code == 200
    text = re.sub(r"\s+", " ", page.text.replace(affichage.INSECABLE, " "))
    assert "<strong>7,3</strong> / 10" in text
    assert "<strong>63,6 %</strong>" in text
    assert "70 avis sur 110" in text
    assert "strictement au-dessus de 7" in text
    assert "<script" not in text
    assert "style=" not in text


async def test_a_page_never_says_zero_where_nothing_is_known(client, bouton):
    page = await client.get("/demarches/demarche")
    assert "Aucun avis n'a été déposé" in page.text
    assert "0,0" not in page.text


async def test_too_few_avis_are_shown_as_such(client, bouton):
    await client.post("/api/v1/avis", json={"id": str(uuid4()), "bouton": bouton.cle, "note": 9})
    page = await client.get("/demarches/demarche")
    assert "1 avis seulement : il en faut 100" in page.text
    assert "au-dessus de 7 <" not in page.text


async def test_a_page_is_fresh_at_once_and_unchanged_otherwise(client, noted):
    first = await client.get("/demarches/demarche")
    known = {"If-None-Match": first.headers["etag"]}
    assert (await client.get("/demarches/demarche", headers=known)).status_code == 304
    await client.post("/api/v1/avis", json={"id": str(uuid4()), "bouton": noted.cle, "note": 9})
    assert (await client.get("/demarches/demarche", headers=known)).status_code == 200


async def test_demarches_are_found_without_accents_and_titles_cannot_inject(client, new_bouton, sql):
    await new_bouton("une")
    title = "Déclarer <script>alert(1)</script>"
    await sql.execute("UPDATE demarche SET titre = $1, titre_recherche = 'declarer script alert 1 script'", title)
    page = await client.get("/demarches", params={"q": "declarer"})
    assert "Déclarer &lt;script&gt;" in page.text
    assert 'href="/demarches/une"' in page.text
    assert "Aucune démarche ne correspond" in (await client.get("/demarches", params={"q": "zzzz"})).text


async def test_a_person_gets_a_page_and_a_program_a_problem(client):
    for path in ("/demarches/inconnue", "/nulle-part"):
        page = await client.get(path, headers={"Accept": "text/html,*/*"})
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        problem = await client.get(path)
        assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")


async def test_a_head_request_says_the_same_without_a_body(client, noted):
    got, head = await client.get("/api/v1/indices"), await client.head("/api/v1/indices")
    assert (head.status_code, head.headers["etag"]) == (200, got.headers["etag"])


async def test_every_reply_is_protected_and_named(client):
    for path in ("/healthz", "/demarches", "/api/v1/indices", "/nulle-part"):
        reply = await client.get(path, headers={"X-Request-Id": "abc-1"})
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in reply.headers["content-security-policy"]
        assert reply.headers["x-request-id"] == "abc-1"


@given(st.floats(0, 10), st.sampled_from([7.0, 5.0, 8.0]))
def test_rounding_never_moves_a_figure_across_a_threshold(value, threshold):
    shown = float(affichage.decimal(value, threshold).replace(",", "."))
    assert (shown > threshold, shown < threshold) == (value > threshold, value < threshold) or abs(
        value - threshold
    ) < 1e-13
    assert abs(shown - value) <= 0.05


@given(st.floats(0, 1))
def test_a_share_is_only_said_to_be_all_or_nothing_when_it_is(part):
    shown = affichage.pourcent(part).removesuffix(f"{affichage.INSECABLE}%")
    if 1e-14 < part < 1 - 1e-14:
        assert shown not in {"100,0", "0,0"}


def test_days_are_written_in_french():
    assert affichage.jour(date(2026, 3, 1)) == "1er mars 2026"
    assert affichage.mois(date(2026, 8, 9)) == "août 2026"
