"""Reads a CSV that people made: text to records, one at a time, whatever the file holds.

A record that cannot be read is given as such and the next one is read: an unclosed quote must not swallow the rest of
the file, a line without end must not fill the memory.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from app.demarches.texte import normaliser

LIGNES_PAR_ENREGISTREMENT = 20
CARACTERES_PAR_ENREGISTREMENT = 100_000


class FichierIllisible(ValueError):
    """The file as a whole cannot be imported; the message says why, in French."""


@dataclass(frozen=True, slots=True)
class Enregistrement:
    """One record: the line where it starts, its cells; or why it cannot be read, and its text as the only cell."""

    ligne: int
    cellules: list[str]
    motif: str | None = None


class _GuillemetOuvert(Exception):
    """The record does not end where a record should."""


class _Lignes:
    """The physical lines of a file, with a few kept to be read again."""

    def __init__(self, fichier: TextIO) -> None:
        self._fichier, self._relues = fichier, deque[str]()
        self.numero = 0

    def suivante(self) -> str | None:
        """The next line, or None at the end; a line that is too long is cut there, and its rest skipped."""
        texte = self._relues.popleft() if self._relues else self._lire()
        self.numero += texte is not None
        return texte

    def rendre(self, lignes: list[str]) -> None:
        """Give lines back: they will be read again, in the same order."""
        self._relues.extendleft(reversed(lignes))
        self.numero -= len(lignes)

    def _lire(self) -> str | None:
        ligne = reste = self._fichier.readline(CARACTERES_PAR_ENREGISTREMENT + 1)
        while len(reste) > CARACTERES_PAR_ENREGISTREMENT and not reste.endswith(("\n", "\r")):
            reste = self._fichier.readline(CARACTERES_PAR_ENREGISTREMENT + 1)
        return ligne or None


class Tableau:
    """A CSV with a header: its `colonnes`, then its records. Raises FichierIllisible when the header does not fit."""

    def __init__(self, fichier: TextIO, connues: tuple[str, ...], obligatoires: tuple[str, ...]) -> None:
        self._lignes = _Lignes(fichier)
        entete = self._lignes.suivante()
        while entete is not None and not entete.strip("\ufeff \t\r\n"):
            entete = self._lignes.suivante()
        if entete is None:
            raise FichierIllisible("le fichier est vide")
        self._delimiteur, self.colonnes = _lire_entete(entete.removeprefix("\ufeff"), connues, obligatoires)

    def __iter__(self) -> Iterator[Enregistrement]:
        while (ligne := self._lignes.suivante()) is not None:
            numero = self._lignes.numero
            enregistrement = self._enregistrement(ligne, numero)
            if enregistrement.motif or any(cellule.strip() for cellule in enregistrement.cellules):
                yield enregistrement

    def _enregistrement(self, ligne: str, numero: int) -> Enregistrement:
        if len(ligne) > CARACTERES_PAR_ENREGISTREMENT:
            return Enregistrement(numero, [ligne[:1_000]], "ligne trop longue")
        suite: list[str] = []
        try:
            cellules = next(csv.reader(self._alimenter(ligne, suite), delimiter=self._delimiteur, strict=True))
        except _GuillemetOuvert:
            self._lignes.rendre(suite)
            return Enregistrement(numero, [ligne[:1_000]], "guillemet jamais fermé")
        except csv.Error:
            self._lignes.rendre(suite)
            return Enregistrement(numero, [ligne[:1_000]], "ligne mal formée (guillemets ou fins de ligne)")
        if len(cellules) != len(self.colonnes) and any(cellule.strip() for cellule in cellules):
            motif = f"{len(self.colonnes)} colonnes attendues, {len(cellules)} lues"
            return Enregistrement(numero, cellules[:100], motif)
        return Enregistrement(numero, cellules)

    def _alimenter(self, ligne: str, suite: list[str]) -> Iterator[str]:
        """What csv reads: the line, then the next ones while a quote is open, up to a limit."""
        yield ligne
        caracteres = len(ligne)
        while len(suite) < LIGNES_PAR_ENREGISTREMENT and (autre := self._lignes.suivante()) is not None:
            suite.append(autre)
            caracteres += len(autre)
            if caracteres > CARACTERES_PAR_ENREGISTREMENT:
                break
            yield autre
        raise _GuillemetOuvert


def _lire_entete(entete: str, connues: tuple[str, ...], obligatoires: tuple[str, ...]) -> tuple[str, list[str]]:
    """The delimiter and the columns; names are read without accents and capitals."""
    lectures = {delimiteur: _noms(entete, delimiteur) for delimiteur in ",;"}
    delimiteur = max(lectures, key=lambda d: len(set(connues) & set(lectures[d])))
    colonnes = lectures[delimiteur]
    if manquantes := [nom for nom in obligatoires if nom not in colonnes]:
        lues = entete.strip().encode("utf-8", "replace").decode()[:100].replace("\0", "")
        raise FichierIllisible(
            f"première ligne : colonne obligatoire absente ({', '.join(manquantes)}) ; "
            f"un CSV en UTF-8 est attendu, séparé par « , » ou « ; » ; lu : {lues}"
        )
    if inconnues := [nom or "(sans nom)" for nom in colonnes if nom not in connues]:
        raise FichierIllisible(
            f"colonne inconnue : {', '.join(inconnues)[:200]} (colonnes possibles : {', '.join(connues)})"
        )
    if len(set(colonnes)) < len(colonnes):
        raise FichierIllisible("une colonne est donnée deux fois")
    return delimiteur, colonnes


def _noms(entete: str, delimiteur: str) -> list[str]:
    try:
        cellules = next(csv.reader([entete], delimiter=delimiteur))
    except (csv.Error, StopIteration):
        return []
    return [normaliser(cellule).replace(" ", "_") for cellule in cellules]
