"""What the national service's addresses answer, in its own shapes, from our counts."""

from collections.abc import Sequence
from operator import add
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.compat import annuaire, sql
from app.compat.annuaire import Annuaire, DemarcheNumerotee
from app.compat.demande import Demande
from app.compat.marques import QUESTIONS, marques
from app.compat.refus import ListeVide
from app.demarches.top_250 import aujourd_hui, dates_top_250
from app.equipes.cles import Portee
from app.equipes.refus import HorsPortee
from app.indices.periode import segments

Objet = dict[str, Any]
log = structlog.get_logger()


class DemandeIntrouvable(Exception):
    """The démarche or the bouton asked for does not exist; its text says which, in French."""


async def observatoire(db: AsyncSession, demande: Demande) -> Objet:
    """The marks of a démarche, or of one of its boutons. Raises DemandeIntrouvable."""
    demarche = await sql.trouver_demarche(db, demande.source, demande.numero)
    if demarche is None:
        raise DemandeIntrouvable(f"Aucune démarche ne porte le numéro {demande.numero}.")
    boutons = None
    if demande.formulaire is not None:
        bouton = await sql.trouver_bouton(db, demarche, demande.formulaire)
        if bouton is None:
            raise DemandeIntrouvable(f"Cette démarche n'a pas de formulaire {demande.formulaire}.")
        boutons = [bouton]
    lignes = await sql.compter(db, [demarche], segments(demande.periode), QUESTIONS, boutons=boutons)
    comptes: dict[int, Sequence[int]] = {}
    for ligne in lignes:  # one for each bouton
        comptes[ligne.question] = list(map(add, comptes.get(ligne.question, [0] * 11), ligne[4:]))
    return {"result": {"data": {"json": marques(comptes)}}}


async def services(db: AsyncSession, portee: Portee) -> Objet:
    """The démarches that a key opens, with their boutons."""
    connues = await annuaire.lire(db)
    return {
        "data": [
            {
                "id": demarche.numero,
                "title": demarche.ligne.titre,
                "entity": demarche.ligne.entite,
                "forms": [{"id": bouton.numero, "title": bouton.nom} for bouton in demarche.boutons],
            }
            for demarche in connues.visibles(portee)
        ]
    }


async def fixer_top_250(db: AsyncSession, portee: Portee, champ: str, numeros: list[int]) -> Objet:
    """Replace the list of the 250 by these boutons' démarches (`champ` form_ids), or by these démarches (product_ids);
    says which came in, were there, and went out.

    Leaves a line in the journal. Raises HorsPortee, ListeVide, IdentifiantsInconnus.
    """
    if not portee.administrateur:
        raise HorsPortee("Seule une clé d'administrateur peut fixer la liste des 250 démarches.")
    if not numeros:
        raise ListeVide(champ)
    await sql.verrouiller(db)
    connues = await annuaire.lire(db)
    voulues = _demandees(connues, champ, numeros)
    avant = {demarche.id for demarche in connues.demarches.values() if _dans_la_liste(demarche)}
    sorties = [connues.demarches[cle] for cle in sorted(avant - set(voulues.values()))]
    await _dater(db, connues, set(voulues.values()))
    apres = len(set(voulues.values()))
    log.warning("top_250_remplacee", cle=portee.cle, avant=len(avant), apres=apres, sorties=len(sorties))
    suffixe = "_forms" if champ == "form_ids" else ""
    return {
        "result": {
            f"new_top250{suffixe}": [numero for numero, cle in voulues.items() if cle not in avant],
            f"already_top250{suffixe}": [numero for numero, cle in voulues.items() if cle in avant],
            f"down_top250{suffixe}": [_numero(demarche, champ) for demarche in sorties],
        }
    }


def _demandees(connues: Annuaire, champ: str, numeros: list[int]) -> dict[int, int]:
    """The id of the démarche that each number leads to."""
    if champ == "form_ids":
        return {numero: bouton.demarche_id for numero, bouton in connues.formulaires(numeros).items()}
    return {numero: demarche.id for numero, demarche in connues.produits(numeros).items()}


def _numero(demarche: DemarcheNumerotee, champ: str) -> int:
    """The list holds démarches: of their boutons, the first one stands for them."""
    return demarche.boutons[0].numero if champ == "form_ids" and demarche.boutons else demarche.numero


def _dans_la_liste(demarche: DemarcheNumerotee) -> bool:
    return demarche.ligne.top_250_depuis is not None and demarche.ligne.top_250_jusqu_au is None


async def _dater(db: AsyncSession, connues: Annuaire, voulues: set[int]) -> None:
    jour, changees = aujourd_hui(), []
    for cle, demarche in connues.demarches.items():
        dates = demarche.ligne.top_250_depuis, demarche.ligne.top_250_jusqu_au
        if (neuves := dates_top_250(*dates, voulu=cle in voulues, jour=jour)) != dates:
            changees.append((cle, *neuves))
    await sql.dater_top_250(db, changees)
