"""Requests for help and interventions, with what citizens said before and after; in the caller's transaction."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches import curseur
from app.demarches.refus import ChampInvalide
from app.demarches.resolution import resolve
from app.demarches.texte import a_un_caractere_interdit, nettoyer
from app.observatoire.classement import sql
from app.observatoire.classement.comparaison import AUCUN, JOURS, Fenetres, comparer, fenetres, touche
from app.observatoire.classement.refus import (
    InterventionDejaCommencee,
    InterventionInconnue,
    InterventionNonCommencee,
    InterventionTerminee,
)
from app.observatoire.classement.schemas import Comparaison, Etat, InterventionLue, PageInterventions

LIMITE, LIMITE_AU_PLUS = 100, 1_000
_NUMERO_MAX: Final = 2**31 - 1


async def lister(
    db: AsyncSession,
    jour: dt.date,
    minimum: int,
    ministere: str | None = None,
    jours: int = JOURS,
    depuis: str | None = None,
    limite: int = LIMITE,
) -> PageInterventions:
    """A page of interventions after the cursor `depuis`, each with its before and after. Raises CurseurInvalide."""
    empreinte = curseur.empreinte("interventions", ministere or "")
    apres = curseur.lire(depuis, empreinte)[1] if depuis else 0
    lignes = await sql.lister(db, ministere, None, apres, limite + 1)
    gardees = lignes[:limite]
    suivant = curseur.ecrire((0, gardees[-1].id), empreinte) if len(lignes) > limite else None
    return PageInterventions(await _lues(db, gardees, jour, jours, minimum), suivant)


async def toutes(
    db: AsyncSession, jour: dt.date, minimum: int, ministere: str | None = None, jours: int = JOURS
) -> list[InterventionLue]:
    """Every intervention, in the order in which they were entered."""
    return await _lues(db, await sql.lister(db, ministere), jour, jours, minimum)


async def de_la_demarche(db: AsyncSession, demarche: int, jour: dt.date, minimum: int) -> list[InterventionLue]:
    """Every intervention on a démarche, by its id."""
    return await _lues(db, await sql.lister(db, None, demarche), jour, JOURS, minimum)


async def _lues(
    db: AsyncSession, rows: Sequence[Row[Any]], jour: dt.date, jours: int, minimum: int
) -> list[InterventionLue]:
    """Two statements, however many interventions there are."""
    dates = {row.id: fenetres(row.debut, row.fin, jours, jour) for row in rows if row.debut is not None}
    demandes = [
        (cote, row.id, (row.demarche_id, periode.debut, periode.fin))
        for row in rows
        if row.id in dates
        for cote, periode in (("avant", dates[row.id].avant), ("apres", dates[row.id].apres))
        if periode is not None
    ]
    comptes = await sql.notes(db, [fenetre for _, _, fenetre in demandes])
    notes = {(cote, cle): lues for (cote, cle, _), lues in zip(demandes, comptes, strict=True)}
    toutes = await sql.dates(db, [row.demarche_id for row in rows])

    def compare(row: Row[Any], fenetre: Fenetres) -> Comparaison:
        avant, apres = (notes.get((cote, row.id), AUCUN) for cote in ("avant", "apres"))
        autres = [(a.debut, a.fin) for a in toutes if a.demarche_id == row.demarche_id and a.id != row.id]
        return comparer(fenetre, avant, apres, jours, minimum, touche(fenetre, autres))

    return [_lue(row, compare(row, dates[row.id]) if row.id in dates else None) for row in rows]


def _lue(row: Row[Any], comparaison: Comparaison | None) -> InterventionLue:
    etat: Etat = "demandee" if row.debut is None else "en_cours" if row.fin is None else "terminee"
    return InterventionLue(
        row.id, row.slug, row.titre, row.ministere, row.demandeur, row.demandee_le, row.description,
        row.debut, row.fin, etat, comparaison,
    )  # fmt: skip


async def demander(
    db: AsyncSession, demarche: str, demandeur: str, description: str, le: dt.date, aujourd_hui: dt.date
) -> int:
    """A request for help about a démarche (slug or alias); gives its number. Raises DemarcheInconnue, ChampInvalide."""
    _passe("le", le, aujourd_hui)
    return await sql.ajouter(
        db,
        {
            "demandeur": _texte("demandeur", demandeur, 200),
            "description": _texte("description", description, 2_000),
            "demandee_le": le,
            "demarche_id": (await resolve(db, demarche)).id,
        },
    )


async def commencer(db: AsyncSession, numero: int, le: dt.date, aujourd_hui: dt.date) -> None:
    """The work begins. Raises InterventionInconnue, InterventionDejaCommencee, ChampInvalide."""
    row = await _prendre(db, numero)
    if row.debut is not None:
        raise InterventionDejaCommencee
    _passe("le", le, aujourd_hui)
    if le < row.demandee_le:
        raise ChampInvalide("le", f"l'aide a été demandée le {row.demandee_le}")
    await sql.dater(db, numero, le, None)


async def terminer(db: AsyncSession, numero: int, le: dt.date, aujourd_hui: dt.date) -> None:
    """The work is over; `le` is its last day.

    Raises InterventionInconnue, InterventionNonCommencee, InterventionTerminee, ChampInvalide.
    """
    row = await _prendre(db, numero)
    if row.debut is None:
        raise InterventionNonCommencee
    if row.fin is not None:
        raise InterventionTerminee
    _passe("le", le, aujourd_hui)
    if le < row.debut:
        raise ChampInvalide("le", f"l'intervention a commencé le {row.debut}")
    await sql.dater(db, numero, row.debut, le)


async def _prendre(db: AsyncSession, numero: int) -> Row[Any]:
    row = await sql.prendre(db, numero) if 0 < numero <= _NUMERO_MAX else None
    if row is None:
        raise InterventionInconnue.nommant(str(numero))
    return row


def _texte(champ: str, valeur: str, au_plus: int) -> str:
    texte = nettoyer(valeur)
    if not texte or len(texte) > au_plus or a_un_caractere_interdit(texte):
        raise ChampInvalide(champ, f"un texte de 1 à {au_plus} caractères est attendu, sans caractère de contrôle")
    return texte


def _passe(champ: str, jour: dt.date, aujourd_hui: dt.date) -> None:
    if jour > aujourd_hui:
        raise ChampInvalide(champ, "cette date est à venir")
