"""What API keys are refused for."""

from app.problems import Probleme


class NonAutorise(Probleme):
    """401: whoever asks must show another key."""

    status, code, titre = 401, "cle_absente", "Clé d'API attendue"
    detail = "Cette adresse attend une clé d'API, dans l'en-tête « Authorization: Bearer … »."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer realm="jdma"'})


class CleInvalide(NonAutorise):
    code, titre = "cle_invalide", "Clé d'API inconnue"
    detail = "Cette clé d'API n'existe pas."


class CleExpiree(NonAutorise):
    code, titre = "cle_expiree", "Clé d'API expirée"
    detail = "Cette clé d'API a expiré. Demandez-en une autre à l'administrateur du service."


class CleRevoquee(NonAutorise):
    code, titre = "cle_revoquee", "Clé d'API révoquée"
    detail = "Cette clé d'API a été révoquée. Demandez-en une autre à l'administrateur du service."


class HorsPortee(Probleme):
    status, code, titre = 403, "hors_portee", "Hors de la portée de la clé"
    detail = "Votre clé d'API ne donne pas accès à ce qui est demandé."


class CleIntrouvable(Probleme):
    status, code, titre = 404, "cle_inconnue", "Clé d'API inconnue"
    detail = "Aucune clé d'API ne porte ce numéro."
    sorte = "cle_api"


class CleDejaRevoquee(Probleme):
    status, code, titre = 409, "cle_deja_revoquee", "Clé d'API déjà révoquée"
    detail = "Cette clé d'API est déjà révoquée."
