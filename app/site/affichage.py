"""How figures are written for people: one decimal, in French, and never so that a rounding changes what is said."""

import datetime as dt
import re
from collections.abc import Iterable

from app.demarches.texte import normaliser

_HAUTE = re.compile(r"(?<=\S) (?=[;?!%](?!=))")
_BASSE = re.compile(r"(?<=\S) (?=[:»])")
SEUIL = 7.0
TIRET = "–"
INSECABLE = "\u202f"


def nombre(value: int) -> str:
    """`1 234 567`, with the narrow space that French typography wants.

    >>> nombre(1234567).split(INSECABLE)
    ['1', '234', '567']
    """
    return f"{value:,}".replace(",", INSECABLE)


def decimal(value: float | None, seuil: float | None = None) -> str:
    """A figure to one decimal, or more when one would put it on another side of the threshold.

    >>> decimal(7.04, 7), decimal(6.96, 7), decimal(7.0, 7), decimal(7.2, 7), decimal(None)
    ('7,04', '6,96', '7,0', '7,2', '–')
    """
    return TIRET if value is None else arrondir(value, () if seuil is None else (seuil,))


def arrondir(value: float, seuils: Iterable[float], decimales: int = 1) -> str:
    """A figure to so many decimals, or more when they would put it on another side of one of the thresholds.

    >>> arrondir(399.9, (400, 800), 0), arrondir(312.4, (400, 800), 0)
    ('399,9', '312')
    """
    bornes = list(seuils)
    for digits in range(decimales, 15):
        text = f"{value:.{digits}f}"
        if all(_side(float(text), borne) == _side(value, borne) for borne in bornes):
            break
    return text.replace(".", ",")


def note(value: float | None) -> str:
    """A mean on 10, never shown across 7."""
    return decimal(value, SEUIL)


def pourcent(part: float | None, *cibles: float | None) -> str:
    """A share in [0, 1] as a percentage: `68,4 %`; 0 %, 100 % and each of the targets are only said when exact.

    >>> [pourcent(*parts).split(INSECABLE)[0] for parts in ((0.99999,), (0.7996, 0.8), (0.57, 0.57))]
    ['99,999', '79,96', '57,0']
    """
    if part is None:
        return TIRET
    bornes = (0.0, 1.0, *(cible for cible in cibles if cible is not None))
    return f"{arrondir(_cent(part), map(_cent, bornes))}{INSECABLE}%"


def _cent(part: float) -> float:
    """A share in percent, without what a multiplication of floats adds: 100 × 0,57 is 56,999….99."""
    return round(100 * part, 12)


def jour(day: dt.date) -> str:
    """`23 novembre 2026`."""
    return f"{'1er' if day.day == 1 else day.day} {MOIS[day.month - 1]} {day.year}"


def typographier(texte: str) -> str:
    """French punctuation that never begins a line.

    >>> typographier("« 7 » : oui ?") == "«\\u00a07\\u00a0»\\u00a0: oui\\u202f?"
    True
    """
    texte = _HAUTE.sub(INSECABLE, _BASSE.sub("\u00a0", texte))
    return texte.replace("« ", "«\u00a0")


def etape(debut: dt.date, pas: str, court: bool = False) -> str:
    """The name of a step: `novembre 2026`, `4e trimestre 2026`, `2026`; `nov. 26`, `T4 26` when there is little room.

    >>> etape(dt.date(2026, 11, 1), "trimestre"), etape(dt.date(2026, 11, 1), "mois", court=True)
    ('4e trimestre 2026', 'nov. 26')
    """
    if pas == "annee":
        return str(debut.year)
    if pas == "trimestre":
        rang = (debut.month + 2) // 3
        return f"T{rang} {debut:%y}" if court else f"{'1er' if rang == 1 else f'{rang}e'} trimestre {debut.year}"
    return f"{ABREGES[debut.month - 1]} {debut:%y}" if court else mois(debut)


def pluriel(n: int, singulier: str, plus: str | None = None) -> str:
    """A number and its noun, which French leaves singular up to 1: `0 avis`, `1 démarche`, `2 démarches`.

    >>> pluriel(1, "démarche"), pluriel(2, "démarche"), pluriel(0, "avis", "avis")
    ('1 démarche', '2 démarches', '0 avis')
    """
    return f"{nombre(n)} {singulier if n < 2 else plus or singulier + 's'}"


def intervalle(bornes: tuple[float, float] | None) -> str:
    """The interval of a mean: `de 7,2 à 7,4`."""
    return TIRET if bornes is None else f"de {note(bornes[0])} à {note(bornes[1])}"


def intervalle_part(bornes: tuple[float, float] | None) -> str:
    """The interval of a share: `de 61,2 % à 64,0 %`."""
    return TIRET if bornes is None else f"de {pourcent(bornes[0])} à {pourcent(bornes[1])}"


def mois(day: dt.date) -> str:
    """`novembre 2026`."""
    return f"{MOIS[day.month - 1]} {day.year}"


def alphabetique(nom: str | None) -> tuple[bool, str]:
    """Where a name stands in a French list: accents and capitals do not count, what has no name comes last.

    >>> sorted(["Intérieur", "Économie", None, "Enseignement"], key=alphabetique)
    ['Économie', 'Enseignement', 'Intérieur', None]
    """
    return nom is None, normaliser(nom or "")


def _side(value: float, seuil: float) -> int:
    return (value > seuil) - (value < seuil)


MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
ABREGES = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
FILTRES = {
    "note": note,
    "pourcent": pourcent,
    "decimal": decimal,
    "nombre": nombre,
    "jour": jour,
    "mois": mois,
    "pluriel": pluriel,
    "intervalle": intervalle,
    "intervalle_part": intervalle_part,
}
"""What templates may call."""
