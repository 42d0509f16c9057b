"""What is stored of a citizen's words, shown to them after a form sent without script.

The address of the thanks carries a signed right to read one avis again, for ten minutes: nothing is kept in the
browser, and the words themselves are never in an address.
"""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request

from app.avis.guichet import Guichet
from app.avis.masquage import MARQUES
from app.avis.questionnaire import AvisDepose
from app.database import is_away
from app.pages import formulaire_sql as sql

DUREE = 600
"""Seconds during which the words may be read again."""
_MAC = 16


@dataclass(frozen=True, slots=True)
class Recu:
    """The words that are stored, and the kinds of what was removed from them."""

    commentaire: str | None
    autre: str | None

    @property
    def retires(self) -> list[str]:
        mots = f"{self.commentaire or ''} {self.autre or ''}"
        return [genre for genre, marque in MARQUES.items() if marque in mots]


async def droit_de_relire(request: Request, avis: AvisDepose) -> str:
    """The signed right, or nothing for an avis without words, or that is not stored (bouton d'essai)."""
    guichet: Guichet = request.app.state.guichet
    _, demarche_id = await guichet.bouton(avis.bouton)
    if not demarche_id or not (avis.commentaire or (avis.reponses and avis.reponses.aide_autre)):
        return ""
    claim = avis.id.bytes + demarche_id.to_bytes(4, "big") + int(time.time() + DUREE).to_bytes(5, "big")
    return base64.urlsafe_b64encode(claim + _mac(request, claim)).decode("ascii").rstrip("=")


async def relire(request: Request) -> Recu | None:
    """What is stored of the avis that the address gives a right to; None without a right, or with the database away."""
    claim = _verifie(request, request.query_params.get("recu", ""))
    if claim is None:
        return None
    try:
        async with request.app.state.engine.connect() as connection:
            row = await sql.mots(connection, int.from_bytes(claim[16:20], "big"), UUID(bytes=claim[:16]))
    except Exception as error:
        if not is_away(error):
            raise
        return None
    return Recu(row.commentaire, row.autre) if row is not None and any(row) else None


def _verifie(request: Request, recu: str) -> bytes | None:
    try:
        data = base64.urlsafe_b64decode(recu[:64].encode("ascii") + b"==")
    except ValueError:
        return None
    claim, mac = data[:25], data[25:]
    if len(data) != 25 + _MAC or not hmac.compare_digest(mac, _mac(request, claim)):
        return None
    return claim if int.from_bytes(claim[20:], "big") > time.time() else None


def _mac(request: Request, claim: bytes) -> bytes:
    cle: bytes = request.app.state.signataire.cle
    return hashlib.blake2b(claim, key=cle, person=b"recu/1", digest_size=_MAC).digest()
