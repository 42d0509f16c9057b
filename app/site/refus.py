"""Refusals for people: who gets a page rather than a problem, and that page."""

from fastapi import Request, Response

from app.problems import Probleme
from app.site.rendu import CSP, HTML, rendre


def wants_page(request: Request) -> bool:
    """Whether a refusal is for a person: a browser asks, outside the API and what scripts load."""
    path: str = request.url.path
    return "text/html" in request.headers.get("accept", "") and not path.startswith(("/api/", "/widget/"))


def refusal(request: Request, problem: Probleme) -> Response:
    """A refusal as a page."""
    erreurs = problem.extra.get("erreurs", [])
    body = rendre(request, "refus.html", titre=problem.titre, detail=problem.detail, erreurs=erreurs)
    return Response(body, problem.status, problem.headers | {"Content-Security-Policy": CSP}, HTML)
