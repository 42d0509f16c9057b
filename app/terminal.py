"""What a terminal may be shown of what people typed and files hold: never what it would obey. Pure."""

import unicodedata
from typing import Final

_BLANCS: Final = frozenset("\n\r\t\v\f")
_OBEIS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Control and format characters (escapes, reversed writing), halves of a character, other line ends."""


def montrer(texte: str) -> str:
    """The text on one line, `?` in place of what a terminal would obey rather than show.

    >>> montrer("a\\x1b[31mb"), montrer("un\\ndeux"), montrer("« été »")
    ('a?[31mb', 'un deux', '« été »')
    """
    if texte.isascii() and texte.isprintable():
        return texte
    return "".join(" " if c in _BLANCS else "?" if unicodedata.category(c) in _OBEIS else c for c in texte)
