"""The figures of an indice in the shape that the observatory's collector reads. Pure.

The formulas are those of every other figure; an empty set gives 0 here, and only here.
"""

from collections.abc import Sequence
from typing import Any

from app.avis.questions import A_REPONDU, AIDE, COMPREHENSION, CONTACTS, NIVEAU_AIDE, NOTE
from app.indices.formules import Mesure, autonomie, joignabilite, moyenne_marques, note_moyenne

Niveaux = Sequence[int]
QUESTIONS = (NOTE, COMPREHENSION, AIDE, CONTACTS)
_AUCUN: Niveaux = (0,) * 11
_NOMS = {  # of each figure, and of the count that it comes from
    "satisfaction": "satisfaction_count",
    "comprehension": "comprehension_count",
    "contact": "contact_count",
    "contact_reachability": "contactReachability_count",
    "contact_satisfaction": "contactSatisfaction_count",
    "autonomy": "autonomy_count",
}


def marques(comptes: dict[int, Niveaux]) -> dict[str, Any]:
    """`{"data": marks, "metadata": how many answers each comes from}`, from the levels of each question.

    >>> marques({NOTE: [0] * 9 + [1, 1]})["data"]["satisfaction"]
    9.5
    """
    note, aide = comptes.get(NOTE, _AUCUN), comptes.get(AIDE, _AUCUN)
    contacts = comptes.get(CONTACTS, _AUCUN)
    non_joints, joints, qualites = contacts[0], contacts[1], contacts[2:7]
    mesures = {
        "satisfaction": Mesure(note_moyenne(note), sum(note)),
        "comprehension": moyenne_marques(comptes.get(COMPREHENSION, _AUCUN)[1:6]),
        "contact": moyenne_marques([non_joints + qualites[0], *qualites[1:]]),  # not reached is worth the mark 0
        "contact_reachability": joignabilite(non_joints, joints),
        "contact_satisfaction": moyenne_marques(qualites),
        "autonomy": autonomie(aide[A_REPONDU], aide[NIVEAU_AIDE["aucune"]]),
    }
    return {
        "data": {nom: mesure.valeur or 0 for nom, mesure in mesures.items()},
        "metadata": {_NOMS[nom]: mesure.n for nom, mesure in mesures.items()},
    }
