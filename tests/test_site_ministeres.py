"""Ministères side by side: a share with its denominator and its interval, and no ranking of small numbers."""

import pytest

from tests.site import lire, rattacher


@pytest.fixture
async def deux_ministeres(client, new_bouton, sql, count, on_a_known_day):
    """`grand`: 12 measured démarches, 9 of them above 7, and one with too few avis. `petit`: 1, above 7."""
    for rang in range(13):
        bouton = await new_bouton(f"g{rang}")
        await rattacher(sql, bouton, "grand", "o1" if rang < 6 else "o2")
        await count(bouton, "2026-01-15", {10: 100} if rang < 9 else {0: 100} if rang < 12 else {10: 4})
    bouton = await new_bouton("p0")
    await rattacher(sql, bouton, "petit")
    await count(bouton, "2026-01-15", {10: 100})


async def test_a_share_stands_with_its_denominator_its_interval_and_what_is_left_out(client, deux_ministeres):
    texte = lire((await client.get("/ministeres")).text)
    assert "Ministère grand 75,0 % de 46,8 % à 91,1 % 9 sur 12 1 1 204" in texte
    assert "10 démarches sur 13 mesurées. Laissées de côté : 1 avec trop peu d’avis." in texte


async def test_an_exempt_demarche_is_left_out_of_satisfaction_on_every_page_as_in_the_api(client, deux_ministeres, sql):
    """Two of the twelve of `grand` are exempt, one that was above 7, one that was not: 8 of 10, and 9 of 11 in all."""
    await sql.execute("INSERT INTO exemption SELECT id, 'satisfaction', '2020-01-01', NULL, 'Essai' FROM demarche"
                      " WHERE slug IN ('g0', 'g9')")  # fmt: skip
    b = (await client.get("/api/v1/observatoire?indicateur=satisfaction")).json()["indicateurs"]["satisfaction"]
    assert (b["atteints"], b["publies"], b["insuffisant"], b["exempte"]) == (9, 11, 1, 2)
    textes = {a: lire((await client.get(a)).text) for a in ("/", "/ministeres", "/ministeres/grand", "/demarches")}
    assert "Démarches au-dessus de 7 81,8 % 9 démarches sur 11 mesurées" in textes["/"]
    reste = "1 avec trop peu d’avis, 2 exemptées"
    assert f"9 démarches sur 11 mesurées. Laissées de côté : {reste}." in textes["/ministeres"]
    assert "Ministère grand 80,0 % de 49,0 % à 94,3 % 8 sur 10 3 1 204" in textes["/ministeres"]
    assert f"8 démarches sur 10 mesurées. Laissées de côté : {reste}." in textes["/ministeres/grand"]
    assert "Pour l’ensemble des ministères : 81,8 % (9 sur 11)" in textes["/ministeres/grand"]
    assert "Organisme o1 5 sur 5 1 600" in textes["/ministeres/grand"]
    assert f"9 au-dessus de 7 sur 11 mesurées, soit 81,8 % ; laissées de côté : {reste}." in textes["/demarches"]


async def test_a_ministere_with_few_demarches_is_not_compared(client, deux_ministeres):
    page = (await client.get("/ministeres")).text
    comparables, _, autres = page.partition('id="t-autres"')
    assert "Ministère petit" not in comparables
    assert "Ministère petit 1 sur 1 0 100" in lire(f"<main>{autres}")
    assert "100,0" not in autres


async def test_a_ministere_has_a_page_with_its_demarches_and_organismes(client, deux_ministeres):
    texte = lire((await client.get("/ministeres/grand")).text)
    assert "Démarches au-dessus de 7 75,0 %" in texte
    assert "Pour l’ensemble des ministères : 76,9 % (10 sur 13)" in texte
    assert "Organisme o1 6 sur 6 0 600" in texte
    assert "Organisme o2 3 sur 6 1 604" in texte
    small = lire((await client.get("/ministeres/petit")).text)
    assert "Démarches au-dessus de 7 1 sur 1" in small
    assert "une part dirait trop peu" in small


async def test_names_come_in_the_order_of_the_alphabet_whatever_their_accents(client, deux_ministeres, new_bouton, sql):
    await rattacher(sql, await new_bouton("p1"), "moyen")
    for slug, nom in (("grand", "Intérieur"), ("moyen", "Enseignement"), ("petit", "Économie")):
        await sql.execute("UPDATE ministere SET nom = $2 WHERE slug = $1", slug, nom)
    listes = {
        "/": "Par ministère",
        "/demarches": "Ministère Tous",
        "/deploiement": "Par ministère",
    }
    for adresse, debut in listes.items():
        liste = lire((await client.get(adresse)).text).rpartition(debut)[2]
        places = [liste.index(nom) for nom in ("Économie", "Enseignement", "Intérieur")]
        assert places == sorted(places), adresse
    petits = lire((await client.get("/ministeres")).text).partition("Avec moins de")[2]
    assert petits.index("Économie") < petits.index("Enseignement")


async def test_the_home_page_says_the_state_of_things(client, deux_ministeres):
    texte = lire((await client.get("/")).text)
    assert "Démarches au-dessus de 7 76,9 % 10 démarches sur 13 mesurées" in texte
    assert "Avis reçus 1 304" in texte
    assert "1 304 avis en douze mois : 10 démarches sur 13 ont une note moyenne au-dessus de 7." in texte
    assert "sur 14 démarches suivies. 13 démarches ont assez d’avis (100 au moins)" in texte


async def test_an_empty_service_says_that_it_knows_nothing(client):
    texte = lire((await client.get("/")).text)
    assert "Démarches au-dessus de 7 –" in texte
    assert "0,0" not in texte
    for adresse in ("/", "/ministeres", "/ministeres?indicateur=mobile"):
        texte = lire((await client.get(adresse)).text)
        assert "Rien n’est encore mesuré." in texte, adresse
        assert "sur 0 mesurée" not in texte, adresse
