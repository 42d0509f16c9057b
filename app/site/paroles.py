"""Figures in words: what a mean and its interval allow to say, for somebody who has never heard of intervals. Pure."""

from typing import Any, Final, Literal

from app.indices.formules import SEUIL, Intervalle

Certitude = Literal["surement", "probablement", "probablement_pas", "surement_pas"]

CERTITUDES: Final[dict[Certitude, str]] = {
    "surement": "Sûrement au-dessus de 7",
    "probablement": "Probablement au-dessus de 7",
    "probablement_pas": "Probablement pas au-dessus de 7",
    "surement_pas": "Sûrement pas au-dessus de 7",
}
STATUTS: Final = {
    "publie": "Indice publié",
    "insuffisant": "Trop peu d’avis",
    "aucun_avis": "Aucun avis",
}
EXPLICATIONS: Final[dict[Certitude, str]] = {
    "surement": "Tout l’intervalle est au-dessus de 7, et le hasard des réponses ne suffit pas à l’expliquer.",
    "probablement": "La moyenne dépasse 7, mais l’intervalle descend jusqu’à 7 ou en dessous, donc sans certitude.",
    "probablement_pas": "La moyenne ne dépasse pas 7, mais l’intervalle monte au-dessus, donc sans certitude.",
    "surement_pas": "Aucune partie de l’intervalle n’est au-dessus de 7.",
}


def certitude(moyenne: float | None, ic95: Intervalle | None) -> Certitude | None:
    """How sure it is that a published mean is above 7; None when there is none.

    >>> certitude(7.5, (7.2, 7.8)), certitude(7.1, (6.9, 7.3)), certitude(7.0, (6.9, 7.1)), certitude(6, (5, 7))
    ('surement', 'probablement', 'probablement_pas', 'surement_pas')
    """
    if moyenne is None or ic95 is None:
        return None
    if moyenne > SEUIL:
        return "surement" if ic95[0] > SEUIL else "probablement"
    return "probablement_pas" if ic95[1] > SEUIL else "surement_pas"


FONCTIONS: Final[dict[str, Any]] = {
    "certitude": certitude,
    "CERTITUDES": CERTITUDES,
    "EXPLICATIONS": EXPLICATIONS,
    "STATUTS": STATUTS,
}
