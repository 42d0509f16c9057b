"""The keys: long enough, independent of each other, changed without breaking what was given before; and signatures that
are made at publication, so that nothing changed behind the service's back looks signed.
"""

import asyncio
import base64
import re
import subprocess
from uuid import uuid4

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.main import create_app
from app.observatoire.donnees.signature import USAGE, ouvrir_sceau, verifier
from app.observatoire.editions import contenu
from app.settings import Settings
from tests.conftest import reachable_directory, serving
from tests.editions import command_on
from tests.serveur import COMMAND, GRAINE, ROOT, SECRET, environment, free_port, running_service

AUTRE = "un-autre-secret-de-quarante-huit-octets-au-moins!"
NEUVE = base64.b64encode(b"n" * 32).decode()
FICHIER = "/donnees/editions/2025/observatoire.csv"


def run(*arguments, cwd, **settings):
    return subprocess.run(
        [*COMMAND, *arguments], env=environment(**settings), cwd=cwd, capture_output=True, text=True, timeout=60
    )


def public_pem(seed):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


# --- the secret key of jetons


@pytest.mark.parametrize("name", ["secret_key", "secret_key_precedente"])
@pytest.mark.parametrize("secret", ["a", "x" * 31, "é" * 15])
def test_a_secret_that_could_be_guessed_stops_the_start_in_one_line_that_says_how_to_make_one(tmp_path, name, secret):
    keys = {"secret_key": SECRET} | {name: secret}
    done = run("serve", cwd=tmp_path, port=free_port(), **keys)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    for said in (f"JDMA_{name.upper()}", "32 octets", "openssl rand -base64 48"):
        assert said in done.stderr
    assert len(secret) == 1 or secret not in done.stderr
    with pytest.raises(ValueError, match="32 octets"):
        create_app(Settings(_env_file=None, data_dir=tmp_path, **keys), "postgresql://nowhere/none")


@pytest.mark.parametrize("held", ["", "a", " " * 40])
def test_a_key_kept_beside_the_embedded_database_is_held_to_the_same(tmp_path, held):
    (tmp_path / "cle_secrete").write_text(held)
    done = run("serve", cwd=tmp_path, port=free_port(), data_dir=tmp_path)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert "cle_secrete : 32 octets" in done.stderr


async def test_thirty_two_bytes_are_enough(settings, database_url, bouton):
    async with serving(create_app(settings.model_copy(update=secret("é" * 16)), database_url)) as client:
        assert (await deposit(client, bouton))[1]


def secret(value, previous=None):
    own = Settings(_env_file=None, secret_key=value, secret_key_precedente=previous)
    return {"secret_key": own.secret_key, "secret_key_precedente": own.secret_key_precedente}


async def deposit(client, bouton):
    avis = {"id": str(uuid4()), "bouton": bouton.cle, "note": 5}
    reply = await client.post("/api/v1/avis", json=avis)
    assert reply.status_code in {200, 201}, reply.text
    return avis["id"], reply.json()["jeton"]


async def complete(client, avis, jeton):
    headers = {"Authorization": f"Bearer {jeton}"}
    return (await client.patch(f"/api/v1/avis/{avis}", json={"note": 6}, headers=headers)).status_code


async def test_during_a_change_of_secret_jetons_of_both_are_accepted_and_new_ones_are_of_the_current(
    settings, database_url, bouton
):
    before = create_app(settings.model_copy(update=secret(SECRET)), database_url)
    during = create_app(settings.model_copy(update=secret(AUTRE, SECRET)), database_url)
    after = create_app(settings.model_copy(update=secret(AUTRE)), database_url)
    async with serving(before) as old, serving(during) as both, serving(after) as new:
        one, two = await deposit(old, bouton), await deposit(both, bouton)
        assert await complete(both, *one) == 200
        assert await complete(both, *two) == 200
        assert await complete(new, *two) == 200
        assert await complete(new, *one) == 401
        assert await complete(old, *two) == 401


# --- the key that signs


def test_the_key_that_signs_owes_nothing_to_the_secret_key(tmp_path):
    settings = {"_env_file": None, "database_url": "postgresql://nowhere/none"}
    assert ouvrir_sceau(Settings(**settings, secret_key=SECRET)) is None
    one, other = (ouvrir_sceau(Settings(**settings, secret_key=s, cle_signature=GRAINE)) for s in (SECRET, AUTRE))
    assert one.cle_publique == other.cle_publique
    made = [ouvrir_sceau(Settings(_env_file=None, secret_key=SECRET, data_dir=tmp_path / name)) for name in "abb"]
    assert made[0].cle_publique != made[1].cle_publique == made[2].cle_publique
    assert [len(sceau.pems) for sceau in made] == [1, 1, 1]
    assert (tmp_path / "a" / "cle_signature").stat().st_mode & 0o077 == 0


def test_a_previous_key_is_never_ignored(tmp_path):
    beside = Settings(_env_file=None, secret_key=SECRET, data_dir=tmp_path, cle_signature_precedente=GRAINE)
    assert ouvrir_sceau(beside).pems[1] == public_pem(base64.b64decode(GRAINE))
    with pytest.raises(ValueError, match="ne va pas sans JDMA_CLE_SIGNATURE"):
        ouvrir_sceau(Settings(_env_file=None, database_url="postgresql://h/x", cle_signature_precedente=GRAINE))
    with pytest.raises(ValueError, match="JDMA_CLE_SIGNATURE_PRECEDENTE"):
        ouvrir_sceau(Settings(_env_file=None, data_dir=tmp_path, cle_signature_precedente="n'importe quoi"))


def test_an_embedded_installation_of_before_keeps_verifying_what_it_signed(tmp_path):
    (tmp_path / "cle_secrete").write_text(SECRET)
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=USAGE).derive(SECRET.encode())
    for _ in range(2):
        sceau = ouvrir_sceau(Settings(_env_file=None, data_dir=tmp_path))
        assert sceau.pems[1] == public_pem(derived) != sceau.pems[0]
    file = tmp_path / "f.csv"
    file.write_bytes(b"a,b\r\n")
    (tmp_path / "f.csv.sig").write_bytes(Ed25519PrivateKey.from_private_bytes(derived).sign(b"a,b\r\n"))
    assert "signature valable" in run("verifier-signature", str(file), cwd=tmp_path, data_dir=tmp_path).stdout


@pytest.mark.parametrize("form", ["public", "file", "seed"])
async def test_both_public_keys_are_published_during_a_change(settings, database_url, tmp_path, form):
    seed = base64.b64decode(GRAINE)
    (tmp_path / "avant.pem").write_bytes(public_pem(seed))
    given = {"public": public_pem(seed).decode(), "file": str(tmp_path / "avant.pem"), "seed": GRAINE}[form]
    own = Settings(_env_file=None, cle_signature=NEUVE, cle_signature_precedente=given)
    keys = {"cle_signature": own.cle_signature, "cle_signature_precedente": own.cle_signature_precedente}
    async with serving(create_app(settings.model_copy(update=keys), database_url)) as client:
        assert (await client.get("/donnees/cle-publique.pem")).content == public_pem(b"n" * 32)
        assert (await client.get("/donnees/cle-publique-precedente.pem")).content == public_pem(seed)
    async with serving(create_app(settings, database_url)) as client:
        reply = await client.get("/donnees/cle-publique-precedente.pem")
        assert (reply.status_code, reply.json()["code"]) == (404, "cle_absente")


async def test_without_a_key_the_service_serves_says_so_and_publishes_unsigned(
    database_url, edition_of, tmp_path, monkeypatch
):
    async with running_service(database_url, tmp_path, cle_signature=None) as (base, _), httpx.AsyncClient() as client:
        for path in ("/donnees/cle-publique.pem", "/donnees/observatoire.csv.sig"):
            reply = await client.get(f"{base}{path}")
            assert (reply.status_code, reply.json()["code"]) == (404, "signature_non_configuree")
        assert (await client.get(f"{base}/donnees/observatoire.csv")).status_code == 200
        said = (tmp_path / "serve.log").read_text()
        assert '"event": "signature_sans_cle"' in said
        await edition_of(None)
        reply = await client.get(f"{base}{FICHIER}.sig")
        assert (reply.status_code, reply.json()["code"]) == (404, "signature_absente")
    export = run("donnees", "exporter", "jeu", cwd=tmp_path, database_url=database_url)
    assert (export.returncode, "JDMA_CLE_SIGNATURE" in export.stderr) == (1, True)
    assert run("edition", "verifier", cwd=tmp_path, database_url=database_url).stdout == "1 édition : 0 écart.\n"
    assert "JDMA_CLE_SIGNATURE" in run("edition", "signer", cwd=tmp_path, database_url=database_url).stderr


# --- signatures made at publication


@pytest.fixture
def edition_of(new_bouton, count, database_url, monkeypatch, settings):
    """Publish the édition 2025 with this key (the seed of one, or None)."""

    async def publish(cle):
        bouton = await new_bouton("une")
        await count(bouton, "2025-06-15", {8: 120})
        own = Settings.model_validate(settings.model_dump() | {"cle_signature": cle})
        await command_on(own, database_url, monkeypatch).publish("2025")

    return publish


@pytest.fixture
def jdma_edition(database_url, tmp_path):
    """`jdma edition …` in a process of its own, with these keys."""

    async def go(*arguments, **keys):
        settings = {"database_url": database_url, "cle_signature": GRAINE} | keys
        return await asyncio.to_thread(lambda: run("edition", *arguments, cwd=tmp_path, **settings))

    return go


async def test_what_is_published_is_signed_then_and_served_as_it_was_signed(client, edition_of, sql):
    await edition_of(GRAINE)
    pem = (await client.get("/donnees/cle-publique.pem")).content
    names = [row[0] for row in await sql.fetch("SELECT nom FROM edition_fichier")]
    for name in (*names, "SHA256SUMS"):
        octets, signature = [
            (await client.get(f"/donnees/editions/2025/{name}{more}")).content for more in ("", ".sig")
        ]
        assert verifier(octets, signature, pem), name
    assert await sql.fetchval("SELECT count(*) FROM edition_signature") == len(names) + 2
    assert (await client.get("/donnees/editions/2025/empreinte.sig")).status_code == 404


REPLACE = "UPDATE edition_fichier SET octets = octets || '\\x0a'::bytea WHERE nom = 'observatoire.csv'"
RESUM = "UPDATE edition_fichier SET taille = length(octets), sha256 = encode(sha256(octets), 'hex')"
UNSIGN = "DELETE FROM edition_signature"
ADD = "INSERT INTO edition_fichier SELECT edition_id, 'autre', octets, taille, sha256 FROM edition_fichier LIMIT 1"
FORGE = f"{REPLACE}; {RESUM}"


@pytest.mark.parametrize(
    "tampering",
    [
        REPLACE,
        FORGE,
        f"{FORGE}; {UNSIGN}",
        f"{FORGE}; {UNSIGN} WHERE nom = 'observatoire.csv'",
        f"{FORGE}; {UNSIGN} WHERE nom <> 'empreinte'",
        "DELETE FROM edition_fichier WHERE nom = 'observatoire.csv'",
        ADD,
        "UPDATE edition_signature SET signature = decode(repeat('00', 64), 'hex') WHERE nom = 'synthese.json'",
        "UPDATE edition_signature SET signature = decode(repeat('00', 64), 'hex') WHERE nom = 'empreinte'",
    ],
)
async def test_a_file_changed_by_a_superuser_is_never_served_with_a_valid_signature_and_the_verifier_sees_it(
    client, edition_of, sql, jdma_edition, tampering
):
    await edition_of(GRAINE)
    verified = await jdma_edition("verifier")
    assert (verified.stdout, verified.stderr) == ("1 édition : 0 écart.\n", "")
    before = (await client.get(FICHIER)).content
    await sql.execute(f"SET session_replication_role = replica; {tampering}")
    assert (await jdma_edition("verifier")).returncode == 1
    assert (await jdma_edition("signer")).returncode == 1
    octets, reply = (await client.get(FICHIER)).content, await client.get(f"{FICHIER}.sig")
    if octets != before and reply.status_code == 200:
        assert not verifier(octets, reply.content, public_pem(base64.b64decode(GRAINE)))


async def test_figures_and_files_rewritten_together_with_their_fingerprint_lack_the_signature(
    edition_of, sql, jdma_edition, client
):
    await edition_of(GRAINE)
    await sql.execute("SET session_replication_role = replica; UPDATE edition SET titre = 'Autre'")
    edition = (await client.get("/api/v1/editions/2025", params={"limite": 1000})).json()
    empreinte = contenu.empreinte({k: v for k, v in edition.items() if k not in {"revisions", "suivant", "empreinte"}})
    await sql.execute("UPDATE edition SET empreinte = $1", empreinte)
    done = await jdma_edition("verifier")
    assert (done.returncode, "empreinte : signature REFUSÉE" in done.stdout) == (1, True), done.stdout


@pytest.mark.parametrize("nom", ["observatoire.csv", "SHA256SUMS", "empreinte", None])
async def test_signatures_deleted_by_a_superuser_are_named_one_by_one_until_signed_again(
    edition_of, sql, jdma_edition, nom
):
    await edition_of(GRAINE)
    noms = [row[0] for row in await sql.fetch("SELECT nom FROM edition_signature")] if nom is None else [nom]
    await sql.execute("SET session_replication_role = replica")
    await sql.execute("DELETE FROM edition_signature WHERE nom = ANY($1)", noms)
    verified = await jdma_edition("verifier")
    assert verified.returncode == 1
    assert verified.stdout.splitlines() == [
        *(f"2025@1 : {name} : signature absente" for name in sorted(noms)), "1 édition : 1 écart."
    ]  # fmt: skip
    assert "jdma edition signer" in verified.stderr
    assert "ne connaît pas" not in verified.stdout
    unaware = await jdma_edition("verifier", cle_signature=None)
    assert (unaware.returncode, unaware.stdout) == (0, "1 édition : 0 écart.\n")
    assert (await jdma_edition("signer")).stdout == "1 édition : 0 écart.\n"
    assert (await jdma_edition("verifier")).stdout == "1 édition : 0 écart.\n"


async def test_signatures_cannot_be_changed_nor_taken_away_even_by_the_owner(edition_of, sql):
    await edition_of(GRAINE)
    for statement in ("UPDATE edition_signature SET nom = 'x'", UNSIGN, "TRUNCATE edition_signature"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await sql.execute(statement)


async def test_an_edition_published_before_is_signed_by_a_command_once_it_is_verified(client, edition_of, jdma_edition):
    await edition_of(None)
    assert (await client.get(f"{FICHIER}.sig")).json()["code"] == "signature_absente"
    verified = await jdma_edition("verifier")
    assert (verified.returncode, "jdma edition signer" in verified.stderr) == (1, True)
    assert "observatoire.csv : signature absente" in verified.stdout
    for _ in range(2):
        assert (await jdma_edition("signer")).stdout == "1 édition : 0 écart.\n"
    octets, signature = (await client.get(FICHIER)).content, (await client.get(f"{FICHIER}.sig")).content
    assert verifier(octets, signature, public_pem(base64.b64decode(GRAINE)))
    assert (await jdma_edition("verifier")).stderr == ""


async def test_after_a_change_of_key_old_signatures_stay_and_a_command_adds_those_of_the_new_one(
    client, edition_of, jdma_edition, settings, database_url
):
    await edition_of(GRAINE)
    old = (await client.get(f"{FICHIER}.sig")).content
    own = Settings(_env_file=None, cle_signature=NEUVE, cle_signature_precedente=GRAINE)
    keys = {"cle_signature": own.cle_signature, "cle_signature_precedente": own.cle_signature_precedente}
    async with serving(create_app(settings.model_copy(update=keys), database_url)) as rotated:
        octets = (await rotated.get(FICHIER)).content
        assert (await rotated.get(f"{FICHIER}.sig")).content == old
        given = {"cle_signature": NEUVE, "cle_signature_precedente": GRAINE}
        assert (await jdma_edition("verifier", **given)).stderr == ""
        assert (await jdma_edition("signer", **given)).returncode == 0
        new = (await rotated.get(f"{FICHIER}.sig")).content
        assert verifier(octets, new, (await rotated.get("/donnees/cle-publique.pem")).content)
        assert verifier(octets, old, (await rotated.get("/donnees/cle-publique-precedente.pem")).content)
    assert (await jdma_edition("verifier", **given)).stderr == ""
    alone = await jdma_edition("verifier", cle_signature=base64.b64encode(b"z" * 32).decode())
    assert (alone.returncode, "clé que cette installation ne connaît pas" in alone.stdout) == (1, True)


async def test_the_recipe_for_a_key_in_the_documentation_and_the_setting_agree():
    guide = (ROOT / "docs" / "exploitation.md").read_text()
    assert re.search(r"openssl rand -base64 48", guide)
    assert "genpkey -algorithm ed25519" in (ROOT / "docs" / "donnees-ouvertes.md").read_text()


async def test_an_embedded_service_makes_its_keys_and_keeps_them():
    with reachable_directory() as directory:
        pems = []
        for _ in range(2):
            async with (
                running_service(None, directory, secret_key=None, cle_signature=None) as (base, _pid),
                httpx.AsyncClient() as client,
            ):
                pems.append((await client.get(f"{base}/donnees/cle-publique.pem")).content)
                missing = await client.get(f"{base}/donnees/cle-publique-precedente.pem")
                assert missing.status_code == 404
        assert pems[0] == pems[1]
        assert b"BEGIN PUBLIC KEY" in pems[0]
