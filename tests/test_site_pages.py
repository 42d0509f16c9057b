"""Every page of the site: useful without script, well made, protected, exact, and the same figures as the API."""

import datetime as dt
import io
import re
from xml.etree import ElementTree

import pytest
from PIL import Image

from tests.site import HTML, lire, rattacher, verifier

AUJOURD_HUI = dt.datetime.now(dt.UTC).date()
PAGES = (
    "/",
    "/demarches",
    "/demarches?q=demarche&tri=note",
    "/demarches?statut=aucun_avis",
    "/demarches/demarche",
    "/demarches/demarche?pas=trimestre",
    "/ministeres",
    "/ministeres/un",
    "/methode",
    "/plan",
    "/confidentialite",
)


@pytest.fixture
async def noted(client, bouton, sql, count, on_a_known_day):
    """A démarche that 110 people rated in January 2026, of a ministère."""
    await rattacher(sql, bouton, "un", "a")
    await count(bouton, "2026-01-15", {10: 70, 5: 20, 0: 20})
    return bouton


@pytest.mark.parametrize("adresse", PAGES)
async def test_a_page_is_well_made_and_protected(client, noted, adresse):
    page = await client.get(adresse)
    assert page.status_code == 200
    verifier(page.text)
    politique = page.headers["content-security-policy"]
    assert "default-src 'none'" in politique
    assert "script-src" not in politique
    assert len(page.content) < 60_000


@pytest.mark.parametrize("adresse", ["/", "/demarches", "/demarches/demarche", "/ministeres", "/ministeres/un"])
async def test_a_page_is_fresh_at_once_and_unchanged_otherwise(client, noted, count, adresse):
    first = await client.get(adresse)
    known = {"If-None-Match": first.headers["etag"]}
    assert (await client.get(adresse, headers=known)).status_code == 304
    await count(noted, "2026-02-01", {9: 1})
    fresh = await client.get(adresse, headers=known)
    assert fresh.status_code == 200
    assert fresh.text != first.text


async def test_a_page_is_kept_for_each_way_of_sending_it(client, noted):
    tags = set()
    for codage in ("br", "gzip", "identity"):
        page = await client.get("/demarches", headers={"Accept-Encoding": codage})
        assert page.headers.get("content-encoding", "identity") == codage
        assert page.headers["vary"] == "Accept-Encoding"
        assert "Démarches" in page.text
        tags.add(page.headers["etag"])
    assert len(tags) == 3


async def test_a_demarche_shows_the_figures_of_the_api(client, noted):
    texte = lire((await client.get("/demarches/demarche")).text)
    assert "Note moyenne 7,3 / 10" in texte
    assert "Avis satisfaits 63,6 %" in texte
    assert "70 avis sur 110" in texte
    assert "D’après 110 avis, la note moyenne se situe entre 6,5 et 8,0" in texte
    assert "Probablement au-dessus de 7" in texte


async def test_a_page_never_says_zero_where_nothing_is_known(client, bouton):
    texte = lire((await client.get("/demarches/demarche")).text)
    assert "Aucun avis n’a été déposé" in texte
    assert "0,0" not in texte
    assert "Évolution" not in texte


async def test_too_few_avis_are_shown_as_such(client, bouton, count, on_a_known_day):
    await count(bouton, "2026-01-15", {9: 1})
    texte = lire((await client.get("/demarches/demarche")).text)
    assert "1 avis seulement : il en faut 100" in texte
    assert "Sûrement" not in texte


async def test_what_too_few_people_said_is_shown_nowhere_on_the_page(client, bouton, count, on_a_known_day):
    await count(bouton, "2026-01-15", {9: 60, 2: 39})
    page = (await client.get("/demarches/demarche")).text
    assert "99 avis seulement : il en faut 100" in lire(page)
    for nom in ("Note moyenne", "Répartition", "Clarté et aide", "Évolution"):
        assert nom not in page.partition("<main")[2].partition('id="t-indicateurs"')[0], nom
    assert "6,2" not in lire(page)


async def test_under_a_published_indice_a_month_under_the_minimum_has_no_value(client, noted, count):
    await count(noted, "2026-02-10", {0: 4})
    await count(noted, "2025-12-10", {10: 99})
    await count(noted, "2025-11-10", {10: 100})
    texte = lire((await client.get("/demarches/demarche")).text)
    assert "février 2026 trop peu d’avis 4" in texte
    assert "décembre 2025 trop peu d’avis 99" in texte
    assert "novembre 2025 10,0 de 10,0 à 10,0 100" in texte
    assert "Le trait s’interrompt où il n’y a pas assez d’avis." in texte


async def test_when_no_step_has_enough_avis_a_longer_one_is_offered(client, bouton, on_a_known_day, count):
    for mois in range(1, 4):
        await count(bouton, f"2026-0{mois}-10", {10: 40})
    page = (await client.get("/demarches/demarche")).text
    assert "À ce pas, aucune étape n’a 100 avis : choisissez-en un plus grand." in lire(page)
    assert "pas=annee" in page
    assert "2026 10,0 de 10,0 à 10,0 120" in lire((await client.get("/demarches/demarche?pas=annee")).text)


async def test_an_evolution_goes_back_years_and_stops_where_nothing_is_known(client, noted, count):
    await count(noted, "2024-11-02", {10: 100})
    page = (await client.get("/demarches/demarche?pas=trimestre")).text
    courbe = page.partition('id="g-evolution-titre"')[2].partition("</figure>")[0]
    assert courbe.count('class="courbe"') == 2  # a line never crosses a gap
    rangees = re.findall(r"<tr><th scope=\"row\">(\d.*? trimestre \d{4}).*?</tr>", page)
    quarters = ["4e 2024", "1er 2025", "2e 2025", "3e 2025", "4e 2025", "1er 2026"]
    assert rangees == [quarter.replace(" ", " trimestre ") for quarter in quarters]
    assert "Le trait s’interrompt où il n’y a pas assez d’avis" in lire(page)


@pytest.mark.parametrize(
    ("pas", "jours", "premiere"),
    [
        ("trimestre", ("2021-01-10", "2021-03-20"), "1er trimestre 2021 6,7 de 6,2 à 7,1 450"),
        ("annee", ("2016-01-10", "2016-12-20"), "2016 6,7 de 6,2 à 7,1 450"),
    ],
)
async def test_the_first_step_is_shown_whole_and_is_that_of_the_api(client, noted, count, pas, jours, premiere):
    for jour, notes in zip(jours, ({0: 150}, {10: 300}), strict=True):
        await count(noted, jour, notes)
    page = (await client.get(f"/demarches/demarche?pas={pas}")).text
    assert premiere in lire(page)
    lien = re.search(r'href="([^"]*/evolution[^"]*)"', page)[1].replace("&amp;", "&")
    assert next(e["total"] for e in (await client.get(lien)).json()["elements"] if e["total"]) == 450


async def test_a_change_is_only_said_when_its_interval_leaves_zero_out(client, bouton, count, on_a_known_day):
    await count(bouton, "2026-01-15", {10: 900, 0: 100})
    await count(bouton, "2025-01-15", {10: 600, 0: 400})
    assert "La note a augmenté, plus que le hasard ne l’explique (de +2,6 à +3,4, intervalle à 95 %)" in lire(
        (await client.get("/demarches/demarche")).text
    )
    await count(bouton, "2025-02-15", {10: 4000})
    assert "rien ne prouve que la note ait changé" in lire((await client.get("/demarches/demarche")).text)


async def test_the_boutons_of_a_demarche_say_since_when(client, noted):
    texte = lire((await client.get("/demarches/demarche")).text)
    assert re.search(r"Principal\s+15 janvier 2026\s+ouvert", texte)


async def test_a_bouton_for_trying_is_shown_to_nobody(client, noted, sql):
    await sql.execute("INSERT INTO bouton (demarche_id, cle, nom, essai) VALUES ($1, 'r', 'Recette', true)",
                      noted.demarche_id)  # fmt: skip
    assert "Recette" not in (await client.get("/demarches/demarche")).text
    await sql.execute("DELETE FROM compte")
    await sql.execute("DELETE FROM bouton WHERE NOT essai")
    assert "Cette démarche n’a pas encore de bouton." in lire((await client.get("/demarches/demarche")).text)


async def test_titles_cannot_inject(client, noted, sql):
    title = "Déclarer <script>alert(1)</script> \"x\" & 'y'"
    await sql.execute("UPDATE demarche SET titre = $1, titre_recherche = 'declarer script'", title)
    for adresse in ("/", "/demarches?q=declarer", "/demarches/demarche", "/ministeres/un"):
        page = await client.get(adresse)
        assert "Déclarer &lt;script&gt;" in page.text
        verifier(page.text)


async def test_a_person_gets_a_page_and_a_program_a_problem(client):
    for path in ("/demarches/inconnue", "/ministeres/inconnu", "/nulle-part", "/demarches?page=9", "/site/x.css"):
        page = await client.get(path, headers=HTML)
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        verifier(page.text)
        problem = await client.get(path)
        assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")


async def test_a_wrong_date_is_explained_on_the_page(client, bouton):
    page = await client.get("/demarches/demarche?debut=2026-13-01", headers=HTML)
    assert page.status_code == 422
    assert "Premier jour : cette date n’existe pas" in lire(page.text)


async def test_an_empty_date_is_a_date_not_given(client, bouton):
    assert (await client.get("/demarches/demarche?debut=&fin=")).status_code == 200


async def test_a_head_request_says_the_same_without_a_body(client, noted):
    got, head = await client.get("/api/v1/indices"), await client.head("/api/v1/indices")
    assert (head.status_code, head.headers["etag"]) == (200, got.headers["etag"])


async def test_every_reply_is_protected_and_named(client):
    for path in ("/healthz", "/demarches", "/api/v1/indices", "/nulle-part"):
        reply = await client.get(path, headers={"X-Request-Id": "abc-1"})
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in reply.headers["content-security-policy"]
        assert reply.headers["x-request-id"] == "abc-1"


async def test_a_former_address_of_a_demarche_leads_to_today_s(client, noted, sql):
    await sql.execute("INSERT INTO ancien_slug VALUES ('avant', $1)", noted.demarche_id)
    moved = await client.get("/demarches/avant?pas=annee")
    assert (moved.status_code, moved.headers["location"]) == (308, "/demarches/demarche?pas=annee")
    image = await client.get("/demarches/avant/partage.png")
    assert image.headers["location"] == "/demarches/demarche/partage.png"


async def test_the_picture_to_share_is_the_one_that_the_page_names(client, noted, settings):
    page = (await client.get("/demarches/demarche")).text
    adresse = re.search(r'property="og:image" content="([^"]+)"', page)[1]
    image = await client.get(adresse.removeprefix(settings.base))
    assert image.headers["content-type"] == "image/png"
    assert image.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert [int.from_bytes(image.content[k : k + 4]) for k in (16, 20)] == [1200, 630]
    assert len(image.content) < 60_000
    assert 'property="og:title"' in page


async def test_there_is_a_picture_even_without_avis_and_for_a_very_long_title(client, bouton, sql):
    await sql.execute("UPDATE demarche SET titre = $1", "Obtenir une dérogation " * 20)
    assert (await client.get("/demarches/demarche/partage.png")).status_code == 200


async def test_nothing_of_the_picture_is_cut_at_its_edge(client, bouton, count, sql):
    await sql.execute("UPDATE demarche SET titre = $1", "Anticonstitutionnellement" * 8 + " et" * 90)
    for comptes in ({9: 40}, {7: 1_234_567}):
        await count(bouton, str(AUJOURD_HUI), comptes)
        lue = await client.get("/demarches/demarche/partage.png?debut=2020-12-31")
        image = Image.open(io.BytesIO(lue.content)).convert("L")
        assert image.crop((1200 - 24, 17, 1200, 630)).getextrema()[0] > 240, comptes


async def test_search_engines_find_every_page_once_and_no_list_that_was_asked_for(client, noted, settings):
    robots = (await client.get("/robots.txt")).text.splitlines()
    assert "Disallow: /*?" in robots
    assert "Allow: /editions/comparer?de=" in robots
    assert f"Sitemap: {settings.base}/sitemap.xml" in robots
    plan = await client.get("/sitemap.xml")
    assert plan.headers["content-type"] == "application/xml"
    adresses = [loc.text for loc in ElementTree.fromstring(plan.content).iterfind(".//{*}loc")]
    assert len(set(adresses)) == len(adresses)
    chemins = [adresse.removeprefix(settings.base) for adresse in adresses]
    assert {"/", "/demarches/demarche", "/ministeres/un"} <= set(chemins)
    assert {(await client.get(chemin)).status_code for chemin in chemins} == {200}
