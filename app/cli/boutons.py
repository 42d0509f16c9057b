"""`snippet`: what a product team needs to embed the button."""

import typer

app = typer.Typer()
