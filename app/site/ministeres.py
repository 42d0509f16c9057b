"""`/ministeres`: what is known of each ministère, side by side; and a page for each."""

import datetime as dt
from collections.abc import Iterable, Sequence
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
from app.indices.synthese import Synthese, synthese
from app.observatoire.bilan import Bilan
from app.observatoire.classement import service as classement
from app.observatoire.engagements import service as engagements
from app.observatoire.engagements.sql import Filtre
from app.observatoire.etat import Etat, bilan_de, lire_cibles, lire_etats
from app.observatoire.indicateurs import INDICATEURS, PAR_CLE
from app.observatoire.indicateurs.satisfaction import SATISFACTION
from app.observatoire.releve import bilans, relever
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
COMPARES: Final = {i.cle: i.titre for i in INDICATEURS if i.present or i is SATISFACTION}
"""The indicateurs that ministères are compared on, and their names."""
Compare = Annotated[str, AfterValidator(parmi(COMPARES))]


class MinistereInconnu(Probleme):
    status, code, titre = 404, "ministere_inconnu", "Ministère inconnu"
    detail = "Aucun ministère ne porte ce nom."


@dataclass(frozen=True, slots=True)
class Groupe:
    """The démarches of a ministère or of an organisme, and what they come to. `ic95`: of the share, by Wilson."""

    slug: str | None
    nom: str | None
    lignes: Sequence[Ligne]
    synthese: Synthese
    ic95: Intervalle | None
    avis: int

    @property
    def comparable(self) -> bool:
        return self.synthese.mesurees >= COMPARABLE


def grouper(lignes: Iterable[Ligne], par: str, minimum: int) -> list[Groupe]:
    """The groups of démarches by `ministere` or `organisme`, by name; those that have none come last."""
    membres: dict[tuple[str | None, str | None], list[Ligne]] = {}
    for ligne in lignes:
        d = ligne.demarche
        membres.setdefault((getattr(d, f"{par}_slug"), getattr(d, par)), []).append(ligne)
    groupes = [groupe(*qui, siennes, minimum) for qui, siennes in membres.items()]
    return sorted(groupes, key=lambda g: (alphabetique(g.nom), g.slug))


def groupe(slug: str | None, nom: str | None, lignes: Sequence[Ligne], minimum: int) -> Groupe:
    """A group and its figures."""
    bilan = synthese((ligne.note for ligne in lignes), minimum)
    ic95 = wilson(bilan.au_dessus_de_7, bilan.mesurees)
    return Groupe(slug, nom, lignes, bilan, ic95, sum(ligne.total for ligne in lignes))


@dataclass(frozen=True, slots=True)
class Comparee:
    """What an indicateur comes to over the démarches of a ministère; `ic95`: of the share, by Wilson."""

    slug: str | None
    nom: str | None
    bilan: Bilan
    ic95: Intervalle | None

    @property
    def comparable(self) -> bool:
        return self.bilan.publies >= COMPARABLE


def comparer(etats: Sequence[Etat], cle: str) -> tuple[Comparee, list[Comparee]]:
    """All démarches, then each ministère by name; those that have none come last."""
    membres: dict[tuple[str | None, str | None], list[Etat]] = {}
    for etat in etats:
        membres.setdefault((etat.demarche.ministere_slug, etat.demarche.ministere), []).append(etat)
    groupes = [_comparee(qui, siens, cle) for qui, siens in membres.items()]
    return _comparee((None, None), etats, cle), sorted(groupes, key=lambda g: (alphabetique(g.nom), g.slug))


def _comparee(qui: tuple[str | None, str | None], etats: Iterable[Etat], cle: str) -> Comparee:
    b = bilan_de(etats, cle)
    return Comparee(*qui, b, wilson(b.atteints, b.publies))


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
        groupes = grouper(lignes, "ministere", minimum)
        return rendre(
            request,
            "ministeres.html",
            periode=periode,
            indicateurs=COMPARES,
            comparables=[g for g in groupes if g.nom and g.comparable],
            autres=[g for g in groupes if g.nom and not g.comparable],
            sans=next((g for g in groupes if g.nom is None), None),
            ensemble=groupe(None, None, lignes, minimum),
            seuil=COMPARABLE,
        )

    return await repondre_page(request, ("ministeres", periode), calcul)


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
        releve = await relever(db, periode, minimum, parmi=sien, jour=jour_dit)
        connu = engagements.Releve(sien, releve) if periode == lire_periode(None, None, jour) else None
        syntheses = (await lire_cibles(db, jour_dit)).ajouter((slug, None), bilans(releve))
        return rendre(
            request,
            "ministere.html",
            periode=periode,
            jour_dit=jour_dit,
            groupe=groupe(slug, siennes[0].demarche.ministere, lignes, minimum),
            ensemble=groupe(None, None, toutes, minimum),
            organismes=grouper(siennes, "organisme", minimum),
            lignes=[(ligne, certitude_de(ligne)) for ligne in lignes[:MONTREES]],
            indicateurs=[(i, syntheses[i.cle], _ic95(syntheses[i.cle])) for i in INDICATEURS],
            sans_bouton=[ligne.demarche for ligne in releve if ligne.valeurs["bouton"].atteint is False],
            pires=classement.ranger(toutes, await classement.exemptees(db, periode), periode, slug, PIRES),
            engagements=trier_engagements(
                await engagements.tous(db, Filtre(ministere=slug), jour, minimum, connu), "echeance"
            ),
            seuil=COMPARABLE,
        )

    return await repondre_page(request, ("ministere", slug, jour, periode), calcul)


def _ic95(synthese: dict[str, Any]) -> Intervalle | None:
    """The interval of a share, where there are enough démarches to say one."""
    return wilson(synthese["atteints"], synthese["publies"]) if synthese["publies"] >= COMPARABLE else None
