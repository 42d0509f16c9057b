"""What these addresses refuse. Their callers look for a 400 and for `message`, which the national service answers."""

from typing import Any

from app.problems import Probleme


class RequeteRefusee(Probleme):
    status, code, titre = 400, "requete_refusee", "Requête refusée"
    detail = "La requête n'a pas pu être lue."

    def body(self) -> dict[str, Any]:
        """The problem, and its detail once more under the name that the national service gives it."""
        return super().body() | {"message": self.detail}


class IdentifiantsInconnus(RequeteRefusee):
    """400 that names every id of `champ` that leads nowhere."""

    code, titre = "identifiants_inconnus", "Identifiants inconnus"

    def __init__(self, champ: str, inconnus: list[int]) -> None:
        montres = ", ".join(map(str, inconnus[:100])) + (", …" if len(inconnus) > 100 else "")
        super().__init__(f"Les {champ} suivants n'existent pas en base : {montres}")


class ListeVide(RequeteRefusee):
    """400: a list that is replaced whole is never emptied by a list that came empty."""

    code, titre = "liste_vide", "Liste vide"

    def __init__(self, champ: str) -> None:
        super().__init__(f"{champ} est vide : la nouvelle liste doit nommer une démarche au moins. Rien n'a changé.")


class IdentifiantPris(Probleme):
    status, code, titre = 409, "identifiant_pris", "Identifiant déjà pris"
    detail = "Cet identifiant désigne déjà un autre bouton."
