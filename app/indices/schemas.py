"""What the API says of the figures; the fields of the figures themselves are those of `formules`."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as document

from app.indices.formules import Indice
from app.indices.periode import Pas
from app.indices.synthese import Synthese


@document
class PeriodeLue:
    """Des jours entiers, premier et dernier inclus, à l'heure de Paris."""

    debut: dt.date
    fin: dt.date


@dataclass
class _DeLaDemarche:
    demarche: Annotated[str, Field(description="slug de la démarche")]
    periode: PeriodeLue


@dataclass(frozen=True)
class _DeLaPeriode:
    periode: PeriodeLue


@dataclass
class IndiceDemarche(Indice, _DeLaDemarche):
    """L'indice de satisfaction d'une démarche sur une période."""


@document
class PageIndices:
    """Une page d'indices."""

    elements: list[IndiceDemarche]
    suivant: Annotated[str | None, Field(description="curseur de la page suivante ; nul à la dernière")]


@document
class Evolution:
    """L'indice d'une démarche à chaque étape d'une période, dont les bornes coupent la première et la dernière."""

    demarche: Annotated[str, Field(description="slug de la démarche")]
    periode: PeriodeLue
    pas: Pas
    elements: list[IndiceDemarche]


@dataclass(frozen=True)
class _Identite:
    slug: Annotated[str | None, Field(description="slug du groupe ; nul pour les démarches rattachées à aucun")]
    nom: Annotated[str | None, Field(description="nom du groupe")]
    ministere: Annotated[str | None, Field(description="slug du ministère, quand le groupe est un organisme")]


@dataclass(frozen=True)
class SyntheseDuGroupe(Synthese, _DeLaPeriode, _Identite):
    """La synthèse d'un ministère ou d'un organisme."""


@dataclass(frozen=True)
class SyntheseLue(Synthese, _DeLaPeriode):
    """La synthèse de toutes les démarches sur une période."""

    groupes: Annotated[
        list[SyntheseDuGroupe] | None,
        Field(description="avec `par` : la même chose pour chaque ministère ou organisme"),
    ] = None
