"""A cell that a spreadsheet shows rather than runs (OWASP, CSV injection): an apostrophe before it, taken off again
when it is read. A text that already begins like a guarded one gets one more, so that nothing is lost either way. Pure.
"""

import re
from typing import Final

_GARDEE: Final = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_DANGER: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def garder(texte: str) -> str:
    """The text, with what makes it harmless.

    >>> garder("=1+1"), garder("Passeport"), garder("'=1")
    ("'=1+1", 'Passeport', "''=1")
    """
    return f"'{texte}" if _DANGER.match(texte) else texte


def degarder(texte: str) -> str:
    """The text as it was before `garder`.

    >>> degarder("'=1+1"), degarder("'quote'")
    ('=1+1', "'quote'")
    """
    return texte[1:] if _GARDEE.match(texte) else texte
