"""How far the targets of engagements are today, from a survey of the démarches. Pure."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Row

from app.observatoire.bilan import Bilan, bilan
from app.observatoire.engagements.schemas import Avancement
from app.observatoire.releve import Ligne, par_groupe

Perimetre = tuple[str | None, ...] | frozenset[int]
"""Ids of démarches; or (), (ministère,), (ministère, organisme) by slug."""


class Avancements:
    """Each perimeter is added up once, however many engagements aim at it."""

    def __init__(self, lignes: Sequence[Ligne]) -> None:
        self._par_id = {ligne.demarche.id: ligne for ligne in lignes}
        self._groupes: dict[tuple[str | None, ...], Sequence[Ligne]] = {
            (): lignes,
            **par_groupe(lignes, lambda d: (d.ministere_slug,)),
            **par_groupe(lignes, lambda d: (d.ministere_slug, d.organisme_slug)),
        }
        self._bilan = cache(self._additionner)

    def de(self, row: Row[Any]) -> Avancement:
        """The share of the perimeter that meets the indicateur of an engagement, against its target."""
        b = self._bilan(row.indicateur, perimetre(row))
        if b.part is None:
            return Avancement(None, b.publies, b.atteints, b.demarches, None, None)
        return Avancement(b.part, b.publies, b.atteints, b.demarches, 100 * (b.part - row.cible), b.part >= row.cible)

    def _additionner(self, indicateur: str, ou: Perimetre) -> Bilan:
        if isinstance(ou, frozenset):
            lignes: Sequence[Ligne] = [self._par_id[cle] for cle in sorted(ou) if cle in self._par_id]
        else:
            lignes = self._groupes.get(ou, ())
        return bilan([ligne.valeurs[indicateur] for ligne in lignes])


def perimetre(row: Row[Any]) -> Perimetre:
    """The démarches of an engagement; else its organisme's; else its ministère's; else all."""
    if row.demarches:
        return frozenset(demarche["id"] for demarche in row.demarches)
    if row.organisme_slug is not None:
        return row.ministere_slug, row.organisme_slug
    return () if row.ministere_slug is None else (row.ministere_slug,)
