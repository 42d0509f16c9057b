"""Addresses of the national service, printed and linked for years: they lead to the form of the same démarche."""

from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.database import ask, is_away
from app.demarches.refus import BoutonIntrouvable
from app.pages import formulaire_sql as sql
from app.pages.formulaire_fiche import Fiche
from app.pages.formulaire_refus import langue_de, refus
from app.problems import Indisponible, Probleme

router = APIRouter(include_in_schema=False)


@router.get("/Demarches/{identifiant}")
async def rediriger(identifiant: str, request: Request) -> Response:
    """`?button={n}` names a démarche by its `jdma:` id; the older form, with `nd_source`, by its `xwiki:` id."""
    query = request.query_params
    source = "jdma" if "button" in query else "xwiki"
    try:
        cle = await trouver(request, source, identifiant.strip(), query.get("nd_source", ""))
    except Probleme as problem:
        return refus(request, langue_de(request), problem, Fiche(""))
    langue = query.get("langue") or query.get("lang")
    return RedirectResponse(f"/avis/{quote(cle, safe='')}{f'?langue={quote(langue)}' if langue else ''}", 302)


async def trouver(request: Request, source: str, valeur: str, nom: str) -> str:
    """The key of the bouton; raises BoutonIntrouvable, or Indisponible when the database is away."""
    cle = None
    if "\x00" not in valeur + nom and len(valeur) <= 200:
        try:
            cle = await ask(
                request.app.state.engine, lambda connection: sql.cle_par_identifiant(connection, source, valeur, nom)
            )
        except Exception as error:
            raise (Indisponible() if is_away(error) else error) from None
    if cle is None:
        raise BoutonIntrouvable
    return cle
