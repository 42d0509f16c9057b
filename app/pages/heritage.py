"""Addresses of the national service, printed and linked for years: they lead to the same place of the same démarche."""

import re
from typing import Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.database import ask, is_away
from app.demarches.refus import BoutonIntrouvable
from app.demarches.resolution import resolve
from app.pages import formulaire_sql as sql
from app.pages import heritage_fichiers
from app.pages.formulaire_fiche import Fiche
from app.pages.formulaire_refus import langue_de, refus
from app.pages.heritage_adresse import Demande, lire_adresse
from app.problems import Indisponible, Probleme

router = APIRouter(include_in_schema=False)

NUMERO_MAX: Final = 200
RACINE: Final = "/Demarches/"
_JOUR: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@router.get("/static/jdma-bouton.json")
async def lire_cle(request: Request, adresse: str = "") -> Response:
    """The key of the bouton that an old address leads to, for the script of pages that have it; null when none does: an
    error would only fill somebody else's console.
    """
    chemin, _, requete = adresse.removeprefix(RACINE).partition("?")
    try:
        cle = await trouver(request, lire_adresse(chemin, requete))
    except BoutonIntrouvable:
        cle = None
    return JSONResponse({"cle": cle}, headers={"cache-control": "public, max-age=60"})


router.include_router(heritage_fichiers.router)


@router.get("/public/product/{numero}")
@router.get("/public/product/{numero}/stats")
async def montrer(numero: str, request: Request) -> Response:
    """The page of a démarche in the national service leads to its page here, with the same days."""
    query = request.query_params
    source = "xwiki" if query.get("xwiki") == "true" else "jdma"
    nom = lire_adresse(numero, "").numero
    async with AsyncSession(request.app.state.engine) as db:
        slug = (await resolve(db, f"{source}:{nom}")).slug
    jours = {"debut": query.get("date-debut", ""), "fin": query.get("date-fin", "")}
    periode = f"?{urlencode(jours)}" if all(map(_JOUR.fullmatch, jours.values())) else ""
    return RedirectResponse(f"/demarches/{quote(slug)}{periode}", 302)


@router.get("/Demarches/{chemin:path}")
async def rediriger(chemin: str, request: Request) -> Response:
    """To the form. `?button={n}` says that the number is a démarche's `jdma:` id; the older form, with `nd_source`,
    that it is its `xwiki:` id; after `avis/` it is the number of a form.
    """
    demande = lire_adresse(chemin, request.scope["query_string"].decode("latin-1"))
    try:
        cle = await trouver(request, demande)
    except Probleme as problem:
        return refus(request, langue_de(request), problem, Fiche(""))
    langue = f"?{urlencode({'langue': demande.langue})}" if demande.langue else ""
    return RedirectResponse(f"/avis/{quote(cle, safe='')}{langue}", 302)


async def trouver(request: Request, demande: Demande) -> str:
    """The key of the bouton; raises BoutonIntrouvable, or Indisponible when the database is away."""
    cle = None
    if demande.numero and "\x00" not in demande.numero + demande.source and len(demande.numero) <= NUMERO_MAX:
        try:
            cle = await ask(request.app.state.engine, lambda connection: chercher(connection, demande))
        except Exception as error:
            raise (Indisponible() if is_away(error) else error) from None
    if cle is None:
        raise BoutonIntrouvable
    return cle


async def chercher(connection: AsyncConnection, demande: Demande) -> str | None:
    """The key of the bouton that an address means, or None."""
    numero, bouton = demande.numero, demande.bouton
    if demande.formulaire:
        return await sql.cle_par_formulaire(connection, numero, bouton or "")
    source = "xwiki" if bouton is None else "jdma"
    return await sql.cle_par_identifiant(connection, source, numero, demande.source, bouton or "")
