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
from app.roles.droits import Droit, Exces, droits

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


@dataclass(frozen=True, slots=True)
class Bilan:
    """What was done for a role: whether anything changed, what the owner could not take back, the tables of others."""

    role: str
    change: bool
    restes: list[Exces]
    etrangeres: dict[str, str]
    """Tables of the schema that somebody else owns, and who: their rights are not the owner's to give."""

    def exiger(self) -> None:
        """Raise RoleImpossible when the role keeps rights that it must not have."""
        if self.restes:
            raise RoleImpossible(
                f"le rôle {self.role} garde des droits en trop, que le propriétaire ne peut pas lui reprendre "
                f"({', '.join(reste.quoi for reste in self.restes)}) : faites exécuter par l'administrateur de la base "
                f"« {' ; '.join(reste.retrait for reste in self.restes)} »"
            )


async def etablir(connection: AsyncConnection, role: Role) -> Bilan:
    """Make the role if it is missing, and give it its rights, all of them and, as far as the owner can, no other.

    In the caller's transaction, the owner's, once migrations are applied. Raises RoleImpossible.
    """
    nouveau = await _creer(connection, role)
    await _exiger_proprietaire(connection)
    voulus = droits(await sql.tables(connection))
    exces = await _en_trop(connection, role.nom, voulus)
    for un in exces:
        await sql.essayer(connection, un.retrait)
    await _exiger_modeste(connection, role)
    manquants = voulus - await sql.accordes(connection, role.nom)
    if manquants:
        await sql.fermer_la_base(connection)
        await sql.accorder(connection, role.nom, manquants)
    restes = await _en_trop(connection, role.nom, voulus) if exces else []
    change = nouveau or bool(manquants) or len(restes) < len(exces)
    return Bilan(role.nom, change, restes, await sql.tables_etrangeres(connection))


async def _en_trop(connection: AsyncConnection, role: str, voulus: set[Droit]) -> list[Exces]:
    """All that a role may do here besides these, however it came by it: by name, as anybody, as a member of another."""
    nommes = sorted(await sql.accordes(connection, role) - voulus)
    publics = sorted(await sql.accordes(connection, None))
    return [
        *(sql.exces(droit, role) for droit in nommes),
        *(sql.exces(droit, None) for droit in publics),
        *await sql.exces_hors_des_tables(connection, role),
    ]


async def _exiger_proprietaire(connection: AsyncConnection) -> None:
    if (autre := await sql.autre_proprietaire(connection)) is not None:
        raise RoleImpossible(
            f"les tables appartiennent au rôle {autre.proprietaire}, et les commandes se connectent sous {autre.moi} : "
            f"mettez l'adresse de {autre.proprietaire} dans JDMA_DATABASE_URL_PROPRIETAIRE"
        )


async def _creer(connection: AsyncConnection, role: Role) -> bool:
    if await sql.lire(connection, role.nom) is not None:
        return False
    if not await sql.peut_creer(connection):
        raise RoleImpossible(
            f"le rôle {role.nom} de JDMA_DATABASE_URL n'existe pas, et le propriétaire n'a pas le droit de le créer : "
            f"faites exécuter « CREATE ROLE {sql.citer(role.nom)} LOGIN PASSWORD '…' », puis relancez « jdma roles »"
        )
    await sql.creer(connection, role.nom)
    await changer_mot_de_passe(connection, role)
    return True


async def _exiger_modeste(connection: AsyncConnection, role: Role) -> None:
    """Once its memberships are taken back."""
    actuel = await sql.lire(connection, role.nom)
    assert actuel is not None
    if actuel.superutilisateur or actuel.proprietaire:
        quoi = "superutilisateur" if actuel.superutilisateur else "propriétaire des tables"
        raise RoleImpossible(
            f"le rôle {role.nom} de JDMA_DATABASE_URL est {quoi}, ou membre d'un rôle qui l'est : "
            "donnez-en un autre au service"
        )


async def changer_mot_de_passe(connection: AsyncConnection, role: Role) -> bool:
    """Give the role the password of its address; nothing without one. False when the owner has no right to."""
    if role.mot_de_passe is None:
        return True
    return await sql.essayer(connection, sql.fixer_mot_de_passe(role.nom, verificateur(role.mot_de_passe)))


def verificateur(mot_de_passe: str, sel: bytes | None = None) -> str:
    """What PostgreSQL keeps of a password (RFC 5803)."""
    sel = sel or secrets.token_bytes(16)
    sale = hashlib.pbkdf2_hmac("sha256", unicodedata.normalize("NFKC", mot_de_passe).encode(), sel, _TOURS)
    cle = hashlib.sha256(hmac.digest(sale, b"Client Key", "sha256")).digest()
    sel_64, cle_64, serveur_64 = (
        base64.b64encode(octets).decode() for octets in (sel, cle, hmac.digest(sale, b"Server Key", "sha256"))
    )
    return f"SCRAM-SHA-256${_TOURS}:{sel_64}${cle_64}:{serveur_64}"


@dataclass(frozen=True, slots=True)
class Defaut:
    """Why a role should not serve: `superutilisateur`, `proprietaire` or `droits_en_trop`, which are then named."""

    sorte: str
    droits: list[str] = field(default_factory=list)


async def defaut_de_celui_qui_sert(connection: AsyncConnection) -> Defaut | None:
    """What is wrong with the current role, or with what it may become; None when it has its rights and no other."""
    actuel = await sql.lire(connection)
    assert actuel is not None
    if actuel.superutilisateur:
        return Defaut("superutilisateur")
    if actuel.proprietaire:
        return Defaut("proprietaire")
    exces = await _en_trop(connection, actuel.nom, droits(await sql.tables(connection)))
    return Defaut("droits_en_trop", [un.quoi for un in exces]) if exces else None
