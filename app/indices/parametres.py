"""What the figures' addresses have in common: the day it is, and the période asked for."""

import datetime as dt
from typing import Annotated

from fastapi import Depends, Query
from pydantic import WithJsonSchema

from app.indices.periode import Periode, jour_de_paris, lire_periode

Jour = Annotated[str | None, WithJsonSchema({"type": "string", "format": "date"})]


async def aujourd_hui() -> dt.date:
    """The day it is in Paris, by the server's clock."""
    return jour_de_paris(dt.datetime.now(dt.UTC))


AujourdHui = Annotated[dt.date, Depends(aujourd_hui)]


async def lire(
    jour: AujourdHui,
    debut: Annotated[
        Jour, Query(description="premier jour, inclus (AAAA-MM-JJ) ; par défaut, `fin` moins un an plus un jour")
    ] = None,
    fin: Annotated[Jour, Query(description="dernier jour, inclus (AAAA-MM-JJ) ; par défaut, aujourd'hui")] = None,
) -> Periode:
    """The période of a request; PeriodeInvalide (422) otherwise."""
    return lire_periode(debut, fin, jour)


PeriodeDep = Annotated[Periode, Depends(lire)]
