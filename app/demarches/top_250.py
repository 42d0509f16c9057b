"""The observatory's list of the 250 most used démarches, and since when a démarche is in it. Pure, but for today."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def aujourd_hui() -> date:
    """The day it is in Paris."""
    return datetime.now(PARIS).date()


def dates_top_250(
    depuis: date | None, jusqu_au: date | None, *, voulu: bool, jour: date
) -> tuple[date | None, date | None]:
    """The dates of a démarche once it is in the list, or out of it, on that day; unchanged when it already is.

    A démarche is in the list when it has a first day and no last one. Out and in again the same day is a correction:
    the first day is kept.

    >>> d = date
    >>> dates_top_250(None, None, voulu=True, jour=d(2026, 1, 5))
    (datetime.date(2026, 1, 5), None)
    >>> dates_top_250(d(2025, 1, 1), None, voulu=False, jour=d(2026, 1, 5))
    (datetime.date(2025, 1, 1), datetime.date(2026, 1, 5))
    """
    if voulu == (depuis is not None and jusqu_au is None):
        return depuis, jusqu_au
    if voulu:
        return (depuis if jusqu_au == jour else jour), None
    return depuis, jour
