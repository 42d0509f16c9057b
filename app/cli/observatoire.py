"""`import-accessibilite`, `import-disponibilite`, `import-faits`, `import-exemptions`, `exempter`, `exemptions`."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from app.cli.boutons import Slug, in_transaction
from app.cli.donnees import Fichier, FichierRejets, rejects_of, source_of
from app.cli.socle import count_of, progress, with_engine
from app.indices.periode import jour_de_paris
from app.observatoire.faits import exemptions, importation, lecture, sql
from app.observatoire.faits.importation import Bilan
from app.observatoire.faits.lecture import Format
from app.observatoire.indicateurs import PAR_CLE

app = typer.Typer()

Indicateur = Annotated[
    str, typer.Argument(metavar="INDICATEUR", help=f"L'indicateur dont elle est exemptée : {', '.join(PAR_CLE)}.")
]


def _import_facts(fichier: str, rejets: Path | None, format_: Format) -> None:
    where = rejects_of(fichier, rejets)
    with progress("faits") as show:
        bilan = with_engine(lambda engine: importation.import_faits(engine, source_of(fichier), where, format_, show))
    _report(bilan, where)


def _report(bilan: Bilan, where: Path) -> None:
    typer.echo(
        f"{count_of(bilan.lues, 'ligne lue', 'lignes lues')} : {bilan.enregistrees} enregistrées, "
        f"{bilan.deja_la} déjà là, {bilan.rejetees} rejetées" + (f" (voir {where})" if bilan.rejetees else "") + "."
    )


@app.command("import-accessibilite")
def import_accessibilite(fichier: Fichier, rejets: FichierRejets = None) -> None:
    """Importe les relevés d'accessibilité (audits et déclarations). Relancé, il n'enregistre rien deux fois."""
    _import_facts(fichier, rejets, lecture.ACCESSIBILITE)


@app.command("import-disponibilite")
def import_disponibilite(fichier: Fichier, rejets: FichierRejets = None) -> None:
    """Importe les relevés de disponibilité et de rapidité. Relancé, il n'enregistre rien deux fois."""
    _import_facts(fichier, rejets, lecture.DISPONIBILITE)


@app.command("import-faits")
def import_faits(fichier: Fichier, rejets: FichierRejets = None) -> None:
    """Importe des faits de toute nature (demarche,nature,jour,source,valeur). Relancé, il met à jour."""
    _import_facts(fichier, rejets, lecture.FAITS)


@app.command("import-exemptions")
def import_exemptions(fichier: Fichier, rejets: FichierRejets = None) -> None:
    """Importe des exemptions (demarche,indicateur,raison,depuis,jusqu_au). Relancé, il met à jour."""
    where = rejects_of(fichier, rejets)
    with progress("exemptions") as show:
        bilan = with_engine(
            lambda engine: exemptions.import_exemptions(engine, source_of(fichier), where, _today(), show)
        )
    _report(bilan, where)


@app.command()
def exempter(
    slug: Slug,
    indicateur: Indicateur,
    raison: Annotated[str, typer.Option("--raison", help="Pourquoi, en une phrase : elle est publiée.")],
    depuis: Annotated[
        str | None, typer.Option("--depuis", metavar="AAAA-MM-JJ", help="Premier jour (défaut : aujourd'hui).")
    ] = None,
    jusqu_au: Annotated[
        str | None, typer.Option("--jusqu-au", metavar="AAAA-MM-JJ", help="Dernier jour (défaut : aucun).")
    ] = None,
) -> None:
    """Exempte une démarche d'un indicateur. Avec le même premier jour, corrige ou termine l'exemption."""
    valeurs = {"indicateur": indicateur, "raison": raison, "depuis": depuis, "jusqu_au": jusqu_au}
    changed = in_transaction(lambda db: exemptions.exempter(db, slug, valeurs, _today()))
    typer.echo("Exemption enregistrée." if changed else "Exemption déjà enregistrée.")


@app.command("exemptions")
def list_exemptions() -> None:
    """Liste les exemptions, passées et en cours."""
    for e in in_transaction(sql.exemptions):
        fin = f"jusqu'au {e.jusqu_au}" if e.jusqu_au else "sans fin"
        typer.echo(f"{e.demarche}  {e.indicateur}  depuis le {e.depuis}, {fin}  {e.raison}")


def _today() -> dt.date:
    return jour_de_paris(dt.datetime.now(dt.UTC))
