"""API keys: made and revoked on the command line, shown once, refused when they should be."""

import asyncio
import datetime as dt
from hashlib import sha256

import pytest
from typer.testing import CliRunner

from app import migrations
from app.cli import cles as commande
from app.cli import socle
from app.cli.socle import Erreur
from app.equipes.cles import PARIS
from app.settings import Settings

SERVICES = "/api/open-api/services"
TOMORROW = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2)


@pytest.fixture
def jdma(database_url, monkeypatch, settings):
    """Run `jdma cle …` on this test's database."""
    own = Settings.model_validate(settings.model_dump() | {"database_url": database_url})
    monkeypatch.setattr(socle, "get_settings", lambda: own)

    async def run(*arguments):
        result = await asyncio.to_thread(CliRunner().invoke, commande.app, [*arguments])
        if isinstance(result.exception, Erreur):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result

    return run


@pytest.fixture
def make(jdma):
    """Make a key; gives its secret."""

    async def make(portee="administrateur", *options):
        return (await jdma("creer", "observatoire", "--portee", portee, *options)).stdout.strip()

    return make


async def ask(client, secret, status=200, scheme="Bearer"):
    reply = await client.get(SERVICES, headers={"Authorization": f"{scheme} {secret}"})
    assert reply.status_code == status, reply.text
    return reply


async def test_a_key_is_shown_once_and_only_its_fingerprint_is_kept(client, jdma, sql):
    result = await jdma("creer", " observatoire ", "--portee", "administrateur")
    secret = result.stdout.strip()
    assert secret.startswith("jdma_")
    assert len(secret) == 48
    assert "ne sera plus affichée" in result.stderr
    row = await sql.fetchrow("SELECT * FROM cle_api")
    assert (row["nom"], row["empreinte"]) == ("observatoire", sha256(secret.encode()).digest())
    assert secret not in str(dict(row))
    assert secret not in (await jdma("lister")).output
    await ask(client, secret)
    await ask(client, secret, scheme="bearer")


async def test_two_keys_are_never_the_same(make):
    assert len({await make() for _ in range(5)}) == 5


async def test_without_a_key_that_works_the_answer_is_a_401_that_says_what_is_expected(client, make):
    secret = await make()
    for headers, code in (
        ({}, "cle_absente"),
        ({"Authorization": ""}, "cle_absente"),
        ({"Authorization": secret}, "cle_absente"),
        ({"Authorization": "Bearer"}, "cle_absente"),
        ({"Authorization": f"Basic {secret}"}, "cle_absente"),
        ({"Authorization": "Bearer jdma_inconnue"}, "cle_invalide"),
        ({"Authorization": f"Bearer {secret}x"}, "cle_invalide"),
        ({"Authorization": "Bearer \x00é".encode()}, "cle_invalide"),
    ):
        for path, method in (("services", "GET"), ("statistiques", "POST"), ("setTop250", "POST")):
            reply = await client.request(method, f"/api/open-api/{path}", headers=headers)
            assert (reply.status_code, reply.json()["code"]) == (401, code)
            assert reply.headers["www-authenticate"].startswith("Bearer")
            assert reply.headers["content-type"] == "application/problem+json"


async def test_a_revoked_key_is_refused_from_the_next_request_on(client, make, jdma):
    secret, other = await make(), await make()
    await ask(client, secret)
    assert (await jdma("revoquer", "1")).stdout == "Clé révoquée.\n"
    assert (await ask(client, secret, 401)).json()["code"] == "cle_revoquee"
    await ask(client, other)
    for numero, why in (("1", "déjà révoquée"), ("99", "numéro"), ("0", "numéro"), ("9" * 12, "numéro")):
        with pytest.raises(Erreur, match=why):
            await jdma("revoquer", numero)


async def test_a_key_works_to_the_end_of_its_last_day_in_paris(client, make, sql):
    secret = await make("administrateur", "--expire", str(TOMORROW))
    expire = await sql.fetchval("SELECT expire_le AT TIME ZONE 'Europe/Paris' FROM cle_api")
    assert expire == dt.datetime.combine(TOMORROW + dt.timedelta(days=1), dt.time())
    await ask(client, secret)
    await sql.execute("UPDATE cle_api SET expire_le = now()")
    assert (await ask(client, secret, 401)).json()["code"] == "cle_expiree"


async def test_a_key_ends_in_a_year_and_reads_figures_only_unless_it_is_said_otherwise(client, make, sql, jdma):
    done = await jdma("creer", "observatoire", "--portee", "administrateur")
    today = dt.datetime.now(PARIS).date()
    row = await sql.fetchrow("SELECT droits, (expire_le AT TIME ZONE 'Europe/Paris')::date AS fin FROM cle_api")
    assert tuple(row) == ("chiffres", today + dt.timedelta(days=366))
    assert f"valable jusqu'au {today + dt.timedelta(days=365)} inclus" in done.stderr
    await ask(client, done.stdout.strip())
    other = await make("administrateur", "--droits", "verbatims", "--expire-le", str(TOMORROW))
    await ask(client, other)
    assert await sql.fetchval("SELECT droits FROM cle_api WHERE id = 2") == "verbatims"
    assert await sql.fetchval("SELECT count(*) FROM cle_api WHERE expire_le IS NULL") == 0


async def test_keys_to_replace_are_named_when_they_are_listed(make, sql, jdma):
    await make("administrateur", "--expire-le", str(TOMORROW))
    await make()
    await make()
    await sql.execute("UPDATE cle_api SET expire_le = NULL WHERE id = 2")
    await make("administrateur", "--expire-le", str(TOMORROW))
    await jdma("revoquer", "4")
    said = (await jdma("lister")).stderr.splitlines()
    assert said == [
        "À remplacer dans le mois : n° 1 (observatoire).",
        "À remplacer par une clé qui expire : n° 2 (observatoire).",
    ]


async def test_the_last_use_is_written_once_an_hour_at_most(client, make, sql):
    secret = await make()
    used = "SELECT utilisee_le FROM cle_api"
    assert await sql.fetchval(used) is None
    await ask(client, secret)
    first = await sql.fetchval(used)
    version = await sql.fetchval("SELECT xmin::text FROM cle_api")
    await asyncio.gather(*(ask(client, secret) for _ in range(5)))
    assert await sql.fetchval("SELECT xmin::text FROM cle_api") == version
    await sql.execute("UPDATE cle_api SET utilisee_le = now() - interval '61 minutes'")
    await asyncio.gather(*(ask(client, secret) for _ in range(5)))
    assert await sql.fetchval(used) > first


async def test_a_key_that_is_refused_what_it_asks_for_has_been_used_all_the_same(client, sql, bouton, make):
    secret = await make("demarche:demarche")
    headers = {"Authorization": f"Bearer {secret}"}
    reply = await client.post("/api/open-api/setTop250", json={"form_ids": []}, headers=headers)
    assert reply.status_code == 403
    assert await sql.fetchval("SELECT utilisee_le FROM cle_api") is not None


async def test_the_list_tells_what_each_key_opens_and_whether_it_works(client, sql, bouton, make, jdma):
    await sql.execute("INSERT INTO ministere (slug, nom) VALUES ('finances', 'Finances')")
    await make()
    used = await make("ministere:finances", "--expire", str(TOMORROW))
    await make("demarche:demarche")
    await ask(client, used)
    await jdma("revoquer", "1")
    await sql.execute("UPDATE cle_api SET expire_le = now() - interval '1 day' WHERE id = 3")
    first, second, third = (await jdma("lister")).stdout.splitlines()
    assert "administrateur" in first
    assert "révoquée le" in first
    assert "ministere:finances" in second
    assert f"expire après le {TOMORROW}" in second
    assert "utilisée le" in second
    assert "demarche:demarche" in third
    assert "a expiré" in third
    assert "jamais utilisée" in third


async def test_a_demarche_that_is_renamed_keeps_its_key(client, sql, bouton, make, jdma):
    secret = await make("demarche:demarche")
    await sql.execute("UPDATE demarche SET slug = 'nouveau'")
    assert len((await ask(client, secret)).json()["data"]) == 1
    assert "demarche:nouveau" in (await jdma("lister")).stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["", "--portee", "administrateur"], "nom"),
        (["x" * 201, "--portee", "administrateur"], "nom"),
        (["a", "--portee", "admin"], "portée"),
        (["a", "--portee", "administrateur:x"], "portée"),
        (["a", "--portee", "ministere:"], "portée"),
        (["a", "--portee", "ministere:inconnu"], "aucun ministère"),
        (["a", "--portee", "demarche:inconnue"], "aucune démarche"),
        (["a", "--portee", "administrateur", "--droits", "tout"], "droits : « tout »"),
        (["a", "--portee", "administrateur", "--expire-le", ""], "AAAA-MM-JJ"),
        (["a", "--portee", "administrateur", "--expire-le", "20301231"], "AAAA-MM-JJ"),
        (["a", "--portee", "administrateur", "--expire", "bientôt"], "AAAA-MM-JJ"),
        (["a", "--portee", "administrateur", "--expire", "2020-01-01"], "passé"),
        (["a", "--portee", "administrateur", "--expire", "9999-12-31"], "2101"),
    ],
)
async def test_a_key_that_makes_no_sense_is_not_made(jdma, sql, arguments, why):
    with pytest.raises(Erreur, match=why):
        await jdma("creer", *arguments)
    assert await sql.fetchval("SELECT count(*) FROM cle_api") == 0


async def test_models_and_migrations_tell_the_same_story(engine):
    await migrations.check(engine)
