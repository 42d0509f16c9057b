"""The shortest way through the server for the two hot routes: documented by FastAPI, executed as plain ASGI."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from app.problems import CorpsIncomplet, CorpsTropGrand, Probleme, TypeNonPrisEnCharge

CORPS_MAX = 64 * 1024
TYPES_JSON = (b"application/json", b"text/plain")

Direct = Callable[[Scope, Receive, Send], Awaitable[None]]


class RouteDirecte(APIRoute):
    """A route that FastAPI routes and documents from its endpoint's signature, but that the endpoint's `direct`
    attribute serves: no dependency graph, no exit stacks, no response model on the way."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.app = endpoint.direct  # type: ignore[attr-defined]


class ClientParti(Exception):
    """The client went away before its request was complete; there is nobody to answer."""


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first value of a header (its name in lower case), or None."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None


def check_type(scope: Scope) -> None:
    """Raise TypeNonPrisEnCharge unless the body is announced as JSON, or as text carrying it."""
    kind = (header(scope, b"content-type") or b"").partition(b";")[0].strip().lower()
    if kind not in TYPES_JSON:
        raise TypeNonPrisEnCharge


def check_encoding(scope: Scope) -> None:
    """Raise TypeNonPrisEnCharge for a body that is announced as compressed: nothing here would read it."""
    codings = b",".join(value for name, value in scope["headers"] if name == b"content-encoding")
    if not {coding.strip().lower() for coding in codings.split(b",")} <= {b"identity", b""}:
        refus = TypeNonPrisEnCharge("Le corps ne doit pas être compressé (en-tête Content-Encoding).")
        refus.headers = {"Accept-Encoding": "identity"}
        raise closing(refus)


async def read_body(scope: Scope, receive: Receive, seconds: float, limit: int = CORPS_MAX) -> bytes:
    """The whole body, `limit` bytes at most, within `seconds`.

    Raises CorpsTropGrand as soon as that is known, CorpsIncomplet when the client is too slow, ClientParti if it left.
    """
    announced = header(scope, b"content-length")
    if announced is not None and (not announced.isdigit() or int(announced) > limit):
        raise closing(CorpsTropGrand())
    message = await _receive(receive, seconds)
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        body = await _read_rest(body, receive, seconds, limit)
    if len(body) > limit:
        raise closing(CorpsTropGrand())
    return body


async def _receive(receive: Receive, seconds: float) -> Any:
    try:
        async with asyncio.timeout(seconds):
            message = await receive()
    except TimeoutError:
        raise closing(CorpsIncomplet()) from None
    if message["type"] == "http.disconnect":
        raise ClientParti
    return message


async def _read_rest(body: bytes, receive: Receive, seconds: float, limit: int) -> bytes:
    """The chunks after the first; the deadline is for all of them, so that dripping bytes buys no time."""
    parts, size = [body], len(body)
    deadline = asyncio.get_running_loop().time() + seconds
    while size <= limit:
        message = await _receive(receive, max(0.0, deadline - asyncio.get_running_loop().time()))
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body"):
            break
    return b"".join(parts)


def closing(problem: Probleme) -> Probleme:
    """The rest of the body will not be read: the connection cannot serve another request."""
    problem.headers = {**problem.headers, "Connection": "close"}
    return problem


async def send_json(send: Send, status: int, body: bytes) -> None:
    """Answer with JSON bytes that are ready."""
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
