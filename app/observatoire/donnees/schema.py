"""How a table is described to others: Table Schema, and the Data Package of a set. Pure.

https://specs.frictionlessdata.io/table-schema/ · https://specs.frictionlessdata.io/data-package/
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.observatoire.donnees.colonnes import Colonne, Table
from app.observatoire.donnees.jeu import Jeu
from app.observatoire.donnees.licence import LICENCE

VERSION: Final = "2.0.0"
"""Of the columns: 1.1.0 adds some, 2.0.0 takes some away or changes what they mean."""
TYPES: Final = {
    "csv": "text/csv",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}


def table_schema(table: Table) -> dict[str, Any]:
    """The Table Schema of a table's CSV."""
    schema: dict[str, Any] = {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "name": table.nom,
        "title": table.titre,
        "description": table.description,
        "version": VERSION,
        "licenses": [LICENCE],
        "fields": [_champ(colonne, table.cle) for colonne in table.colonnes],
        "missingValues": [""],
    }
    return schema | ({"primaryKey": list(table.cle)} if table.cle else {})


def _champ(colonne: Colonne, cle: Sequence[str]) -> dict[str, Any]:
    champ: dict[str, Any] = {"name": colonne.nom, "type": colonne.type, "description": colonne.description}
    if colonne.unite:
        champ["unit"] = colonne.unite
    contraintes = {
        "required": colonne.requise or None,
        "unique": (colonne.nom,) == tuple(cle) or None,
        "minimum": colonne.minimum,
        "maximum": colonne.maximum,
        "enum": list(colonne.valeurs) or None,
    }
    dites = {nom: valeur for nom, valeur in contraintes.items() if valeur is not None}
    return champ | ({"constraints": dites} if dites else {})


def datapackage(jeu: Jeu, tables: Sequence[Table], fichiers: Mapping[str, bytes]) -> dict[str, Any]:
    """The descriptor of a whole set: its files, their sizes and hashes; the CSV carry their schema."""
    entete = jeu.entete
    nom = "observatoire" if entete.edition is None else f"observatoire-{entete.edition}-revision-{entete.revision}"
    dates = {} if entete.publiee_le is None else {"created": entete.publiee_le}
    return {
        "profile": "data-package",
        "name": nom,
        "title": entete.titre,
        "version": VERSION if entete.revision is None else str(entete.revision),
        **dates,
        "licenses": [LICENCE],
        "periode": {"debut": entete.periode.debut, "fin": entete.periode.fin},
        "methode": entete.methode,
        "resources": [
            _ressource(table, forme, fichiers[f"{table.nom}.{forme}"]) for table in tables for forme in TYPES
        ],
    }


def _ressource(table: Table, forme: str, octets: bytes) -> dict[str, Any]:
    """Only the CSV is a tabular resource, that a program can check against its schema."""
    tabulaire = forme == "csv"
    ressource: dict[str, Any] = {
        "name": table.nom if tabulaire else f"{table.nom}-{forme}",
        "type": "table" if tabulaire else "file",
        "path": f"{table.nom}.{forme}",
        "title": table.titre,
        "description": table.description,
        "format": forme,
        "mediatype": TYPES[forme],
        "bytes": len(octets),
        "hash": f"sha256:{hashlib.sha256(octets).hexdigest()}",
    }
    if tabulaire:
        ressource |= {"profile": "tabular-data-resource", "encoding": "utf-8", "schema": f"{table.nom}.schema.json"}
    return ressource
