"""`/ministeres`: what is known of each ministère, side by side; and a page for each."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches.parametres import parmi
from app.indices.formules import Intervalle, wilson
from app.indices.lignes import Ligne, lire_lignes
from app.indices.parametres import AujourdHui
from app.indices.periode import lire_periode
from app.observatoire.bilan import Bilan
from app.observatoire.classement import service as classement
from app.observatoire.engagements import service as engagements
from app.observatoire.engagements.sql import Filtre
from app.observatoire.etat import Etat, bilan_de, lire_cibles, lire_etats
from app.observatoire.indicateurs import INDICATEURS, PAR_CLE
from app.observatoire.indicateurs.satisfaction import SATISFACTION
from app.observatoire.releve import bilans, relever
from app.observatoire.satisfaction import bilan_satisfaction, exemptees
from app.observatoire.sql import Parmi
from app.problems import Probleme
from app.site.affichage import alphabetique
from app.site.parametres import PeriodeDep
from app.site.registre import trier as trier_engagements
from app.site.rendu import rendre, repondre_page
from app.site.selection import certitude_de, trier

router = APIRouter()

COMPARABLE = 10
"""Under so many measured démarches, a share says too little for a ministère to be set beside others."""
MONTREES, PIRES = 20, 5
Nomme = tuple[str | None, str | None]
"""The slug and the name of a ministère or of an organisme; None and None for all démarches, or those of no one."""
COMPARES: Final = {i.cle: i.titre for i in INDICATEURS if i.present or i is SATISFACTION}
"""The indicateurs that ministères are compared on, and their names."""
Compare = Annotated[str, AfterValidator(parmi(COMPARES))]


class MinistereInconnu(Probleme):
    status, code, titre = 404, "ministere_inconnu", "Ministère inconnu"
    detail = "Aucun ministère ne porte ce nom."


@dataclass(frozen=True, slots=True)
class Groupe:
    """The démarches of a ministère or of an organisme, and what an indicateur comes to over them. `ic95`: of the share,
    by Wilson; `avis`: how many, when the indicateur is satisfaction."""

    slug: str | None
    nom: str | None
    bilan: Bilan
    ic95: Intervalle | None
    avis: int = 0

    @property
    def comparable(self) -> bool:
        return self.bilan.publies >= COMPARABLE


def grouper(lignes: Iterable[Ligne], par: str, exemptes: Collection[int], minimum: int) -> list[Groupe]:
    """The satisfaction of each `ministere` or `organisme`, by name; the démarches that have none come last."""
    membres: dict[Nomme, list[Ligne]] = {}
    for ligne in lignes:
        d = ligne.demarche
        membres.setdefault((getattr(d, f"{par}_slug"), getattr(d, par)), []).append(ligne)
    return _ranger(groupe(siennes, exemptes, minimum, qui) for qui, siennes in membres.items())


def groupe(lignes: Sequence[Ligne], exemptes: Collection[int], minimum: int, qui: Nomme = (None, None)) -> Groupe:
    """The satisfaction of these démarches, but for those that are exempt."""
    b = bilan_satisfaction(lignes, exemptes, minimum)
    return Groupe(*qui, b, wilson(b.atteints, b.publies), sum(ligne.total for ligne in lignes))


def comparer(etats: Sequence[Etat], cle: str) -> tuple[Groupe, list[Groupe]]:
    """Another indicateur: of all démarches, then of each ministère by name; those that have none come last."""
    membres: dict[Nomme, list[Etat]] = {}
    for etat in etats:
        membres.setdefault((etat.demarche.ministere_slug, etat.demarche.ministere), []).append(etat)
    groupes = _ranger(_compare(siens, cle, qui) for qui, siens in membres.items())
    return _compare(etats, cle), groupes


def _compare(etats: Iterable[Etat], cle: str, qui: Nomme = (None, None)) -> Groupe:
    b = bilan_de(etats, cle)
    return Groupe(*qui, b, wilson(b.atteints, b.publies))


def _ranger(groupes: Iterable[Groupe]) -> list[Groupe]:
    return sorted(groupes, key=lambda g: (alphabetique(g.nom), g.slug))


@router.get("/ministeres")
async def comparaison(
    request: Request, jour: AujourdHui, periode: PeriodeDep, indicateur: Compare = "satisfaction"
) -> Response:
    """Les ministères côte à côte, pour un indicateur."""
    if indicateur != "satisfaction":
        return await _comparaison_du_jour(request, jour, indicateur)
    minimum: int = request.app.state.settings.seuil_publication

    async def calcul(db: AsyncSession) -> bytes:
        lignes = await lire_lignes(db, periode, minimum)
        exemptes = await exemptees(db, min(jour, periode.fin))
        groupes = grouper(lignes, "ministere", exemptes, minimum)
        return rendre(
            request,
            "ministeres.html",
            periode=periode,
            indicateurs=COMPARES,
            comparables=[g for g in groupes if g.nom and g.comparable],
            autres=[g for g in groupes if g.nom and not g.comparable],
            sans=next((g for g in groupes if g.nom is None), None),
            ensemble=groupe(lignes, exemptes, minimum),
            seuil=COMPARABLE,
        )

    return await repondre_page(request, ("ministeres", jour, periode), calcul)


async def _comparaison_du_jour(request: Request, jour: dt.date, cle: str) -> Response:
    async def calcul(db: AsyncSession) -> bytes:
        ensemble, groupes = comparer(await lire_etats(db, jour, [cle]), cle)
        return rendre(
            request,
            "ministeres_indicateur.html",
            jour_dit=jour,
            indicateur=PAR_CLE[cle],
            indicateurs=COMPARES,
            ensemble=ensemble,
            comparables=[g for g in groupes if g.nom and g.comparable],
            autres=[g for g in groupes if g.nom and not g.comparable],
            sans=next((g for g in groupes if g.nom is None), None),
            seuil=COMPARABLE,
        )

    return await repondre_page(request, ("ministeres", cle, jour), calcul)


@router.get("/ministeres/{slug}")
async def ministere(request: Request, slug: str, jour: AujourdHui, periode: PeriodeDep) -> Response:
    """Un ministère : ses démarches, ses organismes, ses indicateurs, ses engagements."""
    minimum: int = request.app.state.settings.seuil_publication

    async def calcul(db: AsyncSession) -> bytes:
        toutes = await lire_lignes(db, periode, minimum)
        siennes = [ligne for ligne in toutes if ligne.demarche.ministere_slug == slug]
        if not siennes:
            raise MinistereInconnu
        lignes = trier(siennes, "avis", "decroissant", {})
        sien = Parmi(ministeres=(slug,))
        jour_dit = min(jour, periode.fin)
        exemptes = await exemptees(db, jour_dit)
        releve = await relever(db, periode, minimum, parmi=sien, jour=jour_dit)
        connu = engagements.Releve(sien, releve) if periode == lire_periode(None, None, jour) else None
        syntheses = (await lire_cibles(db, jour_dit)).ajouter((slug, None), bilans(releve))
        return rendre(
            request,
            "ministere.html",
            periode=periode,
            jour_dit=jour_dit,
            groupe=groupe(siennes, exemptes, minimum, (slug, siennes[0].demarche.ministere)),
            ensemble=groupe(toutes, exemptes, minimum),
            organismes=grouper(siennes, "organisme", exemptes, minimum),
            lignes=[(ligne, certitude_de(ligne)) for ligne in lignes[:MONTREES]],
            indicateurs=[(i, syntheses[i.cle], _ic95(syntheses[i.cle])) for i in INDICATEURS],
            sans_bouton=[ligne.demarche for ligne in releve if ligne.valeurs["bouton"].atteint is False],
            pires=classement.ranger(toutes, exemptes, periode, slug, PIRES),
            engagements=trier_engagements(
                await engagements.tous(db, Filtre(ministere=slug), jour, minimum, connu), "echeance"
            ),
            seuil=COMPARABLE,
        )

    return await repondre_page(request, ("ministere", slug, jour, periode), calcul)


def _ic95(synthese: dict[str, Any]) -> Intervalle | None:
    """The interval of a share, where there are enough démarches to say one."""
    return wilson(synthese["atteints"], synthese["publies"]) if synthese["publies"] >= COMPARABLE else None
