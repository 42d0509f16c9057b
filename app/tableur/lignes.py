"""The rows of a text, read as they come: one that CSV cannot read costs its line, never those after it."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from app.tableur.garde import degarder

Row = list[str]

CHAMP_MAX: Final = 100_000
"""Characters in a field; more is an unclosed quote that swallows the file."""
LIGNES_MAX: Final = 1_000
"""Lines in a row, whose comment may hold some; more is such a quote too."""
GUILLEMET: Final = "guillemet jamais fermé"
FINS: Final = ("\n", "\r")


class Illisible(Row):
    """A line that CSV cannot read, as the only cell of a row: never the width of one that can be stored."""

    def __init__(self, ligne: str, motif: str) -> None:
        super().__init__([ligne.rstrip("\r\n")[:1_000]])
        self.motif = motif


class GuillemetOuvert(Exception):
    """The row does not end where a row should."""


class Lignes:
    """The lines of a file; those of the row being read are kept, to be read again when it is none."""

    def __init__(self, file: Iterable[str]) -> None:
        self._file, self._relues = iter(file), deque[str]()
        self.vues: list[str] = []

    def __iter__(self) -> Iterator[str]:
        """Lines as they come; ask for them anew after `relire`. A generator: nothing else is as quick."""
        vues, relues = self.vues, self._relues
        while relues:
            vues.append(relues.popleft())
            yield vues[-1]
            if len(vues) >= LIGNES_MAX:
                raise GuillemetOuvert
        for line in self._file:
            vues.append(line)
            yield line
            if len(vues) >= LIGNES_MAX:
                raise GuillemetOuvert

    def relire(self, depuis: int = 1) -> None:
        """Read again every line of the row but its first, or those from `depuis` on."""
        self._relues.extendleft(reversed(self.vues[depuis:]))
        del self.vues[depuis:]


def read_rows(lines: Lignes, width: int, delimiter: str = ",") -> Iterator[Row]:
    """The rows of a file, of `width` cells, their guards taken off; a blank one is empty, and one that CSV cannot read
    is its first line, as Illisible. Empty cells beyond the width are left out.

    A row that spans lines and has not the width began with a quote that nobody closed: only its first line is lost.
    """
    csv.field_size_limit(CHAMP_MAX)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    vues = lines.vues
    while True:
        vues.clear()
        try:
            row = next(reader)
            motif = "" if len(row) == width else _check_width(row, width, vues)
        except StopIteration:
            return
        except (csv.Error, GuillemetOuvert) as error:
            motif = _why(error)
        if motif:
            yield Illisible(vues[0], motif)
            lines.relire()
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
        elif "'" in vues[0] or len(vues) > 1:
            yield [*map(degarder, row)]
        else:
            yield row if not row or row[0] or any(row) else []


def _check_width(row: Row, width: int, vues: list[str]) -> str:
    """Leave out the empty cells that spreadsheets add; why what is left cannot be a row, or nothing."""
    if not any(row[width:]):
        del row[width:]
    if len(row) != width and len(vues) > 1:
        return GUILLEMET
    if 0 < len(row) < width and not vues[-1].endswith(FINS):
        return f"ligne coupée : {len(row)} colonnes sur {width}, et le fichier s'arrête là"
    return ""


def _why(error: Exception) -> str:
    if "field larger" in str(error):
        return "ligne trop longue"
    if isinstance(error, GuillemetOuvert) or "unexpected end" in str(error):
        return GUILLEMET
    return "ligne mal formée (guillemets ou fins de ligne)"
