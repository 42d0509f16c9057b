"""Closing so that the answer is read: a socket closed on bytes that were not read resets it, answer included."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

VIDANGE = 2 * 1024 * 1024
DELAI = 2.0
"""Bytes that are thrown away, and seconds that they are waited for, once nothing more will be answered."""
ADIEU = 30.0
"""Seconds that a client has to read the end of an answer on a connection that is closed."""


class Adieux:
    """A transport whose `close` waits for a client that is still sending: the answer is sent, then the end of what we
    say, then what still comes is thrown away, within reason.
    """

    def __init__(self, transport: asyncio.Transport, protocole: HttpToolsProtocol) -> None:
        self._transport, self._protocole = transport, protocole
        self._reste = 0
        self._ferme = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send, unless the client has left: nobody would read it."""
        if not self._transport.is_closing():
            self._transport.write(data)

    def is_closing(self) -> bool:
        return self._ferme or self._transport.is_closing()

    def close(self, *, attendre: bool = False) -> None:
        """Close; `attendre`: the client is known to be sending what will not be read."""
        cycle = self._protocole.cycle
        if self.is_closing():
            return
        if not (attendre or (cycle is not None and cycle.more_body)):
            self._fermer(ADIEU)
            return
        self._ferme, self._reste = True, VIDANGE
        self._transport.write_eof()
        self._protocole.flow.resume_reading()
        self._protocole.loop.call_later(DELAI, self._fermer, DELAI)

    def couper(self) -> None:
        """Close at once; what was answered already has a moment to be read."""
        self._ferme = True
        self._fermer(DELAI)

    def _fermer(self, delai: float) -> None:
        """Close; a client that does not read what is left of the answer holds its place no longer than that."""
        self._transport.close()
        if self._transport.get_write_buffer_size():
            self._protocole.loop.call_later(delai, self._transport.abort)

    def jeter(self, data: bytes) -> bool:
        """Whether nothing is read any more; closes when too much came."""
        if self._ferme:
            self._reste -= len(data)
            if self._reste < 0:
                self._fermer(DELAI)
        return self._ferme
