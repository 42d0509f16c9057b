"""The statements of the national service's addresses: counts from `compte` only, one a function."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, Literal

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.avis.models import NIVEAUX
from app.indices.periode import Segment

SANS_NUMERO: Final = 1_000_000_000
"""Added to our own id, the number of a démarche or of a bouton that the national service does not know: out of the
reach of its own."""

Unite = Literal["day", "week", "month", "year"]

_FORMULAIRES = """
  SELECT i.bouton_id, i.valeur FROM identifiant_bouton i WHERE i.source = 'jdma-formulaire'
  UNION ALL  -- an import of the catalogue names démarches: such a name is that of the first bouton
  SELECT (SELECT min(b.id) FROM bouton b WHERE b.demarche_id = i.demarche_id AND NOT b.essai), i.valeur
  FROM identifiant i WHERE i.source = 'jdma-formulaire'
  AND NOT EXISTS (SELECT FROM identifiant_bouton n WHERE n.source = i.source AND n.valeur = i.valeur)
"""
_NOMBRE = "~ '^[0-9]{1,15}$'"


async def toucher(connection: AsyncConnection) -> None:
    """Nothing, if the database answers."""
    await connection.execute(text("SELECT 1"))


async def trouver_demarche(db: AsyncSession, source: str, numero: int) -> int | None:
    """The id of the démarche that has this number in a source, or none there and this number made from its id."""
    statement = text("""
        SELECT coalesce((SELECT demarche_id FROM identifiant WHERE source = :source AND valeur = :valeur),
                        (SELECT id FROM demarche WHERE id = CAST(:id AS integer)))""")
    valeurs = {"source": source, "valeur": str(numero), "id": _id(numero) if source == "jdma" else None}
    return (await db.execute(statement, valeurs)).scalar()


async def trouver_bouton(db: AsyncSession, demarche: int, numero: int) -> int | None:
    """The id of the bouton of a démarche that has this number."""
    statement = text(f"""
        WITH noms AS ({_FORMULAIRES})
        SELECT id FROM bouton WHERE demarche_id = :demarche AND NOT essai
        AND id = coalesce((SELECT bouton_id FROM noms WHERE valeur = :valeur), CAST(:id AS integer))""")
    valeurs = {"demarche": demarche, "valeur": str(numero), "id": _id(numero)}
    return (await db.execute(statement, valeurs)).scalar()


def _id(numero: int) -> int | None:
    propre = numero - SANS_NUMERO
    return propre if 0 < propre < SANS_NUMERO else None


async def demarches(db: AsyncSession) -> Sequence[Row[Any]]:
    """Every démarche in the order of creation, with its numbers in the national service, the lowest first."""
    statement = text(f"""
        SELECT d.id, d.titre, d.ministere_id, coalesce(o.nom, m.nom, '') AS entite,
               d.top_250_depuis, d.top_250_jusqu_au,
               ARRAY (SELECT CAST(i.valeur AS bigint) FROM identifiant i
                      WHERE i.demarche_id = d.id AND i.source = 'jdma' AND i.valeur {_NOMBRE} ORDER BY 1) AS numeros
        FROM demarche d
        LEFT JOIN organisme o ON o.id = d.organisme_id
        LEFT JOIN ministere m ON m.id = d.ministere_id
        ORDER BY d.id""")
    return (await db.execute(statement)).all()


async def boutons(db: AsyncSession) -> Sequence[Row[Any]]:
    """Every bouton that counts avis, the first of each démarche first, with its numbers, the lowest first."""
    statement = text(f"""
        WITH noms AS ({_FORMULAIRES}), numeros AS (
          SELECT bouton_id, array_agg(CAST(valeur AS bigint) ORDER BY CAST(valeur AS bigint)) AS numeros
          FROM noms WHERE valeur {_NOMBRE} GROUP BY 1)
        SELECT b.id, b.demarche_id, b.nom, coalesce(n.numeros, '{{}}') AS numeros
        FROM bouton b LEFT JOIN numeros n ON n.bouton_id = b.id
        WHERE NOT b.essai ORDER BY b.demarche_id, b.id""")
    return (await db.execute(statement)).all()


@lru_cache
def _compter(runs: tuple[tuple[str, int], ...], unite: Unite | None, par_bouton: bool) -> TextClause:
    """Each run of days or months is a branch of its own: a join with the list of runs would read the whole table."""
    niveaux = ", ".join(NIVEAUX)
    filtre = "AND bouton_id = ANY (CAST(:boutons AS integer[]))" if par_bouton else ""
    branches = " UNION ALL ".join(
        f"""SELECT demarche_id, bouton_id, question, debut, {signe} AS signe, {niveaux} FROM compte
            WHERE demarche_id = ANY (CAST(:demarches AS integer[])) {filtre}
            AND question = ANY (CAST(:questions AS smallint[])) AND pas = '{pas}'
            AND debut >= CAST(:d{rang} AS date) AND debut < CAST(:f{rang} AS date)"""
        for rang, (pas, signe) in enumerate(runs)
    )
    etape = f"CAST(date_trunc('{unite}', CAST(debut AS timestamp)) AS date)" if unite else "CAST(NULL AS date)"
    sommes = ", ".join(f"sum(signe * {niveau})" for niveau in NIVEAUX)
    return text(f"""SELECT demarche_id, bouton_id, {etape} AS etape, question, {sommes}
                    FROM ({branches}) c GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4""")


async def compter(
    db: AsyncSession,
    demarches: Iterable[int],
    segments: Sequence[Segment],
    questions: Sequence[int],
    unite: Unite | None = None,
    boutons: Sequence[int] | None = None,
) -> Sequence[Row[Any]]:
    """(démarche, bouton, first day of the step, question, n0..n10) of these démarches, or of these of their boutons."""
    valeurs: dict[str, Any] = {"demarches": list(demarches), "questions": list(questions)}
    if boutons is not None:
        valeurs["boutons"] = list(boutons)
    for rang, segment in enumerate(segments):
        valeurs |= {f"d{rang}": segment.debut, f"f{rang}": segment.fin}
    runs = tuple((segment.pas, int(segment.signe)) for segment in segments)
    return (await db.execute(_compter(runs, unite, boutons is not None), valeurs)).all()


async def verrouiller(db: AsyncSession) -> None:
    """Writers of the catalogue pass one at a time; readers and deposits of avis do not wait."""
    await db.execute(text("SELECT verrouiller_catalogue()"))


async def dater_top_250(db: AsyncSession, dates: Sequence[tuple[int, dt.date | None, dt.date | None]]) -> None:
    """The first and last days of démarches in the list of the 250, as (démarche, first, last)."""
    ids, depuis, jusqu_au = zip(*dates, strict=True) if dates else ((), (), ())
    statement = text("""
        UPDATE demarche d SET top_250_depuis = v.depuis, top_250_jusqu_au = v.jusqu_au
        FROM unnest(CAST(:ids AS integer[]), CAST(:depuis AS date[]), CAST(:jusqu_au AS date[]))
             AS v (id, depuis, jusqu_au)
        WHERE d.id = v.id""")
    await db.execute(statement, {"ids": list(ids), "depuis": list(depuis), "jusqu_au": list(jusqu_au)})


async def nommer_bouton(db: AsyncSession, cle: str, source: str, valeur: str) -> Row[Any] | None:
    """Give a bouton a name in another system, unless another one has it; (bouton, who has the name) or None."""
    valeurs = {"cle": cle, "source": source, "valeur": valeur}
    ajouter = text("""
        INSERT INTO identifiant_bouton (source, valeur, bouton_id)
        SELECT :source, :valeur, id FROM bouton WHERE cle = :cle ON CONFLICT DO NOTHING""")
    await db.execute(ajouter, valeurs)
    lire = text("""
        SELECT b.id AS bouton_id, i.bouton_id AS nomme FROM bouton b
        LEFT JOIN identifiant_bouton i ON i.source = :source AND i.valeur = :valeur WHERE b.cle = :cle""")
    return (await db.execute(lire, valeurs)).one_or_none()
