"""Every import takes the tables that spreadsheets make, and takes back what it refused once it is corrected."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from app.avis.importation import import_avis
from app.cli.editions import read_demarches
from app.demarches.importation import import_demarches
from app.observatoire.engagements.importation import import_engagements
from app.observatoire.faits import lecture
from app.observatoire.faits.exemptions import import_exemptions
from app.observatoire.faits.importation import import_faits
from tests.classeur import workbook
from tests.test_import_avis import jdma

JOUR = dt.date(2026, 3, 17)


@dataclass(frozen=True)
class Import:
    """One of them: a good row, and a value of one of its cells that it refuses."""

    run: Callable[..., Any]
    row: dict[str, str]
    column: str
    refused: str
    stored: str
    """What is stored of the row, as a query of one text."""


def faits(format_, **row):
    return partial(import_faits, format_=format_), row


IMPORTS = {
    "avis": Import(
        import_avis,
        {"id": str(uuid4()), "demarche": "jdma:1", "note": "8", "depose_le": "2025-01-05T10:00:00+01:00",
         "commentaire": "=très bien, merci ; c’est « clair »"},
        "note", "onze", "SELECT commentaire FROM avis",
    ),
    "demarches": Import(
        import_demarches, {"slug": "neuve", "titre": "Déclarer, payer ; œuvrer", "en_ligne": "oui"},
        "en_ligne", "peut-être", "SELECT titre FROM demarche WHERE slug = 'neuve'",
    ),
    "faits": Import(
        *faits(lecture.FAITS, demarche="jdma:1", nature="dlnuf", jour="2026-01-15",
               source="enquête, été ; 2025", valeur="3"),
        "valeur", "beaucoup", "SELECT source FROM fait",
    ),
    "accessibilite": Import(
        *faits(lecture.ACCESSIBILITE, month="2025-06", scanned_at="2025-06-30T04:00:00Z", procedure_id="1", url="",
               source_file="declaration-a11y.json", rgaa_taux="", rgaa_date="",
               mention="Accessibilité : partiellement, conforme"),
        "source_file", "autre.json", "SELECT contenu ->> 'mention' FROM fait",
    ),
    "disponibilite": Import(
        *faits(lecture.DISPONIBILITE, month="2025-06", scanned_at="2025-06-30T04:00:00Z", jdma_id="1",
               uptime_pct="99,95", response_ms="1 200,5", samples="8 000,0"),
        "uptime_pct", "toujours", "SELECT contenu ->> 'mesures' || ' ' || (contenu ->> 'temps_ms') FROM fait",
    ),
    "exemptions": Import(
        partial(import_exemptions, jour=JOUR),
        {"demarche": "jdma:1", "indicateur": "mobile", "raison": "-Réservée, aux bornes ; fermées",
         "depuis": "01/02/2026"},
        "indicateur", "beauté", "SELECT raison FROM exemption",
    ),
    "engagements": Import(
        partial(import_engagements, jour=JOUR),
        {"slug": "a", "genre": "jalon", "titre": "Déclarer, payer ; œuvrer", "porteur": "Équipe",
         "echeance": "2027-01-01"},
        "genre", "projet", "SELECT titre FROM engagement",
    ),
}  # fmt: skip
EXPECTED = {"disponibilite": "8000 1200.5", "exemptions": "-Réservée, aux bornes ; fermées"}


def expected(name):
    said = EXPECTED.get(name) or next(v for v in IMPORTS[name].row.values() if "," in v)
    return said.strip()


def table(rows, separator=",", encoding="utf-8", before="", tail=()):
    """A CSV with these rows and a header whose names are written as people do."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator)
    writer.writerows(
        [[*(f" {name.capitalize()} " for name in rows[0]), *tail], *([*row.values(), *tail] for row in rows)]
    )
    return (before + out.getvalue()).encode(encoding)


FILES = {
    "comma, UTF-8": table,
    "semicolon, mark": lambda rows: table(rows, ";", "utf-8-sig"),
    "tabs, UTF-16": lambda rows: table(rows, "\t", "utf-16"),
    "semicolon, CP1252": lambda rows: table(rows, ";", "cp1252"),
    "sep=": lambda rows: table(rows, ";", before="sep=;\r\n"),
    "empty columns": lambda rows: table(rows, ";", tail=("", "", "")),
    "workbook": lambda rows: workbook({"Feuille 1": [list(rows[0]), *(list(row.values()) for row in rows)]}),
}


@pytest.fixture
async def demarche(bouton, sql):
    """A démarche with a number in the national service."""
    await sql.execute("INSERT INTO identifiant VALUES ('jdma', '1', $1)", bouton.demarche_id)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("name", IMPORTS)
async def test_every_import_reads_what_spreadsheets_write(engine, sql, demarche, tmp_path, name, file):
    this = IMPORTS[name]
    await this.run(engine, io.BytesIO(FILES[file]([this.row])), tmp_path / "rejets.csv")
    assert not (tmp_path / "rejets.csv").exists()
    assert await sql.fetchval(this.stored) == expected(name)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("name", IMPORTS)
async def test_every_import_takes_back_its_rejects_once_corrected(engine, sql, demarche, tmp_path, name, encoding):
    this, rejects = IMPORTS[name], tmp_path / "rejets.csv"
    await this.run(engine, io.BytesIO(table([this.row | {this.column: this.refused}])), rejects)
    assert await sql.fetchval(f"SELECT count(*) FROM ({this.stored}) AS s") == 0
    written = rejects.read_bytes()
    assert written.startswith(b"\xef\xbb\xbfligne;")
    for line in written.decode("utf-8-sig").splitlines():
        assert not any(cell[:1] in {"=", "+", "-", "@"} for cell in next(csv.reader([line], delimiter=";")))
    await this.run(engine, io.BytesIO(written), rejects)
    assert rejects.read_bytes() == written  # what is refused again is written again as it was
    text = written.decode("utf-8-sig")
    place = text.rindex(this.refused)
    corrected = text[:place] + this.row[this.column] + text[place + len(this.refused) :]
    await this.run(engine, io.BytesIO(corrected.encode(encoding)), tmp_path / "encore.csv")
    assert not (tmp_path / "encore.csv").exists()
    assert await sql.fetchval(this.stored) == expected(name)


NOTES = {"8.0": 8, "8,0": 8, " 8": 8, "8 ": 8, "08": 8, "10.0": 10, "9\xa0": 9, "0,00": 0, "7.": 7}


@pytest.mark.parametrize("note", NOTES)
async def test_a_note_is_a_whole_number_however_a_spreadsheet_shows_it(engine, sql, demarche, tmp_path, note):
    row = IMPORTS["avis"].row | {
        "note": note,
        "id": f" {uuid4()} ",
        "demarche": " jdma:1 ",
        "depose_le": " 2025-01-05T10:00:00Z ",
    }
    await import_avis(engine, io.BytesIO(table([row], ";")), tmp_path / "rejets.csv")
    assert await sql.fetchval("SELECT note FROM avis") == NOTES[note]


async def test_cells_left_out_at_the_end_of_a_row_are_empty_but_for_the_required_ones(engine, sql, demarche, tmp_path):
    content = "id;demarche;note;depose_le;commentaire;reponses\r\n"
    content += f"{uuid4()};jdma:1;8;2025-01-05T10:00:00Z\r\n{uuid4()};jdma:1;8\r\n"
    bilan = await import_avis(engine, io.BytesIO(content.encode()), tmp_path / "rejets.csv")
    assert (bilan.enregistres, bilan.rejetes) == (1, 1)


@pytest.mark.parametrize("content", ["a\nb\n", "slug\na\nb\n", "Démarche;titre\r\na;A\r\nb;B\r\n", "\ufeffa\r\n\r\nb"])
def test_the_list_of_an_edition_is_read_the_same_way(tmp_path, content):
    path = tmp_path / "liste.csv"
    path.write_text(content, encoding="utf-8", newline="")
    assert read_demarches(path, None) == ["a", "b"]


async def test_the_commands_take_files_and_standard_input_in_any_form(database_url, sql, demarche, tmp_path):
    rows = [IMPORTS["avis"].row | {"id": str(uuid4()), "commentaire": f"été n° {k}"} for k in range(3)]
    url = {"database_url": database_url, "secret_key": "k" * 32}
    (tmp_path / "a.xlsx").write_bytes(FILES["workbook"](rows[:1]))
    (tmp_path / "b.csv").write_bytes(table([rows[1] | {"note": "11"}], ";", "cp1252"))
    assert jdma(tmp_path, "import-avis", "a.xlsx", **url).stdout.startswith("1 ligne lue : 1 enregistrées")
    assert "(voir b.rejets.csv)" in jdma(tmp_path, "import-avis", "b.csv", **url).stdout
    export = "Date de l'avis;Identifiant Avis;Satisfaction;Commentaire\n2025-03-01 23:30:00;1a2b3c4;Très bien;été\n"
    done = jdma(tmp_path, "import-avis", "-", "--format", "jdma", "--demarche", "jdma:1", stdin=export, **url)
    assert done.stdout.startswith("1 ligne lue : 1 enregistrées, 0 déjà là, 0 rejetées")
    assert await sql.fetch("SELECT commentaire FROM avis ORDER BY 1") == [("été",), ("été n° 0",)]
    alone = jdma(tmp_path, "import-avis", "b.csv", "--format", "jdma", **url)
    assert (alone.returncode, "--demarche" in alone.stderr) == (1, True)
    absent = jdma(tmp_path, "import-avis", "absent.csv", **url)
    assert (absent.returncode, absent.stderr.startswith("jdma : absent.csv : n'existe pas")) == (1, True)
