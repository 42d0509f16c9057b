"""Every indicateur where people look for it: on a démarche, a ministère, between ministères, in the method."""

import re

import pytest

from app.observatoire.indicateurs import INDICATEURS
from app.site.constats import mesure, seuils_dits
from tests.site import HTML, lire, rattacher, verifier

FAITS = """
    INSERT INTO fait (demarche_id, nature, jour, source, contenu)
    SELECT $1, nature, jour::date, source, contenu::jsonb FROM (VALUES
      ('audit', '2025-11-30', 'audit', '{"taux": 74.0}'),
      ('audit', '2026-01-31', 'audit', '{"taux": 75.04}'),
      ('declaration', '2026-01-31', 'relevé', '{"mention": "partiellement conforme", "date": "2022-12-01"}'),
      ('disponibilite', '2026-02-28', 'sonde', '{"disponibilite": 99.899, "temps_ms": 399.9, "mesures": 200}'),
      ('dlnuf', '2026-02-01', 'enquête', '{"effort": 3}'),
      ('franceconnect', '2026-02-01', 'enquête', '{"valeur": true}')) f (nature, jour, source, contenu)
"""


@pytest.fixture
async def connue(client, bouton, sql, count, on_a_known_day):
    """A démarche of the ministère `un` that everything is known of, but whether it works on a telephone: exempt."""
    await rattacher(sql, bouton, "un", "a")
    await count(bouton, "2026-01-15", {10: 70, 5: 20, 0: 20})
    await count(bouton, "2026-01-15", {5: 3}, question=2)
    await sql.execute(FAITS, bouton.demarche_id)
    await sql.execute(
        "INSERT INTO exemption (demarche_id, indicateur, depuis, raison)"
        " VALUES ($1, 'mobile', '2026-01-01', 'Réservée aux guichets')",
        bouton.demarche_id,
    )
    return bouton


async def lue(client, adresse):
    reply = await client.get(adresse, headers=HTML)
    assert reply.status_code == 200, reply.text
    verifier(reply.text)
    return lire(reply.text)


async def test_a_demarche_shows_every_indicateur_with_its_criterion_source_and_date(client, connue):
    texte = await lue(client, "/demarches/demarche")
    for indicateur in INDICATEURS:
        assert indicateur.titre in texte
        assert indicateur.critere in texte
    assert "3 informations redemandées" in texte
    assert "Exemptée Réservée aux guichets" in texte
    assert "sonde 28 février 2026" in texte
    assert "enquête 1er février 2026" in texte


async def test_no_rounding_makes_a_value_cross_its_threshold(client, connue):
    texte = await lue(client, "/demarches/demarche")
    assert "99,899 % 200 mesures" in texte  # never 99,9 %, which meets the criterion
    assert "399,9 ms" in texte  # never 400 ms, which does not
    assert "75,04 %" in texte


async def test_a_declaration_that_is_too_old_fails_and_the_page_says_why(client, connue):
    texte = await lue(client, "/demarches/demarche")
    assert "« partiellement conforme », déclaration périmée depuis le 1er décembre 2025" in texte
    assert re.search(r"périmée depuis le 1er décembre 2025 Pas rempli", texte)


async def test_fewer_than_five_answers_say_nothing_of_a_question(client, connue):
    texte = await lue(client, "/demarches/demarche")
    assert re.search(r"Simplicité du langage .{0,160} Trop peu de réponses 3 réponses", texte)


async def test_an_answer_to_a_question_is_written_alike_wherever_it_stands(client, connue, count):
    await count(connue, "2026-01-15", {5: 16, 4: 81}, question=2)  # 7.975 with those of `connue`: under 8
    texte = await lue(client, "/demarches/demarche")
    assert "8,0 / 10" not in texte
    assert texte.count("7,97 / 10") == 2


async def test_the_history_of_an_indicateur_is_there_the_latest_first(client, connue):
    texte = await lue(client, "/demarches/demarche")
    assert "Historique : Accessibilité (3 relevés)" in texte
    assert texte.index("audit : 75,04 %") < texte.index("audit : 74,00 %")


async def test_interventions_and_engagements_about_a_demarche_are_on_its_page(client, connue, sql, count):
    await count(connue, "2026-03-02", {10: 200})
    await sql.execute(
        "INSERT INTO intervention (demarche_id, demandeur, demandee_le, debut, fin, description)"
        " VALUES ($1, 'Intérieur', '2026-01-20', '2026-02-01', '2026-02-20', 'Revoir les mots')",
        connue.demarche_id,
    )
    await sql.execute(
        "INSERT INTO engagement (slug, genre, titre, porteur, statut, echeance)"
        " VALUES ('jalon', 'jalon', 'Refondre', 'ANTS', 'prevu', '2026-03-16')"
    )
    await sql.execute(
        "INSERT INTO engagement_demarche SELECT id, $1 FROM engagement WHERE slug = 'jalon'", connue.demarche_id
    )
    texte = await lue(client, "/demarches/demarche")
    assert "Intérieur : demandée le 20 janvier 2026, faite du 1er février 2026 au 20 février 2026" in texte
    assert "7,3 110 avis 10,0 200 avis +2,7" in texte
    assert "amélioration certaine" in texte
    assert "provisoire" in texte  # ninety days after are not over
    assert "pas pourquoi" in texte
    assert "Refondre Jalon · ANTS 16 mars 2026 Prévu en retard de 1 jour" in texte


async def test_a_page_follows_the_facts_at_once(client, connue, sql):
    first = await client.get("/demarches/demarche", headers=HTML)
    await sql.execute("UPDATE fait SET contenu = '{\"effort\": 1}' WHERE nature = 'dlnuf'")
    fresh = await client.get("/demarches/demarche", headers=HTML | {"If-None-Match": first.headers["etag"]})
    assert fresh.status_code == 200
    assert "1 information redemandée" in lire(fresh.text)


FACTS_OF = (
    "/demarches/demarche/indicateurs",
    "/observatoire?par=ministere",
    "/croisement",
    "/croisement?perimetre=top_250",
)


async def test_what_is_to_come_is_not_known(client, connue, sql):
    """A declaration will expire, an exemption will end: asked for beyond both, every address says what is so today."""
    await sql.execute("UPDATE fait SET contenu = contenu || '{\"date\": \"2025-07-13\"}' WHERE nature = 'declaration'")
    await sql.execute("UPDATE exemption SET jusqu_au = '2027-01-01'")
    await sql.execute("UPDATE demarche SET top_250_depuis = '2020-01-01', top_250_jusqu_au = '2027-01-01'")
    for adresse in (*(f"/api/v1{chemin}" for chemin in FACTS_OF), "/donnees/observatoire.json"):
        now, then = [
            (await client.get(adresse, params={"debut": "2025-03-18", "fin": fin})).text.replace(fin, "")
            for fin in ("2026-03-17", "2031-12-31")
        ]
        assert now.replace("2026-03-17", "") == then.replace("2026-03-17", ""), adresse
    for adresse in ("/demarches/demarche", "/ministeres/un"):
        texte = await lue(client, f"{adresse}?debut=2030-01-01&fin=2031-12-31")
        assert "Tous les indicateurs au 17 mars 2026" in texte
        assert "périmée" not in texte
        assert "2031" not in texte.partition("Tous les indicateurs")[2]
    assert "Exemptée Réservée aux guichets" in await lue(client, "/demarches/demarche?fin=2031-12-31&debut=2030-01-01")
    evolution = (await lue(client, "/demarches/demarche?fin=2031-12-31")).partition("Évolution")[2]
    assert "mars 2026" in evolution
    assert "avril 2026" not in evolution


@pytest.mark.parametrize("chemin", ["/ministeres", "/ministeres/un", "/demarches", "/classement", "/api/v1/classement"])
async def test_an_exemption_that_will_end_has_not_ended(client, connue, sql, chemin):
    await sql.execute(
        "INSERT INTO exemption VALUES ($1, 'satisfaction', '2020-01-01', '2027-01-01', 'Essai.')", connue.demarche_id
    )
    said = []
    for fin in ("2026-03-17", "2031-12-31"):
        texte = (await client.get(f"{chemin}?debut=2025-03-18&fin={fin}")).text
        said.append(re.sub(rf"\s|{fin}|17\smars\s2026|31\sdécembre\s2031", "", texte))
    assert said[0] == said[1]


# --- ministères


async def test_a_ministere_shows_each_indicateur_with_what_is_left_out(client, connue, new_bouton, sql):
    await rattacher(sql, await new_bouton("muette"), "un")
    texte = await lue(client, "/ministeres/un")
    assert re.search(r"Bouton « Je donne mon avis » .{0,120} 1 sur 2 aucune", texte)
    assert re.search(r"Dites-le-nous une fois .{0,140} 0 sur 1 1 non mesurée", texte)
    assert re.search(r"Mobile .{0,140} aucune mesurée 1 non mesurée, 1 exemptée", texte)
    assert "1 démarche en ligne, non exemptée, n’a pas encore reçu d’avis par le bouton" in texte
    assert "Démarche muette" in texte


async def test_a_ministere_has_its_targets_its_engagements_and_its_worst_rated(client, connue, new_bouton, sql, count):
    basse = await new_bouton("basse")
    await rattacher(sql, basse, "un")
    await count(basse, "2026-01-15", {0: 500, 5: 100})
    await sql.execute(
        "INSERT INTO engagement (slug, genre, titre, porteur, statut, echeance, indicateur, cible, ministere_id)"
        " SELECT 'cible', 'cible', 'Tout le bouton', 'SG', 'prevu', '2026-06-30', 'bouton', 1, id FROM ministere"
    )
    texte = await lue(client, "/ministeres/un")
    assert "1 démarche sûrement sous 7, sur 2" in texte
    assert "Démarche basse 0,8" in texte
    assert "Cible : 100,0 % au 30 juin 2026, atteinte" in texte
    assert re.search(r"Tout le bouton Cible à atteindre · SG · Ministère un 30 juin 2026 Prévu cible atteinte", texte)


@pytest.mark.parametrize(
    "cle", ["bouton", "accessibilite", "dlnuf", "disponibilite", "rapidite", "franceconnect", "mobile"]
)
async def test_ministeres_are_compared_on_one_indicateur_at_a_time(client, connue, cle):
    texte = await lue(client, f"/ministeres?indicateur={cle}")
    assert "Avec moins de 10 démarches mesurées" in texte
    assert "Ministère un" in texte


async def test_a_comparison_has_intervals_denominators_and_no_ranking(client, new_bouton, sql, count, on_a_known_day):
    for rang in range(12):
        bouton = await new_bouton(f"b{rang}")
        await rattacher(sql, bouton, "grand")
        if rang < 9:
            await count(bouton, "2026-01-15", {10: 1})
    texte = await lue(client, "/ministeres?indicateur=bouton")
    assert "Ministère grand" in texte
    assert "75,0 % de 46,8 % à 91,1 % 9 sur 12" in texte
    assert "sans classement" in texte


async def test_an_indicateur_is_offered_wherever_its_declaration_allows(client, connue):
    offers = {
        "/ministeres": [i for i in INDICATEURS if i.present],
        "/croisement": [i for i in INDICATEURS if i.declare],
    }
    for chemin, indicateurs in offers.items():
        html = (await client.get(chemin)).text
        for i in indicateurs:
            assert re.search(rf'href="{chemin}\?indicateur={i.cle}[^>]*>{i.titre}</a>', html), (chemin, i.cle)
            assert i.titre in await lue(client, f"{chemin}?indicateur={i.cle}")


@pytest.mark.parametrize("adresse", ["/ministeres?indicateur=rien", "/croisement?indicateur=bouton"])
async def test_an_indicateur_that_is_not_compared_is_refused(client, connue, adresse):
    refus = await client.get(adresse, headers=HTML)
    assert refus.status_code == 422
    assert "valeurs possibles : " in lire(refus.text)


# --- the worst rated, and satisfaction beside a criterion


async def test_the_worst_rated_are_named_only_when_it_is_sure(client, new_bouton, count, on_a_known_day):
    for slug, notes in {"basse": {0: 500, 5: 100}, "douteuse": {10: 75, 0: 35}, "rare": {0: 50}}.items():
        await count(await new_bouton(slug), "2026-01-15", notes)
    await new_bouton("muette")
    html = (await client.get("/classement", headers=HTML)).text
    verifier(html)
    assert re.findall(r'<th scope="row">(\d+)\. <a href="/demarches/([^"]+)"', html) == [("1", "basse")]
    texte = lire(html)
    assert "1 sur 4" in texte
    assert "7 est dans l’intervalle : rien n’est sûr 1" in texte
    assert "Trop peu d’avis (moins de 100) 1" in texte
    assert "Aucun avis 1" in texte


async def test_the_ranking_of_a_ministere_keeps_the_verdict_of_all(client, connue, new_bouton, count, sql):
    await count(await new_bouton("basse"), "2026-01-15", {0: 500})
    texte = await lue(client, "/classement?ministere=un")
    assert "Aucune démarche n’est sûrement sous 7" in texte
    assert "Démarche basse" not in texte


async def test_satisfaction_is_compared_with_n_and_intervals(client, new_bouton, sql, count, on_a_known_day):
    for rang in range(12):
        bouton = await new_bouton(f"b{rang}")
        oui = rang < 6
        await count(bouton, "2026-01-15", {10: 90, 0: 10} if oui else {10: 40, 0: 60})
        await sql.execute(
            "INSERT INTO fait (demarche_id, nature, jour, source, contenu)"
            " VALUES ($1, 'mobile', '2026-01-01', 's', jsonb_build_object('valeur', $2::boolean))",
            *(bouton.demarche_id, oui),
        )
    texte = await lue(client, "/croisement?indicateur=mobile")
    assert "Oui, celles qui l’atteignent sont mieux notées" in texte
    assert "100,0 % de 61,0 % à 100,0 % 6 sur 6" in texte
    assert "540 sur 600" in texte
    assert "+5,0" in texte
    assert "Laissées de côté : aucune." in texte


async def test_who_is_left_out_of_a_comparison_is_told_with_the_reason(client, new_bouton, sql, count, on_a_known_day):
    """Of five that were examined, one is exempt from satisfaction; then one exempt, two offline, one unknown."""
    await count(await new_bouton("inconnue"), "2026-01-15", {10: 100})
    for slug in ("b0", "b1", "b2", "b3", "b4", "exempte", "partie", "absente"):
        bouton = await new_bouton(slug)
        await count(bouton, "2026-01-15", {10: 100})
        await sql.execute(FAITS, bouton.demarche_id)
    await sql.execute("UPDATE demarche SET en_ligne = false WHERE slug IN ('partie', 'absente')")
    for slug, indicateur in (("b0", "satisfaction"), ("exempte", "accessibilite")):
        await sql.execute("INSERT INTO exemption SELECT id, $2, '2020-01-01', NULL, 'Essai' FROM demarche"
                          " WHERE slug = $1", slug, indicateur)  # fmt: skip
    texte = await lue(client, "/croisement")
    assert "Laissées de côté : 1 non mesurée, 2 exemptées, 2 pas en ligne." in texte
    assert "Démarches comparées 0 4" in texte
    await sql.execute("UPDATE demarche SET top_250_depuis = '2020-01-01'")
    for perimetre in ("toutes", "top_250"):
        x = (await client.get(f"/api/v1/croisement?perimetre={perimetre}")).json()
        left_out = ("non_mesurees", "exemptees", "sans_objet", "sans_satisfaction")
        assert (x["autres"]["demarches"], *(x[cle] for cle in left_out)) == (4, 1, 2, 2, 0), perimetre


async def test_too_small_a_group_says_nothing(client, connue):
    texte = await lue(client, "/croisement")
    assert "en dessous de cinq, un groupe ne dit rien" in texte


# --- the method


async def test_the_method_states_every_criterion_and_threshold_that_is_applied(client, on_a_known_day):
    texte = await lue(client, "/methode")
    for indicateur in INDICATEURS:
        assert indicateur.critere in texte
        if seuils_dits(indicateur):
            assert re.sub(r"\s", " ", seuils_dits(indicateur)) in texte
    for mot in ("Benjamini", "Welch", "Wilson", "Journal de la méthode", "Sans objet", "Exemptée"):
        assert mot in texte


@pytest.mark.parametrize("indicateur", INDICATEURS, ids=lambda i: i.cle)
def test_a_value_in_words_stays_on_its_side_of_each_threshold(indicateur):
    for seuil in indicateur.seuils.values():
        for valeur in (seuil - 1e-9, seuil + 1e-9):
            dit = mesure(indicateur.cle, indicateur.unite, indicateur.seuils, valeur)
            if indicateur.unite:
                ecrit = float(re.split(r"[\s\u202f]", dit)[0].replace(",", "."))
                borne = 100 * seuil if indicateur.unite == "%" else seuil
                assert (ecrit > borne) == (valeur > seuil)
