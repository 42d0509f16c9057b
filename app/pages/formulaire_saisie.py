"""What the form page sends: from the fields of a plain HTML form to an avis, or to errors in the citizen's language."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

from pydantic import ValidationError

from app.avis.questionnaire import AIDE_AUTRE_MAX, COMMENTAIRE_MAX, AvisDepose
from app.avis.questions import CANAUX
from app.pages.formulaire_textes import choisir

CORPS_MAX = COMMENTAIRE_MAX * 12 + 12 * 1024
"""Bytes of a form: an emoji takes twelve once encoded in a URL, and a long comment must pass whatever it says."""
CHAMPS_MAX = 100


@dataclass(frozen=True)
class Saisie:
    """The fields as they were typed, to be shown again; several values for a question with several answers."""

    valeurs: dict[str, list[str]] = field(default_factory=dict)

    def un(self, nom: str) -> str:
        """The value of a field, or an empty text."""
        return self.valeurs.get(nom, [""])[-1]

    def a(self, nom: str, valeur: object) -> bool:
        """Whether that answer was chosen."""
        return str(valeur) in self.valeurs.get(nom, ())

    @property
    def id(self) -> UUID:
        """The id that the page was given: sending it twice is then one avis. Another one when it was tampered with."""
        try:
            return UUID(self.un("id"))
        except ValueError:
            return uuid4()

    @property
    def langue(self) -> str:
        return choisir(self.un("langue"))


def lire(corps: bytes) -> Saisie:
    """The fields of a body; what cannot be read in it is left out, for the errors to say what is missing."""
    try:
        pairs = parse_qsl(corps.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=CHAMPS_MAX)
    except ValueError:
        return Saisie()
    valeurs: dict[str, list[str]] = {}
    for nom, valeur in pairs:
        # Browsers send line ends as CR LF, which would count twice; no one means to type a NUL.
        valeurs.setdefault(nom, []).append(valeur.replace("\r\n", "\n").replace("\x00", ""))
    return Saisie(valeurs)


def verifier(saisie: Saisie, cle: str) -> tuple[AvisDepose | None, dict[str, tuple[str, int, int]]]:
    """The avis, or for each wrong field the error's name in the texts with its limit and the length given."""
    erreurs: dict[str, tuple[str, int, int]] = {}
    if not saisie.un("note"):
        erreurs["note"] = ("note", 0, 0)
    if saisie.a("aide", "aucune") and len(set(saisie.valeurs["aide"])) > 1:
        erreurs["aide"] = ("aide", 0, 0)
    if saisie.a("aide", "autre") and len(saisie.un("aide_autre")) > AIDE_AUTRE_MAX:
        erreurs["aide_autre"] = ("aide_autre", AIDE_AUTRE_MAX, len(saisie.un("aide_autre")))
    if len(saisie.un("commentaire")) > COMMENTAIRE_MAX:
        erreurs["commentaire"] = ("commentaire", COMMENTAIRE_MAX, len(saisie.un("commentaire")))
    if erreurs:
        return None, erreurs
    try:
        return AvisDepose.model_validate(avis_de(saisie, cle)), {}
    except ValidationError as error:
        return None, {_champ(detail["loc"]): ("valeur", 0, 0) for detail in error.errors()}


def avis_de(saisie: Saisie, cle: str) -> dict[str, Any]:
    """The body that the API would have been sent for these fields."""
    aide = list(dict.fromkeys(saisie.valeurs.get("aide", [])))
    reponses = {
        "comprehension": _nombre(saisie.un("comprehension")),
        "aide": aide or None,
        "aide_autre": (saisie.un("aide_autre") or None) if "autre" in aide else None,
        "contacts": {canal: contact for canal in CANAUX if canal in aide and (contact := _contact(saisie, canal))},
    }
    return {
        "id": saisie.id,
        "bouton": cle,
        "note": _nombre(saisie.un("note")),
        "langue": saisie.langue,
        "commentaire": saisie.un("commentaire") or None,
        "reponses": {nom: valeur for nom, valeur in reponses.items() if valeur} or None,
    }


def _contact(saisie: Saisie, canal: str) -> dict[str, Any]:
    joint = {"oui": True, "non": False}.get(saisie.un(f"joint_{canal}"))
    satisfaction = _nombre(saisie.un(f"satisfaction_{canal}"))
    given = {"joint": joint, "satisfaction": satisfaction}
    return {nom: valeur for nom, valeur in given.items() if valeur is not None}


def _nombre(text: str) -> int | str | None:
    """A whole number, nothing, or the text itself for the check to refuse."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else text


def _champ(loc: tuple[int | str, ...]) -> str:
    """The field of the form that a place in the body comes from."""
    parts = [str(part) for part in loc if part not in {"reponses", "[key]"}]
    if parts[0] == "contacts" and len(parts) == 3:
        return f"{parts[2]}_{parts[1]}"
    return parts[0] if parts[0] in {"note", "comprehension", "aide", "aide_autre", "commentaire"} else "note"
