"""The file of rejected lines: which, why, and what they were, so that it can be corrected and imported again."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TextIO

from app.demarches.importation.lecture import Enregistrement, FichierIllisible
from app.systeme import raison

COLONNES_DES_REJETS = ("ligne", "motif")


class Brouillon:
    """A file opened at once, written aside, put in place at the end: it may replace the one that is being read.

    Raises FichierIllisible when it cannot be written. What is no plain file (`/dev/stderr`) is written directly.
    """

    def __init__(self, chemin: Path, encoding: str = "utf-8") -> None:
        self._chemin = chemin
        self._direct = chemin.exists() and not chemin.is_file()
        self._place = chemin if self._direct else chemin.with_name(f".{chemin.name}.{os.getpid()}.en-cours")
        try:  # bytes that were not UTF-8 are shown as such
            self.fichier: TextIO = self._place.open("w", encoding=encoding, errors="backslashreplace", newline="")
        except OSError as error:
            raise FichierIllisible(f"les rejets ne peuvent pas être écrits ({chemin} : {raison(error)})") from None

    def fermer(self, *, garder: bool) -> None:
        """Put it in place, or leave nothing behind."""
        self.fichier.close()
        if self._direct:
            return
        if garder:
            self._place.replace(self._chemin)
        else:
            self._place.unlink()


class Rejets:
    """A file there for the time of the import, and after it if a line was rejected."""

    def __init__(self, chemin: Path, colonnes: list[str]) -> None:
        self._colonnes, self._total = colonnes, 0
        self._gardees = [rang for rang, nom in enumerate(colonnes) if nom not in COLONNES_DES_REJETS]
        # The mark at the start is what makes spreadsheets read accents.
        self._brouillon = Brouillon(chemin, "utf-8-sig")
        self._sortie = csv.writer(self._brouillon.fichier)

    def __enter__(self) -> "Rejets":
        return self

    def __exit__(self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._brouillon.fermer(garder=self._total > 0)

    def ajouter(self, rejets: Iterable[tuple[Enregistrement, str]]) -> None:
        """Write rejected lines with their reasons."""
        for enregistrement, motif in rejets:
            if not self._total:
                self._sortie.writerow([*COLONNES_DES_REJETS, *(self._colonnes[rang] for rang in self._gardees)])
            cellules = enregistrement.cellules
            if len(cellules) == len(self._colonnes):
                cellules = [cellules[rang] for rang in self._gardees]
            self._sortie.writerow([enregistrement.ligne, motif, *map(_inoffensive, cellules)])
            self._total += 1


def _inoffensive(cellule: str) -> str:
    """A cell that a spreadsheet shows rather than runs."""
    return f"'{cellule}" if cellule.startswith(("=", "+", "-", "@", "\t", "\r")) else cellule
