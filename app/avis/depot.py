"""Deposit and completion of avis: from a checked body to what is stored, through the group commit."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.avis import mesures, sql
from app.avis.lots import FileDeLots
from app.avis.masquage import masquer
from app.avis.questionnaire import AvisComplement, AvisDepose, ReponsesComplement, compact, read_reponses
from app.avis.refus import AvisConflit, AvisInconnu, AvisInvalide, BoutonFerme, OrigineRefusee
from app.database import AWAY, Connection
from app.demarches.refus import BoutonIntrouvable
from app.problems import Indisponible, Probleme
from app.settings import Settings, get_settings
from app.validation import french_errors

ESSAI = 0
"""The démarche of a bouton d'essai, as far as deposits know: its avis are acknowledged, and written nowhere."""
ESSAIS = 5
"""How often a completion is tried again when another one of the same avis came first."""
REFUS: dict[int, type[Probleme]] = {404: BoutonIntrouvable, 410: BoutonFerme, 403: OrigineRefusee, 409: AvisConflit}


@dataclass(frozen=True, slots=True)
class Depot:
    """An avis ready to be stored: everything personal is already gone from it."""

    demarche_id: int
    bouton_id: int
    id: UUID
    note: int
    langue: str
    reponses: dict[str, Any] | None
    commentaire: str | None
    origine: str | None

    def empreinte(self) -> int:
        """64 bits that tell whether two deposits have the same content (of what is stored: nothing personal in it)."""
        content = [self.bouton_id, self.note, self.langue, self.reponses, self.commentaire]
        data = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
        return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big", signed=True)


@dataclass(frozen=True, slots=True)
class Enregistre:
    """What the database acknowledged: when the avis was deposited, and whether it was now."""

    depose_le: datetime
    nouveau: bool


@dataclass(frozen=True, slots=True)
class Complement:
    """A completion to apply to one avis."""

    demarche_id: int
    id: UUID
    contenu: AvisComplement


def prepare(body: AvisDepose, bouton_id: int, demarche_id: int, origine: str | None) -> Depot:
    """The avis to store for a checked body, personal data removed."""
    reponses = without_personal_data(compact(body.reponses))
    comment = clean(body.commentaire)
    return Depot(demarche_id, bouton_id, body.id, body.note, body.langue, reponses, comment, origine)


def clean(text: str | None) -> str | None:
    """A citizen's words without what identifies somebody; None when nothing is left."""
    if not text or not (text := text.strip()):
        return None
    text, removed = masquer(text, avec_noms=get_settings().masquer_noms)
    for genre, count in removed.items():
        mesures.MASQUES.labels(genre).inc(count)
    return text


def without_personal_data(reponses: dict[str, Any] | None) -> dict[str, Any] | None:
    """The answers with their one free text cleaned."""
    if reponses and "aide_autre" in reponses:
        return reponses | {"aide_autre": clean(reponses["aide_autre"])}
    return reponses


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def depot_columns(lot: Sequence[Depot]) -> list[list[Any]]:
    """The nine arrays of `deposer_avis`."""
    return [
        [d.demarche_id for d in lot],
        [d.bouton_id for d in lot],
        [d.id for d in lot],
        [d.note for d in lot],
        [d.empreinte() for d in lot],
        [d.langue for d in lot],
        [_json(d.reponses) for d in lot],
        [d.commentaire for d in lot],
        [d.origine for d in lot],
    ]


async def write_depots(connection: Connection, lot: Sequence[Depot]) -> list[Enregistre | Probleme]:
    """Store a batch in one call; each avis has its own outcome."""
    rows = await sql.deposer(connection, depot_columns(lot))
    if rows[0]["rang"] == 0:
        return [Enregistre(rows[0]["depose_le"], nouveau=True)] * len(lot)
    issues: list[Enregistre | Probleme] = [Probleme()] * len(lot)
    for rang, issue, depose_le in rows:
        refus = REFUS.get(issue)
        issues[rang - 1] = refus() if refus else Enregistre(depose_le, issue == 201)
    return issues


def merge(stored: dict[str, Any] | None, change: ReponsesComplement | None) -> dict[str, Any] | None:
    """The answers after a completion: the questions that were given replace those stored, null takes one back.

    Contacts change canal by canal. A choice of aide that is taken back goes with what was said of it.
    """
    if change is None:
        return stored
    kept = dict(stored or {})
    given = {name: getattr(change, name) for name in change.model_fields_set}
    if "aide" in given:
        kept = _said_of(kept, set(given["aide"] or ()))
    if change.contacts is not None:
        contacts = {**kept.get("contacts", {}), **change.contacts}
        given["contacts"] = {canal: contact for canal, contact in contacts.items() if contact is not None}
    try:
        whole = read_reponses({**kept, **given})
    except ValidationError as error:
        raise AvisInvalide(erreurs=french_errors(error)) from None
    if contradiction := whole.check_whole():
        raise AvisInvalide(erreurs=[{"champ": "reponses", "message": contradiction}])
    return without_personal_data(compact(whole))


def _said_of(reponses: dict[str, Any], aides: set[str]) -> dict[str, Any]:
    """The answers without what was said of choices of aide that are not among these."""
    contacts = {canal: contact for canal, contact in reponses.get("contacts", {}).items() if canal in aides}
    autre = reponses.get("aide_autre") if "autre" in aides else None
    return reponses | {"contacts": contacts, "aide_autre": autre}


class _Etat:
    """One completion under way within a batch: what is stored now and what it becomes."""

    def __init__(self, rang: int, complement: Complement, row: Any) -> None:
        change = complement.contenu
        given = change.model_fields_set
        stored = orjson.loads(row["reponses"]) if row["reponses"] else None
        self.rang, self.version, self.depose_le = rang, row["version"], row["depose_le"]
        self.note = change.note if "note" in given else row["note"]
        self.reponses = merge(stored, change.reponses) if "reponses" in given else stored
        self.commentaire = clean(change.commentaire) if "commentaire" in given else row["commentaire"]
        before = (row["note"], stored, row["commentaire"])
        self.inchange = (self.note, self.reponses, self.commentaire) == before


async def write_complements(connection: Connection, lot: Sequence[Complement]) -> list[datetime | Probleme]:
    """Complete a batch of avis; each gets the time of its deposit, or its refusal.

    Optimistic: read, work out the change, write it if the version has not moved, else read again. No lock is held
    while Python thinks, and two completions of one avis never overwrite each other.
    """
    issues: dict[int, datetime | Probleme] = {}
    for _ in range(ESSAIS + len(lot)):
        waiting = _first_of_each([(rang, c) for rang, c in enumerate(lot) if rang not in issues])
        if not waiting:
            break
        await _try_complements(connection, waiting, issues)
    return [issues.get(rang, Indisponible()) for rang in range(len(lot))]


def _first_of_each(waiting: list[tuple[int, Complement]]) -> list[tuple[int, Complement]]:
    """The completions to try now: for one avis, one at a time and in the order of arrival."""
    first: dict[tuple[int, UUID], tuple[int, Complement]] = {}
    for rang, complement in waiting:
        first.setdefault((complement.demarche_id, complement.id), (rang, complement))
    return list(first.values())


async def _try_complements(
    connection: Connection, waiting: list[tuple[int, Complement]], issues: dict[int, datetime | Probleme]
) -> None:
    rows = await sql.lire(connection, [c.demarche_id for _, c in waiting], [c.id for _, c in waiting])
    found = {row["rang"] - 1: row for row in rows}
    changes: list[tuple[Complement, _Etat]] = []
    for position, (rang, complement) in enumerate(waiting):
        if position not in found:
            issues[rang] = AvisInconnu()
            continue
        try:
            etat = _Etat(rang, complement, found[position])
        except Probleme as problem:
            issues[rang] = problem
            continue
        if etat.inchange:
            issues[rang] = etat.depose_le
        else:
            changes.append((complement, etat))
    if changes:
        done = await sql.completer(connection, complement_columns(changes))
        issues.update((etat.rang, etat.depose_le) for place, (_, etat) in enumerate(changes, 1) if place in done)


def complement_columns(changes: Sequence[tuple[Complement, _Etat]]) -> list[list[Any]]:
    """The six arrays of `completer_avis`."""
    return [
        [c.demarche_id for c, _ in changes],
        [c.id for c, _ in changes],
        [e.version for _, e in changes],
        [e.note for _, e in changes],
        [_json(e.reponses) for _, e in changes],
        [e.commentaire for _, e in changes],
    ]


async def find_places(connection: Connection, cles: Sequence[str]) -> "list[tuple[int, int] | Probleme]":
    """The place of each key, or its refusal."""
    known = await sql.places(connection, cles)
    return [known.get(cle) or BoutonIntrouvable() for cle in cles]


class Guichet:
    """Where avis come in: the queues of this process, and the boutons it has met."""

    BOUTONS_MAX = 50_000

    def __init__(self, engine: AsyncEngine, settings: Settings) -> None:
        self._engine = engine
        bounds = {"file_max": settings.file_max, "lot_max": settings.lot_max}
        self.depots = FileDeLots("depots", engine, write_depots, **bounds, delai=settings.delai_lot)
        self.complements = FileDeLots("complements", engine, write_complements, **bounds, delai=settings.delai_lot)
        # A burst on boutons not met yet must not take every connection of the pool: it shares a question too.
        self.boutons = FileDeLots("boutons", engine, find_places, **bounds, delai=settings.delai_lot)
        self._boutons: dict[str, tuple[int, int]] = {}

    @property
    def files(self) -> "tuple[FileDeLots[Any, Any], ...]":
        """The three queues, in the order in which a deposit meets them."""
        return self.boutons, self.depots, self.complements

    def start(self) -> None:
        """Begin to write; call from the running loop."""
        for file in self.files:
            file.start()

    async def stop(self) -> None:
        """Commit and answer what was accepted."""
        for file in self.files:
            await file.stop()

    async def bouton(self, cle: str) -> tuple[int, int]:
        """The (bouton, démarche) of a key, or (bouton, ESSAI). Only this immutable pair is remembered: whether the
        bouton is open, and for whom, is checked by the database in the transaction that stores the avis."""
        if (known := self._boutons.get(cle)) is None:
            known = await self.boutons.submit(cle)
            if len(self._boutons) >= self.BOUTONS_MAX:
                self._boutons.clear()
            self._boutons[cle] = known
        return known

    async def deposit(self, body: AvisDepose, bouton: tuple[int, int], origine: str | None) -> Enregistre:
        """Store one avis; returns once it is committed. Raises the refusals above, or Indisponible."""
        if bouton[1] == ESSAI:
            return await self._try_out(bouton[0], origine)
        return await self.depots.submit(prepare(body, *bouton, origine))

    async def complete(self, demarche_id: int, avis: UUID, body: AvisComplement) -> datetime:
        """Complete one avis and return the time of its deposit. Raises AvisInconnu, AvisInvalide or Indisponible."""
        if demarche_id == ESSAI:
            return datetime.now(UTC)
        return await self.complements.submit(Complement(demarche_id, avis, body))

    async def _try_out(self, bouton_id: int, origine: str | None) -> Enregistre:
        """Answer like a deposit, having stored nothing."""
        try:
            async with self._engine.connect() as connection:
                issue = await sql.essayer(connection, bouton_id, origine)
        except AWAY:
            raise Indisponible from None
        if issue in REFUS:
            raise REFUS[issue]
        return Enregistre(datetime.now(UTC), nouveau=True)
