"""Deposit of avis: from a checked body to what is stored, through the group commit."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from app.avis import mesures, sql
from app.avis.masquage import masquer
from app.avis.questionnaire import AvisDepose, canonique, compact
from app.avis.refus import AvisConflit, BoutonFerme, OrigineRefusee
from app.database import Connection
from app.demarches.refus import BoutonIntrouvable
from app.problems import Probleme
from app.settings import get_settings

REFUS: dict[int, type[Probleme]] = {404: BoutonIntrouvable, 410: BoutonFerme, 403: OrigineRefusee, 409: AvisConflit}
_ZERO = UUID(int=0)


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
    aide: Sequence[str] | None = None
    """The choices in the order in which they came, which means nothing: avis deposited long ago are known by it."""

    def empreinte(self) -> int:
        """64 bits that tell whether two deposits have the same content (of what is stored: nothing personal in it)."""
        return _digest(self.bouton_id, self.note, self.langue.lower(), self.reponses, self.commentaire)

    def ancienne_empreinte(self) -> int:
        """The same, as it was when the order of choices and the case of languages told contents apart."""
        reponses = self.reponses | {"aide": self.aide} if self.reponses and self.aide else self.reponses
        return _digest(self.bouton_id, self.note, self.langue, reponses, self.commentaire)


def _digest(*content: Any) -> int:
    data = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big", signed=True)


@dataclass(frozen=True, slots=True)
class Enregistre:
    """What the database acknowledged: when the avis was deposited, whether it was now, and if it may be completed."""

    depose_le: datetime
    nouveau: bool
    completable: bool = True


@dataclass(frozen=True, slots=True)
class Doute:
    """The id is that of an avis with another fingerprint: another content, or the same deposited under other rules."""

    avis: asyncpg.Record
    refus: Probleme

    def settle(self, depot: Depot) -> Enregistre:
        """The acknowledgement, when it is the same content by the rules of now; raises the refusal otherwise.

        It may take as long as masking a comment: not in a batch, where others wait.
        """
        avis = self.avis
        if avis["empreinte"] != depot.ancienne_empreinte() and empreinte_d_aujourd_hui(avis) != depot.empreinte():
            raise self.refus
        return Enregistre(avis["depose_le"], nouveau=False, completable=avis["completable"])


def prepare(body: AvisDepose, bouton_id: int, demarche_id: int, origine: str | None) -> Depot:
    """The avis to store for a checked body, personal data removed."""
    reponses = without_personal_data(compact(body.reponses))
    comment, aide = clean(body.commentaire), body.reponses.aide if body.reponses else None
    return Depot(demarche_id, bouton_id, body.id, body.note, body.langue, reponses, comment, origine, aide)


def poids(commentaire: str | None) -> int:
    """What it takes to prepare a comment, in elements of `app.hors_boucle`: the worst takes 1.5 µs a character."""
    return len(commentaire or "") // 7


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


def dump(value: dict[str, Any] | None) -> str | None:
    """Answers as JSON for the database."""
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
        [dump(d.reponses) for d in lot],
        [d.commentaire for d in lot],
        [d.origine for d in lot],
    ]


async def write_depots(connection: Connection, lot: Sequence[Depot]) -> list[Enregistre | Doute | Probleme]:
    """Store a batch in one call; each avis has its own outcome."""
    rows = await sql.deposer(connection, depot_columns(lot))
    if rows[0]["rang"] == 0:
        return [Enregistre(rows[0]["depose_le"], nouveau=True)] * len(lot)
    issues: list[Enregistre | Doute | Probleme] = [Probleme()] * len(lot)
    for rang, issue, depose_le in rows:
        refus = REFUS.get(issue)
        issues[rang - 1] = refus() if refus else Enregistre(depose_le, issue == 201, issue != 208)
    if doutes := [rang - 1 for rang, issue, depose_le in rows if issue in REFUS and depose_le is not None]:
        await _doubt(connection, lot, issues, doutes)
    return issues


async def _doubt(
    connection: Connection, lot: Sequence[Depot], issues: list[Enregistre | Doute | Probleme], doutes: list[int]
) -> None:
    """Put beside each of these refusals the avis that has its id."""
    depots = [lot[place] for place in doutes]
    columns = [d.demarche_id for d in depots], [d.id for d in depots], [d.origine for d in depots]
    for row in await sql.lire(connection, *columns):
        place = doutes[row["rang"] - 1]
        if isinstance(refus := issues[place], Probleme):
            issues[place] = Doute(row, refus)


def empreinte_d_aujourd_hui(row: asyncpg.Record) -> int | None:
    """What the fingerprint of a stored avis would be if it came today; None once it was completed.

    What is masked, and what makes no difference, changes from one version to the next; what was deposited does not.
    """
    if row["version"]:
        return None
    reponses = canonique(orjson.loads(row["reponses"])) if row["reponses"] else None
    content = row["note"], row["langue"], without_personal_data(reponses), clean(row["commentaire"]), None
    return Depot(0, row["bouton_id"], _ZERO, *content).empreinte()


def conflits(doutes: Iterable[asyncpg.Record]) -> list[int]:
    """The lines of an import whose id belongs to an avis with another content, by the rules of now."""
    return [row["ligne"] for row in doutes if empreinte_d_aujourd_hui(row) != row["envoyee"]]
