"""The register of engagements: what a file may change, what history keeps, what is late, how far the targets are."""

import asyncio
import csv
import datetime as dt
import io
from pathlib import Path

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from app.cli import app as commande
from app.cli import engagements as module
from app.cli import socle
from app.cli.socle import Erreur
from app.demarches.importation import import_demarches
from app.observatoire.engagements import ecriture, importation
from app.observatoire.engagements.echeances import delais
from app.observatoire.engagements.schemas import Dlnuf, PageEngagements
from app.settings import Settings

D = dt.date
TODAY = D(2026, 3, 17)
EXEMPLES = Path(__file__).parent.parent / "docs" / "exemples"
NOUVEAU = "slug,genre,titre,porteur,echeance\n"

pytestmark = pytest.mark.usefixtures("on_a_known_day")


@pytest.fixture
def importer(engine, tmp_path):
    """Import a text as the register; `importer.rejets()` are the rejected lines, as (number, reason)."""

    async def run(texte, jour=TODAY):
        chemin = tmp_path / "rejets.csv"
        chemin.unlink(missing_ok=True)
        return await importation.import_engagements(engine, io.StringIO(texte, newline=""), chemin, jour)

    def rejets():
        with (tmp_path / "rejets.csv").open(encoding="utf-8-sig", newline="") as file:
            return [(int(row[0]), row[1]) for row in list(csv.reader(file, delimiter=";"))[1:]]

    run.rejets = rejets
    return run


@pytest.fixture
def jdma(database_url, monkeypatch, settings):
    """Run `jdma …` on this test's database, on 17 March 2026."""
    own = Settings.model_validate(settings.model_dump() | {"database_url": database_url})
    for where in (socle, module):
        monkeypatch.setattr(where, "get_settings", lambda: own)
    monkeypatch.setattr(module, "today", lambda: TODAY)

    async def run(*arguments):
        result = await asyncio.to_thread(CliRunner().invoke, commande, [*map(str, arguments)])
        if isinstance(result.exception, Erreur):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result

    return run


@pytest.fixture
async def exemple(engine, tmp_path):
    """The example register, on a database that has its catalogue."""
    await import_demarches(engine, EXEMPLES / "catalogue-cosinum-2020.csv", tmp_path / "catalogue.rejets.csv")
    return (EXEMPLES / "engagements-cosinum-2020.csv").read_text()


async def get(client, path, status=200, **params):
    reply = await client.get(f"/api/v1{path}", params=params)
    assert reply.status_code == status, reply.text
    return reply.json()


async def stored(sql, slug):
    engagement = await sql.fetchrow("SELECT * FROM engagement WHERE slug = $1", slug)
    slips = await sql.fetch(
        "SELECT ancienne, nouvelle, raison, le FROM glissement WHERE engagement_id = $1 ORDER BY id", engagement["id"]
    )
    return engagement, [tuple(slip) for slip in slips]


# --- the file


async def test_a_line_becomes_an_engagement_with_all_its_links(importer, sql, client, bouton):
    await sql.execute("INSERT INTO ministere (slug, nom) VALUES ('interieur', 'Ministère de l''Intérieur')")
    await sql.execute("INSERT INTO organisme (ministere_id, slug, nom) SELECT id, 'ants', 'ANTS' FROM ministere")
    await sql.execute("UPDATE demarche SET ministere_id = (SELECT id FROM ministere)")
    bilan = await importer(
        "slug;genre;titre;porteur;organisme;demarches;api;variante;echeance;source\n"
        "un;integration;  Un   titre ;DGFiP;ants;demarche;salaires;franceconnect;2026-03-16;note\n"
    )
    assert (bilan.lues, bilan.creees, bilan.avertissements) == (1, 1, [])
    body = await get(client, "/engagements/un")
    assert (body["titre"], body["porteur"], body["source"], body["statut"]) == ("Un titre", "DGFiP", "note", "prevu")
    assert body["ministere"] == {"slug": "interieur", "nom": "Ministère de l'Intérieur"}
    assert body["organisme"] == {"slug": "ants", "nom": "ANTS"}
    assert body["demarches"] == [{"slug": "demarche", "titre": "Démarche demarche"}]
    assert (body["api"], body["variante"]) == ("salaires", "franceconnect")
    assert (body["echeance"], body["en_retard"], body["retard_jours"]) == ("2026-03-16", True, 1)


async def test_the_same_file_again_changes_nothing(importer, sql, exemple):
    first = await importer(exemple)
    assert (first.lues, first.creees, first.modifiees, first.glissements) == (32, 31, 1, 1)
    versions = await sql.fetch("SELECT xmin::text FROM engagement ORDER BY id")
    again = await importer(exemple)
    assert (again.lues, again.inchangees, again.rejetees, again.avertissements) == (32, 32, 0, [])
    assert await sql.fetch("SELECT xmin::text FROM engagement ORDER BY id") == versions
    assert await sql.fetchval("SELECT count(*) FROM glissement") == 1


async def test_another_due_date_needs_its_reason_and_becomes_a_slip(importer, sql):
    await importer(NOUVEAU + "un,jalon,Un,DINUM,2019-12-31\n")
    bilan = await importer("slug,echeance\nun,2020-06-30\n")
    assert (bilan.rejetees, bilan.modifiees) == (1, 0)
    assert "2019-12-31" in importer.rejets()[0][1]
    bilan = await importer("slug,echeance,raison_glissement,glissement_le\nun,2020-06-30,Retard,2020-01-15\n")
    assert (bilan.modifiees, bilan.glissements) == (1, 1)
    bilan = await importer("slug,echeance,raison_glissement\nun,aucune,Sans suite\n")
    engagement, slips = await stored(sql, "un")
    assert engagement["echeance"] is None
    assert slips == [
        (D(2019, 12, 31), D(2020, 6, 30), "Retard", D(2020, 1, 15)),
        (D(2020, 6, 30), None, "Sans suite", None),
    ]


async def test_an_older_file_moves_no_due_date_back(importer, jdma, sql):
    first = NOUVEAU + "un,jalon,Un,DINUM,2019-12-31\n"
    slip = "slug,echeance,raison_glissement\nun,2020-06-30,Retard\n"
    await importer(first)
    await importer(slip)
    await jdma("engagement", "decaler", "un", "--echeance", "2021-01-31", "--raison", "Encore")
    for older in (first, slip):
        assert (await importer(older)).inchangees == 1
    engagement, slips = await stored(sql, "un")
    assert (engagement["echeance"], len(slips)) == (D(2021, 1, 31), 2)
    await jdma("engagement", "tenir", "un", "--le", "2021-02-10")
    bilan = await importer("slug,statut\nun,en_cours\n")
    assert (bilan.inchangees, len(bilan.avertissements)) == (1, 1)
    assert (await stored(sql, "un"))[0]["statut"] == "tenu"
    await importer("slug,echeance,raison_glissement\nun,2022-01-01,Trop tard\n")
    assert "ne change plus" in importer.rejets()[0][1]


BAD_LINES = {
    "é,jalon,T,P,2020-01-01,,,,": "slug",
    "a,projet,T,P,2020-01-01,,,,": "genre",
    "a,jalon,T,P,,,,,": "il manque echeance",
    "a,jalon,T,P,demain,,,,": "AAAA-MM-JJ est attendue, ou « aucune »",
    "a,jalon,T,P,2021-02-29,,,,": "n'existe pas",
    "a,jalon,T,P,1999-12-31,,,,": "entre 2000",
    "a,cible,T,P,2020-01-01,,,,": "demande un indicateur et une cible",
    "a,jalon,T,P,2020-01-01,beaute,80 %,,": "indicateur inconnu",
    "a,jalon,T,P,2020-01-01,bouton,,,": "vont ensemble",
    "a,jalon,T,P,2020-01-01,bouton,80,,": "80 %",
    "a,jalon,T,P,2020-01-01,bouton,0 %,,": "80 %",
    "a,jalon,T,P,2020-01-01,bouton,nan,,": "80 %",
    "a,api,T,P,2020-01-01,,,,": "demandent une api",
    "a,jalon,T,P,2020-01-01,,,tenu,": "vont ensemble",
    "a,jalon,T,P,2020-01-01,,,,2020-01-01": "vont ensemble",
    "a,jalon,T,P,2020-01-01,,,tenu,2026-03-18": "à venir",
    "a,jalon,T\x00,P,2020-01-01,,,,": "caractère interdit",
    "a,jalon,T": "colonnes attendues",
}


@pytest.mark.parametrize("ligne", BAD_LINES)
async def test_a_bad_line_is_rejected_alone_with_its_reason(importer, sql, ligne):
    entete = "slug,genre,titre,porteur,echeance,indicateur,cible,statut,tenu_le\n"
    bilan = await importer(f"{entete}{ligne}\nbon,jalon,T,P,aucune,,,,\n")
    assert (bilan.lues, bilan.creees, bilan.rejetees) == (2, 1, 1)
    assert importer.rejets()[0][0] == 2
    assert BAD_LINES[ligne] in importer.rejets()[0][1]
    assert await sql.fetchval("SELECT array_agg(slug) FROM engagement") == ["bon"]


async def test_a_name_that_the_catalogue_does_not_know_is_told_and_linked_once_it_does(importer, sql, new_bouton):
    texte = "slug,genre,titre,porteur,ministere,demarches,echeance\nun,demarche,T,P,Justice,rsa;demarche,aucune\n"
    await new_bouton("demarche")
    bilan = await importer(texte)
    assert (bilan.creees, len(bilan.avertissements)) == (1, 2)
    assert "ligne 2" in bilan.avertissements[0]
    assert await sql.fetchval("SELECT count(*) FROM engagement_demarche") == 1
    await sql.execute("INSERT INTO ministere (slug, nom) VALUES ('justice', 'Justice')")
    await new_bouton("rsa")
    bilan = await importer(texte)
    assert (bilan.modifiees, bilan.avertissements) == (1, [])
    assert await sql.fetchval("SELECT count(*) FROM engagement_demarche") == 2


async def test_a_target_is_never_measured_over_other_demarches_than_its_own(importer):
    bilan = await importer(
        "slug,genre,titre,porteur,organisme,indicateur,cible,echeance\nun,cible,T,P,ANTS,bouton,100 %,aucune\n"
    )
    assert (bilan.creees, bilan.rejetees) == (0, 1)
    assert "périmètre inconnu" in importer.rejets()[0][1]


async def test_a_file_that_is_no_register_is_refused_whole(importer, sql):
    for texte in ("", "titre\nx\n", "slug,couleur\na,b\n"):
        with pytest.raises(ValueError, match=r"vide|colonne"):
            await importer(texte)
    assert await sql.fetchval("SELECT count(*) FROM engagement") == 0


# --- history


async def test_the_database_refuses_to_rewrite_history(importer, sql):
    await importer(NOUVEAU + "un,jalon,Un,DINUM,2019-12-31\n")
    await importer("slug,echeance,raison_glissement\nun,2020-06-30,Retard\n")
    for statement in (
        "UPDATE glissement SET raison = 'autre'",
        "UPDATE glissement SET ancienne = NULL",
        "DELETE FROM glissement",
        "TRUNCATE glissement",
        "TRUNCATE engagement CASCADE",
        "UPDATE engagement SET echeance = '2021-01-01'",
        "UPDATE engagement SET echeance = NULL",
        "UPDATE engagement SET echeance = '2019-12-31'",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await sql.execute(statement)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await sql.execute("DELETE FROM engagement")
    for statement in (
        "UPDATE engagement SET statut = 'tenu'",
        "UPDATE engagement SET statut = 'abandonne', abandonne_le = '2020-01-01'",
        "UPDATE engagement SET cible = 0.5",
        "UPDATE engagement SET genre = 'voeu'",
        "INSERT INTO glissement (engagement_id, raison) SELECT id, 'rien' FROM engagement",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await sql.execute(statement)
    engagement, slips = await stored(sql, "un")
    assert (engagement["echeance"], len(slips)) == (D(2020, 6, 30), 1)


async def test_those_who_move_one_date_at_once_leave_one_chain(importer, engine, sql):
    await importer(NOUVEAU + "un,jalon,Un,DINUM,2026-04-01\n")

    async def move(day):
        async with AsyncSession(engine) as db, db.begin():
            await ecriture.decaler(db, "un", D(2026, 5, day), f"raison {day}", TODAY, TODAY)

    again = importer("slug,echeance,raison_glissement\nun,2026-06-01,fichier\n")
    await asyncio.gather(*(move(day) for day in range(1, 7)), again)
    engagement, slips = await stored(sql, "un")
    dates = [D(2026, 4, 1), *(nouvelle for _, nouvelle, _, _ in slips)]
    assert len(slips) == 7
    assert [ancienne for ancienne, *_ in slips] == dates[:-1]
    assert engagement["echeance"] == dates[-1]


# --- the command


async def test_an_engagement_slips_is_kept_given_up_and_opened_again_by_hand(importer, jdma, client):
    await importer(NOUVEAU + "un,jalon,Un,DINUM,2026-01-31\ndeux,jalon,Deux,DINUM,aucune\n")
    await jdma("engagement", "decaler", "un", "--echeance", "2026-03-10", "--raison", " Recette  longue ")
    body = await get(client, "/engagements/un")
    assert body["glissements"] == [
        {"le": "2026-03-17", "ancienne": "2026-01-31", "nouvelle": "2026-03-10", "raison": "Recette longue"}
    ]
    assert (body["en_retard"], body["retard_jours"], body["retard_initial_jours"]) == (True, 7, 45)
    listed = (await jdma("engagement", "lister", "--en-retard")).output
    assert "en retard de 7 jours" in listed
    assert "annoncé d'abord pour le 2026-01-31" in listed
    assert "deux" not in listed
    await jdma("engagement", "commencer", "un")
    await jdma("engagement", "tenir", "un", "--le", "2026-03-12")
    body = await get(client, "/engagements/un")
    assert (body["statut"], body["en_retard"], body["retard_jours"], body["tenu_a_temps"]) == ("tenu", False, 2, False)
    assert "2 jours après" in (await jdma("engagement", "lister")).output
    await jdma("engagement", "rouvrir", "un")
    assert (await get(client, "/engagements/un"))["tenu_le"] is None
    await jdma("engagement", "abandonner", "un", "--raison", "Sans objet")
    body = await get(client, "/engagements/un")
    assert (body["statut"], body["en_retard"], body["retard_jours"]) == ("abandonne", False, None)
    assert (body["abandonne_le"], body["abandon_raison"]) == ("2026-03-17", "Sans objet")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("decaler", "inconnu", "--echeance", "2027-01-01", "--raison", "x"), "Aucun engagement"),
        (("decaler", "un", "--echeance", "2026-01-31", "--raison", "x"), "déjà l'échéance"),
        (("decaler", "un", "--echeance", "31/01/2027", "--raison", "x"), "--echeance : une date"),
        (("decaler", "un", "--echeance", "2027-01-31", "--raison", " "), "raison : un texte"),
        (("decaler", "un", "--echeance", "2027-01-31", "--raison", "x" * 501), "raison : un texte"),
        (("decaler", "un", "--echeance", "2027-01-31", "--raison", "x", "--le", "2026-03-18"), "à venir"),
        (("tenir", "un", "--le", "2026-03-18"), "à venir"),
        (("tenir", "un", "--le", "hier"), "--le : une date"),
        (("tenir", "clos"), "rouvrez-le"),
        (("abandonner", "clos", "--raison", "x"), "rouvrez-le"),
        (("decaler", "clos", "--echeance", "aucune", "--raison", "x"), "rouvrez-le"),
        (("rouvrir", "un"), "ni tenu ni abandonné"),
        (("tenir", "É\x01"), "Aucun engagement"),
    ],
)
async def test_what_cannot_be_done_by_hand_is_one_line_and_changes_nothing(importer, jdma, sql, arguments, why):
    await importer(NOUVEAU + "un,jalon,Un,DINUM,2026-01-31\nclos,jalon,Clos,DINUM,2026-01-31\n")
    await jdma("engagement", "tenir", "clos")
    before = await sql.fetch("SELECT * FROM engagement ORDER BY id")
    with pytest.raises(Erreur, match=why) as refusal:
        await jdma("engagement", *arguments)
    assert "\n" not in str(refusal.value)
    assert await sql.fetch("SELECT * FROM engagement ORDER BY id") == before
    assert await sql.fetchval("SELECT count(*) FROM glissement") == 0


async def test_the_import_command_says_what_it_did(jdma, tmp_path):
    file = tmp_path / "registre.csv"
    file.write_text(NOUVEAU.replace("echeance", "echeance,ministere") + "un,jalon,Un,D,aucune,Justice\nX,,,,,\n")
    result = await jdma("import-engagements", file)
    assert "2 lignes lues : 1 créées, 0 modifiées (dont 0 glissement), 0 déjà là, 1 rejetées" in result.stdout
    assert "ligne 2 : ministère inconnu du catalogue : « Justice »" in result.stderr
    assert (tmp_path / "registre.rejets.csv").exists()


# --- lateness, pure


DATES = st.dates(D(2019, 1, 1), D(2023, 1, 1))
MAYBE = st.none() | DATES


@given(st.sampled_from(["prevu", "en_cours", "tenu", "abandonne"]), MAYBE, DATES, st.lists(MAYBE, max_size=4), DATES)
def test_lateness_says_nothing_of_what_has_no_date(statut, echeance, fait, annonces, jour):
    d = delais(statut, echeance, fait if statut == "tenu" else None, annonces, jour)
    ouvert = statut in {"prevu", "en_cours"}
    assert d.en_retard == (ouvert and echeance is not None and echeance < jour)
    assert (d.retard_jours is None) == (echeance is None or statut == "abandonne")
    dates = [date for date in (*annonces, echeance) if date]
    assert d.premiere_echeance == (dates[0] if dates else None)
    if statut == "tenu" and echeance:
        assert d.tenu_a_temps == (fait <= echeance)
    else:
        assert d.tenu_a_temps is None
    if d.retard_jours:
        assert (fait if statut == "tenu" else jour) - dt.timedelta(days=d.retard_jours) == echeance


# --- reading


async def test_engagements_are_filtered_and_paged(importer, client, sql, new_bouton):
    for nom in ("justice", "interieur"):
        await sql.execute("INSERT INTO ministere (slug, nom) VALUES ($1, $2)", nom, nom.title())
    await new_bouton("casier")
    await sql.execute("UPDATE demarche SET ministere_id = (SELECT id FROM ministere WHERE slug = 'justice')")
    await importer(
        "slug,genre,titre,porteur,ministere,demarches,echeance\n"
        "a,jalon,A,P,justice,,2026-03-16\nb,demarche,B,P,,casier,2026-03-17\n"
        "c,jalon,C,P,interieur,,aucune\nd,calendrier,D,P,Intérieur,,2026-03-01\n"
    )

    async def slugs(**criteres):
        return [e["slug"] for e in (await get(client, "/engagements", **criteres))["elements"]]

    assert await slugs() == ["a", "b", "c", "d"]
    assert await slugs(ministere="justice") == await slugs(ministere="Justice") == ["a", "b"]
    assert await slugs(en_retard="true") == ["a", "d"]
    assert await slugs(en_retard="false") == ["b", "c"]
    assert await slugs(genre="jalon") == ["a", "c"]
    assert await slugs(ministere="interieur", en_retard="true", genre="calendrier", statut="prevu") == ["d"]
    assert await slugs(statut="tenu") == []
    page = await get(client, "/engagements", limite=3)
    assert page["jour"] == "2026-03-17"
    assert [e["slug"] for e in (await get(client, "/engagements", limite=3, curseur=page["suivant"]))["elements"]] == [
        "d"
    ]
    other = await get(client, "/engagements", 422, genre="jalon", curseur=page["suivant"])
    assert other["code"] == "curseur_invalide"
    for champ, valeur in (("statut", "x"), ("genre", "x"), ("limite", "0"), ("ministere", "\x00"), ("en_retard", "x")):
        refus = await get(client, "/engagements", 422, **{champ: valeur})
        assert [e["champ"] for e in refus["erreurs"]] == [champ]
    for slug in ("inconnu", "A B", "%00"):
        assert (await get(client, f"/engagements/{slug}", 404))["code"] == "engagement_inconnu"


async def test_the_csv_holds_what_the_api_says(importer, client, exemple):
    await importer(exemple)
    await importer("slug,titre\nsatisfaction-80,=1+1\n")
    reply = await client.get("/api/v1/engagements.csv?genre=cible")
    assert reply.headers["content-disposition"] == 'attachment; filename="engagements_2026-03-17.csv"'
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    elements = (await get(client, "/engagements", genre="cible"))["elements"]
    assert [row["slug"] for row in rows] == [e["slug"] for e in elements]
    for row, e in zip(rows, elements, strict=True):
        a = e["avancement"]
        assert float(row["cible"]) == e["cible"]
        assert row["part"] == ("" if a["part"] is None else str(a["part"]))
        assert (row["publies"], row["en_retard"]) == (str(a["publies"]), str(e["en_retard"]).lower())
        assert row["glissements"] == str(len(e["glissements"]))
    assert rows[1]["titre"] == "'=1+1"


async def test_a_read_that_is_known_already_is_a_304_until_the_register_changes(importer, client, jdma):
    await importer(NOUVEAU + "un,jalon,Un,DINUM,2026-01-31\n")
    for path in ("engagements", "engagements.csv", "engagements/un", "dlnuf"):
        etag = (await client.get(f"/api/v1/{path}")).headers["etag"]
        assert (await client.get(f"/api/v1/{path}", headers={"If-None-Match": etag})).status_code == 304
    etag = (await client.get("/api/v1/engagements/un")).headers["etag"]
    await jdma("engagement", "commencer", "un")
    assert (await client.get("/api/v1/engagements/un", headers={"If-None-Match": etag})).status_code == 200


async def test_a_target_shows_how_far_its_own_demarches_are(importer, client, sql, new_bouton, count):
    """Hand-made: of the three of the ministère, two are measured and one is above 7; elsewhere, one more above 7."""
    await sql.execute("INSERT INTO ministere (slug, nom) VALUES ('m', 'M'), ('n', 'N')")
    await sql.execute(
        "INSERT INTO organisme (ministere_id, slug, nom) SELECT id, 'o', 'O' FROM ministere WHERE slug = 'm'"
    )
    for slug, ministere, notes in (
        ("haute", "m", {9: 100}),
        ("basse", "m", {5: 100}),
        ("rare", "m", {9: 99}),
        ("ailleurs", "n", {8: 100}),
    ):
        b = await new_bouton(slug)
        await sql.execute(
            "UPDATE demarche SET ministere_id = (SELECT id FROM ministere WHERE slug = $2) WHERE slug = $1",
            *(slug, ministere),
        )
        await count(b, "2026-02-01", notes)
    await sql.execute("UPDATE demarche SET organisme_id = (SELECT id FROM organisme) WHERE slug IN ('haute', 'rare')")
    await importer(
        "slug,genre,titre,porteur,ministere,organisme,demarches,indicateur,cible,echeance\n"
        'tous,cible,T,P,,,,satisfaction,"66,5 %",2026-12-31\n'
        "m,cible,T,P,m,,,satisfaction,80 %,2026-12-31\n"
        "o,cible,T,P,m,o,,satisfaction,1,2026-12-31\n"
        "d,cible,T,P,m,,ailleurs;basse,satisfaction,0.5,2026-12-31\n"
        "vide,cible,T,P,m,,rare,satisfaction,0.5,2026-12-31\n"
        "access,cible,T,P,,,,accessibilite,0.8,2026-12-31\n"
    )
    lus = {e["slug"]: e["avancement"] for e in (await get(client, "/engagements"))["elements"]}
    assert lus["tous"] == {
        "part": 2 / 3,
        "publies": 3,
        "atteints": 2,
        "demarches": 4,
        "ecart_points": 100 * (2 / 3 - 0.665),
        "atteinte": True,
    }
    assert (lus["m"]["part"], lus["m"]["publies"], lus["m"]["demarches"], lus["m"]["atteinte"]) == (0.5, 2, 3, False)
    assert round(lus["m"]["ecart_points"], 9) == -30
    assert (lus["o"]["part"], lus["o"]["publies"], lus["o"]["atteinte"]) == (1.0, 1, True)
    assert (lus["d"]["part"], lus["d"]["atteinte"]) == (0.5, True)
    for slug in ("vide", "access"):
        assert (lus[slug]["part"], lus[slug]["ecart_points"], lus[slug]["atteinte"]) == (None, None, None)


# --- the example


async def test_the_commitments_of_2020_load_on_their_own_catalogue(importer, exemple, client):
    bilan = await importer(exemple)
    assert (bilan.rejetees, bilan.avertissements) == (0, [])
    page = await get(client, "/engagements", limite=1000)
    TypeAdapter(PageEngagements).validate_python(page)
    lus = {e["slug"]: e for e in page["elements"]}
    genres = [e["genre"] for e in lus.values()]
    assert {g: genres.count(g) for g in set(genres)} == {
        "cible": 4, "calendrier": 3, "api": 10, "demarche": 7, "integration": 7
    }  # fmt: skip
    bouton = lus["bouton-partout"]
    assert (bouton["premiere_echeance"], bouton["echeance"]) == ("2019-12-31", "2020-06-30")
    assert (bouton["retard_jours"], bouton["retard_initial_jours"]) == (2086, 2268)
    assert all(e["echeance"] is None and not e["en_retard"] for e in lus.values() if e["genre"] == "api")
    assert {e["echeance"] for e in lus.values() if e["genre"] == "demarche"} == {"2020-09-30"}
    assert lus["accessibilite-ants-100"]["avancement"]["demarches"] == 1


async def test_the_commitments_of_2020_load_on_another_catalogue_and_say_what_is_missing(importer, client):
    bilan = await importer((EXEMPLES / "engagements-cosinum-2020.csv").read_text())
    assert (bilan.creees, bilan.glissements) == (30, 1)
    (rejet,) = importer.rejets()
    assert rejet[1].endswith("périmètre inconnu : ministère inconnu du catalogue : « Ministère de l'Intérieur »")
    assert "démarche inconnue du catalogue : « cosinum-rsa »" in str(bilan.avertissements)
    assert len((await get(client, "/engagements", limite=1000))["elements"]) == 30


async def test_dlnuf_crosses_apis_and_demarches(importer, exemple, client, jdma):
    await importer(exemple)
    await importer(
        "slug,genre,titre,porteur,demarches,api,variante,echeance\n"
        "rsa-salaires,integration,RSA,CNAF,cosinum-rsa;cosinum-prime-d-activite,salaires,franceconnect,2020-12-31\n"
        "ailleurs,integration,RSA,CNAF,cosinum-titres-securises,adresses,,aucune\n"
    )
    await jdma("engagement", "decaler", "rsa-salaires", "--echeance", "aucune", "--raison", "API en retard")
    body = await get(client, "/dlnuf")
    TypeAdapter(Dlnuf).validate_python(body)
    assert [(a["api"], [v["variante"] for v in a["variantes"]]) for a in body["apis"]] == [
        *(
            (api, ["franceconnect", "sans_franceconnect"])
            for api in ("salaires", "impot-particulier", "quotient-familial", "demandeur-emploi", "statut-etudiant")
        ),
        ("adresses", []),
    ]
    assert len(body["demarches"]) == 8
    assert [len(d["engagements"]) for d in body["demarches"]] == [1] * 7 + [0]
    cells = [c for c in body["integrations"] if c["api"] == "salaires"]
    assert [c["demarche"] for c in cells] == ["cosinum-prime-d-activite", "cosinum-rsa"]
    assert cells[0]["engagement"]["echeance"] is None
    assert cells[0]["engagement"]["glissements"][0]["raison"] == "API en retard"
    assert sum(c["api"] is None for c in body["integrations"]) == 7


async def test_an_empty_register_is_empty_and_not_an_error(client):
    assert (await get(client, "/engagements"))["elements"] == []
    assert await get(client, "/dlnuf") == {"jour": "2026-03-17", "apis": [], "demarches": [], "integrations": []}
