"""Connections to the database end at any moment: idle ones, all at once, in the middle of a question."""

import asyncio
import inspect
import itertools
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import asyncpg
import httpx
import pytest
import sqlalchemy.exc

from app.database import is_away, is_lost
from app.main import create_app
from tests.conftest import execute, of_database, serving
from tests.serveur import Load, running_service
from tests.test_pannes import boutons, check_exactly_once, durable  # noqa: F401

PERDUES = {
    "AdminShutdownError", "ClientCannotConnectError", "ClientConfigurationError", "ConnectionDoesNotExistError",
    "ConnectionFailureError", "ConnectionRejectionError", "CrashShutdownError", "FatalPostgresError",
    "IdleInTransactionSessionTimeoutError", "IdleSessionTimeoutError", "InterfaceError", "InternalClientError",
    "InvalidCachedStatementError", "OutdatedSchemaCacheError", "PostgresConnectionError", "PostgresError",
    "ProtocolError", "ProtocolViolationError", "TargetServerAttributeNotMatched", "TransactionResolutionUnknownError",
    "TransactionTimeoutError", "UnknownPostgresError", "UnsupportedClientFeatureError", "UnsupportedServerFeatureError",
}  # fmt: skip
"""The connection is over, another one may do: asked again once."""
ABSENTES = {
    "ActiveSQLTransactionError", "BranchTransactionAlreadyActiveError", "CannotConnectNowError",
    "CantChangeRuntimeParamError", "ConfigurationLimitExceededError", "DataCorruptedError", "DatabaseDroppedError",
    "DeadlockDetectedError", "DiskFullError", "DuplicateFileError", "FileNameTooLongError",
    "HeldCursorRequiresSameIsolationLevelError", "InFailedSQLTransactionError",
    "InappropriateAccessModeForBranchTransactionError", "InappropriateIsolationLevelForBranchTransactionError",
    "IndexCorruptedError", "InsufficientPrivilegeError", "InsufficientResourcesError", "InternalServerError",
    "InvalidAuthorizationSpecificationError", "InvalidCatalogNameError", "InvalidPasswordError",
    "InvalidTransactionStateError", "LockNotAvailableError", "NoActiveSQLTransactionError",
    "NoActiveSQLTransactionForBranchTransactionError", "ObjectInUseError", "ObjectNotInPrerequisiteStateError",
    "OperatorInterventionError", "OutOfMemoryError", "PostgresIOError", "PostgresSystemError", "QueryCanceledError",
    "ReadOnlySQLTransactionError", "SchemaAndDataStatementMixingNotSupportedError", "SerializationError",
    "StatementCompletionUnknownError", "TooManyConnectionsError",
    "TransactionIntegrityConstraintViolationError", "TransactionRollbackError", "UndefinedFileError",
    "UnsafeNewEnumValueUsageError",
}  # fmt: skip
"""The database is away, full or too slow: 503, and nothing is asked again."""


def made(kind):
    """An error of this class, or None for one that only says what a program got wrong."""
    with suppress(TypeError):
        return kind("dit")
    with suppress(TypeError):
        return kind("dit", None, Exception("dit"))
    return None


PERDUES_DU_BASSIN = {"DisconnectionError", "InvalidatePoolError", "PendingRollbackError"}
"""The same, said by the pool."""


@pytest.mark.parametrize(
    ("module", "perdues", "absentes"),
    [(asyncpg.exceptions, PERDUES, ABSENTES), (sqlalchemy.exc, PERDUES_DU_BASSIN, {"TimeoutError"})],
)
def test_each_error_of_the_database_s_libraries_is_told_apart(module, perdues, absentes):
    kinds = {kind for _, kind in inspect.getmembers(module, inspect.isclass) if issubclass(kind, Exception)}
    errors = {kind.__name__: error for kind in kinds if (error := made(kind))}
    assert len(errors) >= len(kinds) - 3
    assert {name for name, error in errors.items() if is_lost(error)} == perdues
    assert {name for name, error in errors.items() if is_away(error)} == perdues | absentes


def test_what_goes_through_sqlalchemy_is_told_apart_by_its_cause():
    for cause, lost in ((asyncpg.AdminShutdownError("dit"), True), (asyncpg.UniqueViolationError("dit"), False)):
        translated = Exception("dit")
        translated.__cause__ = cause
        assert is_lost(sqlalchemy.exc.DBAPIError("SELECT 1", None, translated)) is lost
    assert is_lost(ConnectionResetError(104, "dit"))
    assert not is_lost(TimeoutError())
    assert not is_lost(FileNotFoundError(2, "dit", "f"))


async def end_all(url):
    """End every session of this database but ours; returns once they are over."""
    name = url.partition("?")[0].rpartition("/")[2]
    others = "FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
    connection = await asyncpg.connect(of_database(url.replace(f"/{name}?", "/postgres?"), "postgres"))
    try:
        ended = [row["pid"] for row in await connection.fetch(f"SELECT pid, pg_terminate_backend(pid) {others}", name)]
        while await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY ($1)", ended):
            await asyncio.sleep(0.01)  # the server ends them: there is nothing to wait on
    finally:
        await connection.close()


async def idle_too_long(url):
    """Let the server end them by itself, as idle; sessions to come are not concerned."""
    name = url.partition("?")[0].rpartition("/")[2]
    admin = of_database(url.replace(f"/{name}?", "/postgres?"), "postgres")
    connection = await asyncpg.connect(admin)
    try:
        while await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE datname = $1", name):
            await asyncio.sleep(0.01)
    finally:
        await connection.close()
    await execute(admin, f"ALTER DATABASE {name} SET idle_session_timeout = 0")


class Mur:
    """Something between the service and its database, that can forget every connection without a word."""

    def __init__(self, path):
        self.path, self.writers = path, []

    async def pass_on(self, reader, writer):
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def accept(self, reader, writer):
        below_reader, below = await asyncio.open_unix_connection(self.path)
        self.writers += [writer, below]
        await asyncio.gather(self.pass_on(reader, below), self.pass_on(below_reader, writer))

    def forget(self):
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()


@asynccontextmanager
async def behind_a_wall(url):
    directory = url.partition("host=")[2]
    wall = Mur(f"{directory}/.s.PGSQL.5432")
    async with await asyncio.start_server(wall.accept, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield wall, url.partition("?")[0].replace("postgres@", f"postgres@127.0.0.1:{port}")


FINS = ["ended by an administrator", "idle too long", "forgotten by a wall"]
DEMANDES = {
    "a deposit": 201,
    "a deposit on a bouton not met yet": 201,
    "a deposit on a bouton d'essai": 201,
    "a completion": 200,
    "the form without JavaScript": 303,
    "what a bouton asks": 200,
    "a form page": 200,
    "an old link": 302,
    "an indice": 200,
    "every indice": 200,
    "the catalogue": 200,
    "a page": 200,
    "ready": 200,
    "the national service's health": 200,
    "the national service's figures": 200,
}


@asynccontextmanager
async def service_of(settings, database_url, fin):
    """A service that has served, and what ends all its connections."""
    if fin == "forgotten by a wall":
        async with behind_a_wall(database_url) as (wall, url), serving(create_app(settings, url)) as client:

            async def forget():
                wall.forget()

            yield client, forget
    else:
        if fin == "idle too long":
            name = database_url.partition("?")[0].rpartition("/")[2]
            await execute(database_url, f"ALTER DATABASE {name} SET idle_session_timeout = '400ms'")
        async with serving(create_app(settings, database_url)) as client:
            end = end_all if fin == "ended by an administrator" else idle_too_long
            yield client, lambda: end(database_url)


async def demander(client, nom, bouton, jeton):
    """Ask one thing of the service."""
    avis = {"id": str(uuid4()), "bouton": bouton.cle, "note": 8}
    entree = '{"json":{"product_id":7,"start_date":"1735686000000","end_date":"1767221999999"}}'
    lieux = {
        "what a bouton asks": f"/widget/v1/boutons/autre-{bouton.cle}",
        "a form page": f"/avis/autre-{bouton.cle}",
        "an old link": "/Demarches/7?button=1",
        "an indice": f"/api/v1/demarches/{bouton.slug}/indice",
        "every indice": "/api/v1/indices",
        "the catalogue": "/api/v1/demarches",
        "a page": "/demarches",
        "ready": "/readyz",
        "the national service's health": "/api/open-api/health",
        "the national service's figures": f"/api/trpc/answer.getObservatoireStats?input={entree}",
    }
    if lieu := lieux.get(nom):
        return await client.get(lieu)
    if nom == "a completion":
        bearer = {"authorization": f"Bearer {jeton[1]}"}
        return await client.patch(f"/api/v1/avis/{jeton[0]}", json={"note": 9}, headers=bearer)
    if nom == "the form without JavaScript":
        form = {"id": avis["id"], "note": "10", "langue": "fr"}
        return await client.post(f"/avis/{bouton.cle}", data=form, headers={"origin": "http://service.test"})
    cles = {"a deposit on a bouton not met yet": f"autre-{bouton.cle}", "a deposit on a bouton d'essai": "essai"}
    return await client.post("/api/v1/avis", json={**avis, "bouton": cles.get(nom, bouton.cle)})


@pytest.mark.parametrize("fin", FINS)
@pytest.mark.parametrize("nom", DEMANDES)
async def test_the_first_request_after_all_connections_have_ended_is_answered(
    settings, database_url, sql, bouton, fin, nom
):
    await sql.execute(
        "INSERT INTO bouton (demarche_id, cle, nom, essai) VALUES ($1, $2, 'Autre', false), ($1, 'essai', 'E', true)",
        bouton.demarche_id, f"autre-{bouton.cle}",
    )  # fmt: skip
    await sql.execute("INSERT INTO identifiant VALUES ('jdma', '7', $1)", bouton.demarche_id)
    await sql.close()
    async with service_of(settings, database_url, fin) as (client, end):
        avis = {"id": str(uuid4()), "bouton": bouton.cle, "note": 8}
        jeton = avis["id"], (await client.post("/api/v1/avis", json=avis)).json()["jeton"]
        await asyncio.gather(*(client.get(f"/api/v1/indices?limite={n}") for n in range(1, 4)))
        await end()
        reply = await demander(client, nom, bouton, jeton)
        assert reply.status_code == DEMANDES[nom], reply.text


async def test_sessions_ended_at_any_moment_give_no_wrong_answer(durable, boutons, tmp_path):  # noqa: F811
    _, url = durable
    wrong, asked = [], itertools.count()

    async def read(base, stop):
        async with httpx.AsyncClient(timeout=60) as client:
            while not stop.is_set():
                lieu = ("/api/v1/indices", "/api/v1/demarches/d1/indice", f"/avis/{boutons[0]}", "/demarches", "/")
                reply = await client.get(base + lieu[next(asked) % len(lieu)])
                if reply.status_code != 200 and not (reply.status_code == 503 and "retry-after" in reply.headers):
                    wrong.append((reply.request.url, reply.status_code, dict(reply.headers)))

    async with running_service(url, tmp_path) as (base, _):
        load, stop = Load(base, boutons), asyncio.Event()
        tasks = [asyncio.create_task(load.run()), *(asyncio.create_task(read(base, stop)) for _ in range(3))]
        for _ in range(12):
            await load.until(20)
            await end_all(url)
        load.stopping = True
        stop.set()
        await asyncio.gather(*tasks)
        await check_exactly_once(url, load)
    assert wrong == []
    assert next(asked) > 30
