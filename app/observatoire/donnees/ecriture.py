"""A table as bytes: CSV, JSON, Parquet. Pure, and the same bytes for the same figures, in any process, any day.

Nothing is rounded; what is absent is empty or null, never zero.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Sequence
from typing import Any, Final

import arro3.core as arrow
import orjson
from arro3.io import write_parquet

from app.indices.tableur import texte
from app.observatoire.donnees.colonnes import Colonne, Table
from app.observatoire.donnees.jeu import Jeu
from app.observatoire.donnees.licence import LICENCE, NOM
from app.observatoire.donnees.schema import table_schema

Valeurs = list[Any]
_EPOQUE: Final = dt.date(1970, 1, 1)


def en_csv(jeu: Jeu, table: Table) -> bytes:
    """RFC 4180, UTF-8, comma, CRLF. No text can be taken for a formula by a spreadsheet."""
    sortie = io.StringIO()
    feuille = csv.writer(sortie)
    feuille.writerow(colonne.nom for colonne in table.colonnes)
    colonnes = [_cellules(colonne, valeurs) for colonne, valeurs in _lire(jeu, table)]
    feuille.writerows(zip(*colonnes, strict=True))
    return sortie.getvalue().encode()


def en_json(jeu: Jeu, table: Table) -> bytes:
    """An object: what the set is, and `elements`, one object a row.

    Its keys are the names of the columns, but for those of indicateurs: `indicateurs`, then its key, then the field.
    """
    plates, rangees = _separer(_lire(jeu, table))
    elements = _objets_de(plates)
    if rangees:
        indicateurs = {cle: _objets_de(champs) for cle, champs in rangees.items()}
        for rang, element in enumerate(elements):
            element["indicateurs"] = {cle: objets[rang] for cle, objets in indicateurs.items()}
    return orjson.dumps(_entete(jeu, table) | {"elements": elements}, option=orjson.OPT_APPEND_NEWLINE)


def _separer(lues: Sequence[tuple[Colonne, Valeurs]]) -> tuple[dict[str, Valeurs], dict[str, dict[str, Valeurs]]]:
    """Values by column; then by indicateur and field."""
    plates: dict[str, Valeurs] = {}
    rangees: dict[str, dict[str, Valeurs]] = {}
    for colonne, valeurs in lues:
        if colonne.champ is None:
            plates[colonne.nom] = valeurs
        else:
            indicateur, champ = colonne.champ
            rangees.setdefault(indicateur, {})[champ] = valeurs
    return plates, rangees


def _objets_de(colonnes: dict[str, Valeurs]) -> list[dict[str, Any]]:
    noms = tuple(colonnes)
    return [dict(zip(noms, rang, strict=True)) for rang in zip(*colonnes.values(), strict=True)]


def en_parquet(jeu: Jeu, table: Table) -> bytes:
    """Typed columns; the metadata `observatoire` is JSON: what the set is, and the Table Schema."""
    champs, colonnes = [], []
    for colonne, valeurs in _lire(jeu, table):
        kind, convertir = _ARROW[colonne.type]
        champs.append(arrow.Field(colonne.nom, kind, nullable=not colonne.requise))
        colonnes.append(convertir(valeurs))
    tableau = arrow.Table.from_arrays(colonnes, schema=arrow.Schema(champs))
    # One key only: several would be written in an order that changes from a process to another.
    dit = orjson.dumps(_entete(jeu, table) | {"schema": table_schema(table)}).decode()
    sortie = io.BytesIO()
    write_parquet(
        tableau,
        sortie,
        compression="zstd(3)",
        created_by="je-donne-mon-avis",
        key_value_metadata={"observatoire": dit},
        skip_arrow_metadata=True,
        writer_version="parquet_1_0",
    )
    return sortie.getvalue()


def _entete(jeu: Jeu, table: Table) -> dict[str, Any]:
    entete = jeu.entete
    return {
        "table": table.nom,
        "titre": entete.titre,
        "edition": entete.edition,
        "revision": entete.revision,
        "raison": entete.raison,
        "publiee_le": entete.publiee_le,
        "periode": {"debut": entete.periode.debut, "fin": entete.periode.fin},
        "minimum": entete.minimum,
        "perimetre": entete.perimetre,
        "methode": entete.methode,
        "licence": {"code": NOM, "titre": LICENCE["title"], "url": LICENCE["path"]},
    }


def _lire(jeu: Jeu, table: Table) -> list[tuple[Colonne, Valeurs]]:
    lignes = table.lignes(jeu)
    return [(colonne, [colonne.lire(ligne) for ligne in lignes]) for colonne in table.colonnes]


def _cellules(colonne: Colonne, valeurs: Valeurs) -> Sequence[object]:
    """What the CSV writer is given: it leaves None empty, and writes all the digits of numbers, and dates as ISO."""
    if colonne.type == "string":
        return [texte(valeur) for valeur in valeurs]
    if colonne.type == "boolean":
        return [_BOOLEENS[valeur] for valeur in valeurs]
    if colonne.type == "object":
        return _objets(valeurs)
    return valeurs


_BOOLEENS: Final = {True: "true", False: "false", None: ""}


def _objets(valeurs: Valeurs) -> list[str | None]:
    return [None if v is None else orjson.dumps(v, option=orjson.OPT_SORT_KEYS).decode() for v in valeurs]


def _dates(valeurs: Valeurs) -> arrow.Array:
    jours = [None if valeur is None else (valeur - _EPOQUE).days for valeur in valeurs]
    return arrow.Array(jours, arrow.DataType.int32()).cast(arrow.DataType.date32())


def _tels_quels(kind: arrow.DataType) -> Callable[[Valeurs], arrow.Array]:
    return lambda valeurs: arrow.Array(valeurs, kind)


_TEXTE: Final = arrow.DataType.utf8()
_ARROW: Final[dict[str, tuple[arrow.DataType, Callable[[Valeurs], arrow.Array]]]] = {
    "string": (_TEXTE, _tels_quels(_TEXTE)),
    "object": (_TEXTE, lambda valeurs: arrow.Array(_objets(valeurs), _TEXTE)),
    "integer": (arrow.DataType.int64(), _tels_quels(arrow.DataType.int64())),
    "number": (
        arrow.DataType.float64(),
        lambda valeurs: arrow.Array([None if v is None else float(v) for v in valeurs], arrow.DataType.float64()),
    ),
    "boolean": (arrow.DataType.bool(), _tels_quels(arrow.DataType.bool())),
    "date": (arrow.DataType.date32(), _dates),
}
