"""From a template and values to a page: one environment, one policy, one way to answer."""

import re
from collections.abc import Awaitable, Callable, Hashable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from sqlalchemy.ext.asyncio import AsyncSession

from app.conditionnel import repondre
from app.indices.surfaces import PAGES
from app.ressources import codage_accepte, compresser
from app.settings import Settings
from app.site import affichage, bilans, graphiques, paroles, promesses
from app.site.feuille import feuille, icone

HTML: Final = "text/html; charset=utf-8"
COUT_PAGE: Final = 100
"""A page takes ten times what an answer of the API does, and is sent compressed."""
CSP: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "connect-src 'self'",  # no script of ours connects: tools that check pages read robots.txt from within them
        "font-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
NAVIGATION: Final = (
    ("/", "Accueil"),
    ("/demarches", "Démarches"),
    ("/ministeres", "Ministères"),
    ("/editions", "Éditions"),
    ("/engagements", "Engagements"),
    ("/donnees", "Données ouvertes"),
    ("/methode", "Méthode"),
)
"""The entries of the menu: addresses and names. A page is under the entry that its address starts with."""

_CODE = re.compile(r"(\{[{%#].*?[}%#]\}|<[^>]*>)", re.DOTALL)
"""What is not text in a template: its own tags, and HTML's."""

Page = Callable[[AsyncSession], Awaitable[bytes]]


class Typographie(Extension):
    """French punctuation in the text of templates, which are written with plain spaces."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - jinja2's
        """The source of a template, before it is compiled; what stands between `{%` and `%}` stays as it is."""
        parties = _CODE.split(source)
        return "".join(partie if rang % 2 else _typographier(partie, rang > 0) for rang, partie in enumerate(parties))


def _typographier(texte: str, suite: bool) -> str:
    """Text of a template; `suite`: it follows a tag, which its first sign of punctuation then belongs to."""
    return affichage.typographier(f"x{texte}")[1:] if suite else affichage.typographier(texte)


@lru_cache
def environnement() -> Environment:
    """The templates, compiled once in a process."""
    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=[Typographie],
    )
    env.filters |= affichage.FILTRES
    env.globals |= graphiques.FONCTIONS | paroles.FONCTIONS | bilans.FONCTIONS | promesses.FONCTIONS
    return env


def preparer(officiel: bool) -> None:
    """Make once what every page needs, so that nobody waits for it: the style sheet, and the compiled templates."""
    _ = feuille(officiel).brotli
    for gabarit in environnement().list_templates():
        environnement().get_template(gabarit)


def rendre(request: Request, gabarit: str, **contexte: Any) -> bytes:
    """A page as bytes. Raises jinja2's UndefinedError for a name that the template wants and does not get."""
    settings: Settings = request.app.state.settings
    commun = {
        "css": f"/site/{feuille(settings.officiel).nom_immuable}",
        "icone": f"/site/{icone().nom_immuable}",
        "officiel": settings.officiel,
        "mentions": settings.mentions_legales,
        "base": settings.base,
        "chemin": request.url.path,
        "navigation": NAVIGATION,
        "minimum": max(settings.seuil_publication, PAGES.personnes),
    }
    return environnement().get_template(gabarit).render(commun | contexte).encode()


async def repondre_page(request: Request, cle: Hashable, page: Page) -> Response:
    """A page, kept compressed for as long as nothing is committed. `cle`: what it depends on besides the database."""
    codage = codage_accepte(request)

    async def calcul(db: AsyncSession) -> bytes:
        return compresser(await page(db), codage)[0]

    entetes = {"Content-Security-Policy": CSP} | ({"Content-Encoding": codage} if codage else {})
    reponse = await repondre(request, (cle, codage), calcul, HTML, entetes, cout=COUT_PAGE)
    reponse.headers["Vary"] = "Accept-Encoding"
    return reponse
