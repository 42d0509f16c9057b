"""`/ministeres`: what is known of each ministère, side by side; and a page for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.formules import Intervalle, wilson
from app.indices.lignes import Ligne, lire_lignes
from app.indices.synthese import Synthese, synthese
from app.problems import Probleme
from app.site.parametres import PeriodeDep
from app.site.rendu import rendre, repondre_page
from app.site.selection import certitude_de, trier

router = APIRouter()

COMPARABLE = 10
"""Under so many measured démarches, a share says too little for a ministère to be set beside others."""


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
    return sorted(groupes, key=lambda g: (g.nom is None, g.nom))


def groupe(slug: str | None, nom: str | None, lignes: Sequence[Ligne], minimum: int) -> Groupe:
    """A group and its figures."""
    bilan = synthese((ligne.note for ligne in lignes), minimum)
    ic95 = wilson(bilan.au_dessus_de_7, bilan.mesurees)
    return Groupe(slug, nom, lignes, bilan, ic95, sum(ligne.total for ligne in lignes))


@router.get("/ministeres")
async def comparaison(request: Request, periode: PeriodeDep) -> Response:
    """Les ministères côte à côte."""
    minimum: int = request.app.state.settings.seuil_publication

    async def calcul(db: AsyncSession) -> bytes:
        lignes = await lire_lignes(db, periode, minimum)
        groupes = grouper(lignes, "ministere", minimum)
        return rendre(
            request,
            "ministeres.html",
            periode=periode,
            comparables=[g for g in groupes if g.nom and g.comparable],
            autres=[g for g in groupes if g.nom and not g.comparable],
            sans=next((g for g in groupes if g.nom is None), None),
            ensemble=groupe(None, None, lignes, minimum),
            seuil=COMPARABLE,
        )

    return await repondre_page(request, ("ministeres", periode), calcul)


@router.get("/ministeres/{slug}")
async def ministere(request: Request, slug: str, periode: PeriodeDep) -> Response:
    """Un ministère : ses démarches, ses organismes."""
    minimum: int = request.app.state.settings.seuil_publication

    async def calcul(db: AsyncSession) -> bytes:
        toutes = await lire_lignes(db, periode, minimum)
        siennes = [ligne for ligne in toutes if ligne.demarche.ministere_slug == slug]
        if not siennes:
            raise MinistereInconnu
        lignes = trier(siennes, "avis", "decroissant", {})
        return rendre(
            request,
            "ministere.html",
            periode=periode,
            groupe=groupe(slug, siennes[0].demarche.ministere, lignes, minimum),
            ensemble=groupe(None, None, toutes, minimum),
            organismes=grouper(siennes, "organisme", minimum),
            lignes=[(ligne, certitude_de(ligne)) for ligne in lignes[:20]],
            seuil=COMPARABLE,
        )

    return await repondre_page(request, ("ministere", slug, periode), calcul)
