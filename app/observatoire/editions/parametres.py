"""What an édition is asked to be, checked. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from app.demarches.texte import a_un_caractere_interdit, check_slug, nettoyer
from app.indices.periode import Periode
from app.observatoire.editions.refus import ChampEdition
from app.observatoire.indicateurs import PAR_CLE

PerimetreEdition = Literal["toutes", "top_250", "liste"]
RESERVES: Final = frozenset({"comparaison", "comparer"})
"""Addresses under /editions that are not éditions."""
TEXTE_MAX: Final = 1000
_INT32: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Parametres:
    """`minimum`: how many avis a published indice needs. `cibles`: by indicateur, the share of démarches to reach.
    `catalogue`: the ids of the démarches of a `liste`, and of nothing else.
    """

    titre: str
    periode: Periode
    minimum: int
    perimetre: PerimetreEdition = "toutes"
    cibles: Mapping[str, float] | None = None
    catalogue: Sequence[int] | None = None

    def colonnes(self) -> dict[str, Any]:
        """As they are stored; ChampEdition for the first one that cannot be."""
        if not 1 <= self.minimum <= _INT32:
            raise ChampEdition("minimum", "un nombre d'avis à partir de 1 est attendu")
        return {
            "titre": check_texte("titre", self.titre),
            "debut": self.periode.debut,
            "fin": self.periode.fin,
            "minimum": self.minimum,
            "perimetre": self.perimetre,
            "catalogue": list(self.catalogue) if self.catalogue else None,
            "cibles": check_cibles(self.cibles or {}),
        }


def check_nom(slug: str) -> str:
    """The slug of an édition; ChampEdition otherwise."""
    try:
        check_slug(slug)
    except ValueError as error:
        raise ChampEdition("slug", str(error)) from None
    if slug in RESERVES:
        raise ChampEdition("slug", f"« {slug} » est un mot réservé")
    return slug


def check_texte(champ: str, texte: str) -> str:
    """A text that is there, short, and that a page can carry; ChampEdition otherwise."""
    propre = nettoyer(texte)
    if not propre:
        raise ChampEdition(champ, "ce texte est obligatoire")
    if len(propre) > TEXTE_MAX or a_un_caractere_interdit(propre):
        raise ChampEdition(champ, f"{TEXTE_MAX} caractères au plus, sans caractère de contrôle")
    return propre


def check_cibles(cibles: Mapping[str, float]) -> dict[str, float]:
    """Targets of indicateurs that exist, each a share; ChampEdition otherwise."""
    for cle, part in cibles.items():
        if cle not in PAR_CLE:
            raise ChampEdition(
                "cible", f"l'indicateur « {cle[:100]} » n'existe pas (indicateurs : {', '.join(PAR_CLE)})"
            )
        if math.isnan(part) or not 0 <= part <= 1:
            raise ChampEdition("cible", f"la cible de {cle} est une part entre 0 et 1 (0.8 pour 80 %)")
    return dict(cibles)
