"""What the system refuses, said in French: its own sentences are in English. Pure."""

import errno
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


def raison(error: OSError) -> str:
    """Why, in a few words; the system's own words for what is not foreseen.

    >>> raison(FileNotFoundError(2, "No such file or directory")), raison(OSError("…"))
    ("n'existe pas", '…')
    """
    return _RAISONS.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__
