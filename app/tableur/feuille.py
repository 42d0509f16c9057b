"""One way to open a table, and one to read it, whatever it is: a text, a workbook, a path, a stream, lines."""

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast

from app.systeme import raison
from app.tableur.classeur import Classeur
from app.tableur.encodage import lignes
from app.tableur.garde import degarder
from app.tableur.lignes import GuillemetOuvert, Lignes, Row, read_rows
from app.tableur.refus import FichierIllisible

SEPARATEURS: Final = ",;\t|"
_SEP: Final = re.compile(r'"?sep=(.)"?[,;|\s]*', re.IGNORECASE)
_BLANCS: Final = SEPARATEURS + ' "\r\n'
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

Source = Path | BinaryIO | Iterable[str]


class Feuille(Protocol):
    """A table being read: first its header, then its rows, once."""

    def entete(self, reconnues: Callable[[Row], int]) -> Row:
        """The first row that says something, as it is, empty cells at its end left out; empty when there is none.

        `reconnues` says how many cells of a row are columns that the reader knows: text is cut where they are most.
        """

    def rangees(self, largeur: int) -> Iterator[Row]:
        """The rows after the header; blank ones are empty, those that cannot be read are Illisible."""


class Texte:
    """A table in a text, whose separator is found by what its header then says."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lignes, self._separateur = Lignes(lines), ","

    def entete(self, reconnues: Callable[[Row], int]) -> Row:
        separateurs = SEPARATEURS
        for line in self._lignes:
            propre = line.removeprefix("\ufeff")
            if dit := _SEP.fullmatch(propre.rstrip("\r\n")):
                separateurs = dit[1] + SEPARATEURS
            elif propre.strip(_BLANCS):
                self._lignes.vues[:] = [propre]
                self._lignes.relire(0)
                self._separateur = max(separateurs, key=lambda s: reconnues(self._lire(s)))
                return self._lire(self._separateur, garder=True)
            self._lignes.vues.clear()
        return []

    def _lire(self, separateur: str, *, garder: bool = False) -> Row:
        """The header cut with a separator; it is read again unless it is kept."""
        self._lignes.vues.clear()
        try:
            row = next(csv.reader(self._lignes, delimiter=separateur, strict=True), [])
        except (csv.Error, GuillemetOuvert):
            row = []
        if not garder:
            self._lignes.relire(0)
        return sans_fin_vide([*map(degarder, row)])

    def rangees(self, largeur: int) -> Iterator[Row]:
        return read_rows(self._lignes, largeur, self._separateur)


def sans_fin_vide(row: Row) -> Row:
    """A row without the empty cells at its end."""
    while row and not row[-1].strip():
        row.pop()
    return row


@contextmanager
def ouvrir(source: Source) -> Iterator[Feuille]:
    """A table to read: a file, an open one in bytes, or lines already decoded. Raises FichierIllisible, and names the
    file in what is raised while it is read.
    """
    try:
        with _ouverte(source) as feuille:
            yield feuille
    except FichierIllisible as error:
        if nom := _nom(source):
            error.nommer(nom)
        raise


def _nom(source: Source) -> str | None:
    if isinstance(source, Path):
        return str(source)
    return "entrée standard" if getattr(source, "name", None) == "<stdin>" else None


@contextmanager
def _ouverte(source: Source) -> Iterator[Feuille]:
    if isinstance(source, Path):
        with _octets(source) as octets, _feuille(octets) as feuille:
            yield feuille
    elif isinstance(source, io.TextIOBase) or not hasattr(source, "read"):
        yield Texte(source)
    else:
        with _feuille(cast(BinaryIO, source)) as feuille:
            yield feuille


def _octets(chemin: Path) -> BinaryIO:
    try:
        return chemin.open("rb")
    except OSError as error:
        raise FichierIllisible(f"ne peut pas être lu : {raison(error)}") from None


@contextmanager
def _feuille(octets: BinaryIO) -> Iterator[Feuille]:
    debut = octets.read(len(_ZIP))
    if debut == _OLE:
        raise FichierIllisible("ancien format d'Excel ou classeur protégé : enregistrez-le en .xlsx, sans mot de passe")
    if debut != _ZIP:
        yield Texte(lignes(octets, debut))
        return
    with tempfile.TemporaryFile() as copie, tempfile.TemporaryFile() as textes:
        if not octets.seekable():
            copie.write(debut)
            shutil.copyfileobj(octets, copie)
            octets = cast(BinaryIO, copie)
        yield Classeur(octets, textes)
