"""The service's role has the rights that it uses and no other: what was published is out of its reach.

The rest of the suite proves that these are enough: `serving` and `running_service` use that role.
"""

import asyncio
import subprocess
import uuid

import asyncpg
import httpx
import pytest

from app.embedded_acces import SERVICE
from app.roles.service import verificateur
from tests.conftest import execute, of_database
from tests.serveur import COMMAND, SECRET, as_service, environment, free_port, running_service

NIVEAUX = {f"n{niveau}" for niveau in range(11)}
LUES = {
    *("alembic_version", "ancien_slug", "bouton", "edition", "edition_fichier", "edition_ligne", "edition_signature"),
    *("engagement", "engagement_demarche", "exemption", "fait", "glissement", "identifiant", "identifiant_bouton"),
    *("intervention", "ministere", "modification", "organisme"),
}
"""What the service only reads."""
ECRITES = {
    "avis": {"INSERT": True, "UPDATE": {"note", "reponses", "commentaire", "version", "ordre"}},
    "compte": {"INSERT": True, "UPDATE": NIVEAUX},
    "fichier_publie": {"INSERT": True},
    "cle_api": {"UPDATE": {"utilisee_le"}},
    "demarche": {"UPDATE": {"top_250_depuis", "top_250_jusqu_au"}},
}
"""What it writes: the whole table, or these columns."""
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


@pytest.fixture
async def service(database_url):
    """A raw connection as the service has it."""
    connection = await asyncpg.connect(as_service(database_url))
    yield connection
    await connection.close()


def run(*arguments, cwd, **settings):
    return subprocess.run(
        [*COMMAND, *arguments], env=environment(**settings), cwd=cwd, capture_output=True, text=True, timeout=60
    )


async def test_the_role_has_each_privilege_on_each_table_that_it_uses_and_no_other(sql, service):
    tables = [row[0] for row in await sql.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    partitions = {row[0] for row in await sql.fetch("SELECT relname FROM pg_class WHERE relispartition")}
    assert set(tables) - partitions == LUES | ECRITES.keys()
    for table in tables:
        allowed = {} if table in partitions else {"SELECT": True} | ECRITES.get(table, {})
        for privilege in PRIVILEGES:
            has = await service.fetchval("SELECT has_table_privilege($1, $2)", table, privilege)
            assert has == (allowed.get(privilege) is True), (table, privilege)
        for privilege in ("INSERT", "UPDATE"):
            columns = await service.fetch(
                "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0"
                " AND NOT attisdropped AND has_column_privilege($1::text::regclass, attnum, $2)",
                *(table, privilege),
            )
            if allowed.get(privilege) is not True:
                assert {row[0] for row in columns} == allowed.get(privilege, set()), (table, privilege)
    assert not await service.fetchval(
        "SELECT bool_or(has_sequence_privilege(c.oid, 'USAGE')) FROM pg_class c WHERE relkind = 'S'"
    )


async def test_the_role_is_nothing_but_a_role_that_may_connect(service):
    row = await service.fetchrow("SELECT * FROM pg_roles WHERE rolname = current_user")
    assert row["rolname"] == SERVICE
    assert row["rolcanlogin"]
    assert not any(row[f"rol{what}"] for what in ("super", "createdb", "createrole", "replication", "bypassrls"))
    assert not await service.fetch("SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
                                   " WHERE r.rolname = current_user")  # fmt: skip


PUBLIEES = ("edition", "edition_ligne", "edition_fichier", "edition_signature")


@pytest.mark.parametrize(
    "statement",
    [
        *(f"DELETE FROM {table}" for table in (*PUBLIEES, "avis", "compte", "glissement")),
        *(f"TRUNCATE {table}" for table in (*PUBLIEES, "avis", "compte")),
        *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in PUBLIEES),
        *(f"DROP TABLE {table}" for table in PUBLIEES),
        *(f"DROP TRIGGER modification_note ON {table}" for table in PUBLIEES),
        "UPDATE edition SET titre = 'autre'",
        "UPDATE edition_ligne SET notes = notes",
        "UPDATE edition_fichier SET octets = ''",
        "UPDATE edition_signature SET signature = signature",
        "INSERT INTO edition_fichier SELECT * FROM edition_fichier",
        "UPDATE avis SET depose_le = now()",
        "UPDATE bouton SET origines = '{}'",
        "UPDATE cle_api SET portee = 'administrateur'",
        "INSERT INTO cle_api (nom, empreinte, portee) VALUES ('x', 'x', 'administrateur')",
        "INSERT INTO modification VALUES (1)",
        "SET session_replication_role = replica",
        "SET ROLE postgres",
        "CREATE TABLE autre (id integer)",
        "CREATE TEMP TABLE autre (id integer)",
        "CREATE FUNCTION autre() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION refuser_modification_ligne() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
async def test_the_role_can_change_nothing_that_was_published_nor_what_protects_it(sql, database_url, statement):
    name = database_url.partition("?")[0].rpartition("/")[2]
    await sql.execute(f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")  # a copied database does not keep that
    connection = await asyncpg.connect(as_service(database_url))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()


async def test_the_tests_themselves_are_served_under_that_role(client, app):
    async with app.state.engine.connect() as connection:
        assert (await connection.exec_driver_sql("SELECT current_user")).scalar() == SERVICE


async def test_a_command_that_needs_the_owner_says_so_in_one_line(database_url, bouton, tmp_path):
    settings = {"database_url": as_service(database_url), "secret_key": SECRET}
    done = await asyncio.to_thread(lambda: run("bouton-fermer", bouton.cle, "essai", cwd=tmp_path, **settings))
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert "JDMA_DATABASE_URL_PROPRIETAIRE" in done.stderr
    settings["database_url_proprietaire"] = database_url
    done = await asyncio.to_thread(lambda: run("bouton-fermer", bouton.cle, "essai", cwd=tmp_path, **settings))
    assert done.stdout == "Bouton fermé.\n"


@pytest.fixture
async def role(cluster):
    """The name of a role that is not there yet, and that is taken away at the end."""
    name = f"r{uuid.uuid4().hex}"
    yield name
    if await execute_value(cluster, f"SELECT true FROM pg_roles WHERE rolname = '{name}'"):
        await execute(cluster, f"DROP ROLE {name}")


async def execute_value(url, statement):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_migrate_makes_the_role_and_grants_what_new_migrations_bring_and_roles_takes_back_the_rest(
    cluster, role, sql, database_url, tmp_path
):
    url = database_url.replace("//postgres@/", f"//{role}:p%40ss-é@/")
    settings = {"database_url": url, "database_url_proprietaire": database_url, "secret_key": SECRET}
    try:
        assert (await asyncio.to_thread(lambda: run("migrate", cwd=tmp_path, **settings))).returncode == 0
        assert await sql.fetchval("SELECT has_table_privilege($1, 'edition', 'SELECT')", role)
        stored = await sql.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = $1", role)
        await sql.execute(f"ALTER ROLE {role} PASSWORD 'p@ss-é'")
        theirs = await sql.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = $1", role)
        assert [len(part) for part in stored.split("$")] == [len(part) for part in theirs.split("$")]
        assert theirs == verificateur("p@ss-é", salt_of(theirs))
        assert stored == verificateur("p@ss-é", salt_of(stored))

        await sql.execute("CREATE TABLE d_une_migration_future (id integer)")
        await asyncio.to_thread(lambda: run("migrate", cwd=tmp_path, **settings))
        assert await sql.fetchval("SELECT has_table_privilege($1, 'd_une_migration_future', 'SELECT')", role)
        assert not await sql.fetchval("SELECT has_table_privilege($1, 'd_une_migration_future', 'INSERT')", role)

        await sql.execute(f"GRANT ALL ON edition_fichier TO {role}; GRANT UPDATE (titre) ON edition TO {role}")
        done = await asyncio.to_thread(lambda: run("roles", cwd=tmp_path, **settings))
        assert done.stdout == f"Rôle du service : {role}, droits donnés.\n"
        assert not await sql.fetchval("SELECT has_table_privilege($1, 'edition_fichier', 'UPDATE')", role)
        assert not await sql.fetchval("SELECT has_any_column_privilege($1, 'edition', 'UPDATE')", role)
        done = await asyncio.to_thread(lambda: run("roles", cwd=tmp_path, **settings))
        assert done.stdout == f"Rôle du service : {role}, rien à changer.\n"
    finally:
        await sql.execute(f"DROP OWNED BY {role}")


def salt_of(verifier):
    import base64

    return base64.b64decode(verifier.split("$")[1].partition(":")[2])


async def test_an_owner_who_may_not_make_roles_is_told_what_to_ask_for(cluster, role, database_url, sql, tmp_path):
    owner = database_url.replace("//postgres@/", f"//{SERVICE}@/")  # any role without CREATEROLE will do
    settings = {
        "database_url": database_url.replace("//postgres@/", f"//{role}@/"),
        "database_url_proprietaire": owner,
        "secret_key": SECRET,
    }
    done = await asyncio.to_thread(lambda: run("roles", cwd=tmp_path, **settings))
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert f'CREATE ROLE "{role}" LOGIN' in done.stderr


async def test_a_superuser_does_not_serve_unless_it_is_asked_for_in_so_many_words(database_url, tmp_path):
    settings = {"database_url": database_url, "secret_key": SECRET, "port": free_port()}
    done = await asyncio.to_thread(lambda: run("serve", cwd=tmp_path, **settings))
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    for said in ("superutilisateur", "JDMA_DATABASE_URL_PROPRIETAIRE", "jdma roles"):
        assert said in done.stderr
    trial = running_service(database_url, tmp_path, accepter_superutilisateur="true")
    async with trial as (base, _pid), httpx.AsyncClient() as client:
        assert (await client.get(f"{base}/readyz")).status_code == 200
    assert "role_trop_puissant" in (tmp_path / "serve.log").read_text()


async def test_who_may_become_a_superuser_does_not_serve_either(cluster, role, database_url, tmp_path):
    await execute(cluster, f"CREATE ROLE {role} LOGIN; GRANT postgres TO {role}")
    settings = {"database_url": database_url.replace("//postgres@/", f"//{role}@/"), "secret_key": SECRET}
    done = await asyncio.to_thread(lambda: run("serve", cwd=tmp_path, port=free_port(), **settings))
    assert (done.returncode, "superutilisateur" in done.stderr) == (1, True), done.stderr


async def test_the_embedded_database_is_served_under_the_role_of_few_rights_by_default():
    from tests.conftest import reachable_directory

    with reachable_directory() as directory:
        async with running_service(None, directory) as (base, _pid), httpx.AsyncClient() as client:
            assert (await client.get(f"{base}/readyz")).status_code == 200
            url = await asyncio.to_thread(lambda: __import__("app.embedded").embedded.start(directory / "postgres"))
            users = await users_of(url)
        assert users == {SERVICE}


async def users_of(url):
    connection = await asyncpg.connect(of_database(url, "postgres"))
    try:
        rows = await connection.fetch("SELECT usename FROM pg_stat_activity WHERE application_name = 'jdma'")
        return {row["usename"] for row in rows}
    finally:
        await connection.close()
