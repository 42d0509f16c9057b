"""`/api/docs`: Swagger UI from its package, so that it works on a closed network and under a strict CSP."""

from functools import lru_cache
from importlib.resources import files

from fastapi import APIRouter, Response

from app.problems import Introuvable

router = APIRouter(include_in_schema=False)

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FICHIERS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>API — Je donne mon avis</title><link rel="icon" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><main id="swagger-ui"></main><noscript>La description de l'API est aussi dans
<a href="/api/openapi.json">/api/openapi.json</a>.</noscript>
<script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/demarrage.js"></script></body></html>
"""
DEMARRAGE = """window.ui = SwaggerUIBundle({
  url: "/api/openapi.json", dom_id: "#swagger-ui", deepLinking: true, docExpansion: "list"
});
"""


@router.get("/api/docs")
async def page() -> Response:
    """La description de l'API, à lire et à essayer."""
    return Response(PAGE, media_type="text/html", headers={"Content-Security-Policy": CSP})


@router.get("/api/docs/{nom}")
async def fichier(nom: str) -> Response:
    """Un fichier de la page."""
    if nom == "demarrage.js":
        return Response(DEMARRAGE, media_type="text/javascript")
    if nom not in FICHIERS:
        raise Introuvable
    return Response(_read(nom), media_type=FICHIERS[nom], headers={"Cache-Control": "public, max-age=86400"})


@lru_cache
def _read(nom: str) -> bytes:
    return (files("fastapi_swagger") / "resources" / nom).read_bytes()
