"""The observatory's collector, unchanged but for the host: what it asks, and the figures that it reads."""

import datetime as dt
import json
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.indices.periode import JOUR

pytestmark = pytest.mark.usefixtures("on_a_known_day")

D = dt.date
PARIS, UTC = ZoneInfo("Europe/Paris"), dt.UTC
PATH = "/api/trpc/answer.getObservatoireStats"
NAMES = ["satisfaction", "comprehension", "contact", "contact_reachability", "contact_satisfaction", "autonomy"]
COUNTS = [
    *("satisfaction_count", "comprehension_count", "contact_count"),
    *("contactReachability_count", "contactSatisfaction_count", "autonomy_count"),
]


@pytest.fixture
async def known(sql, bouton):
    """The démarche of `bouton`, under its numbers in the national service."""
    for source, valeur in (("jdma", "1006"), ("xwiki", "823")):
        await sql.execute("INSERT INTO identifiant VALUES ($1, $2, $3)", source, valeur, bouton.demarche_id)
    return bouton


def instants(debut, fin, zone):
    """The first and the last millisecond of days in a zone, as a collector that runs there sends them."""
    first = dt.datetime.combine(D.fromisoformat(debut), dt.time(), zone)
    after = dt.datetime.combine(D.fromisoformat(fin) + JOUR, dt.time(), zone)
    return str(int(first.timestamp()) * 1000), str(int(after.timestamp()) * 1000 - 1)


async def ask(client, status=200, debut="2026-01-01", fin="2026-01-31", zone=UTC, **champs):
    start, end = instants(debut, fin, zone)
    question = {"product_id": 1006, "form_id": None, "start_date": start, "end_date": end} | champs
    reply = await client.get(PATH, params={"input": json.dumps({"json": question})})
    assert reply.status_code == status, reply.text
    body = reply.json()
    if status != 200:
        assert "result" not in body
        return body["error"]["json"]
    return body["result"]["data"]["json"]


async def total(client, **champs):
    return (await ask(client, **champs))["metadata"]["satisfaction_count"]


# --- figures


async def test_the_contract_s_example_gets_its_shape_and_figures_worked_out_by_hand(client, known, count):
    await count(known, "2026-01-15", {0: 1, 5: 2, 10: 7})
    await count(known, "2026-01-15", {1: 1, 3: 1, 5: 2}, question=2)
    await count(known, "2026-01-15", {0: 10, 1: 4, 3: 6}, question=3)
    await count(known, "2026-01-15", {0: 2, 1: 6, 2: 1, 4: 1, 6: 3}, question=12)
    body = await ask(client)
    assert list(body) == ["data", "metadata"]
    assert list(body["data"]) == NAMES
    assert list(body["metadata"]) == COUNTS
    assert body["data"] == {
        "satisfaction": (2 * 5 + 7 * 10) / 10,
        "comprehension": (0 + 5 + 2 * 10) / 4,
        "contact": (0 + 5 + 3 * 10) / (5 + 2),
        "contact_reachability": 6 / 8,
        "contact_satisfaction": (0 + 5 + 3 * 10) / 5,
        "autonomy": 10 * 4 / 10,
    }
    assert list(body["metadata"].values()) == [10, 4, 7, 8, 5, 10]


async def test_contacts_that_never_succeed_are_worth_nothing_and_counted(client, known, count):
    await count(known, "2026-01-15", {0: 3}, question=12)
    body = await ask(client)
    assert [body["data"][name] for name in NAMES[2:5]] == [0, 0, 0]
    assert [body["metadata"][name] for name in COUNTS[2:5]] == [3, 3, 0]


async def test_an_empty_set_gives_0_here_and_null_everywhere_else(client, known):
    body = await ask(client)
    assert body == {"data": dict.fromkeys(NAMES, 0), "metadata": dict.fromkeys(COUNTS, 0)}
    indice = (await client.get("/api/v1/demarches/jdma:1006/indice")).json()
    assert indice["note_moyenne"] is None


async def test_the_figures_are_those_of_the_indice_on_the_same_days(client, known, count):
    for rang, jour in enumerate(("2025-12-31", "2026-01-01", "2026-01-31", "2026-02-14", "2026-03-01")):
        await count(known, jour, {rang: 3, 10: 2 + rang})
        await count(known, jour, {1 + rang: 2, 5: 1}, question=2)
        await count(known, jour, {0: 9, 1: 1 + rang}, question=3)
        await count(known, jour, {0: rang, 1: 2, 2: 3, 6: 1}, question=12)
    for days in ({"debut": "2026-01-01", "fin": "2026-01-31"}, {"debut": "2025-12-15", "fin": "2026-02-20"}):
        mine = await ask(client, **days)
        theirs = (await client.get("/api/v1/demarches/demarche/indice", params=days)).json()
        for here, there in {
            "satisfaction": ("note_moyenne", "total"),
            "comprehension": ("comprehension", "comprehension_n"),
            "contact_reachability": ("contact_joignabilite", "contact_joignabilite_n"),
            "contact_satisfaction": ("contact_satisfaction", "contact_satisfaction_n"),
            "autonomy": ("autonomie", "autonomie_n"),
        }.items():
            n = mine["metadata"][COUNTS[NAMES.index(here)]]
            assert (mine["data"][here], n) == (theirs[there[0]], theirs[there[1]])
            assert n > 0


async def test_an_avis_that_was_just_acknowledged_is_in_the_next_answer(client, app, known):
    app.dependency_overrides.clear()
    contacts = {"telephone": {"joint": True, "satisfaction": 5}, "guichet": {"joint": False}}
    reponses = {"comprehension": 4, "aide": ["telephone", "guichet"], "contacts": contacts}
    avis = {"id": str(uuid4()), "bouton": known.cle, "note": 10, "reponses": reponses}
    before = await ask(client, start_date=None, end_date=None)
    assert (await client.post("/api/v1/avis", json=avis)).status_code == 201
    body = await ask(client, start_date=None, end_date=None)
    assert before["metadata"]["satisfaction_count"] == 0
    assert list(body["data"].values()) == [10, 7.5, 5, 0.5, 10, 0]
    assert list(body["metadata"].values()) == [1, 1, 2, 2, 1, 1]


# --- days


@pytest.mark.parametrize("zone", [UTC, PARIS], ids=["UTC", "Paris"])
@pytest.mark.parametrize(
    ("debut", "fin"),
    [
        ("2026-01-01", "2026-01-31"),
        ("2025-07-01", "2025-07-01"),
        ("2025-03-30", "2025-03-30"),  # 23 hours
        ("2025-10-26", "2025-10-26"),  # 25 hours
        ("2025-03-29", "2025-10-26"),
        ("2024-02-29", "2026-02-28"),
    ],
)
async def test_the_days_meant_are_counted_whatever_the_collector_s_clock(client, known, count, zone, debut, fin):
    first, last = D.fromisoformat(debut), D.fromisoformat(fin)
    for rang, jour in enumerate(sorted({first - JOUR, first, last, last + JOUR})):
        await count(known, jour, {5: 10**rang})
    expected = 110 if first < last else 10
    assert await total(client, debut=debut, fin=fin, zone=zone) == expected


async def test_three_months_as_the_collector_computes_them_while_its_offset_changes(client, known, count):
    for jour in ("2025-08-31", "2025-09-01", "2025-12-01", "2025-12-02"):
        await count(known, jour, {5: 1})
    start = dt.datetime(2025, 9, 1, tzinfo=PARIS)
    end = dt.datetime(2025, 12, 1, 23, 59, 59, 999000, PARIS)
    champs = {"start_date": int(start.timestamp() * 1000), "end_date": int(end.timestamp() * 1000)}
    assert await total(client, **champs) == 2


async def test_without_dates_everything_up_to_today_is_counted(client, known, count):
    for jour in ("2001-01-01", "2026-03-17", "2026-03-18"):
        await count(known, jour, {5: 1})
    for empty in (None, ""):
        assert await total(client, start_date=empty, end_date=empty) == 2
    reply = await client.get(PATH, params={"input": '{"json":{"product_id":1006}}'})
    assert reply.json()["result"]["data"]["json"]["metadata"]["satisfaction_count"] == 2


async def test_dates_may_be_numbers_texts_days_or_instants(client, known, count):
    await count(known, "2026-01-15", {5: 1})
    start, end = instants("2026-01-15", "2026-01-15", PARIS)
    for debut, fin in (
        (start, end),
        (int(start), float(end)),
        ("2026-01-15", "2026-01-15"),
        ("2026-01-14T23:00:00.000Z", "2026-01-15T22:59:59.999Z"),
        ("2026-01-15T00:00:00+01:00", "2026-01-15T23:59:59"),
        (0, "9" * 15),
        ("-" + "9" * 15, 10**15 - 1),
    ):
        assert await total(client, start_date=debut, end_date=fin) == 1
    for debut, fin in (("2026-01-16", "2026-01-31"), ("1900-01-01", "1900-01-02"), ("0001-01-01", "0001-01-01")):
        assert await total(client, start_date=debut, end_date=fin) == 0


# --- who


async def test_a_demarche_is_named_by_its_number_as_a_number_or_a_text(client, known, count):
    await count(known, "2026-01-15", {5: 4})
    for product_id in (1006, "1006", " 1006 ", 1006.0, "01006"):
        assert await total(client, product_id=product_id) == 4
    for is_xwiki in (True, "true", 1):
        assert await total(client, product_id=823, isXWiki=is_xwiki) == 4
        await ask(client, 404, product_id=1006, isXWiki=is_xwiki)
    for is_not in (False, None, "false", 0):
        assert await total(client, isXWiki=is_not) == 4
        await ask(client, 404, product_id=823, isXWiki=is_not)


async def test_an_unknown_demarche_is_a_404_with_an_error_and_no_result(client, known):
    for product_id in (1007, 0, -1, 10**14, "000", 1_000_000_000, 2_000_000_000, known.demarche_id):
        error = await ask(client, 404, product_id=product_id)
        assert error["data"]["code"] == "NOT_FOUND"
        assert error["data"]["httpStatus"] == 404
        assert "démarche" in error["message"]


async def test_a_demarche_that_the_national_service_never_knew_has_a_number_too(client, new_bouton, count):
    own = await new_bouton("neuve")
    await count(own, "2026-01-15", {5: 3})
    numero = 1_000_000_000 + own.demarche_id
    assert await total(client, product_id=numero) == 3
    assert await total(client, product_id=numero, form_id=1_000_000_000 + own.id) == 3
    await ask(client, 404, product_id=numero, isXWiki=True)


@pytest.fixture
async def two_boutons(sql, known, count):
    """3 avis on the first bouton, form 11; 4 on the second, form 12."""
    second = await sql.fetchval(
        "INSERT INTO bouton (demarche_id, cle, nom) VALUES ($1, 'deux', 'Deux') RETURNING id", known.demarche_id
    )
    await count(known, "2026-01-15", {5: 4})
    await sql.execute("UPDATE compte SET bouton_id = $1", second)
    await count(known, "2026-01-15", {9: 3})
    for valeur, bouton_id in (("11", known.id), ("12", second)):
        await sql.execute("INSERT INTO identifiant_bouton VALUES ('jdma-formulaire', $1, $2)", valeur, bouton_id)
    return known


async def test_a_form_narrows_the_figures_to_its_bouton(client, two_boutons):
    for form_id, expected in ((11, 3), ("12", 4), (12.0, 4), (None, 7), ("", 7), (0, 7)):
        assert await total(client, form_id=form_id) == expected
    assert (await ask(client, form_id=11))["data"]["satisfaction"] == 9


async def test_the_form_of_nobody_or_of_another_demarche_is_a_404(client, sql, two_boutons, new_bouton):
    other = await new_bouton("ailleurs")
    await sql.execute("INSERT INTO identifiant_bouton VALUES ('jdma-formulaire', '13', $1)", other.id)
    await sql.execute("INSERT INTO identifiant_bouton VALUES ('autre', '14', $1)", two_boutons.id)
    for form_id in (13, 14, 99, 1_000_000_000 + other.id, -1):
        assert "formulaire" in (await ask(client, 404, form_id=form_id))["message"]


async def test_a_form_that_an_import_gave_to_the_demarche_is_that_of_its_first_bouton(client, sql, two_boutons):
    for valeur in ("11", "12", "21"):  # 11 and 12 are taken: the name of a bouton goes first
        await sql.execute("INSERT INTO identifiant VALUES ('jdma-formulaire', $1, $2)", valeur, two_boutons.demarche_id)
    assert [await total(client, form_id=form_id) for form_id in (11, 12, 21)] == [3, 4, 3]


# --- what is refused


@pytest.mark.parametrize(
    "texte",
    [
        *(None, "", "x", "[]", "null", "1", '"a"', "{}", '{"json":null}', '{"json":[]}', '{"json":{}}', "\x00", "é"),
        *("{" * 5000, "[" * 5000, '{"json":{"product_id":NaN}}', '{"json":{"product_id":null}}'),
    ],
)
async def test_what_is_not_a_question_is_a_400_with_an_error(client, known, texte):
    reply = await client.get(PATH, params={} if texte is None else {"input": texte})
    assert reply.status_code == 400
    assert reply.headers["content-type"] == "application/json"
    assert reply.json().keys() == {"error"}
    assert reply.json()["error"]["json"]["data"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "champs",
    [
        *({"product_id": v} for v in ("abc", 1.5, True, [], {}, "1" * 40, "1e3", 1e300, "\x00", "١", "")),
        *({"form_id": v} for v in ("abc", 1.5, False, [1])),
        *({"start_date": v} for v in ("hier", True, [], "2026-02-30", "2026-1-1", 1.5, "2026-01-01T99:00:00Z", "-")),
        *({"end_date": v} for v in ("demain", {}, "0000-00-00", "2026-01-01Tx", "9" * 30)),
        {"start_date": "2026-02-01", "end_date": "2026-01-31"},
        {"start_date": 0, "end_date": 0},
        {"button_id": 4},
    ],
    ids=str,
)
async def test_a_field_that_cannot_be_read_is_a_400_that_says_which(client, known, champs):
    error = await ask(client, 400, **champs)
    assert any(champ in error["message"] for champ in champs)


async def test_a_bare_question_is_understood_and_unknown_fields_are_ignored(client, known, count):
    await count(known, "2026-01-15", {5: 2})
    question = {"product_id": "1006", "start_date": "2026-01-01", "end_date": "2026-01-31", "needLogging": False}
    reply = await client.get(PATH, params={"input": json.dumps(question)})
    assert reply.json()["result"]["data"]["json"]["metadata"]["satisfaction_count"] == 2


# --- conditional requests


async def test_an_answer_that_the_collector_has_is_not_sent_again_until_it_changes(client, known, count):
    params = {"input": '{"json":{"product_id":1006,"start_date":"2026-01-01","end_date":"2026-01-31"}}'}
    etag = (await client.get(PATH, params=params)).headers["etag"]
    again = await client.get(PATH, params=params, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    await count(known, "2026-01-15", {5: 2})
    changed = await client.get(PATH, params=params, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["access-control-allow-origin"] == "*"


async def test_a_collector_on_any_site_may_ask_and_the_old_address_of_a_renamed_demarche_still_answers(
    client, sql, known, count
):
    await count(known, "2026-01-15", {5: 2})
    await sql.execute("UPDATE demarche SET slug = 'autre-nom'")
    assert await total(client) == 2
