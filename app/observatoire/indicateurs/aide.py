"""Help: who was reached, how good it was, and who needed none."""

from typing import Final

from app.observatoire.indicateurs.questions import valeur
from app.observatoire.valeurs import Dossier, Indicateur, Valeur

BON, MOYEN = 8.0, 5.0
JOINT_BON, JOINT_MOYEN = 0.85, 0.70


def efficacite(dossier: Dossier) -> Valeur:
    return valeur(dossier, dossier.indice.contact_satisfaction, dossier.indice.contact_satisfaction_n, BON, MOYEN)


def joignabilite(dossier: Dossier) -> Valeur:
    indice = dossier.indice
    return valeur(dossier, indice.contact_joignabilite, indice.contact_joignabilite_n, JOINT_BON, JOINT_MOYEN)


def autonomie(dossier: Dossier) -> Valeur:
    return valeur(dossier, dossier.indice.autonomie, dossier.indice.autonomie_n, BON, MOYEN)


EFFICACITE: Final = Indicateur(
    "aide_efficacite",
    "Efficacité de l'aide",
    "L'aide reçue de l'administration est notée 8 sur 10 ou plus.",
    efficacite,
    "/10",
    {"bon": BON, "moyen": MOYEN},
    lit=frozenset({"reponses"}),
)
JOIGNABILITE: Final = Indicateur(
    "aide_joignabilite",
    "Aide joignable",
    "Au moins 85 % des tentatives de contact aboutissent.",
    joignabilite,
    "%",
    {"bon": JOINT_BON, "moyen": JOINT_MOYEN},
    lit=frozenset({"reponses"}),
)
AUTONOMIE: Final = Indicateur(
    "autonomie",
    "Autonomie",
    "L'autonomie (10 × la part des personnes qui n'ont eu besoin d'aucune aide) est de 8 sur 10 ou plus.",
    autonomie,
    "/10",
    {"bon": BON, "moyen": MOYEN},
    lit=frozenset({"reponses"}),
)
