"""The one layer around every request: its id, its measure, headers that protect, CORS, and refusals as problem+json."""

import itertools
import re
import secrets
import time
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.database import is_away, is_lost
from app.direct import ClientParti, check_encoding, header
from app.ops import repetitions
from app.ops.hotes import Hotes
from app.problems import MEDIA_TYPE, Indisponible, Probleme, render

REQUETE: ContextVar[str] = ContextVar("requete", default="")
"""The id of the request being served; every log line carries it."""

DUREE = Histogram(
    "jdma_requete_duree_secondes",
    "Durée des requêtes, par méthode, gabarit de route et statut.",
    ["methode", "route", "statut"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
METHODES = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"}

NOSNIFF = (b"x-content-type-options", b"nosniff")
PAGES = [
    NOSNIFF,
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
CSP = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
OUVERT = [
    NOSNIFF,
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link, Retry-After, X-Request-Id"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, HEAD, POST, PATCH, OPTIONS"),
    (b"access-control-max-age", b"86400"),
    (b"cache-control", b"public, max-age=86400"),
]
OUVERTS = ("/api/", "/donnees/", "/widget/", "/static/", "/assets/", "/monavis-static/", "/Demarches/assets/")
"""Paths that any site may read; nothing there depends on who asks, and no cookie exists."""
DU_BOUTON = ("/api/v1/avis", "/widget/v1/boutons/")
"""What the button asks for from pages whose `fetch` is wrapped: see docs/decisions/0010-en-tetes-des-pages.md."""
EN_TETES = b"Authorization, Content-Type, If-None-Match"

_REQUEST_ID = re.compile(rb"[A-Za-z0-9_.-]{1,64}")
_TOKENS = re.compile(rb"[A-Za-z0-9_, .-]{1,2000}")
_series: dict[tuple[str, str, int], Histogram] = {}
_prefix, _numbers = secrets.token_hex(4), itertools.count()


class Couche:
    """ASGI middleware; the only one that stands on the way of a deposit.

    `directes` are the hot routes, by method and exact path: they are served from here, without the framework's own
    layers and routing (a tenth of the cost of a deposit; bench/README.md).
    """

    def __init__(
        self, app: ASGIApp, hotes: Hotes, directes: Mapping[tuple[str, str], ASGIApp] = MappingProxyType({})
    ) -> None:
        self.app, self.hotes, self.directes = app, hotes, directes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reply = _Reply(scope, send)
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server, which knows the real one, sends no body
        REQUETE.set(reply.id)
        if reply.ouvert and scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method"):
            await reply.bare(204, [*PREFLIGHT, allowed_headers(scope)])
        else:
            await self._serve(scope, receive, reply)
        reply.measure()

    async def _serve(self, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        try:
            self.hotes.check(scope)
            check_encoding(scope)
            if (directe := self.directes.get((scope["method"], scope["path"]))) is None:
                await self._ask(scope, receive, reply)
            else:
                scope["jdma.route"] = scope["path"]
                await directe(scope, receive, reply.send)
        except ClientParti:
            reply.status = 499
        except Probleme as refus:
            await reply.problem(refus)
        except Exception as error:
            problem: Probleme = Indisponible() if is_away(error) else Probleme()
            # The message of an error may quote what was sent; its type and its place are enough to find it.
            frames = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)[-8:]]
            said: dict[str, Any] = {"erreur": type(error).__name__, "statut": problem.status, "trace": frames}
            repetitions.noter("erreur_interne", said, cle=(said["erreur"], *frames[-1:]), niveau="error")
            await reply.problem(problem)

    async def _ask(self, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        """A read that lost its connection to the database before it answered anything is asked once more."""
        reply.scope = {**scope}
        try:
            await self.app(reply.scope, receive, reply.send)
        except Exception as error:
            if scope["method"] != "GET" or reply.status or not is_lost(error):
                raise
            reply.scope = {**scope}
            await self.app(reply.scope, receive, reply.send)


class _Reply:
    """What goes out: adds the headers that every reply carries, and remembers what is measured."""

    def __init__(self, scope: Scope, send: Send) -> None:
        given = header(scope, b"x-request-id")
        self.id = given.decode() if given and _REQUEST_ID.fullmatch(given) else f"{_prefix}-{next(_numbers):x}"
        self.scope, self._send = scope, send
        self.method = scope["method"] if scope["method"] in METHODES else "AUTRE"
        self.ouvert = scope["path"].startswith(OUVERTS)
        self.status, self.start = 0, time.perf_counter()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers: list[tuple[bytes, bytes]] = message["headers"]
            if 300 < self.status < 400 and self.status != 304:
                headers[:] = [(name, _relative(self.scope, v) if name == b"location" else v) for name, v in headers]
            # What a 304 says replaces what the browser kept: a page seen again would lose its own policy.
            if self.status != 304 and not any(name == b"content-security-policy" for name, _ in headers):
                headers.append(CSP)
            if self.status >= 400:
                _complete_refusal(headers)
            headers += open_to(self.scope) if self.ouvert else PAGES
            headers.append((b"x-request-id", self.id.encode()))
            if self.scope["scheme"] == "https":
                headers.append(HSTS)
        await self._send(message)

    async def bare(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        await self.send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await self.send({"type": "http.response.body", "body": b""})

    async def problem(self, problem: Probleme) -> None:
        if self.status:
            return  # the reply had begun: the server cuts the connection
        body = render(problem.body())
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", b"%d" % len(body))]
        headers += [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
        await self.send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})

    def measure(self) -> None:
        seconds = time.perf_counter() - self.start
        route = route_template(self.scope)
        key = (self.method, route, self.status)
        if (series := _series.get(key)) is None:
            series = _series[key] = DUREE.labels(*key)
        series.observe(seconds)
        if self.status >= 500 or seconds > 1:
            said = {"methode": self.method, "route": route, "statut": self.status, "ms": round(seconds * 1000)}
            repetitions.noter("requete", said, cle=key)


def _complete_refusal(headers: list[tuple[bytes, bytes]]) -> None:
    """A refusal is of the moment, and is a page or a problem as was asked for: no cache may serve it to another."""
    names = {name.lower() for name, _ in headers}
    if b"cache-control" not in names:
        headers.append((b"cache-control", b"no-store"))
    if b"vary" not in names:
        headers.append((b"vary", b"Accept"))


def _relative(scope: Scope, location: bytes) -> bytes:
    """An address of this service without what the request said of its scheme and name: a proxy may know better, and a
    caller may say anything. One of another site stays whole.
    """
    here = b"%s://%s/" % (scope["scheme"].encode(), header(scope, b"host") or _own_name(scope))
    return b"/" + location.removeprefix(here).lstrip(b"/\\") if location.startswith(here) else location


def _own_name(scope: Scope) -> bytes:
    """What the framework calls this service when the request has no Host (HTTP/1.0): the address it listens on."""
    name, port = scope.get("server") or ("", None)
    usual = {"http": 80, "https": 443}.get(scope["scheme"])
    return (name if port in {None, usual} else f"{name}:{port}").encode()


def open_to(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The CORS headers of an open path. Where the button asks, the page's origin is named and its credentials are
    accepted, then ignored: a page whose `fetch` always sends cookies could not read the reply otherwise.
    """
    origin = header(scope, b"origin") if _du_bouton(scope) else None
    if origin is None or origin == b"null":
        return OUVERT
    named = {b"access-control-allow-origin": origin}
    return [
        *((name, named.get(name, value)) for name, value in OUVERT),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


def allowed_headers(scope: Scope) -> tuple[bytes, bytes]:
    """What a request may carry: to the button's own routes, whatever the page adds to all its requests (tracing)."""
    asked = header(scope, b"access-control-request-headers") if _du_bouton(scope) else None
    return b"access-control-allow-headers", asked if asked and _TOKENS.fullmatch(asked) else EN_TETES


def _du_bouton(scope: Scope) -> bool:
    path: str = scope["path"]
    return path == DU_BOUTON[0] or path.startswith((DU_BOUTON[0] + "/", DU_BOUTON[1]))


def route_template(scope: Scope) -> str:
    """The template of the route served; one label for all that match none, or each wrong URL would be a time series."""
    route: Any = scope.get("route")
    return scope.get("jdma.route") or getattr(route, "path", None) or "inconnue"
