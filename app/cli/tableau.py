"""A list: columns for a person on a terminal, tabulations for another program."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from app.terminal import montrer


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], summary: str) -> None:
    """Print rows under the names of their columns; `summary` is for whoever looks, on the terminal only."""
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            typer.echo("\t".join(" ".join(montrer(str(cell)).split()) for cell in row))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    for index, name in enumerate(columns):
        number = bool(rows) and all(isinstance(row[index], int) for row in rows)
        table.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(montrer(str(cell))) for cell in row))
    console = Console()
    console.print(table)
    console.print(f"{summary}.")
