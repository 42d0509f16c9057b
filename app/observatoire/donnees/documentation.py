"""What each column means, in French, from the only list of columns. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

from app.observatoire.donnees.colonnes import (
    CHAMPS,
    INDICATEURS,
    SYNTHESE,
    Colonne,
    Table,
    nom_colonne,
    observatoire,
    type_valeur,
)
from app.observatoire.donnees.jeu import DEFINITIONS, Definition

TYPES: Final = {
    "string": "texte",
    "integer": "entier",
    "number": "nombre",
    "boolean": "booléen",
    "date": "date",
    "object": "JSON",
}


def markdown() -> str:
    """The section of docs/donnees-ouvertes.md that speaks of columns."""
    table = observatoire(DEFINITIONS)
    parties = [
        *_titre(table),
        *_tableau(propres(table)),
        "",
        f"Puis, pour chaque indicateur, `{nom_colonne('CLE', 'CHAMP')}` (en JSON : `indicateurs`, la clé, le champ) :",
        "",
        *_tableau(generiques()),
        "",
        *_indicateurs(DEFINITIONS),
        *_titre(SYNTHESE),
        *_tableau(SYNTHESE.colonnes),
        "",
        *_titre(INDICATEURS),
        *_tableau(INDICATEURS.colonnes),
    ]
    return "\n".join(parties) + "\n"


def propres(table: Table) -> list[Colonne]:
    """The columns of a table that are not those of one indicateur."""
    return [colonne for colonne in table.colonnes if colonne.champ is None]


def genre(colonne: Colonne) -> str:
    """The type of a column, its unit, and whether it may be empty."""
    dit = TYPES.get(colonne.type, colonne.type) + (f", {colonne.unite}" if colonne.unite else "")
    return dit + ("" if colonne.requise else ", peut manquer")


def _titre(table: Table) -> list[str]:
    return [f"### `{table.nom}` : {table.titre}", "", table.description, ""]


def _tableau(colonnes: Iterable[Colonne]) -> list[str]:
    return ["| colonne | type | sens |", "|---|---|---|", *map(_rang, colonnes)]


def _rang(colonne: Colonne) -> str:
    valeurs = f" (`{'`, `'.join(colonne.valeurs)}`)" if colonne.valeurs else ""
    return f"| `{colonne.nom}` | {genre(colonne)} | {colonne.description}{valeurs} |"


def generiques() -> list[Colonne]:
    """The fields that all indicateurs have."""
    return [
        Colonne(
            f"…_{champ.nom}",
            champ.type or "number",
            champ.description,
            lambda _: None,
            "" if champ.type else "ou booléen selon l'indicateur",
            champ.requise,
            valeurs=champ.valeurs,
        )
        for champ in CHAMPS
    ]


def _indicateurs(definitions: Sequence[Definition]) -> list[str]:
    rangs = [f"| `{d.cle}` | {d.titre} | {TYPES[type_valeur(d)]} | {d.critere} |" for d in definitions]
    return ["| clé | indicateur | type de `valeur` | `atteint` si |", "|---|---|---|---|", *rangs, ""]
