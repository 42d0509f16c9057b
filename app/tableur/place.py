"""Where the rejects of an import go: never over the file that is read, nor over one that says something already."""

import os
from itertools import count
from pathlib import Path
from typing import Final

from app.tableur.refus import HorsDuFichier

_SORTIES: Final = (1, 2)


def choisir(lu: str | int, voulue: Path) -> Path:
    """Where to write the rejects of `lu` (a path, or the number of an open file): the place that was asked for, or the
    next free name beside it. Raises HorsDuFichier when it is the file that is read, under whatever name.
    """
    if voulue.is_file() and os.path.samestat(os.fstat(lu) if isinstance(lu, int) else Path(lu).stat(), voulue.stat()):
        raise HorsDuFichier(
            f"--rejets : « {voulue} » est le fichier à importer, que ses rejets remplaceraient : donnez un autre nom"
        )
    return libre(voulue)


def libre(chemin: Path) -> Path:
    """This name, or the next one where there is nothing to lose: `a.rejets.csv`, `a.rejets-2.csv`, …"""
    if not _occupee(chemin):
        return chemin
    autres = (chemin.with_name(f"{chemin.stem}-{rang}{chemin.suffix}") for rang in count(2))
    return next(autre for autre in autres if not _occupee(autre))


def _occupee(chemin: Path) -> bool:
    return chemin.is_file() and chemin.stat().st_size > 0 and sortie(chemin) is None


def sortie(chemin: Path) -> int | None:
    """The number of the output of this process that a path leads to (`/dev/stdout`), which may not be opened by its
    name: it can be someone else's pipe, or a file that is being written.
    """
    if not chemin.exists():
        return None
    vue = chemin.stat()
    return next((numero for numero in _SORTIES if _est(numero, vue)), None)


def _est(numero: int, vue: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.fstat(numero), vue)
    except OSError:
        return False
