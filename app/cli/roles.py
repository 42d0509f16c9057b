"""`roles`: the role that the service connects as, with no more rights than it uses; and what `serve` wants of it."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

import typer

from app.cli.socle import Erreur, get_settings, on_engine, service_address, service_role, with_engine

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from app.roles.service import Bilan, Role
    from app.settings import Settings

app = typer.Typer()

_DROIT_REFUSE: Final = "42501"
_DROIT_MANQUANT: Final = (
    "le rôle de la base n'a pas ce droit : donnez l'adresse de son propriétaire aux commandes, dans "
    "JDMA_DATABASE_URL_PROPRIETAIRE, et ses droits au service par « jdma roles »"
)
_PROPRIETAIRE_SANS_DROIT: Final = (
    "le rôle de JDMA_DATABASE_URL_PROPRIETAIRE n'a pas ce droit : ce n'est pas lui le propriétaire de ce qui est touché"
)
_OBJETS: Final = {"table": "table", "relation": "table", "view": "vue", "sequence": "séquence", "schema": "schéma"} | {
    "database": "base",
    "function": "fonction",
    "role": "rôle",
}
_OBJET_REFUSE: Final = re.compile(rf"(?:for|of) ({'|'.join(_OBJETS)}) \"?([^\s\"]{{1,80}})")
_UN_SEUL: Final = (
    "il n'y a qu'un rôle : donnez au propriétaire de la base JDMA_DATABASE_URL_PROPRIETAIRE, et à JDMA_DATABASE_URL "
    "un autre nom, que cette commande créera"
)
_ETRANGERE: Final = (
    "Attention : la table {table} appartient au rôle {proprietaire}, ses droits ne sont pas changés. Si c'est une "
    "table du service, donnez-la à son propriétaire (ALTER TABLE … OWNER TO …), puis relancez « jdma roles »."
)


def lacks_right(error: BaseException) -> bool:
    """Whether the role that is connected may not do what it was asked; not to be let in is something else."""
    cause = getattr(error, "orig", None) or error
    connexion = any(base in str(cause) for base in ("for database", "base de données"))
    return getattr(cause, "sqlstate", None) == _DROIT_REFUSE and not connexion


def explain_lack(cause: BaseException) -> str:
    """What an operator does about a right that is lacking: the owner's address is asked for only if it is missing."""
    what = _OBJET_REFUSE.search(str(getattr(cause, "orig", None) or cause))
    touche = f" ({_OBJETS.get(what[1], what[1])} {what[2]})" if what else ""
    return f"{_PROPRIETAIRE_SANS_DROIT if get_settings().database_url_proprietaire else _DROIT_MANQUANT}{touche}"


@app.command()
def roles() -> None:
    """Crée le rôle du service s'il manque, lui donne son mot de passe et les seuls droits qu'il utilise."""
    from app.roles import service

    async def work(engine: AsyncEngine) -> Bilan:
        role = service_role(get_settings(), engine.url.render_as_string(hide_password=False))
        if role is None:
            raise Erreur(_UN_SEUL)
        async with engine.begin() as connection:
            bilan = await service.etablir(connection, role)
            change = await service.changer_mot_de_passe(connection, role)
        if not change:
            await require_password(role, engine.url.username)
        return bilan

    bilan = with_engine(work)
    for table, proprietaire in bilan.etrangeres.items():
        typer.echo(_ETRANGERE.format(table=table, proprietaire=proprietaire), err=True)
    bilan.exiger()
    typer.echo(f"Rôle du service : {bilan.role}, {'droits donnés' if bilan.change else 'rien à changer'}.")


async def require_password(role: Role, proprietaire: str | None) -> None:
    """The role has its password already, when the owner may not change it. Raises Erreur."""
    import asyncpg

    from app.database import AWAY, make_engine

    engine = make_engine(get_settings().database_url or "")
    try:
        async with engine.connect():
            return
    except AWAY as error:
        cause = getattr(error, "orig", None) or error
        if not isinstance(cause.__cause__ or cause, asyncpg.InvalidAuthorizationSpecificationError):
            raise
        raise Erreur(
            f"le mot de passe de JDMA_DATABASE_URL n'est pas celui du rôle {role.nom}, qui existe déjà, et le rôle "
            f"{proprietaire} n'a pas le droit de le changer : corrigez l'adresse, ou faites exécuter "
            f"« ALTER ROLE {role.nom} PASSWORD '…' » par l'administrateur de la base"
        ) from None
    finally:
        await engine.dispose()


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
    if defaut is None:
        return
    if defaut.sorte == "superutilisateur" and not get_settings().accepter_superutilisateur:
        raise Erreur(
            f"le rôle {engine.url.username or 'de JDMA_DATABASE_URL'} est superutilisateur : le service ne "
            "démarre pas ainsi. Mettez cette adresse dans JDMA_DATABASE_URL_PROPRIETAIRE, un autre nom dans "
            "JDMA_DATABASE_URL, puis lancez « jdma roles » (pour un essai : JDMA_ACCEPTER_SUPERUTILISATEUR=true)"
        )
    structlog.get_logger().warning("role_trop_puissant", defaut=defaut.sorte, droits=defaut.droits)
