"""Bytes on a socket, as no library would send them, and what comes back."""

import asyncio
import json
from dataclasses import dataclass


@dataclass
class Reponse:
    """One answer: its status, its headers by lower-case name, its body; and whether the server then closed cleanly."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self):
        assert self.headers["content-type"] == "application/problem+json", self
        return json.loads(self.body)


async def connect(base, source=None):
    return await asyncio.open_connection("127.0.0.1", int(base.rsplit(":", 1)[1]), local_addr=source and (source, 0))


async def read_reply(reader):
    """The next answer on a connection; None when it is closed before any."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:-2])}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Reponse(int(lines[0].split()[1]), headers, body)


async def ask(base, *pieces, replies=1, closed=False):
    """The answers to these bytes on one connection; with `closed`, the server must then end it without a reset."""
    reader, writer = await connect(base)
    try:
        async with asyncio.timeout(60):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            answers = [await read_reply(reader) for _ in range(replies)]
            if closed:
                assert await reader.read() == b""
        return answers if replies != 1 else answers[0]
    finally:
        writer.close()
