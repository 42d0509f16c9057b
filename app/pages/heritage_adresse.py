"""What an old address asks for, however badly it was copied, encoded or wrapped on its way. Pure.

The number in the path says which démarche; nothing in the query ever changes that. A mailer that encodes a query twice
hides `button` in `amp;button`, in `%26button%3D`, or in the path itself (`3977%3Fbutton=12`): it is looked for there
too, because a number read as the other kind of number is another démarche's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus

_TOURS: Final = 4
"""How many times an address may have been encoded."""
_ET: Final = re.compile(r"&(?:amp|#0{0,5}38|#x0{0,5}26);", re.IGNORECASE)
_NUMERO: Final = re.compile(r"\W{0,20}0{0,20}([0-9]{1,15})(?![0-9])")
_PARAMETRES: Final = {
    nom: re.compile(rf"(?:^|[?&;\s]){nom}\s*+=([^&?;]*+)", re.IGNORECASE)
    for nom in ("button", "nd_source", "langue", "lang")
}
_LANGUE: Final = re.compile(r"[a-z]{2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Demande:
    """`numero`: as in the path. `formulaire`: it is a form's, not a démarche's. `bouton`: its number, "" when what is
    there is none, None when no bouton is spoken of. `source`: the name of a place (`nd_source`).
    """

    numero: str
    formulaire: bool = False
    bouton: str | None = None
    source: str = ""
    langue: str | None = None


def lire_adresse(chemin: str, requete: str) -> Demande:
    """What follows `/Demarches/` (decoded once, as servers do) and the raw query.

    >>> lire_adresse("3977.", "utm_source=x&amp;button=4069")
    Demande(numero='3977', formulaire=False, bouton='4069', source='', langue=None)
    """
    tours = list(_tours(f"{chemin}&{requete}"))
    parties = [partie for partie in decoder(chemin).partition("?")[0].split("/") if partie.strip()]
    langue = parties.pop(0).lower() if len(parties) > 1 and _LANGUE.fullmatch(parties[0]) else None
    formulaire = len(parties) > 1 and parties[0].lower() == "avis"
    return Demande(
        _numero(parties[formulaire] if parties else ""),
        formulaire,
        _bouton(_valeur("button", tours)),
        _valeur("nd_source", tours) or "",
        _valeur("langue", tours) or _valeur("lang", tours) or langue,
    )


def decoder(texte: str) -> str:
    """A text without the encodings that were laid one over another.

    >>> decoder("x%26amp%3Bbutton%3D4069")
    'x&button=4069'
    """
    return list(_tours(texte))[-1]


def _tours(texte: str) -> Iterator[str]:
    """A text as it is, then with one encoding less each time."""
    yield texte
    for _ in range(_TOURS):
        clair = _ET.sub("&", unquote_plus(texte))
        if clair == texte:
            return
        yield (texte := clair)


def _numero(texte: str) -> str:
    """The number, without what a sentence or a mark-up left around it; another name as it is."""
    found = _NUMERO.match(texte)
    return found[1] if found else texte.strip()


def _bouton(valeur: str | None) -> str | None:
    found = _NUMERO.match(valeur or "")
    return found[1] if found else None if valeur is None else ""


def _valeur(nom: str, tours: list[str]) -> str | None:
    """What the least decoded text says of a parameter, decoded; empty when it says nothing, None when none has it."""
    valeurs = [valeur for texte in tours for valeur in _PARAMETRES[nom].findall(texte)]
    dites = (dite for valeur in valeurs if (dite := decoder(valeur).strip()))
    return next(dites, "") if valeurs else None
