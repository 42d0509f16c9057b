"""The database: one engine for the process, a session per request, and the raw asyncpg connection for the hot paths."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, cast

import asyncpg
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from app.settings import parse_database_url


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


async def raw(connection: AsyncConnection) -> "asyncpg.Connection[asyncpg.Record]":
    """The asyncpg connection underneath, for COPY and for the group commit."""
    fairy = await connection.get_raw_connection()
    return cast("asyncpg.Connection[asyncpg.Record]", fairy.driver_connection)


@asynccontextmanager
async def raw_connection(engine: AsyncEngine) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A raw asyncpg connection, borrowed from the engine's pool for the block."""
    async with engine.connect() as connection:
        yield await raw(connection)


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A session that commits before the reply leaves (hence `scope="function"`), or rolls back."""
    async with AsyncSession(request.app.state.engine) as session, session.begin():
        yield session


Db = Annotated[AsyncSession, Depends(open_session, scope="function")]
