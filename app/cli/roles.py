"""`roles`: the role that the service connects as, with no more rights than it uses; and what `serve` wants of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import typer

from app.cli.socle import Erreur, get_settings, on_engine, service_address, service_role, with_engine

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from app.settings import Settings

app = typer.Typer()

_DROIT_REFUSE: Final = "42501"
DROIT_MANQUANT: Final = (
    "le rôle de la base n'a pas ce droit : donnez l'adresse de son propriétaire aux commandes, dans "
    "JDMA_DATABASE_URL_PROPRIETAIRE, et ses droits au service par « jdma roles »"
)
_UN_SEUL: Final = (
    "il n'y a qu'un rôle : donnez au propriétaire de la base JDMA_DATABASE_URL_PROPRIETAIRE, et à JDMA_DATABASE_URL "
    "un autre nom, que cette commande créera"
)


def lacks_right(error: BaseException) -> bool:
    """Whether the role that is connected may not do what it was asked; not to be let in is something else."""
    cause = getattr(error, "orig", None) or error
    connexion = any(base in str(cause) for base in ("for database", "base de données"))
    return getattr(cause, "sqlstate", None) == _DROIT_REFUSE and not connexion


@app.command()
def roles() -> None:
    """Crée le rôle du service s'il manque, lui donne son mot de passe et les seuls droits qu'il utilise."""
    from app.roles import service

    async def work(engine: AsyncEngine) -> tuple[str, bool]:
        role = service_role(get_settings(), engine.url.render_as_string(hide_password=False))
        if role is None:
            raise Erreur(_UN_SEUL)
        async with engine.begin() as connection:
            change = await service.etablir(connection, role)
            await service.changer_mot_de_passe(connection, role)
        return role.nom, change

    nom, change = with_engine(work)
    typer.echo(f"Rôle du service : {nom}, {'droits donnés' if change else 'rien à changer'}.")


def prepare_service(settings: Settings, url: str) -> str:
    """The address that the service will use, once its migrations and its role are checked (`url`: the owner's)."""
    if settings.embedded:
        asyncio.run(on_engine(settings, url, _nothing))
    address = service_address(settings, url)
    asyncio.run(on_engine(settings, address, check_role, migrated=not settings.embedded))
    return address


async def _nothing(_engine: AsyncEngine) -> None:
    """Bringing the embedded database up to date was the point."""


async def check_role(engine: AsyncEngine) -> None:
    """Refuse to serve as a superuser; say so when the role that serves could still change what was published."""
    import structlog

    from app.roles import service

    async with engine.connect() as connection:
        defaut = await service.defaut_de_celui_qui_sert(connection)
    if defaut == "superutilisateur" and not get_settings().accepter_superutilisateur:
        raise Erreur(
            f"le rôle {engine.url.username or 'de JDMA_DATABASE_URL'} est superutilisateur : le service ne "
            "démarre pas ainsi. Mettez cette adresse dans JDMA_DATABASE_URL_PROPRIETAIRE, un autre nom dans "
            "JDMA_DATABASE_URL, puis lancez « jdma roles » (pour un essai : JDMA_ACCEPTER_SUPERUTILISATEUR=true)"
        )
    if defaut is not None:
        structlog.get_logger().warning("role_trop_puissant", defaut=defaut)
