"""The période in the address of a page: a field left empty in a form is a field not filled in."""

from typing import Annotated

from fastapi import Depends, Query

from app.indices.parametres import AujourdHui
from app.indices.periode import Periode, lire_periode

Jour = Annotated[str, Query(max_length=10)]


async def lire(jour: AujourdHui, debut: Jour = "", fin: Jour = "") -> Periode:
    """The période of a page; PeriodeInvalide (422) otherwise."""
    return lire_periode(debut or None, fin or None, jour)


PeriodeDep = Annotated[Periode, Depends(lire)]
