"""The jeton that lets the citizen who has just deposited an avis complete it, for one hour.

It is a capability, not an identity: it names one avis and nothing of the person, and is stored nowhere. It is derived
from the time of the deposit, so that a replay of the same deposit gets the same jeton, which ends when the first does.

Nothing here reads a clock: the time of the deposit is the database's, and so is the one that the end is held against.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.problems import Probleme

DUREE = 3600
_MAC_BYTES = 16


class JetonInvalide(Probleme):
    status, code, titre = 401, "jeton_invalide", "Jeton absent ou non valide"
    detail = "L'en-tête Authorization doit porter le jeton rendu au dépôt de cet avis."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": "Bearer"})


class JetonExpire(JetonInvalide):
    code, titre = "jeton_expire", "Jeton expiré"
    detail = (
        "Un avis se complète dans l'heure qui suit son dépôt, tant que son bouton est ouvert. "
        "Ce qui a déjà été envoyé est conservé."
    )


@dataclass(frozen=True, slots=True)
class Droit:
    """What a jeton opens, until when. `lieu`: the démarche of the avis, or minus the bouton for a bouton d'essai."""

    avis: UUID
    lieu: int
    fin: int

    def check_fin(self, maintenant: datetime) -> None:
        """Raise JetonExpire when it has ended by the database's clock."""
        if maintenant.timestamp() >= self.fin:
            raise JetonExpire


@dataclass(frozen=True, slots=True)
class Signataire:
    """Signs and checks jetons with a key of at most 64 bytes (keyed BLAKE2b, RFC 7693, is a MAC of its own).

    `precedentes`: keys that sign nothing any more, and whose jetons are accepted until they end.
    """

    cle: bytes
    precedentes: tuple[bytes, ...] = ()

    def sign(self, avis: UUID, lieu: int, depose_le: datetime) -> str:
        """The jeton of an avis: it ends one hour after the deposit, whenever it is asked for."""
        fin = int(depose_le.timestamp()) + DUREE
        claim = lieu.to_bytes(4, "big", signed=True) + fin.to_bytes(5, "big")
        return base64.urlsafe_b64encode(claim + _mac(self.cle, avis, claim)).decode("ascii")

    def check(self, jeton: str, avis: UUID) -> Droit:
        """What the jeton opens, whether or not it has ended; JetonInvalide unless this avis's own."""
        try:
            data = base64.b64decode(jeton.encode("ascii"), altchars=b"-_", validate=True)
        except ValueError:
            raise JetonInvalide from None
        claim, mac = data[:9], data[9:]
        if len(data) != 9 + _MAC_BYTES or not any(
            hmac.compare_digest(mac, _mac(cle, avis, claim)) for cle in (self.cle, *self.precedentes)
        ):
            raise JetonInvalide
        return Droit(avis, int.from_bytes(claim[:4], "big", signed=True), int.from_bytes(claim[4:], "big"))


def _mac(cle: bytes, avis: UUID, claim: bytes) -> bytes:
    data = avis.bytes + claim
    return hashlib.blake2b(data, key=cle, person=b"jeton/1", digest_size=_MAC_BYTES).digest()


def signataire(*secrets: bytes) -> Signataire:
    """Signs with the first of these secret keys, of any length, and accepts what any of them signed."""
    cle, *precedentes = (hashlib.sha512(secret).digest() for secret in secrets)
    return Signataire(cle, tuple(precedentes))
