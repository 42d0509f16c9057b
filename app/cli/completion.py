"""`completion`, `--show-completion`, `--install-completion`: the shell completes commands and options."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer()

SHELLS = ("bash", "zsh", "fish")
PROGRAM, VARIABLE = "jdma", "_JDMA_COMPLETE"

Shell = Annotated[
    str | None,
    typer.Argument(metavar="bash|zsh|fish", help="Le shell (défaut : le vôtre).", autocompletion=lambda: SHELLS),
]


@app.command("completion")
def completion(
    shell: Shell = None,
    installer: Annotated[bool, typer.Option("--installer", help="L'installe pour les prochains terminaux.")] = False,
) -> None:
    """Affiche le script qui complète les commandes dans un shell, ou l'installe."""
    (install if installer else show)(shell)


def show(shell: str | None) -> None:
    """Print the script of a shell."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    typer.echo(get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=_known(shell)))


def install(shell: str | None) -> None:
    """Put the script of a shell where it looks for one."""
    from typer import completion

    from app.cli.proches import unreadable

    try:
        name, path = completion.install(_known(shell), PROGRAM, VARIABLE)  # type: ignore[attr-defined]
    except OSError as error:
        raise unreadable(error.filename or "installation", error) from None
    typer.echo(f"Complétion de {name} installée dans {path} ; ouvrez un nouveau terminal pour vous en servir.")


def _known(shell: str | None) -> str:
    """A shell that can be completed: the one that is named, else the user's own."""
    chosen = shell or Path(os.environ.get("SHELL", "")).name
    if chosen not in SHELLS:
        raise typer.BadParameter(f"« {chosen} » n'est pas pris en charge : nommez bash, zsh ou fish")
    return chosen


def listen() -> None:
    """Have the shells that this process may be asked by known, when one of them asks."""
    if VARIABLE in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()


def option(action: Any) -> Any:
    """The callback of a root option: does it and leaves. The shell may be named after the option."""

    def run(ctx: typer.Context, asked: bool) -> None:
        if asked and not ctx.resilient_parsing:
            action(next((word for word in sys.argv[2:3] if word in SHELLS), None))
            raise typer.Exit

    return run
