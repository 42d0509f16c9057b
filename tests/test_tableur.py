"""Tables that people made: whatever the coding, the separator or the format, the same rows; and back again."""

import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.tableur.ecriture import ENCODAGE, Ecrivain, Rejets
from app.tableur.feuille import ouvrir
from app.tableur.lignes import Illisible
from app.tableur.refus import FichierIllisible
from app.tableur.tableau import ouvrir_tableau
from tests.classeur import ESPACES, workbook

COLONNES = ("id", "commentaire", "note")
ROWS = [
    ["a1", "très bien, « merci »; €", "8"],
    ["b2", 'dit "chaud"\r\net deux lignes', ""],
    ["c3", "œuvre\tà part", "10"],
]


def read(content, columns=COLONNES):
    """The header and the rows of a file given as bytes."""
    with ouvrir(io.BytesIO(content)) as feuille:
        entete = feuille.entete(lambda row: len({*columns} & {name.strip().lower() for name in row}))
        return entete, list(feuille.rangees(len(entete)))


def csv_text(separator, end="\r\n", tail="", rows=(list(COLONNES), *ROWS)):
    """The table as spreadsheets write it."""
    cells = [
        ['"' + c.replace('"', '""') + '"' if set(c) & {separator, '"', "\n", "\r"} else c for c in row] for row in rows
    ]
    return "".join(separator.join(row) + tail + end for row in cells)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_coding_and_the_separator_do_not_matter(encoding, separator):
    assert read(csv_text(separator).encode(encoding)) == (list(COLONNES), ROWS)


@pytest.mark.parametrize("mark", [b"\xfe\xff"])
def test_utf_16_the_other_way_round_has_its_mark(mark):
    assert read(mark + csv_text(";").encode("utf-16-be")) == (list(COLONNES), ROWS)


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;", "sep=,"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_line_that_names_the_separator_is_no_row(line, mark):
    separator = line.strip('"')[4]
    assert read((mark + line + "\r\n" + csv_text(separator)).encode()) == (list(COLONNES), ROWS)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_may_end_as_on_any_system(end):
    rows = [["a", "un", "1"], ["b", "deux", "2"]]
    assert read(csv_text(",", end, rows=[list(COLONNES), *rows]).encode()) == (list(COLONNES), rows)


@pytest.mark.parametrize("tail", [",", ",,", ",,,,,,"])
def test_empty_columns_at_the_end_are_no_columns(tail):
    assert read(csv_text(",", tail=tail).encode()) == (list(COLONNES), ROWS)


def test_blank_rows_are_empty_whatever_their_separators():
    assert read(b"\n;;\nid;commentaire;note\n\n;;\n;;;;\na;b;1\n") == (list(COLONNES), [[], [], [], ["a", "b", "1"]])


def test_accents_that_come_late_are_read_as_the_first_ones_say():
    far = "a,b,1\n" * 30_000
    for encoding in ("utf-8", "cp1252"):
        _, rows = read(("id,commentaire,note\n" + far + "é,déjà,1\n").encode(encoding))
        assert rows[-1] == ["é", "déjà", "1"]


def test_a_byte_out_of_place_spoils_its_own_row_only():
    content = "id,commentaire,note\na,déjà vu,1\n".encode() + b"b,d\xe9j\xe0,2\nc,\xc3\xa9t\xc3\xa9,3\n"
    assert read(content)[1] == [["a", "déjà vu", "1"], ["b", "d\udce9j\udce0", "2"], ["c", "été", "3"]]


def test_a_line_without_end_fills_no_memory_and_costs_no_other():
    content = b"id,commentaire,note\na,b,1\n" + b"x" * 5_000_000 + b"\nc,d,2\n"
    _, rows = read(content)
    assert (rows[0], rows[-1]) == (["a", "b", "1"], ["c", "d", "2"])
    assert [row.motif for row in rows[1:-1] if isinstance(row, Illisible)] == ["ligne trop longue"]


def test_a_file_cut_in_the_middle_of_its_last_row_says_so():
    _, rows = read(b"id,commentaire,note\na,b,1\nc,un d")
    assert "le fichier s'arr" in rows[1].motif


# --- back again

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    [
        "=1+1",
        "+33",
        "-1",
        "@a",
        "'=1",
        "''=1",
        "\t",
        "'",
        "'quote'",
        "\r",
        "\n",
        "\r\n",
        "\0",
        '"',
        ";",
        "\ufeff",
        "sep=,",
        "é",
    ]
)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.tuples(
        st.lists(TEXTS.filter(str.strip), min_size=width, max_size=width),
        st.lists(st.lists(TEXTS, min_size=width, max_size=width).filter(any), max_size=8),
    )
)


@settings(max_examples=400, deadline=None)
@given(TABLES)
def test_any_table_that_is_written_is_read_as_it_was(table):
    header, rows = table
    header = ["id", *header]
    rows = [["x", *row] for row in rows]
    out = io.StringIO(newline="")
    writer = Ecrivain(out)
    for row in [header, *rows]:
        writer.ecrire(row)
    entete, lues = read(out.getvalue().encode(ENCODAGE), ("id",))
    assert (entete, lues) == (header, rows)


def test_what_is_written_opens_in_a_french_spreadsheet_and_runs_nothing(tmp_path):
    path = tmp_path / "rejets.csv"
    with Rejets(path, ["id", "commentaire"]) as rejets:
        rejets.add(2, "note : absente", ["=cmd", "été\udce9"])
    assert path.read_bytes() == "\ufeffligne;raison;id;commentaire\r\n2;note : absente;'=cmd;étéé\r\n".encode()


def test_what_an_import_refused_goes_back_in_as_it_is(tmp_path):
    path = tmp_path / "rejets.csv"
    with Rejets(path, ["demarche", "raison"]) as rejets:  # a table that has reasons of its own
        rejets.add(3, "démarche inconnue", ["-a", "fermée"])
    with ouvrir_tableau(path, ("demarche", "raison"), ("demarche",)) as tableau:
        assert tableau.colonnes == ["demarche", "raison"]
        assert [e.cellules for e in tableau] == [["-a", "fermée"]]


# --- workbooks

HEADER = list(COLONNES)


@pytest.mark.parametrize("inline", [False, True])
def test_a_workbook_gives_the_rows_of_all_its_sheets(inline):
    sheets = {"2024": [HEADER, *ROWS], "vide": [], "2025": [HEADER, ["d4", "", 5]], "notes": [["À lire"], ["rien"]]}
    assert read(workbook(sheets, inline=inline)) == (HEADER, [*ROWS, ["d4", "", "5"]])


def test_what_a_cell_says_is_what_people_see():
    moment = dt.datetime(2025, 3, 1, 9, 30, 15, 499_000)
    rows = [[moment, 8.0, True], [dt.datetime(2025, 3, 1), 0.1 + 0.7, ("HYPERLINK(1)", "vu")], ["", "'=1+1", -3]]
    assert read(workbook({"a": [HEADER, *rows]}))[1] == [
        ["2025-03-01T09:30:15", "8", "true"],
        ["2025-03-01", "0.7999999999999999", "vu"],
        ["", "=1+1", "-3"],
    ]


def test_rows_and_cells_that_a_workbook_leaves_out_are_empty():
    assert read(workbook({"a": [["", ""], HEADER, [], [], ["", "", 1], ["x"]]}))[1] == [
        [],
        [],
        ["", "", "1"],
        ["x", "", ""],
    ]


ENTITIES = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 rien", "abîmé"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ancien format"),
        (workbook({"a": [HEADER]}, sharedStrings=f"{ENTITIES}<sst><si><t>&c;</t></si></sst>"), "type de document"),
        (workbook({"a": [HEADER]}, sharedStrings=f"<sst {ESPACES}></sst>"), "pas"),
        (workbook({"a": [HEADER]}, sharedStrings=f"<sst {'a' * 3_000_000}='1'/>"), "démesurée"),
        (workbook({"a": [HEADER]}, workbook="<workbook>"), "mal formé"),
    ],
)
def test_a_workbook_that_is_broken_or_hostile_is_refused_in_a_sentence(content, said):
    with pytest.raises(FichierIllisible, match=said):
        read(content)


def test_a_zip_that_is_no_workbook_is_refused_in_a_sentence():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("avis.csv", "id\n")
    with pytest.raises(FichierIllisible, match="ni un texte ni un classeur"):
        read(out.getvalue())


def test_a_text_beyond_all_measure_costs_its_row_and_no_memory():
    rows = [HEADER, ["a", "x" * 3_000_000, 1], ["b", "c", 2]]
    _, lues = read(workbook({"a": rows}))
    assert (lues[0].motif, lues[1]) == ("cellule trop longue", ["b", "c", "2"])
