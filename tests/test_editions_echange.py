"""Taking éditions to another server: the same to the last character, or refused."""

import csv
import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from app.avis.importation import import_avis
from app.cli.socle import Erreur
from app.database import make_engine
from app.demarches.importation import import_demarches
from app.main import create_app
from app.observatoire.editions.contenu import empreinte
from tests.conftest import execute, of_database, serving
from tests.editions import PERIODE, command_on, read, write_json
from tests.serveur import ROOT

SHARED = ROOT.parent / "shared"
WINDOWS = {
    "2023-t1": "2022-04-01:2023-03-31",
    "2023-t2": "2022-07-01:2023-06-30",
    "2023-t3": "2022-10-02:2023-09-30",
    "2023-t4": "2023-01-01:2023-12-31",
}
SHARE, MINIMUM = 0.002, 3


@pytest.fixture
async def elsewhere(cluster):
    """The address of another server's database, where ids are not the same."""
    name = f"ailleurs{uuid.uuid4().hex}"
    await execute(cluster, f"CREATE DATABASE {name} TEMPLATE modele")
    yield of_database(cluster, name)
    await execute(cluster, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def there(elsewhere, monkeypatch, settings):
    """`jdma edition` on the other server, which knows `une` by an identifiant, under another slug, and `deux`."""
    await execute(
        elsewhere,
        """INSERT INTO demarche (id, slug, titre, titre_recherche, en_ligne)
           VALUES (70, 'deux', 'Deux', 'deux', true), (80, 'une-renommee', 'Une', 'une', true);
           INSERT INTO identifiant VALUES ('jdma', '1', 80)""",
    )
    return command_on(settings, elsewhere, monkeypatch)


@pytest.fixture
async def exported(jdma, new_bouton, count, sql, tmp_path):
    """An édition of two démarches, as a file."""
    for slug, note in (("une", 9), ("deux", 3)):
        await count(await new_bouton(slug), "2025-03-03", {note: 120})
    await sql.execute("INSERT INTO identifiant SELECT 'jdma', '1', id FROM demarche WHERE slug = 'une'")
    await jdma.publish("2025", "--cible", "satisfaction=1")
    path = tmp_path / "edition.json"
    path.write_text(await jdma("exporter", "2025"), encoding="utf-8")
    return path


async def test_an_edition_taken_to_another_server_is_the_same_to_the_last_character(
    client, jdma, there, exported, elsewhere, settings
):
    assert await there("importer", exported) == "2025, révision 1 : enregistrée.\n"
    assert await there("importer", exported) == "2025, révision 1 : déjà là, identique.\n"
    assert (await there("verifier"), there.code) == ("1 édition : 0 écart.\n", 0)
    assert await there("exporter", "2025") == exported.read_text(encoding="utf-8")
    async with serving(create_app(settings, elsewhere)) as other:
        for path in ("/api/v1/editions/2025", "/api/v1/editions/2025.csv", "/api/v1/editions"):
            assert (await other.get(path)).content == (await client.get(path)).content


async def test_its_demarches_are_those_of_the_other_server_whatever_their_slug(jdma, there, exported, elsewhere):
    await there("importer", exported)
    await there("preparer", "2026", "--titre", "Suite", "--debut", "2026-01-01", "--fin", "2026-01-31")
    await there("publier", "2026")
    said = await there("comparer", "2025", "2026")
    assert "2 démarches communes, 0 entrée, 0 sortie, 2 renommées" in said


async def test_what_the_api_answers_can_be_imported_too(client, there, exported, tmp_path):
    whole = write_json(tmp_path / "api.json", await read(client))
    assert "enregistrée" in await there("importer", whole)


async def test_a_list_of_its_own_goes_with_it_and_a_revision_there_keeps_the_same_demarches(
    jdma, there, new_bouton, exported, tmp_path
):
    liste, second = tmp_path / "liste.txt", tmp_path / "2.json"
    liste.write_text("jdma:1\n", encoding="utf-8")
    await jdma("reviser", "2025", "--raison", "Une seule", "--demarches", liste)
    await jdma("publier", "2025")
    second.write_text(await jdma("exporter", "2025@2"), encoding="utf-8")
    await there("importer", exported)
    assert await there("importer", second) == "2025, révision 2 : enregistrée.\n"
    await there("reviser", "2025", "--raison", "Autre titre", "--titre", "Autre")
    await there("publier", "2025")
    assert "1 démarche commune, 0 entrée, 0 sortie" in await there("comparer", "2025@2", "2025@3")


async def test_revisions_come_in_their_order(jdma, there, exported, tmp_path):
    await jdma("reviser", "2025", "--raison", "Corrigée", "--titre", "Autre titre")
    await jdma("publier", "2025")
    second = tmp_path / "2.json"
    second.write_text(await jdma("exporter", "2025@2"), encoding="utf-8")
    with pytest.raises(Erreur, match="révision 1 de 2025"):
        await there("importer", second)
    await there("importer", exported)
    await there("importer", second)
    assert await there("verifier") == "2 éditions : 0 écart.\n"


def changed(document, change, seal=True):
    """The document after a change; sealed again, it bears the fingerprint of what it has become."""
    change(document)
    return document | {"empreinte": empreinte(document)} if seal else document


BROKEN = [
    (lambda d: d["elements"][0]["notes"].__setitem__(3, 1), False, "plus ce qui a été publié"),
    (lambda d: d["bilan"]["indicateurs"]["satisfaction"].update(part=1.0), False, "plus ce qui a été publié"),
    (lambda d: d.update(publiee_le="2020-01-01T00:00:00+00:00"), False, "plus ce qui a été publié"),
    (lambda d: d.pop("seuils"), True, "édition entière"),
    (lambda d: d.update(surprise=1), True, "édition entière"),
    (lambda d: d.update(suivant="abc"), True, "édition entière"),
    (lambda d: d.update(elements=[]), True, "édition entière"),
    (lambda d: d["elements"].reverse(), True, "édition entière"),
    (lambda d: d["elements"].append(d["elements"][0]), True, "édition entière"),
    (lambda d: d["elements"][0]["valeurs"].pop("satisfaction"), True, "édition entière"),
    (lambda d: d["elements"][0].update(notes=[1]), True, "édition entière"),
    (lambda d: d["elements"][0]["notes"].__setitem__(3, -1), True, "édition entière"),
    (lambda d: d.update(minimum="100"), True, "édition entière"),
    (lambda d: d.update(revision=2), True, "édition entière"),
    (lambda d: d.update(slug="Été"), True, "édition entière"),
    (lambda d: d.update(titre=" a  b "), True, "édition entière"),
    (lambda d: d.update(publiee_le="2026-01-01T00:00:00Z"), True, "édition entière"),
    (lambda d: d.update(periode={"debut": "2025-12-31", "fin": "2025-01-01"}), True, "édition entière"),
    (lambda d: d.update(periode={"debut": 1735689600, "fin": "2025-12-31"}), True, "édition entière"),
    (lambda d: d["elements"][0]["indice"].update(x="\x00"), True, "édition entière"),
    (lambda d: d["elements"][0]["demarche"].update(slug="inconnue", identifiants=[]), True, "inconnue"),
]


async def test_a_file_that_is_not_what_was_published_is_refused(there, exported, tmp_path):
    for change, seal, said in BROKEN:
        document = json.loads(exported.read_text(encoding="utf-8"))
        path = write_json(tmp_path / "faux.json", changed(document, change, seal))
        with pytest.raises(Erreur, match=said) as refusal:
            await there("importer", path)
        assert "\n" not in str(refusal.value)
    assert await there("lister") == ""


async def test_a_file_that_is_no_edition_at_all_is_refused_in_one_line(there, tmp_path):
    path = tmp_path / "rien.json"
    for content in (b"", b"{", b"[]", b"null", b"\xff", b'{"slug": NaN}', b"[" * 100_000):
        path.write_bytes(content)
        with pytest.raises(Erreur, match="Ce fichier n'est pas") as refusal:
            await there("importer", path)
        assert "\n" not in str(refusal.value)
    with pytest.raises(Erreur, match="absent"):
        await there("importer", tmp_path / "absent.json")


async def test_another_edition_of_that_name_or_an_unknown_demarche_stops_the_import(there, exported, elsewhere):
    await there("preparer", "2025", "--titre", "Autre", *PERIODE)
    with pytest.raises(Erreur, match="Une autre édition porte déjà ce nom"):
        await there("importer", exported)
    await execute(elsewhere, "DELETE FROM edition; DELETE FROM identifiant")
    with pytest.raises(Erreur, match=r"démarches inconnues ici \(une\)"):
        await there("importer", exported)
    await execute(elsewhere, "INSERT INTO identifiant VALUES ('jdma', '1', 70)")
    with pytest.raises(Erreur, match="n'en font qu'une ici"):
        await there("importer", exported)
    assert await there("lister") == ""


# The four real windows


def expected_of(window):
    """From the file alone: démarches, avis, measured, above 7, at this share of each count."""
    debut, fin = window.split(":")
    with (SHARED / "data/notes_par_demarche.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if (row["window_start"], row["window_end"]) == (debut, fin)]
    marks = {"satisfaction_negative": 0, "satisfaction_neutral": 5, "satisfaction_positive": 10}
    totals, above = [], 0
    for row in rows:
        counts = {mark: int(int(row[name]) * SHARE) for name, mark in marks.items()}
        total = sum(counts.values())
        totals.append(total)
        above += total >= MINIMUM and sum(mark * n for mark, n in counts.items()) > 7 * total
    return len(rows), sum(totals), sum(total >= MINIMUM for total in totals), above


def unrolled(window, directory: Path) -> tuple[Path, Path]:
    catalogue, avis = directory / "demarches.csv", directory / "avis.csv"
    tool = [sys.executable, str(SHARED / "tools/derouler_avis.py"), str(SHARED / "data/notes_par_demarche.csv")]
    with avis.open("wb") as file:
        options = ["--window", window, "--share", str(SHARE), "--catalogue", str(catalogue)]
        subprocess.run([*tool, *options], stdout=file, check=True)
    return catalogue, avis


async def import_csv(url, work, path, rejects):
    engine = make_engine(url)
    with path.open(newline="", encoding="utf-8") as file:
        await work(engine, file, rejects)
    await engine.dispose()


async def published_alone(cluster, slug, window, directory, make_command, target):
    """The édition of a window, published on a server that has its avis and no other, then taken to the target."""
    catalogue, avis = unrolled(window, directory)
    name = f"fenetre{uuid.uuid4().hex}"
    await execute(cluster, f"CREATE DATABASE {name} TEMPLATE modele")
    url = of_database(cluster, name)
    await import_csv(url, import_demarches, catalogue, directory / "rejets.csv")
    await import_csv(url, import_avis, avis, directory / "rejets.csv")
    command, (debut, fin) = make_command(url), window.split(":")
    await command.publish(slug, "--minimum", str(MINIMUM), periode=("--debut", debut, "--fin", fin))
    file = directory / f"{slug}.json"
    file.write_text(await command("exporter", slug), encoding="utf-8")
    await import_csv(target.settings.database_url, import_demarches, catalogue, directory / "rejets.csv")
    await target("importer", file)
    await execute(cluster, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.skipif(not SHARED.exists(), reason="../shared absent : les quatre fenêtres réelles ne sont pas rejouées")
async def test_the_four_real_windows_are_four_editions_with_the_totals_of_their_file(
    client, cluster, jdma, tmp_path, monkeypatch, settings
):
    for slug, window in WINDOWS.items():
        await published_alone(cluster, slug, window, tmp_path, lambda url: command_on(settings, url, monkeypatch), jdma)
    for slug, window in WINDOWS.items():
        bilan = (await read(client, slug))["bilan"]
        satisfaction = bilan["indicateurs"]["satisfaction"]
        got = (bilan["demarches"], bilan["avis"], satisfaction["publies"], satisfaction["atteints"])
        assert got == expected_of(window)
    reply = await client.get("/api/v1/editions/comparaison?de=2023-t1&a=2023-t2")
    c = reply.json()
    assert (c["communes"] + len(c["sorties"]), c["communes"] + len(c["entrees"])) == (213, 215)
    assert c["jours_communs"] == 274
    assert await jdma("verifier") == "4 éditions : 0 écart.\n"
