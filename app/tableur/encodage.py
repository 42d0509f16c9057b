"""From the bytes of a text file to its lines: in UTF-8, in UTF-16, or as Windows writes French (CP1252).

A file without a mark is UTF-8 unless its first accents are not; the bytes that then fit neither are kept apart
(`surrogateescape`), so that only the rows that hold them are refused. Memory is that of a piece of file.
"""

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO, Final

MORCEAU: Final = 1 << 16
LIGNE_MAX: Final = 1 << 20
"""Characters in a line; what follows is skipped up to its end: nothing that long can be stored."""

_MARQUES: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ERREURS: Final = {"utf-8": "surrogateescape", "cp1252": "surrogateescape"}
_ECHAPPES: Final = re.compile("[\udc80-\udcff]")
_ETENDUS: Final = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")
_FIN: Final = re.compile("\r\n?|\n")


def lignes(octets: BinaryIO, debut: bytes = b"") -> Iterator[str]:
    """The lines of a file, their ends kept; `debut` is what was already read of it."""
    return chain.from_iterable(_morceaux(octets, debut))


def _morceaux(octets: BinaryIO, debut: bytes) -> Iterator[Iterable[str]]:
    decodeur = _Decodeur()
    reste, sauter = "", False
    while True:
        lu = octets.read(MORCEAU - len(debut)) if len(debut) < MORCEAU else b""
        texte = reste + decodeur.decode(debut + lu, final=not lu)
        debut = b""
        if sauter:
            fin = _FIN.search(texte)
            sauter, texte = fin is None, texte[fin.end() :] if fin else ""
        # A CR that ends the piece may be half of a line's end.
        coupe = max(texte.rfind("\n"), texte.rfind("\r", 0, -1)) + 1 if lu else len(texte)
        yield io.StringIO(texte[:coupe], newline="")
        reste = texte[coupe:]
        if len(reste) > LIGNE_MAX:
            yield (reste[:LIGNE_MAX],)
            reste, sauter = "", True
        if not lu:
            return


class _Decodeur:
    """Decides on the coding when the first bytes that are not ASCII come."""

    def __init__(self) -> None:
        self._decodeur: codecs.IncrementalDecoder | None = None
        self._vu = False

    def decode(self, octets: bytes, *, final: bool) -> str:
        if self._decodeur is None:
            marque = None if self._vu else _marque(octets)
            self._vu = True
            if marque is None and octets.isascii():
                return octets.decode("ascii")
            bom, codage = marque or (b"", _codage(octets))
            self._decodeur = codecs.getincrementaldecoder(codage)(_ERREURS.get(codage, "replace"))
            octets = octets[len(bom) :]
        return self._decodeur.decode(octets, final)


def _marque(octets: bytes) -> tuple[bytes, str] | None:
    """The mark at the start of a file, and its coding; UTF-16 without one is known by its zeros."""
    for bom, codage in _MARQUES:
        if octets.startswith(bom):
            return bom, codage
    pairs, impairs = octets[:200:2], octets[1:200:2]
    if impairs.count(0) > len(impairs) // 2 and pairs.count(0) < len(pairs) // 4:
        return b"", "utf-16-le"
    if pairs.count(0) > len(pairs) // 2 and impairs.count(0) < len(impairs) // 4:
        return b"", "utf-16-be"
    return None


def _codage(octets: bytes) -> str:
    """UTF-8, unless more bytes contradict it than confirm it."""
    texte = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(octets)
    return "utf-8" if len(_ETENDUS.findall(texte)) >= len(_ECHAPPES.findall(texte)) else "cp1252"
