"""Éditions: drafts are private, a publication is for ever, a correction is another revision with its reason."""

import csv
import io
import re

import asyncpg
import pytest
from pydantic import TypeAdapter

from app.cli.editions import today as paris
from app.cli.socle import Erreur
from app.indices.periode import JOUR
from app.observatoire.editions.refus import AucunBrouillon, EditionPubliee
from app.observatoire.editions.schemas import Comparaison, EditionEntiere, PageEditions
from tests.editions import APRES, PERIODE, by_slug, quatre_demarches, read


@pytest.fixture
async def catalogue(new_bouton, count, sql):
    return await quatre_demarches(new_bouton, count, sql)


async def test_a_draft_is_not_public_and_preparing_again_changes_it(client, jdma, catalogue, sql):
    said = await jdma("preparer", "2025", "--titre", "Essai", *PERIODE)
    assert "Rien n'est publié" in said
    assert (await client.get("/api/v1/editions/2025")).json()["code"] == "edition_inconnue"
    assert (await client.get("/api/v1/editions")).json() == {"elements": [], "suivant": None}
    await jdma("preparer", "2025", "--titre", "Année 2025", *APRES, "--minimum", "5", "--cible", "satisfaction=0.8")
    row = dict(await sql.fetchrow("SELECT titre, debut::text, minimum, cibles, revision FROM edition"))
    assert row == {"titre": "Année 2025", "debut": "2026-01-01", "minimum": 5, "revision": 1} | {
        "cibles": '{"satisfaction": 0.8}'
    }
    assert "2025@1  2026-01-01 – 2026-06-30  en préparation  Année 2025" in await jdma("lister")


async def test_a_draft_can_be_given_up_and_what_is_published_cannot(client, jdma, catalogue, sql):
    await jdma("preparer", "2025", "--titre", "Essai", *PERIODE)
    assert "révision 1 : ce qui était préparé est effacé" in await jdma("abandonner", "2025")
    assert await sql.fetchval("SELECT count(*) FROM edition") == 0
    await jdma.publish()
    await jdma("reviser", "2025", "--raison", "Une erreur.")
    assert "révision 2" in await jdma("abandonner", "2025")
    for slug, why in (("2025", EditionPubliee), ("rien", AucunBrouillon)):
        with pytest.raises(Erreur, match=re.escape(why.detail)):
            await jdma("abandonner", slug)
    assert [e["revision"] for e in (await client.get("/api/v1/editions")).json()["elements"]] == [1]


async def test_a_preview_shows_what_would_be_published_and_stores_nothing(jdma, catalogue, sql):
    await jdma("preparer", "2025", "--titre", "Année 2025", *PERIODE, "--cible", "satisfaction=0.8")
    said = await jdma("apercu", "2025")
    assert "4 démarches, 399 avis." in said
    (line,) = [line for line in said.splitlines() if line.startswith("satisfaction ")]
    said = " ".join(line.split())
    assert said == "satisfaction 1 / 2 50,0 % cible 80,0 % non atteinte insuffisant 1, non_mesure 1"
    assert await sql.fetchval("SELECT count(*) FROM edition_ligne") == 0
    assert await sql.fetchval("SELECT publiee_le IS NULL AND bilan IS NULL FROM edition")


async def test_a_publication_freezes_figures_thresholds_method_and_syntheses(client, jdma, catalogue):
    await jdma.publish("2025", "--cible", "satisfaction=0.5", "--cible", "bouton=1")
    edition = await read(client)
    head = {cle: edition[cle] for cle in ("slug", "revision", "titre", "periode", "minimum", "perimetre", "raison")}
    assert head == {
        "slug": "2025",
        "revision": 1,
        "titre": "Édition 2025",
        "periode": {"debut": "2025-01-01", "fin": "2025-12-31"},
        "minimum": 100,
        "perimetre": "toutes",
        "raison": None,
    }
    assert edition["methode"] == "1"
    assert edition["seuils"]["satisfaction"]["seuils"] == {"atteint": 7, "bon": 8, "moyen": 5}
    satisfaction = edition["bilan"]["indicateurs"]["satisfaction"]
    expected = {"demarches": 4, "publies": 2, "atteints": 1, "part": 0.5, "insuffisant": 1, "non_mesure": 1}
    assert expected.items() <= satisfaction.items()
    assert (satisfaction["cible"], satisfaction["cible_atteinte"]) == (0.5, True)
    assert edition["bilan"]["indicateurs"]["bouton"]["part"] == 0.75
    assert edition["bilan"]["indicateurs"]["bouton"]["cible_atteinte"] is False
    assert (
        edition["bilan"]["indicateurs"]["dlnuf"] | {"cible": None, "cible_atteinte": None, "part": None}
        == (edition["bilan"]["indicateurs"]["dlnuf"])
    )
    assert edition["bilan"]["avis"] == 399
    (interieur, sans), (ants, reste) = edition["groupes"]["ministeres"], edition["groupes"]["organismes"]
    assert (interieur["nom"], interieur["demarches"], interieur["avis"]) == ("Intérieur", 2, 300)
    assert (interieur["indicateurs"]["satisfaction"]["part"], sans["slug"], sans["demarches"]) == (0.5, None, 2)
    assert (ants["ministere"], ants["slug"], ants["indicateurs"]["satisfaction"]["part"]) == ("interieur", "ants", 1)
    assert (reste["slug"], reste["demarches"]) == (None, 3)
    assert [element["demarche"]["slug"] for element in edition["elements"]] == ["basse", "haute", "muette", "rare"]
    haute = by_slug(edition)["haute"]
    assert haute["demarche"]["identifiants"] == ["jdma:1006"]
    assert haute["notes"] == [0] * 8 + [60, 0, 40] == list(haute["indice"]["repartition"].values())
    assert (haute["indice"]["note_moyenne"], haute["valeurs"]["satisfaction"]["valeur"]) == (8.8, 8.8)
    assert by_slug(edition)["muette"]["valeurs"]["satisfaction"]["valeur"] is None
    assert edition["suivant"] is None


async def test_the_figures_of_an_edition_are_those_of_the_service_when_it_was_published(client, jdma, catalogue):
    await jdma.publish()
    live = await client.get("/api/v1/indices", params={"debut": "2025-01-01", "fin": "2025-12-31"})
    frozen = by_slug(await read(client))
    for figures in live.json()["elements"]:
        slug, _ = figures.pop("demarche"), figures.pop("periode")
        assert frozen[slug]["indice"] == figures


async def test_a_demarche_that_is_not_online_says_in_each_indicateur_who_told_so(client, jdma, catalogue, sql):
    await sql.execute(
        """INSERT INTO fait (demarche_id, nature, jour, source, contenu)
           VALUES ($1, 'en_ligne', '2025-02-01', 'enquête', '{"valeur": false}')""",
        catalogue["basse"].demarche_id,
    )
    await sql.execute("UPDATE demarche SET en_ligne = false WHERE slug IN ('rare', 'muette')")
    await jdma.publish()
    lues = by_slug(await read(client))
    for slug, *attendu in (
        ("basse", "sans_objet", "enquête", "2025-02-01"),
        ("rare", "sans_objet", "catalogue des démarches", "2025-12-31"),
        ("muette", "sans_objet", "catalogue des démarches", "2025-12-31"),
        ("haute", "non_mesure", None, None),
    ):
        valeur = lues[slug]["valeurs"]["dlnuf"]
        assert [valeur["statut"], valeur["source"], valeur["date"]] == attendu
        if slug != "haute":
            bouton = lues[slug]["valeurs"]["bouton"]
            assert [bouton["statut"], bouton["source"], bouton["date"]] == attendu


async def test_an_edition_whose_periode_is_not_over_cannot_be_published(jdma, catalogue, sql):
    today = paris()
    await jdma("preparer", "encours", "--titre", "En cours", "--debut", "2025-01-01", "--fin", str(today))
    assert "n'est pas terminée" in await jdma("apercu", "encours")
    with pytest.raises(Erreur, match="n'est pas terminée"):
        await jdma("publier", "encours")
    await jdma("preparer", "encours", "--titre", "Finie", "--debut", "2025-01-01", "--fin", str(today - JOUR))
    await jdma("publier", "encours")


async def test_an_edition_without_any_demarche_is_not_published(jdma, sql):
    await jdma("preparer", "vide", "--titre", "Vide", *PERIODE)
    with pytest.raises(Erreur, match="Aucune démarche"):
        await jdma("publier", "vide")
    assert await sql.fetchval("SELECT publiee_le FROM edition") is None


async def test_the_perimeter_is_the_list_of_250_on_the_last_day(client, jdma, catalogue, sql):
    await sql.execute("UPDATE demarche SET top_250_depuis = '2025-01-01' WHERE slug IN ('haute', 'rare', 'basse')")
    await sql.execute("UPDATE demarche SET top_250_jusqu_au = '2025-12-31' WHERE slug = 'basse'")
    await jdma.publish("2025", "--perimetre", "top_250")
    assert sorted(by_slug(await read(client))) == ["haute", "rare"]


async def test_an_edition_may_be_about_a_list_of_its_own_which_is_frozen_with_it(
    client, jdma, catalogue, sql, tmp_path
):
    liste = tmp_path / "liste.csv"
    liste.write_text("slug,titre\njdma:1006,Haute\nrare,Rare\nhaute,Encore\n", encoding="utf-8")
    await jdma("preparer", "2025", "--titre", "T", *PERIODE, "--demarches", liste)
    await sql.execute("UPDATE demarche SET slug = 'rarissime' WHERE slug = 'rare'")
    assert "2 démarches, 199 avis." in await jdma("apercu", "2025")
    await jdma("publier", "2025")
    edition = await read(client)
    assert (edition["perimetre"], sorted(by_slug(edition))) == ("liste", ["haute", "rarissime"])
    assert edition["bilan"]["indicateurs"]["bouton"]["publies"] == 2
    with pytest.raises(asyncpg.RestrictViolationError, match="publi"):
        await sql.execute("UPDATE edition SET catalogue = catalogue || 1")
    liste.write_text("\ufeffmuette\n\nrarissime\n", encoding="utf-8")
    said = await jdma("reviser", "2025", "--raison", "Une démarche oubliée", "--demarches", liste)
    assert "une liste de 2 démarches" in said
    await jdma("publier", "2025")
    assert sorted(by_slug(await read(client))) == ["muette", "rarissime"]
    await jdma("reviser", "2025", "--raison", "Toutes", "--perimetre", "toutes")
    await jdma("publier", "2025")
    assert len(by_slug(await read(client))) == 4
    assert await jdma("verifier") == "3 éditions : 0 écart.\n"


async def test_a_list_that_names_what_is_not_in_the_catalogue_is_refused_and_says_what(jdma, catalogue, sql, tmp_path):
    liste = tmp_path / "liste.txt"
    liste.write_text("haute\nfantome\njdma:9\n", encoding="utf-8")
    arguments = ("preparer", "2025", "--titre", "T", *PERIODE, "--demarches", liste)
    with pytest.raises(Erreur, match="demarches : inconnues : fantome, jdma:9"):
        await jdma(*arguments)
    with pytest.raises(Erreur, match="s'excluent"):
        await jdma(*arguments, "--perimetre", "toutes")
    liste.write_text("demarche\n", encoding="utf-8")
    with pytest.raises(Erreur, match="aucune démarche"):
        await jdma(*arguments)
    liste.write_bytes("fantôme\r\n".encode("cp1252"))
    with pytest.raises(Erreur, match="inconnues : fantôme"):
        await jdma(*arguments)
    assert await sql.fetchval("SELECT count(*) FROM edition") == 0


GOOD = ("--titre", "T", *PERIODE)
REFUSED = [
    (("preparer", "Été", *GOOD), "slug"),
    (("preparer", "comparaison", *GOOD), "réservé"),
    (("preparer", "a@2", *GOOD), "slug"),
    (("preparer", "a", "--titre", " ", *PERIODE), "titre"),
    (("preparer", "a", "--titre", "a\x01", *PERIODE), "titre"),
    (("preparer", "a", "--titre", "T", "--debut", "2025-02-01", "--fin", "2025-01-01"), "la fin précède le début"),
    (("preparer", "a", "--titre", "T", "--debut", "hier", "--fin", "2025-01-01"), "AAAA-MM-JJ"),
    (("preparer", "a", *GOOD, "--minimum", "0"), "minimum"),
    (("preparer", "a", *GOOD, "--perimetre", "moitie"), "toutes ou top_250"),
    (("preparer", "a", *GOOD, "--cible", "satisfaction"), "INDICATEUR=PART"),
    (("preparer", "a", *GOOD, "--cible", "satisfaction=80"), "entre 0 et 1"),
    (("preparer", "a", *GOOD, "--cible", "satisfaction=nan"), "entre 0 et 1"),
    (("preparer", "a", *GOOD, "--cible", "bonheur=0.5"), "n'existe pas"),
    (("apercu", "inconnue"), "en préparation"),
    (("publier", "inconnue"), "en préparation"),
    (("reviser", "inconnue", "--raison", "R"), "Aucune édition publiée"),
    (("exporter", "inconnue"), "Aucune édition publiée"),
    (("comparer", "inconnue", "autre@x"), "Aucune édition publiée"),
    (("verifier", "inconnue"), "Aucune édition publiée"),
]


async def test_what_cannot_be_is_refused_in_one_french_line_and_nothing_is_stored(jdma, sql):
    for arguments, said in REFUSED:
        with pytest.raises(Erreur, match=said) as refusal:
            await jdma(*arguments)
        assert "\n" not in str(refusal.value)
    assert await sql.fetchval("SELECT count(*) FROM edition") == 0


async def test_a_published_edition_cannot_be_prepared_nor_published_again(jdma, catalogue):
    await jdma.publish()
    for arguments in (("preparer", "2025", *GOOD), ("publier", "2025"), ("apercu", "2025")):
        with pytest.raises(Erreur, match="est publiée : elle ne change plus"):
            await jdma(*arguments)


async def test_a_correction_is_a_revision_with_its_reason_and_both_stay_readable(client, jdma, catalogue, count):
    await jdma.publish("2025", "--cible", "satisfaction=0.8")
    first = await read(client)
    await count(catalogue["rare"], "2025-06-16", {9: 1})
    await jdma("reviser", "2025", "--raison", "Avis retrouvés")
    assert await read(client) == first  # a draft changes nothing
    await jdma("reviser", "2025", "--raison", "Avis retrouvés après coup", "--titre", "Année 2025, corrigée")
    await jdma("publier", "2025")
    last = await read(client)
    assert (last["revision"], last["raison"], last["titre"]) == (2, "Avis retrouvés après coup", "Année 2025, corrigée")
    assert (last["cibles"], last["minimum"]) == (first["cibles"], 100)
    assert last["bilan"]["indicateurs"]["satisfaction"]["publies"] == 3
    revisions = [(revision["revision"], revision["raison"]) for revision in last["revisions"]]
    assert revisions == [(1, None), (2, "Avis retrouvés après coup")]
    again = await read(client, revision=1)
    assert again == first | {"revisions": last["revisions"]}
    listed = (await client.get("/api/v1/editions")).json()["elements"]
    assert [(edition["slug"], edition["revision"]) for edition in listed] == [("2025", 2)]
    assert await jdma("verifier", "2025") == "2 éditions : 0 écart.\n"


async def test_a_revision_wants_a_reason_and_a_published_edition(jdma, catalogue):
    await jdma("preparer", "2025", *GOOD)
    with pytest.raises(Erreur, match="pas encore publiée"):
        await jdma("reviser", "2025", "--raison", "R")
    await jdma("publier", "2025")
    with pytest.raises(Erreur, match="raison : ce texte est obligatoire"):
        await jdma("reviser", "2025", "--raison", "  ")
    with pytest.raises(Erreur, match="vont ensemble"):
        await jdma("reviser", "2025", "--raison", "R", "--debut", "2025-01-01")


async def test_what_the_documentation_says_of_the_answers_is_true(client, jdma, catalogue):
    await jdma.publish("2025", "--cible", "satisfaction=0.5")
    await jdma.publish("2026", periode=APRES)
    for path, model in (
        ("/api/v1/editions", PageEditions),
        ("/api/v1/editions/2025", EditionEntiere),
        ("/api/v1/editions/comparaison?de=2025&a=2026", Comparaison),
    ):
        said = (await client.get(path)).json()
        documented = TypeAdapter(model).dump_python(TypeAdapter(model).validate_python(said), mode="json")
        assert keys_of(documented) >= keys_of(said)


def keys_of(value, path=""):
    """Every key of a document, by its path."""
    if isinstance(value, dict):
        return {f"{path}.{key}" for key in value}.union(*(keys_of(v, f"{path}.{k}") for k, v in value.items()))
    if isinstance(value, list):
        return set().union(*(keys_of(v, f"{path}[]") for v in value))
    return set()


async def test_the_csv_has_a_row_for_each_demarche_and_the_json_says_the_same(client, jdma, catalogue, sql):
    await sql.execute("UPDATE demarche SET titre = '=cmd()' WHERE slug = 'basse'")
    await jdma.publish()
    reply = await client.get("/api/v1/editions/2025.csv")
    assert reply.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert 'filename="edition_2025.csv"' in reply.headers["content-disposition"]
    rows = {row["demarche"]: row for row in csv.DictReader(io.StringIO(reply.text))}
    edition = await read(client)
    assert rows.keys() == by_slug(edition).keys()
    live = await client.get("/api/v1/indices.csv", params={"debut": "2025-01-01", "fin": "2025-12-31"})
    for row in csv.DictReader(io.StringIO(live.text)):
        assert row.items() <= rows[row["demarche"]].items()
    for slug, element in by_slug(edition).items():
        for cle, valeur in element["valeurs"].items():
            for champ in ("statut", "valeur", "atteint", "n", "source", "date"):
                cell, value = rows[slug][f"indicateur_{cle}_{champ}"], valeur[champ]
                expected = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
                assert cell == expected
    assert rows["basse"]["titre"] == "'=cmd()"
    assert (rows["haute"]["edition"], rows["haute"]["revision"]) == ("2025", "1")


async def test_reads_are_conditional_and_a_named_revision_may_be_kept(client, jdma, catalogue, count):
    await jdma.publish("2025")
    await jdma.publish("2026", periode=APRES)
    for path, kept in (
        ("/api/v1/editions", False),
        ("/api/v1/editions/2025", False),
        ("/api/v1/editions/2025?revision=1", False),  # the list of its revisions may grow
        ("/api/v1/editions/2025.csv", False),
        ("/api/v1/editions/2025.csv?revision=1", True),
        ("/api/v1/editions/comparaison?de=2025&a=2026@1", False),
        ("/api/v1/editions/comparaison?de=2025@1&a=2026@1", True),
    ):
        reply = await client.get(path)
        assert ("immutable" in reply.headers["cache-control"]) == kept
        again = await client.get(path, headers={"If-None-Match": reply.headers["etag"]})
        assert (again.status_code, again.headers["cache-control"]) == (304, reply.headers["cache-control"])


UNREADABLE = [
    ("inconnue", 404, "edition_inconnue"),
    ("2025?revision=2", 404, "edition_inconnue"),
    ("2025?revision=0", 422, "requete_invalide"),
    ("2025?revision=99999999999", 422, "requete_invalide"),
    ("2025?limite=0", 422, "requete_invalide"),
    ("2025?limite=1001", 422, "requete_invalide"),
    ("2025?curseur=x", 422, "curseur_invalide"),
    ("2025@1", 404, "edition_inconnue"),
    ("%00", 404, "edition_inconnue"),
    ("inconnue.csv", 404, "edition_inconnue"),
    ("2025.csv?revision=9", 404, "edition_inconnue"),
    ("comparaison", 422, "requete_invalide"),
    ("comparaison?de=2025&a=inconnue", 404, "edition_inconnue"),
    ("comparaison?de=2025@2&a=2025", 404, "edition_inconnue"),
    ("comparaison?de=2025@99999999999&a=2025", 404, "edition_inconnue"),
    ("comparaison?de=2025@a&a=2025", 404, "edition_inconnue"),
    ("comparaison?de=%00&a=2025", 422, "requete_invalide"),
    ("comparaison?de=2025&a=2025&curseur=x", 422, "curseur_invalide"),
    ("?limite=1001", 422, "requete_invalide"),
    ("?curseur=x", 422, "curseur_invalide"),
]


async def test_what_does_not_exist_or_cannot_be_read_is_said_in_french(client, jdma, catalogue):
    await jdma.publish()
    for path, status, code in UNREADABLE:
        separator = "" if path.startswith("?") else "/"
        reply = await client.get(f"/api/v1/editions{separator}{path}")
        assert (path, reply.status_code, reply.json()["code"]) == (path, status, code)
        assert reply.headers["content-type"] == "application/problem+json"


async def pages(client, path, limite):
    elements, curseur = [], ""
    while curseur is not None:
        parametres = {"limite": limite} | ({"curseur": curseur} if curseur else {})
        page = (await client.get(path, params=parametres)).json()
        elements += page["elements"]
        curseur = page["suivant"]
    return elements


async def test_pages_put_end_to_end_are_the_whole_list(client, jdma, catalogue):
    order = [("a", 2025), ("b", 2023), ("c", 2024), ("d", 2024), ("e", 2025)]
    for slug, annee in order:
        await jdma.publish(slug, periode=("--debut", f"{annee}-01-01", "--fin", f"{annee}-12-31"))
    whole = (await client.get("/api/v1/editions")).json()["elements"]
    assert [edition["slug"] for edition in whole] == ["e", "a", "d", "c", "b"]
    assert [await pages(client, "/api/v1/editions", n) for n in (1, 2, 5)] == [whole] * 3
    edition = (await client.get("/api/v1/editions/a")).json()["elements"]
    assert [await pages(client, "/api/v1/editions/a", n) for n in (1, 3, 4)] == [edition] * 3
    two = (await client.get("/api/v1/editions/a?limite=2")).json()["suivant"]
    other = await client.get("/api/v1/editions/b", params={"curseur": two})
    assert other.json()["code"] == "curseur_invalide"
