"""The figures through HTTP: what is answered, what is refused, and when an answer may be kept."""

import asyncio
import csv
import datetime as dt
import io
import random
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import asyncpg
import pytest

from app import conditionnel as cache
from app.indices import service
from app.indices.formules import Comptes, indice

pytestmark = pytest.mark.usefixtures("on_a_known_day")

D = dt.date
TODAY = D(2026, 3, 17)
YEAR = {"debut": "2025-03-18", "fin": "2026-03-17"}
FIGURES = [
    *("total", "repartition", "satisfaits", "part_satisfaits", "part_satisfaits_ic95"),
    *("note_moyenne", "note_moyenne_ic95", "au_dessus_de_7", "statut", "methode"),
    *("comprehension", "comprehension_n", "contact_satisfaction", "contact_satisfaction_n"),
    *("contact_joignabilite", "contact_joignabilite_n", "autonomie", "autonomie_n"),
]


async def get(client, path, status=200, **params):
    reply = await client.get(f"/api/v1{path}", params=params)
    assert reply.status_code == status, reply.text
    return reply.json() if reply.content else None


async def refusal(client, path, status, code, **params):
    body = await get(client, path, status, **params)
    assert (body["code"], body["status"]) == (code, status)
    return [erreur["champ"] for erreur in body.get("erreurs", [])]


# --- indice


async def test_an_indice_shows_every_figure_in_the_order_of_the_contract(client, bouton, count):
    await count(bouton, "2026-01-15", {7: 40, 8: 60, 10: 20})
    await count(bouton, "2026-01-15", {3: 1, 5: 3}, question=2)
    await count(bouton, "2026-01-15", {0: 10, 1: 4, 3: 6}, question=3)
    await count(bouton, "2026-01-15", {0: 1, 1: 3, 5: 2}, question=12)
    body = await get(client, "/demarches/demarche/indice", **YEAR)
    assert list(body) == ["demarche", "periode", *FIGURES]
    assert (body["demarche"], body["periode"]) == ("demarche", YEAR)
    assert (body["total"], body["satisfaits"], body["part_satisfaits"]) == (120, 80, 80 / 120)
    assert list(body["repartition"].items()) == [(str(k), {7: 40, 8: 60, 10: 20}.get(k, 0)) for k in range(11)]
    assert body["note_moyenne"] == (7 * 40 + 8 * 60 + 10 * 20) / 120
    assert (body["au_dessus_de_7"], body["statut"], body["methode"]) == (True, "publie", "1")
    assert (body["comprehension"], body["comprehension_n"]) == (8.75, 4)
    assert (body["contact_satisfaction"], body["contact_satisfaction_n"]) == (7.5, 2)
    assert (body["contact_joignabilite"], body["contact_joignabilite_n"]) == (0.75, 4)
    assert (body["autonomie"], body["autonomie_n"]) == (4.0, 10)


async def test_a_demarche_without_avis_has_nulls_and_no_zero_that_could_be_taken_for_a_figure(client, bouton):
    body = await get(client, "/demarches/demarche/indice")
    assert (body["total"], body["satisfaits"], body["statut"]) == (0, 0, "aucun_avis")
    for name in ("part_satisfaits", "part_satisfaits_ic95", "note_moyenne", "note_moyenne_ic95", "au_dessus_de_7"):
        assert body[name] is None
    for name in FIGURES[-8::2]:
        assert (body[name], body[f"{name}_n"]) == (None, 0)


async def test_a_deposit_that_was_acknowledged_is_in_the_next_answer(client, bouton):
    client._transport.app.dependency_overrides.clear()
    for expected in range(1, 6):
        reply = await client.post("/api/v1/avis", json={"id": str(uuid4()), "bouton": bouton.cle, "note": 9})
        assert reply.status_code == 201
        assert (await get(client, "/demarches/demarche/indice"))["total"] == expected
        assert (await get(client, "/indices"))["elements"][0]["total"] == expected


async def test_both_ends_of_a_periode_are_included_and_nothing_beyond(client, bouton, count):
    for rang, jour in enumerate(("2025-12-31", "2026-01-01", "2026-01-20", "2026-01-21")):
        await count(bouton, jour, {5: 10**rang})
    body = await get(client, "/demarches/demarche/indice", debut="2026-01-01", fin="2026-01-20")
    assert body["total"] == 110


async def test_the_setting_moves_the_minimum_to_publish(client, app, bouton, count):
    await count(bouton, "2026-01-15", {9: 99})
    assert (await get(client, "/demarches/demarche/indice"))["statut"] == "insuffisant"
    app.state.settings = app.state.settings.model_copy(update={"seuil_publication": 99})
    await count(bouton, "2020-01-15", {9: 1})
    assert (await get(client, "/demarches/demarche/indice"))["statut"] == "publie"


async def test_a_bouton_narrows_the_indice_to_its_own_avis(client, sql, bouton, new_bouton, count):
    row = await sql.fetchrow(
        "INSERT INTO bouton (demarche_id, cle, nom, origines) VALUES ($1, 'autre', 'Autre', '{}') RETURNING id",
        bouton.demarche_id,
    )
    other = await new_bouton("ailleurs")
    await count(bouton, "2026-01-15", {9: 3})
    await sql.execute("UPDATE compte SET bouton_id = $1 WHERE n9 = 3", row["id"])
    await count(bouton, "2026-01-15", {9: 4})
    path = "/demarches/demarche/indice"
    assert (await get(client, path))["total"] == 7
    assert (await get(client, path, bouton="autre"))["total"] == 3
    assert (await get(client, path, bouton=bouton.cle))["total"] == 4
    for cle in ("inconnue", other.cle, "", "a\x00b"):
        await refusal(client, path, 404, "bouton_inconnu", bouton=cle)
    assert await refusal(client, path, 422, "requete_invalide", bouton="a" * 101) == ["bouton"]


async def test_an_alias_leads_to_the_demarche_and_a_former_slug_redirects_with_its_query(client, sql, bouton):
    for source, valeur in (("jdma", "1006"), ("xwiki", "823")):
        await sql.execute("INSERT INTO identifiant VALUES ($1, $2, $3)", source, valeur, bouton.demarche_id)
        for figure in ("indice", "evolution"):
            assert (await get(client, f"/demarches/{source}:{valeur}/{figure}"))["demarche"] == "demarche"
    await sql.execute("INSERT INTO ancien_slug VALUES ('avant', $1)", bouton.demarche_id)
    for figure in ("indice", "evolution"):
        reply = await client.get(f"/api/v1/demarches/avant/{figure}?debut=2026-01-01&x=a%20b")
        assert reply.status_code == 308
        assert reply.headers["location"] == f"/api/v1/demarches/demarche/{figure}?debut=2026-01-01&x=a%20b"


@pytest.mark.parametrize(
    "slug", ["inconnue", "jdma:9", "jdma:", ":", "a%00b", "%ED%B2%A9", "a" * 5000, "jdma:%00", "é", "%FF"]
)
@pytest.mark.parametrize("figure", ["indice", "evolution"])
async def test_an_unknown_demarche_is_a_404_whatever_its_name(client, bouton, slug, figure):
    await refusal(client, f"/demarches/{slug}/{figure}", 404, "demarche_inconnue")


# --- periodes


PATHS = ["/demarches/demarche/indice", "/demarches/demarche/evolution", "/indices", "/synthese"]


@pytest.mark.parametrize("path", [*PATHS, "/indices.csv"])
async def test_a_wrong_periode_is_refused_in_french_with_the_field_at_fault(client, bouton, path):
    for valeur in ("", "hier", "2025-02-29", "20250101", "2025-01-01T00:00:00", "\x00", "1" * 9000, "0001-01-01"):
        assert await refusal(client, path, 422, "periode_invalide", debut=valeur) == ["debut"]
        assert await refusal(client, path, 422, "periode_invalide", fin=valeur) == ["fin"]
    assert await refusal(client, path, 422, "periode_invalide", debut="2026-01-02", fin="2026-01-01") == ["fin"]
    assert await refusal(client, path, 422, "periode_invalide", debut="x", fin="y") == ["debut", "fin"]


@pytest.mark.parametrize("path", PATHS)
async def test_the_default_periode_is_the_last_twelve_months(client, bouton, path):
    body = await get(client, path)
    body = body["elements"][0] if path == "/indices" else body
    assert body["periode"] == YEAR
    body = await get(client, path, debut="2026-02-01")
    assert (body["elements"][0] if path == "/indices" else body)["periode"] == {
        "debut": "2026-02-01",
        "fin": str(TODAY),
    }


# --- evolution


@pytest.mark.parametrize(
    ("pas", "debuts"),
    [
        ("mois", ["2025-11-15", "2025-12-01", "2026-01-01"]),
        ("trimestre", ["2025-11-15", "2026-01-01"]),
        ("annee", ["2025-11-15", "2026-01-01"]),
        ("semaine", [str(D(2025, 11, 15)), *(str(D(2025, 11, 17) + dt.timedelta(days=7 * k)) for k in range(11))]),
        ("jour", [str(D(2025, 11, 15) + dt.timedelta(days=k)) for k in range(79)]),
    ],
)
async def test_steps_are_clipped_complete_and_add_up_to_the_indice(client, bouton, count, pas, debuts):
    dice = random.Random(5)
    for rang in range(-20, 100, 3):
        await count(bouton, D(2025, 11, 15) + dt.timedelta(days=rang), {dice.randrange(11): dice.randrange(1, 50)})
    ends = {"debut": "2025-11-15", "fin": "2026-02-01"}
    if pas != "jour":
        ends["fin"] = "2026-01-31"
    body = await get(client, "/demarches/demarche/evolution", pas=pas, **ends)
    assert list(body) == ["demarche", "periode", "pas", "elements"]
    assert (body["demarche"], body["periode"], body["pas"]) == ("demarche", ends, pas)
    steps = body["elements"]
    assert [step["periode"]["debut"] for step in steps] == debuts
    assert steps[-1]["periode"]["fin"] == ends["fin"]
    whole = await get(client, "/demarches/demarche/indice", **ends)
    assert all(list(step) == list(whole) for step in steps)
    for note in whole["repartition"]:
        assert sum(step["repartition"][note] for step in steps) == whole["repartition"][note]
    for step in steps[:: max(1, len(steps) // 4)]:
        assert step == await get(client, "/demarches/demarche/indice", **step["periode"])


async def test_the_step_is_a_month_unless_given_and_is_checked(client, bouton):
    assert (await get(client, "/demarches/demarche/evolution"))["pas"] == "mois"
    path = "/demarches/demarche/evolution"
    assert await refusal(client, path, 422, "requete_invalide", pas="siecle") == ["pas"]
    long = {"debut": "2001-01-01", "fin": "2030-01-01"}
    assert await refusal(client, path, 422, "periode_invalide", pas="jour", **long) == ["pas"]
    assert len((await get(client, path, pas="mois", **long))["elements"]) == 349


# --- indices


async def pages(client, **params):
    curseur: dict[str, str] = {}
    while True:
        body = await get(client, "/indices", **params, **curseur)
        assert list(body) == ["elements", "suivant"]
        yield body["elements"]
        if body["suivant"] is None:
            return
        curseur = {"curseur": body["suivant"]}


async def test_every_demarche_has_its_indice_also_without_any_avis(client, new_bouton, count):
    boutons = [await new_bouton(f"d{rang}") for rang in range(5)]
    for rang, bouton in enumerate(boutons[1:]):
        await count(bouton, "2026-01-15", {10 - rang: 50 * rang + 1})
    body = await get(client, "/indices", limite=5, **YEAR)
    assert body["suivant"] is None
    assert [e["demarche"] for e in body["elements"]] == ["d0", "d1", "d2", "d3", "d4"]
    for element in body["elements"]:
        assert element == await get(client, f"/demarches/{element['demarche']}/indice", **YEAR)


async def test_reading_a_few_demarches_or_all_of_them_gives_the_same(client, app, new_bouton, count, monkeypatch):
    for rang in range(6):
        await count(await new_bouton(f"d{rang}"), "2026-01-15", {rang: 7, 10: rang})
    few = await get(client, "/indices", limite=4)
    monkeypatch.setattr(service, "PEU", 0)
    app.state.reponses = cache.Cache(app.state.engine)
    assert await get(client, "/indices", limite=4) == few


async def test_pages_hold_each_demarche_once_while_others_come_and_are_renamed(client, sql, new_bouton):
    before = [(await new_bouton(f"d{rang:02}")).slug for rang in range(11)]
    seen = []
    async for page in pages(client, limite=3):
        seen += [element["demarche"] for element in page]
        await new_bouton(f"a-nouveau-{len(seen)}")
        await sql.execute("UPDATE demarche SET slug = 'zz-' || slug WHERE slug = $1", seen[-1])
        if len(seen) > 20:
            break
    assert [slug for slug in seen if not slug.startswith("a-")] == before
    assert len(seen) == len(set(seen))


async def test_a_cursor_serves_only_the_list_it_comes_from(client, new_bouton):
    for rang in range(3):
        await new_bouton(f"d{rang}")
    curseur = (await get(client, "/indices", limite=1))["suivant"]
    assert (await get(client, "/indices", limite=1, curseur=curseur))["elements"][0]["demarche"] == "d1"
    assert (await refusal(client, "/indices", 422, "curseur_invalide", curseur=curseur, ministere="x")) == ["curseur"]
    for wrong in ("x", "MQ", "é", "\x00", curseur[:-2], curseur + "A", "W10"):
        assert await refusal(client, "/indices", 422, "curseur_invalide", curseur=wrong) == ["curseur"]
    assert await refusal(client, "/indices", 422, "requete_invalide", curseur="a" * 201) == ["curseur"]


@pytest.mark.parametrize("limite", ["0", "5001", "-1", "dix", "1.5", "", "9" * 30])
async def test_a_limit_out_of_bounds_is_refused(client, limite):
    assert await refusal(client, "/indices", 422, "requete_invalide", limite=limite) == ["limite"]


async def test_a_ministere_is_filtered_by_its_slug_or_its_name(client, sql, new_bouton):
    await two_ministeres(sql, new_bouton)
    for ministere in ("finances", "Ministère des Finances"):
        elements = (await get(client, "/indices", ministere=ministere))["elements"]
        assert [element["demarche"] for element in elements] == ["d0", "d2"]
        reply = await client.get("/api/v1/indices.csv", params={"ministere": ministere})
        assert [row["demarche"] for row in csv.DictReader(io.StringIO(reply.text))] == ["d0", "d2"]
    assert (await get(client, "/indices", ministere="inconnu"))["elements"] == []
    for wrong in ("\x00", "a" * 301):
        assert await refusal(client, "/indices", 422, "requete_invalide", ministere=wrong) == ["ministere"]
        assert await refusal(client, "/indices.csv", 422, "requete_invalide", ministere=wrong) == ["ministere"]


async def two_ministeres(sql, new_bouton, demarches=5):
    """Démarches of finances (even) and of the interior (1, with an organisme), and one of nobody (the last)."""
    await sql.execute("INSERT INTO ministere (id, slug, nom) VALUES (1, 'finances', 'Ministère des Finances')")
    await sql.execute("INSERT INTO ministere (id, slug, nom) VALUES (2, 'interieur', 'Ministère de l''Intérieur')")
    await sql.execute("INSERT INTO organisme (id, ministere_id, slug, nom) VALUES (7, 2, 'ants', 'France Titres')")
    boutons = [await new_bouton(f"d{rang}") for rang in range(demarches)]
    await sql.execute("UPDATE demarche SET ministere_id = 1 WHERE slug IN ('d0', 'd2')")
    await sql.execute("UPDATE demarche SET ministere_id = 2, organisme_id = 7 WHERE slug = 'd1'")
    await sql.execute("UPDATE demarche SET ministere_id = 2 WHERE slug = 'd3'")
    return boutons


# --- CSV


async def test_the_csv_says_exactly_what_the_json_says(client, new_bouton, count):
    for rang in range(4):
        bouton = await new_bouton(f"d{rang}")
        if rang:
            await count(bouton, "2026-01-15", {rang: 33, 9: 7 * rang, 10: rang * 60})
            await count(bouton, "2026-01-15", {2: 1, 3: rang}, question=2)
    reply = await client.get("/api/v1/indices.csv", params=YEAR)
    assert reply.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert reply.headers["content-disposition"] == 'attachment; filename="indices_2025-03-18_2026-03-17.csv"'
    assert reply.content.count(b"\r\n") == 5 == reply.content.count(b"\n")
    for row, element in zip(
        csv.DictReader(io.StringIO(reply.text)), (await get(client, "/indices", **YEAR))["elements"], strict=True
    ):
        assert row == flat(element) | {"titre": f"Démarche {element['demarche']}", "ministere": "", "organisme": ""}


def flat(element):
    """An element of the JSON as a row of the CSV: values as Python writes them, without any rounding."""
    row = {"demarche": element["demarche"], **element["periode"]}
    row |= {f"note_{note}": n for note, n in element["repartition"].items()}
    for name in ("part_satisfaits_ic95", "note_moyenne_ic95"):
        row[f"{name}_bas"], row[f"{name}_haut"] = element[name] or (None, None)
    for name in FIGURES[-8::2]:
        row |= {name: element[name], f"{name}_n": element[f"{name}_n"]}
    for name in ("total", "satisfaits", "part_satisfaits", "note_moyenne", "au_dessus_de_7", "statut", "methode"):
        row[name] = element[name]
    booleans = {True: "true", False: "false"}
    return {name: "" if v is None else booleans[v] if isinstance(v, bool) else str(v) for name, v in row.items()}


async def test_no_cell_of_the_csv_is_a_formula_and_commas_quotes_and_lines_survive(client, sql, new_bouton):
    titles = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", 'dit "oui", puis\nnon', "Démarche ; œuvre"]
    for rang, title in enumerate(titles):
        await new_bouton(f"d{rang}")
        await sql.execute("UPDATE demarche SET titre = $1 WHERE slug = $2", title, f"d{rang}")
    reply = await client.get("/api/v1/indices.csv")
    rows = list(csv.DictReader(io.StringIO(reply.content.decode("utf-8"), newline="")))
    assert [row["titre"] for row in rows] == [f"'{title}" for title in titles[:5]] + titles[5:]


# --- synthese


async def test_the_synthesis_shows_numerator_denominator_and_what_is_left_out(client, sql, new_bouton, count):
    boutons = await two_ministeres(sql, new_bouton)
    await count(boutons[0], "2026-01-15", {8: 100})
    await count(boutons[1], "2026-01-15", {7: 100})
    await count(boutons[2], "2026-01-15", {10: 99})
    await count(boutons[3], "2026-01-15", {6: 99, 9: 51})
    body = await get(client, "/synthese", **YEAR)
    assert body == {
        "periode": YEAR,
        "demarches": 5,
        "mesurees": 3,
        "au_dessus_de_7": 2,
        "part_au_dessus_de_7": 2 / 3,
        "insuffisant": 1,
        "aucun_avis": 1,
        "methode": "1",
    }
    by_ministere = await get(client, "/synthese", par="ministere", **YEAR)
    groupes = by_ministere.pop("groupes")
    assert by_ministere == body
    assert [(g["slug"], g["nom"]) for g in groupes] == [
        ("finances", "Ministère des Finances"),
        ("interieur", "Ministère de l'Intérieur"),
        (None, None),
    ]
    for name in ("demarches", "mesurees", "au_dessus_de_7", "insuffisant", "aucun_avis"):
        assert sum(groupe[name] for groupe in groupes) == body[name]
    assert [g["part_au_dessus_de_7"] for g in groupes] == [1.0, 0.5, None]
    assert all(groupe.keys() >= body.keys() for groupe in groupes)
    groupes = (await get(client, "/synthese", par="organisme"))["groupes"]
    assert [(g["ministere"], g["slug"], g["demarches"]) for g in groupes] == [("interieur", "ants", 1), (None, None, 4)]
    assert await refusal(client, "/synthese", 422, "requete_invalide", par="region") == ["par"]


async def test_a_synthesis_of_nothing_has_no_share(client):
    body = await get(client, "/synthese", par="ministere")
    assert (body["demarches"], body["mesurees"], body["part_au_dessus_de_7"], body["groupes"]) == (0, 0, None, [])


# --- conditional requests

ALL = [*PATHS, "/indices.csv"]


@pytest.mark.parametrize("path", ALL)
async def test_an_answer_that_the_caller_has_is_not_sent_again(client, bouton, count, path):
    first = await client.get(f"/api/v1{path}")
    etag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    for sent in (etag, f"W/{etag}", f'"autre", {etag}', "*"):
        reply = await client.get(f"/api/v1{path}", headers={"If-None-Match": sent})
        assert (reply.status_code, reply.content) == (304, b"")
        assert reply.headers["etag"] == etag
        assert reply.headers["cache-control"] == first.headers["cache-control"]
    for sent in ('"autre"', etag.strip('"'), ""):
        assert (await client.get(f"/api/v1{path}", headers={"If-None-Match": sent})).status_code == 200
    await count(bouton, TODAY, {9: 1})
    reply = await client.get(f"/api/v1{path}", headers={"If-None-Match": etag})
    assert reply.status_code == 200
    assert reply.headers["etag"] != etag


async def test_a_commit_that_changes_nothing_shown_still_gives_a_304(client, sql, bouton):
    etag = (await client.get("/api/v1/indices")).headers["etag"]
    await sql.execute("UPDATE bouton SET nom = 'autre'")
    assert (await client.get("/api/v1/indices", headers={"If-None-Match": etag})).status_code == 304


async def test_nothing_is_computed_while_nothing_is_committed(client, sql, bouton, monkeypatch):
    await client.get("/api/v1/indices")

    async def never(*_):
        raise AssertionError("computed again")

    monkeypatch.setattr(service, "lister", never)
    await sql.fetch("SELECT * FROM avis")
    assert (await client.get("/api/v1/indices")).status_code == 200


async def test_a_change_shows_when_it_is_committed_neither_before_nor_after(client, database_url, bouton, count, sql):
    other = await asyncpg.connect(database_url)
    late = await asyncpg.connect(database_url)
    try:
        first, second = other.transaction(), late.transaction()
        await first.start()
        await other.execute(
            "INSERT INTO demarche (slug, titre, titre_recherche, en_ligne) VALUES ('b', 'b', 'b', true)"
        )
        assert len((await get(client, "/indices"))["elements"]) == 1
        await second.start()
        await late.execute("INSERT INTO demarche (slug, titre, titre_recherche, en_ligne) VALUES ('c', 'c', 'c', true)")
        assert len((await get(client, "/indices"))["elements"]) == 1
        await second.commit()  # the later transaction first: the snapshot's bounds alone would not tell
        assert len((await get(client, "/indices"))["elements"]) == 2
        await first.commit()
        assert len((await get(client, "/indices"))["elements"]) == 3
    finally:
        await other.close()
        await late.close()


async def test_readers_never_miss_an_avis_that_was_acknowledged_before_they_asked(client, app, bouton):
    app.dependency_overrides.clear()
    acknowledged = sent = 0

    async def write():
        nonlocal acknowledged, sent
        for _ in range(25):
            sent += 1
            await client.post("/api/v1/avis", json={"id": str(uuid4()), "bouton": bouton.cle, "note": 9})
            acknowledged += 1
            await asyncio.sleep(0)

    async def read():
        for _ in range(60):
            least = acknowledged
            total = (await get(client, "/demarches/demarche/indice"))["total"]
            assert least <= total <= sent

    await asyncio.gather(*(write() for _ in range(4)), *(read() for _ in range(8)))
    assert (await get(client, "/demarches/demarche/indice"))["total"] == 100


async def test_requests_share_a_question_to_the_database_but_never_one_sent_before_them(monkeypatch):
    sent: list[int] = []
    answers = [asyncio.Event() for _ in range(3)]

    async def slow_connection(_liaison):
        return SimpleNamespace(fetchval=ask)

    async def ask(_statement):
        sent.append(len(sent))
        rang = sent[-1]
        await answers[rang].wait()
        return str(rang)

    monkeypatch.setattr(cache.Liaison, "open", slow_connection)
    marqueurs = cache.Marqueurs(cast(Any, None))

    async def let_tasks_go_as_far_as_they_can():
        for _ in range(50):
            await asyncio.sleep(0)

    first = asyncio.create_task(marqueurs.lire())
    await let_tasks_go_as_far_as_they_can()
    later = [asyncio.create_task(marqueurs.lire()) for _ in range(10)]
    await let_tasks_go_as_far_as_they_can()
    assert sent == [0]  # the ten wait: what was committed since the first question is not in its answer
    for answer in answers:
        answer.set()
    assert await first == "0"
    assert await asyncio.gather(*later) == ["1"] * 10
    assert await marqueurs.lire() == "2"


async def test_the_cache_forgets_the_oldest_answers_when_it_is_full(client, app, bouton):
    await client.get("/api/v1/indices")
    kept = app.state.reponses
    kept._octets_max = 20_000
    for rang in range(1, 40):
        await client.get("/api/v1/indices", params={"limite": rang})
    assert 5 < len(kept) < 20
    weights = (len(r.corps) + len(repr(cle)) + 1024 for cle, r in kept._reponses.items())
    assert kept._octets == sum(weights) <= 20_000


async def test_figures_equal_the_formulas_applied_to_the_counts(client, bouton, count):
    note = [3, 0, 1, 0, 2, 5, 8, 13, 40, 21, 60]
    await count(bouton, "2026-01-15", dict(enumerate(note)))
    body = await get(client, "/demarches/demarche/indice")
    expected = indice(Comptes(note=note))
    for name in FIGURES[:10]:
        value = getattr(expected, name)
        assert body[name] == (list(value) if isinstance(value, tuple) else value)


async def test_the_documentation_names_every_status_and_the_figures(client):
    schema = (await client.get("/api/openapi.json")).json()
    for path, statuses in {
        "/api/v1/demarches/{slug}/indice": "200 304 308 404 422 429 503",
        "/api/v1/demarches/{slug}/evolution": "200 304 308 404 422 429 503",
        "/api/v1/indices": "200 304 422 429 503",
        "/api/v1/indices.csv": "200 304 422 429 503",
        "/api/v1/synthese": "200 304 422 429 503",
    }.items():
        operation = schema["paths"][path]["get"]
        assert sorted(operation["responses"]) == statuses.split()
        assert operation["summary"]
    assert list(schema["components"]["schemas"]["IndiceDemarche"]["properties"]) == ["demarche", "periode", *FIGURES]
