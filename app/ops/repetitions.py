"""What may happen a thousand times a second: said at once the first time, then once a minute with how often."""

import asyncio
from collections.abc import Hashable
from contextvars import Context
from typing import Any

import structlog

log = structlog.get_logger()

PERIODE = 60.0
EVENEMENTS_MAX = 1_000
"""Different events held at once; one more is left out until some end."""

_vus: dict[Hashable, tuple[str, dict[str, Any], int]] = {}


def noter(
    evenement: str, champs: dict[str, Any] | None = None, *, cle: tuple[Hashable, ...] = (), niveau: str = "warning"
) -> None:
    """Log an event, unless the same (of the same `cle`) was in the minute: then it is counted. Call from the loop."""
    champs = champs or {}
    quoi = (evenement, niveau, *cle)
    if (vu := _vus.get(quoi)) is not None:
        _vus[quoi] = (*vu[:2], vu[2] + 1)
    elif len(_vus) < EVENEMENTS_MAX:
        getattr(log, niveau)(evenement, **champs)
        _attendre(quoi, champs)


def _attendre(quoi: tuple[Any, ...], champs: dict[str, Any]) -> None:
    _vus[quoi] = (quoi[0], champs, 0)
    # In a context of its own: the line to come is not of the request that happened to be the first.
    asyncio.get_running_loop().call_later(PERIODE, _dire, quoi, context=Context())


def _dire(quoi: tuple[Any, ...]) -> None:
    evenement, champs, nombre = _vus.pop(quoi, (quoi[0], {}, 0))
    if nombre:
        getattr(log, quoi[1])(evenement, **champs, nombre=nombre)
        _attendre(quoi, champs)


def dire_tout() -> None:
    """Say what is still counted: the service stops."""
    for quoi in list(_vus):
        evenement, champs, nombre = _vus.pop(quoi)
        if nombre:
            getattr(log, str(quoi[1]))(evenement, **champs, nombre=nombre)  # type: ignore[index]
