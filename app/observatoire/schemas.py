"""What the API says of the live indicateurs, for its documentation."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from pydantic.dataclasses import dataclass as document

from app.indices.schemas import PeriodeLue
from app.observatoire.bilan import Bilan
from app.observatoire.croisement import Croisement
from app.observatoire.releve import Perimetre
from app.observatoire.suivi import PasSuivi
from app.observatoire.trajectoire import Trajectoire
from app.observatoire.valeurs import Valeur

Retards = Annotated[int, Field(description="nombre de démarches en retard, toutes pages confondues", ge=0)]


@document
class IndicateurDefini:
    """Un critère de l'observatoire."""

    cle: str
    titre: str
    critere: Annotated[str, Field(description="quand il est atteint")]
    unite: Annotated[str, Field(description="`/10`, `%` (valeur entre 0 et 1), `ms`, ou rien")]
    sens: Annotated[int, Field(description="1 : plus vaut mieux ; -1 : moins vaut mieux ; 0 : ni l'un ni l'autre")]
    seuils: dict[str, float]
    natures: Annotated[list[str], Field(description="les faits qu'il lit ; vide s'il vient des avis et des boutons")]
    methode: Annotated[str, Field(description="version des formules")]


@document
class Registre:
    """Les indicateurs, dans l'ordre où ils sont montrés."""

    elements: list[IndicateurDefini]


@dataclass(frozen=True)
class Cible(Trajectoire):
    """Une cible du registre des engagements, et où elle en est."""

    engagement: str = ""


@dataclass(frozen=True)
class BilanSuivi(Bilan):
    """`part` = `atteints / publies`. Laissées de côté, et comptées : `insuffisant`, `non_mesure`, `exempte`,
    `sans_objet`. `certitudes` : combien sont sûrement, probablement, pas sûrement au-dessus."""

    cibles: list[Cible] | None = None


@document
class BilanDuGroupe:
    """Les démarches d'un ministère ou d'un organisme ; `slug` nul pour celles qui n'en ont pas."""

    slug: str | None
    nom: str | None
    ministere: Annotated[str | None, Field(description="slug du ministère, quand le groupe est un organisme")]
    demarches: int
    avis: int
    indicateurs: dict[str, BilanSuivi]


@document
class Observatoire:
    """Le bilan de chaque indicateur, au dernier jour de la période."""

    periode: PeriodeLue
    perimetre: Perimetre
    demarches: int
    avis: int
    indicateurs: dict[str, BilanSuivi]
    groupes: Annotated[list[BilanDuGroupe] | None, Field(description="avec `par`")] = None


@document
class FaitLu:
    """Ce qu'une source dit d'une démarche."""

    nature: str
    jour: Annotated[dt.date, Field(description="jour de l'observation (dernier du mois pour une mesure mensuelle)")]
    source: str
    contenu: dict[str, Any]
    depuis: Annotated[dt.date, Field(description="premier jour où la même chose a été observée")]


@document
class IndicateursDeLaDemarche:
    """Ce que chaque indicateur dit d'une démarche, et les faits qui ont changé quelque chose, le dernier d'abord."""

    demarche: str
    periode: PeriodeLue
    valeurs: Annotated[dict[str, Valeur], Field(description="par indicateur ; nul ne veut jamais dire zéro")]
    historique: list[FaitLu]


@dataclass(frozen=True)
class _AuJour:
    jour: Annotated[dt.date, Field(description="dernier jour de l'étape")]


@dataclass(frozen=True)
class Etape(Bilan, _AuJour):
    """Le bilan d'un indicateur à la fin d'une étape. Pour le bouton : `atteints` l'ont, `publies` devraient l'avoir (en
    ligne et non exemptées), `exempte` et `sans_objet` (hors ligne) sont laissées de côté."""


Retard = Annotated[int | None, Field(description="démarches en retard au dernier jour ; nul sans `echeance`")]


@document
class EtapesDuGroupe:
    """Les étapes d'un ministère ou d'un organisme ; `slug` nul pour les démarches qui n'en ont pas."""

    slug: str | None
    nom: str | None
    ministere: Annotated[str | None, Field(description="slug du ministère, quand le groupe est un organisme")]
    en_retard: Retard
    elements: list[Etape]


@document
class Suivi:
    """Un indicateur à la fin de chaque étape, jusqu'à aujourd'hui. Le catalogue est celui d'aujourd'hui."""

    indicateur: str
    periode: PeriodeLue
    pas: PasSuivi
    perimetre: Perimetre
    echeance: dt.date | None
    en_retard: Retard
    elements: list[Etape]
    groupes: Annotated[list[EtapesDuGroupe] | None, Field(description="avec `par`")] = None


@document
class DemarcheEnRetard:
    """Une démarche qui n'a pas atteint un critère attendu."""

    demarche: str
    titre: str
    ministere: str | None
    organisme: str | None
    en_retard_depuis: Annotated[
        dt.date, Field(description="premier jour du retard en cours : le lendemain de l'échéance, ou plus tard")
    ]
    jours: Annotated[int, Field(description="durée du retard, en jours", ge=1)]


@document
class PageRetards:
    """Une page de démarches en retard, le plus long retard d'abord."""

    indicateur: str
    echeance: dt.date
    jour: dt.date
    perimetre: Perimetre
    total: Retards
    elements: list[DemarcheEnRetard]
    suivant: Annotated[str | None, Field(description="curseur de la page suivante ; nul à la dernière")]


@dataclass(frozen=True)
class _Quoi:
    periode: PeriodeLue
    perimetre: Perimetre
    indicateur: str
    methode: str


@dataclass(frozen=True)
class CroisementLu(Croisement, _Quoi):
    """La satisfaction des démarches qui atteignent un critère (`atteint`) et celle des `autres`. Un groupe de moins de
    cinq démarches ou de cinq avis ne dit rien : ses chiffres sont nuls et `motif` dit pourquoi."""
