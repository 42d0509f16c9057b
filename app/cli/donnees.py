"""`import-demarches`, `import-avis`, `verify`, `rebuild`: bringing data in, and proving the counts."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.avancement import CONTINUE, RECOMPTE, progress
from app.cli.proches import unknown, unreadable
from app.cli.socle import Erreur, count_of, say, with_engine

if TYPE_CHECKING:
    from app.tableur.feuille import Source

app = typer.Typer()

Fichier = Annotated[str, typer.Argument(metavar="FICHIER|-", help="Fichier CSV ou .xlsx, ou - pour l'entrée standard.")]
FichierRejets = Annotated[
    Path | None,
    typer.Option(
        "--rejets",
        metavar="FICHIER",
        help="Où écrire les lignes rejetées (défaut : FICHIER.rejets.csv, ou le nom libre suivant).",
    ),
]
ECARTS_MONTRES = 50
FORMATS = ("avis", "jdma")
_EXTENSION = re.compile(r"(\.rejets(-[0-9]+)?)?(\.csv|\.xlsx)?$")


def source_of(name: str) -> Source:
    """The file, or what comes on standard input, as bytes: its coding is found out by who reads it."""
    if name == "-":
        return sys.stdin.buffer
    try:
        Path(name).open("rb").close()
    except OSError as error:
        raise unreadable(name, error) from None
    return Path(name)


def rejects_of(name: str, given: Path | None) -> Path:
    """Where the rejected rows of this file go: what is there already stays. Raises Erreur, HorsDuFichier."""
    from app.tableur.place import choisir, libre

    source_of(name)
    if given is not None:
        return choisir(0 if name == "-" else name, given)
    return libre(Path("import.rejets.csv" if name == "-" else f"{_EXTENSION.sub('', name, count=1)}.rejets.csv"))


@app.command("import-demarches")
def import_demarches(fichier: Fichier, rejets: FichierRejets = None) -> None:
    """Importe le catalogue des démarches. Relancé, il met à jour."""
    from app.demarches import importation as catalogue

    where = rejects_of(fichier, rejets)
    with progress("lignes", CONTINUE) as show:
        bilan = with_engine(lambda engine: catalogue.import_demarches(engine, source_of(fichier), where, show))
    say(
        f"{count_of(bilan.lues, 'ligne lue', 'lignes lues')} : {bilan.stockees} enregistrées ({bilan.creees} créées, "
        f"{bilan.modifiees} modifiées), {bilan.inchangees} déjà là, {bilan.rejetees} rejetées"
        + (f" (voir {where})" if bilan.rejetees else "")
        + "."
    )


@app.command("import-avis")
def import_avis(
    fichier: Fichier,
    rejets: FichierRejets = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="avis|jdma", help="jdma : l'export du service national (CSV ou .xlsx).")
    ] = "avis",
    demarche: Annotated[
        str | None, typer.Option("--demarche", metavar="SLUG", help="Avec --format jdma : la démarche de l'export.")
    ] = None,
) -> None:
    """Importe un historique d'avis. Relancé, il n'enregistre rien deux fois."""
    from app.avis import importation, national

    if format_ not in FORMATS:
        raise Erreur(unknown(f"--format : « {format_} » n'existe pas, {' ou '.join(FORMATS)} est attendu", format_, ()))
    if (format_ == "jdma") != (demarche is not None):
        raise Erreur("--format jdma et --demarche vont ensemble : l'export ne dit pas de quelle démarche il est")
    source, where = source_of(fichier), rejects_of(fichier, rejets)
    absents: Counter[str] = Counter()
    with progress("lignes", CONTINUE) as show:
        if demarche is None:
            bilan = with_engine(lambda engine: importation.import_avis(engine, source, where, show))
        else:
            bilan, absents = with_engine(lambda engine: national.import_export(engine, source, demarche, where, show))
    for nom, avis in absents.items():
        say(f"aucun bouton ne s'appelle « {nom} » : {count_of(avis, 'avis')} au premier de la démarche", err=True)
    say(
        f"{count_of(bilan.lus, 'ligne lue', 'lignes lues')} : {bilan.enregistres} enregistrées, "
        f"{bilan.deja_la} déjà là, {bilan.rejetes} rejetées" + (f" (voir {where})" if bilan.rejetes else "") + "."
    )


@app.command()
def verify() -> None:
    """Recompte tous les avis ; code de sortie 1 et la liste des écarts s'il y en a."""
    from app.avis import comptes

    with progress("démarches", RECOMPTE) as show:
        bilan = with_engine(lambda engine: comptes.verify(engine, show))
    for ecart in bilan.ecarts[:ECARTS_MONTRES]:
        say(comptes.describe(ecart))
    if len(bilan.ecarts) > ECARTS_MONTRES:
        say(f"… et {len(bilan.ecarts) - ECARTS_MONTRES} autres")
    say(
        f"{count_of(bilan.avis, 'avis')}, {count_of(bilan.demarches, 'démarche', 'démarches')} : "
        f"{count_of(len(bilan.ecarts), 'écart', 'écarts')}."
    )
    raise typer.Exit(1 if bilan.ecarts else 0)


@app.command()
def rebuild() -> None:
    """Recalcule les comptes depuis les avis, sans arrêter le service."""
    from app.avis import comptes

    with progress("démarches", CONTINUE) as show:
        bilan = with_engine(lambda engine: comptes.rebuild(engine, show))
    corrected = count_of(bilan.corriges, "compte corrigé", "comptes corrigés")
    say(f"{count_of(bilan.demarches, 'démarche', 'démarches')} : {corrected}.")
