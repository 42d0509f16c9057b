"""`import-accessibilite`, `import-disponibilite`, `import-faits`, `import-exemptions`, `exempter`, `exemptions`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.avancement import RECOMMENCE, progress
from app.cli.donnees import Fichier, FichierRejets, rejects_of, source_of
from app.cli.proches import among, unknown
from app.cli.socle import Erreur, Slug, count_of, in_transaction, say, today, with_engine

if TYPE_CHECKING:
    from app.observatoire.faits.importation import Bilan
    from app.observatoire.faits.lecture import Format

app = typer.Typer()

INDICATEURS = (
    *("satisfaction", "comprehension", "aide_efficacite", "aide_joignabilite", "autonomie", "bouton"),
    *("accessibilite", "dlnuf", "disponibilite", "rapidite", "en_ligne", "franceconnect", "mobile"),
)
"""Those of the observatory, said again here so that a help does not load it."""

Indicateur = Annotated[
    str,
    typer.Argument(
        metavar="INDICATEUR",
        help=f"Celui dont elle est exemptée : {', '.join(INDICATEURS)}.",
        autocompletion=lambda: INDICATEURS,
    ),
]


def _import_facts(fichier: str, rejets: Path | None, format_: Format) -> None:
    from app.observatoire.faits import importation

    where = rejects_of(fichier, rejets)
    with progress("lignes", RECOMMENCE) as show:
        bilan = with_engine(lambda engine: importation.import_faits(engine, source_of(fichier), where, format_, show))
    _report(bilan, where)


def _report(bilan: Bilan, where: Path) -> None:
    say(
        f"{count_of(bilan.lues, 'ligne lue', 'lignes lues')} : {bilan.enregistrees} enregistrées, "
        f"{bilan.deja_la} déjà là, {bilan.rejetees} rejetées" + (f" (voir {where})" if bilan.rejetees else "") + "."
    )


@app.command("import-accessibilite")
def import_accessibilite(fichier: Fichier, rejets: FichierRejets = None) -> None:
    """Importe les relevés d'accessibilité (audits et déclarations). Relancé, il n'enregistre rien deux fois."""
    from app.observatoire.faits import lecture

    _import_facts(fichier, rejets, lecture.ACCESSIBILITE)


@app.command("import-disponibilite")
def import_disponibilite(fichier: Fichier, rejets: FichierRejets = None) -> None:
    """Importe les relevés de disponibilité et de rapidité. Relancé, il n'enregistre rien deux fois."""
    from app.observatoire.faits import lecture

    _import_facts(fichier, rejets, lecture.DISPONIBILITE)


@app.command("import-faits")
def import_faits(fichier: Fichier, rejets: FichierRejets = None) -> None:
    """Importe des faits de toute nature (demarche,nature,jour,source,valeur). Relancé, il met à jour."""
    from app.observatoire.faits import lecture

    _import_facts(fichier, rejets, lecture.FAITS)


@app.command("import-exemptions")
def import_exemptions(fichier: Fichier, rejets: FichierRejets = None) -> None:
    """Importe des exemptions (demarche,indicateur,raison,depuis,jusqu_au). Relancé, il met à jour."""
    from app.observatoire.faits import exemptions

    where = rejects_of(fichier, rejets)
    with progress("lignes", RECOMMENCE) as show:
        bilan = with_engine(
            lambda engine: exemptions.import_exemptions(engine, source_of(fichier), where, today(), show)
        )
    _report(bilan, where)


@app.command()
def exempter(
    slug: Slug,
    indicateur: Indicateur,
    raison: Annotated[
        str, typer.Option("--raison", metavar="TEXTE", help="Pourquoi, en une phrase : elle est publiée.")
    ],
    depuis: Annotated[
        str | None, typer.Option("--depuis", metavar="AAAA-MM-JJ", help="Premier jour (défaut : aujourd'hui).")
    ] = None,
    jusqu_au: Annotated[
        str | None,
        typer.Option(
            "--jusqu-au", metavar="AAAA-MM-JJ|aucun", help="Dernier jour ; non donné, celui qui est déjà enregistré."
        ),
    ] = None,
) -> None:
    """Exempte une démarche d'un indicateur. Avec le même premier jour, corrige ou termine l'exemption."""
    from app.observatoire.faits import exemptions

    if indicateur not in INDICATEURS:
        sentence = f"« {indicateur} » n'en est pas un ; indicateur : valeurs possibles : {', '.join(INDICATEURS)}"
        raise Erreur(unknown(sentence, indicateur, among(indicateur, INDICATEURS)))
    valeurs = {"indicateur": indicateur, "raison": raison, "depuis": depuis, "jusqu_au": jusqu_au}
    try:
        changed = in_transaction(lambda db: exemptions.exempter(db, slug, valeurs, today()), about=slug)
    except ValueError as error:
        raise Erreur(" ; ".join(_named(motif, valeurs) for motif in str(error).split(" ; "))) from None
    say("Exemption enregistrée." if changed else "Exemption déjà enregistrée.")


def _named(motif: str, valeurs: dict[str, str | None]) -> str:
    """Why a value is refused, with the value."""
    nom = motif.partition(" : ")[0]
    return f"{motif} (lu : « {valeurs[nom]} »)" if valeurs.get(nom) else motif


@app.command("exemptions")
def list_exemptions() -> None:
    """Liste les exemptions, passées et en cours."""
    from app.observatoire.faits import sql

    for e in in_transaction(sql.exemptions):
        fin = f"jusqu'au {e.jusqu_au}" if e.jusqu_au else "sans fin"
        say(f"{e.demarche}  {e.indicateur}  depuis le {e.depuis}, {fin}  {e.raison}")
