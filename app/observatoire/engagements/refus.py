"""What the register refuses."""

from app.problems import Probleme


class EngagementInconnu(Probleme):
    status, code, titre = 404, "engagement_inconnu", "Engagement inconnu"
    detail = "Aucun engagement ne porte ce nom."
    sorte = "engagement"


class EngagementClos(Probleme):
    status, code, titre = 409, "engagement_clos", "Engagement clos"
    detail = "Cet engagement est tenu ou abandonné : rouvrez-le d'abord."


class EngagementOuvert(Probleme):
    status, code, titre = 409, "engagement_ouvert", "Engagement ouvert"
    detail = "Cet engagement n'est ni tenu ni abandonné."


class EcheanceInchangee(Probleme):
    status, code, titre = 409, "echeance_inchangee", "Échéance inchangée"
    detail = "C'est déjà l'échéance de cet engagement."
