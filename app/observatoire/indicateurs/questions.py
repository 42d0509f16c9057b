"""What the indicateurs made of answers have in common: their own n, and the minimum that the indice was given."""

from app.indices.formules import PERSONNES
from app.observatoire.indicateurs.satisfaction import AVIS
from app.observatoire.valeurs import NON_MESURE, Dossier, Valeur, niveau


def valeur(dossier: Dossier, mesure: float | None, n: int, bon: float, moyen: float) -> Valeur:
    """The value of a figure that has `n` answers: published when the indice is, and met from `bon` on.

    The minimum is one for all: under a published indice, few answers to a later question are told by `n`. Under
    PERSONNES answers nothing is said all the same.
    """
    if mesure is None:
        return NON_MESURE
    if dossier.indice.statut != "publie" or n < PERSONNES:
        return Valeur("insuffisant", n=n, source=AVIS, date=dossier.jour)
    return Valeur("publie", mesure, mesure >= bon, niveau(mesure, bon, moyen), n, None, AVIS, dossier.jour)
