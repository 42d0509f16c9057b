"""Engagements in words: their kinds, where they stand, how late they are, how far from their target. Pure."""

from typing import Any, Final

from app.observatoire.engagements.echeances import OUVERTS, Genre, Statut
from app.observatoire.engagements.schemas import Avancement, EngagementLu
from app.observatoire.indicateurs import PAR_CLE
from app.site.affichage import INSECABLE, jour, pluriel
from app.site.bilans import MOINS, points

GENRES: Final[dict[Genre, str]] = {
    "cible": "Cible à atteindre",
    "calendrier": "Calendrier à remettre",
    "jalon": "Jalon",
    "api": "API de données",
    "demarche": "Démarche à simplifier",
    "integration": "Intégration d’une API",
}
STATUTS: Final[dict[Statut, str]] = {
    "prevu": "Prévu",
    "en_cours": "En cours",
    "tenu": "Tenu",
    "abandonne": "Abandonné",
}
VARIANTES: Final = {"franceconnect": "avec FranceConnect", "sans_franceconnect": "sans FranceConnect"}
APIS: Final = {
    "impot-particulier": "Impôt particulier",
    "demandeur-emploi": "Demandeur d’emploi",
    "statut-etudiant": "Statut étudiant",
}
"""The names that a key without accents cannot tell."""


def duree(jours: int) -> str:
    """How long some days are, in the unit that people count in.

    >>> duree(1), duree(59), duree(92), duree(760), duree(730)
    ('1 jour', '59 jours', '3 mois', '2 ans et 1 mois', '2 ans')
    """
    if jours < 60:
        return pluriel(jours, "jour")
    mois = int(jours / 30.4375 + 0.05)
    ans, reste = divmod(mois, 12)
    morceaux = [pluriel(ans, "an") if ans else "", f"{reste} mois" if reste else ""]
    return " et ".join(filter(None, morceaux))


def retard(e: EngagementLu) -> str:
    """How an engagement stands against its due date; empty when there is nothing to say of it.

    The statut alone decides: a target that is reached stays late until somebody says that it is kept.
    """
    if e.statut == "abandonne" or e.retard_jours is None:
        return ""
    if e.en_retard:
        return f"en retard de {duree(e.retard_jours)}"
    if e.statut == "tenu":
        return f"tenu avec {duree(e.retard_jours)} de retard" if e.retard_jours else "tenu à temps"
    return ""


def glissements(e: EngagementLu) -> str:
    """How many times the due date moved, and by how much since the first one that was announced."""
    if not e.glissements:
        return ""
    dit = f"échéance repoussée {'une fois' if len(e.glissements) == 1 else f'{len(e.glissements)} fois'}"
    if e.premiere_echeance is not None and e.premiere_echeance != e.echeance:
        dit += f", d’abord le {jour(e.premiere_echeance)}"
    return dit


def ecart(a: Avancement) -> str:
    """What is missing to reach a target.

    >>> ecart(Avancement(0.68, 100, 68, 120, -12.0, False))
    'il manque 12,0 points'
    """
    if a.ecart_points is None:
        return "rien n’est encore mesuré"
    return "atteinte" if a.atteinte else f"il manque {points(a.ecart_points).lstrip(MOINS)}"


def but(cible: float) -> str:
    """A share to reach, as it was said: `80 %`, never `80,0 %`."""
    return f"{100 * cible:.10g}".replace(".", ",") + f"{INSECABLE}%"


def a_declarer(e: EngagementLu) -> bool:
    """Whether a target is reached today though nobody has said that it is kept."""
    return e.statut in OUVERTS and e.avancement is not None and e.avancement.atteinte is True


def nom_api(api: str | None) -> str:
    """The name of a data API, from its key.

    >>> nom_api("quotient-familial"), nom_api("statut-etudiant"), nom_api(None)
    ('Quotient familial', 'Statut étudiant', 'API à préciser')
    """
    if api is None:
        return "API à préciser"
    return APIS.get(api) or api.replace("-", " ").capitalize()


def titre_indicateur(cle: str) -> str:
    """The title of an indicateur."""
    return PAR_CLE[cle].titre if cle in PAR_CLE else cle


FONCTIONS: Final[dict[str, Any]] = {
    "GENRES": GENRES,
    "STATUTS_ENGAGEMENT": STATUTS,
    "VARIANTES": VARIANTES,
    "retard_dit": retard,
    "glissements_dits": glissements,
    "ecart_dit": ecart,
    "a_declarer": a_declarer,
    "but": but,
    "duree": duree,
    "nom_api": nom_api,
    "titre_indicateur": titre_indicateur,
}
"""What templates may call."""
