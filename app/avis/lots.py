"""Group commit: requests that arrive while the database is busy share the next transaction.

One batch is in flight at a time; whatever arrives meanwhile forms the next one. Under light load a batch is one avis
and waits for nothing; under heavy load the cost of a transaction and of its fsync is shared by all its avis.

The promises kept here: a result is given only after the commit; the queue is bounded; nobody waits longer than
`delai` before the batch is tried, nor than `delai` for the database's answer; one bad row never fails its neighbours.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from app.avis import mesures
from app.database import Connection, Liaison, is_away
from app.problems import Indisponible, Probleme

log = structlog.get_logger()

Item = TypeVar("Item")
Result = TypeVar("Result")
Write = Callable[[Connection, Sequence[Item]], Awaitable[Sequence[Result | Probleme]]]

REPOS = 0.2
"""Seconds after a failed connection during which deposits are refused at once instead of each trying again."""


class FileDeLots(Generic[Item, Result]):
    """A bounded queue and the one task that empties it, batch by batch, through `write`."""

    def __init__(
        self, nom: str, engine: AsyncEngine, write: "Write[Item, Result]", *, file_max: int, lot_max: int, delai: float
    ) -> None:
        self.nom, self.write = nom, write
        self.file_max, self.lot_max, self.delai = file_max, lot_max, delai
        self._file: deque[tuple[Item, asyncio.Future[Result], float]] = deque()
        self._eveil = asyncio.Event()
        self._liaison = Liaison(engine)
        self._absente_jusqu_a = 0.0
        self._fermee = False
        self._tache: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write; call from the running loop."""
        self._tache = asyncio.create_task(self._run(), name=f"lots-{self.nom}")

    async def stop(self) -> None:
        """Write and answer what was accepted, then stop."""
        self._fermee = True
        self._eveil.set()
        if self._tache is not None:
            await self._tache
        await self._liaison.drop()

    def __len__(self) -> int:
        return len(self._file)

    def submit(self, item: Item) -> "asyncio.Future[Result]":
        """Take an item in; the future holds its result once committed, or a Probleme. Raises Indisponible when full."""
        now = time.monotonic()
        if self._fermee or len(self._file) >= self.file_max or now < self._absente_jusqu_a:
            raise Indisponible
        future = asyncio.get_running_loop().create_future()
        self._file.append((item, future, now))
        self._eveil.set()
        return future

    async def _run(self) -> None:
        while not (self._fermee and not self._file):
            if not self._file:
                self._eveil.clear()
                await self._eveil.wait()
                continue
            lot = self._take()
            if lot:
                await self._settle(lot)

    def _take(self) -> list[tuple[Item, "asyncio.Future[Result]"]]:
        """The next batch; who has waited too long is refused now, its avis not having been tried."""
        lot: list[tuple[Item, asyncio.Future[Result]]] = []
        now = time.monotonic()
        while self._file and len(lot) < self.lot_max:
            item, future, since = self._file.popleft()
            if now - since > self.delai:
                _refuse(future, Indisponible())
            elif not future.done():
                lot.append((item, future))
                mesures.ATTENTE.labels(self.nom).observe(now - since)
        return lot

    async def _settle(self, lot: list[tuple[Item, "asyncio.Future[Result]"]]) -> None:
        """Write a batch and answer everyone in it; on a refused row, halve until the row stands alone."""
        try:
            results = await self._write([item for item, _ in lot])
        except Exception as error:  # every future must be answered, whatever happened
            await self._settle_failure(lot, error)
            return
        for (_, future), result in zip(lot, results, strict=True):
            if isinstance(result, Probleme):
                _refuse(future, result)
            elif not future.done():
                future.set_result(result)

    async def _write(self, items: list[Item]) -> "Sequence[Result | Probleme]":
        start = time.perf_counter()
        async with asyncio.timeout(self.delai):
            results = await self._liaison.ask(lambda connection: self.write(connection, items))
        mesures.TAILLE_LOT.labels(self.nom).observe(len(items))
        mesures.DUREE_LOT.labels(self.nom).observe(time.perf_counter() - start)
        return results

    async def _settle_failure(self, lot: list[tuple[Item, "asyncio.Future[Result]"]], error: Exception) -> None:
        away = is_away(error)
        log.warning(
            "lot_refuse",
            file=self.nom,
            taille=len(lot),
            erreur=type(error).__name__,
            etat=getattr(error, "sqlstate", None),
            base_absente=away,
        )
        if away or len(lot) == 1:
            for _, future in lot:
                _refuse(future, Indisponible() if away else Probleme())
        if away:
            self._absente_jusqu_a = time.monotonic() + REPOS
            while self._file:  # whoever waits behind would only wait longer for the same answer
                _refuse(self._file.popleft()[1], Indisponible())
        elif len(lot) > 1:
            await self._settle(lot[: len(lot) // 2])
            await self._settle(lot[len(lot) // 2 :])


def _refuse(future: "asyncio.Future[Result]", problem: Probleme) -> None:
    if not future.done():
        future.set_exception(problem)
