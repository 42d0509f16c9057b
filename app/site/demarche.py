"""`/demarches/{slug}`: everything that is known of a démarche, with its uncertainty."""

import datetime as dt
from typing import Any, Final, Literal

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches import boutons
from app.demarches import service as catalogue
from app.demarches.resolution import resolve_actuelle
from app.indices import service
from app.indices.parametres import AujourdHui
from app.indices.periode import JOUR, PREMIER_JOUR, Periode, debut_etape, etapes
from app.observatoire import service as observatoire
from app.observatoire.classement import interventions
from app.observatoire.donnees.confidentialite import trop_peu
from app.observatoire.ecart import Ecart, ecart
from app.observatoire.engagements import service as engagements
from app.observatoire.engagements.sql import Filtre
from app.site.affichage import etape
from app.site.constats import constater, historiques
from app.site.graphiques import Point
from app.site.parametres import PeriodeDep
from app.site.rendu import rendre, repondre_page

router = APIRouter()

Pas = Literal["mois", "trimestre", "annee"]
PAS: Final[dict[Pas, str]] = {"mois": "Mois", "trimestre": "Trimestre", "annee": "Année"}
ANNEES: Final[dict[Pas, int]] = {"mois": 2, "trimestre": 5, "annee": 10}
"""How far back an evolution goes, at least as far as the période."""


@router.get("/demarches/{slug}")
async def demarche(request: Request, slug: str, jour: AujourdHui, periode: PeriodeDep, pas: Pas = "mois") -> Response:
    """Tout ce que l'on sait d'une démarche sur une période."""

    async def calcul(db: AsyncSession) -> bytes:
        minimum: int = request.app.state.settings.seuil_publication
        jour_dit = min(periode.fin, jour)
        vue = fenetre(periode.debut, jour_dit, pas)
        connue = await resolve_actuelle(db, slug)
        assert connue.id is not None
        lu = await observatoire.lire_demarche(db, slug, periode, minimum, jour)
        indice = await service.lire_indice(db, slug, periode, None, minimum)
        avant = await service.lire_indice(db, slug, precedente(periode), None, minimum)
        return rendre(
            request,
            "demarche.html",
            fiche=await catalogue.lire(db, slug),
            periode=periode,
            jour_dit=jour_dit,
            indice=indice,
            avant=avant,
            periode_avant=precedente(periode),
            ecart=changement(avant, indice),
            trop_peu=trop_peu,
            points=await evolution(db, slug, vue, pas, minimum),
            boutons=[bouton for bouton in await boutons.lister(db, slug) if not bouton.essai],
            constats=constater(lu["valeurs"]),
            historiques=historiques(lu["historique"]),
            interventions=await interventions.de_la_demarche(db, connue.id, jour, minimum),
            engagements=await engagements.tous(db, Filtre(demarche=connue.slug), jour, minimum),
            pas=pas,
            vue=vue,
            pas_possibles=PAS,
        )

    return await repondre_page(request, ("demarche", slug, jour, periode, pas), calcul)


def changement(avant: dict[str, Any], apres: dict[str, Any]) -> Ecart | None:
    """What changed from a période to the next; None unless both are published, of five people or more."""
    if any(indice["statut"] != "publie" or trop_peu(indice["total"]) for indice in (avant, apres)):
        return None
    return ecart(*([indice["repartition"][str(note)] for note in range(11)] for indice in (avant, apres)))


async def evolution(db: AsyncSession, slug: str, vue: Periode, pas: Pas, minimum: int) -> list[Point]:
    """The steps of these days, from the first one that has avis, each by its own number of avis; none when no step can
    be shown.
    """
    elements = (await service.lire_evolution(db, slug, vue, pas, minimum))["elements"]
    points = [_point(bornes, e, pas) for bornes, e in zip(etapes(vue, pas), elements, strict=True)]
    connus = [rang for rang, point in enumerate(points) if point.n]
    return points[connus[0] :] if any(point.valeur is not None for point in points) else []


def _point(bornes: Periode, element: dict[str, Any], pas: Pas) -> Point:
    noms = (etape(bornes.debut, pas), etape(bornes.debut, pas, court=True))
    montre = not trop_peu(element["total"]) and element["statut"] == "publie"
    valeur, ic95 = (element["note_moyenne"], element["note_moyenne_ic95"]) if montre else (None, None)
    return Point(*noms, valeur, ic95, element["total"])


def fenetre(debut: dt.date, fin: dt.date, pas: Pas) -> Periode:
    """What an evolution by `pas` shows: some years up to a day, from the first day of a step on."""
    loin = fin.replace(year=max(PREMIER_JOUR.year, fin.year - ANNEES[pas]), day=1)
    return Periode(debut_etape(min(debut, loin), pas), fin)


def precedente(periode: Periode) -> Periode:
    """The période of the same length that ends the day before.

    >>> precedente(Periode(dt.date(2026, 1, 2), dt.date(2026, 1, 3))).debut
    datetime.date(2025, 12, 31)
    """
    longueur = periode.fin - periode.debut
    fin = max(PREMIER_JOUR, periode.debut - JOUR)
    return Periode(max(PREMIER_JOUR, fin - longueur), fin)
