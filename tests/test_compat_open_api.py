"""The shapes of the national service's API, under a key: what it lists, counts and sets."""

import datetime as dt

import pytest
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.compat import annuaire, service, statistiques
from app.compat.refus import IdentifiantPris
from app.demarches.refus import BoutonIntrouvable, ChampInvalide
from app.equipes import cles
from app.main import create_app
from tests.conftest import serving

pytestmark = pytest.mark.usefixtures("on_a_known_day")

D = dt.date
STATS, TOP = "/api/open-api/statistiques", "/api/open-api/setTop250"
JANVIER = {"start_date": "2026-01-01", "end_date": "2026-01-31"}


@pytest.fixture
def key(engine):
    """Make a key: `await key("ministere:finances")` gives the headers that show it."""

    async def make(portee="administrateur"):
        async with AsyncSession(engine) as db, db.begin():
            _, secret = await cles.creer(db, "essai", portee)
        return {"Authorization": f"Bearer {secret}"}

    return make


@pytest.fixture
async def three(sql, new_bouton):
    """a: jdma:1006, of finances, forms 11 and 12; b: jdma:1007, of the interior's agency, form 13; c: of nobody."""
    await sql.execute("INSERT INTO ministere (id, slug, nom) VALUES (1, 'finances', 'Finances')")
    await sql.execute("INSERT INTO ministere (id, slug, nom) VALUES (2, 'interieur', 'Intérieur')")
    await sql.execute("INSERT INTO organisme (id, ministere_id, slug, nom) VALUES (7, 2, 'ants', 'France Titres')")
    a, b, c = [await new_bouton(slug) for slug in "abc"]
    await sql.execute("UPDATE demarche SET ministere_id = 1 WHERE slug = 'a'")
    await sql.execute("UPDATE demarche SET ministere_id = 2, organisme_id = 7 WHERE slug = 'b'")
    for valeur, bouton in (("1006", a), ("1007", b), ("999999", b), ("sans-nombre", c)):
        await sql.execute("INSERT INTO identifiant VALUES ('jdma', $1, $2)", valeur, bouton.demarche_id)
    second = await sql.fetchval(
        "INSERT INTO bouton (demarche_id, cle, nom) VALUES ($1, 'deux', 'Deux') RETURNING id", a.demarche_id
    )
    await sql.execute(
        "INSERT INTO bouton (demarche_id, cle, nom, essai) VALUES ($1, 'essai', 'Essai', true)", a.demarche_id
    )
    for valeur, bouton_id in (("11", a.id), ("12", second), ("13", b.id)):
        await sql.execute("INSERT INTO identifiant_bouton VALUES ('jdma-formulaire', $1, $2)", valeur, bouton_id)
    return a, b, c


async def post(client, path, headers, status=200, **body):
    reply = await client.post(path, json=body, headers=headers)
    assert reply.status_code == status, reply.text
    return reply.json()


async def stats(client, headers, **body):
    return (await post(client, STATS, headers, **(JANVIER | body)))["data"]


# --- health


async def test_the_health_has_its_three_words(client):
    reply = await client.get("/api/open-api/health")
    assert (reply.status_code, reply.json()) == (200, {"status": "ok", "database": "ok", "elk": "ok"})


async def test_the_health_says_that_the_database_is_away(settings):
    async with serving(create_app(settings, "postgresql://nobody@127.0.0.1:1/none")) as client:
        reply = await client.get("/api/open-api/health")
    assert (reply.status_code, reply.json()["status"], reply.json()["database"]) == (503, "degraded", "down")


# --- services


async def test_an_administrator_sees_every_demarche_and_its_boutons_under_their_national_numbers(client, three, key):
    reply = await client.get("/api/open-api/services", headers=await key())
    _, _, c = three
    assert reply.json() == {
        "data": [
            {
                "id": 1006,
                "title": "Démarche a",
                "entity": "Finances",
                "forms": [{"id": 11, "title": "Principal"}, {"id": 12, "title": "Deux"}],
            },
            {"id": 1007, "title": "Démarche b", "entity": "France Titres", "forms": [{"id": 13, "title": "Principal"}]},
            {
                "id": 1_000_000_000 + c.demarche_id,
                "title": "Démarche c",
                "entity": "",
                "forms": [{"id": 1_000_000_000 + c.id, "title": "Principal"}],
            },
        ]
    }
    assert reply.headers["cache-control"] == "no-store"


async def test_a_key_shows_only_what_it_opens(client, three, key):
    for portee, titles in {
        "ministere:interieur": ["Démarche b"],
        "demarche:c": ["Démarche c"],
        "demarche:jdma:1006": ["Démarche a"],
    }.items():
        reply = await client.get("/api/open-api/services", headers=await key(portee))
        assert [service["title"] for service in reply.json()["data"]] == titles


# --- statistiques


async def test_counts_come_in_the_published_shape(client, three, key, count):
    a, _, _ = three
    await count(a, "2026-01-15", {0: 1, 5: 2, 10: 3})
    await count(a, "2026-01-20", {10: 4})
    await count(a, "2026-01-20", {1: 1, 5: 2}, question=2)
    await count(a, "2026-01-20", {0: 9, 1: 5, 2: 1, 3: 4, 6: 2}, question=3)
    await count(a, "2026-01-20", {0: 1, 1: 3}, question=5)
    await count(a, "2026-01-20", {3: 1, 5: 2}, question=9)
    await count(a, "2026-01-20", {1: 1}, question=4)
    await count(a, "2026-02-01", {0: 100})
    reached = "Quand vous avez cherché de l'aide, avez-vous réussi à joindre l'administration ?"
    quality = "Comment évaluez-vous la qualité de l'aide que vous avez obtenue de la part de l'administration ?"
    yes = {"intention": "good", "label": "Oui", "count": 3}
    no = {"intention": "bad", "label": "Non", "count": 1}
    qualities = [
        {"intention": "medium", "label": "Ni bonne, ni mauvaise", "count": 1},
        {"intention": "very_good", "label": "Excellente", "count": 2},
    ]
    data = [
        {
            "category": "satisfaction",
            "label": "De façon générale, comment ça s’est passé ?",
            "number_hits": [
                {"intention": "bad", "label": "Pas bien", "count": 1},
                {"intention": "medium", "label": "Moyen", "count": 2},
                {"intention": "good", "label": "Très bien", "count": 7},
            ],
        },
        {
            "category": "comprehension",
            "label": "Qu'avez-vous pensé des informations et des instructions fournies ?",
            "number_hits": [
                {"intention": "very_bad", "label": "1", "count": 1},
                {"intention": "very_good", "label": "5", "count": 2},
            ],
        },
        {
            "category": "contact_tried",
            "label": "Durant votre parcours, avez-vous tenté d’obtenir de l’aide par l’un des moyens suivants ?",
            "number_hits": [
                {
                    "intention": "neutral",
                    "label": "Au guichet avec l’administration",
                    "count": 1,
                    "children": [
                        {"category": "contact_reached", "label": reached, "number_hits": [yes | {"count": 1}]}
                    ],
                },
                {
                    "intention": "neutral",
                    "label": "Par téléphone avec l’administration",
                    "count": 4,
                    "children": [
                        {"category": "contact_reached", "label": reached, "number_hits": [yes, no]},
                        {"category": "contact_satisfaction", "label": quality, "number_hits": qualities},
                    ],
                },
                {"intention": "neutral", "label": "Une personne proche", "count": 2},
                {"intention": "good", "label": "Je n'ai pas eu besoin d'aide", "count": 5},
            ],
        },
        {"category": "contact_reached", "label": reached, "number_hits": [yes | {"count": 4}, no]},
        {"category": "contact_satisfaction", "label": quality, "number_hits": qualities},
    ]
    interval = {"date": "all_time", "length_interval": "none", "data": data}
    assert await stats(client, await key()) == [
        {
            "product_id": "1006",
            "product_name": "Démarche a",
            "forms": [{"form_id": "11", "form_name": "Principal", "intervals": [interval]}],
        }
    ]


async def test_every_note_is_in_one_answer_and_good_ones_are_the_satisfaits(client, three, key, count):
    await count(three[0], "2026-01-15", {note: 10**note for note in range(9)})
    await count(three[0], "2026-01-15", {9: 2, 10: 1})
    (product,) = await stats(client, await key(), field_codes=["satisfaction"])
    hits = product["forms"][0]["intervals"][0]["data"][0]["number_hits"]
    assert {hit["intention"]: hit["count"] for hit in hits} == {"bad": 11111, "medium": 11100000, "good": 10**8 + 3}
    params = {"debut": "2026-01-01", "fin": "2026-01-31"}
    indice = (await client.get("/api/v1/demarches/a/indice", params=params)).json()
    assert (hits[2]["count"], sum(hit["count"] for hit in hits)) == (indice["satisfaits"], indice["total"])


async def test_intervals_start_where_calendars_do_and_hold_only_the_days_asked_for(
    client,
    three,
    key,
    count,
):
    a, _, _ = three
    for jour in ("2025-12-31", "2026-01-02", "2026-01-05", "2026-01-31", "2026-02-10", "2026-02-11"):
        await count(a, jour, {10: 1})
    days = {"start_date": "2026-01-02", "end_date": "2026-02-10"}
    expected = {
        "none": {"all_time": 4},
        "day": {"2026-01-02": 1, "2026-01-05": 1, "2026-01-31": 1, "2026-02-10": 1},
        "week": {"2025-12-29": 1, "2026-01-05": 1, "2026-01-26": 1, "2026-02-09": 1},
        "month": {"2026-01-01": 3, "2026-02-01": 1},
        "year": {"2026-01-01": 4},
    }
    for interval, counts in expected.items():
        (product,) = await stats(client, await key(), interval=interval, **days)
        seen = product["forms"][0]["intervals"]
        assert {i["date"].removesuffix("T00:00:00.000Z"): i["data"][0]["number_hits"][0]["count"] for i in seen} == (
            counts
        )
        assert {i["length_interval"] for i in seen} == {interval}


async def test_demarches_and_forms_are_chosen_by_their_numbers(client, sql, three, key, count):
    a, _, c = three
    await count(a, "2026-01-15", {10: 1})
    second = await sql.fetchval("SELECT id FROM bouton WHERE cle = 'deux'")
    await sql.execute("UPDATE compte SET bouton_id = $1", second)
    for bouton in three:
        await count(bouton, "2026-01-15", {10: 1})
    admin = await key()

    async def chosen(**body):
        return {(p["product_id"], f["form_id"]) for p in await stats(client, admin, **body) for f in p["forms"]}

    own = str(1_000_000_000 + c.demarche_id), str(1_000_000_000 + c.id)
    assert await chosen() == {("1006", "11"), ("1006", "12"), ("1007", "13"), own}
    assert await chosen(product_ids=[1006]) == {("1006", "11"), ("1006", "12")}
    assert await chosen(product_ids=[999999, 1007, "1007"]) == {("1007", "13")}
    assert await chosen(form_ids=[12]) == {("1006", "12")}
    assert await chosen(form_ids=[12], product_ids=[1007]) == {("1006", "12"), ("1007", "13")}
    assert await chosen(form_ids=[int(own[1])]) == await chosen(product_ids=[int(own[0])]) == {own}
    assert await chosen(field_codes=["easy"]) == set()


async def test_more_than_ten_demarches_are_answered_whole_however_they_are_read(
    client,
    new_bouton,
    key,
    count,
    monkeypatch,
):
    for rang in range(25):
        await count(await new_bouton(f"d{rang}"), "2026-01-15", {10: 1 + rang})
    admin = await key()
    whole = await stats(client, admin)
    assert len(whole) == 25
    monkeypatch.setattr(statistiques, "_PAR_LOT", 3)
    assert await stats(client, admin) == whole


async def test_without_dates_the_last_twelve_months_are_counted(client, three, key, count):
    for jour in ("2025-03-17", "2025-03-18", "2026-03-17"):
        await count(three[0], jour, {10: 1})
    data = (await post(client, STATS, await key()))["data"]
    assert data[0]["forms"][0]["intervals"][0]["data"][0]["number_hits"][0]["count"] == 2


async def test_a_key_counts_what_it_opens_and_is_refused_the_rest(client, three, key, count):
    for bouton in three:
        await count(bouton, "2026-01-15", {10: 1})
    finances = await key("ministere:finances")
    assert [product["product_id"] for product in await stats(client, finances)] == ["1006"]
    for body in ({"product_ids": [1007]}, {"form_ids": [13]}, {"product_ids": [1006], "form_ids": [13]}):
        problem = await post(client, STATS, finances, 403, **JANVIER, **body)
        assert problem["code"] == "hors_portee"
    assert [p["product_id"] for p in await stats(client, finances, product_ids=[1006])] == ["1006"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"product_ids": [1006, 5, 6]}, "product_ids suivants n'existent pas en base : 5, 6"),
        ({"form_ids": [-1]}, "form_ids suivants n'existent pas en base : -1"),
        ({"product_ids": [10**30]}, str(10**30)),
        ({"product_ids": "tous"}, "product_ids"),
        ({"product_ids": ["a"]}, "product_ids.0"),
        ({"interval": "quarter"}, "interval"),
        ({"start_date": "2026-02-30"}, "start_date"),
        ({"start_date": "2026-02-01"}, "end_date"),
        ({"end_date": 5}, "end_date"),
        ({"start_date": "2000-01-01", "interval": "day"}, "interval"),
    ],
    ids=str,
)
async def test_a_question_that_cannot_be_answered_is_a_400_that_says_why(client, three, key, body, said):
    problem = await post(client, STATS, await key(), 400, **(JANVIER | body))
    assert said in problem["detail"]
    assert problem["message"] == problem["detail"]
    assert problem["type"].startswith("urn:jdma:probleme:")


async def test_a_body_that_is_no_json_or_too_long_is_refused(client, three, key):
    admin = await key()
    for content in (b"", b"{", b"[]", b"\xff", b'{"start_date":"\x00"}'):
        assert (await client.post(STATS, content=content, headers=admin)).status_code == 400
    assert (await client.post(STATS, content=b" " * 70_000, headers=admin)).status_code == 413
    form = admin | {"Content-Type": "application/x-www-form-urlencoded"}  # what `curl -d` announces
    assert (await client.post(STATS, content=b"{}", headers=form)).status_code == 200


async def test_an_answer_that_would_never_end_is_refused_at_once(client, three, key, monkeypatch):
    monkeypatch.setattr(statistiques, "CELLULES_MAX", 100)
    problem = await post(client, STATS, await key(), 400, **JANVIER, interval="day")
    assert "trop longue" in problem["detail"]


# --- setTop250


async def listed(client):
    elements = (await client.get("/api/v1/demarches")).json()["elements"]
    return [element["slug"] for element in elements if element["top_250"]]


async def test_the_list_of_the_250_is_replaced_whole(client, three, key):
    admin = await key()
    body = await post(client, TOP, admin, form_ids=[12, 13, 13])
    assert body == {"result": {"new_top250_forms": [12, 13], "already_top250_forms": [], "down_top250_forms": []}}
    assert await listed(client) == ["a", "b"]
    own = 1_000_000_000 + three[2].id
    body = await post(client, TOP, admin, form_ids=["13", own])
    assert body == {"result": {"new_top250_forms": [own], "already_top250_forms": [13], "down_top250_forms": [11]}}
    assert await listed(client) == ["b", "c"]


@pytest.mark.parametrize("champ", ["form_ids", "product_ids"])
async def test_an_empty_list_is_refused_and_empties_nothing(client, three, key, champ):
    admin = await key()
    await post(client, TOP, admin, form_ids=[11, 13])
    problem = await post(client, TOP, admin, 400, **{champ: []})
    assert problem["code"] == "liste_vide"
    assert problem["message"] == problem["detail"]
    assert champ in problem["message"]
    assert await listed(client) == ["a", "b"]


async def test_who_replaced_the_list_is_in_the_journal_with_its_size_before_and_after(
    client, sql, three, key, monkeypatch
):
    admin = await key()
    numero = await sql.fetchval("SELECT max(id) FROM cle_api")
    journal = structlog.testing.CapturingLogger()
    monkeypatch.setattr(service, "log", journal)
    await post(client, TOP, admin, form_ids=[11, 13])
    await post(client, TOP, admin, form_ids=[13])
    await post(client, TOP, admin, 400, form_ids=[])
    assert [call.args for call in journal.calls] == [("top_250_remplacee",)] * 2
    first, second = [call.kwargs for call in journal.calls]
    assert [first[name] for name in ("cle", "avant", "apres", "sorties")] == [numero, 0, 2, 0]
    assert [second[name] for name in ("cle", "avant", "apres", "sorties")] == [numero, 2, 1, 1]


async def test_a_demarche_keeps_the_day_it_entered_the_list(client, sql, three, key):
    admin = await key()
    await post(client, TOP, admin, form_ids=[11])
    await sql.execute("UPDATE demarche SET top_250_depuis = '2025-01-01' WHERE slug = 'a'")
    await post(client, TOP, admin, form_ids=[11, 13])
    dates = "SELECT top_250_depuis, top_250_jusqu_au FROM demarche WHERE slug = 'a'"
    assert tuple(await sql.fetchrow(dates)) == (D(2025, 1, 1), None)
    await post(client, TOP, admin, form_ids=[13])
    depuis, jusqu_au = await sql.fetchrow(dates)
    assert depuis == D(2025, 1, 1)
    assert jusqu_au is not None


async def test_the_former_body_and_its_answer_still_work(client, three, key):
    admin = await key()
    await post(client, TOP, admin, product_ids=[1006])
    body = await post(client, TOP, admin, product_ids=[1007])
    assert body == {"result": {"new_top250": [1007], "already_top250": [], "down_top250": [1006]}}
    assert await listed(client) == ["b"]


async def test_an_unknown_number_is_named_and_nothing_changes(client, three, key):
    admin = await key()
    await post(client, TOP, admin, form_ids=[11])
    problem = await post(client, TOP, admin, 400, form_ids=[13, 98, 99])
    assert problem["detail"] == "Les form_ids suivants n'existent pas en base : 98, 99"
    await post(client, TOP, admin, 400)
    await post(client, TOP, admin, 400, form_ids=None)
    assert await listed(client) == ["a"]


async def test_only_an_administrator_sets_the_list(client, three, key):
    for portee in ("ministere:finances", "demarche:a"):
        assert (await post(client, TOP, await key(portee), 403, form_ids=[11]))["code"] == "hors_portee"
    assert await listed(client) == []


# --- names of boutons


async def test_a_bouton_is_given_the_name_of_its_form_once(client, engine, three, key, count):
    _, b, c = three

    async def name(cle, identifiant):
        async with AsyncSession(engine) as db, db.begin():
            await annuaire.nommer_bouton(db, cle, identifiant)

    for _ in range(2):
        await name(c.cle, "jdma-formulaire:77")
    services = (await client.get("/api/open-api/services", headers=await key("demarche:c"))).json()["data"]
    assert services[0]["forms"][0]["id"] == 77
    with pytest.raises(IdentifiantPris):
        await name(b.cle, "jdma-formulaire:77")
    for cle in ("inconnue", "\x00"):
        with pytest.raises(BoutonIntrouvable):
            await name(cle, "jdma-formulaire:78")
    for wrong in ("", "77", ":77", "jdma-formulaire:", "a:\x00", "a:" + "1" * 300):
        with pytest.raises(ChampInvalide):
            await name(c.cle, wrong)
