"""Makes the service's role and gives it its rights; says what is wrong with the one that serves."""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from app.roles import sql
from app.roles.droits import droits

_TOURS: Final = 4096


class RoleImpossible(ValueError):
    """The service's role cannot be what it must be; the message says what to do, for an operator."""


@dataclass(frozen=True, slots=True)
class Role:
    """The role that serves, and its password when it has one."""

    nom: str
    mot_de_passe: str | None = field(default=None, repr=False)


def lire_role(url: URL, proprietaire: URL) -> Role | None:
    """The role that serves at this address, or None when it is the owner itself."""
    if not url.username or url.username == proprietaire.username:
        return None
    return Role(url.username, str(url.password) if url.password else None)


async def etablir(connection: AsyncConnection, role: Role) -> bool:
    """Make the role if it is missing, and give it its rights, all of them and no other; whether anything changed.

    In the caller's transaction, the owner's, once migrations are applied. Raises RoleImpossible.
    """
    nouveau = await _creer(connection, role)
    voulus = droits(await sql.tables(connection))
    if await sql.accordes(connection, role.nom) == voulus:
        return nouveau
    await sql.fermer_la_base(connection)
    await sql.retirer_tout(connection, role.nom)
    await sql.accorder(connection, role.nom, voulus)
    return True


async def _creer(connection: AsyncConnection, role: Role) -> bool:
    actuel = await sql.lire(connection, role.nom)
    if actuel is not None:
        if actuel.superutilisateur or actuel.proprietaire:
            quoi = "superutilisateur" if actuel.superutilisateur else "propriétaire des tables"
            raise RoleImpossible(f"le rôle {role.nom} de JDMA_DATABASE_URL est {quoi} : donnez-en un autre au service")
        return False
    if not await sql.peut_creer(connection):
        raise RoleImpossible(
            f"le rôle {role.nom} de JDMA_DATABASE_URL n'existe pas, et le propriétaire n'a pas le droit de le créer : "
            f"faites exécuter « CREATE ROLE {sql.citer(role.nom)} LOGIN PASSWORD '…' », puis relancez « jdma roles »"
        )
    await sql.creer(connection, role.nom)
    await changer_mot_de_passe(connection, role)
    return True


async def changer_mot_de_passe(connection: AsyncConnection, role: Role) -> None:
    """Give the role the password of its address; nothing without one."""
    if role.mot_de_passe is not None:
        await sql.fixer_mot_de_passe(connection, role.nom, verificateur(role.mot_de_passe))


def verificateur(mot_de_passe: str, sel: bytes | None = None) -> str:
    """What PostgreSQL keeps of a password (RFC 5803)."""
    sel = sel or secrets.token_bytes(16)
    sale = hashlib.pbkdf2_hmac("sha256", unicodedata.normalize("NFKC", mot_de_passe).encode(), sel, _TOURS)
    cle = hashlib.sha256(hmac.digest(sale, b"Client Key", "sha256")).digest()
    sel_64, cle_64, serveur_64 = (
        base64.b64encode(octets).decode() for octets in (sel, cle, hmac.digest(sale, b"Server Key", "sha256"))
    )
    return f"SCRAM-SHA-256${_TOURS}:{sel_64}${cle_64}:{serveur_64}"


async def defaut_de_celui_qui_sert(connection: AsyncConnection) -> str | None:
    """`superutilisateur` or `proprietaire` when the current role is one, or may become one; None when it may serve."""
    actuel = await sql.lire(connection)
    assert actuel is not None
    if actuel.superutilisateur:
        return "superutilisateur"
    return "proprietaire" if actuel.proprietaire else None
