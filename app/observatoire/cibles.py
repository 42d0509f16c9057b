"""The targets of the register against what is measured: whose they are, and where one stands."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from app.observatoire.bilan import Bilan
from app.observatoire.trajectoire import trajectoire

Qui = tuple[str | None, str | None]
"""The slugs of a ministère and of an organisme of it; None and None for everybody."""


class Cibles:
    """Every target (see `sql.cibles`), read on a day."""

    def __init__(self, rows: Iterable[Row[Any]], jour: dt.date) -> None:
        self._jour = jour
        self._cibles: dict[tuple[Qui, str], list[Row[Any]]] = {}
        for row in rows:
            qui = (row.ministere_organisme or row.ministere, row.organisme)
            self._cibles.setdefault((qui, row.indicateur), []).append(row)

    def ajouter(self, qui: Qui, bilans: Mapping[str, Bilan]) -> dict[str, dict[str, Any]]:
        """Each synthesis, with the targets that it is about and where they stand."""
        return {cle: bilan.en_objet() | {"cibles": self._suivre(qui, cle, bilan)} for cle, bilan in bilans.items()}

    def _suivre(self, qui: Qui, cle: str, bilan: Bilan) -> list[dict[str, Any]]:
        return [
            {"engagement": row.engagement}
            | asdict(trajectoire(cle, bilan.atteints, bilan.publies, row.cible, row.echeance, self._jour))
            for row in self._cibles.get((qui, cle), ())
        ]
