"""Long work: a bar while it lasts; interrupted (Ctrl-C, SIGTERM), how far it went and what running it again does."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.cli.socle import number_of, say

if TYPE_CHECKING:
    from types import FrameType

CONTINUE = "ce qui est fait est gardé : relancez la même commande, elle continue"
RECOMMENCE = "rien n'est enregistré : relancez la même commande, elle recommence"
RECOMPTE = "rien n'est changé : relancez la même commande, elle recompte tout"


@contextmanager
def stoppable(what: str, suite: str, done: Callable[[], int]) -> Iterator[None]:
    """Leave with 130 (143 for SIGTERM) and a line when the block is interrupted; `done` gives how many `what` were."""
    received = signal.SIGINT

    def terminate(_number: int, _frame: FrameType | None) -> None:
        nonlocal received
        received = signal.SIGTERM
        signal.raise_signal(signal.SIGINT)  # which asyncio knows how to end its work for

    mine = threading.current_thread() is threading.main_thread()  # no other may be told of signals
    before = signal.signal(signal.SIGTERM, terminate) if mine else None
    try:
        yield
    except KeyboardInterrupt:
        say(f"jdma : interrompu après {number_of(done())} {what} ; {suite}.", err=True)
        sys.exit(128 + received)
    finally:
        if mine:
            signal.signal(signal.SIGTERM, before)


@contextmanager
def progress(what: str, suite: str) -> Iterator[Callable[..., None]]:
    """A bar on a terminal, nothing elsewhere; call what it gives with the count done (and the total, once known).

    `suite`: what is left of an interrupted run, and what to do then.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    bar = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
    counted = 0

    def show(done: int, known: int | None = None) -> None:
        nonlocal counted
        counted = done
        bar.update(task, completed=done, total=known)

    with stoppable(what, suite, lambda: counted), bar:
        task = bar.add_task(what, total=None)
        yield show
