"""« Dites-le-nous une fois »: the effort that a démarche still asks, in pieces of information already known elsewhere.

Fact `dlnuf` {"effort": how many pieces the administration could have fetched by itself}.
"""

from typing import Annotated, ClassVar, Final

from pydantic import Field

from app.observatoire.valeurs import NON_MESURE, SANS_OBJET, Contenu, Dossier, Indicateur, Valeur, niveau

BON, MOYEN = 2, 5
"""Strictly below: 0–1 is good, 2–4 middling, 5 and more bad."""


class Effort(Contenu):
    """How many pieces of information are asked for again."""

    principal: ClassVar[str] = "effort"

    effort: Annotated[int, Field(ge=0, le=1000)]


def evaluer(dossier: Dossier) -> Valeur:
    if not dossier.en_ligne:
        return SANS_OBJET
    fait = dossier.faits.get("dlnuf")
    if fait is None:
        return NON_MESURE
    effort = int(fait.contenu["effort"])
    return Valeur("publie", effort, effort < BON, niveau(effort, BON, MOYEN, -1), source=fait.source, date=fait.jour)


DLNUF: Final = Indicateur(
    "dlnuf",
    "Dites-le-nous une fois",
    "La démarche redemande au plus une information que l'administration détient déjà.",
    evaluer,
    "",
    {"bon": BON, "moyen": MOYEN},
    -1,
    {"dlnuf": Effort},
)
