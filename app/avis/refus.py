"""What the deposit of an avis refuses."""

from app.problems import Invalide, Probleme


class BoutonFerme(Probleme):
    status, code, titre = 410, "bouton_ferme", "Bouton fermé"
    detail = "Ce bouton ne recueille plus d'avis."


class OrigineRefusee(Probleme):
    status, code, titre = 403, "origine_refusee", "Origine refusée"
    detail = "Ce bouton n'est pas autorisé sur ce site."


class AvisConflit(Probleme):
    status, code, titre = 409, "avis_conflit", "Identifiant déjà utilisé"
    detail = "Un autre avis porte déjà cet identifiant ; il n'a pas été modifié."


class AvisInvalide(Invalide):
    code, titre = "avis_invalide", "Avis non valide"
    detail = "L'avis n'a pas été enregistré : un ou plusieurs champs ne sont pas valides."


class AvisInconnu(Probleme):
    status, code, titre = 404, "avis_inconnu", "Avis inconnu"
    detail = "Aucun avis ne porte cet identifiant."


class TropDeComplements(Probleme):
    status, code, titre = 409, "trop_de_complements", "Trop de compléments"
    detail = "Cet avis a déjà été complété cinquante fois. Ce qui a déjà été envoyé est conservé."
