"""The statements of interventions: one a function, bound parameters only, in the caller's transaction."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_LECTURE = """
    SELECT i.id, i.demarche_id, i.demandeur, i.demandee_le, i.debut, i.fin, i.description,
           d.slug, d.titre, m.nom AS ministere
    FROM intervention i
    JOIN demarche d ON d.id = i.demarche_id
    LEFT JOIN ministere m ON m.id = d.ministere_id
"""
_SOMMES: Final = ", ".join(f"coalesce(sum(c.n{k}), 0)" for k in range(11))

# One range of the primary key for each window: at most a year of days.
_NOTES = text(f"""
    SELECT f.rang, n.* FROM unnest(CAST(:demarches AS integer[]), CAST(:debuts AS date[]), CAST(:fins AS date[]))
      WITH ORDINALITY AS f (demarche_id, debut, fin, rang)
    CROSS JOIN LATERAL (
      SELECT {_SOMMES} FROM compte c
      WHERE c.demarche_id = f.demarche_id AND c.question = 1 AND c.pas = 'j' AND c.debut BETWEEN f.debut AND f.fin
    ) n ORDER BY f.rang
""")


async def lister(
    db: AsyncSession,
    ministere: str | None = None,
    demarche: int | None = None,
    apres: int = 0,
    limite: int | None = None,
) -> Sequence[Row[Any]]:
    """Interventions in the order of their entry, after the id `apres`, of a ministère, of a démarche, or of any."""
    conditions, valeurs = ["i.id > :apres"], dict[str, Any](apres=apres, limite=limite)
    if ministere:
        conditions.append(":ministere IN (m.slug, m.nom)")
        valeurs["ministere"] = ministere
    if demarche is not None:
        conditions.append("i.demarche_id = :demarche")
        valeurs["demarche"] = demarche
    requete = f"{_LECTURE} WHERE {' AND '.join(conditions)} ORDER BY i.id LIMIT CAST(:limite AS integer)"
    return (await db.execute(text(requete), valeurs)).all()


async def dates(db: AsyncSession, demarches: Sequence[int]) -> Sequence[Row[Any]]:
    """When interventions on these démarches took place: `id`, `demarche_id`, `debut`, `fin`; those that began."""
    requete = text(
        "SELECT id, demarche_id, debut, fin FROM intervention"
        " WHERE debut IS NOT NULL AND demarche_id = ANY (CAST(:demarches AS integer[]))"
    )
    return (await db.execute(requete, {"demarches": list(demarches)})).all()


async def notes(db: AsyncSession, fenetres: Sequence[tuple[int, dt.date, dt.date]]) -> list[Sequence[int]]:
    """The counts n0..n10 of each window (démarche, first day, last day), in the same order."""
    demarches, debuts, fins = zip(*fenetres, strict=True) if fenetres else ((), (), ())
    rows = await db.execute(_NOTES, {"demarches": list(demarches), "debuts": list(debuts), "fins": list(fins)})
    return [row[1:12] for row in rows]


async def ajouter(db: AsyncSession, valeurs: Mapping[str, Any]) -> int:
    """A new request for help; gives its number."""
    requete = text(
        "INSERT INTO intervention (demarche_id, demandeur, demandee_le, description)"
        " VALUES (:demarche_id, :demandeur, :demandee_le, :description) RETURNING id"
    )
    numero: int = (await db.execute(requete, dict(valeurs))).scalar_one()
    return numero


async def prendre(db: AsyncSession, numero: int) -> Row[Any] | None:
    """One intervention, that nobody else changes until the end of the transaction."""
    requete = text("SELECT id, demandee_le, debut, fin FROM intervention WHERE id = :id FOR UPDATE")
    return (await db.execute(requete, {"id": numero})).one_or_none()


async def dater(db: AsyncSession, numero: int, debut: dt.date, fin: dt.date | None) -> None:
    """When it began, and ended."""
    await db.execute(
        text("UPDATE intervention SET debut = :debut, fin = :fin WHERE id = :id"),
        {"id": numero, "debut": debut, "fin": fin},
    )
