"""`import-avis`: a ministry's history, streamed from CSV into avis and counts, batch by batch, in constant memory.

A batch is one transaction (COPY, then avis and counts together): stopped at any moment and run again, an import
stores nothing twice. Bad rows go to a file with their reason.
"""

import asyncio
import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from app.avis import sql
from app.avis.depot import conflits
from app.avis.lecture import CONFLIT, Annuaire, Lecteur, Lot, Record, Rejets, read_header
from app.avis.lignes import CHAMP_MAX, Lignes, Row, read_rows
from app.database import Connection, raw_connection

Progress = Callable[[int], None]

LOT = 20_000
"""Rows that are stored together."""


@dataclass
class Bilan:
    """The counts of an import: read = stored + already there + rejected."""

    lus: int = 0
    enregistres: int = 0
    deja_la: int = 0
    rejetes: int = 0


async def import_avis(
    engine: AsyncEngine, file: Iterable[str], rejets: Path, progress: Progress = lambda _lus: None
) -> Bilan:
    """Store every good row of a CSV (text opened with `errors="surrogateescape"`); see the module. May be run again.

    Raises EnTeteInvalide before anything is stored when the columns are not the ones expected, FichierIllisible when
    `rejets` cannot be written.
    """
    csv.field_size_limit(CHAMP_MAX)
    lines = Lignes(file)
    columns = await asyncio.to_thread(read_header, lines)
    with closing(Rejets(rejets, columns)) as refus:
        async with raw_connection(engine) as one, raw_connection(engine) as other:
            lecteur = Lecteur(columns, Annuaire(await sql.boutons(one)), refus)
            bilan = await _Chaine((one, other), lecteur, read_rows(lines, len(columns)), refus, progress).run()
            await sql.analyser(one)
    return bilan


class _Chaine:
    """Three batches under way: one is read, the next is copied to the server, the one before is stored.

    Batches are stored one after the other, in the order of the file: of two rows with one id, the first wins.
    """

    def __init__(
        self,
        connections: tuple[Connection, Connection],
        lecteur: Lecteur,
        rows: Iterator[Row],
        refus: Rejets,
        progress: Progress,
    ) -> None:
        self._connections, self._lecteur, self._rows = connections, lecteur, rows
        self._refus, self._progress = refus, progress
        self._bilan = Bilan()

    async def run(self) -> Bilan:
        for connection in self._connections:
            await sql.preparer_import(connection)
        stores: deque[asyncio.Task[None]] = deque()
        try:
            premiere = 2
            for connection in cycle(self._connections):
                lot, records = await asyncio.to_thread(self._read, premiere)
                if not lot.rows:
                    break
                premiere += len(lot.rows)
                if len(stores) == len(self._connections):
                    await stores.popleft()  # its connection is the one that serves next
                before = stores[-1] if stores else None
                stores.append(asyncio.create_task(self._store(connection, lot, records, before)))
        finally:
            done = await asyncio.gather(*stores, return_exceptions=True)
        for error in filter(None, done):
            raise error
        self._bilan.rejetes = self._refus.total
        return self._bilan

    def _read(self, premiere: int) -> tuple[Lot, list[Record]]:
        lot = Lot(premiere, list(islice(self._rows, LOT)))
        return lot, self._lecteur.read(lot)

    async def _store(
        self, connection: Connection, lot: Lot, records: list[Record], before: "asyncio.Task[None] | None"
    ) -> None:
        async with connection.transaction():
            await sql.copier(connection, records)
            if before is not None:
                await before
            stored, doutes = await sql.importer(connection, len(records))
        conflicts = conflits(doutes)
        bilan = self._bilan
        bilan.lus += len(lot)
        bilan.enregistres += stored
        bilan.deja_la += len(records) - stored - len(conflicts)
        for ligne in conflicts:
            self._refus.add(ligne, CONFLIT, lot.rows[ligne - lot.premiere][:-1])
        self._progress(bilan.lus)
