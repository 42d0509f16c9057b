"""A page of figures for each démarche, and the list that leads to them; no script, the same formulas as the API."""

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.ext.asyncio import AsyncSession

from app.conditionnel import repondre
from app.demarches import service as catalogue
from app.demarches.service import Recherche
from app.indices import service
from app.indices.parametres import PeriodeDep
from app.indices.periode import Periode
from app.pages import affichage
from app.pages.formulaire_ressources import Ressource, serve
from app.problems import Introuvable, Probleme

router = APIRouter(include_in_schema=False)

_HERE = Path(__file__).parent
CSP = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; img-src data:"
HTML = "text/html; charset=utf-8"

_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates" / "chiffres"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {
    "note": affichage.note,
    "pourcent": affichage.pourcent,
    "decimal": affichage.decimal,
    "nombre": affichage.nombre,
    "jour": affichage.jour,
}


@lru_cache
def feuille() -> Ressource:
    """The style sheet."""
    return Ressource("chiffres.css", (_HERE / "static" / "chiffres.css").read_bytes())


def render(template: str, **context: Any) -> bytes:
    """A page as bytes."""
    css = f"/chiffres/{feuille().nom_immuable}"
    return _environment.get_template(template).render(css=css, **context).encode()


def wants_page(request: Request) -> bool:
    """Whether a refusal is for a person: a browser asks, outside the API and what scripts load."""
    path: str = request.url.path
    return "text/html" in request.headers.get("accept", "") and not path.startswith(("/api/", "/widget/"))


def refusal(problem: Probleme) -> Response:
    """A refusal as a page."""
    body = render("refus.html", titre=problem.titre, detail=problem.detail)
    return Response(body, problem.status, problem.headers | {"Content-Security-Policy": CSP}, HTML)


@router.get("/")
async def accueil() -> Response:
    """Pour l'instant, la liste des démarches."""
    return RedirectResponse("/demarches", 307)


@router.get("/chiffres/{nom}")
async def ressource(request: Request, nom: str) -> Response:
    """La feuille de style, sous un nom qui change avec elle."""
    if nom != feuille().nom_immuable:
        raise Introuvable
    return serve(request, feuille())


@router.get("/demarches")
async def liste(
    request: Request,
    q: Annotated[str, Query(max_length=200)] = "",
    curseur: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Les démarches, avec une recherche dans leurs titres."""

    async def calcul(db: AsyncSession) -> bytes:
        page = await catalogue.lister(db, Recherche(q=q), curseur, 50)
        return render("liste.html", page=page, q=q)

    return await repondre(request, ("page-demarches", q, curseur), calcul, HTML, {"Content-Security-Policy": CSP})


@router.get("/demarches/{slug}")
async def demarche(request: Request, slug: str, periode: PeriodeDep) -> Response:
    """Les chiffres d'une démarche sur une période."""
    minimum: int = request.app.state.settings.seuil_publication

    async def calcul(db: AsyncSession) -> bytes:
        fiche = await catalogue.lire(db, slug)
        indice = await service.lire_indice(db, slug, periode, None, minimum)
        evolution = await service.lire_evolution(db, slug, periode, pas_for(periode), minimum)
        return render(
            "demarche.html",
            fiche=fiche,
            periode=periode,
            indice=indice,
            evolution=steps(evolution["elements"]),
            minimum=minimum,
        )

    cle = ("page-demarche", slug, periode)
    return await repondre(request, cle, calcul, HTML, {"Content-Security-Policy": CSP})


def pas_for(periode: Periode) -> Any:
    """Months, unless that would make a table nobody reads."""
    return "mois" if (periode.fin - periode.debut).days <= 800 else "annee"


def steps(elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps of an evolution with their name, and where their mean stands in a drawing 100 high."""
    named = []
    for element in elements:
        debut = dt.date.fromisoformat(str(_member(element["periode"], "debut")))
        mean = element["note_moyenne"]
        y = None if mean is None else round(100 - mean * 10, 2)
        named.append(element | {"nom": affichage.mois(debut), "y": y})
    return named


def _member(fragment: Any, name: str) -> Any:
    """A member of a piece of JSON that was prepared for sending."""
    import orjson

    return orjson.loads(orjson.dumps(fragment))[name]
