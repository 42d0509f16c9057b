"""The file of rejected lines: which, why, and what they were, so that it can be corrected and imported again."""

import csv
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from app.demarches.importation.lecture import Enregistrement, FichierIllisible

COLONNES_DES_REJETS = ("ligne", "motif")


class Rejets:
    """Made when the first line is rejected, put in place at the end: it may replace the file that is being read."""

    def __init__(self, chemin: Path, colonnes: list[str]) -> None:
        self._chemin, self._brouillon = chemin, chemin.with_name(f".{chemin.name}.en-cours")
        self._colonnes = colonnes
        self._gardees = [rang for rang, nom in enumerate(colonnes) if nom not in COLONNES_DES_REJETS]
        self._pile = ExitStack()
        self._sortie: Any = None

    def __enter__(self) -> "Rejets":
        return self

    def __exit__(self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._pile.close()
        if self._sortie is not None:
            self._brouillon.replace(self._chemin)

    def ajouter(self, rejets: Iterable[tuple[Enregistrement, str]]) -> None:
        """Write rejected lines with their reasons."""
        for enregistrement, motif in rejets:
            if self._sortie is None:
                self._ouvrir()
            cellules = enregistrement.cellules
            if len(cellules) == len(self._colonnes):
                cellules = [cellules[rang] for rang in self._gardees]
            self._sortie.writerow([enregistrement.ligne, motif, *map(_inoffensive, cellules)])

    def _ouvrir(self) -> None:
        # The mark at the start is what makes spreadsheets read accents; bytes that were not UTF-8 are shown as such.
        try:
            fichier = self._brouillon.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")
        except OSError as error:
            raise FichierIllisible(
                f"les rejets ne peuvent pas être écrits ({self._chemin} : {error.strerror})"
            ) from None
        self._sortie = csv.writer(self._pile.enter_context(fichier))
        self._sortie.writerow([*COLONNES_DES_REJETS, *(self._colonnes[rang] for rang in self._gardees)])


def _inoffensive(cellule: str) -> str:
    """A cell that a spreadsheet shows rather than runs."""
    return f"'{cellule}" if cellule.startswith(("=", "+", "-", "@", "\t", "\r")) else cellule
