"""`import-avis --format jdma`: the export of one démarche of the national service, as CSV or as a workbook.

Its ids are seven hexadecimal digits, unique there for a démarche; here an avis has a UUID, made of the démarche, of the
minute of its date (spreadsheets lose the seconds) and of its id, so that the same export stores nothing twice. Its
dates are UTC. An address left to be answered is not imported.
"""

import asyncio
import datetime as dt
import re
from collections import Counter
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncEngine

from app.avis import sql
from app.avis.depot import Depot
from app.avis.importation import Bilan, Progress, import_rows
from app.avis.lecture import (
    PREMIER_JOUR,
    Annuaire,
    EnTeteInvalide,
    Lieu,
    LigneRefusee,
    Lot,
    Record,
    check_answers,
    read_comment,
    record,
)
from app.avis.national_id import IdIllisible, lire_id
from app.avis.national_questions import REQUIS, LibelleInconnu, lire_note, lire_reponses, reconnaitre
from app.avis.questionnaire import Reponses
from app.database import raw_connection
from app.tableur.ecriture import Rejets
from app.tableur.feuille import Feuille, Source, ouvrir
from app.tableur.lignes import Illisible, Row
from app.tableur.refus import HorsDuFichier
from app.tableur.tableau import IGNOREES, nommer

ESPACE: Final = UUID("6f0d8b1e-5b52-5e0b-9a34-2f5f6a1c7d90")
"""The namespace of the UUIDs made here; another one would store every export again."""
_DATE: Final = re.compile(
    r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: (?:à )?([0-9]{1,2})[:h]([0-9]{2})(?::([0-9]{2}))?)?"
)
_NOMS: Final = {
    "date": "Date de l'avis",
    "id": "Identifiant Avis",
    "note": "De façon générale, comment ça s'est passé ?",
}


async def import_export(
    engine: AsyncEngine, source: Source, demarche: str, rejets: Path, progress: Progress = lambda _lus: None
) -> tuple[Bilan, Counter[str]]:
    """Store the avis of an export for a démarche (slug or alias); the counts, and how many avis name each bouton that
    the démarche does not have: they are those of its first one. Raises FichierIllisible before anything is stored.
    """
    with ouvrir(source) as feuille:
        entete = await asyncio.to_thread(lire_entete, feuille)
        async with raw_connection(engine) as connection:
            annuaire = Annuaire(await sql.boutons(connection))
        lieux = Lieux(annuaire, demarche)
        gardees = [rang for rang, nom in enumerate(entete) if nommer(nom) not in IGNOREES]
        with Rejets(rejets, [entete[rang] for rang in gardees]) as refus:
            lecteur = LecteurNational(entete, gardees, lieux, refus)
            return await import_rows(engine, lecteur, feuille.rangees(len(entete)), refus, progress), lieux.absents


def lire_entete(feuille: Feuille) -> Row:
    """The header as it is; raises EnTeteInvalide when it is not that of an export."""
    entete = feuille.entete(lambda row: len(reconnaitre(row)))
    champs = reconnaitre(entete)
    if manquants := [f"« {_NOMS[champ]} »" for champ in REQUIS if champ not in champs]:
        raise EnTeteInvalide(
            f"ce n'est pas l'export d'avis du service national : colonnes manquantes : {', '.join(manquants)}"
        )
    return entete


class Lieux:
    """Where the avis of one démarche go: the bouton of the name that a row says, else the first one."""

    def __init__(self, annuaire: Annuaire, demarche: str) -> None:
        if (premier := annuaire.demarches.get(demarche.strip())) is None:
            raise HorsDuFichier(f"--demarche : aucune démarche ne porte ce nom : « {demarche[:100]} »")
        self.premier = premier
        self.absents: Counter[str] = Counter()
        self._noms = annuaire.noms(premier.demarche_id)

    def find(self, nom: str) -> Lieu:
        """The place of an avis, by the name of its bouton."""
        if not nom.strip():
            return self.premier
        if (bouton := self._noms.get(nommer(nom))) is None:
            self.absents[nom.strip()] += 1
            return self.premier
        return Lieu(self.premier.demarche_id, bouton)


class LecteurNational:
    """Turns the rows of an export into records ready for COPY, and sets the bad ones aside."""

    def __init__(self, entete: Row, gardees: list[int], lieux: Lieux, rejets: Rejets) -> None:
        self._champs, self._largeur, self._gardees = reconnaitre(entete), len(entete), set(gardees)
        self._requises = 1 + max(self._champs[champ] for champ in REQUIS)
        self._lieux, self._rejets = lieux, rejets
        self._maintenant = dt.datetime.now(dt.UTC)

    def read(self, lot: Lot) -> list[Record]:
        """The records of these rows."""
        records = []
        for ligne, row in enumerate(lot.rows, lot.premiere):
            try:
                if row:
                    records.append(self._record(ligne, row))
            except (LigneRefusee, LibelleInconnu) as error:
                self.reject(ligne, str(error), row)
        return records

    def reject(self, ligne: int, raison: str, row: Row) -> None:
        """Set a row aside, without what an earlier file of rejects said of it."""
        dites = [cell for rang, cell in enumerate(row) if rang in self._gardees or rang >= self._largeur]
        self._rejets.add(ligne, raison, row if isinstance(row, Illisible) else dites)

    def _record(self, ligne: int, row: Row) -> Record:
        if isinstance(row, Illisible):
            raise LigneRefusee(f"ligne illisible : {row.motif}")
        if not self._requises <= len(row) <= self._largeur:
            raise LigneRefusee(f"{len(row)} colonnes au lieu de {self._largeur}")
        cells = {champ: row[rang] for champ, rang in self._champs.items() if rang < len(row)}
        depose_le = self._date(cells["date"])
        recopie = _DATE.fullmatch(cells["date"].strip()) is not None
        uuid = make_id(self._lieux.premier.demarche_id, depose_le, cells["id"], recopie=recopie)
        note, dites = lire_note(cells["note"]), lire_reponses(cells)
        reponses = check_answers(lambda: Reponses.model_validate(dites)) if dites else None
        lieu, comment = self._lieux.find(cells.get("bouton", "")), read_comment(cells.get("commentaire", ""))
        depot = Depot(0, lieu.bouton_id, UUID(int=0), note, "fr", reponses, comment, None)
        return record(ligne, lieu, uuid, depose_le, depot)

    def _date(self, texte: str) -> dt.datetime:
        moment = lire_date(texte.strip())
        if not PREMIER_JOUR <= moment <= self._maintenant:
            raise LigneRefusee("date : hors de l'intervalle accepté (2000 à aujourd'hui)")
        return moment


def lire_date(texte: str) -> dt.datetime:
    """A moment in ISO 8601, or as French spreadsheets rewrite it; UTC unless it says otherwise. Raises LigneRefusee.

    >>> lire_date("2025-03-01 09:30:00") == lire_date("01/03/2025 09:30") == lire_date("2025-03-01T10:30:00+01:00")
    True
    """
    try:
        if francaise := _DATE.fullmatch(texte):
            jour, mois, annee, heures, minutes, secondes = (int(partie or 0) for partie in francaise.groups())
            return dt.datetime(annee, mois, jour, heures, minutes, secondes, tzinfo=dt.UTC)
        moment = dt.datetime.fromisoformat(texte)
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        raise LigneRefusee("date : « AAAA-MM-JJ HH:MM:SS » est attendu, en UTC") from None


def make_id(demarche: int, depose_le: dt.datetime, texte: str, *, recopie: bool = False) -> UUID:
    """The UUID of an avis. Raises LigneRefusee for what is no id there, or no longer one: see `lire_id`."""
    try:
        ident = lire_id(texte, recopie=recopie)
    except IdIllisible as error:
        raise LigneRefusee(str(error)) from None
    minute = depose_le.replace(second=0, microsecond=0)
    return uuid5(ESPACE, f"{demarche}/{minute:%Y-%m-%dT%H:%M}/{ident}")
