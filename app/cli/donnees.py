"""`import-demarches`, `import-avis`, `verify`, `rebuild`: bringing data in, and proving the counts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from app.cli.proches import unreadable
from app.cli.socle import count_of, progress, with_engine

app = typer.Typer()

Fichier = Annotated[str, typer.Argument(metavar="FICHIER.csv|-", help="Le fichier CSV, ou - pour l'entrée standard.")]
FichierRejets = Annotated[
    Path | None,
    typer.Option("--rejets", metavar="FICHIER", help="Où écrire les lignes rejetées (défaut : FICHIER.rejets.csv)."),
]
ECARTS_MONTRES = 50


@contextmanager
def open_csv(name: str) -> Iterator[TextIO]:
    """The file as text; bytes that are not UTF-8 come through, so that only the rows that hold them are rejected."""
    if name == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape", newline="")  # type: ignore[union-attr]
        yield sys.stdin
        return
    try:
        file = Path(name).open(encoding="utf-8", errors="surrogateescape", newline="")  # noqa: SIM115
    except OSError as error:
        raise unreadable(name, error) from None
    with file:
        yield file


def rejects_of(name: str, given: Path | None) -> Path:
    """Where the rejected rows of this file go."""
    return given or Path("import.rejets.csv" if name == "-" else f"{name.removesuffix('.csv')}.rejets.csv")


@app.command("import-demarches")
def import_demarches(fichier: Fichier, rejets: FichierRejets = None) -> None:
    """Importe le catalogue des démarches. Relancé, il met à jour."""
    from app.demarches import importation as catalogue

    where = rejects_of(fichier, rejets)
    with open_csv(fichier) as file, progress("démarches") as show:
        bilan = with_engine(lambda engine: catalogue.import_demarches(engine, file, where, show))
    typer.echo(
        f"{count_of(bilan.lues, 'ligne lue', 'lignes lues')} : {bilan.stockees} enregistrées ({bilan.creees} créées, "
        f"{bilan.modifiees} modifiées), {bilan.inchangees} déjà là, {bilan.rejetees} rejetées"
        + (f" (voir {where})" if bilan.rejetees else "")
        + "."
    )


@app.command("import-avis")
def import_avis(fichier: Fichier, rejets: FichierRejets = None) -> None:
    """Importe un historique d'avis. Relancé, il n'enregistre rien deux fois."""
    from app.avis import importation

    where = rejects_of(fichier, rejets)
    with open_csv(fichier) as file, progress("avis") as show:
        bilan = with_engine(lambda engine: importation.import_avis(engine, file, where, show))
    typer.echo(
        f"{count_of(bilan.lus, 'ligne lue', 'lignes lues')} : {bilan.enregistres} enregistrées, "
        f"{bilan.deja_la} déjà là, {bilan.rejetes} rejetées" + (f" (voir {where})" if bilan.rejetes else "") + "."
    )


@app.command()
def verify() -> None:
    """Recompte tous les avis ; code de sortie 1 et la liste des écarts s'il y en a."""
    from app.avis import comptes

    with progress("démarches") as show:
        bilan = with_engine(lambda engine: comptes.verify(engine, show))
    for ecart in bilan.ecarts[:ECARTS_MONTRES]:
        typer.echo(comptes.describe(ecart))
    if len(bilan.ecarts) > ECARTS_MONTRES:
        typer.echo(f"… et {len(bilan.ecarts) - ECARTS_MONTRES} autres")
    typer.echo(
        f"{count_of(bilan.avis, 'avis')}, {count_of(bilan.demarches, 'démarche', 'démarches')} : "
        f"{count_of(len(bilan.ecarts), 'écart', 'écarts')}."
    )
    raise typer.Exit(1 if bilan.ecarts else 0)


@app.command()
def rebuild() -> None:
    """Recalcule les comptes depuis les avis, sans arrêter le service."""
    from app.avis import comptes

    with progress("démarches") as show:
        bilan = with_engine(lambda engine: comptes.rebuild(engine, show))
    corrected = count_of(bilan.corriges, "compte corrigé", "comptes corrigés")
    typer.echo(f"{count_of(bilan.demarches, 'démarche', 'démarches')} : {corrected}.")
