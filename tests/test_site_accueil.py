"""The home page and that of deployment: today in one glance, the same figures as the API, and what changed."""

import re
from html import unescape

import pytest

from app.site.affichage import pourcent
from app.site.bilans import points
from tests.editions import PERIODE
from tests.site import HTML, lire, rattacher, verifier


@pytest.fixture
async def etat(client, new_bouton, count, sql, on_a_known_day):
    """`haute` and `basse` are measured, `rare` is not; `muette` has no avis, `exempte` needs no button, `horsligne` is
    not online. `haute` is accessible, `basse` is not."""
    noms = ("haute", "basse", "rare", "muette", "exempte", "horsligne")
    boutons = {slug: await new_bouton(slug) for slug in noms}
    for slug in ("haute", "muette"):
        await rattacher(sql, boutons[slug], "alpha", "un")
    await count(boutons["haute"], "2025-06-01", {9: 150})
    await count(boutons["basse"], "2025-10-01", {5: 100})
    await count(boutons["rare"], "2024-06-01", {9: 40})
    await sql.execute("UPDATE demarche SET en_ligne = false WHERE slug = 'horsligne'")
    await sql.execute("INSERT INTO exemption VALUES ($1, 'bouton', '2020-01-01', NULL, 'Sur papier seulement.')",
                      boutons["exempte"].demarche_id)  # fmt: skip
    for slug, taux in (("haute", 80), ("basse", 60)):
        for nature, contenu in (("audit", f'{{"taux": {taux}}}'), ("declaration", '{"mention": "conforme"}')):
            await sql.execute("INSERT INTO fait (demarche_id, nature, jour, source, contenu)"
                              " VALUES ($1, $2, '2025-05-01', 'essai', $3)",
                              boutons[slug].demarche_id, nature, contenu)  # fmt: skip
    return boutons


@pytest.fixture
async def cibles(sql):
    for slug, indicateur, part, echeance in (
        ("c1", "satisfaction", 0.8, "2022-12-31"),
        ("c2", "bouton", 1, "2026-03-07"),
    ):
        await sql.execute("INSERT INTO engagement (slug, genre, titre, porteur, statut, indicateur, cible, echeance)"
                          " VALUES ($1, 'cible', $1, 'moi', 'prevu', $2, $3, $4::text::date)",
                          slug, indicateur, part, echeance)  # fmt: skip


async def page(client, adresse: str) -> str:
    reply = await client.get(adresse, headers=HTML)
    assert reply.status_code == 200, reply.text
    verifier(reply.text)
    return lire(reply.text)


def dit(part: float | None) -> str:
    return pourcent(part).replace("\u202f", " ")


async def test_the_home_page_says_what_the_api_says(client, etat, cibles):
    texte = await page(client, "/")
    observatoire = (await client.get("/api/v1/observatoire")).json()
    b = observatoire["indicateurs"]
    assert {cle: (b[cle]["atteints"], b[cle]["publies"]) for cle in ("satisfaction", "bouton", "accessibilite")} == {
        "satisfaction": (1, 2),
        "bouton": (3, 4),
        "accessibilite": (1, 2),
    }
    assert f"Démarches au-dessus de 7 {dit(b['satisfaction']['part'])} 1 démarche sur 2 mesurées" in texte
    assert "Laissées de côté : 4 non mesurées." in texte
    assert f"Démarches qui ont le bouton {dit(b['bouton']['part'])} 3 sur les 4 démarches en ligne" in texte
    assert "Laissées de côté : 1 exemptée, 1 pas en ligne." in texte
    assert f"Démarches accessibles {dit(b['accessibilite']['part'])} 1 sur 2 démarches" in texte
    assert f"Avis reçus {observatoire['avis']}" in texte


async def test_targets_stand_beside_what_they_are_about(client, etat, cibles):
    texte = await page(client, "/")
    assert "Cible : 80,0 % au 31 décembre 2022 : il manque 30,0 points et l’échéance est dépassée depuis" in texte
    assert "Cible : 100,0 % au 7 mars 2026 : il manque 25,0 points et l’échéance est dépassée depuis 10 jours." in texte


async def test_a_share_is_never_rounded_onto_the_target_that_it_stands_beside(client, jdma, new_bouton, count, sql):
    for rang in range(12):
        bouton = await new_bouton(f"d{rang}")
        await rattacher(sql, bouton, "un")
        if rang < 8:
            await count(bouton, "2025-03-01", {9: 100})
    for slug, qui in (("tous", "NULL"), ("un", "(SELECT id FROM ministere)")):
        await sql.execute(
            "INSERT INTO engagement (slug, genre, titre, porteur, statut, indicateur, cible, ministere_id)"
            f" VALUES ($1, 'cible', $1, 'moi', 'prevu', 'bouton', 0.667, {qui})",
            slug,
        )
    await jdma.publish("2025", "--cible", "bouton=0.667")
    adresses = ("/", "/deploiement", "/ministeres/un", "/engagements", "/engagements/tous", "/editions/2025")
    for adresse in adresses:
        texte = re.sub("[Cc]ible( de|) :? ?66,7 %|66,7 % pas atteinte|pour 66,7 %", "", await page(client, adresse))
        assert "66,67 %" in texte, adresse
        assert "66,7 %" not in texte, (adresse, texte[max(0, texte.find("66,7 %") - 60) :][:90])


async def test_a_demarche_that_is_exempt_from_satisfaction_is_left_out_as_in_the_api(client, etat, sql):
    await sql.execute("INSERT INTO exemption VALUES ($1, 'satisfaction', '2020-01-01', NULL, 'r')",
                      etat["basse"].demarche_id)  # fmt: skip
    b = (await client.get("/api/v1/observatoire?indicateur=satisfaction")).json()["indicateurs"]["satisfaction"]
    assert (b["atteints"], b["publies"], b["exempte"]) == (1, 1, 1)
    assert "Démarches au-dessus de 7 100,0 % 1 démarche sur 1 mesurée" in await page(client, "/")


async def test_without_an_edition_nothing_is_said_to_have_changed(client, etat):
    texte = await page(client, "/")
    assert "Depuis la dernière édition" not in texte
    assert "Les valeurs en tableau" not in texte


async def test_what_changed_since_the_last_edition_is_said_with_its_counts(client, jdma, etat, count):
    await jdma.publish()
    await count(etat["basse"], "2026-02-01", {10: 300})
    texte = await page(client, "/")
    avant = (await client.get("/api/v1/editions")).json()["elements"][0]["bilan"]["indicateurs"]["satisfaction"]
    apres = (await client.get("/api/v1/observatoire")).json()["indicateurs"]["satisfaction"]
    ecart = points(100 * (apres["part"] - avant["part"])).replace("\u202f", " ")
    assert ecart == "+50,0 points"
    assert "la part de démarches au-dessus de 7 augmente de 50,0 points : 2 sur 2 aujourd’hui, 1 sur 2 alors" in texte
    assert "550 avis sur douze mois, 250 dans l’édition" in texte
    assert "Les deux périodes ont 289 jours en commun" in texte
    assert "Édition arrêtée fin décembre 2025 50,0 % sur 2 Aujourd’hui 100,0 % sur 2" in texte


async def test_after_an_edition_of_some_demarches_the_home_page_is_about_the_same_ones(client, jdma, etat, sql):
    await sql.execute("UPDATE demarche SET top_250_depuis = '2020-01-01' WHERE slug = 'haute'")
    await jdma.publish("2025", "--perimetre", "top_250")
    texte = await page(client, "/")
    assert "ces chiffres portent sur les démarches suivies par l’observatoire : 1 sur les 6 du catalogue." in texte
    assert "Démarches au-dessus de 7 100,0 % 1 démarche sur 1 mesurée" in texte
    assert "la part de démarches au-dessus de 7 ne change pas : 1 sur 1 aujourd’hui, 1 sur 1 alors" in texte
    assert "Avis reçus 150" in texte


async def test_an_edition_of_a_list_is_set_beside_the_same_list(client, jdma, etat, tmp_path):
    liste = tmp_path / "liste.csv"
    liste.write_text("slug\nhaute\nbasse\nrare\n")
    await jdma.publish("2025", "--demarches", str(liste))
    texte = await page(client, "/")
    assert "portent sur une liste établie pour cette édition : 3 sur les 6 du catalogue." in texte
    assert "1 démarche sur 2 mesurées" in texte
    assert "1 sur 2 aujourd’hui, 1 sur 2 alors" in texte


async def test_editions_of_other_demarches_or_of_another_minimum_are_not_set_side_by_side(client, jdma, etat, tmp_path):
    """The last édition is about `haute` and `basse`: neither the other list, nor the same one from 150 avis on."""
    annee = ("--debut", "2025-03-01", "--fin", "2026-02-28")
    for slug, noms, fin, options in (
        ("autre", "muette\nrare\n", "2025-12-01", ()),
        ("severe", "haute\nbasse\n", "2025-12-02", ("--minimum", "150")),
        ("pareille", "basse\nhaute\n", "2025-12-03", ()),
        ("derniere", "haute\nbasse\n", annee[3], ()),
    ):
        (tmp_path / "liste.csv").write_text(f"slug\n{noms}")
        periode = ("--debut", "2025-03-01", "--fin", fin)
        await jdma.publish(slug, "--demarches", tmp_path / "liste.csv", *options, periode=periode)
    html = (await client.get("/", headers=HTML)).text
    assert "comparer?de=pareille&amp;a=derniere" in html
    cours = lire(html).partition("Part des démarches mesurées au-dessus de 7 Quand")[2].partition("Aujourd’hui")[0]
    assert re.findall(r"(\S+ 2\d{3}) \d", cours) == ["décembre 2025", "février 2026"]


async def test_satisfaction_is_not_compared_with_an_edition_of_another_minimum(client, jdma, etat):
    """From 150 avis on, one démarche of one was above 7; from 100 on it is one of two: nothing has fallen."""
    await jdma.publish("2025", "--minimum", "150")
    texte = await page(client, "/")
    assert "Démarches au-dessus de 7 50,0 %" in texte
    assert "la part de démarches au-dessus de 7 ne se compare pas : l’édition publie un indice à partir de 150" in texte
    assert "−50,0 points" not in texte
    assert "baisse" not in texte.partition("Depuis la dernière édition")[2].partition("Les démarches qui reçoivent")[0]
    assert "la part de celles qui ont le bouton ne change pas" in texte


@pytest.mark.parametrize("perimetre", ["top_250", "liste"])
async def test_a_national_target_is_not_held_against_some_demarches(
    client, jdma, etat, cibles, sql, tmp_path, perimetre
):
    """These two have the bouton: that says nothing of a target that is about every démarche."""
    (tmp_path / "liste.csv").write_text("slug\nhaute\nbasse\n")
    await sql.execute("UPDATE demarche SET top_250_depuis = '2020-01-01' WHERE slug IN ('haute', 'basse')")
    options = ("--demarches", tmp_path / "liste.csv") if perimetre == "liste" else ("--perimetre", perimetre)
    await jdma.publish("2025", *options)
    texte = await page(client, "/")
    assert "Démarches qui ont le bouton 100,0 % 2 sur les 2" in texte
    assert "Cible" not in texte
    assert "Cible : 100,0 %" in await page(client, "/deploiement")


async def test_deployment_says_what_the_api_says_and_who_is_late(client, etat, cibles):
    texte = await page(client, "/deploiement")
    suivi = (await client.get("/api/v1/deploiement?par=ministere&echeance=2026-03-07")).json()
    dernier = suivi["elements"][-1]
    assert f"Démarches qui ont le bouton {dit(dernier['part'])} 3 sur les 4 démarches en ligne" in texte
    assert "l’avoir. Laissées de côté : 1 exemptée, 1 pas en ligne." in texte
    assert f"Démarches en retard {suivi['en_retard']} L’échéance du 7 mars 2026 est dépassée depuis 10 jours" in texte
    alpha = next(groupe for groupe in suivi["groupes"] if groupe["slug"] == "alpha")["elements"][-1]
    assert f"Ministère alpha {alpha['atteints']} sur {alpha['publies']} {dit(alpha['part'])}" in texte
    for element in suivi["elements"]:
        assert f"{dit(element['part'])} {element['publies']}" in texte
    late = (await client.get("/api/v1/retards?echeance=2026-03-07")).json()["elements"]
    listees = texte[texte.index("Les démarches en retard") :]
    assert [r["titre"] for r in late] == ["Démarche muette"]
    assert "Démarche muette Ministère alpha Organisme un" in listees
    assert "Démarche exempte Sur papier seulement." in listees


async def test_a_target_that_is_reached_makes_nobody_late(client, jdma, etat, cibles, sql):
    await jdma.publish()
    await sql.execute("INSERT INTO engagement (slug, genre, titre, porteur, statut, indicateur, cible, echeance)"
                      " VALUES ('c0', 'cible', 'c0', 'moi', 'prevu', 'bouton', 0.5, '2025-01-31')")  # fmt: skip
    html = (await client.get("/deploiement")).text
    assert "Cible : 50,0 % au 31 janvier 2025, atteinte. Cible : 100,0 % au 7 mars 2026" in lire(html)
    assert "Démarches en retard 1 L’échéance du 7 mars 2026 est dépassée depuis 10 jours." in lire(html)
    for adresse in ("/", "/deploiement"):
        assert re.search(r"<desc[^>]*>[^<]*Cible : 100,0.%", (await client.get(adresse)).text), adresse
    await sql.execute("UPDATE engagement SET cible = 0.75 WHERE slug = 'c2'")
    html = (await client.get("/deploiement")).text
    assert "Démarches sans bouton 1 Chaque cible qui avait une date est atteinte" in lire(html)
    assert "en retard" not in lire(html)
    assert re.search(r"<desc[^>]*>[^<]*Cible : 75,0.%", html)


async def test_the_late_are_filtered_and_held_to_another_deadline(client, etat, cibles):
    assert "0 démarche sans bouton" in await page(client, "/deploiement?ministere=aucun")
    assert "1 démarche sans bouton" in await page(client, "/deploiement?ministere=alpha")
    future = await page(client, "/deploiement?echeance=2026-12-31")
    assert "Démarches sans bouton 1 L’échéance est le 31 décembre 2026." in future
    assert "en retard" not in future


@pytest.mark.parametrize("ministere", ["", "alpha", "beta", "Ministère alpha"])
async def test_the_late_of_a_ministere_are_those_of_the_address_beside_them(client, etat, cibles, sql, ministere):
    await rattacher(sql, etat["basse"], "beta")
    reply = await client.get("/deploiement", params={"ministere": ministere})
    lien = unescape(re.search(r'href="(/api/v1/retards[^"]*)"', reply.text)[1])
    total = (await client.get(lien)).json()["total"]
    assert total == (0 if ministere == "beta" else 1)
    assert f"{total} démarche sans bouton" in lire(reply.text)


async def test_the_late_without_a_ministere_have_no_address(client, etat, cibles):
    assert "/api/v1/retards" not in (await client.get("/deploiement?ministere=aucun")).text


async def test_a_deadline_that_is_no_day_is_refused(client):
    reply = await client.get("/deploiement?echeance=demain", headers=HTML)
    assert reply.status_code == 422
    assert "Échéance : " in lire(reply.text)


async def test_an_empty_service_has_no_deployment_to_show(client):
    texte = await page(client, "/deploiement")
    assert "Démarches qui ont le bouton –" in texte
    assert "Aucune échéance n’est inscrite" in texte


async def test_the_home_page_links_to_every_part_of_the_site(client, etat, jdma):
    await jdma.publish("2025", periode=PERIODE)
    await jdma.publish("2024", periode=("--debut", "2024-01-01", "--fin", "2024-12-31"))
    html = (await client.get("/", headers=HTML)).text
    for lien in set(re.findall(r'href="(/[a-z][^"#]*)"', html)) - {"/accessibilite"}:
        assert (await client.get(lien.replace("&amp;", "&"))).status_code == 200, lien


async def test_the_course_of_deployment_is_that_of_the_api_whatever_happened_to_each(
    client, etat, count, new_bouton, sql
):
    """A bouton that closed, one that took over, an exemption that ended, démarches that went online and offline."""
    for slug, premier, ferme in (("close", "2025-05-15", "2025-11-20"), ("neuve", "2026-03-01", None)):
        bouton = await new_bouton(slug)
        await count(bouton, premier, {9: 1})
        await sql.execute("UPDATE bouton SET ferme_le = $2::text::date WHERE id = $1", bouton.id, ferme)
    relais = await sql.fetchval("INSERT INTO bouton (demarche_id, cle, nom) SELECT id, 'relais', 'R' FROM demarche"
                                " WHERE slug = 'close' RETURNING id")  # fmt: skip
    await sql.execute("INSERT INTO compte (demarche_id, bouton_id, question, pas, debut, n9) SELECT demarche_id, id, 1,"
                      " unnest('{j,m}'::text[]), unnest('{2026-02-03,2026-02-01}'::date[]), 1 FROM bouton"
                      " WHERE id = $1", relais)  # fmt: skip
    await sql.execute("UPDATE exemption SET jusqu_au = '2025-12-31'")
    for slug, jour, en_ligne in (("muette", "2025-09-10", "false"), ("muette", "2026-01-05", "true"),
                                 ("horsligne", "2025-12-31", "true")):  # fmt: skip
        await sql.execute("INSERT INTO fait (demarche_id, nature, jour, source, contenu) SELECT id, 'en_ligne',"
                          " $2::text::date, 'essai', $3::text::jsonb FROM demarche WHERE slug = $1",
                          slug, jour, f'{{"valeur": {en_ligne}}}')  # fmt: skip
    texte = await page(client, "/deploiement")
    suivi = (await client.get("/api/v1/deploiement")).json()["elements"]
    assert len({(e["atteints"], e["publies"]) for e in suivi}) > 4
    assert len(suivi) == 13
    values = " ".join(f"{dit(e['part'])} {e['publies']}" for e in suivi)
    shown = " ".join(re.findall(r"\d{4} ([\d,]+ % \d+)", texte[texte.index("Les valeurs en tableau") :]))
    assert shown.startswith(values)
    assert f"{suivi[-1]['atteints']} sur les {suivi[-1]['publies']} démarches en ligne" in texte
