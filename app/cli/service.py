"""`serve`, `migrate`, `demo`: running the service."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

import typer

from app.cli.annonce import announced
from app.cli.socle import Erreur, get_settings, on_engine, open_database, service_role, with_engine

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from app.demo.pages_hote import Vitrine

app = typer.Typer()
PORT_MAX: Final = 65_535


@app.command()
def serve() -> None:
    """Sert l'API, le formulaire et les pages."""
    from app import serveur
    from app.cli.cles_du_service import check_keys, warn_without_key
    from app.cli.roles import prepare_service

    settings = get_settings()
    sceau = check_keys(settings)
    if error := serveur.port_error(settings.host, settings.port):
        raise Erreur(error)
    with open_database(settings, watched=True) as url:
        address = prepare_service(settings, url)
        warn_without_key(sceau)
        with announced(settings):
            serveur.run(settings, address)


@app.command()
def demo() -> None:
    """Tout d'un coup, pour un premier regard : base, catalogue et avis inventés, service, page hôte."""
    from app import serveur
    from app import settings as reglages
    from app.cli.cles_du_service import check_keys
    from app.cli.roles import prepare_service
    from app.demo import lancement
    from app.demo.pages_hote import pages
    from app.demo.site_hote import serving_site

    os.environ.setdefault("JDMA_JOURNAL_NIVEAU", "warning")  # the terminal is for what there is to open
    reglages.get_settings.cache_clear()
    settings = get_settings()
    if settings.port == PORT_MAX:
        raise Erreur(f"JDMA_PORT={PORT_MAX} : la démonstration prend aussi le port suivant, {PORT_MAX - 1} au plus")
    sceau = check_keys(settings)
    for port in (settings.port, settings.port + 1):
        if error := serveur.port_error(settings.host, port):
            raise Erreur(error)

    async def prepare(engine: AsyncEngine) -> Vitrine | None:
        await lancement.load(engine, settings.data_dir, sceau)
        return await lancement.showcase(engine)

    with open_database(settings, watched=True) as url:
        shown = asyncio.run(on_engine(settings, url, prepare))
        if shown is None:
            raise Erreur("le catalogue de cette base n'a aucun bouton ouvert à montrer")
        site = pages(settings.base, shown, officiel=settings.officiel)
        with serving_site(settings.host, settings.port + 1, site), announced(settings):
            typer.echo(lancement.announce(settings, shown))
            serveur.run(settings, prepare_service(settings, url))


@app.command()
def migrate() -> None:
    """Applique les migrations de la base, puis donne ses droits au rôle du service."""

    from app import migrations

    async def work(engine: AsyncEngine) -> str:
        address = engine.url.render_as_string(hide_password=False)
        return await migrations.migrate(engine, service_role(get_settings(), address))

    typer.echo(f"Base à jour : révision {with_engine(work, migrated=False)}.")
