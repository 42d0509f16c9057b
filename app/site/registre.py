"""Which engagements a list shows, and in which order. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from app.observatoire.engagements.schemas import EngagementLu
from app.observatoire.engagements.sql import Filtre
from app.site.adresse import Adressable

Tri = Literal["echeance", "retard", "glissements", "titre", "porteur"]
TRIS: Final[dict[Tri, str]] = {
    "echeance": "Échéance",
    "retard": "Retard, le plus long d’abord",
    "glissements": "Échéances les plus repoussées",
    "titre": "Titre",
    "porteur": "Porteur",
}


@dataclass(frozen=True, slots=True)
class CriteresEngagements(Adressable):
    """What is asked of the register, as its address says it; an empty text leaves the choice open."""

    ministere: str = ""
    statut: str = ""
    genre: str = ""
    en_retard: str = ""
    tri: str = ""

    @property
    def tri_choisi(self) -> Tri:
        return self.tri if self.tri in TRIS else "echeance"

    @property
    def filtre(self) -> Filtre:
        """The same, as the register is asked."""
        retard = {"true": True, "false": False}.get(self.en_retard)
        return Filtre(self.ministere or None, self.statut or None, self.genre or None, retard)

    @property
    def csv(self) -> str:
        """The address of the same engagements as CSV."""
        return self.avec(tri="").adresse("/api/v1/engagements.csv")


_VALEURS: Final[dict[Tri, Callable[[EngagementLu], Any]]] = {
    "echeance": lambda e: e.echeance,
    "retard": lambda e: -e.retard_jours if e.en_retard and e.retard_jours is not None else None,
    "glissements": lambda e: -len(e.glissements) or None,
    "titre": lambda e: e.titre.casefold(),
    "porteur": lambda e: e.porteur.casefold(),
}


def trier(engagements: Iterable[EngagementLu], tri: Tri) -> list[EngagementLu]:
    """In order; those without a value come last, and equals in the order of their entry."""
    valeur = _VALEURS[tri]
    tous = list(engagements)
    avec = sorted((e for e in tous if valeur(e) is not None), key=valeur)
    return avec + [e for e in tous if valeur(e) is None]
