"""The command `jdma`: what an operator does by hand. Every error is one line in French and a non-zero exit."""

import sys

import typer
from pydantic import ValidationError

from app.cli import (
    boutons,
    cles,
    donnees,
    donnees_ouvertes,
    editions,
    engagements,
    interventions,
    observatoire,
    remasquer,
    roles,
    service,
    snippet,
)
from app.cli.socle import Erreur
from app.database import AWAY, is_away
from app.ops import journal
from app.settings import get_settings

app = typer.Typer(
    name="jdma",
    help="Je donne mon avis : recueille les avis des citoyens et donne leurs indices de satisfaction.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (service, roles, donnees, remasquer, snippet, boutons, observatoire, engagements, donnees_ouvertes):
    app.registered_commands += group.app.registered_commands
app.add_typer(cles.app)
app.add_typer(engagements.engagement)
app.add_typer(interventions.app)
app.add_typer(editions.app)
app.add_typer(donnees_ouvertes.groupe)


def main() -> None:
    """Entry point: one line for an error that can be foreseen."""
    try:
        settings = get_settings()
        journal.configure(settings.journal_niveau, settings.journal_format)
        app()
    except ValidationError as error:
        lines = [f"JDMA_{str(e['loc'][0]).upper()} : {e['msg'].removeprefix('Value error, ')}" for e in error.errors()]
        fail("réglage non valide : " + " ; ".join(lines))
    except (Erreur, ValueError) as error:
        fail(str(error))
    except AWAY as error:
        if roles.lacks_right(error):
            fail(f"{roles.DROIT_MANQUANT} ({_reason(error)})")
        if is_away(error):
            fail(f"la base de données ne répond pas ({_reason(error)})")
        if isinstance(error, OSError):
            fail(f"{error.filename or 'écriture impossible'} : {error.strerror}")
        raise


def _reason(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).splitlines()[0][:200] if str(cause) else type(cause).__name__


def fail(message: str) -> None:
    """Say why on standard error, and leave with 1."""
    print(f"jdma : {message}", file=sys.stderr)
    raise SystemExit(1)
