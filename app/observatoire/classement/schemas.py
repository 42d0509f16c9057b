"""What the API says of the ranking and of interventions."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from app.indices.formules import Intervalle, Statut
from app.indices.schemas import PeriodeLue
from app.observatoire.ecart import Sens


@dataclass(frozen=True, slots=True)
class Classee:
    """Une démarche dont la note moyenne est sûrement sous le seuil."""

    rang: Annotated[int, Field(ge=1)]
    demarche: Annotated[str, Field(description="slug de la démarche")]
    titre: str
    ministere: str | None
    organisme: str | None
    total: Annotated[int, Field(description="nombre d'avis", ge=0)]
    note_moyenne: Annotated[float, Field(ge=0, le=10)]
    note_moyenne_ic95: Annotated[Intervalle, Field(description="sa borne haute fait le rang")]
    part_satisfaits: Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class Ecartees:
    """Les démarches que le classement ne cite pas, et pourquoi."""

    exempte: Annotated[int, Field(description="exemptées de l'indicateur de satisfaction")]
    non_mesure: Annotated[int, Field(description="aucun avis")]
    insuffisant: Annotated[int, Field(description="trop peu d'avis pour être publiées")]
    au_dessus: Annotated[int, Field(description="intervalle entièrement au-dessus du seuil")]
    incertaine: Annotated[int, Field(description="le seuil est dans l'intervalle")]
    prudence: Annotated[
        int,
        Field(description="intervalle sous le seuil, mais sur autant de démarches le hasard seul pourrait l'expliquer"),
    ]


@dataclass(frozen=True, slots=True)
class Classement:
    """Les démarches les moins bien notées, sans injustice envers celles qui ont peu d'avis."""

    periode: PeriodeLue
    seuil: float
    taux_erreur: Annotated[
        float, Field(description="parmi les démarches citées, part attendue de citées à tort, au plus")
    ]
    methode: Annotated[str, Field(description="version des formules")]
    demarches: Annotated[int, Field(description="démarches examinées", ge=0)]
    classees: Annotated[int, Field(description="sûrement sous le seuil, sur toutes les pages", ge=0)]
    ecartees: Ecartees
    elements: Annotated[list[Classee], Field(description="de la borne haute la plus basse à la plus haute")]
    suivant: Annotated[str | None, Field(description="curseur de la page suivante ; nul à la dernière")] = None


StatutComparaison = Literal["publie", "insuffisant", "non_mesure"]
Etat = Literal["demandee", "en_cours", "terminee"]


@dataclass(frozen=True, slots=True)
class Cote:
    """Les avis d'un côté d'une intervention."""

    debut: dt.date
    fin: dt.date
    total: Annotated[int, Field(description="nombre d'avis", ge=0)]
    note_moyenne: float | None
    note_moyenne_ic95: Intervalle | None
    statut: Statut


@dataclass(frozen=True, slots=True)
class Comparaison:
    """Avant le début contre après la fin : jamais un même jour des deux côtés, ni un jour qui n'est pas terminé."""

    jours: Annotated[int, Field(description="jours demandés de chaque côté", ge=1)]
    complet: Annotated[bool, Field(description="tous les jours d'après sont passés")]
    avant: Cote | None
    apres: Cote | None
    difference: Annotated[float | None, Field(description="moyenne d'après − moyenne d'avant ; nulle sous deux avis")]
    difference_ic95: Annotated[
        tuple[float, float] | None, Field(description="intervalle à 95 % de la différence (Welch)")
    ]
    sens: Annotated[Sens | None, Field(description="nul quand on ne peut pas conclure")]
    statut: Annotated[
        StatutComparaison, Field(description="`insuffisant` : moins d'avis que le minimum d'un des deux côtés")
    ]
    en_mots: str
    autre_intervention: Annotated[
        bool, Field(description="une autre intervention touche ces jours : les effets se confondent")
    ]


@dataclass(frozen=True, slots=True)
class InterventionLue:
    """Une demande d'aide et, une fois faite, l'intervention et son effet."""

    id: int
    demarche: Annotated[str, Field(description="slug de la démarche")]
    titre: str
    ministere: str | None
    demandeur: str
    demandee_le: dt.date
    description: str
    debut: dt.date | None
    fin: dt.date | None
    etat: Etat
    comparaison: Annotated[Comparaison | None, Field(description="nulle tant que l'intervention n'a pas commencé")]


@dataclass(frozen=True, slots=True)
class PageInterventions:
    """Une page d'interventions, dans l'ordre où elles ont été demandées."""

    elements: list[InterventionLue]
    suivant: Annotated[str | None, Field(description="curseur de la page suivante ; nul à la dernière")]
