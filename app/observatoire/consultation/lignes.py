"""The démarches of an édition as a list shows them: with the very figures that were published. Pure."""

from functools import lru_cache
from typing import Final

import msgspec

from app.demarches.texte import normaliser
from app.indices.fiches import Fiche
from app.indices.formules import Intervalle, Statut
from app.observatoire.donnees.confidentialite import trop_peu


class _Demarche(msgspec.Struct, frozen=True, gc=False):
    slug: str
    titre: str
    ministere_slug: str | None
    ministere: str | None
    organisme_slug: str | None
    organisme: str | None


class Chiffres(msgspec.Struct, frozen=True, gc=False):
    """What a list shows of the indice of a démarche; the rest of its JSON is passed over."""

    statut: Statut
    total: int
    note_moyenne: float | None
    note_moyenne_ic95: Intervalle | None
    part_satisfaits: float | None


class LigneFigee(msgspec.Struct, frozen=True):
    """A démarche of an édition. It reads like a live one (`app.indices.lignes.Ligne`), so the same lists show it."""

    demarche: Fiche
    chiffres: Chiffres

    @property
    def publiee(self) -> bool:
        """Whether its figures may be shown: never those of fewer than five people, though they were published."""
        return self.statut == "publie"

    @property
    def statut(self) -> Statut:
        return "insuffisant" if trop_peu(self.total) else self.chiffres.statut

    @property
    def total(self) -> int:
        return self.chiffres.total

    @property
    def note_moyenne(self) -> float | None:
        return self.chiffres.note_moyenne

    @property
    def note_moyenne_ic95(self) -> Intervalle | None:
        return self.chiffres.note_moyenne_ic95

    @property
    def part_satisfaits(self) -> float | None:
        return self.chiffres.part_satisfaits


_DEMARCHE: Final = msgspec.json.Decoder(_Demarche)
_CHIFFRES: Final = msgspec.json.Decoder(Chiffres)
_normaliser = lru_cache(8192)(normaliser)
"""Titles hardly change from an édition to the next."""


def lire_ligne(demarche_id: int, demarche: str, indice: str) -> LigneFigee:
    """A stored line."""
    d = _DEMARCHE.decode(demarche)
    qui = (d.ministere_slug, d.ministere, d.organisme_slug, d.organisme)
    return LigneFigee(Fiche(demarche_id, d.slug, d.titre, _normaliser(d.titre), *qui), _CHIFFRES.decode(indice))


def places(lignes: list[LigneFigee], mots: str) -> dict[int, int]:
    """By id, the démarches whose title, ministère or organisme hold every one of these words, in any order."""
    cherches = normaliser(mots).split()
    return {
        ligne.demarche.id: 0
        for ligne in lignes
        if all(mot in ligne.demarche.titre_recherche or mot in _qui(ligne.demarche) for mot in cherches)
    }


def _qui(fiche: Fiche) -> str:
    return _normaliser(f"{fiche.ministere or ''} {fiche.organisme or ''}")
