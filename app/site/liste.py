"""`/demarches`: every démarche, searched, filtered, sorted, page by page; and the same as CSV."""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.conditionnel import repondre
from app.demarches import service as catalogue
from app.demarches.parametres import Texte
from app.demarches.texte import mots_cherches, normaliser
from app.indices import tableur
from app.indices.fiches import Fiche
from app.indices.formules import METHODE, au_dessus_de_7, wilson
from app.indices.lignes import Ligne, lire_lignes
from app.indices.parametres import AujourdHui
from app.indices.periode import Periode
from app.observatoire.etat import lire_etats_par_id
from app.observatoire.indicateurs import INDICATEURS
from app.observatoire.satisfaction import bilan_satisfaction, exemptees
from app.problems import Introuvable
from app.site.affichage import alphabetique
from app.site.parametres import PeriodeDep
from app.site.paroles import STATUTS
from app.site.rendu import rendre, repondre_page
from app.site.selection import PAR_PAGE, SANS, Constat, Criteres, certitude_de, selectionner

router = APIRouter()

COLONNES: Final = (
    *("demarche", "titre", "ministere", "organisme", "debut", "fin", "statut", "total"),
    *("note_moyenne", "note_moyenne_ic95_bas", "note_moyenne_ic95_haut", "au_dessus_de_7", "certitude"),
    *("satisfaits", "part_satisfaits", "part_satisfaits_ic95_bas", "part_satisfaits_ic95_haut", "methode"),
)
HOMONYMES: Final = 5
PRESENTS: Final = {i.cle: i.titre for i in INDICATEURS if i.present}
"""The indicateurs that speak of today, and not of a période: those that a list is filtered by."""
CONSTATS: Final = {"atteint": "Rempli", "non_atteint": "Pas rempli", "sans_reponse": "Sans réponse"}
Nom = Annotated[Texte, Query(max_length=300)]


async def lire_criteres(
    q: Annotated[Texte, Query(max_length=200)] = "",
    ministere: Nom = "",
    organisme: Nom = "",
    statut: Literal["", "publie", "insuffisant", "aucun_avis"] = "",
    certitude: Literal["", "surement", "probablement", "probablement_pas", "surement_pas"] = "",
    indicateur: Annotated[str, Query(max_length=40)] = "",
    constat: Literal["", "atteint", "non_atteint", "sans_reponse"] = "",
    tri: Literal["", "pertinence", "titre", "note", "satisfaits", "avis"] = "",
    ordre: Literal["", "croissant", "decroissant"] = "",
    debut: Annotated[str, Query(max_length=10)] = "",
    fin: Annotated[str, Query(max_length=10)] = "",
) -> Criteres:
    """What the address asks for."""
    known = indicateur if indicateur in PRESENTS else ""
    return Criteres(q.strip(), ministere, organisme, statut, certitude, known, constat, tri, ordre, debut, fin)


CriteresDep = Annotated[Criteres, Depends(lire_criteres)]


@router.get("/demarches")
async def liste(
    request: Request,
    jour: AujourdHui,
    criteres: CriteresDep,
    periode: PeriodeDep,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Les démarches qui répondent aux critères."""

    async def calcul(db: AsyncSession) -> bytes:
        exemptes = await exemptees(db, min(jour, periode.fin))
        toutes, choisies = await choisir(request, db, criteres, periode, jour)
        pages = max(1, -(-len(choisies) // PAR_PAGE))
        if page > pages:
            raise Introuvable
        montrees = choisies[(page - 1) * PAR_PAGE : page * PAR_PAGE]
        return rendre(
            request,
            "liste.html",
            criteres=criteres,
            periode=periode,
            lignes=[(ligne, certitude_de(ligne)) for ligne in montrees],
            choix=choix(toutes, criteres),
            catalogue_vide=not toutes,
            homonymes=homonymes(toutes, criteres.q),
            resume=bilan_satisfaction(choisies, exemptes, _minimum(request)),
            avis=sum(ligne.total for ligne in choisies),
            page=page,
            pages=pages,
        )

    return await repondre_page(request, ("liste", jour, criteres, periode, page), calcul)


@router.get("/demarches.csv")
async def exporter(request: Request, jour: AujourdHui, criteres: CriteresDep, periode: PeriodeDep) -> Response:
    """La même liste, entière, en CSV : ce que la page montre, sans arrondi."""

    async def calcul(db: AsyncSession) -> bytes:
        return ecrire((await choisir(request, db, criteres, periode, jour))[1], periode)

    headers = {"Content-Disposition": f'attachment; filename="demarches_{periode.debut}_{periode.fin}.csv"'}
    return await repondre(request, ("liste.csv", jour, criteres, periode), calcul, tableur.TYPE, headers)


async def choisir(
    request: Request, db: AsyncSession, criteres: Criteres, periode: Periode, jour: dt.date
) -> tuple[list[Ligne], list[Ligne]]:
    """Every démarche, and those that answer, in order."""
    toutes = await lire_lignes(db, periode, _minimum(request))
    constats = await lire_constats(db, criteres.indicateur, jour) if criteres.indicateur and criteres.constat else None
    places = await catalogue.classer(db, criteres.q) if criteres.q else None  # last: it changes how others are planned
    return toutes, selectionner(toutes, criteres, places, constats)


async def lire_constats(db: AsyncSession, indicateur: str, jour: dt.date) -> dict[int, Constat]:
    """By démarche, whether it meets an indicateur today, or that nothing can be said."""
    noms: dict[bool | None, Constat] = {True: "atteint", False: "non_atteint", None: "sans_reponse"}
    etats = await lire_etats_par_id(db, jour, (indicateur,))
    return {cle: noms[etat.valeurs[indicateur].atteint] for cle, etat in etats.items()}


def choix(lignes: Sequence[Ligne], criteres: Criteres) -> dict[str, list[tuple[str, str, int | None]]]:
    """What each filter offers: (value, name, how many démarches in all); organismes are those of the ministère."""
    fiches = [ligne.demarche for ligne in lignes]
    ministeres = Counter((d.ministere, d.ministere_slug) for d in fiches)
    siennes = [d for d in fiches if criteres.ministere in {"", d.ministere_slug, d.ministere}]
    organismes = Counter((d.organisme, d.organisme_slug) for d in siennes if d.organisme)
    statuts: Counter[str] = Counter(ligne.statut for ligne in lignes)
    return {
        "ministere": [(slug or SANS, nom or "Sans ministère", n) for (nom, slug), n in tries(ministeres)],
        "organisme": [(slug, nom, n) for (nom, slug), n in tries(organismes)],
        "statut": [(cle, nom, statuts[cle]) for cle, nom in STATUTS.items()],
        "indicateur": [(cle, titre, None) for cle, titre in PRESENTS.items()],
        "constat": [(cle, nom, None) for cle, nom in CONSTATS.items()],
    }


def homonymes(lignes: Iterable[Ligne], cherche: str) -> list[tuple[str, str]]:
    """The ministères, then the organismes, whose name holds the beginning of each word that is searched: their address
    and name. A search is about titles: whoever types the name of an administration is led to it.
    """
    mots = mots_cherches(cherche)
    fiches = [ligne.demarche for ligne in lignes] if mots else []
    ministeres = {(f"/ministeres/{d.ministere_slug}", d.ministere) for d in fiches if d.ministere}
    organismes = {(_chez(d), d.organisme) for d in fiches if d.organisme}
    return [
        (adresse, nom)
        for noms in (ministeres, organismes)
        for adresse, nom in sorted(noms, key=lambda trouve: alphabetique(trouve[1]))
        if all(f" {mot}" in f" {normaliser(nom)}" for mot in mots)
    ][:HOMONYMES]


def _chez(d: Fiche) -> str:
    return f"/demarches?{urlencode({'ministere': d.ministere_slug or SANS, 'organisme': d.organisme_slug})}"


def tries(comptes: Counter[Any]) -> list[tuple[Any, int]]:
    """Counts in the order of names, and what has none last."""
    return sorted(comptes.items(), key=lambda couple: (alphabetique(couple[0][0]), couple[0][1]))


def ecrire(lignes: Sequence[Ligne], periode: Periode) -> bytes:
    """The rows of a list as CSV; what the page does not publish is empty."""
    sortie = io.StringIO()
    feuille = csv.writer(sortie)
    feuille.writerow(COLONNES)
    for ligne in lignes:
        d = ligne.demarche
        qui = map(tableur.texte, (d.slug, d.titre, d.ministere, d.organisme))
        feuille.writerow([*qui, periode.debut, periode.fin, ligne.statut, ligne.total, *_chiffres(ligne)])
    return sortie.getvalue().encode()


def _chiffres(ligne: Ligne) -> list[object]:
    if not ligne.publiee:
        return [None] * (len(COLONNES) - 8)
    bas, haut = ligne.note_moyenne_ic95 or (None, None)
    dessus = str(au_dessus_de_7(ligne.note, ligne.minimum)).lower()
    return [
        *(ligne.note_moyenne, bas, haut, dessus, certitude_de(ligne)),
        *(ligne.satisfaits, ligne.part_satisfaits, *(wilson(ligne.satisfaits, ligne.total) or (None, None)), METHODE),
    ]


def _minimum(request: Request) -> int:
    minimum: int = request.app.state.settings.seuil_publication
    return minimum
