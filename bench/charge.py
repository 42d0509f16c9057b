"""A load generator on loopback, in a process of its own: `python -m bench.charge URL --rate 1000 --seconds 5 CLE…`.

With a rate, requests leave at their time whether or not the ones before were answered (no coordinated omission: the
latency counts from the planned time). Without, each connection sends the next request as soon as it has its answer.
`--adresses FIRST` sends each request from an address of its own (X-Forwarded-For), `--refused` sends what is not valid,
`--count` ends after so many. Prints one JSON line: {"requests", "rate", "errors", "p50", "p99"} (latencies in
milliseconds).
"""

import argparse
import asyncio
import json
import random
import statistics
import time
from ipaddress import IPv4Address
from urllib.parse import urlsplit
from uuid import UUID

import uvloop


def request_bytes(path: str, cle: str, adresse: int | None = None, *, refused: bool = False) -> bytes:
    ident = UUID(int=random.getrandbits(128), version=4)
    body = b'{"id":"%s","bouton":"%s","note":%d,"langue":"fr"}' % (
        str(ident).encode(),
        cle.encode(),
        11 if refused else random.randrange(11),
    )
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
    if adresse is not None:
        head += f"X-Forwarded-For: {IPv4Address(0x14000000 + adresse)}\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One keep-alive connection; `ask` sends a request and waits for its answer (bodies are announced by length)."""

    def connection_made(self, transport):
        self.transport, self.buffer, self.waiter = transport, b"", None

    def data_received(self, data):
        self.buffer += data
        head, sep, body = self.buffer.partition(b"\r\n\r\n")
        if not sep:
            return
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if len(body) >= length:
            self.buffer = b""
            self.waiter.set_result(head[9:12])

    async def ask(self, data):
        self.waiter = asyncio.get_running_loop().create_future()
        self.transport.write(data)
        return await self.waiter


async def run(args: argparse.Namespace) -> dict[str, float]:
    parts, cles, rate = urlsplit(args.url), args.cles, args.rate
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    errors = 0
    begin = time.perf_counter() + 0.05
    end = begin + args.seconds
    turns = iter(range(args.count))
    expected = b"422" if args.refused else b"2"

    async def client():
        nonlocal errors
        _, connection = await loop.create_connection(Connection, parts.hostname, parts.port)
        for turn in turns:
            start = begin + turn / rate if rate else max(begin, time.perf_counter())
            if start >= end:
                return
            if (delay := start - time.perf_counter()) > 0:
                await asyncio.sleep(delay)
            adresse = None if args.adresses is None else args.adresses + turn
            request = request_bytes(parts.path, cles[turn % len(cles)], adresse, refused=args.refused)
            status = await connection.ask(request)
            latencies.append(time.perf_counter() - start)
            errors += not status.startswith(expected)

    await asyncio.gather(*(client() for _ in range(args.connections)))
    took = time.perf_counter() - begin
    cuts = statistics.quantiles(latencies, n=100)
    return {
        "requests": len(latencies),
        "rate": len(latencies) / took,
        "errors": errors,
        "p50": cuts[49] * 1000,
        "p99": cuts[98] * 1000,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("cles", nargs="+")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--adresses", type=int)
    parser.add_argument("--count", type=int, default=1 << 62)
    parser.add_argument("--refused", action="store_true")
    print(json.dumps(uvloop.run(run(parser.parse_args()))))


if __name__ == "__main__":
    main()
