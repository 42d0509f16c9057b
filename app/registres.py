"""The registers: what avis never change (the catalogue, facts, exemptions, engagements, éditions), read once until
somebody changes them. Why that is exact: docs/decisions/0009-registres-retenus.md.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, TypeVar

from sqlalchemy import BigInteger
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel


class RegistreModifie(SQLModel, table=True):
    """A transaction that changed a register: its number. A trigger writes it, and takes away those of earlier ones."""

    __tablename__ = "registre_modifie"

    xid: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


VERSION: Final = """
    (SELECT concat_ws(' ', pg_postmaster_start_time(), string_agg(CAST(xid AS text), ' ' ORDER BY xid))
     FROM registre_modifie)
"""
"""In SQL: equal texts, the same registers."""
ENTREES_AU_PLUS: Final = 16
_INFO: Final = "registres"

T = TypeVar("T")


class Registres:
    """What was made of the registers as they stand in one version, forgotten at the next; one of each process."""

    def __init__(self) -> None:
        self._version = ""
        self._retenus: OrderedDict[Hashable, Any] = OrderedDict()

    def ouvrir(self, db: AsyncSession, version: str) -> None:
        """Let this session, which sees the registers in this version, find and leave here what is made of them."""
        if version != self._version:
            self._version, self._retenus = version, OrderedDict()
        db.info[_INFO] = self._retenus


async def retenir(db: AsyncSession, cle: Hashable, calcul: Callable[[], Awaitable[T]]) -> T:
    """The result of `calcul`, kept for as long as the registers do not change.

    It must depend on nothing but them and `cle`, and whoever gets it must not change it. In a session that no
    `Registres` has opened, it is computed each time.
    """
    retenus: OrderedDict[Hashable, T] | None = db.info.get(_INFO)
    if retenus is None:
        return await calcul()
    if cle not in retenus:
        resultat = await calcul()
        retenus[cle] = resultat
        while len(retenus) > ENTREES_AU_PLUS:
            retenus.popitem(last=False)
        return resultat
    retenus.move_to_end(cle)
    return retenus[cle]
