"""Limits per address: generous, exact for the configured proxies only, never keyed on the address itself."""

from uuid import uuid4

import pytest

from app.avis.limites import Limites, network_of
from app.main import create_app
from tests.conftest import serving


def avis_for(bouton):
    return {"id": str(uuid4()), "bouton": bouton.cle, "note": 8}


async def statuses(client, bouton, count, **headers):
    return [
        (await client.post("/api/v1/avis", json=avis_for(bouton), headers=headers)).status_code for _ in range(count)
    ]


async def test_beyond_the_limit_the_answer_says_when_to_come_back(settings, database_url, bouton, recount):
    app = create_app(settings.model_copy(update={"limite_par_adresse": 3}), database_url)
    async with serving(app) as client:
        assert await statuses(client, bouton, 3) == [201] * 3
        reply = await client.post("/api/v1/avis", json=avis_for(bouton))
        assert (reply.status_code, reply.json()["code"]) == (429, "trop_de_requetes")
        assert 1 <= int(reply.headers["retry-after"]) <= 60
    assert await recount(bouton) == {8: 3}


async def test_each_bouton_has_its_own_limit(settings, database_url, new_bouton):
    one, two = await new_bouton("une"), await new_bouton("deux")
    app = create_app(settings.model_copy(update={"limite_par_bouton": 2}), database_url)
    async with serving(app) as client:
        assert await statuses(client, one, 3) == [201, 201, 429]
        assert await statuses(client, two, 3) == [201, 201, 429]


async def test_what_one_limit_refuses_does_not_count_for_the_other(settings, database_url, new_bouton):
    one, two = await new_bouton("une"), await new_bouton("deux")
    app = create_app(settings.model_copy(update={"limite_par_adresse": 6, "limite_par_bouton": 4}), database_url)
    async with serving(app) as client:
        assert await statuses(client, one, 6) == [201] * 4 + [429] * 2
        assert await statuses(client, two, 3) == [201] * 2 + [429]


async def test_requests_that_are_not_valid_do_not_count_as_deposits_but_a_flood_of_them_ends(
    settings, database_url, bouton
):
    app = create_app(settings.model_copy(update={"limite_par_adresse": 2}), database_url)
    wrong = [{"note": 11}, {"bouton": "inconnu"}]
    async with serving(app) as client:
        for change in wrong * 4:
            assert (await client.post("/api/v1/avis", json=avis_for(bouton) | change)).status_code in {404, 422}
        assert await statuses(client, bouton, 3) == [201, 201, 429]
        flood = [(await client.post("/api/v1/avis", json={})).status_code for _ in range(10)]
    assert flood == [422] * 9 + [429]


async def test_the_form_counts_as_the_api_does(settings, database_url, new_bouton):
    one, two = await new_bouton("une"), await new_bouton("deux")
    app = create_app(settings.model_copy(update={"limite_par_adresse": 3, "limite_par_bouton": 2}), database_url)

    async def send(client, bouton, note):
        fields = {"id": str(uuid4()), "note": note}
        return (await client.post(f"/avis/{bouton.cle}", data=fields)).status_code

    async with serving(app) as client:
        sent = [await send(client, one, note) for note in ("", "11", "8", "8", "8", "8")]
        assert sent == [422, 422, 303, 303, 429, 429]
        assert [await send(client, two, "8") for _ in range(2)] == [303, 429]


async def test_completions_are_limited_too(settings, database_url, bouton):
    app = create_app(settings.model_copy(update={"limite_par_adresse": 1}), database_url)
    async with serving(app) as client:
        avis = avis_for(bouton)
        bearer = {"Authorization": f"Bearer {(await client.post('/api/v1/avis', json=avis)).json()['jeton']}"}
        path = f"/api/v1/avis/{avis['id']}"
        codes = [(await client.patch(path, json={"note": 3}, headers=bearer)).status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]


async def test_a_flood_of_jetons_that_open_nothing_ends_and_takes_nothing_from_the_citizen(
    settings, database_url, bouton
):
    app = create_app(settings.model_copy(update={"limite_par_adresse": 2}), database_url)
    async with serving(app) as client:
        avis = avis_for(bouton)
        bearer = {"Authorization": f"Bearer {(await client.post('/api/v1/avis', json=avis)).json()['jeton']}"}
        forged = {"Authorization": "Bearer " + "A" * 34}
        paths = [f"/api/v1/avis/{avis['id']}", f"/api/v1/avis/{uuid4()}", "/api/v1/avis/x"]
        flood = [(await client.patch(paths[n % 3], json={"note": 3}, headers=forged)).status_code for n in range(40)]
        assert flood == [401, 401, 404] * 3 + [401] + [429] * 30
        kept = [(await client.patch(paths[0], json={"note": 3}, headers=bearer)).status_code for _ in range(11)]
        assert kept == [200] * 10 + [429]
        assert await statuses(client, bouton, 2) == [201, 429]


@pytest.mark.parametrize(
    ("proxies", "expected"),
    [([], [201, 429, 429]), (["127.0.0.0/8"], [201, 201, 201]), (["10.0.0.1"], [201, 429, 429])],
)
async def test_only_a_trusted_proxy_is_believed(settings, database_url, bouton, proxies, expected):
    update = {"limite_par_adresse": 1, "proxys_de_confiance": proxies}
    async with serving(create_app(settings.model_copy(update=update), database_url)) as client:
        sent = [await statuses(client, bouton, 1, **{"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(3)]
    assert [codes[0] for codes in sent] == expected


async def test_a_forged_first_address_does_not_hide_the_one_the_proxy_saw(settings, database_url, bouton):
    update = {"limite_par_adresse": 1, "proxys_de_confiance": ["127.0.0.1"]}
    async with serving(create_app(settings.model_copy(update=update), database_url)) as client:
        sent = [
            await statuses(client, bouton, 1, **{"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.9"}) for n in range(2)
        ]
    assert sent == [[201], [429]]


def test_a_line_in_ipv6_is_one_address_and_a_mapped_ipv4_is_itself():
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:203.0.113.9") == network_of("203.0.113.9")


def test_what_is_counted_never_holds_the_address_and_changes_every_day(settings):
    clock = [86_400.0 * 20_000]
    limites = Limites(settings, b"secret", lambda: clock[0])
    today = limites._hash("203.0.113.9")
    assert "203" not in today
    assert limites._hash("203.0.113.9") == today != limites._hash("203.0.113.10")
    clock[0] += 86_400
    assert limites._hash("203.0.113.9") != today


async def test_a_counter_that_is_away_costs_no_avis(settings, database_url, bouton):
    update = {"limite_par_adresse": 1, "limites_url": "async+redis://127.0.0.1:1/0"}
    async with serving(create_app(settings.model_copy(update=update), database_url)) as client:
        assert await statuses(client, bouton, 3) == [201] * 3
