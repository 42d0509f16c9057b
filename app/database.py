"""The database: one engine for the process, a session per request, and the raw asyncpg connection for the hot paths."""

import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Annotated, cast

import asyncpg
from fastapi import Depends, Request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from app.settings import parse_database_url

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:  # generic in its stubs only
    Connection = asyncpg.Connection

AWAY = (OSError, TimeoutError, DBAPIError, PoolTimeout, asyncpg.InterfaceError, asyncpg.PostgresError)
"""What a database that is away or refuses can raise, through SQLAlchemy or from asyncpg itself."""
_AWAY_STATES = ("08", "25", "28", "3D", "40", "42501", "53", "55", "57", "58", "XX")
"""SQLSTATE classes: connection, read-only, role refused, no such database, rollback, no right to connect, resources,
locks, operator, system, internal."""


_FICHIER = {errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOSPC, errno.EROFS}
"""What only a file refuses, besides the errors that name it."""


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database is away, full or too slow, as opposed to refusing what it was given."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_away(error.orig.__cause__ or error.orig))
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "08").startswith(_AWAY_STATES)
    if isinstance(error, OSError):
        return error.filename is None and error.errno not in _FICHIER
    return isinstance(error, AWAY)


def make_engine(url: str, size: int = 5, statement_seconds: float = 15) -> AsyncEngine:
    """One pool for everything; a caller waits two seconds for a connection at most, a statement runs for
    `statement_seconds` at most, so that a slow database shows as an error and never as a silent hang.
    """
    return create_async_engine(
        parse_database_url(url),
        pool_size=size,
        max_overflow=size,
        pool_timeout=2,
        pool_pre_ping=True,
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


async def raw(connection: AsyncConnection) -> Connection:
    """The asyncpg connection underneath, for COPY and for the group commit."""
    fairy = await connection.get_raw_connection()
    return cast("Connection", fairy.driver_connection)


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

    async def open(self) -> Connection:
        """The raw asyncpg connection."""
        if self._connection is None:
            self._connection = await self._engine.connect()
        return await raw(self._connection)

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
