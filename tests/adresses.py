"""Every address that the application serves, found in the application itself."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

SURES = {"GET", "HEAD", "OPTIONS"}


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """(method, template) of each route, those of included routers too."""
    for context in iter_route_contexts(app.routes):
        for method in sorted(context.methods or ()):
            yield method, context.path


def ecritures(app: FastAPI) -> set[tuple[str, str]]:
    """Those that may change something."""
    return {(method, path) for method, path in routes(app) if method not in SURES}
