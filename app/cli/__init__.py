"""The command `jdma`: what an operator does by hand. Every error is one line in French and a non-zero exit.

Adding a command is a module that makes a `typer.Typer()` (with a `name`: a group of commands), and a line below. The
module imports what is heavy inside what uses it, never at its top: `jdma --help` and a shell that completes must answer
at once.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from app.cli import (
    boutons,
    cles,
    completion,
    demarches,
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
from app.cli.francais import speak_french
from app.cli.socle import Processus
from app.terminal import montrer


def show_version(ctx: typer.Context, asked: bool) -> None:
    """Print the version of the package and leave."""
    from importlib.metadata import version

    if asked and not ctx.resilient_parsing:
        typer.echo(f"jdma {version('jdma')}")
        raise typer.Exit


app = typer.Typer(
    name="jdma",
    help="Je donne mon avis : recueille les avis des citoyens et donne leurs indices de satisfaction.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for commands in (  # in the order of the help
    service.app,
    roles.app,
    demarches.app,
    boutons.app,
    snippet.app,
    donnees.app,
    remasquer.app,
    cles.app,
    observatoire.app,
    engagements.app,
    engagements.engagement,
    interventions.app,
    editions.app,
    donnees_ouvertes.app,
    donnees_ouvertes.groupe,
    completion.app,
):
    app.add_typer(commands)
speak_french(app)


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Affiche la version.", is_eager=True, callback=show_version)
    ] = False,
    show_completion: Annotated[
        bool,
        typer.Option(
            "--show-completion",
            help="Affiche le script qui complète les commandes (comme « completion »).",
            is_eager=True,
            callback=completion.option(completion.show),
        ),
    ] = False,
    install_completion: Annotated[
        bool,
        typer.Option(
            "--install-completion",
            help="L'installe dans votre shell.",
            is_eager=True,
            callback=completion.option(completion.install),
        ),
    ] = False,
) -> None:
    """What is asked of the command itself: each option answers and leaves."""


def main() -> None:
    """Entry point: one line for an error that can be foreseen."""
    try:
        completion.listen()
        Processus.journal = True
        app(prog_name=completion.PROGRAM)
    except Exception as error:
        from app.cli.echecs import explain

        if (message := explain(error)) is None:
            raise
        fail(message)


def fail(message: str) -> None:
    """Say why on standard error, and leave with 1."""
    print(f"jdma : {montrer(message)}", file=sys.stderr)
    raise SystemExit(1)
