"""Drives the distribution's own WebKit, the engine of Safari, through its WebDriver, on a screen that nobody sees."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.navigateur.pilote import Pilote
from tests.serveur import free_port

PILOTE, ECRAN = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
NAVIGATEUR = next(iter(sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))), None)
WEBKIT = PILOTE and ECRAN and NAVIGATEUR
ENVIRONNEMENT = {
    "GDK_BACKEND": "x11",
    "LC_ALL": "C.UTF-8",
    "LANGUAGE": "fr",
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
}


@dataclass
class WebKit(Pilote):
    """A running WebKit: one session of its driver."""

    client: httpx.AsyncClient
    session: str

    async def ask(self, method: str, command: str, **parameters: object) -> Any:
        """Send a command of the session; its value."""
        body = parameters if method == "POST" else None
        response = await self.client.request(method, f"{self.session}/{command}", json=body)
        value = response.json()["value"]
        assert response.is_success, f"{command}: {value['error']} {value['message']}"
        return value

    async def goto(self, url: str) -> None:
        await self.ask("POST", "url", url=url)

    async def execute(self, script: str, *arguments: object) -> Any:
        return await self.ask("POST", "execute/sync", script=script, args=list(arguments))

    async def click(self, element: str) -> None:
        await self.ask("POST", f"element/{element}/click")

    async def send_keys(self, element: str, text: str) -> None:
        await self.ask("POST", f"element/{element}/value", text=text)

    async def perform(self, actions: list[dict[str, object]]) -> None:
        await self.ask("POST", "actions", actions=actions)


@contextmanager
def screen() -> Iterator[str]:
    """A screen that nobody sees; its name, as `DISPLAY` wants it."""
    reading, writing = os.pipe()
    command = [ECRAN or "Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as said:
            number = said.readline().strip()
        assert number, "the screen did not start"
        yield f":{number}"
    finally:
        process.terminate()
        process.wait(30)


@asynccontextmanager
async def webkit(environment: dict[str, str] | None = None) -> AsyncIterator[WebKit]:
    """A WebKit that has nothing to remember, for the time of the block; on a screen of its own, unless an environment
    has one.
    """
    with nullcontext(environment) if environment else alone() as env:
        port = free_port()
        command = [PILOTE or "WebKitWebDriver", f"--port={port}"]
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                browser = await start(client, process)
                yield browser
                await client.delete(browser.session)
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def alone() -> Iterator[dict[str, str]]:
    """The environment of a browser on a screen of its own, that no screen reader looks at."""
    with screen() as display:
        yield {**os.environ, **ENVIRONNEMENT, "NO_AT_BRIDGE": "1", "DISPLAY": display}


async def start(client: httpx.AsyncClient, process: "subprocess.Popen[bytes]") -> WebKit:
    """The session of a driver that is starting; fails with it, or after half a minute."""
    options = {"binary": str(NAVIGATEUR), "args": ["--automation"]}
    body = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
    for _ in range(600):
        assert process.poll() is None, "WebKit's driver did not start"
        try:
            value = (await client.post("/session", json=body)).json()["value"]
            assert "sessionId" in value, value
            return WebKit(client, f"/session/{value['sessionId']}")
        except httpx.ConnectError:
            await asyncio.sleep(0.05)  # another process starts: there is nothing to wait on
    raise AssertionError("WebKit's driver does not answer")
