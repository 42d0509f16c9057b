"""The rejects of an import lose nothing: not the file that is read, nor one that is there, nor half of themselves."""

import subprocess
import zipfile

import pytest

from app.tableur import ecriture
from app.tableur.ecriture import Rejets
from tests.serveur import COMMAND, environment
from tests.test_import_avis import jdma, row, text_of
from tests.test_import_tableurs import IMPORTS, table

KEY = "k" * 32


@pytest.fixture
def url(database_url):
    return {"database_url": database_url, "secret_key": KEY}


def refused(name):
    this = IMPORTS[name]
    return table([this.row | {this.column: this.refused}])


def spellings(tmp_path):
    """Other names of `f.csv`."""
    (tmp_path / "lien.csv").symlink_to("f.csv")
    (tmp_path / "double.csv").hardlink_to(tmp_path / "f.csv")
    return ["f.csv", "./f.csv", str(tmp_path / "f.csv"), "lien.csv", "double.csv"]


@pytest.mark.parametrize("name", IMPORTS)
async def test_no_import_writes_its_rejects_over_the_file_it_reads(url, bouton, tmp_path, name):
    (tmp_path / "f.csv").write_bytes(refused(name))
    for spelling in spellings(tmp_path) if name == "avis" else ["f.csv"]:
        done = jdma(tmp_path, f"import-{name}", "f.csv", "--rejets", spelling, **url)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"--rejets : « {spelling.removeprefix('./')} » est le fichier à importer" in done.stderr
    assert (tmp_path / "f.csv").read_bytes() == refused(name)


async def test_nor_over_the_file_that_comes_on_standard_input(url, bouton, tmp_path):
    (tmp_path / "f.csv").write_bytes(refused("avis"))
    with (tmp_path / "f.csv").open("rb") as file:
        command = [*COMMAND, "import-avis", "-", "--rejets", "f.csv"]
        done = subprocess.run(
            command, stdin=file, cwd=tmp_path, env=environment(**url), capture_output=True, text=True, check=False
        )
    assert (done.returncode, "est le fichier à importer" in done.stderr) == (1, True)
    assert (tmp_path / "f.csv").read_bytes() == refused("avis")


@pytest.mark.parametrize("name", IMPORTS)
async def test_what_stands_where_the_rejects_would_go_stays_and_they_take_the_next_name(url, bouton, tmp_path, name):
    (tmp_path / "f.csv").write_bytes(refused(name))
    for there in ("f.rejets.csv", "notes.txt"):
        (tmp_path / there).write_text("à garder\n")
    assert "(voir f.rejets-2.csv)" in jdma(tmp_path, f"import-{name}", "f.csv", **url).stdout
    if name == "avis":  # the rest is the same for all
        again = jdma(tmp_path, "import-avis", "f.rejets-2.csv", **url)  # a file of rejects, perhaps corrected
        assert "(voir f.rejets-3.csv)" in again.stdout
        assert "(voir notes-2.txt)" in jdma(tmp_path, "import-avis", "f.csv", "--rejets", "notes.txt", **url).stdout
        (tmp_path / "vide.csv").touch()
        assert "(voir vide.csv)" in jdma(tmp_path, "import-avis", "f.csv", "--rejets", "vide.csv", **url).stdout
    for there in ("f.rejets.csv", "notes.txt"):
        assert (tmp_path / there).read_text() == "à garder\n"


@pytest.mark.parametrize("redirected", [False, True])
async def test_rejects_go_to_an_output_of_the_command_whatever_it_is(url, bouton, tmp_path, redirected):
    (tmp_path / "f.csv").write_bytes(refused("avis"))
    command = [*COMMAND, "import-avis", "f.csv", "--rejets", "/dev/stdout"]
    with (tmp_path / "sortie").open("wb") as file:
        out = file if redirected else subprocess.PIPE
        done = subprocess.run(command, cwd=tmp_path, env=environment(**url), stdout=out, stderr=subprocess.PIPE)
    said = ((tmp_path / "sortie").read_bytes() if redirected else done.stdout).decode("utf-8-sig")
    assert (done.returncode, done.stderr) == (0, b"")
    assert said.startswith("ligne;raison;id;")
    assert said.splitlines()[-1].endswith("1 rejetées (voir /dev/stdout).")
    assert {path.name for path in tmp_path.iterdir()} == {"f.csv", "sortie"}


def test_rejects_are_there_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "r.csv"

    def fill(failure=None):
        with Rejets(path, ["id"]) as rejets:
            rejets.add(2, "x", ["a"])
            assert not path.exists()
            if failure:
                raise failure

    with pytest.raises(ZeroDivisionError):
        fill(ZeroDivisionError())
    assert list(tmp_path.iterdir()) == []

    def full(_fd):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(ecriture.os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            fill()
    assert list(tmp_path.iterdir()) == []
    fill()
    assert list(tmp_path.iterdir()) == [path]


# --- every refusal names the file


def broken_workbook(path):
    with zipfile.ZipFile(path, "w") as classeur:
        classeur.writestr("xl/workbook.xml", "<workbook><sheets>")


FAUX = {
    "vide": lambda path: path.write_text(""),
    "autres colonnes": lambda path: path.write_text("a,b\n1,2\n"),
    "colonne en double": lambda path: path.write_text("slug,slug,titre,demarche,indicateur\n"),
    "tronqué": lambda path: path.write_bytes(b"PK\x03\x04 pas un zip"),
    "sans fin": broken_workbook,
    "chiffré": lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600),
}
ANGLAIS = ("file", "File", "zip", "token", "element", "mismatched", "no such")


@pytest.mark.parametrize("kind", FAUX)
async def test_a_file_that_is_no_table_is_refused_by_name_in_french(url, bouton, tmp_path, kind):
    FAUX[kind](tmp_path / "ma table.xlsx")
    imports = [(f"import-{name}",) for name in ("avis", "demarches", "exemptions")]
    for command in [*imports, ("import-avis", "--format", "jdma", "--demarche", "x")]:
        done = jdma(tmp_path, *command, "ma table.xlsx", **url)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("jdma : ma table.xlsx : "), done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert not any(word in done.stderr for word in ANGLAIS), done.stderr


async def test_what_comes_on_standard_input_is_named_too_and_what_is_asked_with_a_file_is_not_its_fault(
    url, bouton, tmp_path
):
    assert jdma(tmp_path, "import-avis", "-", stdin="", **url).stderr.startswith("jdma : entrée standard : ")
    (tmp_path / "f.csv").write_text(text_of([row()]))
    done = jdma(tmp_path, "import-avis", "f.csv", "--rejets", "absent/r.csv", **url)
    assert done.stderr.startswith("jdma : les rejets ne peuvent pas être écrits (absent/r.csv : ")
