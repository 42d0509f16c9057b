"""What a cell of a workbook says, as a text: numbers without a needless decimal, dates in ISO 8601. Pure."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from app.tableur.classeur_xml import Elements

_DATES: Final = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""The formats of dates and times that need no description (ECMA-376, 18.8.30)."""
_LITTERAL: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]\[]*\]')
_ORIGINE: Final = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}  # noqa: DTZ001
_MILLISECONDES: Final = 86_400_000
_NUMERO: Final = re.compile("_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")


def styles_de_date(styles: Elements) -> set[str]:
    """The numbers of the cell styles that show a date, from the part that describes them."""
    codes = {format_["numFmtId"]: format_.get("formatCode", "") for format_ in styles.nommes("numFmt")}
    return {
        str(rang)
        for rang, numero in enumerate(_formats(styles))
        if (numero.isdigit() and int(numero) in _DATES) or _est_une_date(codes.get(numero, ""))
    }


def _formats(styles: Elements) -> Iterator[str]:
    """The number format of each cell style, in order."""
    dedans = False
    for nom, attributs in styles.tous:
        dedans = nom == "cellXfs" or (dedans and nom not in {"cellStyles", "dxfs"})
        if dedans and nom == "xf":
            yield attributs.get("numFmtId", "0")


def _est_une_date(code: str) -> bool:
    """Whether a format shows years, months, days, hours or seconds.

    >>> [_est_une_date(code) for code in ("yyyy-mm-dd hh:mm:ss", "0.00", '0 "jours"', "[$-40C]d mmm")]
    [True, False, False, True]
    """
    return "general" not in code.lower() and re.search("[ymdhs]", _LITTERAL.sub("", code), re.IGNORECASE) is not None


def deplier(texte: str) -> str:
    """A text with the characters that XML cannot carry, which are written by their numbers.

    >>> deplier("a_x000D_b"), deplier("_x005F_x000D_")
    ('a\\rb', '_x000D_')
    """
    return _NUMERO.sub(lambda lu: chr(int(lu[1], 16)), texte) if "_x" in texte else texte


def nombre(texte: str) -> str:
    """A number as people write it.

    >>> nombre("8.0"), nombre("0.80000000000000004"), nombre("1E3"), nombre("?")
    ('8', '0.8', '1000', '?')
    """
    try:
        valeur = float(texte)
        return str(int(valeur)) if valeur == int(valeur) and abs(valeur) < 1e15 else repr(valeur)
    except (ValueError, OverflowError):
        return texte


def date(texte: str, depuis_1904: bool) -> str:
    """The moment of a serial number, to the second, without its hour at midnight; it has no time zone.

    >>> date("45717.395833333336", False), date("45717", False)
    ('2025-03-01T09:30:00', '2025-03-01')
    """
    try:
        moment = _ORIGINE[depuis_1904] + dt.timedelta(milliseconds=round(float(texte) * _MILLISECONDES))
    except (ValueError, OverflowError):
        return texte
    jour, heure = moment.date().isoformat(), moment.time().isoformat("seconds")
    return jour if heure == "00:00:00" else f"{jour}T{heure}"
