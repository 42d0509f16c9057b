"""What the catalogue refuses."""

from app.problems import Invalide, Probleme


class BoutonIntrouvable(Probleme):
    status, code, titre = 404, "bouton_inconnu", "Bouton inconnu"
    detail = "Aucun bouton ne porte cette clé."
    sorte = "bouton"


class MinistereInconnu(Probleme):
    status, code, titre = 404, "ministere_inconnu", "Ministère inconnu"
    detail = "Aucun ministère ne porte ce nom."
    sorte = "ministere"


class BoutonDejaFerme(Probleme):
    status, code, titre = 409, "bouton_deja_ferme", "Bouton déjà fermé"
    detail = "Ce bouton est déjà fermé."


class BoutonDejaOuvert(Probleme):
    status, code, titre = 409, "bouton_deja_ouvert", "Bouton déjà ouvert"
    detail = "Ce bouton est déjà ouvert."


class SlugPris(Probleme):
    status, code, titre = 409, "slug_pris", "Slug déjà pris"
    detail = "Ce slug désigne déjà une autre démarche."


class ChampInvalide(Invalide):
    """422 about one field."""

    def __init__(self, champ: str, message: str) -> None:
        super().__init__(f"{champ} : {message}", erreurs=[{"champ": champ, "message": message}])
