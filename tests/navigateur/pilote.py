"""What the tests do with a browser that they drive by WebDriver's commands, whichever way the commands reach it."""

import asyncio
from abc import ABC, abstractmethod
from typing import Any

DANS = (
    "const racine = document.querySelector('jdma-avis')?.shadowRoot; const dans = (css) => racine.querySelector(css);"
)


class Pilote(ABC):
    """A running browser; every call raises AssertionError with the browser's own words when it refuses."""

    @abstractmethod
    async def goto(self, url: str) -> None:
        """Open an address; returns once the page is loaded."""

    @abstractmethod
    async def execute(self, script: str, *arguments: object) -> Any:
        """What a script returns in the page."""

    @abstractmethod
    async def click(self, element: str) -> None:
        """A real click on the element of this reference."""

    @abstractmethod
    async def send_keys(self, element: str, text: str) -> None:
        """Type into the element of this reference."""

    @abstractmethod
    async def perform(self, actions: list[dict[str, object]]) -> None:
        """Actions of the keyboard or of the pointer, one after the other."""

    async def run(self, script: str, *arguments: object) -> Any:
        """What a script returns in the page; `racine` the shadow root of the first button, `dans` looks in it."""
        return await self.execute(f"{DANS} {script}", *arguments)

    async def until(self, condition: str, *arguments: object) -> Any:
        """Return what a condition gives once it is true; fails after thirty seconds."""
        said: object = "false"
        for _ in range(1500):
            try:
                if said := await self.run(f"return {condition}", *arguments):
                    return said
            except AssertionError as error:  # what it looks in is not there yet, or the page is being left
                said = error
            await asyncio.sleep(0.02)  # the browser's own progress: there is nothing to wait on
        raise AssertionError(f"never true: {condition} ({said})")

    async def press(self, element: str, *arguments: object) -> None:
        """A real click (pointer, focus, activation) on the element that an expression gives, once it is there."""
        await self.click(reference(await self.until(element, *arguments)))

    async def type(self, element: str, text: str) -> None:
        """Type into the element that an expression gives, once it is there."""
        await self.send_keys(reference(await self.until(element)), text)

    async def keys(self, *keys: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        await self.perform([{"type": "key", "id": "clavier", "actions": strokes}])


def reference(found: dict[str, str]) -> str:
    """The reference that WebDriver's answer gives of one element."""
    return next(iter(found.values()))
