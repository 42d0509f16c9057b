"""How figures are written for people: one decimal, in French, and never so that a rounding changes what is said."""

import datetime as dt

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
    if value is None:
        return TIRET
    for digits in range(1, 15):
        text = f"{value:.{digits}f}"
        if seuil is None or _side(float(text), seuil) == _side(value, seuil):
            break
    return text.replace(".", ",")


def note(value: float | None) -> str:
    """A mean on 10, never shown across 7."""
    return decimal(value, SEUIL)


def pourcent(part: float | None) -> str:
    """A share in [0, 1] as a percentage: `68,4 %`; 100 % and 0 % are only said when exact.

    >>> pourcent(0.99999).split(INSECABLE), pourcent(1.0).split(INSECABLE), pourcent(0.5).split(INSECABLE)
    (['99,999', '%'], ['100,0', '%'], ['50,0', '%'])
    """
    if part is None:
        return TIRET
    percent = part * 100
    return f"{decimal(percent, 100 if percent > 50 else 0)}{INSECABLE}%"


def jour(day: dt.date) -> str:
    """`23 novembre 2026`."""
    return f"{'1er' if day.day == 1 else day.day} {MOIS[day.month - 1]} {day.year}"


def mois(day: dt.date) -> str:
    """`novembre 2026`."""
    return f"{MOIS[day.month - 1]} {day.year}"


def _side(value: float, seuil: float) -> int:
    return (value > seuil) - (value < seuil)


MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
