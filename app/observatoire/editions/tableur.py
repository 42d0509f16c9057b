"""An édition as CSV: the columns of /indices.csv, then those of each indicateur that it froze. Pure.

Made from what was stored, whatever the formulas and the indicateurs have become since.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from app.indices.periode import Periode
from app.indices.tableur import COLONNES, texte

CHAMPS: Final = ("statut", "valeur", "atteint", "n", "source", "date")
_INTERVALLES: Final = ("part_satisfaits_ic95", "note_moyenne_ic95")
_NOTES: Final = tuple(f"note_{note}" for note in range(11))


class _Valeur(msgspec.Struct, frozen=True, gc=False):
    statut: str
    valeur: float | bool | str | None = None
    atteint: bool | None = None
    n: int | None = None
    source: str | None = None
    date: str | None = None


class _Element(msgspec.Struct, frozen=True):
    demarche: dict[str, Any]
    notes: list[int]
    indice: dict[str, Any]
    valeurs: dict[str, _Valeur]


_ELEMENT: Final = msgspec.json.Decoder(_Element)


def colonnes(indicateurs: Iterable[str]) -> list[str]:
    """The header of the file."""
    return ["edition", "revision", *COLONNES, *(f"indicateur_{cle}_{champ}" for cle in indicateurs for champ in CHAMPS)]


def ecrire(edition: tuple[str, int], periode: Periode, indicateurs: Sequence[str], elements: Iterable[str]) -> bytes:
    """The header and one row for each démarche, from their JSON; nothing is rounded, what is null is empty.

    `edition`: its slug and revision.
    """
    sortie = io.StringIO()
    feuille = csv.writer(sortie)
    feuille.writerow(colonnes(indicateurs))
    bornes = {"debut": periode.debut, "fin": periode.fin}
    for element in map(_ELEMENT.decode, elements):
        chiffres = _plat(element) | bornes
        mesures = (cellule for cle in indicateurs for cellule in _cellules(element.valeurs[cle]))
        feuille.writerow([*edition, *map(chiffres.get, COLONNES), *mesures])
    return sortie.getvalue().encode()


def _plat(element: _Element) -> dict[str, Any]:
    """The columns of the indice; a figure that did not exist when the édition was published is not there."""
    demarche, plat = element.demarche, dict(element.indice)
    for nom in _INTERVALLES:
        plat[f"{nom}_bas"], plat[f"{nom}_haut"] = plat.get(nom) or (None, None)
    plat["au_dessus_de_7"] = _cellule(plat.get("au_dessus_de_7"))
    plat["demarche"] = demarche["slug"]
    for nom in ("titre", "ministere", "organisme"):
        plat[nom] = texte(demarche.get(nom))
    plat.update(zip(_NOTES, element.notes, strict=True))
    return plat


def _cellules(valeur: _Valeur) -> Iterator[object]:
    """In the order of CHAMPS."""
    yield valeur.statut
    yield _cellule(valeur.valeur)
    yield _cellule(valeur.atteint)
    yield valeur.n
    yield texte(valeur.source)
    yield valeur.date


def _cellule(valeur: float | bool | str | None) -> object:
    """Booleans as in JSON, texts that no spreadsheet takes for formulas."""
    if valeur is True:
        return "true"
    if valeur is False:
        return "false"
    return texte(valeur) if isinstance(valeur, str) else valeur
