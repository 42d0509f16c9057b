"""Syntheses, targets and changes in words: always the numerator, the denominator, and what is left out. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.observatoire.classement.schemas import Cote
from app.observatoire.donnees.confidentialite import trop_peu
from app.site.affichage import INSECABLE, TIRET, decimal, jour, nombre, pluriel, pourcent
from app.site.constats import mesure, mesure_du_jour

MOINS: Final = "\u2212"
STATUTS_VALEUR: Final = {
    "insuffisant": "trop peu d’avis",
    "non_mesure": "non mesurée",
    "exempte": "exemptée",
    "sans_objet": "sans objet",
}
EVOLUTIONS: Final = {
    "mieux": "Mieux",
    "moins_bien": "Moins bien",
    "franchi": "Critère atteint, qui ne l’était pas",
    "perdu": "Critère qui n’est plus atteint",
    "different": "Autre valeur, ni meilleure ni moins bonne",
    "devenue_mesuree": "Devenue mesurée",
    "plus_mesuree": "N’est plus mesurée",
    "non_mesuree": "Pas mesurée, pour une autre raison",
}
CONDITIONS: Final = {
    "methode": "la méthode de calcul",
    "minimum": "le nombre d’avis à partir duquel un indice est publié",
    "perimetre": "les démarches retenues",
    "catalogue": "la liste des démarches",
}
PERIMETRES: Final = {
    "toutes": "toutes les démarches",
    "top_250": "les démarches suivies par l’observatoire",
    "liste": "une liste établie pour cette édition",
}


def laissees_de_cote(bilan: Mapping[str, Any], sans_objet: str = "sans objet") -> str:
    """What a share does not count, and why; `aucune` when it counts all. `sans_objet`: how to say that it cannot be.

    >>> laissees_de_cote({"insuffisant": 3, "non_mesure": 2, "exempte": 1, "sans_objet": 0})
    '3 avec trop peu d’avis, 2 non mesurées, 1 exemptée'
    """
    dites = (
        f"{nombre(bilan['insuffisant'])} avec trop peu d’avis" if bilan["insuffisant"] else "",
        pluriel(bilan["non_mesure"], "non mesurée", "non mesurées") if bilan["non_mesure"] else "",
        pluriel(bilan["exempte"], "exemptée") if bilan["exempte"] else "",
        f"{nombre(bilan['sans_objet'])} {sans_objet}" if bilan["sans_objet"] else "",
    )
    return ", ".join(filter(None, dites)) or "aucune"


def se_montre(cote: Cote | None) -> bool:
    """Whether the notes of one side of an intervention may be shown: enough avis, and never fewer than five."""
    return cote is not None and cote.statut == "publie" and not trop_peu(cote.total)


def signe(valeur: float, texte: str) -> str:
    """A written absolute value with its sign, none for zero."""
    return texte if valeur == 0 else f"{'+' if valeur > 0 else MOINS}{texte}"


def points(ecart: float | None) -> str:
    """A difference of shares, in points: `+0,6 point`, `−12,3 points`; only nothing at all is said to be zero.

    >>> points(0.62), points(-12.3), points(0), points(None)
    ('+0,6 point', '−12,3 points', '0,0 point', '–')
    """
    if ecart is None:
        return TIRET
    ecrit = decimal(abs(ecart), 0)
    return f"{signe(ecart, ecrit)} point{'s' if abs(ecart) >= 2 else ''}"


def difference(ecart: float | None, unite: str) -> str:
    """How much a value of this unit changed: a mean of notes, a share (in points), milliseconds."""
    if ecart is None:
        return TIRET
    if unite == "%":
        return points(100 * ecart)
    return signe(ecart, decimal(abs(ecart), 0)) + (f"{INSECABLE}ms" if unite == "ms" else "")


def valeur(objet: Mapping[str, Any], cle: str, definition: Mapping[str, Any]) -> str:
    """What an indicateur, as an édition defined it, said of a démarche; or why it said nothing."""
    if objet["statut"] != "publie":
        return STATUTS_VALEUR[objet["statut"]]
    if objet["valeur"] is None:
        return "critère atteint" if objet["atteint"] else "critère non atteint"
    return mesure(cle, definition.get("unite", ""), definition.get("seuils", {}), objet["valeur"])


def cible(t: Mapping[str, Any]) -> str:
    """A target of the register and where one stands: what is missing, since when it is late."""
    but = f"Cible : {pourcent(t['cible'])}{_au(t['echeance'])}"
    if t["part"] is None:
        return f"{but}, rien n’est encore mesuré."
    if t["atteinte"]:
        return f"{but}, atteinte."
    manque = f"il manque {points(t['ecart_points']).lstrip(MOINS)}"
    retard = f" et l’échéance est dépassée depuis {pluriel(t['retard_jours'], 'jour')}" if t["en_retard"] else ""
    return f"{but} : {manque}{retard}."


def cible_actuelle(cibles: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Of targets by due date, the one that counts now: the first that is not reached; the last one if all are.

    >>> cible_actuelle([{"cible": 0.5, "atteinte": True}, {"cible": 1, "atteinte": False}])["cible"]
    1
    """
    return next((cible for cible in cibles if not cible["atteinte"]), cibles[-1] if cibles else None)


def _au(echeance: dt.date | None) -> str:
    return ", sans date" if echeance is None else f" au {jour(echeance)}"


FONCTIONS: Final[dict[str, Any]] = {
    "laissees_de_cote": laissees_de_cote,
    "se_montre": se_montre,
    "points": points,
    "difference": difference,
    "mesure_dite": mesure_du_jour,
    "valeur_dite": valeur,
    "cible_dite": cible,
    "cible_actuelle": cible_actuelle,
    "EVOLUTIONS": EVOLUTIONS,
    "CONDITIONS": CONDITIONS,
    "PERIMETRES": PERIMETRES,
}
"""What templates may call."""
