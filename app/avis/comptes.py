"""`verify` and `rebuild`: the counts held against a recount of every avis, while the service runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from app.avis import sql
from app.avis.models import NIVEAUX
from app.database import raw_connection

PAR_FOIS = 20
"""Démarches recounted by one statement: memory stays bounded, and progress shows."""

Progress = Callable[[int, int], None]


@dataclass
class Bilan:
    """What a recount found: démarches and avis read, rows of counts that differ and by how much."""

    demarches: int = 0
    avis: int = 0
    ecarts: list[dict[str, Any]] = field(default_factory=list)
    corriges: int = 0


async def verify(engine: AsyncEngine, progress: Progress = lambda _done, _all: None) -> Bilan:
    """Recount everything; `ecarts` says what should be added to which count (empty when all is right)."""
    bilan = Bilan()
    async with raw_connection(engine) as connection:
        demarches = await sql.demarches_a_compter(connection)
        for start in range(0, len(demarches), PAR_FOIS):
            some = demarches[start : start + PAR_FOIS]
            bilan.ecarts += [dict(row) for row in await sql.ecarts(connection, some)]
            bilan.avis += await sql.total_avis(connection, some)
            bilan.demarches += len(some)
            progress(bilan.demarches, len(demarches))
    return bilan


async def rebuild(engine: AsyncEngine, progress: Progress = lambda _done, _all: None) -> Bilan:
    """Make every count equal to its recount, without stopping deposits.

    The difference seen in one snapshot is added to the counts, as a deposit would: whatever commits meanwhile adds to
    both sides. Only two rebuilds at once would correct twice, so one waits for the other.
    """
    bilan = Bilan()
    async with raw_connection(engine) as connection:
        demarches = await sql.demarches_a_compter(connection)
        for start in range(0, len(demarches), PAR_FOIS):
            some = demarches[start : start + PAR_FOIS]
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", sql.VERROU_COMPTES)
                bilan.corriges += await sql.corriger(connection, some)
            bilan.demarches += len(some)
            progress(bilan.demarches, len(demarches))
    return bilan


def describe(ecart: dict[str, Any]) -> str:
    """One difference as a French line."""
    levels = ", ".join(f"niveau {k} : {ecart[n]:+d}" for k, n in enumerate(NIVEAUX) if ecart[n])
    pas = "jour" if ecart["pas"] == "j" else "mois"
    return (
        f"démarche {ecart['demarche_id']}, bouton {ecart['bouton_id']}, question {ecart['question']}, "
        f"{pas} {ecart['debut']} — à ajouter : {levels}"
    )
