"""The database: one engine for the process, a session per request, and the raw asyncpg connection for the hot paths."""

import errno
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

import asyncpg
from fastapi import Depends, Request
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, DisconnectionError, InvalidatePoolError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from app.settings import parse_database_url

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:  # generic in its stubs only
    Connection = asyncpg.Connection

T = TypeVar("T")

AWAY = (
    OSError,
    TimeoutError,
    DBAPIError,
    DisconnectionError,
    PendingRollbackError,
    PoolTimeout,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresError,
)
"""What a database that is away or refuses can raise, through SQLAlchemy or from asyncpg itself."""
_AWAY_STATES = ("08", "25", "28", "3D", "40", "42501", "53", "55", "57", "58", "XX")
"""SQLSTATE classes: connection, read-only, role refused, no such database, rollback, no right to connect, resources,
locks, operator, system, internal."""
_LOST = (DisconnectionError, PendingRollbackError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_STALE = asyncpg.InvalidCachedStatementError
"""A migration changed what this connection had prepared; a new one prepares it again."""
_LOST_STATES = ("08", "25P03", "25P04", "57P01", "57P02", "57P05")
"""SQLSTATE of a session that is over: connection, idle or too long in a transaction, ended by somebody, by a crash, or
for having been idle."""

_FICHIER = {errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOSPC, errno.EROFS}
"""What only a file refuses, besides the errors that name it."""


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database is away, full or too slow, as opposed to refusing what it was given."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_away(error.orig.__cause__ or error.orig))
    if isinstance(error, asyncpg.PostgresError):
        return isinstance(error, _STALE) or (error.sqlstate or "08").startswith(_AWAY_STATES)
    if isinstance(error, OSError):
        return error.filename is None and error.errno not in _FICHIER
    return isinstance(error, AWAY)


def is_lost(error: BaseException) -> bool:
    """Whether an error says that this connection is over, as opposed to the database: a new one may do.

    A database that was too slow is not asked again.
    """
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_lost(error.orig.__cause__ or error.orig))
    if isinstance(error, asyncpg.PostgresError):
        return isinstance(error, _STALE) or (error.sqlstate or "08").startswith(_LOST_STATES)
    if isinstance(error, OSError):
        return is_away(error) and not isinstance(error, TimeoutError)
    return isinstance(error, _LOST)


async def twice(ask: Callable[[], Awaitable[T]]) -> T:
    """What `ask` gives; asked once more when it lost its connection: it must do no harm twice.

    Any server, pooler or wall between us may end a connection at any moment, idle ones first.
    """
    try:
        return await ask()
    except Exception as error:
        if not is_lost(error):
            raise
    return await ask()


def make_engine(url: str, size: int = 5, statement_seconds: float = 15) -> AsyncEngine:
    """One pool for everything; a caller waits two seconds for a connection at most, a statement runs for
    `statement_seconds` at most, so that a slow database shows as an error and never as a silent hang.
    """
    engine = create_async_engine(
        parse_database_url(url),
        pool_size=size,
        max_overflow=size,
        pool_timeout=2,
        pool_use_lifo=True,  # the connection used last knows the catalogue and its statements: several times faster
        pool_recycle=1800,
        connect_args={
            "timeout": 3,
            "command_timeout": statement_seconds + 2,
            "server_settings": {
                "application_name": "jdma",
                "statement_timeout": str(int(statement_seconds * 1000)),
                "jit": "off",
                "timezone": "UTC",
            },
        },
    )
    event.listen(engine.sync_engine, "connect", _welcome)
    event.listen(engine.sync_engine, "checkout", _check)
    return engine


_NEUVE = "neuve"


def _welcome(connection: Any, record: Any) -> None:
    """A new connection: one whose other end is gone without a word is known within a minute, and an idle one does not
    look dead to what stands between.
    """
    record.info[_NEUVE] = True
    transport = connection.driver_connection._transport  # asyncpg has no name for it
    if (link := transport.get_extra_info("socket")) is None or link.family == socket.AF_UNIX:
        return
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 4), ("TCP_USER_TIMEOUT", 20_000)):
        if hasattr(socket, name):
            link.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _check(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that was waiting whether it still works. The pool's own question takes some of what asyncpg says
    of a session that was ended for an unexpected error, and its other connections for good ones.
    """
    if record.info.pop(_NEUVE, False):
        return
    try:
        connection.ping()
    except Exception as error:
        if is_lost(error) or is_lost(error.__cause__ or error):
            raise InvalidatePoolError from error
        raise


async def raw(connection: AsyncConnection) -> Connection:
    """The asyncpg connection underneath, for COPY and for the group commit."""
    fairy = await connection.get_raw_connection()
    return cast("Connection", fairy.driver_connection)


async def ask(engine: AsyncEngine, question: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """What `question` reads on a connection of the pool; asked once more, on another, if that one was lost."""

    async def once() -> T:
        async with engine.connect() as connection:
            return await question(connection)

    return await twice(once)


@asynccontextmanager
async def raw_connection(engine: AsyncEngine) -> AsyncIterator[Connection]:
    """A raw asyncpg connection, borrowed from the engine's pool for the block."""
    async with engine.connect() as connection:
        yield await raw(connection)


class Liaison:
    """One connection kept by a task that asks again and again: opened when needed, dropped after an error."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None

    async def ask(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        """What `question` gives on the raw asyncpg connection; asked once more, on a new one, if that one was lost."""
        return await twice(lambda: self._ask(question))

    async def open(self) -> Connection:
        """The raw asyncpg connection."""
        if self._connection is None:
            self._connection = await self._engine.connect()
        return await raw(self._connection)

    async def _ask(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        try:
            return await question(await self.open())
        except BaseException as error:
            if not isinstance(error, Exception) or is_away(error):  # left in the middle, or not to be trusted any more
                await self.drop()
            raise

    async def drop(self) -> None:
        """Close it: whatever was under way on it is over."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*AWAY):
                await connection.invalidate()
                await connection.close()


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A session that commits before the reply leaves (hence `scope="function"`), or rolls back."""
    async with AsyncSession(request.app.state.engine) as session, session.begin():
        yield session


Db = Annotated[AsyncSession, Depends(open_session, scope="function")]
