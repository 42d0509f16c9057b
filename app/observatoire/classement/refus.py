"""What interventions refuse."""

from app.problems import Probleme


class InterventionInconnue(Probleme):
    status, code, titre = 404, "intervention_inconnue", "Intervention inconnue"
    detail = "Aucune intervention ne porte ce numéro."
    sorte = "intervention"


class InterventionDejaCommencee(Probleme):
    status, code, titre = 409, "intervention_commencee", "Intervention déjà commencée"
    detail = "Cette intervention a déjà commencé."


class InterventionNonCommencee(Probleme):
    status, code, titre = 409, "intervention_non_commencee", "Intervention non commencée"
    detail = "Cette intervention n'a pas commencé."


class InterventionTerminee(Probleme):
    status, code, titre = 409, "intervention_terminee", "Intervention déjà terminée"
    detail = "Cette intervention est déjà terminée."
