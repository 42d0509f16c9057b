"""The signature of a file: Ed25519 (RFC 8032), over its very bytes, in a file of 64 bytes beside it.

Standard tools check it: docs/donnees-ouvertes.md. Why Ed25519, and where the key comes from: docs/decisions/0007.
"""

import base64
import binascii
import secrets
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

from app.settings import Settings, create_private, read_kept, read_secret_key
from app.systeme import raison

CLE, PRECEDENTE = "JDMA_CLE_SIGNATURE", "JDMA_CLE_SIGNATURE_PRECEDENTE"
USAGE: Final = b"jdma/signature-donnees-ouvertes/1"
"""Versions before this one derived the key from the secret key, with this label."""


class CleIllisible(ValueError):
    """A key that is not one; the message never quotes it."""


class Sceau:
    """Signs files with one private key, and knows the public keys that verify: its own, and the one before."""

    def __init__(self, cle: Ed25519PrivateKey, precedente: Ed25519PublicKey | None = None) -> None:
        self._cle = cle
        publiques = [cle.public_key(), *([precedente] if precedente is not None else [])]
        self._publiques = {publique.public_bytes_raw(): publique for publique in publiques}
        self.pems = [en_pem(identite) for identite in self._publiques]
        """The public keys as PEM: its own, then the one before if there is one."""

    @property
    def cle_publique(self) -> bytes:
        """Its own public key, as PEM."""
        return self.pems[0]

    @property
    def identites(self) -> list[bytes]:
        """The 32 bytes of each public key, its own first."""
        return list(self._publiques)

    def signer(self, octets: bytes) -> bytes:
        """The 64 bytes of the signature; the same for the same file, always."""
        return self._cle.sign(octets)

    def reconnait(self, octets: bytes, signature: bytes, cle: bytes) -> bool | None:
        """Whether the holder of this public key (32 bytes) signed these bytes; None for a key that it does not know."""
        publique = self._publiques.get(cle)
        return None if publique is None else _est_signe(octets, signature, publique)


def en_pem(identite: bytes) -> bytes:
    """A public key, given as its 32 bytes, as PEM."""
    cle = Ed25519PublicKey.from_public_bytes(identite)
    return cle.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def ouvrir_sceau(settings: Settings) -> Sceau | None:
    """The keys of the settings or, beside an embedded database, those made once and kept; None when there is none.

    Raises CleIllisible.
    """
    precedente = settings.cle_signature_precedente
    if settings.cle_signature is not None:
        cle = _lire_privee(settings.cle_signature.get_secret_value())
        return Sceau(cle, None if precedente is None else _lire_publique(precedente.get_secret_value()))
    if settings.embedded:
        return _ouvrir_embarquee(settings)
    if precedente is not None:
        raise CleIllisible(f"{PRECEDENTE} ne va pas sans {CLE} : donnez la nouvelle clé, ou mettez celle-ci dans {CLE}")
    return None


def _ouvrir_embarquee(settings: Settings) -> Sceau:
    """The key kept in the data directory, and the one that an earlier version derived there from the secret key."""
    chemin, ancienne = (settings.data_dir / nom for nom in ("cle_signature", "cle_signature_precedente"))
    if not chemin.exists() and not ancienne.exists() and (settings.data_dir / "cle_secrete").exists():
        create_private(ancienne, _en_base64(_deriver(read_secret_key(settings))))
    neuve = read_kept(chemin, lambda: _en_base64(secrets.token_bytes(32)))
    avant = _lire_publique(ancienne.read_text()) if ancienne.exists() else None
    if settings.cle_signature_precedente is not None:
        avant = _lire_publique(settings.cle_signature_precedente.get_secret_value())
    return Sceau(_lire_privee(neuve.decode()), avant)


def _en_base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _deriver(secret: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=USAGE).derive(secret)


def _lire_publique(valeur: str) -> Ed25519PublicKey:
    """The public key of a setting that gives it, or the private one."""
    try:
        chemin = Path(valeur.strip())
        texte = chemin.read_text() if "-----BEGIN" not in valeur and chemin.is_file() else valeur
    except (OSError, ValueError):
        texte = valeur
    if "BEGIN PUBLIC KEY" not in texte:
        return _lire_privee(texte, PRECEDENTE).public_key()
    try:
        return _charger_publique(texte.encode())
    except CleIllisible as error:
        raise CleIllisible(f"{PRECEDENTE} : {error}") from None


def _lire_privee(valeur: str, nom: str = CLE) -> Ed25519PrivateKey:
    valeur = valeur.strip()
    attendu = "un fichier PEM, ou la graine de 32 octets en base64, d'une clé privée Ed25519 sans mot de passe"
    try:
        if "-----BEGIN" not in valeur and not Path(valeur).is_file():
            return Ed25519PrivateKey.from_private_bytes(base64.b64decode(valeur, validate=True))
        pem = valeur.encode() if "-----BEGIN" in valeur else Path(valeur).read_bytes()
        cle = load_pem_private_key(pem, password=None)
    except OSError as error:
        raise CleIllisible(f"{nom} : ce fichier ne peut pas être lu ({raison(error)})") from None
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm):
        raise CleIllisible(f"{nom} : {_absent(valeur)}{attendu} est attendu") from None
    if not isinstance(cle, Ed25519PrivateKey):
        raise CleIllisible(f"{nom} : {attendu} est attendu")
    return cle


def _absent(valeur: str) -> str:
    """That a file is missing, when the value looks like a path; quoted when it can be no seed, which has no dot."""
    if "-----BEGIN" in valeur or not ("." in valeur or valeur.startswith(("/", "~"))) or Path(valeur).is_file():
        return ""
    nomme = f" {valeur[:200]}" if "." in valeur and "\n" not in valeur else ""
    return "ce n'est pas un fichier ; " if Path(valeur).exists() else f"le fichier{nomme} n'existe pas ; "


def verifier(octets: bytes, signature: bytes, cle_publique: bytes) -> bool:
    """Whether these bytes are those that the holder of the key (PEM) signed. Raises CleIllisible."""
    return _est_signe(octets, signature, _charger_publique(cle_publique))


def _charger_publique(pem: bytes) -> Ed25519PublicKey:
    try:
        cle = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        cle = None
    if not isinstance(cle, Ed25519PublicKey):
        raise CleIllisible("la clé publique n'est pas une clé Ed25519 au format PEM")
    return cle


def _est_signe(octets: bytes, signature: bytes, cle: Ed25519PublicKey) -> bool:
    try:
        cle.verify(signature, octets)
    except InvalidSignature:
        return False
    return True
