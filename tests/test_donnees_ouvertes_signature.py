"""Signatures and exports: what was signed is accepted, one other byte refused, a set written whole or not at all."""

import asyncio
import base64
import csv
import hashlib
import json
import re
import resource
import shutil
import subprocess

import frictionless
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr
from typer.testing import CliRunner

from app.cli import app as commande
from app.cli import donnees_ouvertes, socle
from app.cli.socle import Erreur
from app.main import create_app
from app.observatoire.donnees.signature import CleIllisible, ouvrir_sceau
from app.settings import Settings
from tests.editions import command_on
from tests.serveur import COMMAND, GRAINE, ROOT, environment

TOUS = {
    *(
        f"{t}.{f}"
        for t in ("observatoire", "synthese", "indicateurs")
        for f in ("csv", "json", "parquet", "schema.json")
    ),
    "datapackage.json",
    "SHA256SUMS",
}
openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl is not installed: the recipe is not tested"
)


@pytest.fixture
def jdma(database_url, monkeypatch, settings):
    """Run `jdma …` on this test's database."""
    own = Settings.model_validate(settings.model_dump() | {"database_url": database_url})
    for module in (socle, donnees_ouvertes):
        monkeypatch.setattr(module, "get_settings", lambda: own)

    async def run(*arguments):
        result = await asyncio.to_thread(CliRunner().invoke, commande, [*map(str, arguments)])
        if isinstance(result.exception, Exception):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture
async def edition(new_bouton, count, database_url, monkeypatch, settings):
    boutons = [await new_bouton("une"), await new_bouton("deux")]
    await count(boutons[0], "2025-06-15", {8: 120})
    await command_on(settings, database_url, monkeypatch).publish("2025")
    return boutons


async def take(client, path, directory):
    """Download a file, what stands beside it, and the key; gives the file."""
    for name in (path, f"{path}.sig", f"{path}.sha256", "cle-publique.pem"):
        reply = await client.get(f"/donnees/{name}")
        assert reply.status_code == 200, reply.text
        (directory / name.rpartition("/")[2]).write_bytes(reply.content)
    return directory / path.rpartition("/")[2]


@pytest.mark.parametrize(
    "path", ["editions/2025/observatoire.csv", "editions/2025@1/synthese.parquet", "observatoire.json"]
)
async def test_a_file_as_it_was_signed_is_accepted_and_one_changed_byte_is_refused(
    client, edition, jdma, tmp_path, path
):
    file = await take(client, path, tmp_path)
    assert "signature valable" in await jdma("verifier-signature", file)
    assert "signature valable" in await jdma("verifier-signature", file, "--cle", tmp_path / "cle-publique.pem")
    octets = bytearray(file.read_bytes())
    for rang in (0, len(octets) // 2, len(octets) - 1):
        octets[rang] ^= 1
        file.write_bytes(octets)
        with pytest.raises(Erreur, match="REFUSÉE"):
            await jdma("verifier-signature", file)
        octets[rang] ^= 1
    file.write_bytes(octets[:-1])
    with pytest.raises(Erreur, match="REFUSÉE"):
        await jdma("verifier-signature", file)


async def test_another_key_another_file_or_no_signature_are_refused(client, edition, jdma, tmp_path):
    file = await take(client, "editions/2025/observatoire.csv", tmp_path)
    other = tmp_path / "autre.pem"
    other.write_bytes(seal(base64.b64encode(b"a" * 32).decode()).cle_publique)
    with pytest.raises(Erreur, match="REFUSÉE"):
        await jdma("verifier-signature", file, "--cle", other)
    other.write_bytes(b"pas une cle")
    with pytest.raises(Erreur, match="Ed25519"):
        await jdma("verifier-signature", file, "--cle", other)
    short = tmp_path / "courte.sig"
    for signature in (b"", b"\0" * 64, b"x" * 63):
        short.write_bytes(signature)
        with pytest.raises(Erreur, match="REFUSÉE"):
            await jdma("verifier-signature", file, "--signature", short)
    (tmp_path / "observatoire.csv.sig").unlink()
    with pytest.raises(Erreur, match=r"observatoire\.csv\.sig"):
        await jdma("verifier-signature", file)


def seal(cle, **more):
    return ouvrir_sceau(Settings(_env_file=None, cle_signature=cle, **more))


@openssl
async def test_the_recipe_of_the_guide_works_with_standard_tools(client, edition, tmp_path):
    await take(client, "editions/2025/observatoire.csv", tmp_path)
    guide = (ROOT / "docs" / "donnees-ouvertes.md").read_text(encoding="utf-8")
    recipe = re.findall(r"^((?:sha256sum --check|openssl pkeyutl) .*)$", guide, re.MULTILINE)
    assert len(recipe) == 2
    assert [subprocess.run(line.split(), cwd=tmp_path).returncode for line in recipe] == [0, 0]
    with (tmp_path / "observatoire.csv").open("r+b") as file:
        file.write(b"X")
    assert [subprocess.run(line.split(), cwd=tmp_path).returncode for line in recipe] == [1, 1]


async def test_the_command_leaves_with_1_and_one_line(edition, client, tmp_path):
    file = await take(client, "editions/2025/observatoire.csv", tmp_path)
    file.write_bytes(file.read_bytes() + b"\r\n")

    def verify(*more):
        run = [*COMMAND, "verifier-signature", str(file), *more]
        return subprocess.run(
            run, env=environment(data_dir=tmp_path / "rien"), capture_output=True, text=True, cwd=tmp_path
        )

    refused = verify("--cle", "cle-publique.pem")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "REFUSÉE" in refused.stderr
    # An installation without a key must not make one, then refuse everything with it.
    without = verify()
    assert (without.returncode, without.stderr.count("\n")) == (1, 1)
    assert "--cle" in without.stderr
    assert not (tmp_path / "rien").exists()


# --- the key


def private_pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_a_key_is_read_from_a_file_from_its_text_or_from_its_seed(tmp_path):
    key = ed25519.Ed25519PrivateKey.generate()
    file = tmp_path / "cle.pem"
    file.write_text(private_pem(key))
    seed = base64.b64encode(key.private_bytes_raw()).decode()
    ways = (str(file), private_pem(key), seed, f" {seed}\n")
    assert len({seal(way).cle_publique for way in ways}) == 1


@pytest.mark.parametrize("value", ["", "pas une clé", "AAAA", "-----BEGIN PRIVATE KEY-----\nAA\n"])
def test_a_key_that_cannot_be_read_stops_the_service_and_is_not_quoted(value, settings):
    with pytest.raises(CleIllisible, match="JDMA_CLE_SIGNATURE") as refused:
        create_app(settings.model_copy(update={"cle_signature": SecretStr(value)}), "postgresql://nowhere/none")
    assert len(value) < 5 or value not in str(refused.value)


def test_a_key_whose_file_is_missing_stops_the_service_and_the_file_is_named(settings):
    with pytest.raises(CleIllisible, match=r"JDMA_CLE_SIGNATURE : le fichier /nulle/part\.pem n'existe pas"):
        create_app(
            settings.model_copy(update={"cle_signature": SecretStr("/nulle/part.pem")}), "postgresql://nowhere/none"
        )


def test_a_key_of_another_kind_is_refused():
    rsa_key = private_pem(rsa.generate_private_key(65537, 2048))
    with pytest.raises(CleIllisible):
        seal(rsa_key)


# --- exports


def expected_names():
    return TOUS | {f"{name}.sig" for name in TOUS} | {"cle-publique.pem"}


async def test_an_export_is_the_whole_set_with_sums_signatures_and_a_package_that_frictionless_accepts(
    edition, jdma, tmp_path, client
):
    where = tmp_path / "a" / "jeu"
    assert "29 fichiers écrits" in await jdma("donnees", "exporter", where, "--edition", "2025@1")
    assert {file.name for file in where.iterdir()} == expected_names()
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=where).returncode == 0
    for name in TOUS:
        served = await client.get(f"/donnees/editions/2025/{name}")
        assert served.content == (where / name).read_bytes()
        await jdma("verifier-signature", where / name)
    package = json.loads((where / "datapackage.json").read_text())
    assert package["licenses"][0]["name"] == "etalab-2.0"
    for declared in package["resources"]:
        octets = (where / declared["path"]).read_bytes()
        assert declared["bytes"] == len(octets)
        assert declared["hash"] == f"sha256:{hashlib.sha256(octets).hexdigest()}"
    report = frictionless.Package(str(where / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "type", "note"])


async def test_an_export_of_now_follows_the_periode_and_takes_the_place_of_the_one_before(edition, jdma, tmp_path):
    def total():
        with (tmp_path / "observatoire.csv").open(encoding="utf-8", newline="") as file:
            return sum(int(row["total"]) for row in csv.DictReader(file))

    (tmp_path / "notes.txt").write_text("à garder")
    await jdma("donnees", "exporter", tmp_path, "--debut", "2025-06-15", "--fin", "2025-06-15")
    assert total() == 120
    await jdma("donnees", "exporter", tmp_path, "--debut", "2025-06-16", "--fin", "2025-06-16")
    assert total() == 0
    assert {file.name for file in tmp_path.iterdir()} == expected_names() | {"notes.txt"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--edition", "inconnue"], "Aucune édition publiée"),
        (["--edition", "2025", "--debut", "2025-01-01"], "ne vont pas avec --edition"),
        (["--debut", "2025-13-01"], "debut"),
    ],
)
async def test_an_export_that_cannot_be_done_says_why_and_writes_nothing(edition, jdma, tmp_path, options, message):
    with pytest.raises(Erreur, match=message):
        await jdma("donnees", "exporter", tmp_path / "jeu", *options)
    assert not (tmp_path / "jeu").exists()


@pytest.mark.parametrize("existing", [False, True])
async def test_a_full_disk_leaves_nothing_half_written(edition, database_url, tmp_path, existing):
    """A limit on the size of files stands for the disk: the same error, at the same place."""
    where = tmp_path / "jeu"
    if existing:
        where.mkdir()
        (where / "observatoire.csv").write_text("d'avant")
    run = [*COMMAND, "donnees", "exporter", str(where), "--edition", "2025"]
    full = subprocess.run(
        run,
        env=environment(database_url=database_url, cle_signature=GRAINE, data_dir=tmp_path),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    assert (full.returncode, full.stderr.count("\n")) == (1, 1), full.stderr
    assert "rien n'a été écrit" in full.stderr
    assert where.exists() == existing
    if existing:
        assert [(file.name, file.read_text()) for file in where.iterdir()] == [("observatoire.csv", "d'avant")]
