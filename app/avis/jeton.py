"""The jeton that lets the citizen who has just deposited an avis complete it, for one hour.

It is a capability, not an identity: it names one avis and nothing of the person, and is stored nowhere. It is derived
from the time of the deposit, so that a replay of the same deposit gets the same jeton.
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
    detail = "Un avis se complète dans l'heure qui suit son dépôt. Ce qui a déjà été envoyé est conservé."


@dataclass(frozen=True, slots=True)
class Signataire:
    """Signs and checks jetons with a key of at most 64 bytes (keyed BLAKE2b, RFC 7693, is a MAC of its own)."""

    cle: bytes

    def sign(self, avis: UUID, demarche_id: int, depose_le: datetime, maintenant: float) -> str:
        """A jeton valid one hour from the deposit; from now when that hour is over (a replay after a long cut)."""
        deposit = int(depose_le.timestamp())
        start = deposit if deposit + DUREE > maintenant else int(maintenant)
        claim = demarche_id.to_bytes(4, "big") + (start + DUREE).to_bytes(5, "big")
        return base64.urlsafe_b64encode(claim + self._mac(avis, claim)).decode("ascii")

    def check(self, jeton: str, avis: UUID, maintenant: float) -> int:
        """The démarche of the avis that the jeton opens; JetonInvalide or JetonExpire otherwise."""
        try:
            data = base64.b64decode(jeton.encode("ascii"), altchars=b"-_", validate=True)
        except ValueError:
            raise JetonInvalide from None
        claim, mac = data[:9], data[9:]
        if len(data) != 9 + _MAC_BYTES or not hmac.compare_digest(mac, self._mac(avis, claim)):
            raise JetonInvalide
        if int.from_bytes(claim[4:], "big") <= maintenant:
            raise JetonExpire
        return int.from_bytes(claim[:4], "big")

    def _mac(self, avis: UUID, claim: bytes) -> bytes:
        data = avis.bytes + claim
        return hashlib.blake2b(data, key=self.cle, person=b"jeton/1", digest_size=_MAC_BYTES).digest()
