"""A real screen reader, Orca, on a screen that nobody sees, and a voice that writes down what it is given to say."""

import asyncio
import os
import re
import shutil
import socketserver
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape

from tests.navigateur.webkit import ENVIRONNEMENT, screen

ORCA = shutil.which("orca")
BUS = shutil.which("dbus-daemon")
LECTEUR = ORCA and BUS
VOIX = {
    "HISTORY GET CLIENT_ID": "245-1\r\n245 OK CLIENT ID SENT",
    "LIST VOICES": "249-MALE1\r\n249 OK VOICE LIST SENT",
    "LIST OUTPUT_MODULES": "250-papier\r\n250 OK MODULE LIST SENT",
    "LIST SYNTHESIS_VOICES": "249-papier\tfr\tnone\r\n249 OK VOICE LIST SENT",
    "GET OUTPUT_MODULE": "251-papier\r\n251 OK GET RETURNED",
}
"""What a synthesiser of Speech Dispatcher's protocol answers to what it is asked; anything else is simply done."""


@dataclass
class Lecteur:
    """A running screen reader, the environment of those that it reads, and what was said since it was last heard."""

    environment: dict[str, str]
    said: list[str] = field(default_factory=list)

    async def hears(self, phrase: str) -> list[str]:
        """What is said until this phrase is; fails after a minute without it, with what was said instead."""
        for _ in range(3000):
            heard = next((rank for rank, text in enumerate(self.said, 1) if phrase in text), 0)
            if heard:
                first, self.said[:] = self.said[:heard], self.said[heard:]
                return first
            await asyncio.sleep(0.02)  # another process speaks: there is nothing to wait on
        raise AssertionError(f"never said: {phrase} (but {self.said})")


@contextmanager
def voice(path: str, said: list[str]) -> Iterator[None]:
    """Stand where Speech Dispatcher stands: each text to speak is added to `said`."""

    class Voice(socketserver.StreamRequestHandler):
        def answer(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            for received in self.rfile:
                command = received.decode().strip()
                if command == "SPEAK":
                    self.answer("230 OK RECEIVING DATA")
                    self.listen()
                self.answer(VOIX.get(command, "225-1\r\n225 OK" if command == "SPEAK" else "200 OK"))

        def listen(self) -> None:
            lines = iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), ".")
            text = unescape(re.sub("<[^>]*>", "", " ".join(lines)))
            if text := " ".join(text.split()):
                said.append(text)

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True

    with Server(path, Voice) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@contextmanager
def lecteur() -> Iterator[Lecteur]:
    """An Orca with a session, a screen, a voice and settings of its own, for the time of the block."""
    with tempfile.TemporaryDirectory(prefix="jdma-lecteur-", ignore_cleanup_errors=True) as home, screen() as display:
        lit = Lecteur({**os.environ, **ENVIRONNEMENT, "DISPLAY": display, "HOME": home, "XDG_RUNTIME_DIR": home})
        lit.environment |= {"GNOME_ACCESSIBILITY": "1", "SPEECHD_ADDRESS": f"unix_socket:{home}/voix"}
        lit.environment |= {"XDG_CONFIG_HOME": f"{home}/config", "XDG_DATA_HOME": f"{home}/data"}
        with voice(f"{home}/voix", lit.said), session(lit.environment) as address:
            lit.environment["DBUS_SESSION_BUS_ADDRESS"] = address
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            orca = subprocess.Popen([ORCA or "orca", "--replace"], env=lit.environment, **quiet)  # type: ignore[call-overload]
            try:
                yield lit
            finally:
                orca.kill()  # its goodbyes wait for sounds that nobody plays
                orca.wait()


@contextmanager
def session(environment: dict[str, str]) -> Iterator[str]:
    """A session bus; its address."""
    command = [BUS or "dbus-daemon", "--session", "--print-address=1", "--nofork"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, env=environment, text=True) as bus:
        assert bus.stdout is not None
        yield bus.stdout.readline().strip()
        bus.kill()
