"""What the API says of engagements."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from app.observatoire.engagements.echeances import Genre, Statut, Variante


@dataclass(frozen=True, slots=True)
class GlissementLu:
    """Une échéance qui a changé ; une date nulle veut dire « aucune date »."""

    le: Annotated[dt.date | None, Field(description="jour de l'annonce ; nul s'il n'est pas connu")]
    ancienne: dt.date | None
    nouvelle: dt.date | None
    raison: str


@dataclass(frozen=True, slots=True)
class DemarcheLiee:
    """Une démarche que l'engagement concerne."""

    slug: str
    titre: str


@dataclass(frozen=True, slots=True)
class Nomme:
    """Un ministère ou un organisme."""

    slug: str
    nom: str


@dataclass(frozen=True, slots=True)
class Avancement:
    """Où en est aujourd'hui, sur les douze derniers mois, l'indicateur que l'engagement vise."""

    part: Annotated[float | None, Field(description="`atteints / publies` ; nulle si rien n'est publié", ge=0, le=1)]
    publies: Annotated[int, Field(description="démarches dont l'indicateur est publié : le dénominateur", ge=0)]
    atteints: Annotated[int, Field(description="parmi elles, celles qui atteignent le critère", ge=0)]
    demarches: Annotated[int, Field(description="démarches du périmètre, publiées ou non", ge=0)]
    ecart_points: Annotated[float | None, Field(description="100 × (`part` − `cible`)")]
    atteinte: Annotated[bool | None, Field(description="`part` ≥ `cible` ; nul si rien n'est publié")]


@dataclass(frozen=True, slots=True)
class EngagementLu:
    """Un engagement, et où il en est aujourd'hui."""

    slug: str
    genre: Genre
    titre: str
    porteur: str
    source: str | None
    ministere: Nomme | None
    organisme: Nomme | None
    demarches: list[DemarcheLiee]
    api: Annotated[str | None, Field(description="API de données « Dites-le-nous une fois »")]
    variante: Variante | None
    indicateur: Annotated[str | None, Field(description="clé de l'indicateur visé")]
    cible: Annotated[float | None, Field(description="part des démarches à atteindre", gt=0, le=1)]
    statut: Statut
    echeance: Annotated[dt.date | None, Field(description="nulle : aucune date")]
    premiere_echeance: Annotated[dt.date | None, Field(description="la première date annoncée")]
    tenu_le: dt.date | None
    abandonne_le: dt.date | None
    abandon_raison: str | None
    en_retard: Annotated[bool, Field(description="encore ouvert, et son échéance est passée")]
    retard_jours: Annotated[
        int | None,
        Field(
            description="jours écoulés depuis l'échéance, jusqu'à aujourd'hui ou jusqu'au jour où il a été tenu ; 0 à "
            "l'heure ; nul sans échéance ou s'il est abandonné",
            ge=0,
        ),
    ]
    retard_initial_jours: Annotated[int | None, Field(description="de même depuis la première date annoncée", ge=0)]
    tenu_a_temps: Annotated[bool | None, Field(description="nul s'il n'est pas tenu ou n'a pas d'échéance")]
    glissements: Annotated[list[GlissementLu], Field(description="du plus ancien au plus récent")]
    avancement: Annotated[Avancement | None, Field(description="nul sans indicateur")]


@dataclass(frozen=True, slots=True)
class PageEngagements:
    """Une page d'engagements, dans l'ordre de leur inscription au registre."""

    jour: Annotated[dt.date, Field(description="le jour auquel les retards sont comptés, à l'heure de Paris")]
    elements: list[EngagementLu]
    suivant: Annotated[str | None, Field(description="curseur de la page suivante ; nul à la dernière")]


@dataclass(frozen=True, slots=True)
class ApiDlnuf:
    """Une API de données, et l'engagement pris pour chacune de ses variantes."""

    api: str
    variantes: list[EngagementLu]


@dataclass(frozen=True, slots=True)
class Case:
    """Une API dans une démarche ; `api` ou `demarche` est nulle quand l'engagement ne la précise pas."""

    api: str | None
    variante: Variante | None
    demarche: str | None
    engagement: EngagementLu


@dataclass(frozen=True, slots=True)
class DemarcheDlnuf:
    """Une démarche à simplifier ou dans laquelle une API doit être intégrée."""

    slug: str
    titre: str
    engagements: Annotated[list[EngagementLu], Field(description="les simplifications promises")]


@dataclass(frozen=True, slots=True)
class Dlnuf:
    """« Dites-le-nous une fois » : les API, les démarches, et les intégrations des unes dans les autres."""

    jour: dt.date
    apis: list[ApiDlnuf]
    demarches: list[DemarcheDlnuf]
    integrations: list[Case]
