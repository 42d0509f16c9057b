"""`import-avis`: a ministry's history, streamed from CSV into avis and counts, batch by batch, in constant memory.

A batch is one transaction (COPY, then avis and counts together): stopped at any moment and run again, an import
stores nothing twice. While the database writes a batch, the next one is read. Bad rows go to a file with their reason.
"""

import asyncio
import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO, cast
from uuid import UUID

import orjson
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.avis import sql
from app.avis.depot import Depot, clean, without_personal_data
from app.avis.questionnaire import COMMENTAIRE_MAX, Reponses, compact
from app.database import Connection, raw_connection
from app.validation import french_errors

LOT = 20_000
CHAMP_MAX = 1 << 20
"""Characters in a field; more is an unclosed quote that swallows the file."""

REQUISES = {"id", "note", "depose_le"}
CONNUES = REQUISES | {"demarche", "bouton", "commentaire", "reponses", "langue"}
NOTES = {str(note): note for note in range(11)}
PREMIER_JOUR = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

_read_reponses = TypeAdapter(Reponses).validate_json

Row = list[str]
Record = tuple[Any, ...]
Progress = Callable[[int], None]


class EnTeteInvalide(ValueError):
    """The file's first line does not name the columns expected; the message says which, in French."""


class LigneRefusee(ValueError):
    """Why a row cannot be stored, in French."""


@dataclass
class Bilan:
    """The counts of an import: read = stored + already there + rejected."""

    lus: int = 0
    enregistres: int = 0
    deja_la: int = 0
    rejetes: int = 0


@dataclass(frozen=True)
class Lieu:
    """Where a row's avis goes."""

    demarche_id: int
    bouton_id: int


class Annuaire:
    """Finds the démarche and bouton that a row names: by cle of bouton, slug (past ones too) or alias."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.boutons: dict[str, Lieu] = {}
        self.demarches: dict[str, Lieu] = {}
        for row in rows:
            lieu = Lieu(row["demarche_id"], row["id"])
            self.boutons[row["cle"]] = lieu
            if row["premier"]:
                for name in (*row["anciens"], *row["identifiants"], row["slug"]):
                    self.demarches[name] = lieu

    def find(self, demarche: str, cle: str) -> Lieu:
        """The place for these two cells; raises LigneRefusee."""
        if cle:
            if (lieu := self.boutons.get(cle)) is None:
                raise LigneRefusee("bouton inconnu")
            if demarche and (named := self.demarches.get(demarche)) and named.demarche_id != lieu.demarche_id:
                raise LigneRefusee("ce bouton est celui d'une autre démarche")
            return lieu
        if (found := self.demarches.get(demarche)) is None:
            raise LigneRefusee("démarche inconnue" if demarche else "ni démarche ni bouton")
        return found


class Lecteur:
    """Turns the file's rows into records ready for COPY, and sets the bad ones aside."""

    def __init__(self, columns: Row, annuaire: Annuaire, rejets: "Rejets") -> None:
        place = {name: index for index, name in enumerate(columns)}
        self._place = tuple(
            place.get(name)
            for name in ("id", "demarche", "bouton", "note", "depose_le", "commentaire", "reponses", "langue")
        )
        self._largeur = len(columns)
        self._annuaire, self._rejets = annuaire, rejets
        self._lieux: dict[tuple[str, str], Lieu] = {}
        self._empreintes: dict[tuple[int, int, str], int] = {}
        self._futur = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)

    def read(self, numbered: Iterable[tuple[int, Row | str]]) -> list[Record]:
        """The records of these rows; a row that is a text is one the CSV reader itself refused."""
        records = []
        for ligne, row in numbered:
            try:
                records.append(self._record(ligne, row))
            except LigneRefusee as error:
                self._rejets.add(ligne, str(error), row)
        return records

    def _record(self, ligne: int, row: Row | str) -> Record:
        if isinstance(row, str):
            raise LigneRefusee(row)
        if len(row) != self._largeur:
            raise LigneRefusee(f"{len(row)} colonnes au lieu de {self._largeur}")
        ident, demarche, cle, note, date, comment, answers, langue = (
            "" if index is None else row[index] for index in self._place
        )
        lieu = self._lieu(demarche, cle)
        valeur = NOTES.get(note)
        if valeur is None:
            raise LigneRefusee("note : un entier de 0 à 10 est attendu")
        depose_le, uuid, langue = self._date(date), _uuid(ident), _langue(langue)
        if not comment and not answers:
            empreinte = self._empreinte(lieu, valeur, langue)
            return ligne, lieu.demarche_id, uuid, lieu.bouton_id, depose_le, empreinte, valeur, langue, None, None
        reponses, texte = _answers(answers), _comment(comment)
        depot = Depot(lieu.demarche_id, lieu.bouton_id, uuid, valeur, langue, reponses, texte, None)
        stored = None if reponses is None else orjson.dumps(reponses).decode()
        return (
            ligne, lieu.demarche_id, uuid, lieu.bouton_id, depose_le, depot.empreinte(), valeur, langue, stored, texte
        )  # fmt: skip

    def _lieu(self, demarche: str, cle: str) -> Lieu:
        if (lieu := self._lieux.get((demarche, cle))) is None:
            lieu = self._lieux[demarche, cle] = self._annuaire.find(demarche.strip(), cle.strip())
        return lieu

    def _empreinte(self, lieu: Lieu, note: int, langue: str) -> int:
        key = (lieu.bouton_id, note, langue)
        if (empreinte := self._empreintes.get(key)) is None:
            depot = Depot(lieu.demarche_id, lieu.bouton_id, UUID(int=0), note, langue, None, None, None)
            empreinte = self._empreintes[key] = depot.empreinte()
        return empreinte

    def _date(self, text: str) -> dt.datetime:
        try:
            moment = dt.datetime.fromisoformat(text)
            if moment.utcoffset() is None:
                raise LigneRefusee("depose_le : le décalage horaire manque (par exemple +01:00)")
            if not PREMIER_JOUR <= moment <= self._futur:
                raise LigneRefusee("depose_le : date hors de l'intervalle accepté (2000 à aujourd'hui)")
        except (ValueError, OverflowError) as error:
            if isinstance(error, LigneRefusee):
                raise
            raise LigneRefusee("depose_le : une date ISO 8601 avec décalage horaire est attendue") from None
        return moment


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise LigneRefusee("id : un UUID est attendu") from None


def _langue(text: str) -> str:
    if not text:
        return "fr"
    if len(text) > 35 or not text.replace("-", "").isalnum() or not text.isascii():
        raise LigneRefusee("langue : un code de langue est attendu")
    return text


def _check_text(name: str, text: str) -> None:
    if "\x00" in text:
        raise LigneRefusee(f"{name} : le caractère NUL n'est pas accepté")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise LigneRefusee(f"{name} : ce n'est pas de l'UTF-8 valide") from None


def _comment(text: str) -> str | None:
    _check_text("commentaire", text)
    if len(text) > COMMENTAIRE_MAX:
        raise LigneRefusee(f"commentaire : {COMMENTAIRE_MAX} caractères au plus")
    return clean(text)


def _answers(text: str) -> dict[str, Any] | None:
    if not text:
        return None
    _check_text("reponses", text)
    try:
        reponses = _read_reponses(text)
    except ValidationError as error:
        first = french_errors(error)[0]
        raise LigneRefusee(f"reponses.{first['champ']} : {first['message']}") from None
    if contradiction := reponses.check_whole():
        raise LigneRefusee(f"reponses : {contradiction}")
    return without_personal_data(compact(reponses))


class Rejets:
    """The file of rejected rows, made at the first one: line, reason, then the row as it was."""

    def __init__(self, path: Path, columns: Row) -> None:
        self.path, self._columns, self.total = path, columns, 0
        self._file: TextIO | None = None
        self._recent: dict[int, Row] = {}

    def add(self, ligne: int, raison: str, row: Row | str) -> None:
        """Write one rejected row."""
        if self._file is None:
            self._file = self.path.open("w", newline="", encoding="utf-8", errors="backslashreplace")
            csv.writer(self._file).writerow(["ligne", "raison", *self._columns])
        csv.writer(self._file).writerow([ligne, raison, *([] if isinstance(row, str) else row)])
        self.total += 1

    def close(self) -> None:
        """Close the file, if there was anything to write."""
        if self._file is not None:
            self._file.close()


def numbered_rows(file: Iterable[str]) -> Iterator[tuple[int, Row | str]]:
    """Each row with the number of its last line; a row that CSV itself cannot read comes as the reason, a text."""
    csv.field_size_limit(CHAMP_MAX)
    reader = csv.reader(file)
    while True:
        try:
            row: Row | str = next(reader)
        except StopIteration:
            return
        except csv.Error:
            row = "ligne illisible : champ démesuré (guillemet non fermé ?) ou CSV mal formé"
        if row:
            yield reader.line_num, row


def read_header(rows: Iterator[tuple[int, Row | str]]) -> Row:
    """The names of the columns; raises EnTeteInvalide."""
    first = next(rows, (0, []))[1]
    columns = [] if isinstance(first, str) else [name.strip().lstrip("\ufeff").lower() for name in first]
    if missing := sorted(REQUISES - set(columns)):
        raise EnTeteInvalide(f"colonnes manquantes : {', '.join(missing)}")
    if not {"demarche", "bouton"} & set(columns):
        raise EnTeteInvalide("il manque une colonne demarche ou bouton")
    if unknown := sorted(set(columns) - CONNUES):
        raise EnTeteInvalide(f"colonnes inconnues : {', '.join(unknown)[:200]}")
    if len(set(columns)) != len(columns):
        raise EnTeteInvalide("une colonne est nommée deux fois")
    return columns


async def import_avis(
    engine: AsyncEngine, file: Iterable[str], rejets: Path, progress: Progress = lambda _lus: None
) -> Bilan:
    """Store every good row of a CSV (text opened with `errors="surrogateescape"`); see the module. May be run again.

    Raises EnTeteInvalide before anything is stored when the columns are not the ones expected.
    """
    rows = numbered_rows(file)
    columns = await asyncio.to_thread(read_header, rows)
    async with raw_connection(engine) as connection:
        refus = Rejets(rejets, columns)
        try:
            lecteur = Lecteur(columns, Annuaire(await sql.boutons(connection)), refus)
            await sql.preparer_import(connection)
            bilan = await _pump(connection, lecteur, rows, refus, progress)
        finally:
            refus.close()
        await sql.analyser(connection)
    return bilan


async def _pump(
    connection: Connection,
    lecteur: Lecteur,
    rows: Iterator[tuple[int, Row | str]],
    refus: Rejets,
    progress: Progress,
) -> Bilan:
    """Read a batch while the one before is being written."""
    bilan = Bilan()

    def read() -> tuple[list[tuple[int, Row | str]], list[Record]]:
        some = list(islice(rows, LOT))
        return some, lecteur.read(some)

    some, records = await asyncio.to_thread(read)
    while some:
        reading = asyncio.create_task(asyncio.to_thread(read))
        try:
            stored, conflicts = await sql.importer(connection, records) if records else (0, [])
        finally:
            following = await reading
        bilan.lus += len(some)
        bilan.enregistres += stored
        bilan.deja_la += len(records) - stored - len(conflicts)
        _reject_conflicts(refus, some, conflicts)
        progress(bilan.lus)
        some, records = following
    bilan.rejetes = refus.total
    return bilan


def _reject_conflicts(refus: Rejets, some: Sequence[tuple[int, Row | str]], conflicts: list[int]) -> None:
    if conflicts:
        wrong = set(conflicts)
        for ligne, row in some:
            if ligne in wrong:
                refus.add(ligne, "avis_conflit : cet identifiant est déjà celui d'un autre avis", cast("Row", row))
