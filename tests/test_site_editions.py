"""The pages of éditions: what was published, as it was published, and what changed from one to another."""

import contextlib
import io
import json
import re
from html import unescape

import httpx
import pytest

from app.site.affichage import note, pourcent
from app.site.bilans import points
from tests.editions import APRES, read
from tests.site import HTML, demarches, lire, rattacher, verifier


@pytest.fixture
async def editions(jdma, new_bouton, count, sql):
    """2025 then 2026. `monte` 5 → 8, `baisse` 10 → 9, `chute` 8 → 6 (below 7 at last), `rare` 9 with 99 avis twice;
    `venue` is there in 2026 alone, and `monte` has another name by then."""
    avant = {"monte": {0: 50, 10: 50}, "baisse": {10: 100}, "chute": {8: 100}, "rare": {9: 99}}
    apres = {"monte": {8: 100}, "baisse": {8: 50, 10: 50}, "chute": {6: 200}, "rare": {9: 99}}
    boutons = {slug: await new_bouton(slug) for slug in avant}
    await rattacher(sql, boutons["monte"], "alpha", "un")
    for slug, bouton in boutons.items():
        await count(bouton, "2025-06-01", avant[slug])
        await count(bouton, "2026-03-01", apres[slug])
    await jdma.publish("2025", "--cible", "satisfaction=0.8")
    boutons["venue"] = await new_bouton("venue")
    await count(boutons["venue"], "2026-03-01", {9: 100})
    await sql.execute("UPDATE demarche SET slug = 'grimpe', titre = 'Elle grimpe' WHERE slug = 'monte'")
    await jdma.publish("2026", periode=APRES)
    return boutons


def dit(texte: str) -> str:
    """As `lire` gives it: with plain spaces."""
    return re.sub(r"\s", " ", texte)


async def page(client, adresse: str) -> str:
    reply = await client.get(adresse, headers=HTML)
    assert reply.status_code == 200, reply.text
    verifier(reply.text)
    return reply.text


async def test_the_list_shows_each_edition_with_numerators_the_latest_first(client, editions):
    texte = lire(await page(client, "/editions"))
    assert texte.index("Édition 2026") < texte.index("Édition 2025")
    row = (await client.get("/api/v1/editions")).json()["elements"][1]
    b = row["bilan"]["indicateurs"]
    assert (b["satisfaction"]["atteints"], b["satisfaction"]["publies"]) == (2, 3)
    assert "du 1er janvier 2025 au 31 décembre 2025" in texte
    assert dit(f"{pourcent(b['satisfaction']['part'])} 2 sur 3 {pourcent(b['bouton']['part'])} 4 sur 4") in texte
    assert "399" in texte


async def test_drafts_are_nowhere(client, jdma, editions):
    await jdma("preparer", "secrete", "--titre", "Secrète", *APRES)
    assert "ecrète" not in await page(client, "/editions")
    assert "ecrète" not in await page(client, "/editions/comparer")
    assert (await client.get("/editions/secrete", headers=HTML)).status_code == 404


async def test_no_edition_yet_is_said(client):
    assert "Aucune édition n’est encore publiée" in lire(await page(client, "/editions"))
    assert "Il faut au moins deux éditions" in lire(await page(client, "/editions/comparer"))


async def test_an_edition_says_every_figure_that_its_api_says(client, editions):
    edition = await read(client)
    texte = lire(await page(client, "/editions/2025"))
    for cle, bilan in edition["bilan"]["indicateurs"].items():
        assert edition["seuils"][cle]["titre"] in texte
        assert edition["seuils"][cle]["critere"] in texte
        if bilan["publies"]:
            assert dit(f"{pourcent(bilan['part'])} {bilan['atteints']} sur {bilan['publies']}") in texte
    assert "1 avec trop peu d’avis" in texte
    assert "Cible : 80,0 %, pas atteinte" in texte
    for element in edition["elements"]:
        indice = element["indice"]
        assert element["demarche"]["titre"] in texte
        if indice["statut"] == "publie":
            assert f"{note(indice['note_moyenne'])} de {note(indice['note_moyenne_ic95'][0])} à" in texte
    assert edition["empreinte"] in texte
    assert "Ministère alpha 1 démarche 0 sur 1" in texte


async def test_what_comes_afterwards_changes_nothing_in_an_edition(client, editions, count, sql):
    before = lire(await page(client, "/editions/2025?revision=1"))
    await count(editions["baisse"], "2025-07-01", {0: 1000})
    await sql.execute("UPDATE demarche SET titre = 'Tout autre'")
    assert lire(await page(client, "/editions/2025?revision=1")) == before


@pytest.mark.parametrize(
    ("criteres", "expected"),
    [
        ("", ["baisse", "chute", "monte", "rare"]),
        ("?tri=note", ["baisse", "chute", "monte", "rare"]),
        ("?tri=note&ordre=croissant", ["monte", "chute", "baisse", "rare"]),
        ("?tri=satisfaits&ordre=croissant", ["monte", "baisse", "chute", "rare"]),
        ("?q=MONTE", ["monte"]),
        ("?q=organisme+beta", []),
        ("?q=ministere+alpha", ["monte"]),
        ("?ministere=alpha", ["monte"]),
        ("?ministere=aucun&statut=publie", ["baisse", "chute"]),
        ("?statut=insuffisant", ["rare"]),
    ],
)
async def test_the_list_of_an_edition_is_searched_filtered_and_sorted_with_no_value_last(
    client, editions, criteres, expected
):
    html = await page(client, f"/editions/2025{criteres}")
    assert demarches(html) == expected
    assert f"{len(expected)} démarche" in lire(html)


async def test_a_revision_says_why_and_both_stay_readable(client, jdma, editions):
    await jdma("reviser", "2025", "--raison", "Le minimum était trop haut.", "--minimum", "50")
    await jdma("publier", "2025")
    derniere, premiere = [lire(await page(client, f"/editions/2025{r}")) for r in ("", "?revision=1")]
    assert "Le minimum était trop haut." in derniere
    assert "Cette révision a été corrigée" not in derniere
    assert "Cette révision a été corrigée" in premiere
    assert "3 sur 4 démarches mesurées" in derniere
    assert "2 sur 3 démarches mesurées" in premiere
    change = lire(await page(client, "/editions/comparer?de=2025@1&a=2025@2"))
    assert "Ces deux éditions n’ont pas été faites de la même façon" in change
    assert "le nombre d’avis à partir duquel un indice est publié" in change


async def test_the_recipe_of_the_page_gives_the_fingerprint_of_the_page(client, editions, monkeypatch):
    html = await page(client, "/editions/2025")
    recette = unescape(re.search(r"<pre[^>]*><code>(.*?)</code>", html, re.S)[1])
    recette = recette.replace("limite=1000", "limite=2")  # several pages, as a long édition has
    adresse, pages, curseur = re.search(r'"(http[^"]*)"', recette)[1], {}, ""
    while curseur is not None:
        reply = await client.get(httpx.URL(adresse + curseur).raw_path.decode())
        pages[adresse + curseur], curseur = reply.content, reply.json()["suivant"]
    assert len(pages) > 1
    monkeypatch.setattr("urllib.request.urlopen", lambda adresse: io.BytesIO(pages[adresse]))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(recette, {})
    assert said.getvalue().strip() == (await read(client))["empreinte"]


async def test_every_file_that_a_page_links_to_is_there(client, editions):
    html = await page(client, "/editions/2025")
    liens = {unescape(lien) for lien in re.findall(r'href="(/(?:donnees/editions|api|editions)/[^"#]*)', html)}
    assert len(liens) > 12
    for lien in liens - {"/api/docs"}:
        assert (await client.get(lien)).status_code == 200, lien


async def test_a_comparison_says_in_words_what_its_api_counts(client, editions):
    html = await page(client, "/editions/comparer?de=2025&a=2026")
    texte = lire(html)
    c = (await client.get("/api/v1/editions/comparaison?de=2025&a=2026")).json()
    s = c["indicateurs"]["satisfaction"]
    assert (s["mieux"], s["moins_bien"], s["seuil_franchi"], s["seuil_perdu"]) == (1, 2, 1, 1)
    assert "4 démarches dans les deux, 1 entrée, 0 sortie, 1 renommée" in texte
    assert "1 en hausse, dont 1 au-delà du hasard ; 2 en baisse, dont 2 au-delà du hasard" in texte
    assert "1 démarche est passée au-dessus de 7, 1 est repassée en dessous" in texte
    assert f"augmente de {points(s['bilan']['ecart_points'])[1:]}" in texte
    assert f"{points(s['bilan']['ecart_points'])} {points(s['bilan_communes']['ecart_points'])} sur" in texte
    assert "Démarche monte : Elle grimpe" in texte
    assert demarches(html) == ["grimpe", "chute", "baisse"]


async def test_a_value_that_is_compared_stays_on_its_side_of_its_thresholds(client, jdma, bouton, sql):
    for jour, mesures, taux in (
        ("2025-06-30", {"disponibilite": 99.896, "temps_ms": 399.97}, 75.04),
        ("2026-06-30", {"disponibilite": 99.9, "temps_ms": 400}, 74.96),
    ):
        for nature, contenu in (("disponibilite", mesures), ("audit", {"taux": taux})):
            await sql.execute(
                "INSERT INTO fait (demarche_id, nature, jour, source, contenu)"
                " VALUES ($1, $2, $3::text::date, 'essai', $4)",
                *(bouton.demarche_id, nature, jour, json.dumps(contenu)),
            )
    await jdma.publish("2025")
    await jdma.publish("2026", periode=APRES)
    for cle, dit in (
        ("disponibilite", "de 99,896 % à 99,9 %"),
        ("rapidite", "de 399,97 ms à 400 ms"),
        ("accessibilite", "de 75,04 % à 74,96 %"),
    ):
        assert dit in lire(await page(client, f"/editions/comparer?de=2025&a=2026&indicateur={cle}")), cle


@pytest.mark.parametrize(
    ("criteres", "expected"),
    [
        ("", ["grimpe", "chute", "baisse"]),
        ("&evolution=mieux", ["grimpe"]),
        ("&evolution=moins_bien", ["chute", "baisse"]),
        ("&evolution=franchi", ["grimpe"]),
        ("&evolution=perdu", ["chute"]),
        ("&evolution=plus_mesuree", []),
        ("&indicateur=accessibilite", []),
    ],
)
async def test_the_changes_shown_are_those_that_are_asked_for(client, editions, criteres, expected):
    assert demarches(await page(client, f"/editions/comparer?de=2025&a=2026{criteres}")) == expected


async def test_a_comparison_is_made_once_whatever_is_committed_meanwhile(client, editions, monkeypatch, sql):
    from app.observatoire.consultation import service

    made, comparer = [], service.comparer

    async def counted(*arguments):
        made.append(1)
        return await comparer(*arguments)

    monkeypatch.setattr(service, "comparer", counted)
    for _ in range(3):
        await page(client, "/editions/comparer?de=2025&a=2026&indicateur=bouton")
        await sql.execute("UPDATE demarche SET en_ligne = NOT en_ligne")
    assert len(made) == 1


@pytest.mark.parametrize(
    "adresse",
    [
        "/editions/nulle",
        "/editions/2025?revision=2",
        "/editions/2025?page=2",
        "/editions/2025%40",
        "/editions/comparer?de=2025&a=nulle",
        "/editions/comparer?de=2025&a=2026&indicateur=nul",
        "/editions/comparer?de=2025&a=2026&page=9",
    ],
)
async def test_what_does_not_exist_is_a_page_that_says_so(client, editions, adresse):
    reply = await client.get(adresse, headers=HTML)
    assert reply.status_code == 404
    assert "text/html" in reply.headers["content-type"]


@pytest.mark.parametrize(
    "adresse", ["/editions/2025?revision=0", "/editions/2025?tri=prix", "/editions/comparer?page=x"]
)
async def test_a_criterion_that_makes_no_sense_is_refused(client, editions, adresse):
    assert (await client.get(adresse, headers=HTML)).status_code == 422
