"""The service's role has the rights that it uses and no other: what was published is out of its reach.

The rest of the suite proves that these are enough: `serving` and `running_service` use that role.
"""

import asyncio
import json
import subprocess
import uuid
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.database import make_engine
from app.embedded_acces import SERVICE
from app.roles.service import defaut_de_celui_qui_sert, verificateur
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


OWNED = """
    SELECT format('ALTER TABLE %I OWNER TO {owner}', relname) FROM pg_class c
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e')
    UNION ALL
    SELECT format('ALTER FUNCTION %s OWNER TO {owner}', oid::regprocedure) FROM pg_proc p
    WHERE pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
"""


@pytest.fixture
async def owned(cluster, role, sql, database_url):
    """The settings of an installation whose owner is no superuser: it owns the database and all that is in it."""
    owner = f"p{uuid.uuid4().hex}"
    base = database_url.partition("?")[0].rpartition("/")[2]
    await sql.execute(f"CREATE ROLE {owner} LOGIN CREATEROLE")
    await sql.execute(f"ALTER DATABASE {base} OWNER TO {owner}; ALTER SCHEMA public OWNER TO {owner}")
    for statement in await sql.fetch(OWNED.format(owner=owner)):
        await sql.execute(statement[0])
    yield {
        "database_url": database_url.replace("//postgres@/", f"//{role}:secret@/"),
        "database_url_proprietaire": database_url.replace("//postgres@/", f"//{owner}@/"),
        "secret_key": SECRET,
    }
    await sql.execute(f"DROP OWNED BY {role}")
    await sql.execute(f"REASSIGN OWNED BY {owner} TO postgres; DROP OWNED BY {owner}")
    await sql.execute(f"DROP ROLE {role}; DROP ROLE {owner}")


EN_TROP = {
    "as anybody, on tables": ("GRANT INSERT, UPDATE, DELETE ON bouton, demarche TO PUBLIC", "UPDATE sur bouton"),
    "as anybody, on a column": ("GRANT UPDATE (origines) ON bouton TO PUBLIC", "UPDATE sur bouton.origines"),
    "as anybody, on a partition": ("GRANT SELECT ON avis_2026_01 TO PUBLIC", "SELECT sur avis_2026_01"),
    "as anybody, on a sequence": ("GRANT UPDATE ON SEQUENCE bouton_id_seq TO PUBLIC", "UPDATE sur bouton_id_seq"),
    "as anybody, a function of the owner's": (
        "GRANT EXECUTE ON FUNCTION verrouiller_catalogue() TO PUBLIC", "EXECUTE sur verrouiller_catalogue()"),
    "as anybody, in the schema": ("GRANT CREATE ON SCHEMA public TO PUBLIC", "CREATE dans le schéma public"),
    "as anybody, in the database": ("GRANT CREATE ON DATABASE {base} TO PUBLIC", "CREATE dans la base {base}"),
    "by name, in the schema": ("GRANT CREATE ON SCHEMA public TO {role}", "CREATE dans le schéma public"),
    "by name, in the database": ("GRANT CREATE ON DATABASE {base} TO {role}", "CREATE dans la base {base}"),
    "by name, on a table": ("GRANT DELETE ON edition TO {role}", "DELETE sur edition"),
    "by name, to pass on": ("GRANT SELECT ON bouton TO {role} WITH GRANT OPTION", "SELECT WITH GRANT OPTION sur"),
    "by name, triggers aside": (
        "GRANT SET ON PARAMETER session_replication_role TO {role}", "SET du réglage session_replication_role"),
    "as a member of a predefined role": ("GRANT pg_write_all_data TO {role}", "membre de pg_write_all_data"),
    "as a member of another role": ("CREATE ROLE {role}_autre; GRANT {role}_autre TO {role}", "membre de {role}_autre"),
    "as a member of the owner": ("GRANT postgres TO {role}", "superutilisateur"),
    "by an attribute": ("ALTER ROLE {role} CREATEROLE CREATEDB BYPASSRLS", "attribut CREATEROLE"),
}  # fmt: skip
"""However a role comes by rights: what an administrator ran, and what `serve` says of it."""


@pytest.mark.parametrize("how", EN_TROP)
async def test_a_right_too_many_is_said_by_serve_and_taken_back_however_it_was_given(
    cluster, role, sql, database_url, tmp_path, how
):
    settings = {"database_url": database_url.replace("//postgres@/", f"//{role}@/"), "secret_key": SECRET}
    owner = settings | {"database_url_proprietaire": database_url}
    names = {"role": role, "base": database_url.partition("?")[0].rpartition("/")[2]}
    await sql.execute("CREATE TABLE IF NOT EXISTS avis_2026_01 (id integer)")
    try:
        assert (await asyncio.to_thread(lambda: run("roles", cwd=tmp_path, **owner))).returncode == 0
        before = await rights_of(sql, role)
        statement, named = (text.format(**names) for text in EN_TROP[how])
        await sql.execute(statement)
        assert named in await said_by_serve(settings["database_url"])
        done = await asyncio.to_thread(lambda: run("roles", cwd=tmp_path, **owner))
        assert (done.stdout, done.stderr) == (f"Rôle du service : {role}, droits donnés.\n", "")
        assert await rights_of(sql, role) == before
        assert await said_by_serve(settings["database_url"]) == ""
        done = await asyncio.to_thread(lambda: run("roles", cwd=tmp_path, **owner))
        assert done.stdout == f"Rôle du service : {role}, rien à changer.\n"
    finally:
        await sql.execute(f"DROP OWNED BY {role}; DROP ROLE IF EXISTS {role}_autre")


async def said_by_serve(url):
    """What the check made at the start of `serve` finds, as it connects."""
    engine = make_engine(url)
    try:
        async with engine.connect() as connection:
            defaut = await defaut_de_celui_qui_sert(connection)
    finally:
        await engine.dispose()
    return "" if defaut is None else f"{defaut.sorte} {', '.join(defaut.droits)}"


async def rights_of(sql, role):
    """What a role may really do, by PostgreSQL's own account."""
    tables = await sql.fetch(
        """SELECT c.relname, p, has_table_privilege($1, c.oid, p),
                  has_any_column_privilege($1, c.oid, CASE WHEN p = ANY($2::text[]) THEN p ELSE 'REFERENCES' END)
           FROM pg_class c, unnest($2::text[] || ARRAY['DELETE', 'TRUNCATE', 'TRIGGER']) p
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1, 2""",
        *(role, ["SELECT", "INSERT", "UPDATE", "REFERENCES"]),
    )
    others = await sql.fetchrow(
        """SELECT has_schema_privilege($1, 'public', 'CREATE'),
                  has_database_privilege($1, current_database(), 'CREATE'),
                  has_parameter_privilege($1, 'session_replication_role', 'SET'), r.rolcreaterole, r.rolcreatedb,
                  pg_has_role($1, 'pg_write_all_data', 'MEMBER'), pg_has_role($1, 'postgres', 'MEMBER'),
                  has_sequence_privilege($1, 'bouton_id_seq', 'UPDATE'), r.rolbypassrls,
                  has_table_privilege($1, 'bouton', 'SELECT WITH GRANT OPTION')
           FROM pg_roles r WHERE rolname = $1""",
        role,
    )
    anybody = await sql.fetchval("SELECT proacl::text FROM pg_proc WHERE proname = 'verrouiller_catalogue'")
    return [tuple(row) for row in tables], tuple(others), "{=X" in anybody


async def test_the_service_warns_at_its_start_of_rights_too_many_and_names_them(database_url, sql, tmp_path):
    await sql.execute("GRANT UPDATE ON bouton TO PUBLIC")
    async with running_service(database_url, tmp_path):
        pass
    said = [json.loads(line) for line in (tmp_path / "serve.log").read_text().splitlines()]
    found = [line for line in said if line["event"] == "role_trop_puissant"]
    assert [(line["defaut"], line["droits"]) for line in found] == [
        ("droits_en_trop", ["UPDATE sur bouton donné à tous"])
    ]


@pytest.mark.parametrize("command", ["roles", "migrate"])
async def test_a_right_that_the_owner_cannot_take_back_is_named_with_what_the_administrator_runs(
    owned, role, sql, tmp_path, command
):
    assert (await asyncio.to_thread(lambda: run("roles", cwd=tmp_path, **owned))).returncode == 0
    await sql.execute(f"GRANT pg_write_all_data TO {role}; GRANT DELETE ON bouton TO PUBLIC")
    done = await asyncio.to_thread(lambda: run(command, cwd=tmp_path, **owned))
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1), done.stderr
    assert "membre de pg_write_all_data" in done.stderr
    assert f"REVOKE pg_write_all_data FROM {role}" in done.stderr
    assert "bouton" not in done.stderr
    acl = await sql.fetchval("SELECT relacl::text FROM pg_class WHERE relname = 'bouton'")
    assert "{=" not in acl, "what could be taken back was"
    assert ",=" not in acl
    await sql.execute(done.stderr.partition("« ")[2].partition(" »")[0])
    done = await asyncio.to_thread(lambda: run(command, cwd=tmp_path, **owned))
    assert done.returncode == 0, done.stderr


async def test_a_table_of_somebody_else_is_named_and_left_to_them(owned, role, sql, tmp_path):
    await sql.execute("CREATE TABLE d_un_autre (id integer); GRANT ALL ON d_un_autre TO PUBLIC")
    try:
        for _ in range(2):
            done = await asyncio.to_thread(lambda: run("roles", cwd=tmp_path, **owned))
            assert done.returncode == 0, done.stderr
            assert "la table d_un_autre appartient au rôle postgres" in done.stderr
            assert "JDMA_DATABASE_URL_PROPRIETAIRE" not in done.stderr
        assert done.stdout == f"Rôle du service : {role}, rien à changer.\n"
        assert await said_by_serve(owned["database_url"]) == ""
    finally:
        await sql.execute("DROP TABLE d_un_autre")


async def test_an_owner_that_is_not_the_tables_owner_is_told_who_is(owned, role, database_url, sql, tmp_path):
    assert (await asyncio.to_thread(lambda: run("roles", cwd=tmp_path, **owned))).returncode == 0
    wrong = owned | {"database_url_proprietaire": as_service(database_url)}
    done = await asyncio.to_thread(lambda: run("roles", cwd=tmp_path, **wrong))
    true_owner = owned["database_url_proprietaire"].partition("//")[2].partition("@")[0]
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert f"les tables appartiennent au rôle {true_owner}" in done.stderr
    assert SERVICE in done.stderr


@pytest.fixture
def with_passwords(cluster, role):
    """The role is asked for its password."""
    path = Path(cluster.partition("?host=")[2]) / "pg_hba.conf"
    before = path.read_text()
    path.write_text(f"local all {role} scram-sha-256\n{before}")
    asyncio.run(execute(cluster, "SELECT pg_reload_conf()"))
    yield
    path.write_text(before)
    asyncio.run(execute(cluster, "SELECT pg_reload_conf()"))


async def until_refused(url):
    async with asyncio.timeout(60):
        while True:
            try:
                await (await asyncpg.connect(url)).close()
            except asyncpg.InvalidPasswordError:
                return


async def test_a_wrong_password_that_the_owner_may_not_change_is_what_is_said(
    owned, role, sql, tmp_path, with_passwords
):
    owner = owned["database_url_proprietaire"].partition("//")[2].partition("@")[0]
    await sql.execute(f"ALTER ROLE {owner} NOCREATEROLE; CREATE ROLE {role} LOGIN PASSWORD 'secret'")
    await until_refused(owned["database_url"].replace(":secret@", ":faux@"))
    for password, code in (("secret", 0), ("faux", 1)):
        settings = owned | {"database_url": owned["database_url"].replace(":secret@", f":{password}@")}
        done = await asyncio.to_thread(lambda settings=settings: run("roles", cwd=tmp_path, **settings))
        assert done.returncode == code, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    for said in ("mot de passe de JDMA_DATABASE_URL", f"ALTER ROLE {role} PASSWORD", owner):
        assert said in done.stderr
    assert "PROPRIETAIRE" not in done.stderr
    assert "faux" not in done.stderr


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
