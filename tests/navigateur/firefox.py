"""Drives the distribution's own Firefox through Marionette, the protocol that it speaks on a local socket: each message
is `length:[kind, number, command or error, parameters or result]`. No driver to install.
"""

import asyncio
import json
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.navigateur.pilote import Pilote
from tests.serveur import free_port

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
PREFERENCES = {
    "intl.accept_languages": "fr",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.startup.page": 0,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.normandy.enabled": False,
    "services.settings.server": "data:,#",
}
ERREURS = """
  const page = (m) => m instanceof Ci.nsIScriptError && /^https?:/.test(m.sourceName);
  const dites = Services.console.getMessageArray().filter(page).map((m) => m.errorMessage);
  Services.console.reset();
  return dites;
"""


@dataclass
class Firefox(Pilote):
    """A running Firefox; every call raises AssertionError with the browser's own words when it refuses."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int = 0

    async def call(self, command: str, **parameters: object) -> Any:
        """Send a command; its result."""
        self.number += 1
        message = json.dumps([0, self.number, command, parameters]).encode()
        self.writer.write(b"%d:%s" % (len(message), message))
        async with asyncio.timeout(60):
            _kind, _number, error, result = await self.read()
        assert error is None, f"{command}: {error}"
        return result

    async def read(self) -> Any:
        length = int((await self.reader.readuntil(b":"))[:-1])
        return json.loads(await self.reader.readexactly(length))

    async def goto(self, url: str) -> None:
        await self.call("WebDriver:Navigate", url=url)

    async def execute(self, script: str, *arguments: object) -> Any:
        result = await self.call("WebDriver:ExecuteScript", script=script, args=list(arguments))
        return result["value"]

    async def click(self, element: str) -> None:
        await self.call("WebDriver:ElementClick", id=element)

    async def send_keys(self, element: str, text: str) -> None:
        await self.call("WebDriver:ElementSendKeys", id=element, text=text)

    async def perform(self, actions: list[dict[str, object]]) -> None:
        await self.call("WebDriver:PerformActions", actions=actions)

    async def errors(self) -> list[str]:
        """The errors and warnings that pages caused since it was last asked, refusals of their CSP included; without
        what Firefox says when it cuts short the last handlers of a page that is left from the address bar, as here.
        """
        return [line for line in await self.browser(ERREURS) if not line.startswith("Script terminated by timeout")]

    async def zoom(self, factor: float) -> None:
        """What Ctrl and + do."""
        await self.browser("gBrowser.selectedBrowser.fullZoom = arguments[0]", factor)

    async def browser(self, script: str, *arguments: object) -> Any:
        """What a script returns in the browser itself, outside pages."""
        await self.call("Marionette:SetContext", value="chrome")
        said = await self.call("WebDriver:ExecuteScript", script=script, args=list(arguments), sandbox="system")
        await self.call("Marionette:SetContext", value="content")
        return said["value"]


@asynccontextmanager
async def firefox(environment: dict[str, str] | None = None, **preferences: object) -> AsyncIterator[Firefox]:
    """A Firefox with a profile of its own, for the time of the block; headless, unless an environment has a screen."""
    port, directory = free_port(), tempfile.mkdtemp(prefix="jdma-firefox-")
    values = PREFERENCES | {"marionette.port": port} | preferences
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in values.items()]
    (Path(directory) / "user.js").write_text("\n".join(lines))
    command = [FIREFOX or "firefox", "--marionette", "--remote-allow-system-access", "--no-remote"]
    command += ["--profile", directory, *(() if environment else ("--headless",))]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        browser = Firefox(*await connect(port, process))
        try:
            await browser.read()
            await browser.call("WebDriver:NewSession", capabilities={"alwaysMatch": {}})
            yield browser
        finally:
            browser.writer.close()
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(directory, ignore_errors=True)


async def connect(port: int, process: "subprocess.Popen[bytes]") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """The socket of a Firefox that is starting; fails with it, or after half a minute."""
    for _ in range(600):
        assert process.poll() is None, "Firefox did not start"
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)  # another process starts: there is nothing to wait on
    raise AssertionError("Firefox does not answer")
