"""The live indicateurs through HTTP: what is answered, with its numerator and denominator, and what is refused."""

import datetime as dt

import orjson
import pytest

from app.observatoire.indicateurs import PAR_CLE

D = dt.date
PERIODE = {"debut": "2025-03-18", "fin": "2026-03-17"}

pytestmark = pytest.mark.usefixtures("on_a_known_day")


async def get(client, path, status=200, **params):
    reply = await client.get(f"/api/v1{path}", params=params)
    assert reply.status_code == status, reply.text
    return reply.json()


async def refusal(client, path, code="requete_invalide", **params):
    body = await get(client, path, 422, **params)
    assert body["code"] == code
    return [erreur["champ"] for erreur in body["erreurs"]]


@pytest.fixture
def tell(sql):
    """Store a fact: `await tell(bouton, "2026-01-01", "dlnuf", effort=3)`."""

    async def add(bouton, jour, nature, source="enquête", **contenu):
        await sql.execute(
            "INSERT INTO fait (demarche_id, nature, jour, source, contenu) VALUES ($1, $2, $3, $4, $5)",
            *(bouton.demarche_id, nature, D.fromisoformat(jour), source, orjson.dumps(contenu).decode()),
        )

    return add


@pytest.fixture
def of(sql):
    """Make ministères and organismes, and give them démarches: `await of("min-a", bouton, …, organisme="org")`."""

    async def attach(ministere, *boutons, organisme=None):
        statement = """INSERT INTO ministere (slug, nom) VALUES ($1, 'Ministère ' || $1)
                       ON CONFLICT (slug) DO UPDATE SET nom = excluded.nom RETURNING id"""
        m = await sql.fetchval(statement, ministere)
        o = None
        if organisme:
            statement = (
                "INSERT INTO organisme (ministere_id, slug, nom) VALUES ($1, $2, 'Organisme ' || $2) RETURNING id"
            )
            o = await sql.fetchval(statement, m, organisme)
        for bouton in boutons:
            statement = "UPDATE demarche SET ministere_id = $1, organisme_id = $2 WHERE id = $3"
            await sql.execute(statement, m, o, bouton.demarche_id)
        return m, o

    return attach


async def exempt(sql, bouton, indicateur="bouton", depuis="2020-01-01", jusqu_au=None):
    await sql.execute(
        "INSERT INTO exemption VALUES ($1, $2, $3, $4, 'Refonte')",
        *(bouton.demarche_id, indicateur, D.fromisoformat(depuis), jusqu_au and D.fromisoformat(jusqu_au)),
    )


# --- the register


async def test_the_register_says_what_each_indicateur_measures_and_its_thresholds(client):
    elements = (await get(client, "/indicateurs"))["elements"]
    assert [e["cle"] for e in elements] == list(PAR_CLE)
    by_key = {e["cle"]: e for e in elements}
    assert by_key["accessibilite"]["seuils"] == {"atteint": 0.75, "moyen": 0.5, "validite_ans": 3}
    assert by_key["accessibilite"]["natures"] == ["audit", "declaration"]
    assert (by_key["rapidite"]["unite"], by_key["rapidite"]["sens"]) == ("ms", -1)
    assert all(e["critere"] and e["titre"] and e["methode"] == "1" for e in elements)


# --- bilans


@pytest.fixture
async def four(new_bouton, count, tell, of, sql):
    """Interior: surely above 7, and well under it. Finance: too few avis. Nobody's: no avis at all, offline."""
    a, b, c, d = [await new_bouton(slug) for slug in "abcd"]
    await count(a, "2026-01-15", {10: 200})
    await count(b, "2026-01-15", {0: 50, 5: 100})
    await count(c, "2026-01-15", {10: 99})
    await sql.execute("UPDATE demarche SET en_ligne = false WHERE slug = 'd'")
    await of("interieur", a, b, organisme="ants")
    await of("finances", c)
    await tell(a, "2025-06-01", "audit", taux=80, date="2025-05-01")
    await tell(a, "2025-06-01", "declaration", mention="x", url="https://a.fr", date=None)
    await tell(b, "2025-06-01", "audit", taux=75, date="2025-05-01")
    await tell(b, "2025-06-01", "declaration", mention="x", url="https://a.fr", date=None)
    await exempt(sql, b)
    return a, b, c, d


async def test_each_indicateur_has_its_numerator_its_denominator_and_what_is_left_out(client, four):
    body = await get(client, "/observatoire", **PERIODE)
    assert (body["periode"], body["perimetre"], body["demarches"], body["avis"]) == (PERIODE, "toutes", 4, 449)
    assert list(body["indicateurs"]) == list(PAR_CLE)
    assert body["indicateurs"]["satisfaction"] == {
        "demarches": 4,
        "publies": 2,
        "atteints": 1,
        "part": 0.5,
        "insuffisant": 1,
        "non_mesure": 1,
        "exempte": 0,
        "sans_objet": 0,
        "certitudes": {"surement": 1, "probablement": 0, "pas_surement": 1},
        "cibles": [],
    }
    wanted = {
        "bouton": (2, 2, 0, 1, 1),
        "accessibilite": (2, 1, 1, 0, 1),
        "comprehension": (0, 0, 4, 0, 0),
        "en_ligne": (4, 3, 0, 0, 0),
        "mobile": (0, 0, 3, 0, 1),
    }
    for cle, told in wanted.items():
        b = body["indicateurs"][cle]
        assert (b["publies"], b["atteints"], b["non_mesure"], b["exempte"], b["sans_objet"]) == told, cle
    assert body["indicateurs"]["mobile"]["part"] is None


async def test_groups_add_up_and_those_without_any_come_last(client, four):
    body = await get(client, "/observatoire", par="ministere", **PERIODE)
    assert [g["slug"] for g in body["groupes"]] == ["finances", "interieur", None]
    for cle, total in body["indicateurs"].items():
        for champ in ("demarches", "publies", "atteints", "insuffisant", "non_mesure", "exempte", "sans_objet"):
            assert total[champ] == sum(g["indicateurs"][cle][champ] for g in body["groupes"])
    organismes = (await get(client, "/observatoire", par="organisme", **PERIODE))["groupes"]
    assert [(g["slug"], g["ministere"], g["demarches"]) for g in organismes] == [
        ("ants", "interieur", 2),
        (None, None, 2),
    ]


async def test_asking_for_a_few_indicateurs_gives_the_same_figures(client, four):
    whole = await get(client, "/observatoire", par="ministere", **PERIODE)
    for cle in PAR_CLE:
        some = await get(client, "/observatoire", par="ministere", indicateur=cle, **PERIODE)
        assert some["indicateurs"] == {cle: whole["indicateurs"][cle]}
        assert [g["indicateurs"] for g in some["groupes"]] == [{cle: g["indicateurs"][cle]} for g in whole["groupes"]]


async def test_the_perimeter_is_the_list_as_it_was_on_the_last_day(client, four, sql):
    await sql.execute(
        "UPDATE demarche SET top_250_depuis = '2025-01-01', top_250_jusqu_au = '2026-03-17' WHERE slug = 'a'"
    )
    await sql.execute("UPDATE demarche SET top_250_depuis = '2026-03-17' WHERE slug = 'b'")
    for fin, numbers in (("2026-03-17", (1, 150)), ("2026-03-16", (1, 200)), ("2024-12-31", (0, 0))):
        body = await get(client, "/observatoire", perimetre="top_250", debut="2024-01-01", fin=fin)
        assert (body["demarches"], body["avis"]) == numbers


async def test_targets_of_the_register_stand_beside_what_they_are_about(client, four, of, sql):
    m, _ = await of("interieur", organisme="prefectures")
    for slug, indicateur, cible, ministere, organisme in (
        ("national", "satisfaction", 0.8, None, None),
        ("interieur", "accessibilite", 0.5, m, None),
        ("abandonnee", "satisfaction", 0.9, None, None),
    ):
        await sql.execute(
            """INSERT INTO engagement (slug, genre, titre, porteur, indicateur, cible, statut, echeance, ministere_id,
                                       organisme_id, abandonne_le, abandon_raison)
               VALUES ($1, 'cible', 'Titre', 'DINUM', $2, $3, $4, '2022-12-31', $5, $6, $7, $8)""",
            *(slug, indicateur, cible, "abandonne" if slug == "abandonnee" else "prevu", ministere, organisme),
            *((D(2021, 1, 1), "Révisée") if slug == "abandonnee" else (None, None)),
        )
    body = await get(client, "/observatoire", par="ministere", **PERIODE)
    assert body["indicateurs"]["satisfaction"]["cibles"] == [
        {
            "engagement": "national",
            "indicateur": "satisfaction",
            "part": 0.5,
            "cible": 0.8,
            "echeance": "2022-12-31",
            "ecart_points": pytest.approx(-30),
            "atteinte": False,
            "en_retard": True,
            "retard_jours": (D(2026, 3, 17) - D(2022, 12, 31)).days,
        }
    ]
    interieur = next(g for g in body["groupes"] if g["slug"] == "interieur")
    (cible,) = interieur["indicateurs"]["accessibilite"]["cibles"]
    assert (cible["engagement"], cible["part"], cible["atteinte"], cible["en_retard"]) == (
        "interieur",
        0.5,
        True,
        False,
    )
    assert body["indicateurs"]["accessibilite"]["cibles"] == []


# --- a démarche


async def test_a_demarche_shows_every_value_with_its_source_and_date_and_the_facts_behind(client, four, tell):
    a = four[0]
    await tell(a, "2024-06-01", "dlnuf", effort=6)
    await tell(a, "2025-06-02", "dlnuf", effort=1)
    await tell(a, "2026-03-18", "dlnuf", effort=9)
    body = await get(client, "/demarches/a/indicateurs", **PERIODE)
    assert list(body["valeurs"]) == list(PAR_CLE)
    assert body["valeurs"]["satisfaction"]["detail"] == {"certitude": "surement", "part_satisfaits": 1.0}
    assert body["valeurs"]["dlnuf"] == {
        "statut": "publie",
        "valeur": 1,
        "atteint": True,
        "niveau": "bon",
        "n": None,
        "ic95": None,
        "source": "enquête",
        "date": "2025-06-02",
        "detail": {},
    }
    assert [(f["nature"], f["jour"]) for f in body["historique"]] == [
        ("dlnuf", "2025-06-02"),
        ("audit", "2025-06-01"),
        ("declaration", "2025-06-01"),
        ("dlnuf", "2024-06-01"),
    ]
    before = await get(client, "/demarches/a/indicateurs", debut="2024-01-01", fin="2025-06-01")
    assert before["valeurs"]["dlnuf"]["valeur"] == 6
    assert (await get(client, "/demarches/inconnue/indicateurs", 404))["code"] == "demarche_inconnue"


async def test_of_two_facts_the_latest_day_holds_and_on_one_day_the_first_source_by_name(client, bouton, tell):
    await tell(bouton, "2026-01-02", "dlnuf", source="b", effort=2)
    await tell(bouton, "2026-01-02", "dlnuf", source="a", effort=1)
    await tell(bouton, "2026-01-01", "dlnuf", source="0", effort=0)
    body = await get(client, "/demarches/demarche/indicateurs", **PERIODE)
    assert (body["valeurs"]["dlnuf"]["valeur"], body["valeurs"]["dlnuf"]["source"]) == (1, "a")


async def test_a_closed_bouton_is_no_longer_there_from_the_day_it_closes_in_paris(client, bouton, count, sql):
    await count(bouton, "2026-01-31", {8: 3})
    await sql.execute("UPDATE bouton SET ferme_le = '2026-02-28T23:30:00Z'")  # 1 March in Paris
    for fin, atteint in (("2026-01-30", False), ("2026-01-31", True), ("2026-02-28", True), ("2026-03-01", False)):
        body = await get(client, "/demarches/demarche/indicateurs", debut="2026-01-01", fin=fin)
        assert body["valeurs"]["bouton"]["atteint"] is atteint, fin


async def test_the_first_avis_is_that_of_the_first_day_whatever_the_boutons_and_the_months(client, bouton, count, sql):
    row = await sql.fetchrow(
        "INSERT INTO bouton (demarche_id, cle, nom) VALUES ($1, 'autre', 'Autre') RETURNING id", bouton.demarche_id
    )
    await sql.execute(
        "INSERT INTO bouton (demarche_id, cle, nom, essai) VALUES ($1, 'essai', 'Essai', true)", bouton.demarche_id
    )
    other = type(bouton)(row["id"], bouton.demarche_id, "autre", bouton.slug)
    for day in ("2025-12-31", "2026-01-31", "2026-03-01"):
        await count(bouton, day, {8: 1})
    await count(other, "2025-10-31", {8: 1})
    body = await get(client, "/demarches/demarche/indicateurs", **PERIODE)
    assert body["valeurs"]["bouton"]["detail"] == {"depuis": "2025-10-31"}
    await sql.execute("UPDATE bouton SET ferme_le = now() - interval '10 years' WHERE id = $1", other.id)
    body = await get(client, "/demarches/demarche/indicateurs", **PERIODE)
    assert body["valeurs"]["bouton"]["detail"] == {"depuis": "2025-12-31"}


# --- deployment


@pytest.fixture
async def deployed(new_bouton, count, of, sql):
    """One since November, one since February, one never, one exempt, one offline."""
    boutons = [await new_bouton(slug) for slug in ("novembre", "fevrier", "jamais", "exemptee", "hors-ligne")]
    await count(boutons[0], "2025-11-30", {8: 1})
    await count(boutons[1], "2026-02-28", {8: 1})
    await exempt(sql, boutons[3], jusqu_au="2026-01-31")
    await sql.execute("UPDATE demarche SET en_ligne = false WHERE slug = 'hors-ligne'")
    await of("a", *boutons[:3])
    await of("b", *boutons[3:])
    return boutons


async def test_deployment_is_told_at_the_end_of_each_month_up_to_today_and_by_ministere(client, deployed):
    body = await get(client, "/deploiement", debut="2025-11-15", fin="2026-12-31", par="ministere")
    told = [(e["jour"], e["atteints"], e["publies"], e["exempte"], e["sans_objet"]) for e in body["elements"]]
    assert told == [
        ("2025-11-30", 1, 3, 1, 1),
        ("2025-12-31", 1, 3, 1, 1),
        ("2026-01-31", 1, 3, 1, 1),
        ("2026-02-28", 2, 4, 0, 1),
        ("2026-03-17", 2, 4, 0, 1),
    ]
    assert [(g["slug"], g["elements"][-1]["atteints"], g["elements"][-1]["publies"]) for g in body["groupes"]] == [
        ("a", 2, 3),
        ("b", 0, 1),
    ]
    assert (body["echeance"], body["en_retard"]) == (None, None)
    assert body["elements"] == (await get(client, "/suivi", indicateur="bouton", debut="2025-11-15"))["elements"]
    quarters = (await get(client, "/deploiement", debut="2025-11-15", pas="trimestre"))["elements"]
    assert [(e["jour"], e["part"]) for e in quarters] == [("2025-12-31", 1 / 3), ("2026-03-17", 0.5)]


async def test_the_last_step_says_what_the_bilan_says(client, deployed):
    last = (await get(client, "/deploiement", **PERIODE))["elements"][-1]
    bilan = (await get(client, "/observatoire", indicateur="bouton", **PERIODE))["indicateurs"]["bouton"]
    assert {**last, "cibles": []} == {**bilan, "jour": "2026-03-17"}


async def test_who_is_late_is_listed_the_longest_first_page_by_page(client, deployed, sql):
    body = await get(client, "/retards", echeance="2025-12-31")
    late = [(e["demarche"], e["en_retard_depuis"], e["jours"]) for e in body["elements"]]
    assert late == [("jamais", "2026-01-01", 76), ("exemptee", "2026-02-01", 45)]
    assert (body["total"], body["suivant"], body["jour"]) == (2, None, "2026-03-17")
    deployment = await get(client, "/deploiement", echeance="2025-12-31", par="ministere")
    assert (deployment["en_retard"], [g["en_retard"] for g in deployment["groupes"]]) == (2, [1, 1])
    first = await get(client, "/retards", echeance="2025-12-31", limite=1)
    second = await get(client, "/retards", echeance="2025-12-31", limite=1, curseur=first["suivant"])
    assert [*first["elements"], *second["elements"]] == body["elements"]
    assert (first["total"], second["suivant"]) == (2, None)
    assert [
        e["demarche"] for e in (await get(client, "/retards", echeance="2025-12-31", ministere="b"))["elements"]
    ] == ["exemptee"]
    then = await get(client, "/retards", echeance="2025-12-31", jour="2026-01-31")
    assert [e["demarche"] for e in then["elements"]] == ["fevrier", "jamais"]
    assert (await get(client, "/retards", echeance="2026-03-17"))["total"] == 0


# --- accessibility over time


async def test_accessibility_is_followed_through_new_facts_and_expiry(client, bouton, tell):
    await tell(bouton, "2025-11-10", "audit", taux=80, date=None)
    await tell(bouton, "2025-11-10", "declaration", mention="x", url=None, date="2023-02-10")
    await tell(bouton, "2026-03-10", "declaration", mention="x", url=None, date="2026-03-09")
    body = await get(client, "/suivi", indicateur="accessibilite", debut="2025-10-01")
    assert [(e["publies"], e["atteints"]) for e in body["elements"]] == [(0, 0), (1, 1), (1, 1), (1, 1), (1, 0), (1, 1)]
    late = await get(client, "/retards", indicateur="accessibilite", echeance="2025-12-31", jour="2026-03-01")
    assert [(e["demarche"], e["en_retard_depuis"]) for e in late["elements"]] == [("demarche", "2026-02-10")]


# --- crossing


async def test_satisfaction_is_crossed_with_a_criterion(client, new_bouton, count, tell):
    for rank in range(11):
        bouton = await new_bouton(f"d{rank}")
        await count(bouton, "2026-01-15", {10: 90, 0: 10} if rank < 5 else {10: 60, 0: 40})
        if rank < 10:
            await tell(bouton, "2025-06-01", "mobile", valeur=rank < 5)
    body = await get(client, "/croisement", indicateur="mobile", **PERIODE)
    assert (body["indicateur"], body["non_mesurees"], body["sans_satisfaction"]) == ("mobile", 1, 0)
    assert body["atteint"]["satisfaits"] == {
        "valeur": 0.9,
        "ic95": [pytest.approx(0.8706, abs=1e-4), pytest.approx(0.9233, abs=1e-4)],
        "nombre": 450,
        "sur": 500,
    }
    assert (body["autres"]["demarches"], body["autres"]["au_dessus_de_7"]["nombre"]) == (5, 0)
    assert body["ecart_satisfaits"]["valeur"] == pytest.approx(0.3)
    unknown = await get(client, "/croisement", **PERIODE)
    assert (unknown["indicateur"], unknown["non_mesurees"]) == ("accessibilite", 11)
    assert (unknown["atteint"]["motif"], unknown["ecart_moyenne"]) == ("moins de 5 démarches", None)


# --- refusals and caching


async def test_what_does_not_exist_is_refused_in_french_with_the_field_at_fault(client):
    assert await refusal(client, "/observatoire", par="region") == ["par"]
    assert await refusal(client, "/observatoire", perimetre="top_100") == ["perimetre"]
    assert await refusal(client, "/observatoire", indicateur=["satisfaction", "rien"]) == ["indicateur"]
    assert await refusal(client, "/observatoire", "periode_invalide", debut="x") == ["debut"]
    assert await refusal(client, "/suivi") == ["indicateur"]
    assert await refusal(client, "/suivi", indicateur="satisfaction") == ["indicateur"]
    assert await refusal(client, "/deploiement", pas="jour") == ["pas"]
    assert await refusal(client, "/deploiement", echeance="30/06/2020") == ["echeance"]
    assert await refusal(client, "/retards") == ["echeance"]
    assert await refusal(client, "/retards", echeance="2020-02-30") == ["echeance"]
    assert await refusal(client, "/retards", "curseur_invalide", echeance="2020-06-30", curseur="x") == ["curseur"]
    assert await refusal(client, "/croisement", indicateur="satisfaction") == ["indicateur"]


async def test_an_answer_is_served_again_only_while_nothing_has_changed(client, bouton, tell):
    paths = ("observatoire", "demarches/demarche/indicateurs", "deploiement", "croisement", "suivi?indicateur=dlnuf")
    first = {path: await client.get(f"/api/v1/{path}") for path in paths}
    for path, reply in first.items():
        again = await client.get(f"/api/v1/{path}", headers={"If-None-Match": reply.headers["etag"]})
        assert again.status_code == 304, path
    await tell(bouton, "2026-01-01", "dlnuf", effort=3)
    for path in ("observatoire", "demarches/demarche/indicateurs", "suivi?indicateur=dlnuf"):
        again = await client.get(f"/api/v1/{path}", headers={"If-None-Match": first[path].headers["etag"]})
        assert again.status_code == 200, path
