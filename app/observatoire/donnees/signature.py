"""The signature of a file: Ed25519 (RFC 8032), over its very bytes, in a file of 64 bytes beside it.

Standard tools check it: docs/donnees-ouvertes.md. Why Ed25519, and where the key comes from: docs/decisions/0006.
"""

import base64
import binascii
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from pydantic import SecretStr

USAGE: Final = b"jdma/signature-donnees-ouvertes/1"
"""What the key derived from the secret key is for: no other use of that secret gives the same."""


class CleIllisible(ValueError):
    """A key that is not one; the message never quotes it."""


class Sceau:
    """Signs files, with one private key."""

    def __init__(self, cle: Ed25519PrivateKey) -> None:
        self._cle = cle
        self.cle_publique = cle.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        """As PEM."""

    def signer(self, octets: bytes) -> bytes:
        """The 64 bytes of the signature; the same for the same file, always."""
        return self._cle.sign(octets)


def ouvrir_sceau(reglage: SecretStr | None, secret: bytes) -> Sceau:
    """The key of the setting or, without it, one derived from the service's secret key. Raises CleIllisible."""
    return Sceau(_deriver(secret) if reglage is None else _lire_privee(reglage.get_secret_value().strip()))


def _deriver(secret: bytes) -> Ed25519PrivateKey:
    graine = HKDF(algorithm=SHA256(), length=32, salt=None, info=USAGE).derive(secret)
    return Ed25519PrivateKey.from_private_bytes(graine)


def _lire_privee(valeur: str) -> Ed25519PrivateKey:
    attendu = "un fichier PEM, ou la graine de 32 octets en base64, d'une clé privée Ed25519 sans mot de passe"
    try:
        if "-----BEGIN" not in valeur and not Path(valeur).is_file():
            return Ed25519PrivateKey.from_private_bytes(base64.b64decode(valeur, validate=True))
        pem = valeur.encode() if "-----BEGIN" in valeur else Path(valeur).read_bytes()
        cle = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, OSError, binascii.Error, UnsupportedAlgorithm):
        raise CleIllisible(f"JDMA_CLE_SIGNATURE : {attendu} est attendu") from None
    if not isinstance(cle, Ed25519PrivateKey):
        raise CleIllisible(f"JDMA_CLE_SIGNATURE : {attendu} est attendu")
    return cle


def verifier(octets: bytes, signature: bytes, cle_publique: bytes) -> bool:
    """Whether these bytes are those that the holder of the key (PEM) signed. Raises CleIllisible."""
    try:
        cle = load_pem_public_key(cle_publique)
    except (ValueError, UnsupportedAlgorithm):
        cle = None
    if not isinstance(cle, Ed25519PublicKey):
        raise CleIllisible("la clé publique n'est pas une clé Ed25519 au format PEM")
    try:
        cle.verify(signature, octets)
    except InvalidSignature:
        return False
    return True
