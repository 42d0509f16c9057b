"""A text as it would be read aloud: one alphabet, one kind of digit, one space, whatever it was typed with.

Reading changes nothing in the text itself: what is recognised in the reading is found again in the text by `etendue`.
"""

import re
import sys
import unicodedata
from html import unescape

from app.avis.masquage.nombres import chiffrer

_LIGNES = "\r\x0b\x0c\x85\u2028\u2029"
_TIRETS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d\u00ad\u30fc"
_POINTS = "\u00b7\u2022\u2027\u2219\u22c5\u25cf\u25aa\u2024\u3002\u30fb\uff0e\uff61\u06d4"
_BARRES = "\u2044\u2215\u29f8\uff0f\u2571"
_APOSTROPHES = "\u2018\u2019\u02bc\u00b4\u0060\u2032\uff07"
_LETTRES = {"ø": "o", "œ": "o", "æ": "a", "ß": "s", "ð": "d", "ł": "l", "ı": "i", "ـ": "_"}
# Signs written with nothing to see: marks that join, direction, variants, the keycap of « 0️⃣ », accents set apart.
_INVISIBLES = "\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\u20e3\ufe00-\ufe0f\ufeff\u0300-\u036f"


def _simple(signe: str) -> str:
    """The one plain character that a character stands for, or itself."""
    if (chiffre := unicodedata.digit(signe, None)) is not None:
        return str(chiffre)
    if signe.isspace() and signe != "\n":
        return "\n" if signe in _LIGNES else " "
    plain = unicodedata.normalize("NFKD", signe)[0].lower()
    return plain if len(plain) == 1 and plain.isascii() and plain.isprintable() else _LETTRES.get(signe.lower(), signe)


def _alphabet() -> dict[int, str]:
    """What differs once read, for the alphabets and the digits that people type."""
    table = {ord(signe): plain for plain, signes in {
        "-": _TIRETS, ".": _POINTS, "/": _BARRES, "'": _APOSTROPHES, ",": "\uff0c\u201a\u3001\u2026\u066b\u066c"
    }.items() for signe in signes}  # fmt: skip
    for code in (*range(0x3100), *range(0xFE50, 0x10000), *range(0x1D400, 0x1D800), *range(0x1F100, 0x1F110)):
        if 0xD800 <= code < 0xE000 or code in table:
            continue
        if (plain := _simple(chr(code))) != chr(code):
            table[code] = plain
    for code in range(0x10000, sys.maxunicode // 8):  # digits of other alphabets
        if (chiffre := unicodedata.digit(chr(code), None)) is not None:
            table[code] = str(chiffre)
    return table


_ALPHABET = _alphabet()
_ASCII = {code: plain for code, plain in _ALPHABET.items() if code < 0x80}

# What takes several characters and reads as one, or as none: %40, %2540, <br>, &#64;, &commat;, and what nobody sees.
_COMPOSE = re.compile(
    rf"%(?:25)?(?:2[0-9b-f]|3[0-9abdf]|40|5f|7c|c2%(?:25)?a0)|<br ?/?>"
    rf"|&(?:#x?[0-9a-f]{{2,6}}|commat|period|nbsp|plus);|[{_INVISIBLES}]++"
)
_CHIFFRES_ET_LETTRES = re.compile(r"(?<![a-z0-9])(?=[oil]*[0-9])(?=[0-9]*[oil])[0-9oil]{1,34}+(?![a-z0-9])")
_EN_CHIFFRES = str.maketrans("oil", "011")


def _decoder(signe: str) -> str:
    if signe[0] == "<":
        return "\n"
    if signe[0] == "%":
        return " " if signe.endswith("a0") else chr(int(signe[-2:], 16))
    return unescape(signe)[:1].lower().translate(_ALPHABET) if signe[0] == "&" else ""


class Lecture:
    """The reading of a text.

    `lu`: lower case without accents, numbers in words as they are until `chiffrer`.
    """

    __slots__ = ("_places", "lu", "texte")

    def __init__(self, texte: str) -> None:
        self.texte = texte
        self.lu = texte.lower() if texte.isascii() else texte.translate(_ALPHABET)
        if "\t" in self.lu or "\r" in self.lu:
            self.lu = self.lu.translate(_ASCII)
        self._places: list[int] | None = None
        if "%" in self.lu or "&" in self.lu or "<br" in self.lu or not texte.isascii():
            self._remplacer([(m.start(), m.end(), _decoder(m[0])) for m in _COMPOSE.finditer(self.lu)])

    def chiffrer(self) -> str:
        """Read numbers in words as digits; returns `lu` then, of the same length, where « O6 l2 » reads « 06 12 »."""
        self._remplacer(chiffrer(self.lu))
        return _CHIFFRES_ET_LETTRES.sub(lambda m: m[0].translate(_EN_CHIFFRES), self.lu)

    def _remplacer(self, autres: list[tuple[int, int, str]]) -> None:
        """Read other characters in these places (start, end, reading), remembering where each one stands."""
        if not autres:
            return
        places = self._places or list(range(len(self.lu) + 1))
        morceaux: list[str] = []
        nouvelles: list[int] = []
        fin = 0
        for debut, apres, lu in autres:
            morceaux += self.lu[fin:debut], lu
            nouvelles += places[fin:debut]
            nouvelles += [places[debut]] * len(lu)
            fin = apres
        self.lu = "".join(morceaux) + self.lu[fin:]
        self._places = nouvelles + places[fin:]

    def etendue(self, debut: int, fin: int) -> tuple[int, int]:
        """Where in the text stands what was read between these two places."""
        return (debut, fin) if self._places is None else (self._places[debut], self._places[fin])
