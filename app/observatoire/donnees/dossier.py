"""A set of files in a directory: each is there whole, or not at all."""

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.observatoire.donnees.fichiers import avec_sommes
from app.observatoire.donnees.signature import Sceau, en_pem

CLE: Final = "cle-publique.pem"


def signer(fichiers: Mapping[str, bytes], sceau: Sceau) -> dict[str, bytes]:
    """The files, the sums of all, the signature of each, and the key that verifies them."""
    tous = avec_sommes(fichiers)
    return tous | {f"{nom}.sig": sceau.signer(octets) for nom, octets in tous.items()} | {CLE: sceau.cle_publique}


def accompagner(fichiers: Mapping[str, bytes], signatures: Mapping[str, bytes], cle: bytes) -> dict[str, bytes]:
    """The same with the signatures that were made when they were published, and the public key (32 bytes) of these."""
    tous = avec_sommes(fichiers)
    return tous | {f"{nom}.sig": signatures[nom] for nom in tous if nom in signatures} | {CLE: en_pem(cle)}


def ecrire(dossier: Path, fichiers: Mapping[str, bytes]) -> None:
    """Write them all, or none: nothing takes its name before everything is on the disk.

    Files of other names in the directory stay. Raises OSError, with the directory as it was.
    """
    nouveau = not dossier.exists()
    dossier.mkdir(parents=True, exist_ok=True)
    brouillon = dossier / f".en-cours-{secrets.token_hex(4)}"
    try:
        brouillon.mkdir()
        for nom, octets in fichiers.items():
            _ecrire(brouillon / nom, octets)
        for nom in fichiers:
            (brouillon / nom).replace(dossier / nom)
    except BaseException:
        shutil.rmtree(dossier if nouveau else brouillon, ignore_errors=True)
        raise
    brouillon.rmdir()


def _ecrire(chemin: Path, octets: bytes) -> None:
    with chemin.open("xb") as fichier:
        fichier.write(octets)
        fichier.flush()
        os.fsync(fichier.fileno())
