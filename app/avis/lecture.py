"""Reads the table of an import: rows into records ready for COPY, and the bad ones aside with their reason."""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter, ValidationError

from app.avis.depot import Depot, clean, without_personal_data
from app.avis.questionnaire import COMMENTAIRE_MAX, Reponses, compact
from app.tableur.ecriture import Rejets
from app.tableur.feuille import Feuille
from app.tableur.lignes import Illisible, Row
from app.tableur.refus import FichierIllisible
from app.tableur.tableau import IGNOREES, nommer
from app.validation import french_errors

Record = tuple[Any, ...]

REQUISES = {"id", "note", "depose_le"}
CONNUES = REQUISES | {"demarche", "bouton", "commentaire", "reponses", "langue"}
NOTES = {str(note): note for note in range(11)}
_NOTE = re.compile(r"0*(10|[0-9])(?:[.,]0*)?", re.ASCII)
PREMIER_JOUR = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

CONFLIT = "avis_conflit : cet identifiant est déjà celui d'un autre avis"

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ZERO = UUID(int=0)
_read_reponses = TypeAdapter(Reponses).validate_json


class EnTeteInvalide(FichierIllisible):
    """The file's first line does not name the columns expected; the message says which, in French."""


class LigneRefusee(ValueError):
    """Why a row cannot be stored, in French."""


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
        self._noms: dict[int, list[tuple[int, str]]] = {}
        for row in rows:
            lieu = Lieu(row["demarche_id"], row["id"])
            self.boutons[row["cle"]] = lieu
            self._noms.setdefault(lieu.demarche_id, []).append((lieu.bouton_id, row["nom"]))
            if row["premier"]:
                for name in (*row["anciens"], *row["identifiants"], row["slug"]):
                    self.demarches[name] = lieu

    def noms(self, demarche_id: int) -> dict[str, int]:
        """The boutons of a démarche by their names, without accents or capitals; of two, the first one."""
        return {nommer(nom): bouton for bouton, nom in sorted(self._noms[demarche_id], reverse=True)}

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

    LUES = ("id", "demarche", "bouton", "note", "depose_le", "commentaire", "reponses", "langue")

    def __init__(self, columns: list[str], annuaire: Annuaire, rejets: Rejets) -> None:
        absent = len(columns)  # an empty cell is added at the end of each row, for the columns the file does not have
        self._cells = itemgetter(*(columns.index(name) if name in columns else absent for name in self.LUES))
        self._largeur = len(columns)
        self._gardees = [rang for rang, name in enumerate(columns) if name in CONNUES]
        self._requises = 1 + max(columns.index(name) for name in columns if name in REQUISES | {"demarche", "bouton"})
        self._annuaire, self._rejets = annuaire, rejets
        self._lieux: dict[tuple[str, str], Lieu] = {}
        self._empreintes: dict[tuple[int, int, str], int] = {}
        self._futur = dt.datetime.now(dt.UTC)
        self._annees = range(PREMIER_JOUR.year + 1, self._futur.year)

    def read(self, lot: "Lot") -> list[Record]:
        """The records of these rows."""
        records = []
        for ligne, row in enumerate(lot.rows, lot.premiere):
            try:
                if row:
                    records.append(self._record(ligne, row))
            except LigneRefusee as error:
                self.reject(ligne, str(error), row)
        return records

    def reject(self, ligne: int, raison: str, row: Row) -> None:
        """Set a row aside, without what an earlier file of rejects said of it."""
        lue = len(row) == self._largeur + 1 and not row[-1]  # with the empty cell that was added to it
        gardee = [cell for rang, cell in enumerate(row) if rang in self._gardees or rang >= self._largeur]
        self._rejets.add(ligne, raison, row if isinstance(row, Illisible) else gardee[:-1] if lue else gardee)

    def _record(self, ligne: int, row: Row) -> Record:
        if len(row) != self._largeur:
            self._complete(row)
        row.append("")
        ident, demarche, cle, note, date, comment, answers, langue = self._cells(row)
        lieu = self._lieux.get((demarche, cle)) or self._find(demarche, cle)
        if (valeur := NOTES.get(note)) is None:
            valeur = _note(note)
        uuid = ident if _UUID.fullmatch(ident) else _uuid(ident)
        depose_le, langue = self._date(date), _langue(langue) if langue else "fr"
        if comment or answers:
            reponses, texte = _answers(answers), read_comment(comment)
            depot = Depot(0, lieu.bouton_id, _ZERO, valeur, langue, reponses, texte, None)
            return record(ligne, lieu, uuid, depose_le, depot)
        empreinte = self._empreintes.get((lieu.bouton_id, valeur, langue)) or self._bare(lieu, valeur, langue)
        return ligne, lieu.demarche_id, uuid, lieu.bouton_id, depose_le, empreinte, valeur, langue, None, None

    def _complete(self, row: Row) -> None:
        """Spreadsheets leave out the empty cells at the end of a row: they may be missing, those required may not."""
        if isinstance(row, Illisible):
            raise LigneRefusee(f"ligne illisible : {row.motif}")
        if not self._requises <= len(row) < self._largeur:
            raise LigneRefusee(f"{len(row)} colonnes au lieu de {self._largeur}")
        row += [""] * (self._largeur - len(row))

    def _find(self, demarche: str, cle: str) -> Lieu:
        lieu = self._lieux[demarche, cle] = self._annuaire.find(demarche.strip(), cle.strip())
        return lieu

    def _bare(self, lieu: Lieu, note: int, langue: str) -> int:
        empreinte = Depot(0, lieu.bouton_id, _ZERO, note, langue, None, None, None).empreinte()
        self._empreintes[lieu.bouton_id, note, langue] = empreinte
        return empreinte

    def _date(self, text: str) -> dt.datetime:
        try:
            moment = dt.datetime.fromisoformat(text if text[-1:].isalnum() else text.strip())
        except ValueError:
            raise LigneRefusee("depose_le : une date ISO 8601 avec décalage horaire est attendue") from None
        if moment.tzinfo is None:
            raise LigneRefusee("depose_le : le décalage horaire manque (par exemple +01:00)")
        # Comparing instants is slow: only the years at both ends need it.
        if moment.year not in self._annees and not PREMIER_JOUR <= moment <= self._futur:
            raise LigneRefusee("depose_le : date hors de l'intervalle accepté (2000 à aujourd'hui)")
        return moment


def record(ligne: int, lieu: Lieu, uuid: UUID | str, depose_le: dt.datetime, depot: Depot) -> Record:
    """An avis that says more than its note, ready for COPY."""
    reponses = None if depot.reponses is None else orjson.dumps(depot.reponses).decode()
    place = (lieu.demarche_id, uuid, lieu.bouton_id, depose_le)
    return ligne, *place, depot.empreinte(), depot.note, depot.langue, reponses, depot.commentaire


def _note(text: str) -> int:
    """A note as spreadsheets write it: `8.0`, `8,0`, ` 8 `."""
    if (found := _NOTE.fullmatch(text.strip())) is None:
        raise LigneRefusee("note : un entier de 0 à 10 est attendu")
    return int(found[1])


def _uuid(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        raise LigneRefusee("id : un UUID est attendu") from None


def _langue(text: str) -> str:
    text = text.strip()
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


def read_comment(text: str) -> str | None:
    _check_text("commentaire", text)
    if len(text) > COMMENTAIRE_MAX:
        raise LigneRefusee(f"commentaire : {COMMENTAIRE_MAX} caractères au plus")
    return clean(text)


def _answers(text: str) -> dict[str, Any] | None:
    if not text.strip():
        return None
    _check_text("reponses", text)
    return check_answers(lambda: _read_reponses(text))


def check_answers(read: Callable[[], Reponses]) -> dict[str, Any] | None:
    """Answers as they are stored; raises LigneRefusee for those that the form would not take."""
    try:
        reponses = read()
    except ValidationError as error:
        first = french_errors(error)[0]
        raise LigneRefusee(f"reponses.{first['champ']} : {first['message']}") from None
    if contradiction := reponses.check_whole():
        raise LigneRefusee(f"reponses : {contradiction}")
    return without_personal_data(compact(reponses))


@dataclass
class Lot:
    """Rows that are stored together, and the number in the file of the first (the header being 1)."""

    premiere: int
    rows: list[Row]

    def __len__(self) -> int:
        """How many rows there are, blank ones left out."""
        return sum(map(bool, self.rows))


def read_header(feuille: Feuille) -> list[str]:
    """The names of the columns; raises EnTeteInvalide."""
    columns = [nommer(name) for name in feuille.entete(lambda row: len(CONNUES & set(map(nommer, row))))]
    if missing := sorted(REQUISES - set(columns)):
        raise EnTeteInvalide(f"colonnes manquantes : {', '.join(missing)}")
    if not {"demarche", "bouton"} & set(columns):
        raise EnTeteInvalide("il manque une colonne demarche ou bouton")
    if unknown := [name or "(sans nom)" for name in columns if name not in {*CONNUES, *IGNOREES}]:
        raise EnTeteInvalide(f"colonnes inconnues : {', '.join(unknown)[:200]}")
    if len(set(columns)) != len(columns):
        raise EnTeteInvalide("une colonne est nommée deux fois")
    return columns
