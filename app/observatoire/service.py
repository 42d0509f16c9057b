"""The live figures of the observatory: what each indicateur says now, and satisfaction crossed with a criterion.

Everything is read in the caller's snapshot, and frozen nowhere: that is what `editions` does. See `suivi` for time.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from app.acquis import retenir
from app.demarches.resolution import resolve_actuelle
from app.indices.formules import METHODE
from app.indices.lignes import lire_lignes
from app.indices.periode import Periode
from app.indices.service import Par, en_json
from app.observatoire import sql
from app.observatoire.bilan import Bilan, bilan
from app.observatoire.cibles import Cibles, Qui
from app.observatoire.croisement import Notes, Reponse, croiser
from app.observatoire.declarations import DECLARES, Declaration, Identite, declarer
from app.observatoire.etat import lire_etats_par_id
from app.observatoire.indicateurs import INDICATEURS, PAR_CLE
from app.observatoire.releve import Ligne, Perimetre, bilans, par_groupe, relever
from app.observatoire.satisfaction import exemptees
from app.observatoire.sql import Parmi
from app.observatoire.valeurs import Valeur

Objet = dict[str, Any]

Groupe = tuple[str | None, str | None, str | None]
"""(ministère of the organisme, slug, name); nothing but None for the démarches that have none."""

CROISABLES: Final = tuple(i.cle for i in INDICATEURS if i.present)
"""Criteria that are not made of avis: satisfaction can be crossed with them."""


def registre() -> list[Objet]:
    """Every indicateur as it is defined."""
    return [
        {
            "cle": i.cle,
            "titre": i.titre,
            "critere": i.critere,
            "unite": i.unite,
            "sens": i.sens,
            "seuils": i.seuils,
            "natures": list(i.natures),
            "methode": METHODE,
        }
        for i in INDICATEURS
    ]


async def lire_bilans(
    db: AsyncSession,
    periode: Periode,
    minimum: int,
    perimetre: Perimetre,
    par: Par | None,
    cles: Collection[str],
    aujourd_hui: dt.date,
) -> Objet:
    """The synthesis of each indicateur over the perimeter and, with `par`, for each ministère or organisme.

    Facts and targets are those of the last day of the période, or of today if that is sooner.
    """
    jour = min(periode.fin, aujourd_hui)
    declares = await _bilans_declares(db, jour, perimetre, par)
    lus = [cle for cle in cles if not PAR_CLE[cle].declare]
    lignes = await relever(db, periode, minimum, perimetre, cles=lus, jour=jour)
    cibles = Cibles(await sql.cibles(db), jour)

    def ecrire(siennes: Sequence[Ligne], cle: Groupe | None, de_qui: Qui | None) -> Objet:
        tous = declares[cle] | bilans(siennes)
        choisis = {i.cle: tous[i.cle] for i in INDICATEURS if i.cle in cles}
        return {
            "demarches": len(siennes),
            "avis": sum(ligne.indice.total for ligne in siennes),
            "indicateurs": cibles.ajouter(de_qui, choisis) if de_qui else {c: b.en_objet() for c, b in choisis.items()},
        }

    objet = {"periode": en_json(periode), "perimetre": perimetre} | ecrire(lignes, None, (None, None))
    if par is None:
        return objet
    groupes = sorted(par_groupe(lignes, lambda demarche: groupe(demarche, par)).items(), key=lambda item: rang(item[0]))
    return objet | {"groupes": [nommer(cle) | ecrire(siennes, cle, qui(cle, par)) for cle, siennes in groupes]}


async def _bilans_declares(
    db: AsyncSession, jour: dt.date, perimetre: Perimetre, par: Par | None
) -> dict[Groupe | None, dict[str, Bilan]]:
    """The syntheses of the indicateurs that read no avis: over everybody (None), and for each group."""

    async def calculer() -> dict[Groupe | None, dict[str, Bilan]]:
        membres: dict[Groupe | None, list[Declaration]] = {None: []}
        for d in await declarer(db, jour):
            if perimetre == "toutes" or d.demarche.top_250:
                membres[None].append(d)
                if par is not None:
                    membres.setdefault(groupe(d.demarche, par), []).append(d)
        return {
            qui: {i.cle: bilan([d.valeurs[i.cle] for d in siennes]) for i in DECLARES}
            for qui, siennes in membres.items()
        }

    return await retenir(db, ("bilans declares", jour, perimetre, par), calculer)


def groupe(demarche: Identite, par: Par) -> Groupe:
    """Who a démarche is counted with."""
    if par == "ministere":
        return None, demarche.ministere_slug, demarche.ministere
    if demarche.organisme_slug is None:
        return None, None, None
    return demarche.ministere_slug, demarche.organisme_slug, demarche.organisme


def rang(cle: Groupe) -> tuple[bool, str, str]:
    """By slug, and the démarches without any last."""
    ministere, slug, _ = cle
    return slug is None, ministere or "", slug or ""


def nommer(cle: Groupe) -> Objet:
    """A group as the API names it."""
    ministere, slug, nom = cle
    return {"slug": slug, "nom": nom, "ministere": ministere}


def qui(cle: Groupe, par: Par) -> Qui | None:
    """Whose targets a group has; None for the démarches without any ministère or organisme."""
    ministere, slug, _ = cle
    if slug is None:
        return None
    return (slug, None) if par == "ministere" else (ministere, slug)


async def lire_demarche(db: AsyncSession, nom: str, periode: Periode, minimum: int, aujourd_hui: dt.date) -> Objet:
    """What each indicateur says of a démarche (slug or alias), and the facts that it knows, the latest first: up to the
    last day of the période, or to today if that is sooner.

    Raises DemarcheInconnue, AncienneAdresse.
    """
    demarche = await resolve_actuelle(db, nom)
    assert demarche.id is not None
    jour = min(periode.fin, aujourd_hui)
    (ligne,) = await relever(db, periode, minimum, parmi=Parmi(ids=(demarche.id,)), jour=jour)
    faits = await sql.historique(db, demarche.id, jour)
    return {
        "demarche": demarche.slug,
        "periode": en_json(periode),
        "valeurs": {cle: asdict(valeur) for cle, valeur in ligne.valeurs.items()},
        "historique": [
            {
                "nature": fait.nature,
                "jour": fait.jour,
                "source": fait.source,
                "contenu": {nom: valeur for nom, valeur in fait.contenu.items() if nom != "releve_le"},
                "depuis": fait.depuis or fait.jour,
            }
            for fait in faits
        ],
    }


async def lire_croisement(
    db: AsyncSession, periode: Periode, minimum: int, perimetre: Perimetre, indicateur: str, aujourd_hui: dt.date
) -> Objet:
    """The satisfaction of the démarches that meet a criterion, against the others."""
    jour = min(periode.fin, aujourd_hui)
    croisement = croiser(await _croises(db, periode, minimum, perimetre, indicateur, jour))
    entete = {"periode": en_json(periode), "perimetre": perimetre, "indicateur": indicateur, "methode": METHODE}
    return entete | asdict(croisement)


async def _croises(
    db: AsyncSession, periode: Periode, minimum: int, perimetre: Perimetre, indicateur: str, jour: dt.date
) -> list[tuple[Reponse, Notes]]:
    """Whether each démarche meets a criterion on a day, and its notes over the période."""
    exemptes = await exemptees(db, jour)

    def reponse(demarche: int, valeur: Valeur) -> Reponse:
        if valeur.atteint is None:
            return valeur.statut
        return "exempte" if demarche in exemptes else valeur.atteint

    if perimetre != "toutes" or "boutons" in PAR_CLE[indicateur].lit:
        lignes = await relever(db, periode, minimum, perimetre, cles=(indicateur,), jour=jour)
        return [(reponse(ligne.demarche.id, ligne.valeurs[indicateur]), ligne.indice) for ligne in lignes]
    etats = await lire_etats_par_id(db, jour, (indicateur,))
    notees = [(ligne.demarche.id, ligne) for ligne in await lire_lignes(db, periode, minimum)]
    return [(reponse(cle, etats[cle].valeurs[indicateur]), ligne) for cle, ligne in notees]
