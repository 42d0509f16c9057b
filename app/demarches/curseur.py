"""Where a page of a list stopped, as an opaque text: the last place given, and the search it belongs to. Pure."""

import base64
import binascii
import hashlib

import orjson

from app.problems import Invalide

Place = tuple[int, int]
"""The rank of the last element given, and its id."""

_INT32, _TAILLE = 2**31, 200


class CurseurInvalide(Invalide):
    code, titre = "curseur_invalide", "Curseur non valide"
    detail = "Ce curseur ne vient pas de cette liste : reprenez-la depuis le début, sans curseur."

    def __init__(self) -> None:
        super().__init__(erreurs=[{"champ": "curseur", "message": "ce curseur n'est pas valide"}])


def empreinte(*criteres: object) -> str:
    """Eight characters that tell one search from another.

    >>> empreinte("a", None) == empreinte("a", None) != empreinte("b", None)
    True
    """
    return hashlib.blake2b(repr(criteres).encode(), digest_size=4).hexdigest()


def ecrire(place: Place, recherche: str) -> str:
    """The cursor after this place, in the search of that `empreinte`.

    >>> lire(ecrire((12, 34), "ab"), "ab")
    (12, 34)
    """
    return base64.urlsafe_b64encode(orjson.dumps([recherche, *place])).decode().rstrip("=")


def lire(curseur: str, recherche: str) -> Place:
    """The place in a cursor; CurseurInvalide when it was not made by `ecrire` for the same search."""
    try:
        if len(curseur) > _TAILLE:
            raise ValueError
        octets = base64.b64decode(curseur.encode("ascii") + b"=" * (-len(curseur) % 4), b"-_", validate=True)
        contenu = orjson.loads(octets)
    except (binascii.Error, ValueError):  # not ASCII, not base64url, not JSON
        raise CurseurInvalide from None
    match contenu:
        case [str(nom), int(rang), int(cle)] if (
            nom == recherche and 0 <= rang < _INT32 and 0 <= cle < _INT32 and not isinstance(rang | cle, bool)
        ):
            return rang, cle
        case _:
            raise CurseurInvalide
