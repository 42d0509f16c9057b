"""How long the event loop is held at once: the CPU time of each of its callbacks."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Tenue:
    """The longest that one callback held the loop, in CPU seconds."""

    secondes: float = 0.0


@contextmanager
def tenue_de_la_boucle() -> Iterator[Tenue]:
    """Watch every callback of the loops of asyncio (not uvloop's) in this process."""
    run, tenue = asyncio.Handle._run, Tenue()

    def timed(handle: asyncio.Handle) -> None:
        begin = time.thread_time()
        run(handle)
        tenue.secondes = max(tenue.secondes, time.thread_time() - begin)

    asyncio.Handle._run = timed  # type: ignore[method-assign]
    try:
        yield tenue
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign]


def milliseconde() -> float:
    """CPU seconds of a fixed work that takes a millisecond on the machine of reference, now."""

    def work() -> float:
        begin = time.thread_time()
        sum(n & 7 for n in range(40_000))
        return time.thread_time() - begin

    return min(work() for _ in range(30))
