"""What every command shares: the settings, the database for the time of a command, errors in one line, progress.

Whatever is heavy (the database, the settings, what draws on a terminal) is imported by what uses it, here and in every
module of the command: `jdma --help` and a shell that completes must answer at once.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

    from app.problems import Probleme
    from app.roles.service import Role
    from app.settings import Settings

Result = TypeVar("Result")
Isolation = Literal["READ COMMITTED", "REPEATABLE READ"]

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="Slug de la démarche, ou identifiant (jdma:1006).")]

UNE_HEURE = 3600.0
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Erreur(Exception):
    """What stops a command; its text is for the operator, in one line."""


class Processus:
    """What holds for the whole process: `journal`, whether it is this command's to set up (not a caller's own)."""

    journal = False


def get_settings() -> Settings:
    """The settings of this process, read once; the journal is then as they want it."""
    from app import settings

    read = settings.get_settings()
    if Processus.journal:
        from app.ops import journal

        journal.configure(read.journal_niveau, read.journal_format)
    return read


def today() -> dt.date:
    """The day it is in Paris."""
    from app.indices.periode import jour_de_paris

    return jour_de_paris(dt.datetime.now(dt.UTC))


def read_date(option: str, texte: str) -> dt.date:
    """The day that an option names. Raises Erreur."""
    try:
        if DATE.fullmatch(texte.strip()):
            return dt.date.fromisoformat(texte.strip())
    except ValueError:
        pass
    raise Erreur(f"{option} : « {texte} » n'est pas un jour (AAAA-MM-JJ est attendu, par exemple 2026-12-31)")


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
    from sqlalchemy.engine import make_url

    from app.roles.service import lire_role

    return lire_role(make_url(service_address(settings, url)), make_url(url))


def with_engine(work: Callable[[AsyncEngine], Awaitable[Result]], *, migrated: bool = True) -> Result:
    """Run `work` on the database, once its migrations are checked (or applied, when it is the embedded one)."""
    settings = get_settings()
    with open_database(settings) as url:
        return asyncio.run(on_engine(settings, url, work, migrated=migrated))


async def on_engine(
    settings: Settings, url: str, work: Callable[[AsyncEngine], Awaitable[Result]], *, migrated: bool = True
) -> Result:
    """Run `work` on the database at this address."""
    from app.database import make_engine

    engine = make_engine(url, statement_seconds=UNE_HEURE)
    try:
        if migrated:
            await require_migrations(settings, url, engine)
        return await work(engine)
    finally:
        await engine.dispose()


async def require_migrations(settings: Settings, url: str, engine: AsyncEngine) -> None:
    """The embedded database is brought up to date; another one must have been, by `jdma migrate`."""
    from app import migrations

    if settings.embedded:
        await migrations.migrate(engine, service_role(settings, url))
        return
    async with engine.connect() as connection:
        revision = await migrations.current(connection)
    if revision != migrations.head():
        raise Erreur(f"migrations manquantes (base : {revision or 'vide'}) : lancez d'abord « jdma migrate »")


def in_transaction(
    work: Callable[[AsyncSession], Awaitable[Result]],
    isolation: Isolation = "READ COMMITTED",
    about: object | None = None,
) -> Result:
    """Run `work` in one transaction; a refusal becomes the command's error, with what was perhaps meant.

    `about`: what the command was asked to act on, which a refusal then names.
    """
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.cli.proches import explain
    from app.problems import Probleme

    async def run(engine: AsyncEngine) -> Result:
        try:
            async with engine.connect() as connection:
                await connection.execution_options(isolation_level=isolation)
                async with AsyncSession(connection, expire_on_commit=False) as db, db.begin():
                    return await work(db)
        except Probleme as problem:
            raise Erreur(await explain(engine, problem, about)) from None

    return with_engine(run)


def said(problem: Probleme) -> str:
    """A refusal in one line, which says each thing once."""
    details = [f"{e['champ']} : {e['message']}" for e in problem.extra.get("erreurs", [])]
    return " ".join(dict.fromkeys([problem.detail, *details]))


def say(message: object, *, err: bool = False) -> None:
    """One line, of which nothing commands the terminal, whoever wrote what it repeats."""
    from app.terminal import montrer

    typer.echo(montrer(str(message)), err=err)


def count_of(number: int, one: str, many: str | None = None) -> str:
    """`1 avis`, `12 345 démarches`: a count as it is written in French."""
    return f"{number_of(number)} {one if number < 2 else many or one}"


def number_of(number: int) -> str:
    """`12 345`."""
    return f"{number:,}".replace(",", " ")
