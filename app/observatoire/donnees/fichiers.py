"""The files of a set, by name. Pure.

`observatoire`, `synthese` and `indicateurs`, each as `.csv`, `.json`, `.parquet` and with its `.schema.json`; and
`datapackage.json`, that describes them all.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

from app.observatoire.donnees.colonnes import TABLES, Table, table
from app.observatoire.donnees.ecriture import en_csv, en_json, en_parquet
from app.observatoire.donnees.jeu import Jeu
from app.observatoire.donnees.schema import TYPES, datapackage, table_schema

PAQUET: Final = "datapackage.json"
SOMMES: Final = "SHA256SUMS"
FORMES: Final = tuple(TYPES)
NOMS: Final = (*(f"{nom}.{forme}" for nom in TABLES for forme in (*FORMES, "schema.json")), PAQUET)
_ECRIRE: Final = {"csv": en_csv, "json": en_json, "parquet": en_parquet}
_LISIBLE: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def rendre(jeu: Jeu, nom: str) -> bytes:
    """One file, of a name in NOMS."""
    if nom == PAQUET:
        return rendre_tout(jeu)[nom]
    base, _, forme = nom.partition(".")
    voulue = table(base, jeu.definitions)
    return ecrire_schema(voulue) if forme == "schema.json" else _ECRIRE[forme](jeu, voulue)


def rendre_tout(jeu: Jeu) -> dict[str, bytes]:
    """Every file, by name."""
    tables = [table(nom, jeu.definitions) for nom in TABLES]
    fichiers = {f"{t.nom}.{forme}": _ECRIRE[forme](jeu, t) for t in tables for forme in FORMES}
    fichiers |= {f"{t.nom}.schema.json": ecrire_schema(t) for t in tables}
    return fichiers | {PAQUET: _lisible(datapackage(jeu, tables, fichiers))}


def ecrire_schema(voulue: Table) -> bytes:
    """The Table Schema of a table, as a file."""
    return _lisible(table_schema(voulue))


def _lisible(objet: Mapping[str, Any]) -> bytes:
    return orjson.dumps(objet, option=_LISIBLE)


def empreinte(octets: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(octets).hexdigest()


def ligne_de_somme(nom: str, somme: str) -> str:
    """As `sha256sum --check` reads it."""
    return f"{somme}  {nom}\n"


def avec_sommes(fichiers: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a set, and the sums of all."""
    sommes = "".join(ligne_de_somme(nom, empreinte(octets)) for nom, octets in sorted(fichiers.items()))
    return {**fichiers, SOMMES: sommes.encode()}


def type_de(nom: str) -> str:
    """The media type of a file, by its name."""
    forme = nom.rpartition(".")[2]
    if forme == "csv":
        return "text/csv; charset=utf-8; header=present"
    if nom == SOMMES or forme == "sha256":
        return "text/plain; charset=utf-8"
    return TYPES.get(forme, "application/octet-stream")
