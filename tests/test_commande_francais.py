"""Whatever goes wrong is said in French, names what it is about, and cannot command the terminal."""

import re
import socket

import asyncpg
import pytest
from sqlalchemy import exc

from app import systeme
from app.cli.echecs import explain
from app.tableur.refus import FichierIllisible
from app.terminal import montrer
from tests.serveur import GRAINE
from tests.test_commande import ANGLAIS, catalogue, jdma

__all__ = ["catalogue", "jdma"]

ANGLAISE = "cannot call Transaction.__aexit__(): the underlying connection is closed"


def classes(base):
    return {base} | {deeper for kind in base.__subclasses__() for deeper in classes(kind)}


DU_PILOTE = sorted(
    {
        kind
        for base in (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
        for kind in classes(base)
    },
    key=lambda kind: kind.__name__,
)


def test_no_error_of_the_database_is_said_in_its_own_words():
    assert len(DU_PILOTE) > 200
    for kind in DU_PILOTE:
        error = kind(ANGLAISE)
        adapted = exc.DBAPIError("SELECT 1", None, OSError())
        adapted.orig = Exception(ANGLAISE)
        adapted.orig.__cause__ = error
        for one in (error, adapted):
            said = explain(one)
            assert said is None or "cannot" not in said, kind
    assert explain(asyncpg.InterfaceError(ANGLAISE)) == "la base de données ne répond pas (connexion coupée)"
    assert explain(exc.PendingRollbackError(ANGLAISE)) == "la base de données ne répond pas (connexion coupée)"


def test_no_error_of_the_system_is_said_in_its_own_words():
    for number in range(1, 134):
        said = systeme.raison(OSError(number, "English words"))
        assert "English" not in said
    for number in (socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL):
        said = explain(socket.gaierror(number, "Name or service not known"))
        assert said.startswith("la base de données ne répond pas (")
        assert "known" not in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("",), "le nom de la commande est vide"),
        (("edition", ""), "le nom de la commande est vide"),
        (("boutons", "a", ""), "en trop"),
        (("boutons", "a", "b"), "en trop : « b »"),
    ],
)
def test_an_empty_word_is_refused_in_french(jdma, arguments, sentence):
    done = jdma(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert ANGLAIS.findall(done.stderr) == []


def test_an_unknown_machine_is_said_in_french(jdma):
    done = jdma("verify", database_url="postgresql://u@machine.invalid/x")
    assert done.returncode == 1
    assert re.search(r"ne répond pas \((ce nom de machine n'existe pas|le nom de la machine .*)\)", done.stderr)


# --- what a terminal would obey

ESCAPE = "\x1b]0;pris\x07\x1b[31m"
PIEGES = ["a\x1b[2Jb", "a\x9b2Jb", "a\u202eb", "a\u2028b", "a\x00b", "a\rb", "a\nb"]


@pytest.mark.parametrize("piege", PIEGES)
def test_nothing_that_is_shown_commands_the_terminal(piege):
    assert re.fullmatch(r"a[? ]\S*b", montrer(piege))
    assert montrer("« déjà\u202fvu » \u00a0; 日本") == "« déjà\u202fvu » \u00a0; 日本"


def harmless(done):
    said = done.stdout + done.stderr
    assert "\x1b" not in said
    assert "\x07" not in said
    return said


async def test_what_was_typed_or_read_is_repeated_without_what_a_terminal_obeys(jdma, catalogue, tmp_path):
    names = [f"zz{ESCAPE}", "passeport"]
    (tmp_path / "a.csv").write_text(f"slug,titre,{ESCAPE}\n")
    (tmp_path / f"b{ESCAPE}.csv").write_text("slug,titre\n,x\n")
    (tmp_path / "c.csv").write_text("\n".join(names))
    (tmp_path / "d.csv").write_text(
        "Date de l'avis;Identifiant Avis;Satisfaction;Bouton\n2025-03-01 23:30:00;1a2b3c4;Très bien;x" + ESCAPE + "\n"
    )
    periode = ("--titre", "T", "--debut", "2025-01-01", "--fin", "2025-12-31")
    for arguments in (
        ("import-demarches", "a.csv"),
        ("import-avis", "a.csv"),
        ("import-demarches", f"b{ESCAPE}.csv"),
        ("import-demarches", f"c{ESCAPE}.csv"),
        ("import-avis", "d.csv", "--format", "jdma", "--demarche", "passeport"),
        ("import-avis", "d.csv", "--format", ESCAPE),
        ("edition", "preparer", "e", *periode, "--demarches", "c.csv"),
        ("cle", "creer", "x", "--portee", ESCAPE),
        ("cle", "creer", "x", "--portee", f"demarche:{ESCAPE}"),
        ("exempter", "passeport", ESCAPE, "--raison", "r"),
        (f"x{ESCAPE}",),
        ("boutons", f"x{ESCAPE}"),
        ("boutons", "a", ESCAPE),
        ("snippet", "a", f"--{ESCAPE}"),
        ("donnees", "exporter", f"a.csv/{ESCAPE}"),
        ("edition", "importer", f"b{ESCAPE}.csv"),
    ):
        assert harmless(jdma(*arguments, cle_signature=GRAINE)), arguments


def test_a_refusal_of_a_file_says_its_name_once():
    error = FichierIllisible("le fichier est vide")
    error.nommer("a.csv")
    assert explain(error) == "a.csv : le fichier est vide"


# --- what a refusal is about

PERIODE = ("--titre", "T", "--debut", "2025-01-01", "--fin", "2025-12-31")
NOMMES = [
    (("edition", "publier", "2025-t4"), "2025-t4"),
    (("edition", "preparer", "2025-t4", *PERIODE), "2025-t4"),
    (("edition", "abandonner", "2025-t4"), "2025-t4"),
    (("edition", "importer", "mauvais.json"), "mauvais.json"),
    (("edition", "preparer", "e", "--titre", "T", "--debut", "2025-02-30", "--fin", "2025-12-31"), "2025-02-30"),
    (("edition", "preparer", "e", "--titre", "T", "--debut", "2025-03-02", "--fin", "2025-03-01"), "2025-03-01"),
    (("renommer", "passeport", "impots"), "passeport"),
    (("import-avis", "f.csv", "--format", "avi"), "avi"),
    (("cle", "creer", "x", "--portee", "admin"), "admin"),
    (("exempter", "passeport", "mobile", "--raison", "r", "--depuis", "32"), "32"),
    (("exempter", "passeport", "mobile", "--raison", "r", "--jusqu-au", "2026-13-01"), "2026-13-01"),
    (("engagement", "tenir", "porte-unique", "--le", "hier"), "hier"),
    (("engagement", "decaler", "porte-unique", "--echeance", "demain", "--raison", "r"), "demain"),
    (("intervention", "terminer", "1"), "1"),
]


@pytest.mark.parametrize(("arguments", "named"), NOMMES)
async def test_a_refusal_names_what_it_is_about(jdma, catalogue, new_bouton, tmp_path, arguments, named):
    await new_bouton("impots")
    (tmp_path / "mauvais.json").write_text("{}")
    (tmp_path / "f.csv").write_text("a\n")
    if named == "2025-t4":
        assert jdma("edition", "publier", named).returncode == 0
    done = jdma(*arguments)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert f"« {named} »" in done.stderr
    assert len(done.stderr.splitlines()) == 1


async def test_names_that_only_share_a_word_are_not_proposed_beside_a_near_miss(jdma, catalogue, new_bouton):
    for slug in ("demo-passeport", "demo-aide-au-logement", "demo-permis"):
        await new_bouton(slug)
    proposed = jdma("boutons", "demo-passport").stderr.partition("Peut-être : ")[2]
    assert "demo-passeport" in proposed
    assert "demo-aide-au-logement" not in proposed


async def test_a_scope_that_leads_nowhere_says_where_ministeres_are_listed(jdma, catalogue):
    said = jdma("cle", "creer", "x", "--portee", "ministere:zz").stderr
    assert "« zz »" in said
    assert "« jdma demarches lister »" in said
    assert "Peut-être : interieur" in jdma("cle", "creer", "x", "--portee", "ministere:interieu").stderr
