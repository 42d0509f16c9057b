"""API keys: made, listed, revoked by an operator; checked when a request shows one.

The secret is 256 random bits: nobody can guess it, so its fingerprint needs neither salt nor a slow hash.
"""

import datetime as dt
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches.refus import ChampInvalide
from app.demarches.resolution import DemarcheInconnue, resolve
from app.demarches.texte import a_un_caractere_interdit, nettoyer
from app.equipes import sql
from app.equipes.refus import CleDejaRevoquee, CleExpiree, CleIntrouvable, CleInvalide, CleRevoquee

PREFIXE: Final = "jdma_"
"""Lets those who look for leaked secrets recognise one."""
PARIS: Final = ZoneInfo("Europe/Paris")
UN_AN: Final = dt.timedelta(days=365)
"""How long a key works when nothing is said of its end."""
Droits = Literal["chiffres", "verbatims"]
"""What a key may read of what it opens: figures only, or also what citizens wrote."""
_NUMERO_MAX: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Portee:
    """What a key opens: every démarche, or those of one ministère, or one; and what it may read there. `cle`: its
    number, for the journal.
    """

    ministere_id: int | None = None
    demarche_id: int | None = None
    droits: Droits = "chiffres"
    cle: int | None = None

    @property
    def administrateur(self) -> bool:
        """Whether nothing is out of reach."""
        return self.ministere_id is None and self.demarche_id is None

    def couvre(self, demarche_id: int, ministere_id: int | None) -> bool:
        """Whether a démarche, which belongs to this ministère, is within reach."""
        if self.ministere_id is not None:
            return ministere_id == self.ministere_id
        return self.demarche_id in {None, demarche_id}


@dataclass(frozen=True, slots=True)
class CleVue:
    """A key as an operator sees it; the secret cannot be shown again."""

    id: int
    nom: str
    portee: str
    droits: Droits
    cree_le: dt.datetime
    expire_le: dt.datetime | None
    revoquee_le: dt.datetime | None
    utilisee_le: dt.datetime | None


def empreinte(secret: str) -> bytes:
    """What is kept of a secret."""
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()


def dans_un_an() -> dt.date:
    """The last day, in Paris, of a key made today when nothing is said of its end."""
    return dt.datetime.now(PARIS).date() + UN_AN


async def creer(
    db: AsyncSession, nom: str, portee: str, dernier_jour: dt.date | None = None, droits: str = "chiffres"
) -> tuple[int, str]:
    """A new key, valid to the end of its last day in Paris (None: in a year); gives its number, and its secret this
    once.

    `portee`: `administrateur`, `ministere:<slug>` or `demarche:<slug>`; `droits`: one of Droits. Raises ChampInvalide.
    """
    texte = nettoyer(nom)
    if not texte or len(texte) > 200 or a_un_caractere_interdit(texte):
        raise ChampInvalide("nom", "un texte de 1 à 200 caractères est attendu, sans caractère de contrôle")
    if droits not in get_args(Droits):
        raise ChampInvalide("droits", f"« {droits[:100]} » n'existe pas (valeurs : {', '.join(get_args(Droits))})")
    sorte, ministere_id, demarche_id = await _portee(db, portee)
    secret = PREFIXE + secrets.token_urlsafe(32)
    valeurs = {
        "nom": texte,
        "empreinte": empreinte(secret),
        "portee": sorte,
        "ministere_id": ministere_id,
        "demarche_id": demarche_id,
        "droits": droits,
        "expire_le": _fin(dernier_jour or dans_un_an()),
    }
    return await sql.ajouter(db, valeurs), secret


async def _portee(db: AsyncSession, portee: str) -> tuple[str, int | None, int | None]:
    sorte, _, slug = portee.partition(":")
    if a_un_caractere_interdit(portee):
        raise ChampInvalide("portée", "caractère interdit")
    if portee == "administrateur":
        return sorte, None, None
    if sorte == "ministere" and slug:
        if (ministere := await sql.ministere(db, slug)) is None:
            raise _inconnu("ministere", slug, f"aucun ministère n'a le slug « {slug} »")
        return sorte, ministere, None
    if sorte == "demarche" and slug:
        try:
            return sorte, None, (await resolve(db, slug)).id
        except DemarcheInconnue:
            raise _inconnu("demarche", slug, f"aucune démarche ne s'appelle « {slug} »") from None
    attendues = "administrateur, ministere:SLUG ou demarche:SLUG est attendu"
    raise ChampInvalide("portée", f"« {portee[:100]} » n'existe pas, {attendues}")


def _inconnu(sorte: str, slug: str, message: str) -> ChampInvalide:
    refus = ChampInvalide("portée", message)
    refus.sorte, refus.demande = sorte, slug
    return refus


def _fin(dernier_jour: dt.date) -> dt.datetime:
    """The first instant after a day in Paris."""
    if dernier_jour < dt.datetime.now(PARIS).date():
        raise ChampInvalide("expiration", "ce jour est déjà passé")
    if dernier_jour.year > 2100:
        raise ChampInvalide("expiration", "une date avant 2101 est attendue")
    return dt.datetime.combine(dernier_jour + dt.timedelta(days=1), dt.time(), PARIS)


async def lister(db: AsyncSession) -> list[CleVue]:
    """Every key, the first one first."""
    return [CleVue(**ligne._mapping) for ligne in await sql.lister(db)]


async def revoquer(db: AsyncSession, numero: int) -> None:
    """Refuse a key from now on. Raises CleIntrouvable, CleDejaRevoquee."""
    cle = await sql.prendre(db, numero) if 0 < numero <= _NUMERO_MAX else None
    if cle is None:
        raise CleIntrouvable.nommant(str(numero))
    if cle.revoquee_le is not None:
        raise CleDejaRevoquee
    await sql.revoquer(db, numero)


async def verifier(db: AsyncSession, secret: str) -> Portee:
    """What the key of this secret opens; notes that it has been used, at most once an hour.

    Raises CleInvalide, CleRevoquee, CleExpiree.
    """
    cle = await sql.lire(db, empreinte(secret))
    if cle is None:
        raise CleInvalide
    if cle.revoquee:
        raise CleRevoquee
    if cle.expiree:
        raise CleExpiree
    if cle.a_marquer:
        await sql.marquer_utilisee(db, cle.id)
    return Portee(cle.ministere_id, cle.demarche_id, cle.droits, cle.id)
