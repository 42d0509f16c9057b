"""Demonstration avis over the last two years, made up, for a first look; plainly marked as such by their démarches.

They go through the same import as a ministry's history. Ids are derived, so that loading them twice stores nothing.
"""

import csv
import datetime as dt
import io
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ESPACE = uuid.UUID("6a646d61-0000-5000-8000-00000000de40")
JOURS = 730
COLONNES = ["id", "demarche", "note", "depose_le", "commentaire", "reponses"]


@dataclass(frozen=True)
class Profil:
    """How a démarche is rated: avis in two years, share of good notes two years ago and today, share of bad notes."""

    avis: int
    bons_avant: float
    bons: float
    mauvais: float


PROFILS = (
    Profil(2600, 0.66, 0.78, 0.10),
    Profil(2100, 0.48, 0.55, 0.24),
    Profil(900, 0.40, 0.44, 0.33),
    Profil(3400, 0.80, 0.86, 0.05),
    Profil(1700, 0.70, 0.69, 0.13),
    Profil(1200, 0.58, 0.72, 0.14),
    Profil(750, 0.83, 0.88, 0.05),
    Profil(60, 0.75, 0.75, 0.10),
    Profil(1500, 0.62, 0.64, 0.17),
    Profil(420, 0.68, 0.60, 0.19),
    Profil(1900, 0.74, 0.79, 0.09),
    Profil(0, 0.0, 0.0, 0.0),
)
BONS = (
    "Très simple, fait en dix minutes.",
    "Clair et rapide, merci.",
    "Bravo pour le suivi par courriel.",
    "Tout est expliqué, j'ai pu le faire seule.",
)
MOYENS = (
    "Correct, mais trop de pages à remplir.",
    "Il a fallu m'y reprendre à deux fois pour joindre un document.",
    "Le vocabulaire est parfois compliqué.",
)
MAUVAIS = (
    "Impossible de joindre ma pièce, le fichier est refusé sans explication.",
    "La page s'est fermée au milieu et j'ai tout perdu.",
    "Personne ne répond au téléphone.",
    "On me redemande des informations que j'ai déjà données.",
)
COMMENTAIRES = {10: BONS, 5: MOYENS, 0: MAUVAIS}


def demonstration_csv(slugs: list[str], today: dt.date) -> Iterator[str]:
    """The lines of a CSV for `import-avis`: avis of these démarches over the two years before today."""
    yield _line(COLONNES)
    for slug, profil in zip(slugs, PROFILS, strict=False):
        yield from map(_line, _avis(slug, profil, today))


def _avis(slug: str, profil: Profil, today: dt.date) -> Iterator[list[Any]]:
    draw = random.Random(slug)  # noqa: S311 - made-up data, the same at each run
    for rank in range(profil.avis):
        age = draw.random()
        moment = dt.datetime.combine(today - dt.timedelta(days=1), dt.time(20), dt.UTC)
        moment -= dt.timedelta(days=age * JOURS, hours=draw.random() * 12)
        good = profil.bons + (profil.bons_avant - profil.bons) * age
        chance = draw.random()
        note = 10 if chance < good else 0 if chance > 1 - profil.mauvais else 5
        comment = draw.choice(COMMENTAIRES[note]) if draw.random() < 0.2 else ""
        answers = json.dumps(_reponses(draw, note)) if draw.random() < 0.6 else ""
        yield [uuid.uuid5(ESPACE, f"{slug}/{rank}"), slug, note, moment.isoformat(), comment, answers]


def _reponses(draw: random.Random, note: int) -> dict[str, Any]:
    clarity = min(5, max(1, round(draw.gauss(1.5 + note / 3.2, 0.8))))
    if draw.random() < 0.45 + note / 25:
        return {"comprehension": clarity, "aide": ["aucune"]}
    canal = draw.choice(["telephone", "telephone", "guichet", "courriel", "messagerie"])
    reached = draw.random() < 0.55 + note / 30
    contact: dict[str, Any] = {"joint": reached}
    if reached:
        contact["satisfaction"] = min(5, max(1, round(draw.gauss(2 + note / 4, 0.9))))
    return {"comprehension": clarity, "aide": [canal], "contacts": {canal: contact}}


def _line(cells: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
