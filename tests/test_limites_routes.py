"""Every address that takes something from a citizen counts what it is sent, valid or not."""

from uuid import uuid4

import pytest

from app.main import create_app
from tests.adresses import ecritures
from tests.conftest import serving

AVEC_CLE = {("POST", "/api/open-api/statistiques"), ("POST", "/api/open-api/setTop250")}
"""Nobody comes in without a key of this service, and no avis does."""
DE_CITOYENS = {
    ("POST", "/api/v1/avis"): {"json": {}},
    ("PATCH", "/api/v1/avis/{id}"): {"json": {"note": 11}},
    ("POST", "/avis/{cle}"): {"data": {"note": "11"}},
}


def test_no_address_that_writes_is_unknown_here(app):
    assert ecritures(app) == AVEC_CLE | set(DE_CITOYENS)


@pytest.mark.parametrize("route", sorted(DE_CITOYENS))
async def test_a_flood_of_what_is_not_valid_ends(settings, database_url, bouton, route):
    limited = create_app(settings.model_copy(update={"limite_par_adresse": 1}), database_url)
    async with serving(limited) as client:
        avis = {"id": str(uuid4()), "bouton": bouton.cle, "note": 8}
        jeton = (await client.post("/api/v1/avis", json=avis)).json()["jeton"]
        path = route[1].format(id=avis["id"], cle=bouton.cle)
        headers = {"Authorization": f"Bearer {jeton}"} if route[0] == "PATCH" else {}
        replies = [await client.request(route[0], path, headers=headers, **DE_CITOYENS[route]) for _ in range(12)]
    codes = [reply.status_code for reply in replies]
    assert codes == sorted(codes), codes
    assert set(codes) == {422, 429}
    assert all(int(reply.headers["retry-after"]) >= 1 for reply in replies if reply.status_code == 429)


async def test_the_form_that_is_refused_gives_back_what_was_typed(settings, database_url, bouton):
    app = create_app(settings.model_copy(update={"limite_par_adresse": 1}), database_url)
    async with serving(app) as client:
        sent = [
            await client.post(f"/avis/{bouton.cle}", data={"note": "11", "commentaire": "Un long texte"})
            for _ in range(11)
        ]
    assert [reply.status_code for reply in sent] == [422] * 10 + [429]
    assert "Un long texte" in sent[-1].text


async def test_a_key_that_does_not_exist_counts_too(settings, database_url, bouton):
    app = create_app(settings.model_copy(update={"limite_par_adresse": 1}), database_url)
    async with serving(app) as client:
        codes = [(await client.post("/avis/inconnue", data={"note": "8"})).status_code for _ in range(11)]
    assert codes == [404] * 10 + [429]
