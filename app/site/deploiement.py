"""`/deploiement`: which démarches have the button, since when, who is late, who is exempt and why."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches.texte import normaliser
from app.indices.parametres import AujourdHui
from app.indices.periode import etapes, lire_periode
from app.observatoire.bilan import Bilan
from app.observatoire.cibles import Cibles, Qui
from app.observatoire.declarations import Identite
from app.observatoire.engagements.echeances import lire_date
from app.observatoire.etat import Etat, bilan_de, lire_cibles, lire_deploiement, lire_etats
from app.problems import Introuvable, Invalide
from app.site.adresse import Adressable
from app.site.affichage import alphabetique, etape
from app.site.bilans import cible_actuelle
from app.site.graphiques import Point
from app.site.liste import Nom, tries
from app.site.rendu import rendre, repondre_page
from app.site.selection import PAR_PAGE, SANS

router = APIRouter()
BOUTON: Final = "bouton"


@dataclass(frozen=True, slots=True)
class CriteresDeploiement(Adressable):
    """Whose démarches are listed, and the deadline that they are held to (the one of the register when it is empty)."""

    ministere: str = ""
    echeance: str = ""


async def lire_criteres(
    ministere: Nom = "", echeance: Annotated[str, Query(max_length=10)] = ""
) -> CriteresDeploiement:
    """What the address asks for. Raises Invalide."""
    try:
        jour = str(lire_date(echeance)) if echeance else ""
    except ValueError as error:
        raise Invalide(erreurs=[{"champ": "echeance", "message": str(error)}]) from None
    return CriteresDeploiement(ministere, jour)


@dataclass(frozen=True, slots=True)
class Deploye:
    """How far a ministère is, or everybody, and its targets."""

    slug: str | None
    nom: str | None
    bilan: Bilan
    cibles: Sequence[dict[str, Any]]


@router.get("/deploiement")
async def deploiement(
    request: Request,
    jour: AujourdHui,
    criteres: Annotated[CriteresDeploiement, Depends(lire_criteres)],
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Le déploiement du bouton."""

    async def calcul(db: AsyncSession) -> bytes:
        etats = await lire_etats(db, jour, [BOUTON])
        cibles = await lire_cibles(db, jour)
        contexte = montrer(etats, cibles, criteres, jour, page) | {"points": await tendance(db, jour)}
        return rendre(request, "deploiement.html", jour_dit=jour, criteres=criteres, **contexte)

    return await repondre_page(request, ("page deploiement", jour, criteres, page), calcul)


def montrer(
    etats: Sequence[Etat], cibles: Cibles, criteres: CriteresDeploiement, jour: dt.date, page: int
) -> dict[str, Any]:
    """What the page says of these démarches. Raises Introuvable for a page of the list that does not exist."""
    ensemble = mesurer((None, None), etats, cibles)
    echeance = dt.date.fromisoformat(criteres.echeance) if criteres.echeance else echeance_actuelle(ensemble)
    sans = [s.demarche for s in etats if s.valeurs[BOUTON].atteint is False]
    listees = [d for d in sans if criteres.ministere in {"", d.ministere_slug or SANS, d.ministere}]
    pages = max(1, -(-len(listees) // PAR_PAGE))
    if page > pages:
        raise Introuvable
    manques = Counter((d.ministere, d.ministere_slug) for d in sans)
    return {
        "ensemble": ensemble,
        "ministeres": par_ministere(etats, cibles),
        "choix": [(slug or SANS, nom or "Sans ministère", n) for (nom, slug), n in tries(manques)],
        "echeance": echeance,
        "retards": adresse_des_retards(echeance, criteres.ministere),
        "retard": max(0, (jour - echeance).days) if echeance else 0,
        "sans": sorted(listees, key=par_titre)[(page - 1) * PAR_PAGE : page * PAR_PAGE],
        "combien": len(listees),
        "exemptees": exemptees(etats),
        "page": page,
        "pages": pages,
    }


def mesurer(qui: Qui, etats: Sequence[Etat], cibles: Cibles | None, nom: str | None = None) -> Deploye:
    """How far these démarches are; `cibles` is None for those that nobody answers for."""
    bilan = bilan_de(etats, BOUTON)
    siennes = [] if cibles is None else cibles.ajouter(qui, {BOUTON: bilan})[BOUTON]["cibles"]
    return Deploye(qui[0], nom, bilan, siennes)


def echeance_actuelle(ensemble: Deploye) -> dt.date | None:
    """The due date of the target that counts now, for everybody; None when all are reached."""
    actuelle = cible_actuelle(ensemble.cibles)
    return None if actuelle is None or actuelle["atteinte"] else actuelle["echeance"]


def adresse_des_retards(echeance: dt.date | None, ministere: str) -> str | None:
    """Where the API lists the same démarches; it has no name for those without a ministère."""
    if echeance is None or ministere == SANS:
        return None
    return f"/api/v1/retards?{urlencode({'echeance': echeance} | ({'ministere': ministere} if ministere else {}))}"


def par_ministere(etats: Sequence[Etat], cibles: Cibles) -> list[Deploye]:
    """How far each ministère is, by name; the démarches that have none come last."""
    membres: dict[tuple[str | None, str | None], list[Etat]] = {}
    for etat in etats:
        membres.setdefault((etat.demarche.ministere, etat.demarche.ministere_slug), []).append(etat)
    rangs = sorted(membres.items(), key=lambda item: (alphabetique(item[0][0]), item[0][1]))
    return [mesurer((slug, None), siens, cibles if slug else None, nom) for (nom, slug), siens in rangs]


def exemptees(etats: Sequence[Etat]) -> list[tuple[Identite, str]]:
    """The démarches that need no button, each with the reason, by title."""
    trouvees = [(s.demarche, s.exemptions[BOUTON]) for s in etats if BOUTON in s.exemptions]
    return sorted(trouvees, key=lambda trouvee: par_titre(trouvee[0]))


def par_titre(demarche: Identite) -> tuple[str, int]:
    """Where a démarche stands in a list."""
    return normaliser(demarche.titre), demarche.id


async def tendance(db: AsyncSession, jour: dt.date) -> list[Point]:
    """The share of démarches that have the button, at the end of each of the last twelve months and today."""
    fins = [mois.fin for mois in etapes(lire_periode(None, None, jour), "mois")]
    return [
        Point(etape(fin, "mois"), etape(fin, "mois", court=True), bilan.part, None, bilan.publies)
        for fin, bilan in zip(fins, await lire_deploiement(db, fins), strict=True)
    ]
