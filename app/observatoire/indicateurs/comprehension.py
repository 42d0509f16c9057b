"""Comprehension: how clear citizens found the information and instructions, on 10."""

from typing import Final

from app.observatoire.indicateurs.questions import valeur
from app.observatoire.valeurs import Dossier, Indicateur, Valeur

BON, MOYEN = 8.0, 5.0


def evaluer(dossier: Dossier) -> Valeur:
    return valeur(dossier, dossier.indice.comprehension, dossier.indice.comprehension_n, BON, MOYEN)


COMPREHENSION: Final = Indicateur(
    "comprehension",
    "Simplicité du langage",
    "La clarté des informations et des instructions est notée 8 sur 10 ou plus.",
    evaluer,
    "/10",
    {"bon": BON, "moyen": MOYEN},
    lit=frozenset({"reponses"}),
)
