"""Which démarches a list shows, and in which order: the same for a page and for its CSV. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, TypeVar

from app.indices.fiches import Fiche
from app.indices.formules import Intervalle, Statut
from app.site.adresse import Adressable
from app.site.paroles import Certitude, certitude

Tri = Literal["pertinence", "titre", "note", "satisfaits", "avis"]
Ordre = Literal["croissant", "decroissant"]
Constat = Literal["atteint", "non_atteint", "sans_reponse"]

PAR_PAGE: Final = 40
_ORDRES: Final[dict[Tri, Ordre]] = {
    "pertinence": "croissant",
    "titre": "croissant",
    "note": "decroissant",
    "satisfaits": "decroissant",
    "avis": "decroissant",
}
SANS: Final = "aucun"
"""As a ministère: the démarches that have none."""


class Montrable(Protocol):
    """What lists sort and show: a live démarche or a published one, with its figures."""

    @property
    def demarche(self) -> Fiche: ...
    @property
    def total(self) -> int: ...
    @property
    def publiee(self) -> bool: ...
    @property
    def statut(self) -> Statut: ...
    @property
    def note_moyenne(self) -> float | None: ...
    @property
    def note_moyenne_ic95(self) -> Intervalle | None: ...
    @property
    def part_satisfaits(self) -> float | None: ...


L = TypeVar("L", bound=Montrable)


@dataclass(frozen=True, slots=True)
class Criteres(Adressable):
    """What is asked of a list, as its address says it; an empty text leaves the choice open."""

    q: str = ""
    ministere: str = ""
    organisme: str = ""
    statut: str = ""
    certitude: str = ""
    indicateur: str = ""
    constat: str = ""
    tri: str = ""
    ordre: str = ""
    debut: str = ""
    fin: str = ""

    @property
    def tri_choisi(self) -> Tri:
        """What the list is sorted by: the best answers first when words are searched, else titles."""
        if self.tri in _ORDRES and (self.tri != "pertinence" or self.q):
            return self.tri
        return "pertinence" if self.q else "titre"

    @property
    def ordre_choisi(self) -> Ordre:
        return self.ordre if self.ordre in {"croissant", "decroissant"} else _ORDRES[self.tri_choisi]  # type: ignore[return-value]

    def adresse_triee(self, chemin: str, tri: Tri) -> str:
        """The same list sorted by a column; the other way round when it is already."""
        ordre: str = _ORDRES[tri]
        if tri == self.tri_choisi and ordre == self.ordre_choisi:
            ordre = "croissant" if ordre == "decroissant" else "decroissant"
        return self.adresse(chemin, tri=tri, ordre="" if ordre == _ORDRES[tri] else ordre)


def certitude_de(ligne: Montrable) -> Certitude | None:
    """How sure it is that a démarche is above 7; None when its indice is not published."""
    return certitude(ligne.note_moyenne, ligne.note_moyenne_ic95) if ligne.publiee else None


def selectionner(
    lignes: Iterable[L],
    criteres: Criteres,
    places: Mapping[int, int] | None,
    constats: Mapping[int, Constat] | None = None,
) -> list[L]:
    """The démarches that answer, in order. `places`: what a search found, None when nothing was searched; `constats`:
    what the chosen indicateur says of each, None when none was chosen.
    """
    gardees = [
        ligne
        for ligne in lignes
        if _repond(ligne, criteres, places) and (constats is None or criteres.constat == constats[ligne.demarche.id])
    ]
    return trier(gardees, criteres.tri_choisi, criteres.ordre_choisi, places or {})


def _repond(ligne: Montrable, criteres: Criteres, places: Mapping[int, int] | None) -> bool:
    d = ligne.demarche
    return (
        (places is None or d.id in places)
        and (not criteres.ministere or criteres.ministere in {d.ministere_slug or SANS, d.ministere})
        and (not criteres.organisme or criteres.organisme in {d.organisme_slug, d.organisme})
        and (not criteres.statut or criteres.statut == ligne.statut)
        and (not criteres.certitude or criteres.certitude == certitude_de(ligne))
    )


def trier(lignes: Sequence[L], tri: Tri, ordre: Ordre, places: Mapping[int, int]) -> list[L]:
    """In order; those that have no published value come last whatever the order, and equals in the order of titles."""
    valeur = _valeurs(places)[tri]
    par_titre = sorted(lignes, key=lambda ligne: (ligne.demarche.titre_recherche, ligne.demarche.id))
    avec = [ligne for ligne in par_titre if valeur(ligne) is not None]
    avec.sort(key=valeur, reverse=ordre == "decroissant")
    return avec + [ligne for ligne in par_titre if valeur(ligne) is None]


def _valeurs(places: Mapping[int, int]) -> dict[Tri, Callable[[Montrable], Any]]:
    return {
        "pertinence": lambda ligne: places.get(ligne.demarche.id),
        "titre": lambda ligne: ligne.demarche.titre_recherche,
        "note": lambda ligne: ligne.note_moyenne if ligne.publiee else None,
        "satisfaits": lambda ligne: ligne.part_satisfaits if ligne.publiee else None,
        "avis": lambda ligne: ligne.total,
    }
