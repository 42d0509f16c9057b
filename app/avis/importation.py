"""`import-avis`: a ministry's history, streamed from a table into avis and counts, batch by batch, in constant memory.

A batch is one transaction (COPY, then avis and counts together): stopped at any moment and run again, an import
stores nothing twice. Bad rows go to a file with their reason.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from app.avis import sql
from app.avis.depot import conflits
from app.avis.lecture import CONFLIT, CONNUES, Annuaire, Lecteur, Lot, Record, read_header
from app.database import Connection, raw_connection
from app.tableur.ecriture import Rejets
from app.tableur.feuille import Source, ouvrir
from app.tableur.lignes import Row

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


class Lecture(Protocol):
    """Turns rows into records ready for COPY, and sets the bad ones aside."""

    def read(self, lot: Lot) -> list[Record]:
        """The records of these rows."""

    def reject(self, ligne: int, raison: str, row: Row) -> None:
        """Set a row aside."""


async def import_avis(
    engine: AsyncEngine, source: Source, rejets: Path, progress: Progress = lambda _lus: None
) -> Bilan:
    """Store every good row of a table; see the module. May be run again.

    Raises EnTeteInvalide before anything is stored when the columns are not the ones expected, FichierIllisible when
    the file is no table or `rejets` cannot be written.
    """
    with ouvrir(source) as feuille:
        columns = await asyncio.to_thread(read_header, feuille)
        with Rejets(rejets, [name for name in columns if name in CONNUES]) as refus:
            async with raw_connection(engine) as one:
                lecteur = Lecteur(columns, Annuaire(await sql.boutons(one)), refus)
            return await import_rows(engine, lecteur, feuille.rangees(len(columns)), refus, progress)


async def import_rows(
    engine: AsyncEngine, lecteur: Lecture, rows: Iterator[Row], refus: Rejets, progress: Progress
) -> Bilan:
    """Store what a reader makes of these rows, batch by batch."""
    async with raw_connection(engine) as one, raw_connection(engine) as other:
        bilan = await _Chaine((one, other), lecteur, rows, refus, progress).run()
        await sql.analyser(one)
    return bilan


class _Chaine:
    """Three batches under way: one is read, the next is copied to the server, the one before is stored.

    Batches are stored one after the other, in the order of the file: of two rows with one id, the first wins.
    """

    def __init__(
        self,
        connections: tuple[Connection, Connection],
        lecteur: Lecture,
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
            self._lecteur.reject(ligne, CONFLIT, lot.rows[ligne - lot.premiere])
        self._progress(bilan.lus)
