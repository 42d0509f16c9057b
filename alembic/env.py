"""Runs migrations over the service's own engine; each is one transaction, and fails rather than block the service."""

from sqlalchemy import Connection
from sqlmodel import SQLModel

import app.acquis
import app.avis.models
import app.compat.models
import app.demarches.models
import app.equipes.models
import app.observatoire.models  # noqa: F401
from alembic import context


def run(connection: Connection) -> None:
    # A migration that waits for a lock makes every deposit wait behind it: it must fail fast and be tried again.
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        transaction_per_migration=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
