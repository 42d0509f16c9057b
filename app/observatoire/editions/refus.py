"""What éditions refuse."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from app.problems import Invalide, Probleme

MONTREES: Final = 5


def citer(noms: Sequence[str], connus: Iterable[str] = ()) -> str:
    """The first of these names, and how many more there are; those that are known and come close to the first ones.

    >>> citer(["a", "b", "c", "d", "e", "f", "g"])
    'a, b, c, d, e, et 2 autres'
    >>> citer(["pasport"], ["passeport", "impots"])
    'pasport ; peut-être : passeport'
    """
    reste = len(noms) - MONTREES
    possibles = list(connus)
    proches = [proche for nom in noms[:MONTREES] for proche in get_close_matches(nom, possibles, 1)]
    suite = (f", et {reste} autres" if reste > 0 else "") + (f" ; peut-être : {', '.join(proches)}" if proches else "")
    return ", ".join(noms[:MONTREES]) + suite


class EditionInconnue(Probleme):
    status, code, titre = 404, "edition_inconnue", "Édition inconnue"
    detail = "Aucune édition publiée ne porte ce nom et cette révision."
    sorte = "edition"


class AucunBrouillon(Probleme):
    status, code, titre = 409, "edition_non_preparee", "Édition non préparée"
    detail = "Aucune édition de ce nom n'est en préparation."
    sorte = "edition"


class EditionPubliee(Probleme):
    status, code, titre = 409, "edition_publiee", "Édition déjà publiée"
    detail = "Cette édition est publiée : elle ne change plus. Pour la corriger, préparez une révision avec sa raison."


class EditionNonPubliee(Probleme):
    status, code, titre = 409, "edition_non_publiee", "Édition pas encore publiée"
    detail = "Cette édition n'est pas encore publiée : préparez-la à nouveau, elle n'a pas besoin de révision."


class PeriodeNonTerminee(Probleme):
    status, code, titre = 409, "periode_non_terminee", "Période non terminée"
    detail = "La période de cette édition n'est pas terminée : ses chiffres changeraient encore."


class EditionVide(Probleme):
    status, code, titre = 409, "edition_vide", "Édition sans démarche"
    detail = (
        "Aucune démarche n'est dans le périmètre de cette édition à la fin de sa période : il n'y a rien à publier."
    )


class ImportRefuse(Probleme):
    """A file that is not a published édition, or no longer the one that was published."""

    status, code, titre = 422, "edition_refusee", "Édition refusée"


class ChampEdition(Invalide):
    """422 about one field."""

    def __init__(self, champ: str, message: str) -> None:
        super().__init__(erreurs=[{"champ": champ, "message": message}])
