"""What an édition freezes, and the fingerprint of it. Pure.

The document of an édition is what `GET /api/v1/editions/{slug}` answers when all of its démarches fit in the page. Its
fingerprint is the SHA-256 of the canonical form of that document, but for what is not frozen with it (`ANNEXES`): JSON
in UTF-8, keys sorted, no white space, nothing escaped that need not be, floats as Python's `repr` writes them, elements
in the order of their slugs: `json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))`.
It holds no internal id, so an édition keeps its fingerprint wherever it is taken.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

import orjson

from app.observatoire.bilan import Bilan
from app.observatoire.declarations import Identite
from app.observatoire.indicateurs import INDICATEURS
from app.observatoire.releve import Ligne, bilans, par_groupe

Objet = dict[str, Any]
ANNEXES: Final = ("empreinte", "revisions", "suivant")
"""Beside the content: its fingerprint, the revisions published since, and where the next page starts."""

_BILAN = tuple(champ.name for champ in fields(Bilan))
_IDENTITE = tuple(champ.name for champ in fields(Identite) if champ.name != "id")


def empreinte(document: Mapping[str, Any]) -> str:
    """The fingerprint of a whole document, in hexadecimal.

    >>> empreinte({"b": 7.0, "a": "é", "suivant": None})[:12]
    '1a304ef595f6'
    """
    contenu = {cle: valeur for cle, valeur in document.items() if cle not in ANNEXES}
    forme = json.dumps(contenu, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(forme.encode()).hexdigest()


def instant(moment: dt.datetime) -> str:
    """A moment as documents write it: ISO 8601, in UTC."""
    return moment.astimezone(dt.UTC).isoformat()


def seuils() -> Objet:
    """Every indicateur as it is defined today: what it means, and from where on it is met."""
    return {
        i.cle: {"titre": i.titre, "critere": i.critere, "unite": i.unite, "sens": i.sens, "seuils": dict(i.seuils)}
        for i in INDICATEURS
    }


def element(ligne: Ligne, identifiants: Sequence[str]) -> Objet:
    """A démarche as the édition shows it."""
    demarche = {nom: getattr(ligne.demarche, nom) for nom in _IDENTITE} | {"identifiants": list(identifiants)}
    notes = list(ligne.indice.repartition.values())
    return {"demarche": demarche, "notes": notes, "indice": ligne.indice, "valeurs": ligne.valeurs}


def bilan_national(lignes: Sequence[Ligne], cibles: Mapping[str, float]) -> Objet:
    """The synthesis of all, with the targets and whether they are met (None: no target, or nothing measured)."""
    objet = _synthese(lignes)
    for cle, synthese in objet["indicateurs"].items():
        cible, part = cibles.get(cle), synthese["part"]
        synthese["cible"] = cible
        synthese["cible_atteinte"] = None if cible is None or part is None else part >= cible
    return objet


def groupes(lignes: Sequence[Ligne]) -> Objet:
    """The synthesis of each ministère and organisme, by slug; then that of the démarches that have none (slug None)."""
    return {
        "ministeres": _par(lignes, lambda d: (d.ministere_slug, d.ministere), ("slug", "nom")),
        "organismes": _par(
            lignes,
            lambda d: (d.ministere_slug, d.organisme_slug, d.organisme) if d.organisme_slug else (None, None, None),
            ("ministere", "slug", "nom"),
        ),
    }


def _par(lignes: Iterable[Ligne], cle: Callable[[Identite], tuple[Any, ...]], noms: Sequence[str]) -> list[Objet]:
    trouves = par_groupe(lignes, cle).items()
    ranges = sorted(trouves, key=lambda groupe: [(nom is None, nom or "") for nom in groupe[0]])
    return [dict(zip(noms, groupe, strict=True)) | _synthese(siennes) for groupe, siennes in ranges]


def _synthese(lignes: Sequence[Ligne]) -> Objet:
    return {
        "demarches": len(lignes),
        "avis": sum(ligne.indice.total for ligne in lignes),
        "indicateurs": {cle: {nom: getattr(b, nom) for nom in _BILAN} for cle, b in bilans(lignes).items()},
    }


def en_json(objet: Any) -> Objet:
    """What is read back from the JSON of an object: dates as texts, tuples as lists, dataclasses as objects."""
    relu: Objet = orjson.loads(orjson.dumps(objet))
    return relu
