"""Tables written so that a French spreadsheet opens them as they are: a mark, semicolons, nothing that it would run.

The file of rejects holds what an import refused: the row's number, why, and the row itself, to be corrected there and
imported again as it is.
"""

import csv
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO

from app.systeme import raison
from app.tableur.garde import garder
from app.tableur.place import sortie
from app.tableur.refus import HorsDuFichier
from app.tableur.tableau import Enregistrement

ENCODAGE: Final = "utf-8-sig"
"""The mark at the start is what makes spreadsheets read accents."""
_ECHAPPES: Final = re.compile("[\udc80-\udcff]")


class Ecrivain:
    """Writes rows; a byte that was not of its file's coding is shown as what Windows means by it."""

    def __init__(self, fichier: TextIO) -> None:
        self._feuille = csv.writer(fichier, delimiter=";", lineterminator="\r\n")

    def ecrire(self, row: Iterable[object]) -> None:
        """One row of texts or numbers."""
        self._feuille.writerow([_ECHAPPES.sub(_lettre, garder(str(cellule))) for cellule in row])


def _lettre(octet: re.Match[str]) -> str:
    return bytes([ord(octet[0]) - 0xDC00]).decode("cp1252", "replace")


class Brouillon:
    """A file opened at once, written aside, put in place whole at the end: it may replace the one that is being read.

    Raises HorsDuFichier when it cannot be written. What is no plain file, and the outputs of this process
    (`/dev/stdout`), are written directly.
    """

    def __init__(self, chemin: Path, encoding: str = "utf-8") -> None:
        ou = chemin.resolve()
        numero = sortie(chemin)
        self._direct = numero is not None or (chemin.exists() and not chemin.is_file())
        self._chemin, self._place = ou, ou.with_name(f".{ou.name}.{os.getpid()}.en-cours")
        try:
            cible = os.dup(numero) if numero is not None else chemin if self._direct else self._place
            self.fichier: TextIO = open(  # noqa: PTH123, SIM115 - a number is no path
                cible, "w", encoding=encoding, errors="backslashreplace", newline=""
            )
        except OSError as error:
            raise HorsDuFichier(f"les rejets ne peuvent pas être écrits ({chemin} : {raison(error)})") from None

    def fermer(self, *, garder: bool) -> None:
        """Put it in place once the disk has all of it, or leave nothing behind."""
        if self._direct:
            self.fichier.close()
            return
        try:
            with self.fichier as fichier:
                fichier.flush()
                os.fsync(fichier.fileno())
            if garder:
                self._place.replace(self._chemin)
        finally:
            self._place.unlink(missing_ok=True)


class Rejets:
    """A file there for the time of the import, and after it if a row was rejected; none when the import fails, which is
    run again from the start of its file.
    """

    def __init__(self, chemin: Path, colonnes: Sequence[str]) -> None:
        # A table may have reasons of its own.
        self._entete = ("ligne", "motif" if "raison" in colonnes else "raison", *colonnes)
        self.total = 0
        self._brouillon = Brouillon(chemin, ENCODAGE)
        self._sortie = Ecrivain(self._brouillon.fichier)

    def __enter__(self) -> "Rejets":
        return self

    def __exit__(self, echec: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._brouillon.fermer(garder=self.total > 0 and echec is None)

    def add(self, ligne: int, raison: str, row: Sequence[Any]) -> None:
        """Write one rejected row."""
        if not self.total:
            self._sortie.ecrire(self._entete)
        self._sortie.ecrire([ligne, raison, *row])
        self.total += 1

    def ajouter(self, rejets: Iterable[tuple[Enregistrement, str]]) -> None:
        """Write rejected records with their reasons."""
        for enregistrement, motif in rejets:
            self.add(enregistrement.ligne, motif, enregistrement.cellules)
