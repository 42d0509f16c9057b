"""The parts of a workbook as they are unzipped: never more in memory than a piece, whatever they claim to hold.

A document type (entities that swell), a tag or a part beyond all measure are refused; formulas are never computed.
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from xml.parsers import expat

from app.tableur.refus import FichierIllisible

MORCEAU: Final = 1 << 16
BALISE_MAX: Final = 1 << 20
"""Bytes that may wait for the end of a tag."""
PARTIE_MAX: Final = 2 << 30
"""Bytes of a part, unzipped: some millions of rows."""


@contextmanager
def lisible() -> Iterator[None]:
    """What a broken workbook does, said in a sentence."""
    try:
        yield
    # What zipfile raises for an encrypted file (RuntimeError) and for one packed in another way (NotImplementedError).
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise FichierIllisible(
            "ce classeur .xlsx est abîmé ou chiffré : enregistrez-le à nouveau, sans mot de passe"
        ) from None
    except (expat.ExpatError, ValueError, KeyError, TypeError, OverflowError) as error:
        if isinstance(error, FichierIllisible):
            raise
        raise FichierIllisible("ce classeur .xlsx est mal formé : enregistrez-le à nouveau depuis un tableur") from None


class Parcours:
    """Reads one part; its subclasses say what they keep: `debut`, `fin` of an element, `texte` within one."""

    def debut(self, nom: str, attributs: dict[str, str]) -> None:
        """An element begins; its name has no prefix."""

    def fin(self, nom: str) -> None:
        """It ends."""

    def texte(self, morceau: str) -> None:
        """Some of its text."""

    def lire(self, classeur: zipfile.ZipFile, partie: str) -> Iterator[None]:
        """Read the part piece by piece: what was found is there after each step."""
        analyseur = expat.ParserCreate()
        analyseur.buffer_text = True
        analyseur.StartElementHandler = lambda nom, attributs: self.debut(nom.rpartition(":")[2], attributs)
        analyseur.EndElementHandler = lambda nom: self.fin(nom.rpartition(":")[2])
        analyseur.CharacterDataHandler = self.texte
        analyseur.StartDoctypeDeclHandler = _refuser
        donnes = 0
        with lisible(), classeur.open(partie) as octets:
            while lu := octets.read(MORCEAU):
                donnes += len(lu)
                analyseur.Parse(lu, False)
                if donnes - analyseur.CurrentByteIndex > BALISE_MAX or donnes > PARTIE_MAX:
                    raise FichierIllisible("ce classeur .xlsx contient une partie démesurée")
                yield
            analyseur.Parse(b"", True)
        yield


def _refuser(*_: Any) -> None:
    raise FichierIllisible("ce classeur .xlsx contient un type de document, ce qu'aucun tableur n'écrit")


class Elements(Parcours):
    """Every element of a small part, as (name, attributes)."""

    def __init__(self, classeur: zipfile.ZipFile, partie: str) -> None:
        self.tous: list[tuple[str, dict[str, str]]] = []
        if partie in classeur.NameToInfo:
            for _ in self.lire(classeur, partie):
                if len(self.tous) > 200_000:
                    raise FichierIllisible("ce classeur .xlsx contient une partie démesurée")

    def debut(self, nom: str, attributs: dict[str, str]) -> None:
        self.tous.append((nom, attributs))

    def nommes(self, nom: str) -> Iterator[dict[str, str]]:
        """The attributes of the elements of this name."""
        return (attributs for autre, attributs in self.tous if autre == nom)
