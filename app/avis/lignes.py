"""The rows of an import's CSV, read as they come: one that CSV cannot read costs its line, never those after it."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator

Row = list[str]

CHAMP_MAX = 1 << 20
"""Characters in a field; more is an unclosed quote that swallows the file."""
LIGNES_MAX = 1_000
"""Lines in a row, whose comment may hold some; more is such a quote too."""


class Illisible(Row):
    """A line that CSV cannot read, as the only cell of a row: never the width of one that can be stored."""


class GuillemetOuvert(Exception):
    """The row does not end where a row should."""


class Lignes:
    """The lines of a file; those of the row being read are kept, to be read again when it is none."""

    def __init__(self, file: Iterable[str]) -> None:
        self._file, self._relues = iter(file), deque[str]()
        self.vues: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.vues) == LIGNES_MAX:
            raise GuillemetOuvert
        line = self._relues.popleft() if self._relues else next(self._file)
        self.vues.append(line)
        return line

    def relire(self) -> None:
        """Read again every line of the row but its first."""
        self._relues.extendleft(reversed(self.vues[1:]))


def read_rows(lines: Lignes, width: int) -> Iterator[Row]:
    """The rows of a file, of `width` cells; one that CSV cannot read is its first line, as Illisible.

    A row that spans lines and has not the width began with a quote that nobody closed: only its first line is lost.
    """
    reader = csv.reader(lines, strict=True)
    while True:
        lines.vues.clear()
        try:
            row = next(reader)
            broken = len(row) != width and len(lines.vues) > 1
        except StopIteration:
            return
        except (csv.Error, GuillemetOuvert):
            broken = True
        if broken:
            row = Illisible([lines.vues[0].rstrip("\r\n")[:1_000]])
            lines.relire()
        yield row
