"""From a template to a reply: French typography is in the texts, safety is here (escaping, CSP, no cache)."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.pages.formulaire_textes import LANGUES, textes
from app.pages.widget_construction import reduire, script
from app.ressources import Ressource, codage_accepte, compresser

_HERE = Path(__file__).parent
CSP = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

SEULEMENT_FR = {"integrer.html"}
PASSAGERES = {"merci.html", "refus.html"}
"""Pages that make sense at one moment only: nobody should find them in a search engine."""

environment = Environment(
    loader=FileSystemLoader(_HERE / "templates" / "formulaire"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@lru_cache
def ressources() -> dict[str, Ressource]:
    """The files of these pages, by name."""
    css = Ressource("formulaire.css", reduire("text/css", (_HERE / "static" / "formulaire.css").read_text()).encode())
    files = (css, script("formulaire.js", "page.js"), script("integrer.js", "copier.js"))
    return {file.nom: file for file in files}


def page(
    request: Request,
    modele: str,
    langue: str,
    *,
    statut: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> Response:
    """The page of a template, compressed as the browser likes; never kept by a cache: each form has its own id."""
    settings = request.app.state.settings
    html = environment.get_template(modele).render(
        t=textes(langue),
        langues=[textes(code) for code in LANGUES] if "fiche" in context and modele not in SEULEMENT_FR else [],
        fichiers={nom: f"/ressources/{file.nom_immuable}" for nom, file in ressources().items()},
        officiel=settings.officiel,
        mentions=settings.mentions_legales,
        chemin=request.url.path,
        **context,
    )
    body, codage = compresser(html.encode("utf-8", "replace"), codage_accepte(request))
    sent = {
        "content-security-policy": CSP,
        "cache-control": "no-store",
        "vary": "Accept-Encoding, Accept-Language",
        "content-language": langue,
        **({"x-robots-tag": "noindex"} if modele in PASSAGERES else {}),
        **codage,
        **(headers or {}),
    }
    return Response(body, statut, sent, "text/html; charset=utf-8")
