"""A refusal as a page: what happened, in plain words, and what can be done about it."""

from fastapi import Request, Response

from app.avis.refus import AvisConflit, BoutonFerme, OrigineRefusee
from app.demarches.refus import BoutonIntrouvable
from app.pages.formulaire_fiche import Fiche
from app.pages.formulaire_rendu import page
from app.pages.formulaire_textes import choisir
from app.problems import CorpsIncomplet, CorpsTropGrand, Indisponible, Probleme, TypeNonPrisEnCharge

REFUS: dict[type[Probleme], str] = {
    BoutonIntrouvable: "inconnu",
    BoutonFerme: "ferme",
    OrigineRefusee: "origine",
    AvisConflit: "deja",
    CorpsTropGrand: "trop_grand",
    CorpsIncomplet: "incomplet",
    TypeNonPrisEnCharge: "origine",
    Indisponible: "indisponible",
}


def refus(request: Request, langue: str, problem: Probleme, fiche: Fiche) -> Response:
    """A page that explains a refusal; anything unforeseen goes on to the one renderer of errors."""
    nom = REFUS.get(type(problem))
    if nom is None:
        raise problem
    return page(request, "refus.html", langue, statut=problem.status, headers=problem.headers, nom=nom, fiche=fiche)


def langue_de(request: Request) -> str:
    """The language asked for in the address, else the browser's."""
    return choisir(request.query_params.get("langue"), request.headers.get("accept-language"))
