"""`serve`, `migrate`: running the service."""

import asyncio

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from app import migrations
from app.cli.socle import Erreur, on_engine, open_database, with_engine
from app.settings import get_settings, read_secret_key

app = typer.Typer()


@app.command()
def serve() -> None:
    """Sert l'API, le formulaire et les pages."""
    from app import serveur

    settings = get_settings()
    read_secret_key(settings)
    if error := serveur.port_error(settings.host, settings.port):
        raise Erreur(error)
    with open_database(settings) as url:
        asyncio.run(on_engine(settings, url, _nothing))
        serveur.run(settings, url)


async def _nothing(_engine: AsyncEngine) -> None:
    """Checking the migrations was the point."""


@app.command()
def migrate() -> None:
    """Applique les migrations de la base."""
    revision = with_engine(migrations.migrate, migrated=False)
    typer.echo(f"Base à jour : révision {revision}.")
