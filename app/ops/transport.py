"""Closing so that the answer is read: a socket closed on bytes that were not read resets it, answer included."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

VIDANGE = 2 * 1024 * 1024
DELAI = 2.0
"""Bytes that are thrown away, and seconds that they are waited for, once nothing more will be answered."""


class Adieux:
    """A transport whose `close` waits for a client that is still sending: the answer is sent, then the end of what we
    say, then what still comes is thrown away, within reason.
    """

    def __init__(self, transport: asyncio.Transport, protocole: HttpToolsProtocol) -> None:
        self._transport, self._protocole = transport, protocole
        self.write = transport.write
        self._reste = 0
        self._ferme = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        return self._ferme or self._transport.is_closing()

    def close(self, *, attendre: bool = False) -> None:
        """Close; `attendre`: the client is known to be sending what will not be read."""
        cycle = self._protocole.cycle
        if self.is_closing():
            return
        if not (attendre or (cycle is not None and cycle.more_body)):
            self._transport.close()
            return
        self._ferme, self._reste = True, VIDANGE
        self._transport.write_eof()
        self._protocole.flow.resume_reading()
        self._protocole.loop.call_later(DELAI, self._transport.close)

    def couper(self) -> None:
        """Close at once."""
        self._ferme = True
        self._transport.close()

    def jeter(self, data: bytes) -> bool:
        """Whether nothing is read any more; closes when too much came."""
        if self._ferme:
            self._reste -= len(data)
            if self._reste < 0:
                self._transport.close()
        return self._ferme
