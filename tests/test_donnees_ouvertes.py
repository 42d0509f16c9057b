"""Open data through HTTP: one table in three forms that say the same, its schema, what is held back, what is frozen."""

import csv
import datetime as dt
import hashlib
import io
import json
import subprocess
import sys

import frictionless
import orjson
import pytest
from arro3.io import read_parquet
from hypothesis import given
from hypothesis import strategies as st

from app.cli.socle import Erreur
from app.indices.formules import Comptes, indice
from app.observatoire.declarations import Identite
from app.observatoire.donnees.confidentialite import masquer
from app.observatoire.donnees.documentation import markdown
from app.observatoire.editions import contenu
from app.observatoire.indicateurs import INDICATEURS
from app.observatoire.releve import Ligne
from app.observatoire.valeurs import Dossier, evaluer
from tests.editions import write_json
from tests.serveur import ROOT

TABLES = ("observatoire", "synthese", "indicateurs")
D = dt.date(2026, 3, 17)
FORMES = ("csv", "json", "parquet")


@pytest.fixture
async def catalogue(new_bouton, count, sql, on_a_known_day):
    """`haute` (120 avis), `rare` (99), `secrete` (3), `muette` (none), and `piege`, whose texts look for trouble."""
    boutons = {slug: await new_bouton(slug) for slug in ("haute", "rare", "secrete", "muette", "piege")}
    await count(boutons["haute"], "2026-01-15", {7: 40, 8: 60, 10: 20})
    await count(boutons["haute"], "2026-01-15", {3: 2, 5: 1}, question=2)
    await count(boutons["haute"], "2026-01-15", {0: 11, 1: 6, 3: 5}, question=3)
    await count(boutons["rare"], "2026-01-15", {9: 99})
    await count(boutons["secrete"], "2026-01-15", {0: 1, 10: 2})
    await sql.execute("INSERT INTO ministere (id, slug, nom) VALUES (1, 'interieur', 'Intérieur, « outre-mer »')")
    await sql.execute("INSERT INTO organisme (id, ministere_id, slug, nom) VALUES (1, 1, 'ants', '@ANTS')")
    await sql.execute("UPDATE demarche SET ministere_id = 1 WHERE slug IN ('haute', 'rare')")
    await sql.execute("UPDATE demarche SET organisme_id = 1, url = 'https://ants.gouv.fr/?a=1' WHERE slug = 'haute'")
    await sql.execute("""UPDATE demarche SET titre = E'=cmd|"1"\\n, ''x'' 😀' WHERE slug = 'piege'""")
    await sql.execute(
        "INSERT INTO identifiant SELECT s, v, id FROM demarche,"
        " (VALUES ('jdma', '1006'), ('xwiki', '823')) n (s, v) WHERE slug = 'haute'"
    )
    await sql.execute("""
        INSERT INTO fait (demarche_id, nature, jour, source, contenu)
        SELECT id, nature, '2026-02-28', '=source', contenu::jsonb FROM demarche, (VALUES
          ('audit', '{"taux": 80.5}'), ('declaration', '{"mention": "partielle, \\"oui\\"", "url": null}'),
          ('disponibilite', '{"disponibilite": 99.95, "temps_ms": 312.25, "mesures": 4}'), ('dlnuf', '{"effort": 3}'),
          ('franceconnect', '{"valeur": false}'), ('mobile', '{"valeur": null}')) f (nature, contenu)
        WHERE slug = 'haute'
    """)
    await sql.execute(
        "INSERT INTO exemption SELECT id, 'accessibilite', '2020-01-01', NULL, 'réservée aux agents'"
        " FROM demarche WHERE slug = 'rare'"
    )
    return boutons


async def fetch(client, path, status=200, **parametres):
    reply = await client.get(f"/donnees/{path}", params=parametres)
    assert reply.status_code == status, reply.text
    return reply


async def rows_of(client, path, table="observatoire"):
    """Three readings of a table, each a list of rows, of texts for the CSV."""
    feuille = list(csv.DictReader(io.StringIO((await fetch(client, f"{path}{table}.csv")).content.decode())))
    objets = (await fetch(client, f"{path}{table}.json")).json()["elements"]
    tableau = read_parquet(io.BytesIO((await fetch(client, f"{path}{table}.parquet")).content)).read_all()
    colonnes = {nom: tableau.column(nom).to_pylist() for nom in tableau.schema.names}
    rangs = [dict(zip(colonnes, valeurs, strict=True)) for valeurs in zip(*colonnes.values(), strict=True)]
    return feuille, [flatten(objet) for objet in objets], rangs


def flatten(objet):
    """The JSON of a row under the names of the columns."""
    indicateurs = objet.pop("indicateurs", {})
    return objet | {f"indicateur_{i}_{c}": valeur for i, champs in indicateurs.items() for c, valeur in champs.items()}


def as_cell(valeur):
    """What a CSV shows of a value of the JSON."""
    if valeur is None:
        return ""
    if isinstance(valeur, bool):
        return str(valeur).lower()
    if isinstance(valeur, dict):
        return orjson.dumps(valeur, option=orjson.OPT_SORT_KEYS).decode()
    return f"'{valeur}" if isinstance(valeur, str) and valeur.startswith(("=", "@")) else str(valeur)


def as_parquet(valeur):
    """What a Parquet holds of a value of the JSON; its dates are compared as texts."""
    return orjson.dumps(valeur, option=orjson.OPT_SORT_KEYS).decode() if isinstance(valeur, dict) else valeur


def dated(valeur):
    return valeur.isoformat() if hasattr(valeur, "isoformat") else valeur


@pytest.mark.parametrize("table", TABLES)
async def test_the_three_forms_say_the_same_in_the_same_order(client, catalogue, table):
    feuille, objets, rangs = await rows_of(client, "", table)
    assert len(feuille) == len(objets) == len(rangs) > 0
    assert list(feuille[0]) == list(rangs[0]) == list(objets[0])
    for textes, objet, rang in zip(feuille, objets, rangs, strict=True):
        assert textes == {nom: as_cell(valeur) for nom, valeur in objet.items()}
        assert {nom: dated(valeur) for nom, valeur in rang.items()} == {n: as_parquet(v) for n, v in objet.items()}


async def test_a_row_has_the_figures_of_the_api_unrounded_and_each_indicateur(client, catalogue):
    _, objets, _ = await rows_of(client, "")
    assert [objet["slug"] for objet in objets] == ["haute", "muette", "piege", "rare", "secrete"]
    haute = objets[0]
    figures = (await client.get("/api/v1/demarches/haute/indice")).json()
    assert [haute[f"n{k}"] for k in range(11)] == list(figures["repartition"].values())
    for name in ("total", "satisfaits", "part_satisfaits", "note_moyenne", "au_dessus_de_7", "statut", "methode"):
        assert haute[name] == figures[name]
    assert haute["part_satisfaits"] == 80 / 120
    for interval in ("part_satisfaits_ic95", "note_moyenne_ic95"):
        assert [haute[f"{interval}_bas"], haute[f"{interval}_haut"]] == figures[interval]
    assert (haute["autonomie"], haute["autonomie_n"]) == (10 * 6 / 11, 11)
    assert {"debut": "2025-03-18", "fin": "2026-03-17", "edition": None, "revision": None}.items() <= haute.items()
    assert (haute["identifiants"], haute["organisme"]) == ("jdma:1006;xwiki:823", "@ANTS")
    assert {
        "indicateur_accessibilite_statut": "publie",
        "indicateur_accessibilite_valeur": 0.805,
        "indicateur_accessibilite_atteint": True,
        "indicateur_accessibilite_date": "2026-02-28",
        "indicateur_disponibilite_n": 4,
        "indicateur_rapidite_valeur": 312.25,
        "indicateur_dlnuf_niveau": "moyen",
        "indicateur_franceconnect_valeur": False,
        "indicateur_mobile_statut": "sans_objet",
        "indicateur_satisfaction_ic95_bas": figures["note_moyenne_ic95"][0],
        "indicateur_bouton_atteint": True,
    }.items() <= haute.items()
    assert haute["indicateur_satisfaction_detail"]["certitude"] == "surement"
    rare = objets[3]
    assert (rare["indicateur_accessibilite_statut"], rare["indicateur_satisfaction_statut"]) == (
        "exempte",
        "insuffisant",
    )
    assert rare["indicateur_accessibilite_detail"] == {"raison": "réservée aux agents"}


async def test_what_is_absent_is_empty_and_never_zero(client, catalogue):
    feuille, objets, rangs = await rows_of(client, "")
    for muette in (feuille[1], objets[1], rangs[1]):
        assert (str(muette["total"]), str(muette["n0"]), muette["statut"]) == ("0", "0", "aucun_avis")
        for name in ("part_satisfaits", "note_moyenne", "note_moyenne_ic95_bas", "au_dessus_de_7", "comprehension"):
            assert muette[name] in ("", None)
        assert muette["indicateur_satisfaction_statut"] == "non_mesure"
        assert muette["indicateur_satisfaction_valeur"] in ("", None)


async def test_no_spreadsheet_takes_a_text_for_a_formula(client, catalogue):
    feuille, objets, _ = await rows_of(client, "")
    assert feuille[2]["titre"] == "'" + objets[2]["titre"] == "'=cmd|\"1\"\n, 'x' 😀"
    assert feuille[0]["organisme"] == "'@ANTS"
    assert feuille[0]["indicateur_dlnuf_source"] == "'=source"
    brut = (await fetch(client, "observatoire.csv")).content
    assert brut.decode().count("\r\n") == 6
    assert not brut.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("table", TABLES)
async def test_frictionless_accepts_the_real_csv_and_refuses_a_damaged_one(client, catalogue, tmp_path, table):
    schema = frictionless.Schema.from_descriptor((await fetch(client, f"schemas/{table}.json")).json())
    octets = (await fetch(client, f"{table}.csv")).content
    file = tmp_path / "table.csv"
    file.write_bytes(octets)
    with frictionless.system.use_context(trusted=True):
        report = frictionless.validate(str(file), schema=schema)
        assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])
        assert {field.description for field in schema.fields}.isdisjoint({None, ""})
        colonne = {"observatoire": b",publie,", "synthese": b"satisfaction", "indicateurs": b"number"}[table]
        file.write_bytes(octets.replace(colonne, b",publiee," if table == "observatoire" else b"", 1))
        assert not frictionless.validate(str(file), schema=schema).valid


async def test_parquet_is_typed_and_carries_its_schema_licence_and_method(client, catalogue):
    octets = (await fetch(client, "observatoire.parquet")).content
    lu = read_parquet(io.BytesIO(octets))
    types = {champ.name: (str(champ.type).split("<")[1].strip(">\n"), champ.nullable) for champ in lu.schema}
    assert types["total"] == ("Int64", False)
    assert types["note_moyenne"] == ("Float64", True)
    assert types["top_250"] == ("Boolean", False)
    assert types["debut"] == ("Date32", False)
    assert types["indicateur_bouton_valeur"] == ("Boolean", True)
    debut = octets.index(b'{"table":"observatoire"')
    dit, _ = json.JSONDecoder().raw_decode(octets[debut:].decode(errors="ignore"))
    assert (dit["licence"]["code"], dit["methode"], dit["minimum"]) == ("etalab-2.0", "1", 100)
    assert dit["schema"] == (await fetch(client, "schemas/observatoire.json")).json()


# --- nothing under the minimum, nor about fewer than five people


async def test_under_the_minimum_of_avis_nothing_but_their_number_is_there(client, catalogue, app):
    app.state.settings = app.state.settings.model_copy(update={"seuil_publication": 121})
    for rows in await rows_of(client, ""):
        haute = rows[0]
        assert (str(haute["total"]), haute["statut"]) == ("120", "insuffisant")
        notes = (*(f"n{k}" for k in range(11)), "satisfaits", "part_satisfaits", "note_moyenne")
        bornes = ("note_moyenne_ic95_bas", "part_satisfaits_ic95_haut")
        for name in (*notes, *bornes, "au_dessus_de_7", "autonomie", "comprehension"):
            assert haute[name] in ("", None), name


async def test_what_one_to_four_people_said_is_held_back_and_their_number_is_not(client, catalogue):
    for rows in await rows_of(client, ""):
        secrete = rows[4]
        assert str(secrete["total"]) == "3"
        for name in (*(f"n{k}" for k in range(11)), "satisfaits", "part_satisfaits", "note_moyenne"):
            assert secrete[name] in ("", None), name
        for name in ("part_satisfaits_ic95_bas", "note_moyenne_ic95_haut", "au_dessus_de_7"):
            assert secrete[name] in ("", None), name
        haute = rows[0]
        assert str(haute["comprehension_n"]) == str(haute["indicateur_comprehension_n"]) == "3"
        assert haute["comprehension"] in ("", None)
        assert haute["indicateur_comprehension_statut"] == "insuffisant"
        for champ in ("valeur", "atteint", "niveau"):
            assert haute[f"indicateur_comprehension_{champ}"] in ("", None)
        # Four measures of a site are not four people.
        assert float(haute["indicateur_disponibilite_valeur"]) == 0.9995


async def test_a_minimum_under_five_publishes_nothing_about_four_people(client, catalogue, app):
    app.state.settings = app.state.settings.model_copy(update={"seuil_publication": 1})
    secrete = (await rows_of(client, ""))[1][4]
    assert (secrete["statut"], secrete["indicateur_satisfaction_statut"]) == ("insuffisant", "insuffisant")
    assert secrete["au_dessus_de_7"] is secrete["indicateur_satisfaction_valeur"] is None


few = st.lists(st.integers(0, 3), min_size=11, max_size=11)


@given(
    few, st.lists(st.integers(0, 2), min_size=5, max_size=5), st.tuples(*[st.integers(0, 4)] * 2), st.integers(1, 12)
)
def test_no_figure_of_one_to_four_answers_is_left_in_a_line(note, levels, counts, minimum):
    aide = (sum(counts), counts[1])
    figures = indice(Comptes(note, levels, aide, counts, levels), minimum)
    dossier = Dossier(D, True, figures)
    valeurs = {i.cle: evaluer(i, dossier) for i in INDICATEURS}
    masked = masquer(Ligne(Identite(1, "a", "A", None, None, None, None, None, False), figures, valeurs), minimum)
    peu = 0 < figures.total < max(5, minimum)
    for name in ("comprehension", "contact_satisfaction", "contact_joignabilite", "autonomie"):
        n = getattr(figures, f"{name}_n")
        assert getattr(masked.indice, name) == (None if peu or 0 < n < 5 else getattr(figures, name))
    if peu:
        assert masked.indice.note_moyenne is masked.indice.part_satisfaits is masked.indice.au_dessus_de_7 is None
        assert masked.valeurs["satisfaction"].valeur is None
        assert not masked.valeurs["satisfaction"].detail
    else:
        assert masked.indice.note_moyenne == figures.note_moyenne
    assert masked.indice.total == figures.total


# --- syntheses


async def test_each_synthesis_is_a_recount_of_the_rows(client, catalogue):
    _, objets, _ = await rows_of(client, "")
    syntheses = (await fetch(client, "synthese.json")).json()["elements"]
    groupes = {(s["groupe"], s["ministere_slug"], s["organisme_slug"]) for s in syntheses}
    assert groupes == {
        ("toutes", None, None),
        *{("ministere", "interieur", None), ("ministere", None, None)},
        *{("organisme", "interieur", "ants"), ("organisme", None, None)},
    }
    for s in syntheses:
        siennes = [
            o
            for o in objets
            if s["groupe"] == "toutes"
            or (s["groupe"] == "ministere" and o["ministere_slug"] == s["ministere_slug"])
            or (s["groupe"] == "organisme" and o["organisme_slug"] == s["organisme_slug"])
        ]
        statuts = [o[f"indicateur_{s['indicateur']}_statut"] for o in siennes]
        atteints = [o[f"indicateur_{s['indicateur']}_atteint"] for o in siennes].count(True)
        assert (s["demarches"], s["publies"], s["atteints"]) == (len(siennes), statuts.count("publie"), atteints)
        assert s["part"] == (atteints / s["publies"] if s["publies"] else None)
        for left_out in ("insuffisant", "non_mesure", "exempte", "sans_objet"):
            assert s[left_out] == statuts.count(left_out)


async def test_the_dictionary_says_what_every_indicateur_means(client, catalogue):
    elements = (await fetch(client, "indicateurs.json")).json()["elements"]
    assert [element["indicateur"] for element in elements] == [i.cle for i in INDICATEURS]
    assert elements[0] == {
        "indicateur": "satisfaction",
        "titre": "Satisfaction",
        "critere": "La note moyenne des avis dépasse 7 sur 10.",
        "unite": "sur 10",
        "type_valeur": "number",
        "sens": 1,
        "seuils": {"atteint": 7, "bon": 8.0, "moyen": 5.0},
        "cible": None,
    }


# --- addresses


async def test_a_file_follows_the_periode_and_the_last_avis(client, catalogue, count):
    before = (await fetch(client, "observatoire.json", debut="2026-01-15", fin="2026-01-15")).json()
    assert before["periode"] == {"debut": "2026-01-15", "fin": "2026-01-15"}
    await count(catalogue["haute"], "2026-01-16", {0: 1})
    after = (await fetch(client, "observatoire.json")).json()
    assert [d["elements"][0]["total"] for d in (before, after)] == [120, 121]


async def test_what_has_not_changed_is_not_sent_again_and_any_site_may_read(client, catalogue):
    first = await fetch(client, "observatoire.parquet")
    assert first.headers["content-type"] == "application/vnd.apache.parquet"
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["content-disposition"] == 'attachment; filename="observatoire.parquet"'
    assert 'rel="license"' in first.headers["link"]
    again = await client.get("/donnees/observatoire.parquet", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("inconnu.csv", "fichier_inconnu"),
        ("observatoire.xlsx", "fichier_inconnu"),
        ("observatoire.csv.sha256.sig", "fichier_inconnu"),
        ("observatoire.csv.md5", "fichier_inconnu"),
        ("SHA256SUMS", "fichier_inconnu"),
        ("%00.csv", "fichier_inconnu"),
        ("schemas/observatoire.csv", "fichier_inconnu"),
        ("schemas/autre.json", "fichier_inconnu"),
        ("editions/2025/observatoire.csv", "edition_inconnue"),
        ("editions/2025@0/observatoire.csv", "edition_inconnue"),
        ("editions/%00/observatoire.csv", "edition_inconnue"),
    ],
)
async def test_what_does_not_exist_is_a_404_that_says_so(client, catalogue, path, code):
    assert (await fetch(client, path, 404)).json()["code"] == code


async def test_a_periode_that_is_none_is_refused(client, catalogue):
    reply = await fetch(client, "observatoire.csv", 422, debut="2026-02-30")
    assert reply.json()["code"] == "periode_invalide"


# --- éditions


@pytest.fixture
async def edition(catalogue, jdma):
    await jdma.publish(
        "2026-t1", "--cible", "satisfaction=0.8", periode=("--debut", "2025-03-18", "--fin", "2026-03-17")
    )


@pytest.mark.parametrize("table", TABLES)
async def test_an_edition_has_the_rows_that_were_published_in_three_forms(client, edition, table):
    feuille, objets, rangs = await rows_of(client, "editions/2026-t1/", table)
    for textes, objet, rang in zip(feuille, objets, rangs, strict=True):
        assert textes == {nom: as_cell(valeur) for nom, valeur in objet.items()}
        assert {nom: dated(valeur) for nom, valeur in rang.items()} == {n: as_parquet(v) for n, v in objet.items()}
    _, live, _ = await rows_of(client, "", table)
    named = [objet | {"edition": None, "revision": None} if "edition" in objet else objet for objet in objets]
    if table == "indicateurs":
        assert objets[0]["cible"] == 0.8
        named[0] |= {"cible": None}
    assert named == live


async def test_late_avis_another_name_and_a_later_version_leave_the_files_of_an_edition_as_they_were(
    client, edition, catalogue, count, sql, monkeypatch
):
    names = [f"{table}.{forme}" for table in TABLES for forme in (*FORMES, "schema.json")]
    before = [(await fetch(client, f"editions/2026-t1@1/{name}")).content for name in names]
    await count(catalogue["haute"], "2026-01-15", {0: 500})
    await sql.execute("UPDATE demarche SET titre = 'Autre', slug = 'autre' WHERE slug = 'haute'")
    monkeypatch.setattr("app.observatoire.donnees.ecriture.NOM", "autre-licence")
    assert [(await fetch(client, f"editions/2026-t1@1/{name}")).content for name in names] == before
    assert (await fetch(client, "observatoire.json")).json()["elements"][0]["slug"] == "autre"


async def test_a_revision_has_its_own_files_and_the_first_keeps_its_own(client, edition, catalogue, count, jdma):
    first = (await fetch(client, "editions/2026-t1/observatoire.csv")).content
    await count(catalogue["haute"], "2026-01-15", {0: 1})
    await jdma("reviser", "2026-t1", "--raison", "un avis oublié")
    assert (await fetch(client, "editions/2026-t1/observatoire.csv")).content == first
    await jdma("publier", "2026-t1")
    current = await fetch(client, "editions/2026-t1/observatoire.json")
    assert (current.json()["revision"], current.json()["raison"]) == (2, "un avis oublié")
    assert current.headers["cache-control"] == "public, max-age=0, must-revalidate"
    pinned = await fetch(client, "editions/2026-t1@1/observatoire.csv")
    assert pinned.content == first
    assert "immutable" in pinned.headers["cache-control"]


async def test_the_database_itself_refuses_to_change_a_published_file(edition, sql):
    for statement in (
        "UPDATE edition_fichier SET octets = ''",
        "DELETE FROM edition_fichier",
        "TRUNCATE edition_fichier",
        "INSERT INTO edition_fichier SELECT id, 'ajout.csv', '', 0, '' FROM edition",
    ):
        with pytest.raises(Exception, match="publiée"):
            await sql.execute(statement)


async def test_an_edition_taken_elsewhere_gives_the_same_bytes_in_another_process(client, edition):
    """The files are made again by another process, with another order of hashing, from the published document alone."""
    document = (await client.get("/api/v1/editions/2026-t1", params={"limite": 1000})).content
    program = (
        "import sys, hashlib, orjson\n"
        "from app.observatoire.donnees.fichiers import rendre_tout\n"
        "from app.observatoire.donnees.jeu import du_document\n"
        "for nom, octets in rendre_tout(du_document(orjson.loads(sys.stdin.buffer.read()))).items():\n"
        "    print(hashlib.sha256(octets).hexdigest(), nom, sep='  ')\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program], input=document, capture_output=True, check=True, cwd=ROOT
        ).stdout
        for _ in range(2)
    }
    assert len(outputs) == 1
    lines = sorted(outputs.pop().decode().splitlines(), key=lambda line: line[66:])
    assert lines == (await fetch(client, "editions/2026-t1/SHA256SUMS")).text.splitlines()
    for line in lines:
        octets = (await fetch(client, f"editions/2026-t1/{line[66:]}")).content
        assert hashlib.sha256(octets).hexdigest() == line[:64]


async def test_an_edition_from_elsewhere_whose_figures_cannot_be_written_is_refused_whole(
    client, edition, jdma, sql, tmp_path
):
    document = (await client.get("/api/v1/editions/2026-t1", params={"limite": 1000})).json()
    document["slug"] = "ailleurs"
    document["elements"][0]["indice"]["note_moyenne"] = "dix"
    document["empreinte"] = contenu.empreinte(document)
    with pytest.raises(Erreur, match="fichiers ouverts"):
        await jdma("importer", write_json(tmp_path / "ailleurs.json", document))
    assert await sql.fetchval("SELECT count(*) FROM edition") == 1


def test_the_documentation_of_columns_is_the_one_the_columns_give():
    guide = (ROOT / "docs" / "donnees-ouvertes.md").read_text(encoding="utf-8")
    shown = guide.split("<!-- colonnes -->\n")[1].split("<!-- /colonnes -->")[0]
    assert shown.strip() == markdown().strip(), "run: jdma donnees colonnes"
