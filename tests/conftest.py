"""Fixtures: a real PostgreSQL for the session, a fresh migrated database and a running application for each test."""

import asyncio
import datetime as dt
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from app import embedded, migrations
from app.database import Connection, make_engine
from app.embedded_acces import SERVICE
from app.indices.parametres import aujourd_hui
from app.main import create_app, prepare_state
from app.roles.service import Role
from app.settings import Settings
from tests.editions import Jdma, command_on
from tests.serveur import GRAINE, SECRET, as_service

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


@dataclass
class BoutonDeTest:
    """A démarche and its bouton, as tests name them."""

    id: int
    demarche_id: int
    cle: str
    slug: str


@contextmanager
def reachable_directory() -> Iterator[Path]:
    """A directory that a server run by another user can reach, whatever other test sessions do meanwhile: each of them
    closes pytest's own directory to everyone but root when it starts.
    """
    directory = Path(tempfile.mkdtemp(prefix="jdma-tests-"))
    directory.chmod(0o755)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The address of a PostgreSQL server of this session's own, with a migrated template database."""
    with reachable_directory() as directory:
        url = embedded.start(directory / "pg", FAST)
        asyncio.run(make_template(url))
        yield url
        embedded.stop(directory / "pg", "immediate")


async def make_template(url: str) -> None:
    await execute(url, "CREATE DATABASE modele")
    await migrate(of_database(url, "modele"))


async def migrate(url: str) -> None:
    """Apply the migrations, and give the service's role its rights."""
    engine = make_engine(url)
    await migrations.migrate(engine, Role(SERVICE))
    await engine.dispose()


def of_database(url: str, database: str) -> str:
    return url.replace("/postgres?", f"/{database}?")


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def database_url(cluster: str) -> AsyncIterator[str]:
    """A migrated, empty database that only this test sees."""
    name = f"t{uuid.uuid4().hex}"
    await execute(cluster, f"CREATE DATABASE {name} TEMPLATE modele")
    yield of_database(cluster, name)
    await execute(cluster, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on this test's database."""
    engine = make_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def sql(database_url: str) -> AsyncIterator[Connection]:
    """A raw connection on this test's database, to look at what is stored."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings without limits of rate; tests override what they are about with `model_copy(update=…)`."""
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        secret_key=SECRET,
        cle_signature=GRAINE,
        limite_par_adresse=0,
        limite_par_bouton=0,
        journal_niveau="warning",
    )


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client on an application that runs in this process, started and stopped like the real one: under the role of
    few rights that serves, when it was given its owner's address.
    """
    address = app.state.engine.url.render_as_string(hide_password=False)
    if as_service(address) != address:
        prepare_state(app, app.state.settings, as_service(address))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service.test") as client,
    ):
        yield client


@pytest.fixture
async def app(settings: Settings, database_url: str) -> FastAPI:
    """The application on this test's database."""
    return create_app(settings, database_url)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client on the running application."""
    async with serving(app) as client:
        yield client


@pytest.fixture
def new_bouton(sql: Connection) -> Callable[..., Awaitable[BoutonDeTest]]:
    """Make a démarche with one bouton: `await new_bouton("slug", origines=[…])`."""

    async def make(slug: str = "demarche", **columns: Any) -> BoutonDeTest:
        demarche_id = await sql.fetchval(
            "INSERT INTO demarche (slug, titre, titre_recherche, en_ligne) VALUES ($1, $2, $3, true) RETURNING id",
            slug,
            f"Démarche {slug}",
            f"demarche {slug}",
        )
        row = await sql.fetchrow(
            "INSERT INTO bouton (demarche_id, cle, nom, origines) VALUES ($1, $2, 'Principal', $3) RETURNING id, cle",
            demarche_id,
            f"cle-{slug}",
            columns.get("origines", []),
        )
        assert row is not None
        return BoutonDeTest(row["id"], demarche_id, row["cle"], slug)

    return make


@pytest.fixture
async def bouton(new_bouton: Callable[..., Awaitable[BoutonDeTest]]) -> BoutonDeTest:
    """A démarche with one open bouton that any site may use."""
    return await new_bouton()


@pytest.fixture
def recount(sql: Connection) -> Callable[[BoutonDeTest], Awaitable[dict[int, int]]]:
    """How many avis are stored of each note for a bouton; checks on the way that the counts say the same."""

    async def count(bouton: BoutonDeTest) -> dict[int, int]:
        stored = await sql.fetch(
            "SELECT note, count(*) AS n FROM avis WHERE bouton_id = $1 GROUP BY note ORDER BY note", bouton.id
        )
        avis = {row["note"]: row["n"] for row in stored}
        for pas in "jm":
            sums = ", ".join(f"coalesce(sum(n{k}), 0) AS n{k}" for k in range(11))
            row = await sql.fetchrow(
                f"SELECT {sums} FROM compte WHERE bouton_id = $1 AND question = 1 AND pas = $2", bouton.id, pas
            )
            assert row is not None
            assert {k: row[f"n{k}"] for k in range(11) if row[f"n{k}"]} == avis
        return avis

    return count


@pytest.fixture
def count(sql: Connection) -> Callable[..., Awaitable[None]]:
    """Add counts: `await count(bouton, "2026-01-15", {8: 3})`, to a day and to its month; question 1 is the note."""

    async def add(bouton: BoutonDeTest, jour: object, levels: dict[int, int], question: int = 1) -> None:
        day = dt.date.fromisoformat(str(jour))
        columns, values = ", ".join(f"n{n}" for n in levels), ", ".join(map(str, levels.values()))
        more = ", ".join(f"n{n} = compte.n{n} + excluded.n{n}" for n in levels)
        for pas, debut in (("j", day), ("m", day.replace(day=1))):
            await sql.execute(
                f"""INSERT INTO compte (demarche_id, bouton_id, question, pas, debut, {columns})
                    VALUES ($1, $2, $3, $4, $5, {values})
                    ON CONFLICT (demarche_id, question, pas, debut, bouton_id) DO UPDATE SET {more}""",
                *(bouton.demarche_id, bouton.id, question, pas, debut),
            )

    return add


@pytest.fixture
def on_a_known_day(app: FastAPI) -> dt.date:
    """It is 17 March 2026 in Paris for whoever asks the service for the figures of the last twelve months."""
    day = dt.date(2026, 3, 17)

    async def known_day() -> dt.date:
        return day

    app.dependency_overrides[aujourd_hui] = known_day
    return day


@pytest.fixture
def jdma(database_url: str, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Jdma:
    """`jdma edition …` on this test's database; tests of other commands have a `jdma` of their own."""
    return command_on(settings, database_url, monkeypatch)
