"""`import-avis`: a ministry's history, streamed from CSV into avis and counts, batch by batch, in constant memory.

A batch is one transaction (COPY, then avis and counts together): stopped at any moment and run again, an import
stores nothing twice. While the database writes a batch, the next one is read. Bad rows go to a file with their reason.
"""

import asyncio
import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from app.avis import sql
from app.avis.lecture import CHAMP_MAX, CONFLIT, Annuaire, Lecteur, Lot, Record, Rejets, Row, read_header, read_lot
from app.database import Connection, raw_connection

Progress = Callable[[int], None]


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

    Raises EnTeteInvalide before anything is stored when the columns are not the ones expected.
    """
    csv.field_size_limit(CHAMP_MAX)
    reader = csv.reader(file)
    columns = await asyncio.to_thread(read_header, reader)
    async with raw_connection(engine) as connection:
        refus = Rejets(rejets, columns)
        try:
            lecteur = Lecteur(columns, Annuaire(await sql.boutons(connection)), refus)
            await sql.preparer_import(connection)
            bilan = await _pump(connection, lecteur, reader, refus, progress)
        finally:
            refus.close()
        await sql.analyser(connection)
    return bilan


async def _pump(
    connection: Connection, lecteur: Lecteur, reader: Iterator[Row], refus: Rejets, progress: Progress
) -> Bilan:
    """Read a batch while the one before is being written."""
    bilan = Bilan()

    def read(premiere: int) -> tuple[Lot, list[Record]]:
        lot = read_lot(reader, premiere)
        return lot, lecteur.read(lot)

    lot, records = await asyncio.to_thread(read, 2)
    while lot.rows:
        reading = asyncio.create_task(asyncio.to_thread(read, lot.premiere + len(lot.rows)))
        try:
            stored, conflicts = await sql.importer(connection, records) if records else (0, [])
        finally:
            following = await reading
        bilan.lus += len(lot)
        bilan.enregistres += stored
        bilan.deja_la += len(records) - stored - len(conflicts)
        for ligne in conflicts:
            refus.add(ligne, CONFLIT, lot.rows[ligne - lot.premiere][:-1])
        progress(bilan.lus)
        lot, records = following
    bilan.rejetes = refus.total
    return bilan
