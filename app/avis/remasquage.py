"""`remasquer`: today's masking rules over what is stored already, while the service runs.

Only words change: no figure is made of them. The fingerprint of the content is worked out again with them, so that an
avis sent again, masked by today's rules, is still the one that is stored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from app.avis import sql
from app.avis.depot import Depot
from app.avis.masquage import masquer
from app.database import Connection, raw_connection

PAR_FOIS = 500
"""Avis read by one statement."""
ESSAIS = 5
"""How often an avis that a completion changed meanwhile is read and masked again."""

Progress = Callable[[int, int], None]


@dataclass
class Bilan:
    """Texts read, avis changed, and what was removed, by kind; `laisses`: avis that kept changing meanwhile."""

    lus: int = 0
    modifies: int = 0
    laisses: int = 0
    retires: dict[str, int] = field(default_factory=dict)

    def ajouter(self, retires: dict[str, int]) -> None:
        for genre, nombre in retires.items():
            self.retires[genre] = self.retires.get(genre, 0) + nombre


async def remasquer(engine: AsyncEngine, avec_noms: bool, progress: Progress = lambda _done, _all: None) -> Bilan:
    """Mask again every stored text; run again, it changes nothing, and picks up where it was stopped.

    Rows are written only where what was read is still there: a completion that came meanwhile stays, and is read again.
    """
    bilan = Bilan()
    async with raw_connection(engine) as connection:
        total = await sql.total_textes(connection)
        apres: tuple[int, UUID] = (-(2**31), UUID(int=0))
        while rows := await sql.textes(connection, *apres, PAR_FOIS):
            await _remasquer_lot(connection, rows, avec_noms, bilan)
            bilan.lus += len(rows)
            apres = (rows[-1]["demarche_id"], rows[-1]["id"])
            progress(min(bilan.lus, total), total)
    return bilan


async def _remasquer_lot(connection: Connection, rows: Sequence[Any], avec_noms: bool, bilan: Bilan) -> None:
    for _ in range(ESSAIS):
        changes = [change for row in rows if (change := _change(row, avec_noms))]
        if not changes:
            return
        columns = [list(column) for column in zip(*(change for change, _ in changes), strict=True)]
        done = await sql.remplacer_textes(connection, columns)
        bilan.modifies += len(done)
        for change, retires in changes:
            if change[:2] in done:
                bilan.ajouter(retires)
        missed = [change[:2] for change, _ in changes if change[:2] not in done]
        rows = await sql.textes_de(connection, missed) if missed else []
    bilan.laisses += len(rows)


def _change(row: Any, avec_noms: bool) -> tuple[Any, dict[str, int]] | None:
    """The columns of `remplacer_textes` for a row that today's rules change, and what they remove; None otherwise."""
    reponses = orjson.loads(row["reponses"]) if row["reponses"] else None
    avant = (row["commentaire"], (reponses or {}).get("aide_autre"))
    retires: dict[str, int] = {}
    textes = []
    for texte in avant:
        masque, comptes = masquer(texte, avec_noms=avec_noms) if texte else (texte, {})
        textes.append(masque)
        retires |= {genre: retires.get(genre, 0) + nombre for genre, nombre in comptes.items()}
    if tuple(textes) == avant:
        return None
    commentaire, autre = textes
    apres = reponses if avant[1] is None else (reponses or {}) | {"aide_autre": autre}
    empreinte = _empreinte(row, reponses, apres, commentaire)
    json = None if apres is None else orjson.dumps(apres).decode()
    place = (row["demarche_id"], row["id"], row["version"], row["commentaire"], row["reponses"])
    return (*place, commentaire, json, empreinte), retires


def _empreinte(row: Any, avant: dict[str, Any] | None, apres: dict[str, Any] | None, commentaire: str | None) -> int:
    """The fingerprint that goes with the new words, when it is the stored content's; else the one of the deposit stays.

    An avis that was completed keeps the fingerprint of its first content, which is no longer known.
    """
    place = (row["demarche_id"], row["bouton_id"], row["id"], row["note"], row["langue"])
    if Depot(*place, avant, row["commentaire"], None).empreinte() != row["empreinte"]:
        return int(row["empreinte"])
    return Depot(*place, apres, commentaire, None).empreinte()
