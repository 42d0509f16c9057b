"""The statements of the figures: counts only, from `compte` only, one a function, in the caller's transaction.

Every statement reads the three runs of rows that `segments` gives (months, then days twice, some to be taken away).
Each run is a branch of its own, because a join with the list of runs makes the planner read the whole table.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import add
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.acquis import avant, retenir
from app.avis.questions import A_REPONDU, AIDE, COMPREHENSION, CONTACTS, NIVEAU_AIDE, NOTE
from app.indices.formules import Comptes
from app.indices.periode import Pas, Segment, couper


class _Groupe(NamedTuple):
    """Questions counted together, and the levels that matter."""

    questions: tuple[int, ...]
    niveaux: tuple[int, ...]


_NOTES = "note"
_GROUPES: Final = {  # in the order of `Comptes`
    _NOTES: _Groupe((NOTE,), tuple(range(11))),
    "comprehension": _Groupe((COMPREHENSION,), tuple(range(1, 6))),
    "aide": _Groupe((AIDE,), (A_REPONDU, NIVEAU_AIDE["aucune"])),
    "contacts": _Groupe((CONTACTS,), tuple(range(7))),  # not reached, reached, then the five levels of satisfaction
}
_UNITES: Final[dict[Pas, str]] = {
    "jour": "day",
    "semaine": "week",
    "mois": "month",
    "trimestre": "quarter",
    "annee": "year",
}
QUELQUES: Final = 20
"""Of so many démarches, all rows are read: adding up the past of every démarche would cost more."""
_DEMARCHES = "AND demarche_id = ANY (CAST(:demarches AS integer[]))"
_BOUTON = "AND bouton_id = :bouton"


def _liste(nombres: Iterable[int]) -> str:
    return ", ".join(map(str, nombres))


def _source(groupes: Iterable[str], filtre: str = "") -> str:
    """The rows of the three runs for these groups of questions, each with its sign."""
    questions = _liste(question for nom in groupes for question in _GROUPES[nom].questions)
    niveaux = ", ".join(f"n{n}" for n in sorted({n for nom in groupes for n in _GROUPES[nom].niveaux}))
    branches = (
        f"""SELECT demarche_id, question, debut, CAST(:s{rang} AS integer) AS signe, {niveaux} FROM compte
            WHERE question IN ({questions}) AND pas = '{pas}' {filtre}
            AND debut >= CAST(:d{rang} AS date) AND debut < CAST(:f{rang} AS date)"""
        for rang, pas in enumerate("mjj")
    )
    return "(" + " UNION ALL ".join(branches) + ") c"


def _valeurs(segments: Sequence[Segment]) -> dict[str, Any]:
    """The bounds of the three runs: those that `segments` does not need are empty."""
    vide = Segment("j", dt.date.min, dt.date.min, 1)
    mois = [segment for segment in segments if segment.pas == "m"]
    jours = [segment for segment in segments if segment.pas == "j"]
    trois = [*(mois or [vide]), *jours, vide, vide][:3]
    valeurs: dict[str, Any] = {}
    for rang, segment in enumerate(trois):
        valeurs |= {f"d{rang}": segment.debut, f"f{rang}": segment.fin, f"s{rang}": segment.signe}
    return valeurs


def _pivot() -> str:
    """One column for each group and level."""
    return ", ".join(
        f"coalesce(sum(signe * n{n}) FILTER (WHERE question IN ({_liste(groupe.questions)})), 0)"
        for groupe in _GROUPES.values()
        for n in groupe.niveaux
    )


def _comptes(n: Sequence[int]) -> Comptes:
    """The counts of all the groups, from their levels one after the other."""
    return Comptes(n[:11], n[11:16], n[16:18], n[18:20], n[20:25])


@lru_cache
def _par_cle(cle: str, par_bouton: bool) -> TextClause:
    source = _source(_GROUPES, _DEMARCHES + (_BOUTON if par_bouton else ""))
    return text(f"SELECT {cle}, {_pivot()} FROM {source} GROUP BY 1")


@lru_cache
def _partout(*groupes: str) -> TextClause:
    """Group by group: each row is added once and for its own levels alone, 40 % less than a pivot over every row."""
    sommes = {nom: ", ".join(f"sum(signe * n{n}) AS n{n}" for n in _GROUPES[nom].niveaux) for nom in groupes}
    colonnes = ", ".join(f"coalesce({nom}.n{n}, 0)" for nom in groupes for n in _GROUPES[nom].niveaux)
    jointures = " ".join(
        f"""LEFT JOIN (SELECT demarche_id, {sommes[nom]} FROM {_source([nom])} GROUP BY 1) {nom}
            ON {nom}.demarche_id = d.id"""
        for nom in groupes
    )
    return text(f"SELECT d.id, {colonnes} FROM demarche d {jointures}")


async def comptes_de(
    db: AsyncSession, demarches: Sequence[int], segments: Sequence[Segment], bouton: int | None = None
) -> dict[int, Comptes]:
    """The counts of these démarches, or of one bouton; those that have no avis may be left out."""
    valeurs = {"demarches": demarches} if bouton is None else {"demarches": demarches, "bouton": bouton}
    requete = _par_cle("demarche_id", bouton is not None)
    anciens, recents = couper(segments, avant(db) if len(demarches) > QUELQUES else None)
    trouves: dict[int, Sequence[int]] = {
        row[0]: row[1:] for row in await db.execute(requete, _valeurs(recents) | valeurs)
    }
    if anciens:
        passe = await _passe(db, tuple(_GROUPES), anciens)
        trouves = {d: _ajouter(passe[d], trouves[d]) if d in trouves else passe[d] for d in demarches if d in passe}
    return {demarche: _comptes(niveaux) for demarche, niveaux in trouves.items()}


async def comptes_par_etape(
    db: AsyncSession, demarche: int, segments: Sequence[Segment], pas: Pas
) -> dict[dt.date, Comptes]:
    """The counts of a démarche by the first day of each step, as `debut_etape` gives it; empty steps are left out.

    A month that is taken whole, then corrected by its days, falls into one step with them.
    """
    etape = "CAST(date_trunc(CAST(:unite AS text), CAST(debut AS timestamp)) AS date)"
    valeurs = _valeurs(segments) | {"demarches": [demarche], "unite": _UNITES[pas]}
    rows = await db.execute(_par_cle(etape, False), valeurs)
    return {row[0]: _comptes(row[1:]) for row in rows}


async def comptes_de_toutes(db: AsyncSession, segments: Sequence[Segment]) -> dict[int, Comptes]:
    """The counts of every démarche."""
    niveaux = await _de_toutes(db, tuple(_GROUPES), segments)
    return {demarche: _comptes(n) for demarche, n in niveaux.items()}


async def notes_de_toutes(db: AsyncSession, segments: Sequence[Segment]) -> dict[int, Sequence[int]]:
    """The counts of notes of every démarche."""
    return await _de_toutes(db, (_NOTES,), segments)


async def _de_toutes(
    db: AsyncSession, groupes: tuple[str, ...], segments: Sequence[Segment]
) -> dict[int, Sequence[int]]:
    """The levels of these groups; those of the past, which are most of them, are added up once."""
    anciens, recents = couper(segments, avant(db))
    if not anciens:
        return await _lire(db, groupes, recents)
    passe = await _passe(db, groupes, anciens)
    if not recents:
        return passe
    return {demarche: _ajouter(passe[demarche], n) for demarche, n in (await _lire(db, groupes, recents)).items()}


async def _passe(db: AsyncSession, groupes: tuple[str, ...], anciens: tuple[Segment, ...]) -> dict[int, Sequence[int]]:
    return await retenir(db, (groupes, anciens), lambda: _lire(db, groupes, anciens))


async def _lire(db: AsyncSession, groupes: tuple[str, ...], segments: Sequence[Segment]) -> dict[int, Sequence[int]]:
    return {row[0]: row[1:] for row in await db.execute(_partout(*groupes), _valeurs(segments))}


def _ajouter(a: Sequence[int], b: Sequence[int]) -> Sequence[int]:
    return tuple(map(add, a, b))


_FICHES = text("""
    SELECT d.id, d.slug, d.titre, d.titre_recherche, m.slug AS ministere_slug, m.nom AS ministere,
           o.slug AS organisme_slug, o.nom AS organisme
    FROM demarche d
    LEFT JOIN ministere m ON m.id = d.ministere_id
    LEFT JOIN organisme o ON o.id = d.organisme_id
    ORDER BY d.id
""")


async def demarches(db: AsyncSession) -> Sequence[Row[Any]]:
    """Every démarche, in the order of their creation: the columns of `fiches.Fiche`."""
    return (await db.execute(_FICHES)).all()


async def bouton(db: AsyncSession, demarche: int, cle: str) -> int | None:
    """The id of the bouton of a démarche that has this key."""
    statement = text("SELECT id FROM bouton WHERE cle = :cle AND demarche_id = :demarche")
    return (await db.execute(statement, {"cle": cle, "demarche": demarche})).scalar()
