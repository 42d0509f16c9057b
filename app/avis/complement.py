"""Completion of avis: what is stored, changed by what the citizen says next, through the group commit.

Optimistic: read, work out the change, write it if nothing has moved, else read again. No lock is held while Python
thinks, and two completions of one avis never overwrite each other. Those of one batch are worked out one after the
other and written once: however many there are, the next in the queue waits for one statement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from app.avis import sql
from app.avis.depot import clean, dump
from app.avis.jeton import Droit, JetonExpire
from app.avis.questionnaire import AvisComplement, ReponsesComplement, canonique, contradiction
from app.avis.refus import AvisInconnu, AvisInvalide, TropDeComplements
from app.database import Connection
from app.problems import Indisponible, Probleme

COMPLEMENTS_MAX = 50
"""How many times what is stored of one avis may change; the SQL function `completer_avis` holds to it too."""
ESSAIS = 20
"""How often a batch is tried again for the avis that another process completed meanwhile."""

COMPLETE: Final = "complete"
INCHANGE: Final = "inchange"
DEPASSE: Final = "depasse"
"""What became of a completion: it changed the avis, said nothing new, or came after one that was said later."""


@dataclass(frozen=True, slots=True)
class Complement:
    """A completion to apply: everything personal is already gone from it. `dit`: only what is given."""

    droit: Droit
    origine: str | None
    dit: dict[str, Any]
    ordre: int | None

    @property
    def avis(self) -> tuple[int, UUID]:
        """The key of the avis."""
        return self.droit.lieu, self.droit.avis

    @property
    def place(self) -> tuple[int, UUID, str | None]:
        """What the right to complete hangs on."""
        return self.droit.lieu, self.droit.avis, self.origine


def prepare(droit: Droit, origine: str | None, body: AvisComplement) -> Complement:
    """The completion to apply for a checked body, personal data removed."""
    dit: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set - {"ordre"}}
    if "commentaire" in dit:
        dit["commentaire"] = clean(dit["commentaire"])
    if body.reponses is not None:
        dit["reponses"] = _given(body.reponses)
    return Complement(droit, origine, dit, body.ordre)


def retenu(body: AvisComplement, complement: Complement) -> dict[str, str | None] | None:
    """The texts that are given, as they are stored; None when nothing personal was removed from them.

    `aide_autre` comes first: the button reads them in the order of its own fields.
    """
    envoyes = {"aide_autre": body.reponses and body.reponses.aide_autre, "commentaire": body.commentaire}
    gardes: dict[str, str | None] = {**(complement.dit.get("reponses") or {}), **complement.dit}
    textes = {nom: gardes[nom] for nom in envoyes if nom in gardes}
    return textes if any(garde != ((envoyes[nom] or "").strip() or None) for nom, garde in textes.items()) else None


def _given(change: ReponsesComplement) -> dict[str, Any]:
    given = change.model_dump(exclude_unset=True)
    if "aide_autre" in given:
        given["aide_autre"] = clean(given["aide_autre"])
    return given


class Contenu(NamedTuple):
    """What a citizen has said so far."""

    note: int
    reponses: dict[str, Any] | None
    commentaire: str | None

    def after(self, dit: dict[str, Any]) -> "Contenu":
        """The same with what is said now. Raises AvisInvalide when that contradicts what was said before."""
        reponses = merge(self.reponses, dit["reponses"]) if dit.get("reponses") is not None else self.reponses
        return Contenu(dit.get("note", self.note), reponses, dit.get("commentaire", self.commentaire))


def merge(stored: dict[str, Any] | None, change: dict[str, Any]) -> dict[str, Any] | None:
    """The answers after a completion: the questions that were given replace those stored, null takes one back.

    Contacts change canal by canal. A choice of aide that is taken back goes with what was said of it.
    """
    kept = dict(stored or {})
    if "aide" in change:
        kept = _said_of(kept, set(change["aide"] or ()))
    whole = kept | change
    if change.get("contacts") is not None:
        whole["contacts"] = kept.get("contacts", {}) | change["contacts"]
    contacts = [canal for canal, contact in (whole.get("contacts") or {}).items() if contact is not None]
    if message := contradiction(whole.get("aide") or (), whole.get("aide_autre"), contacts):
        raise AvisInvalide(erreurs=[{"champ": "reponses", "message": message}])
    return canonique(whole)


def _said_of(reponses: dict[str, Any], aides: set[str]) -> dict[str, Any]:
    """The answers without what was said of choices of aide that are not among these."""
    contacts = {canal: contact for canal, contact in reponses.get("contacts", {}).items() if canal in aides}
    autre = reponses.get("aide_autre") if "autre" in aides else None
    return reponses | {"contacts": contacts, "aide_autre": autre}


class _Etat:
    """One avis under way within a batch: what is stored, what the completions make of it, and what each was worth."""

    def __init__(self, row: Any) -> None:
        stored = orjson.loads(row["reponses"]) if row["reponses"] else None
        self.row, self.version, self.ordre = row, row["version"], row["ordre"]
        self.contenu = Contenu(row["note"], canonique(stored), row["commentaire"])
        self.issues: dict[int, str | Probleme] = {}

    @property
    def to_write(self) -> bool:
        return (self.version, self.ordre) != (self.row["version"], self.row["ordre"])

    def take(self, rang: int, complement: Complement, row: Any) -> None:
        """Apply one completion, for which `row` says whether it is allowed; its outcome holds once this is written."""
        try:
            complement.droit.check_fin(row["maintenant"])
            if not row["completable"]:
                raise JetonExpire
            self.issues[rang] = self._apply(complement)
        except Probleme as refus:
            self.issues[rang] = refus

    def _apply(self, complement: Complement) -> str:
        ordre = complement.ordre
        if ordre is not None and self.ordre is not None and ordre <= self.ordre:
            return DEPASSE
        after = self.contenu.after(complement.dit)
        changed = after != self.contenu
        if changed and self.version >= COMPLEMENTS_MAX:
            raise TropDeComplements
        self.contenu, self.version = after, self.version + changed
        self.ordre = self.ordre if ordre is None else ordre
        return COMPLETE if changed else INCHANGE


async def write_complements(connection: Connection, lot: Sequence[Complement]) -> list[str | Probleme]:
    """Complete a batch of avis; each completion gets what it was worth, or its refusal."""
    issues: dict[int, str | Probleme] = {}
    for _ in range(ESSAIS):
        waiting = [(rang, complement) for rang, complement in enumerate(lot) if rang not in issues]
        if not waiting:
            break
        issues |= await _try_complements(connection, waiting)
    return [issues.get(rang) or Indisponible() for rang in range(len(lot))]


async def _try_complements(
    connection: Connection, waiting: Sequence[tuple[int, Complement]]
) -> dict[int, str | Probleme]:
    """The outcomes of those that could be settled at this try."""
    rows = await _read(connection, {complement.place for _, complement in waiting})
    etats: dict[tuple[int, UUID], _Etat] = {}
    issues: dict[int, str | Probleme] = {}
    for rang, complement in waiting:
        if (row := rows.get(complement.place)) is None:
            issues[rang] = AvisInconnu()
            continue
        if complement.avis not in etats:
            etats[complement.avis] = _Etat(row)
        etats[complement.avis].take(rang, complement, row)
    for etat in await _write(connection, etats.values()):
        issues |= etat.issues
    return issues


async def _read(connection: Connection, places: Iterable[tuple[int, UUID, str | None]]) -> dict[Any, Any]:
    """What is stored, for each avis and origin."""
    asked = list(places)
    rows = await sql.lire(connection, *zip(*asked, strict=True))
    return {asked[row["rang"] - 1]: row for row in rows}


async def _write(connection: Connection, etats: Iterable[_Etat]) -> list[_Etat]:
    """Write what changed; those whose outcomes hold: nothing to write, or written over what was read."""
    settled: list[_Etat] = []
    changes: list[_Etat] = []
    for etat in etats:
        (changes if etat.to_write else settled).append(etat)
    if changes:
        done = await sql.completer(connection, complement_columns(changes))
        settled += [etat for rang, etat in enumerate(changes, 1) if rang in done]
    return settled


def complement_columns(changes: Sequence[_Etat]) -> list[list[Any]]:
    """The nine arrays of `completer_avis`."""
    return [
        [e.row["demarche_id"] for e in changes],
        [e.row["id"] for e in changes],
        [e.row["version"] for e in changes],
        [e.contenu.note for e in changes],
        [dump(e.contenu.reponses) for e in changes],
        [e.contenu.commentaire for e in changes],
        [e.version for e in changes],
        [e.ordre if e.ordre != e.row["ordre"] else None for e in changes],
        [e.row["origines"] for e in changes],
    ]
