"""What the API says of éditions, for its documentation: the answers themselves are the texts that were stored."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from pydantic.dataclasses import dataclass as document

from app.indices.formules import Indice
from app.indices.schemas import PeriodeLue
from app.observatoire.bilan import Bilan
from app.observatoire.editions.comparaison import Evolution
from app.observatoire.editions.parametres import PerimetreEdition
from app.observatoire.valeurs import Valeur

Part = Annotated[float | None, Field(description="`atteints / publies` ; nulle si rien n'est publié", ge=0, le=1)]
Revision = Annotated[int, Field(description="1 à la première publication", ge=1)]


@document
class SeuilsDeLIndicateur:
    """Un indicateur tel qu'il était défini à la publication."""

    titre: str
    critere: Annotated[str, Field(description="quand il est atteint")]
    unite: Annotated[str, Field(description="`/10`, `%` (valeur entre 0 et 1), `ms`, ou rien")]
    sens: Annotated[int, Field(description="1 : plus vaut mieux ; -1 : moins vaut mieux ; 0 : ni l'un ni l'autre")]
    seuils: dict[str, float]


@dataclass(frozen=True)
class BilanDeLIndicateur(Bilan):
    """Le bilan d'un indicateur sur toutes les démarches de l'édition."""

    cible: Annotated[float | None, Field(description="part visée, fixée à la préparation")] = None
    cible_atteinte: Annotated[bool | None, Field(description="nul sans cible, ou si rien n'est publié")] = None


@document
class BilanNational:
    """Toutes les démarches de l'édition."""

    demarches: int
    avis: int
    indicateurs: dict[str, BilanDeLIndicateur]


@document
class BilanDuMinistere:
    """Les démarches d'un ministère ; `slug` nul pour celles qui n'en ont pas."""

    slug: str | None
    nom: str | None
    demarches: int
    avis: int
    indicateurs: dict[str, Bilan]


@document
class BilanDeLOrganisme(BilanDuMinistere):
    """Les démarches d'un organisme ; `ministere` est le slug du sien."""

    ministere: str | None


@document
class Groupes:
    """Le même bilan, par ministère et par organisme."""

    ministeres: list[BilanDuMinistere]
    organismes: list[BilanDeLOrganisme]


@document
class EditionLue:
    """Une édition publiée, dans sa dernière révision."""

    slug: str
    revision: Revision
    titre: str
    periode: PeriodeLue
    minimum: Annotated[int, Field(description="nombre d'avis à partir duquel un indice est publié")]
    perimetre: PerimetreEdition
    cibles: Annotated[dict[str, float], Field(description="par indicateur, la part de démarches visée")]
    raison: Annotated[str | None, Field(description="pourquoi cette révision ; nulle à la première publication")]
    publiee_le: dt.datetime
    methode: Annotated[str, Field(description="version des formules")]
    seuils: dict[str, SeuilsDeLIndicateur]
    bilan: BilanNational
    empreinte: Annotated[str, Field(description="SHA-256 de la forme canonique, en hexadécimal")]


@document
class PageEditions:
    """Une page d'éditions."""

    elements: list[EditionLue]
    suivant: Annotated[str | None, Field(description="curseur de la page suivante ; nul à la dernière")]


@document
class RevisionLue:
    """Une publication de l'édition ; toutes restent lisibles."""

    revision: Revision
    raison: str | None
    publiee_le: dt.datetime
    empreinte: str


@document
class DemarcheFigee:
    """Une démarche telle que le catalogue la décrivait à la publication."""

    slug: str
    titre: str
    url: str | None
    ministere_slug: str | None
    ministere: str | None
    organisme_slug: str | None
    organisme: str | None
    top_250: bool
    identifiants: list[str]


@document
class ElementDeLEdition:
    """Une démarche et ce que dit d'elle chaque indicateur."""

    demarche: DemarcheFigee
    notes: Annotated[list[int], Field(description="nombre d'avis de chaque note, de 0 à 10")]
    indice: Indice
    valeurs: Annotated[dict[str, Valeur], Field(description="par indicateur ; nul ne veut jamais dire zéro")]


@document
class EditionEntiere(EditionLue):
    """Une édition publiée : rien n'y changera plus, sinon `revisions`, qui liste aussi les suivantes."""

    groupes: Groupes
    revisions: list[RevisionLue]
    elements: Annotated[list[ElementDeLEdition], Field(description="par slug")]
    suivant: Annotated[str | None, Field(description="curseur de la page suivante ; nul à la dernière")]


@document
class EditionComparee:
    """L'une des deux éditions."""

    slug: str
    revision: Revision
    titre: str
    periode: PeriodeLue
    methode: str
    minimum: int
    perimetre: PerimetreEdition
    empreinte: str


@document
class PartComparee:
    """Le numérateur, le dénominateur, la part."""

    publies: int
    atteints: int
    part: Part


@document
class EcartDeParts:
    """Une part dans chaque édition."""

    de: PartComparee
    a: PartComparee
    ecart_points: Annotated[float | None, Field(description="différence en points ; nulle si une part l'est")]


@document
class IndicateurCompare:
    """Un indicateur d'une édition à l'autre. Les comptes portent sur les démarches présentes dans les deux."""

    titre: str
    bilan: Annotated[EcartDeParts, Field(description="sur toutes les démarches de chaque édition")]
    bilan_communes: Annotated[EcartDeParts, Field(description="sur les démarches présentes dans les deux")]
    mieux: int
    moins_bien: int
    identique: int
    different: Annotated[int, Field(description="autre valeur, ni meilleure ni moins bonne")]
    devenue_mesuree: int
    plus_mesuree: int
    non_mesuree: Annotated[int, Field(description="dans aucune des deux")]
    seuil_franchi: Annotated[int, Field(description="critère atteint, qui ne l'était pas")]
    seuil_perdu: Annotated[int, Field(description="critère qui n'est plus atteint")]
    mieux_au_dela_du_hasard: Annotated[int | None, Field(description="pour la satisfaction")] = None
    moins_bien_au_dela_du_hasard: Annotated[int | None, Field(description="pour la satisfaction")] = None


@document
class NomDeDemarche:
    """Comment une démarche s'appelle dans une édition."""

    slug: str
    titre: str


@document
class Renommee:
    """Une démarche qui a changé de slug ou de titre."""

    de: NomDeDemarche
    a: NomDeDemarche


@document
class ChangementLu:
    """Ce qu'un indicateur dit d'une démarche dans les deux éditions."""

    evolution: Evolution
    seuil: Annotated[str | None, Field(description="`franchi` ou `perdu`")]
    ecart: Annotated[float | None, Field(description="seconde valeur moins première ; nul sans deux nombres publiés")]
    de: dict[str, Any]
    a: dict[str, Any]
    ecart_ic95: Annotated[
        tuple[float, float] | None,
        Field(description="pour la satisfaction : intervalle à 95 % de la différence des moyennes (Welch)"),
    ] = None
    au_dela_du_hasard: Annotated[
        bool | None,
        Field(
            description="l'intervalle ne contient pas 0 ; sur 100 démarches inchangées, 5 le paraîtraient tout de même"
        ),
    ] = None


@document
class DemarcheComparee:
    """Une démarche présente dans les deux, et les seuls indicateurs qui y changent."""

    demarche: str
    titre: str
    changements: dict[str, ChangementLu]


@document
class Comparaison:
    """Ce qui change de l'édition `de` à l'édition `a`. Une démarche renommée reste la même."""

    de: EditionComparee
    a: EditionComparee
    conditions_differentes: Annotated[
        list[str],
        Field(
            description="ce qui n'est pas pareil et gêne la comparaison : `methode`, `minimum`, `perimetre`, ou"
            " `catalogue` (deux listes de démarches différentes)"
        ),
    ]
    seuils_differents: Annotated[list[str], Field(description="indicateurs définis autrement dans chacune")]
    indicateurs_ajoutes: list[str]
    indicateurs_retires: list[str]
    jours_communs: Annotated[
        int, Field(description="jours que comptent les deux périodes : leurs avis sont dans les deux éditions")
    ]
    communes: Annotated[int, Field(description="démarches présentes dans les deux")]
    changees: Annotated[int, Field(description="celles dont quelque chose a changé : toutes les pages d'`elements`")]
    entrees: list[NomDeDemarche]
    sorties: list[NomDeDemarche]
    renommees: list[Renommee]
    indicateurs: dict[str, IndicateurCompare]
    elements: list[DemarcheComparee]
    suivant: Annotated[str | None, Field(description="curseur de la page suivante ; nul à la dernière")]
