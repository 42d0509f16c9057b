"""The rows of a workbook (.xlsx), read as they are unzipped, sheet after sheet: the memory does not grow with the file.

Each library there was loads a whole sheet, or had no release for a year; what is needed of the format fits here.
Sheets that are hidden, or whose first row is not the first sheet's, are left out.
"""

import array
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import IO, Final

from app.tableur.classeur_valeurs import date, deplier, nombre, styles_de_date
from app.tableur.classeur_xml import Elements, Parcours, lisible
from app.tableur.garde import degarder
from app.tableur.lignes import CHAMP_MAX, Illisible, Row
from app.tableur.refus import FichierIllisible

CLASSEUR: Final = "xl/workbook.xml"
LIENS: Final = "xl/_rels/workbook.xml.rels"
COLONNES_MAX: Final = 1_000
RANGEES_MAX: Final = 1_048_576
"""Rows of a sheet."""
TEXTES_MAX: Final = 20_000_000
_VIDE: Final[Row] = []
_COLONNE: Final = re.compile("[A-Z]{1,3}")


class _Ecoute(Parcours):
    """Keeps the text of an element, but not how to pronounce it, nor more than a cell may hold."""

    def __init__(self) -> None:
        self._morceaux: list[str] = []
        self._place, self._ouverts, self._muets = 0, 0, 0

    def ouvrir(self, nom: str) -> None:
        """An element begins."""
        self._ouverts += nom in {"t", "v"}
        self._muets += nom == "rPh"

    def fermer(self, nom: str) -> None:
        """It ends."""
        self._ouverts -= nom in {"t", "v"}
        self._muets -= nom == "rPh"

    def texte(self, morceau: str) -> None:
        """See Parcours."""
        if self._ouverts and not self._muets and self._place >= 0:
            self._place -= len(morceau)
            self._morceaux.append(morceau)

    def vider(self) -> str:
        """What was heard; then nothing. Longer than CHAMP_MAX when it was cut."""
        entendu = "".join(self._morceaux)
        self._morceaux.clear()
        self._place = CHAMP_MAX
        return deplier(entendu)


class _Textes(_Ecoute):
    """The texts that cells share, in a file of their own: they can be most of the workbook."""

    def __init__(self, classeur: zipfile.ZipFile, partie: str, fichier: IO[bytes]) -> None:
        super().__init__()
        self._fichier, self._places = fichier, array.array("Q", [0])
        self._fin = 0
        self.vider()
        if partie in classeur.NameToInfo:
            for _ in self.lire(classeur, partie):
                if len(self._places) > TEXTES_MAX:
                    raise FichierIllisible("ce classeur .xlsx contient trop de textes")

    def debut(self, nom: str, _attributs: dict[str, str]) -> None:
        self.ouvrir(nom)

    def fin(self, nom: str) -> None:
        self.fermer(nom)
        if nom == "si":
            self._fin += self._fichier.write(self.vider().encode())
            self._places.append(self._fin)

    def lire_texte(self, rang: int) -> str:
        """One of them, by its rank."""
        if not 0 <= rang < len(self._places) - 1:
            raise FichierIllisible("ce classeur .xlsx renvoie à un texte qui n'y est pas")
        debut, fin = self._places[rang], self._places[rang + 1]
        self._fichier.seek(debut)
        return self._fichier.read(fin - debut).decode()


class _Rangees(_Ecoute):
    """The rows of a sheet that were read and not taken yet."""

    def __init__(self, textes: _Textes, dates: set[str], depuis_1904: bool) -> None:
        super().__init__()
        self.pretes: list[Row] = []
        self._textes, self._dates, self._depuis_1904 = textes, dates, depuis_1904
        self._rangee: Row = []
        self._type, self._style, self._colonne, self._numero = "n", "", 0, 0

    def debut(self, nom: str, attributs: dict[str, str]) -> None:
        self.ouvrir(nom)
        if nom == "c":
            self.vider()
            self._type, self._style = attributs.get("t", "n"), attributs.get("s", "")
            self._colonne = _colonne(attributs["r"]) if "r" in attributs else len(self._rangee)
        elif nom == "row":
            numero = min(int(attributs.get("r", self._numero + 1)), RANGEES_MAX)
            self.pretes += [_VIDE] * (numero - self._numero - 1)
            self._rangee, self._numero = [], max(numero, self._numero)

    def fin(self, nom: str) -> None:
        self.fermer(nom)
        if nom == "c":
            dite = self.vider()
            if dite and self._colonne < COLONNES_MAX:
                self._rangee += [""] * (self._colonne + 1 - len(self._rangee))
                self._rangee[self._colonne] = self._valeur(dite)
        elif nom == "row":
            self.pretes.append(self._rangee)

    def _valeur(self, texte: str) -> str:
        match self._type:
            case "s":
                return self._textes.lire_texte(int(texte))
            case "b":
                return "true" if texte == "1" else "false"
            case "n" if self._style in self._dates:
                return date(texte, self._depuis_1904)
            case "n":
                return nombre(texte)
        return texte


def _colonne(reference: str) -> int:
    """The rank of a column, from 0, by its letters: `AB12` is 27."""
    rang = 0
    for lettre in _COLONNE.match(reference)[0]:  # type: ignore[index]  # without letters it is no reference
        rang = 26 * rang + ord(lettre) - 64
    return rang - 1


class Classeur:
    """A workbook as a Feuille; its texts go through `fichier`, which is empty. Raises FichierIllisible."""

    def __init__(self, octets: IO[bytes], fichier: IO[bytes]) -> None:
        with lisible():
            self._zip = zipfile.ZipFile(octets)
        if CLASSEUR not in self._zip.NameToInfo:
            raise FichierIllisible("ce fichier n'est ni un texte ni un classeur .xlsx")
        description = Elements(self._zip, CLASSEUR)
        self._depuis_1904 = any(p.get("date1904") in {"1", "true"} for p in description.nommes("workbookPr"))
        liens = [*Elements(self._zip, LIENS).nommes("Relationship")]
        cibles = {lien["Id"]: _partie(lien["Target"]) for lien in liens if lien.get("TargetMode") != "External"}
        parties = {lien["Type"].rpartition("/")[2]: cibles.get(lien["Id"], "") for lien in liens}
        self._feuilles = [
            cibles[cle]
            for feuille in description.nommes("sheet")
            if feuille.get("state", "visible") == "visible"
            for nom, cle in feuille.items()
            if nom.rpartition(":")[2] == "id" and cle in cibles
        ]
        self._textes = _Textes(self._zip, parties.get("sharedStrings", ""), fichier)
        self._dates = styles_de_date(Elements(self._zip, parties.get("styles", "")))
        self._rangees: Iterator[Row] = iter(())
        self._entete: Row = []

    def entete(self, _reconnues: Callable[[Row], int]) -> Row:
        """See Feuille."""
        if self._feuilles:
            self._rangees = self._lire(self._feuilles.pop(0))
            self._entete = next(filter(None, self._rangees), [])
        return list(self._entete)

    def rangees(self, largeur: int) -> Iterator[Row]:
        """See Feuille."""
        for rangee in self._toutes():
            if any(len(cellule) > CHAMP_MAX for cellule in rangee):
                yield Illisible(rangee[0], "cellule trop longue")
            elif any(rangee):
                yield [*map(degarder, rangee), *[""] * (largeur - len(rangee))]
            else:
                yield _VIDE

    def _toutes(self) -> Iterator[Row]:
        yield from self._rangees
        for partie in self._feuilles:
            rangees = self._lire(partie)
            if next(filter(None, rangees), []) == self._entete:
                yield from rangees

    def _lire(self, partie: str) -> Iterator[Row]:
        """The rows of a sheet, the empty cells at their ends left out."""
        if partie not in self._zip.NameToInfo:
            return
        lecture = _Rangees(self._textes, self._dates, self._depuis_1904)
        for _ in lecture.lire(self._zip, partie):
            yield from lecture.pretes
            lecture.pretes.clear()


def _partie(cible: str) -> str:
    """The name of a part, from what the workbook calls it."""
    return posixpath.normpath(posixpath.join("/xl", cible)).lstrip("/")
