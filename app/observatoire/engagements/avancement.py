"""How far the targets of engagements are today, from a survey of the démarches. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Row

from app.indices.fiches import Fiche
from app.indices.lignes import Ligne
from app.observatoire.bilan import Bilan, bilan
from app.observatoire.declarations import Identite
from app.observatoire.engagements.schemas import Avancement
from app.observatoire.indicateurs.satisfaction import SATISFACTION
from app.observatoire.sql import Parmi
from app.observatoire.valeurs import NON_MESURE, Valeur

Perimetre = tuple[str | None, ...] | frozenset[int]
"""Ids of démarches; or (), (ministère,), (ministère, organisme) by slug."""


class Mesuree(Protocol):
    """A démarche and what indicateurs say of it."""

    @property
    def demarche(self) -> Identite | Fiche: ...
    @property
    def valeurs(self) -> Mapping[str, Valeur]: ...


class Notee(NamedTuple):
    """A démarche whose notes were read, and what indicateurs say of it."""

    demarche: Fiche
    valeurs: Mapping[str, Valeur]


class Avancements:
    """Each perimeter is added up once, however many engagements aim at it."""

    def __init__(self, lignes: Sequence[Mesuree]) -> None:
        self._lignes = lignes
        self._bilan = cache(self._additionner)

    def de(self, row: Row[Any]) -> Avancement:
        """The share of the perimeter that meets the indicateur of an engagement, against its target."""
        b = self._bilan(row.indicateur, perimetre(row))
        if b.part is None:
            return Avancement(None, b.publies, b.atteints, b.demarches, None, None)
        return Avancement(b.part, b.publies, b.atteints, b.demarches, 100 * (b.part - row.cible), b.part >= row.cible)

    def _additionner(self, indicateur: str, ou: Perimetre) -> Bilan:
        lignes = self._lignes
        if isinstance(ou, frozenset):
            lignes = [ligne for ligne in lignes if ligne.demarche.id in ou]
        elif ou:
            n = len(ou)
            lignes = [
                ligne for ligne in lignes if (ligne.demarche.ministere_slug, ligne.demarche.organisme_slug)[:n] == ou
            ]
        return bilan([ligne.valeurs[indicateur] for ligne in lignes])


def perimetre(row: Row[Any]) -> Perimetre:
    """The démarches of an engagement; else its organisme's; else its ministère's; else all."""
    if row.demarches:
        return frozenset(demarche["id"] for demarche in row.demarches)
    if row.organisme_slug is not None:
        return row.ministere_slug, row.organisme_slug
    return () if row.ministere_slug is None else (row.ministere_slug,)


_EXEMPTE, _INSUFFISANT = Valeur("exempte"), Valeur("insuffisant")
_AU_DESSUS, _PAS_AU_DESSUS = Valeur("publie", atteint=True), Valeur("publie", atteint=False)


def satisfaction(ligne: Ligne, exemptions: Mapping[str, str]) -> Valeur:
    """Whether a démarche is above 7, as the indicateur says, and nothing else of it."""
    if SATISFACTION.cle in exemptions:
        return _EXEMPTE
    if (dessus := ligne.au_dessus_de_7) is not None:
        return _AU_DESSUS if dessus else _PAS_AU_DESSUS
    return _INSUFFISANT if ligne.total else NON_MESURE


def parmi(rows: Iterable[Row[Any]]) -> Parmi | None:
    """The démarches that the perimeters of these engagements are made of; None for all."""
    ids: set[int] = set()
    ministeres: set[str] = set()
    for row in rows:
        ou = perimetre(row)
        if isinstance(ou, frozenset):
            ids |= ou
        elif ou and ou[0] is not None:
            ministeres.add(ou[0])
        else:
            return None
    return Parmi(tuple(sorted(ids)), tuple(sorted(ministeres)))
