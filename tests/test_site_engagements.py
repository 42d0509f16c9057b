"""The register as people read it: what is late, what slipped and why, targets beside what is measured today."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.observatoire.engagements import importation
from app.site.promesses import duree
from app.site.registre import TRIS, CriteresEngagements
from tests.site import HTML, lire, rattacher, verifier

COLONNES = "slug,genre,titre,porteur,ministere,demarches,api,variante,indicateur,cible,statut,echeance"
REGISTRE = f"""{COLONNES},raison_glissement,glissement_le,tenu_le,raison_abandon
bouton,cible,Le bouton partout,DINUM,,,,,bouton,100 %,prevu,2026-06-30,,,,
notes,cible,La moitié au-dessus de 7,DINUM,,,,,satisfaction,50 %,en_cours,2025-12-31,,,,
jalon,jalon,Refondre le formulaire,ANTS,un,demarche,,,,,prevu,2025-01-31,,,,
jalon,,,,,,,,,,,2026-01-31,Le marché a dû être relancé,2025-01-10,,
api-fc,api,API Salaires avec,GIP MDS,,,salaires,franceconnect,,,prevu,aucune,,,,
dans,integration,Intégrer l'API Salaires,CNAF,,demarche,salaires,franceconnect,,,prevu,2026-12-31,,,,
sans-api,integration,Intégrer une API,CNAF,,autre,,,,,tenu,2026-01-31,,,2026-02-10,
fini,jalon,Ouvrir un guichet,DGFiP,,,,,,,abandonne,2025-06-30,,,,Repris ailleurs
"""


@pytest.fixture
async def registre(engine, tmp_path, client, new_bouton, sql, count, on_a_known_day):
    """Two démarches, one of them above 7 and of the ministère `un`, the other without avis; seven engagements."""
    boutons = {nom: await new_bouton(nom) for nom in ("demarche", "autre")}
    await rattacher(sql, boutons["demarche"], "un")
    await count(boutons["demarche"], "2026-01-15", {10: 100})
    bilan = await importation.import_engagements(
        engine, io.StringIO(REGISTRE, newline=""), tmp_path / "rejets.csv", on_a_known_day
    )
    assert (bilan.creees, bilan.glissements, bilan.rejetees) == (7, 1, 0)
    return boutons


async def page(client, adresse):
    reply = await client.get(adresse, headers=HTML)
    assert reply.status_code == 200, reply.text
    verifier(reply.text)
    return reply.text


def slugs(html):
    return re.findall(r'<th scope="row"><a href="/engagements/([^"]+)"', html)


async def test_the_register_says_what_is_promised_and_what_is_late(client, registre):
    texte = lire(await page(client, "/engagements"))
    assert "En retard 2 sur 7" in texte
    assert "Tenus 1 sur 7" in texte
    assert "Refondre le formulaire Jalon · ANTS · Ministère un 31 janvier 2026" in texte
    assert "échéance repoussée une fois, d’abord le 31 janvier 2025 Prévu en retard de 45 jours" in texte
    assert re.search(r"API Salaires avec .{0,40} aucune date Prévu", texte)
    assert "Tenu tenu avec 10 jours de retard" in texte


async def test_a_target_stands_beside_what_is_measured_today(client, registre):
    texte = lire(await page(client, "/engagements"))
    assert "50,0 % 1 sur 2 ; cible 100 % : il manque 50,0 points" in texte
    assert "100,0 % 1 sur 1 ; cible 50 % : atteinte" in texte


async def test_a_target_that_is_reached_stays_late_until_somebody_says_it_is_kept(client, registre):
    texte = lire(await page(client, "/engagements/notes"))
    assert "En cours en retard de 2 mois" in texte
    assert "La cible est atteinte aujourd’hui. L’engagement reste en retard jusqu’à ce que son porteur" in texte
    assert "laissée de côté" in texte  # the démarche without avis


async def test_the_order_of_the_register_can_be_chosen_and_what_has_no_value_comes_last(client, registre):
    assert slugs(await page(client, "/engagements")) == [
        "fini",
        "notes",
        "jalon",
        "sans-api",
        "bouton",
        "dans",
        "api-fc",
    ]
    assert slugs(await page(client, "/engagements?tri=retard"))[:2] == ["notes", "jalon"]
    assert slugs(await page(client, "/engagements?tri=glissements"))[0] == "jalon"
    assert slugs(await page(client, "/engagements?tri=titre"))[0] == "api-fc"


@pytest.mark.parametrize(
    ("filtre", "attendus"),
    [
        ("ministere=un", {"jalon", "dans"}),
        ("statut=tenu", {"sans-api"}),
        ("genre=integration", {"dans", "sans-api"}),
        ("en_retard=true", {"notes", "jalon"}),
        ("en_retard=false&genre=cible", {"bouton"}),
    ],
)
async def test_filters_and_the_csv_agree_with_the_page(client, registre, filtre, attendus):
    html = await page(client, f"/engagements?{filtre}")
    assert set(slugs(html)) == attendus
    (adresse,) = re.findall(r'href="(/api/v1/engagements\.csv[^"]*)"', html)
    fichier = (await client.get(adresse.replace("&amp;", "&"))).text
    assert {ligne["slug"] for ligne in csv.DictReader(io.StringIO(fichier))} == attendus


async def test_the_choices_of_filters_say_how_many_engagements_each_has(client, registre):
    html = await page(client, "/engagements")
    assert '<option value="un">Ministère un (2)</option>' in html
    assert '<option value="true">En retard (2)</option>' in html
    assert '<option value="integration">Intégration d’une API (2)</option>' in html


async def test_an_engagement_tells_its_slips_and_their_reasons(client, registre):
    texte = lire(await page(client, "/engagements/jalon"))
    assert "31 janvier 2025 31 janvier 2026 Le marché a dû être relancé annoncé le 10 janvier 2025" in texte
    assert "Compté depuis la première date annoncée, le 31 janvier 2025, le retard serait de 1 an et 1 mois" in texte
    texte = lire(await page(client, "/engagements/fini"))
    assert "Repris ailleurs" in texte
    assert "Elle n’a jamais changé" in texte
    texte = lire(await page(client, "/engagements/api-fc"))
    assert "Aucune date n’a été donnée : il ne peut pas être en retard" in texte


async def test_once_only_is_a_matrix_of_demarches_and_apis_and_a_list_on_a_telephone(client, registre):
    html = await page(client, "/engagements/dites-le-nous-une-fois")
    texte = lire(html)
    assert "Salaires GIP MDS avec FranceConnect : aucune date" in texte
    matrice, liste = html.partition('class="matrice-liste"')[::2]
    assert "avec FranceConnect : prévu le 31 décembre 2026" in lire(f"<main>{matrice}</main>")
    assert "API à préciser" in lire(f"<main>{matrice}</main>")
    assert "Salaires avec FranceConnect : prévu le 31 décembre 2026" in lire(f"<main>{liste}")
    assert "fait le 10 février 2026" in lire(f"<main>{liste}")


async def test_an_empty_register_says_so(client, on_a_known_day):
    assert "Aucun engagement n’a encore été inscrit" in lire(await page(client, "/engagements"))
    assert "Aucune API" in lire(await page(client, "/engagements/dites-le-nous-une-fois"))


@pytest.mark.parametrize("adresse", ["/engagements/inconnu", "/engagements?page=9", "/engagements/A%00"])
async def test_what_does_not_exist_is_a_page_that_says_so(client, registre, adresse):
    reply = await client.get(adresse, headers=HTML)
    assert reply.status_code == 404
    verifier(reply.text)


async def test_a_criterion_that_does_not_exist_is_refused(client, registre):
    assert (await client.get("/engagements?genre=promesse", headers=HTML)).status_code == 422


async def test_words_of_the_register_cannot_inject(client, registre, sql):
    await sql.execute("UPDATE engagement SET titre = '<b>x</b>', porteur = '<i>y</i>' WHERE slug = 'dans'")
    for adresse in ("/engagements", "/engagements/dans", "/engagements/dites-le-nous-une-fois", "/demarches/demarche"):
        html = await page(client, adresse)
        assert "<b>x" not in html
        assert "<i>y" not in html


@given(st.integers(0, 20_000))
def test_a_lateness_in_words_never_says_twelve_months_nor_nothing(jours):
    dit = duree(jours)
    assert dit
    assert "12 mois" not in dit
    assert not dit.startswith("0 mois")


def test_an_address_says_only_what_is_asked():
    criteres = CriteresEngagements(genre="api", tri="titre")
    assert criteres.adresse("/engagements") == "/engagements?genre=api&tri=titre"
    assert criteres.csv == "/api/v1/engagements.csv?genre=api"
    assert set(TRIS) == {"echeance", "retard", "glissements", "titre", "porteur"}
