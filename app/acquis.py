"""What deposits do not change: the registers (the catalogue, facts, exemptions, engagements, éditions) and the counts
of past months. It is read once, until somebody changes it. Why that is exact: docs/decisions/0009-acquis.md.
"""

import datetime as dt
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, NamedTuple, TypeVar, cast

from sqlalchemy import BigInteger
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel


class Modification(SQLModel, table=True):
    """A transaction that changed some of it: its number. A trigger writes it, and takes away those of earlier ones."""

    __tablename__ = "modification"

    xid: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


AVANT: Final = "CAST(date_trunc('month', current_date - 45) AS date)"
"""In SQL: counts of days before that one are settled. Triggers note what changes them from 31 days on: a fortnight more
than the longest transaction, or the widest jump of the server's clock."""
VERSION: Final = """
    (SELECT concat_ws(' ', pg_postmaster_start_time(), string_agg(CAST(xid AS text), ' ' ORDER BY xid))
     FROM modification)
"""
"""In SQL: equal texts, nothing of it has changed."""
ENTREES_AU_PLUS: Final = 24
_INFO: Final = "acquis"

T = TypeVar("T")


class _Ouverts(NamedTuple):
    """What a session may use."""

    retenus: OrderedDict[Hashable, Any]
    avant: dt.date


class Acquis:
    """What was made of it as it stands in one version, forgotten at the next; one of each process."""

    def __init__(self) -> None:
        self._version: tuple[str, dt.date] | None = None
        self._retenus: OrderedDict[Hashable, Any] = OrderedDict()

    def ouvrir(self, db: AsyncSession, version: str, avant: dt.date) -> None:
        """Let this session, which sees this version, find and leave here what is made of it."""
        if (version, avant) != self._version:
            self._version, self._retenus = (version, avant), OrderedDict()
        db.info[_INFO] = _Ouverts(self._retenus, avant)


def avant(db: AsyncSession) -> dt.date | None:
    """The day before which counts are settled; None in a session that no `Acquis` has opened."""
    ouverts = cast("_Ouverts | None", db.info.get(_INFO))
    return None if ouverts is None else ouverts.avant


async def retenir(db: AsyncSession, cle: Hashable, calcul: Callable[[], Awaitable[T]]) -> T:
    """The result of `calcul`, kept for as long as what it is made from does not change.

    It must depend on nothing but the registers, counts of days before `avant`, and `cle`; whoever gets it must not
    change it. In a session that no `Acquis` has opened, it is computed each time.
    """
    ouverts = cast("_Ouverts | None", db.info.get(_INFO))
    if ouverts is None:
        return await calcul()
    retenus: OrderedDict[Hashable, T] = ouverts.retenus
    if cle in retenus:
        retenus.move_to_end(cle)
        return retenus[cle]
    resultat = retenus[cle] = await calcul()
    while len(retenus) > ENTREES_AU_PLUS:
        retenus.popitem(last=False)
    return resultat
