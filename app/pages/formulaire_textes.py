"""Every word that a citizen reads, in each language: one file a language in `textes/`, for the page and the widget."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

_DIRECTORY = Path(__file__).parent / "textes"
LANGUES = ("fr", *sorted(path.stem for path in _DIRECTORY.glob("*.json") if path.stem != "fr"))
"""French first: it is what somebody gets whose languages we do not speak."""


@lru_cache
def textes(langue: str) -> dict[str, Any]:
    """All the texts of one of LANGUES."""
    read: dict[str, Any] = json.loads((_DIRECTORY / f"{langue}.json").read_text(encoding="utf-8"))
    return read


def choisir(demandee: str | None, accept_language: str | None = None) -> str:
    """The language to speak: the one asked for, else the best of the browser's list, else French.

    >>> choisir(None, "de, es-MX;q=0.8, en;q=0.9")
    'en'
    """
    if demandee and (known := demandee.lower().partition("-")[0]) in LANGUES:
        return known
    wished = []
    for rang, part in enumerate((accept_language or "").split(",")[:20]):
        tag, _, weight = part.partition(";q=")
        wished.append((-_weight(weight), rang, tag.strip().lower().partition("-")[0]))
    return next((tag for _, _, tag in sorted(wished) if tag in LANGUES), "fr")


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
