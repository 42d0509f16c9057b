"""The catalogue under the numbers of the national service: `product_id` for a démarche, `form_id` for a bouton."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.compat import sql
from app.compat.refus import IdentifiantPris, IdentifiantsInconnus
from app.demarches.refus import BoutonIntrouvable, ChampInvalide
from app.demarches.texte import a_un_caractere_interdit
from app.equipes.cles import Portee


@dataclass(frozen=True, slots=True)
class BoutonNumerote:
    """A bouton; `numero` is the one to show, several may lead to it."""

    id: int
    demarche_id: int
    nom: str
    numero: int


@dataclass(frozen=True, slots=True)
class DemarcheNumerotee:
    """A démarche and its boutons, the first one first."""

    ligne: Row[Any]
    numero: int
    boutons: list[BoutonNumerote] = field(default_factory=list)

    @property
    def id(self) -> int:
        """Ours, not the national one."""
        return int(self.ligne.id)


Vu = TypeVar("Vu", BoutonNumerote, DemarcheNumerotee)


class Annuaire:
    """The whole catalogue (some thousands of démarches), by number."""

    def __init__(self, demarches: Iterable[Row[Any]], boutons: Iterable[Row[Any]]) -> None:
        self.demarches: dict[int, DemarcheNumerotee] = {}
        self._produits: dict[int, DemarcheNumerotee] = {}
        self._formulaires: dict[int, BoutonNumerote] = {}
        for ligne in demarches:
            numeros = [*ligne.numeros, sql.SANS_NUMERO + ligne.id]
            demarche = self.demarches[ligne.id] = DemarcheNumerotee(ligne, numeros[0])
            self._produits |= {n: demarche for n in numeros if n not in self._produits}
        for ligne in boutons:
            numeros = [*ligne.numeros, sql.SANS_NUMERO + ligne.id]
            bouton = BoutonNumerote(ligne.id, ligne.demarche_id, ligne.nom, numeros[0])
            self.demarches[ligne.demarche_id].boutons.append(bouton)
            self._formulaires |= {n: bouton for n in numeros if n not in self._formulaires}

    def visibles(self, portee: Portee) -> list[DemarcheNumerotee]:
        """The démarches that a key opens, in the order of creation."""
        return [d for d in self.demarches.values() if portee.couvre(d.id, d.ligne.ministere_id)]

    def produits(self, numeros: Iterable[int]) -> dict[int, DemarcheNumerotee]:
        """The démarches of these `product_ids`, in their order. Raises IdentifiantsInconnus."""
        return _trouver("product_ids", self._produits, numeros)

    def formulaires(self, numeros: Iterable[int]) -> dict[int, BoutonNumerote]:
        """The boutons of these `form_ids`, in their order. Raises IdentifiantsInconnus."""
        return _trouver("form_ids", self._formulaires, numeros)


def _trouver(champ: str, connus: dict[int, Vu], numeros: Iterable[int]) -> dict[int, Vu]:
    demandes = list(dict.fromkeys(numeros))
    if inconnus := [numero for numero in demandes if numero not in connus]:
        raise IdentifiantsInconnus(champ, inconnus)
    return {numero: connus[numero] for numero in demandes}


async def lire(db: AsyncSession) -> Annuaire:
    """The catalogue as it is now."""
    return Annuaire(await sql.demarches(db), await sql.boutons(db))


async def nommer_bouton(db: AsyncSession, cle: str, identifiant: str) -> None:
    """Give a bouton the name that it has in another system (`jdma-formulaire:12`); nothing when it has it already.

    Raises BoutonIntrouvable, ChampInvalide, IdentifiantPris.
    """
    source, _, valeur = identifiant.strip().partition(":")
    if not source or not valeur or len(identifiant) > 200 or a_un_caractere_interdit(identifiant):
        raise ChampInvalide("identifiant", "« source:valeur » est attendu (par exemple jdma-formulaire:12)")
    ligne = None if a_un_caractere_interdit(cle) else await sql.nommer_bouton(db, cle, source, valeur)
    if ligne is None:
        raise BoutonIntrouvable.nommant(cle)
    if ligne.nomme != ligne.bouton_id:
        raise IdentifiantPris
