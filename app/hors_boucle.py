"""Pure computations that would hold the event loop: what is long goes to a thread, where others get their turn."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

LONG: Final = 200
"""Elements from which a thread is worth what it costs (about 50 µs): an element takes some ten microseconds."""
T = TypeVar("T")


async def calculer(fonction: Callable[[], T], elements: int) -> T:
    """What `fonction` returns, computed elsewhere when there are many elements."""
    return await asyncio.to_thread(fonction) if elements > LONG else fonction()
