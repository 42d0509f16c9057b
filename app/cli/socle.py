"""What every command shares: the settings, the database for the time of a command, errors in one line, progress."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from app import migrations
from app.database import make_engine
from app.roles.service import Role, lire_role
from app.settings import Settings, get_settings

Result = TypeVar("Result")
Work = Callable[[AsyncEngine], Awaitable[Result]]

UNE_HEURE = 3600.0


class Erreur(Exception):
    """What stops a command; its text is for the operator, in one line."""


@contextmanager
def open_database(settings: Settings, *, watched: bool = False) -> Iterator[str]:
    """The address of the database, for its owner: the one that is set, or the embedded one, running for the time of the
    block.

    `watched`: the embedded one is started again if it ends meanwhile.
    """
    if settings.database_url_commandes is not None:
        yield settings.database_url_commandes
        return
    from app import embedded

    try:
        with embedded.running(settings.data_dir, watched=watched) as url:
            yield url
    except embedded.DemarrageImpossible as error:
        raise Erreur(str(error)) from None


def service_address(settings: Settings, url: str) -> str:
    """Where the service connects, `url` being its owner's address of the database: under the role of few rights."""
    if settings.database_url is not None:
        return settings.database_url
    from app import embedded

    return embedded.service_address(url)


def service_role(settings: Settings, url: str) -> Role | None:
    """The role that serves, or None when one address is all there is."""
    return lire_role(make_url(service_address(settings, url)), make_url(url))


def with_engine(work: Work[Result], *, migrated: bool = True) -> Result:
    """Run `work` on the database, once its migrations are checked (or applied, when it is the embedded one)."""
    settings = get_settings()
    with open_database(settings) as url:
        return asyncio.run(on_engine(settings, url, work, migrated=migrated))


async def on_engine(settings: Settings, url: str, work: Work[Result], *, migrated: bool = True) -> Result:
    """Run `work` on the database at this address."""
    engine = make_engine(url, statement_seconds=UNE_HEURE)
    try:
        if migrated:
            await require_migrations(settings, url, engine)
        return await work(engine)
    finally:
        await engine.dispose()


async def require_migrations(settings: Settings, url: str, engine: AsyncEngine) -> None:
    """The embedded database is brought up to date; another one must have been, by `jdma migrate`."""
    if settings.embedded:
        await migrations.migrate(engine, service_role(settings, url))
        return
    async with engine.connect() as connection:
        revision = await migrations.current(connection)
    if revision != migrations.head():
        raise Erreur(f"migrations manquantes (base : {revision or 'vide'}) : lancez d'abord « jdma migrate »")


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[..., None]]:
    """A bar on a terminal, nothing elsewhere; call what it gives with the count done (and the total, once known)."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, known=None: bar.update(task, completed=done, total=known or total)


def count_of(number: int, one: str, many: str | None = None) -> str:
    """`1 avis`, `12 345 démarches`: a count as it is written in French."""
    spaced = f"{number:,}".replace(",", " ")
    return f"{spaced} {one if number < 2 else many or one}"
