"""What a line of the file changes in the register. Pure.

A due date is never overwritten: another one is a slip, and needs its reason. What was announced before, in the same
words, is already known, so that an older file read again moves nothing back.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.observatoire.engagements.echeances import OUVERTS
from app.observatoire.engagements.ligne import LigneEngagement

NECESSAIRES: Final = ("genre", "titre", "porteur", "echeance")
_COPIEES: Final = ("genre", "titre", "porteur", "source", "api", "variante", "indicateur", "cible")
_FACULTATIVES: Final = (
    *("source", "ministere_id", "organisme_id", "api", "variante", "indicateur", "cible"),
    *("tenu_le", "abandonne_le", "abandon_raison"),
)
_RANG: Final = {"prevu": 0, "en_cours": 1, "tenu": 2, "abandonne": 2}
Annonce = tuple[dt.date | None, str | None]


@dataclass(frozen=True, slots=True)
class Etat:
    """An engagement: its columns, its démarches, and the due dates announced so far with their reasons.

    The first annonce has no reason; the last one is the due date in force.
    """

    valeurs: Mapping[str, Any]
    demarches: frozenset[int]
    annonces: tuple[Annonce, ...]


@dataclass(frozen=True, slots=True)
class Glissement:
    """A due date that moves; `le` is None when the day it was announced is not known."""

    le: dt.date | None
    ancienne: dt.date | None
    nouvelle: dt.date | None
    raison: str


@dataclass(frozen=True, slots=True)
class Liens:
    """What the names in a line lead to, for the columns that it fills and the catalogue knows."""

    ids: Mapping[str, int | None] = field(default_factory=dict)
    demarches: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Changement:
    """What an engagement becomes; `avertissements` are for the operator, in French."""

    etat: Etat
    glissement: Glissement | None = None
    avertissements: tuple[str, ...] = ()


def appliquer(connu: Etat | None, ligne: LigneEngagement, liens: Liens, jour: dt.date) -> Changement:
    """What the line makes of an engagement (None: a new one); ValueError with the reason, in French."""
    for nom in ("glissement_le", "tenu_le"):
        if (date := getattr(ligne, nom)) is not None and date > jour:
            raise ValueError(f"{nom} : cette date est à venir")
    avant = connu or _nouveau(ligne)
    valeurs = dict(avant.valeurs) | {nom: getattr(ligne, nom) for nom in _COPIEES if nom in ligne.model_fields_set}
    valeurs |= liens.ids
    avertissement = _avancer(valeurs, ligne, jour)
    check(valeurs)
    demarches = avant.demarches if liens.demarches is None else liens.demarches
    glissement = _glissement(avant, ligne)
    annonces = avant.annonces
    if glissement is not None:
        annonces = (*annonces, (glissement.nouvelle, glissement.raison))
    valeurs["echeance"] = annonces[-1][0]
    etat = replace(avant, valeurs=valeurs, demarches=demarches, annonces=annonces)
    return Changement(etat, glissement, (avertissement,) if avertissement else ())


def _nouveau(ligne: LigneEngagement) -> Etat:
    if manquants := [nom for nom in NECESSAIRES if nom not in ligne.model_fields_set]:
        raise ValueError(
            f"nouvel engagement : il manque {', '.join(manquants)} (échéance « aucune » s'il n'y a pas de date)"
        )
    if ligne.raison_glissement:
        raise ValueError("nouvel engagement : sa première échéance ne demande pas de raison_glissement")
    valeurs = dict.fromkeys(_FACULTATIVES) | {"slug": ligne.slug, "statut": "prevu", "echeance": ligne.echeance}
    return Etat(valeurs, frozenset(), ((ligne.echeance, None),))


def _avancer(valeurs: dict[str, Any], ligne: LigneEngagement, jour: dt.date) -> str | None:
    """Follow the statut of the line, never backwards: a file may be older than the register."""
    avant, apres = valeurs["statut"], ligne.statut
    if apres is None or apres == avant:
        return None
    if _RANG[apres] <= _RANG[avant]:
        return f"« {ligne.slug} » est au statut « {avant} » dans le registre : le fichier n'y revient pas"
    valeurs["statut"] = apres
    if apres == "tenu":
        valeurs["tenu_le"] = ligne.tenu_le
    if apres == "abandonne":
        valeurs |= {"abandonne_le": jour, "abandon_raison": ligne.raison_abandon}
    return None


def check(valeurs: Mapping[str, Any]) -> None:
    """What an engagement must be whatever the order of its lines; ValueError in French."""
    if (valeurs["indicateur"] is None) != (valeurs["cible"] is None):
        raise ValueError("un indicateur et une cible vont ensemble")
    if valeurs["genre"] == "cible" and valeurs["cible"] is None:
        raise ValueError("le genre « cible » demande un indicateur et une cible")
    if valeurs["api"] is None and (valeurs["genre"] == "api" or valeurs["variante"] is not None):
        raise ValueError("le genre « api » et une variante demandent une api")


def _glissement(avant: Etat, ligne: LigneEngagement) -> Glissement | None:
    courante = avant.annonces[-1][0]
    if "echeance" not in ligne.model_fields_set or ligne.echeance == courante:
        return None
    if (ligne.echeance, ligne.raison_glissement) in avant.annonces:
        return None
    if ligne.raison_glissement is None:
        raise ValueError(
            f"l'échéance du registre est {courante or 'aucune'} : en changer demande une raison_glissement"
        )
    if avant.valeurs["statut"] not in OUVERTS:
        raise ValueError("cet engagement est tenu ou abandonné : son échéance ne change plus")
    return Glissement(ligne.glissement_le, courante, ligne.echeance, ligne.raison_glissement)
