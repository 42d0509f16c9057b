"""The sites where a bouton may stand, written as browsers write them in `Origin`. Pure."""

import ipaddress
from urllib.parse import urlsplit

import idna

ORIGINES_AU_PLUS = 100
_PORTS = {"http": 80, "https": 443}


def normaliser_origine(texte: str) -> str:
    """`scheme://host[:port]` in lower case, IDNA, without the scheme's own port; ValueError in French otherwise.

    >>> normaliser_origine(" HTTPS://Démarches.Exemple.gouv.fr:443/ ")
    'https://xn--dmarches-b1a.exemple.gouv.fr'
    """
    origine = texte.strip()
    if len(origine) > 300 or any(c.isspace() or c in "\\\0" for c in origine):
        raise ValueError("une origine ne contient pas d'espace et compte 300 caractères au plus")
    try:
        parties = urlsplit(origine)
        hote, port = parties.hostname or "", parties.port
    except ValueError:
        raise ValueError("ce n'est pas une origine (attendu : https://www.exemple.fr)") from None
    if parties.scheme not in _PORTS:
        raise ValueError("une origine commence par https:// ou http://")
    if "@" in parties.netloc or parties.path not in {"", "/"} or "?" in origine or "#" in origine:
        raise ValueError("une origine n'a ni chemin, ni paramètre, ni identifiants (attendu : https://www.exemple.fr)")
    numero = "" if port is None or port == _PORTS[parties.scheme] else f":{port}"
    return f"{parties.scheme}://{_hote(hote)}{numero}"


def normaliser_origines(textes: list[str]) -> list[str]:
    """Each origin once, sorted; ValueError in French, naming the one that is refused."""
    if len(textes) > ORIGINES_AU_PLUS:
        raise ValueError(f"{ORIGINES_AU_PLUS} origines au plus")
    origines = set()
    for texte in textes:
        try:
            origines.add(normaliser_origine(texte))
        except ValueError as error:
            raise ValueError(f"« {texte[:100]!s} » : {error}") from None
    return sorted(origines)


def _hote(hote: str) -> str:
    if ":" in hote or hote.replace(".", "").isdigit():
        try:
            adresse = ipaddress.ip_address(hote)
        except ValueError:
            raise ValueError("cette adresse IP n'est pas valide") from None
        return f"[{adresse.compressed}]" if adresse.version == 6 else str(adresse)
    try:
        return idna.encode(hote, uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise ValueError("ce nom de site n'est pas valide (les jokers « * » ne sont pas acceptés)") from None
