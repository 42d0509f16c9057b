"""Every address of the site."""

from fastapi import APIRouter, Request, Response

from app.problems import Introuvable
from app.ressources import serve
from app.site import (
    accueil,
    classement,
    comparaison,
    demarche,
    deploiement,
    donnees,
    editions,
    engagements,
    liste,
    methode,
    ministeres,
    partage,
    robots,
    textes,
)
from app.site.feuille import ressources

router = APIRouter(include_in_schema=False)
PAGES = (
    *(accueil, liste, demarche, partage, ministeres, deploiement, classement),
    *(comparaison, editions, engagements, donnees, methode, robots, textes),
)
for pages in PAGES:
    router.include_router(pages.router)


@router.get("/site/{nom}")
async def lire_ressource(request: Request, nom: str) -> Response:
    """Une feuille de style, une icône ou une police, sous un nom qui change avec elle."""
    fichier = ressources(request.app.state.settings.officiel).get(nom)
    if fichier is None:
        raise Introuvable
    return serve(request, fichier)
