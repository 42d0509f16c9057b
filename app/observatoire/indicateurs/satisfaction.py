"""Satisfaction: the mean note on 10 over the période, from the avis themselves."""

from typing import Final, Literal

from app.indices.formules import SEUIL, Indice
from app.observatoire.valeurs import NON_MESURE, Dossier, Indicateur, Valeur, niveau

AVIS: Final = "avis déposés"
BON, MOYEN = 8.0, 5.0

Certitude = Literal["surement", "probablement", "pas_surement"]


def certitude(indice: Indice) -> Certitude | None:
    """Whether the mean is above 7: `surement` when its whole interval is, `probablement` when the mean alone is,
    `pas_surement` otherwise; None when the indice is not published.
    """
    if indice.au_dessus_de_7 is None:
        return None
    if indice.note_moyenne_ic95 is not None and indice.note_moyenne_ic95[0] > SEUIL:
        return "surement"
    return "probablement" if indice.au_dessus_de_7 else "pas_surement"


def evaluer(dossier: Dossier) -> Valeur:
    indice = dossier.indice
    if indice.statut == "aucun_avis":
        return NON_MESURE
    if indice.statut == "insuffisant":
        return Valeur("insuffisant", n=indice.total, source=AVIS, date=dossier.jour)
    assert indice.note_moyenne is not None
    return Valeur(
        "publie",
        indice.note_moyenne,
        indice.au_dessus_de_7,
        niveau(indice.note_moyenne, BON, MOYEN),
        indice.total,
        indice.note_moyenne_ic95,
        AVIS,
        dossier.jour,
        {"certitude": certitude(indice), "part_satisfaits": indice.part_satisfaits},
    )


SATISFACTION: Final = Indicateur(
    "satisfaction",
    "Satisfaction",
    "La note moyenne des avis dépasse 7 sur 10.",
    evaluer,
    "/10",
    {"atteint": SEUIL, "bon": BON, "moyen": MOYEN},
)
