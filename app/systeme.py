"""What the system refuses, said in French: its own sentences are in English. Pure."""

import errno
import re
import socket
from typing import Final

_RAISONS: Final = {
    errno.EACCES: "accès refusé",
    errno.EADDRINUSE: "un autre programme écoute déjà là",
    errno.EADDRNOTAVAIL: "cette adresse n'est pas celle de cette machine",
    errno.EAGAIN: "déjà utilisé",
    errno.ECONNREFUSED: "connexion refusée",
    errno.ECONNRESET: "connexion coupée",
    errno.EEXIST: "existe déjà",
    errno.EFBIG: "fichier trop grand",
    errno.EHOSTUNREACH: "machine hors d'atteinte",
    errno.EIO: "erreur de lecture ou d'écriture du disque",
    errno.EISDIR: "c'est un dossier",
    errno.ELOOP: "trop de liens symboliques",
    errno.EMFILE: "trop de fichiers ouverts",
    errno.ENAMETOOLONG: "nom trop long",
    errno.ENETUNREACH: "réseau hors d'atteinte",
    errno.ENOENT: "n'existe pas",
    errno.ENOSPC: "disque plein",
    errno.ENOTDIR: "n'est pas un dossier",
    errno.EPERM: "opération interdite",
    errno.EROFS: "disque en lecture seule",
    errno.ETIMEDOUT: "pas de réponse à temps",
}
_NOMS_DE_MACHINE: Final = {
    socket.EAI_AGAIN: "le nom de la machine n'a pas pu être cherché",
    socket.EAI_NONAME: "ce nom de machine n'existe pas",
}
_NUMERO: Final = re.compile(r"\[Errno ([0-9]+)\]")


def raison(error: OSError) -> str:
    """Why, in a few words; the system's code for what is not foreseen, never its own words. An error of number 0 is
    this project's, and says why itself.

    >>> raison(FileNotFoundError(2, "No such file or directory")), raison(OSError(71, "Protocol error"))
    ("n'existe pas", 'erreur EPROTO du système')
    >>> raison(OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 101] …"))
    'connexion refusée'
    """
    if error.errno == 0 and error.strerror:
        return error.strerror
    if isinstance(error, socket.gaierror):
        return _NOMS_DE_MACHINE.get(error.errno or 0, "le nom de la machine ne mène à rien")
    dit = _NUMERO.search(str(error))
    numero = error.errno or (int(dit[1]) if dit else 0)
    return _RAISONS.get(numero) or f"erreur {errno.errorcode.get(numero, numero or type(error).__name__)} du système"
