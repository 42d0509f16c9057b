"""A table with the columns that an import expects: their names, then its records, one at a time, whatever it holds."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from app.tableur.feuille import Feuille, Source, ouvrir
from app.tableur.lignes import Illisible, Row
from app.tableur.refus import FichierIllisible
from app.terminal import montrer

IGNOREES: Final = ("ligne", "raison", "motif")
"""Columns of a file of rejects, left out of what is read unless they are expected."""


@dataclass(frozen=True, slots=True)
class Enregistrement:
    """One record: its row, as spreadsheets number them; its cells, or its text as the only one and why it is none."""

    ligne: int
    cellules: list[str]
    motif: str | None = None


def nommer(cellule: str) -> str:
    """The name of a column, without accents, capitals, and what surrounds it.

    >>> nommer(" Déposé le ")
    'depose_le'
    """
    plat = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", cellule).casefold())
    lettres = "".join(c for c in plat if not unicodedata.combining(c))
    return "_".join(re.findall(r"[^\W_]+", lettres))


class Tableau:
    """A table with a header: its `colonnes`, then its records. Raises FichierIllisible when the header does not fit."""

    def __init__(self, feuille: Feuille, connues: Sequence[str], obligatoires: Sequence[str]) -> None:
        connus = {*connues, *IGNOREES}
        entete = feuille.entete(lambda row: len(connus & set(map(nommer, row))))
        if not entete:
            raise FichierIllisible("le fichier est vide")
        noms = [*map(nommer, entete)]
        _check(entete, noms, connues, obligatoires)
        self._feuille, self._largeur = feuille, len(noms)
        self._gardees = [rang for rang, nom in enumerate(noms) if nom in connues]
        self.colonnes = [noms[rang] for rang in self._gardees]

    def __iter__(self) -> Iterator[Enregistrement]:
        for ligne, row in enumerate(self._feuille.rangees(self._largeur), 2):
            if row and any(cellule.strip() for cellule in row):
                yield self._enregistrement(ligne, row)

    def _enregistrement(self, ligne: int, row: Row) -> Enregistrement:
        if isinstance(row, Illisible):
            return Enregistrement(ligne, row, row.motif)
        if len(row) != self._largeur:
            dites = [c for rang, c in enumerate(row[:100]) if rang in self._gardees or rang >= self._largeur]
            return Enregistrement(ligne, dites, f"{self._largeur} colonnes attendues, {len(row)} lues")
        return Enregistrement(ligne, [row[rang] for rang in self._gardees])


@contextmanager
def ouvrir_tableau(source: Source, connues: Sequence[str], obligatoires: Sequence[str]) -> Iterator[Tableau]:
    """The table of a file. Raises FichierIllisible."""
    with ouvrir(source) as feuille:
        yield Tableau(feuille, connues, obligatoires)


def _check(entete: Row, noms: list[str], connues: Sequence[str], obligatoires: Sequence[str]) -> None:
    if manquantes := [nom for nom in obligatoires if nom not in noms]:
        lues = montrer(",".join(entete))[:100].strip()
        raise FichierIllisible(
            f"première ligne : colonne obligatoire absente ({', '.join(manquantes)}) ; "
            f"un tableau CSV ou .xlsx est attendu, dont la première ligne nomme les colonnes ; lu : {lues}"
        )
    if inconnues := [nom or "(sans nom)" for nom in noms if nom not in {*connues, *IGNOREES}]:
        raise FichierIllisible(
            f"colonne inconnue : {montrer(', '.join(inconnues))[:200]} (colonnes possibles : {', '.join(connues)})"
        )
    if len(set(noms)) < len(noms):
        raise FichierIllisible("une colonne est donnée deux fois")
