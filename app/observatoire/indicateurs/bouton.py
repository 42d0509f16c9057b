"""Deployment: whether a démarche has its button, which its first avis proves."""

from typing import Final

from app.observatoire.valeurs import SANS_OBJET, Dossier, Indicateur, Valeur

SOURCE = "boutons et premier avis"


def evaluer(dossier: Dossier) -> Valeur:
    """A bouton that nobody has used is not deployed: every démarche gets one when it enters the catalogue."""
    if not dossier.en_ligne:
        return SANS_OBJET
    depuis = dossier.premier_avis
    pose = depuis is not None and depuis <= dossier.jour
    detail = {"depuis": depuis.isoformat()} if pose and depuis else {}
    return Valeur("publie", pose, pose, source=SOURCE, date=dossier.jour, detail=detail)


BOUTON: Final = Indicateur(
    "bouton",
    "Bouton « Je donne mon avis »",
    "Le bouton est en place : un bouton ouvert a reçu au moins un avis.",
    evaluer,
    lit=frozenset({"boutons"}),
)
