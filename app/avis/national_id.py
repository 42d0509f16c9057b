"""The id of an avis in the national service's export, seven hexadecimal digits, read back from what spreadsheets made
of it. Pure.

A spreadsheet takes 0012345 for the number 12345, and 54321e6 for 54321000000. Several ids may give the same number: a
guess would store the same avis twice, so that only a number that one single id gives is read.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Final

LONGUEUR: Final = 7
_HEXADECIMAL: Final = re.compile(r"(?:0x)?([0-9a-f]{1,16})")
_NOMBRE: Final = re.compile(r"[0-9]{1,20}(?:[.,][0-9]{1,20})?(?:e\+?[0-9]{1,2})?")


class IdIllisible(Exception):
    """What the cell holds is no id, or may be several; the message says so."""


def lire_id(texte: str, *, recopie: bool = False) -> str:
    """The id, without the zeros that begin it. `recopie`: the file is known to have been through a spreadsheet.

    Raises IdIllisible.

    >>> lire_id("1A2b3c4"), lire_id("5,4321E+10"), lire_id("123456")
    ('1a2b3c4', '54321e6', '123456')
    """
    ecrit = texte.strip().lower()
    entier = len(ecrit) == LONGUEUR and not (recopie and ecrit.isdigit())
    if (trouve := _HEXADECIMAL.fullmatch(ecrit)) and (entier or not _NOMBRE.fullmatch(ecrit)):
        return f"{int(trouve[1], 16):x}"
    possibles = _origines(_nombre(ecrit))
    if len(possibles) != 1:
        raise IdIllisible(
            "identifiant : un tableur en a fait un nombre, d’où il ne se retrouve pas ; reprenez l’export d’origine"
            " (sept chiffres hexadécimaux sont attendus)"
        )
    return f"{int(possibles.pop(), 16):x}"


def _nombre(ecrit: str) -> str:
    """The digits of a whole number, however a spreadsheet writes it."""
    try:
        nombre = Decimal(ecrit.replace(",", ".")) if _NOMBRE.fullmatch(ecrit) else None
    except InvalidOperation:
        nombre = None
    if nombre is None or nombre != nombre.to_integral_value():
        raise IdIllisible("identifiant : sept chiffres hexadécimaux sont attendus")
    return str(int(nombre))


def _origines(chiffres: str) -> set[str]:
    """Every id that a spreadsheet shows as this number: 12345, or 12345e0, or 123e02…"""
    origines = {chiffres.zfill(LONGUEUR)} if len(chiffres) <= LONGUEUR else set()
    zeros = len(chiffres) - len(chiffres.rstrip("0"))
    for puissance in range(zeros + 1):
        mantisse = chiffres[: len(chiffres) - puissance] or "0"
        for largeur in range(len(str(puissance)), LONGUEUR - 1 - len(mantisse) + 1):
            origines.add(f"{mantisse.zfill(LONGUEUR - 1 - largeur)}e{puissance:0{largeur}d}")
    return origines
