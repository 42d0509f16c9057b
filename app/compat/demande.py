"""What a collector of the observatory asks for: read from the JSON of its address, numbers or texts alike. Pure."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Final

import orjson

from app.indices.periode import DERNIER_JOUR, PARIS, PREMIER_JOUR, Periode, jour_de_paris

_ENTIER = re.compile(r"[+-]?[0-9]{1,15}")
_JOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})?")
_ZERO: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SIECLES: Final = 10**13
"""Milliseconds until 2286: an instant further away, before or after, is brought back there."""
_MIDI: Final = dt.timedelta(hours=12)
"""Collectors send the first and the last millisecond of their days, in UTC or in Paris: half a day inside, the day in
Paris is the one they mean, whatever their clock, also on days of 23 and 25 hours."""


class DemandeInvalide(Exception):
    """The question cannot be read; its text says why, in French."""


@dataclass(frozen=True, slots=True)
class Demande:
    """A démarche by its number in a source (`jdma`, `xwiki`), one of its boutons (None: all), and whole days."""

    source: str
    numero: int
    formulaire: int | None
    periode: Periode


def lire_demande(texte: str | None, aujourd_hui: dt.date) -> Demande:
    """The question in the parameter `input`; without dates, everything up to today. Raises DemandeInvalide."""
    champs = _objet(texte)
    numero = _entier("product_id", champs.get("product_id"))
    if numero is None:
        raise DemandeInvalide("product_id : le numéro d'une démarche est attendu")
    if champs.get("button_id") is not None:  # answering for all boutons would be a wrong figure
        raise DemandeInvalide("button_id n'est pas pris en charge : form_id désigne un bouton")
    debut = _jour("start_date", champs.get("start_date"), _MIDI) or PREMIER_JOUR
    fin = _jour("end_date", champs.get("end_date"), -_MIDI) or aujourd_hui
    if debut > fin:
        raise DemandeInvalide("la période de start_date à end_date ne contient aucun jour entier")
    periode = Periode(_borner(debut), _borner(fin))
    source = "xwiki" if champs.get("isXWiki") in (True, "true", "1") else "jdma"
    return Demande(source, numero, _entier("form_id", champs.get("form_id")) or None, periode)


def _objet(texte: str | None) -> dict[str, Any]:
    """The members of the question, within `json` as collectors send them, or bare."""
    if texte is None:
        raise DemandeInvalide("le paramètre input est obligatoire")
    try:
        objet = orjson.loads(texte)
    except ValueError:
        raise DemandeInvalide("le paramètre input n'est pas du JSON valide") from None
    if isinstance(objet, dict) and "json" in objet:
        objet = objet["json"]
    if not isinstance(objet, dict):
        raise DemandeInvalide("le paramètre input doit contenir un objet")
    return objet


def _entier(champ: str, valeur: object) -> int | None:
    """A whole number, written as a number or as a text; None when it is null or empty.

    >>> _entier("form_id", " 12 "), _entier("form_id", 12.0), _entier("form_id", "")
    (12, 12, None)
    """
    if valeur is None or valeur == "":
        return None
    texte = valeur.strip() if isinstance(valeur, str) else ""
    if isinstance(valeur, int | float) and not isinstance(valeur, bool):
        texte = str(int(valeur)) if valeur == int(valeur) else ""
    if not _ENTIER.fullmatch(texte):
        raise DemandeInvalide(f"{champ} : un nombre entier est attendu")
    return int(texte)


def _jour(champ: str, valeur: object, decalage: dt.timedelta) -> dt.date | None:
    """The day in Paris of an instant (milliseconds, or ISO 8601) that is moved inside its day; or a day, as it is."""
    if isinstance(valeur, str) and ("-" in valeur[1:]):
        return _jour_iso(champ, valeur.strip(), decalage)
    millisecondes = _entier(champ, valeur)
    if millisecondes is None:
        return None
    borne = max(-_SIECLES, min(_SIECLES, millisecondes))
    return jour_de_paris(_ZERO + dt.timedelta(milliseconds=borne) + decalage)


def _jour_iso(champ: str, texte: str, decalage: dt.timedelta) -> dt.date:
    try:
        if _JOUR.fullmatch(texte):
            return dt.date.fromisoformat(texte)
        if _INSTANT.fullmatch(texte):
            instant = dt.datetime.fromisoformat(texte)
            instant = instant if instant.tzinfo else instant.replace(tzinfo=PARIS)
            return jour_de_paris(instant.astimezone(dt.UTC) + decalage)
    except (ValueError, OverflowError):
        pass
    raise DemandeInvalide(f"{champ} : des millisecondes depuis 1970 sont attendues, ou une date AAAA-MM-JJ")


def _borner(jour: dt.date) -> dt.date:
    return max(PREMIER_JOUR, min(DERNIER_JOUR, jour))
