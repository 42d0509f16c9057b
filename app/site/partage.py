"""`/demarches/{slug}/partage.png`: what networks show when somebody shares the page of a démarche."""

import asyncio

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.conditionnel import repondre
from app.demarches import service as catalogue
from app.indices import service
from app.observatoire.donnees.confidentialite import trop_peu
from app.site.affichage import jour, pluriel
from app.site.carte import Carte, dessiner
from app.site.parametres import PeriodeDep
from app.site.paroles import CERTITUDES, STATUTS, certitude

router = APIRouter()


@router.get("/demarches/{slug}/partage.png")
async def image(request: Request, slug: str, periode: PeriodeDep) -> Response:
    """L'image d'une démarche."""
    settings = request.app.state.settings

    async def calcul(db: AsyncSession) -> bytes:
        fiche = await catalogue.lire(db, slug)
        i = await service.lire_indice(db, slug, periode, None, settings.seuil_publication)
        jours = f"du {jour(periode.debut)} au {jour(periode.fin)}"
        if i["statut"] != "publie" or trop_peu(i["total"]):
            raison = f"{STATUTS['insuffisant']} pour publier un indice" if i["total"] else STATUTS["aucun_avis"]
            phrase = f"{pluriel(i['total'], 'avis', 'avis')}, {jours}" if i["total"] else jours.capitalize()
            carte = Carte(fiche.titre, phrase, verdict=raison, officiel=settings.officiel)
        else:
            certain = certitude(i["note_moyenne"], i["note_moyenne_ic95"])
            verdict = CERTITUDES[certain] if certain else ""
            phrase = f"D’après {pluriel(i['total'], 'avis', 'avis')}, {jours}"
            figures = (i["note_moyenne"], i["note_moyenne_ic95"], verdict, settings.officiel)
            carte = Carte(fiche.titre, phrase, *figures)
        return await asyncio.to_thread(dessiner, carte)  # other requests go on meanwhile

    cle = ("partage", slug, periode)
    return await repondre(request, cle, calcul, "image/png", {"Cross-Origin-Resource-Policy": "cross-origin"})
