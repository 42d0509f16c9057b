"""One run of an import: read, find the démarche, keep what is new. One transaction for the whole file."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.observatoire.faits import sql
from app.observatoire.faits.annuaire import Annuaire
from app.observatoire.faits.lecture import Constat, Format
from app.observatoire.faits.sql import AEcrire
from app.tableur.ecriture import Rejets
from app.tableur.feuille import Source
from app.tableur.tableau import Enregistrement, ouvrir_tableau

Progress = Callable[[int], None]
Cle = tuple[int, str, dt.date, str]
LOT = 5_000


@dataclass(slots=True)
class Bilan:
    """Counts of lines: read = stored + already there + rejected."""

    lues: int = 0
    enregistrees: int = 0
    deja_la: int = 0
    rejetees: int = 0


@dataclass(slots=True)
class _Retenu:
    """A fact of the file, and the line that says it."""

    constat: Constat
    ligne: int


async def import_faits(
    engine: AsyncEngine,
    source: Source,
    rejets_path: Path,
    format_: Format,
    progress: Progress = lambda _lues: None,
    maintenant: dt.datetime | None = None,
) -> Bilan:
    """Import a file of this format; see the package.

    Rejected lines go to `rejets_path` with their numbers and reasons; no file is made when there is none. Raises
    FichierIllisible when the file as a whole is not what it should be; nothing is then stored.
    """
    with (
        ouvrir_tableau(source, format_.colonnes, format_.obligatoires) as tableau,
        Rejets(rejets_path, tableau.colonnes) as rejets,
    ):
        async with engine.begin() as db:
            await sql.verrouiller(db)
            lecteur = _Lecteur(Annuaire(await sql.annuaire(db)), format_, maintenant or dt.datetime.now(dt.UTC))
            for enregistrement in tableau:
                if motif := lecteur.prendre(enregistrement, tableau.colonnes):
                    rejets.ajouter([(enregistrement, motif)])
                progress(lecteur.bilan.lues)
            await _finir(db, lecteur)
    return lecteur.bilan


async def _finir(db: AsyncConnection, lecteur: "_Lecteur") -> None:
    """Write what was kept."""
    bilan = lecteur.bilan
    bilan.enregistrees = await _ecrire(db, lecteur.retenus)
    bilan.deja_la = bilan.lues - bilan.rejetees - bilan.enregistrees
    if bilan.enregistrees:
        await sql.analyser(db)


class _Lecteur:
    """What the file has said so far."""

    def __init__(self, annuaire: Annuaire, format_: Format, maintenant: dt.datetime) -> None:
        self.bilan = Bilan()
        self.retenus: dict[Cle, _Retenu] = {}
        self._annuaire, self._format, self._maintenant = annuaire, format_, maintenant

    def prendre(self, enregistrement: Enregistrement, colonnes: list[str]) -> str | None:
        """Keep what a line says, or give the reason why not."""
        self.bilan.lues += 1
        try:
            if enregistrement.motif:
                raise ValueError(enregistrement.motif)
            self._retenir(dict(zip(colonnes, enregistrement.cellules, strict=True)), enregistrement.ligne)
        except ValueError as error:
            self.bilan.rejetees += 1
            return str(error)
        return None

    def _retenir(self, cellules: Mapping[str, str], ligne: int) -> None:
        lues = {nom: cellules[nom] for nom in self._format.colonnes if nom in cellules}
        constat = self._format.lire(lues, self._maintenant)
        cle = (constat.trouver(self._annuaire), constat.nature, constat.jour, constat.source)
        autre = self.retenus.get(cle)
        if autre is None or constat.releve_le > autre.constat.releve_le:
            self.retenus[cle] = _Retenu(constat, ligne)
        elif constat.releve_le == autre.constat.releve_le and constat.contenu != autre.constat.contenu:
            raise ValueError(
                f"la ligne {autre.ligne} dit autre chose de cette démarche, ce jour-là, d'après cette source"
            )


async def _ecrire(db: AsyncConnection, retenus: dict[Cle, _Retenu]) -> int:
    faits = [AEcrire(*cle, retenu.constat.contenu) for cle, retenu in retenus.items()]
    enregistrees = 0
    for debut in range(0, len(faits), LOT):
        enregistrees += await sql.ecrire(db, faits[debut : debut + LOT])
    if enregistrees:
        await sql.ranger(db, {fait.demarche_id for fait in faits}, {fait.nature for fait in faits})
    return enregistrees


def valeurs(contenu: Mapping[str, Any]) -> dict[str, Any]:
    """What a fact says, without when it was collected."""
    return {nom: valeur for nom, valeur in contenu.items() if nom != "releve_le"}
