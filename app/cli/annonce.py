"""Where the service that runs on a data directory is reached, for the commands that print its address.

`serve` and `demo` write their address there and hold a lock on it for as long as they run: the kernel drops the lock
however they end, so an address that nobody answers at is never believed.
"""

from __future__ import annotations

import fcntl
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

    from app.settings import Settings

FICHIER = "adresse"


@contextmanager
def announced(settings: Settings) -> Iterator[None]:
    """The address of this service, written for the time of the block.

    Nothing where the directory cannot be written (a container that only reads), nor when another service of the same
    directory was there first: serving does not depend on it.
    """
    path = settings.data_dir / FICHIER
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError:
        yield
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield
            return
        file.truncate(0)
        file.write(settings.base)
        file.flush()
        with _erased(path):
            yield


@contextmanager
def _erased(path: Path) -> Iterator[None]:
    """The file goes with the block, also when SIGTERM ends the process: uvicorn raises it again once it has stopped."""

    def leave(number: int, _frame: FrameType | None) -> None:
        path.unlink(missing_ok=True)
        signal.signal(number, before)
        signal.raise_signal(number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        path.unlink(missing_ok=True)


def public_address(settings: Settings) -> tuple[str, bool]:
    """The address to print, without a final slash, and whether it is only supposed: the public one that is set, else
    that of the service that runs on this data directory, else the one it would have.
    """
    if settings.url_publique is not None:
        return settings.base, False
    if alive := _alive(settings):
        return alive, False
    return settings.base, True


def _alive(settings: Settings) -> str | None:
    with suppress(OSError), (settings.data_dir / FICHIER).open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read() or None
    return None
