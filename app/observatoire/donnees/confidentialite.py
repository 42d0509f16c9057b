"""What open data hold back: the figures of fewer avis than the minimum, and those of fewer than five answers. Pure.

Counts of démarches are not counts of people: they are never held back.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.indices.formules import Indice
from app.indices.surfaces import DONNEES
from app.observatoire.indicateurs.satisfaction import AVIS
from app.observatoire.releve import Ligne
from app.observatoire.valeurs import Valeur

_NOTE: Final = ("part_satisfaits", "part_satisfaits_ic95", "note_moyenne", "note_moyenne_ic95", "au_dessus_de_7")
_QUESTIONS: Final = ("comprehension", "contact_satisfaction", "contact_joignabilite", "autonomie")


def trop_peu(n: int) -> bool:
    """Whether a figure would tell what one to four people answered; nobody at all is no secret.

    >>> [n for n in range(8) if trop_peu(n)]
    [1, 2, 3, 4]
    """
    return DONNEES.tait(n)


def masquer(ligne: Ligne, minimum: int) -> Ligne:
    """The line without the figures of too few answers: their number stays, what they say is None.

    `repartition` and `satisfaits`, which cannot be None, stay: whoever writes them asks `note_tue(indice)` first.
    """
    indice = _masquer_indice(ligne.indice, minimum)
    valeurs = _masquer_valeurs(ligne.valeurs)
    if indice is ligne.indice and valeurs is ligne.valeurs:
        return ligne
    return Ligne(ligne.demarche, indice, valeurs)


def note_tue(indice: Indice) -> bool:
    """Whether what the notes say is held back, once the line went through `masquer`."""
    return indice.statut == "insuffisant"


def _masquer_indice(indice: Indice, minimum: int) -> Indice:
    peu = DONNEES.tait(indice.total, minimum)
    vides: dict[str, object] = {nom: None for nom in _QUESTIONS if peu or trop_peu(getattr(indice, f"{nom}_n"))}
    if peu:
        # A minimum set under five would publish it otherwise.
        vides |= dict.fromkeys(_NOTE) | {"statut": "insuffisant"}
    return replace(indice, **vides) if vides else indice  # type: ignore[arg-type]


def _masquer_valeurs(valeurs: Mapping[str, Valeur]) -> Mapping[str, Valeur]:
    rares = {
        cle: Valeur("insuffisant", n=valeur.n, source=valeur.source, date=valeur.date)
        for cle, valeur in valeurs.items()
        if valeur.source == AVIS and valeur.n is not None and valeur.statut == "publie" and trop_peu(valeur.n)
    }
    return {cle: rares.get(cle, valeur) for cle, valeur in valeurs.items()} if rares else valeurs
