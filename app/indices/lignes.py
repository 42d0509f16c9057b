"""Every démarche with its notes over a période: what lists and comparisons are made of, read at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.indices import sql
from app.indices.fiches import Fiche, lire_fiches
from app.indices.formules import (
    SEUIL,
    Intervalle,
    Statut,
    au_dessus_de_7,
    note_moyenne,
    note_moyenne_ic95,
    part_satisfaits,
    statut,
)
from app.indices.periode import Periode
from app.indices.service import segments_lus
from app.indices.surfaces import PAGES


@dataclass(slots=True)  # not frozen: every page makes thousands
class Ligne:
    """A démarche, the counts of its notes and how many there are.

    Its figures are made when asked for: a list sorts thousands and shows a few.
    """

    demarche: Fiche
    note: Sequence[int]
    total: int
    minimum: int

    @property
    def publiee(self) -> bool:
        """Whether its figures may be shown: from the minimum on, and never those of fewer than five people."""
        return self.total >= self.minimum and not PAGES.tait(self.total)

    @property
    def statut(self) -> Statut:
        """Why they may not."""
        return statut(self.total, max(self.minimum, PAGES.personnes))

    @property
    def note_moyenne(self) -> float | None:
        return note_moyenne(self.note)

    @property
    def au_dessus_de_7(self) -> bool | None:
        return au_dessus_de_7(self.note, self.minimum)

    @property
    def note_moyenne_ic95(self) -> Intervalle | None:
        return note_moyenne_ic95(self.note)

    @property
    def satisfaits(self) -> int:
        return sum(self.note[SEUIL + 1 :])

    @property
    def part_satisfaits(self) -> float | None:
        return part_satisfaits(self.satisfaits, self.total)


async def lire_lignes(db: AsyncSession, periode: Periode, minimum: int) -> list[Ligne]:
    """Every démarche, in the order of their creation."""
    demarches = await lire_fiches(db)
    notes = await sql.notes_de_toutes(db, segments_lus(periode))
    return [Ligne(d, notes[d.id], sum(notes[d.id]), minimum) for d in demarches]
