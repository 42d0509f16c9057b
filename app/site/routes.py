"""Every address of the site."""

from fastapi import APIRouter, Request, Response

from app.problems import Introuvable
from app.ressources import serve
from app.site import accueil, comparaison, demarche, deploiement, editions, liste, methode, ministeres, partage
from app.site.feuille import ressources

router = APIRouter(include_in_schema=False)
for pages in (accueil, liste, demarche, partage, ministeres, deploiement, comparaison, editions, methode):
    router.include_router(pages.router)


@router.get("/site/{nom}")
async def lire_ressource(request: Request, nom: str) -> Response:
    """Une feuille de style, une icône ou une police, sous un nom qui change avec elle."""
    fichier = ressources(request.app.state.settings.officiel).get(nom)
    if fichier is None:
        raise Introuvable
    return serve(request, fichier)
