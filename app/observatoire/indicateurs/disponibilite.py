"""Availability and speed of the démarche's site, as measured from outside over a month.

Fact `disponibilite` {"disponibilite": 0..100 or null, "temps_ms": milliseconds or null, "mesures": samples or null},
whose day is the last of the month. No sample at all is no measure, never an availability of 0 or of 100 %.
"""

from typing import Annotated, ClassVar, Final

from pydantic import Field, model_validator

from app.observatoire.valeurs import NON_MESURE, SANS_OBJET, Contenu, Dossier, Indicateur, Niveau, Valeur, niveau

BON, MOYEN = 99.9, 98.5
RAPIDE_MS, LENT_MS = 400.0, 800.0


class Mesure(Contenu):
    """A month of measures; a figure that was not taken is None."""

    principal: ClassVar[str] = "disponibilite"

    disponibilite: Annotated[float, Field(ge=0, le=100)] | None = None
    temps_ms: Annotated[float, Field(ge=0, le=3_600_000)] | None = None
    mesures: Annotated[int, Field(ge=0, le=10**9)] | None = None

    @model_validator(mode="after")
    def forget_what_was_not_measured(self) -> "Mesure":
        """Without a single sample the tool's own default is not a measure."""
        if self.mesures == 0:
            self.disponibilite = self.temps_ms = None
        return self


def disponibilite(dossier: Dossier) -> Valeur:
    """Decided on the percentage as it was published: a hundredth of it may round to the other side."""
    pourcentage = _lire(dossier, "disponibilite")
    if pourcentage is None:
        return _absente(dossier)
    return _valeur(dossier, pourcentage / 100, niveau(pourcentage, BON, MOYEN))


def rapidite(dossier: Dossier) -> Valeur:
    temps = _lire(dossier, "temps_ms")
    if temps is None:
        return _absente(dossier)
    return _valeur(dossier, temps, niveau(temps, RAPIDE_MS, LENT_MS, -1))


def _lire(dossier: Dossier, champ: str) -> float | None:
    fait = dossier.faits.get("disponibilite") if dossier.en_ligne else None
    valeur: float | None = None if fait is None else fait.contenu.get(champ)
    return valeur


def _absente(dossier: Dossier) -> Valeur:
    return NON_MESURE if dossier.en_ligne else SANS_OBJET


def _valeur(dossier: Dossier, valeur: float, rang: Niveau) -> Valeur:
    fait = dossier.faits["disponibilite"]
    n = fait.contenu.get("mesures")
    return Valeur("publie", valeur, rang == "bon", rang, n, None, fait.source, fait.jour)


DISPONIBILITE: Final = Indicateur(
    "disponibilite",
    "Disponibilité",
    "Le site de la démarche est disponible au moins 99,9 % du temps.",
    disponibilite,
    "%",
    {"bon": BON / 100, "moyen": MOYEN / 100},
    natures={"disponibilite": Mesure},
)
RAPIDITE: Final = Indicateur(
    "rapidite",
    "Rapidité",
    "Le site de la démarche répond en moins de 400 millisecondes.",
    rapidite,
    "ms",
    {"bon": RAPIDE_MS, "moyen": LENT_MS},
    -1,
    {"disponibilite": Mesure},
)
