"""Refusals for people: who gets a page rather than a problem, and that page."""

from typing import Final

from fastapi import Request, Response

from app.problems import Introuvable, Probleme
from app.site.affichage import typographier
from app.site.rendu import CSP, HTML, rendre

CHAMPS: Final = {
    "debut": "Premier jour",
    "fin": "Dernier jour",
    "echeance": "Échéance",
    "q": "Mots cherchés",
    "page": "Numéro de page",
    "pas": "Pas de l’évolution",
    "tri": "Tri",
    "ordre": "Ordre du tri",
    "statut": "Statut",
    "revision": "Révision",
}
"""How pages call what addresses name otherwise."""


def wants_page(request: Request) -> bool:
    """Whether a refusal is for a person: a browser asks, outside the API and what scripts load."""
    path: str = request.url.path
    return "text/html" in request.headers.get("accept", "") and not path.startswith(("/api/", "/widget/"))


def refusal(request: Request, problem: Probleme) -> Response:
    """A refusal as a page."""
    erreurs = [(CHAMPS.get(e["champ"], e["champ"]), _ecrire(e["message"])) for e in problem.extra.get("erreurs", [])]
    titre = "Page non trouvée" if isinstance(problem, Introuvable) else problem.titre
    contexte = {"titre": titre, "status": problem.status, "detail": _ecrire(problem.detail), "erreurs": erreurs}
    entetes = {"Content-Security-Policy": CSP, "Cache-Control": "no-store", "Vary": "Accept"}
    return Response(rendre(request, "refus.html", **contexte), problem.status, problem.headers | entetes, HTML)


def _ecrire(phrase: str) -> str:
    """A sentence that programs read too, as pages write it."""
    return typographier(phrase.replace("'", "’"))
