"""What the service's role may do, table by table: whatever is not here, it may only read. Pure.

Éditions, boutons and the catalogue are changed by commands, which the owner of the database runs.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_NIVEAUX: Final = tuple(f"n{niveau}" for niveau in range(11))

ECRITURES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "avis": {"INSERT": (), "UPDATE": ("note", "reponses", "commentaire", "version", "ordre")},
    "compte": {"INSERT": (), "UPDATE": _NIVEAUX},
    "fichier_publie": {"INSERT": ()},
    "cle_api": {"UPDATE": ("utilisee_le",)},
    "demarche": {"UPDATE": ("top_250_depuis", "top_250_jusqu_au")},
}
"""By table and privilege, the columns that it is limited to; none: the whole table."""
FONCTIONS: Final = ("verrouiller_catalogue()",)
"""What nobody but the service's role and the owner may call."""


class Droit(NamedTuple):
    """A privilege on a table, on a column of it, or on a function."""

    objet: str
    privilege: str
    colonne: str = ""


class Exces(NamedTuple):
    """What a role may do that it must not: in French, for an operator, and the statement that takes it back."""

    quoi: str
    retrait: str


def droits(tables: Iterable[str]) -> set[Droit]:
    """Everything that the service's role must have, these tables being all there are."""
    return set(_droits(tables))


def _droits(tables: Iterable[str]) -> Iterator[Droit]:
    for table in tables:
        yield Droit(table, "SELECT")
        for privilege, colonnes in ECRITURES.get(table, {}).items():
            yield from (Droit(table, privilege, colonne) for colonne in colonnes or ("",))
    yield from (Droit(fonction, "EXECUTE") for fonction in FONCTIONS)
