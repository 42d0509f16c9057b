"""Files that browsers fetch: built once in a process, compressed beforehand, named by their content."""

import base64
import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property

import brotli
from fastapi import Request, Response

from app.etags import correspond

TYPES = {
    "css": "text/css; charset=utf-8",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml; charset=utf-8",
    "webp": "image/webp",
    "woff2": "font/woff2",
}
DEJA_COMPRIMES = {"gif", "jpeg", "jpg", "png", "webp", "woff2"}
IMMUABLE = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Ressource:
    """A file and its compressed forms. `nom` is `formulaire.css`; its immutable name is `formulaire.<hash>.css`."""

    nom: str
    corps: bytes

    @cached_property
    def empreinte(self) -> str:
        """What tells this content from any other, short enough for a URL."""
        return hashlib.sha256(self.corps).hexdigest()[:16]

    @cached_property
    def integrite(self) -> str:
        """The value of an `integrity` attribute."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.corps).digest()).decode()

    @cached_property
    def brotli(self) -> bytes:
        return bytes(brotli.compress(self.corps, quality=11, lgwin=18))

    @cached_property
    def gzip(self) -> bytes:
        return gzip.compress(self.corps, 9, mtime=0)

    @property
    def type(self) -> str:
        return TYPES[self.nom.rpartition(".")[2]]

    @property
    def compressible(self) -> bool:
        """Whether a coding would make it smaller."""
        return self.nom.rpartition(".")[2] not in DEJA_COMPRIMES

    @property
    def nom_immuable(self) -> str:
        """The name that changes with the content."""
        base, _, suffix = self.nom.rpartition(".")
        return f"{base}.{self.empreinte}.{suffix}"


def codage_accepte(request: Request) -> str:
    """The best coding that the client takes: `br`, `gzip`, or nothing."""
    offered = {}
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, parameter = part.partition(";")
        offered[name.strip()] = parameter.strip().replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((name for name in ("br", "gzip") if offered.get(name)), "")


def compresser(body: bytes, codage: str) -> tuple[bytes, dict[str, str]]:
    """A reply made for one request, compressed without slowing it down, and the header that says so."""
    if codage == "br":
        return bytes(brotli.compress(body, quality=5)), {"content-encoding": codage}
    return (gzip.compress(body, 6, mtime=0), {"content-encoding": codage}) if codage else (body, {})


def serve(request: Request, ressource: Ressource, cache: str = IMMUABLE) -> Response:
    """The file in the best coding, or 304 when the client has it."""
    codage = codage_accepte(request) if ressource.compressible else ""
    etag = f'"{ressource.empreinte}{codage and "-" + codage}"'
    headers = {"cache-control": cache, "etag": etag, "vary": "Accept-Encoding"}
    if correspond(request.headers.getlist("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    body = {"br": ressource.brotli, "gzip": ressource.gzip}.get(codage, ressource.corps)
    if codage:
        headers["content-encoding"] = codage
    return Response(body, headers=headers, media_type=ressource.type)
