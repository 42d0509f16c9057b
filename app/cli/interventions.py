"""`intervention …`: requests for help about démarches, the work done, what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.engagements import Le, read_day
from app.cli.proches import check_ministere
from app.cli.socle import Slug, count_of, get_settings, in_transaction, say, today

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.observatoire.classement.schemas import Comparaison, InterventionLue

app = typer.Typer(name="intervention", help="Interventions sur les démarches mal notées.", no_args_is_help=True)

Numero = Annotated[int, typer.Argument(metavar="NUMERO", help="Le numéro que donne « intervention lister ».")]


@app.command("demander")
def ask(
    slug: Slug,
    demandeur: Annotated[str, typer.Option("--demandeur", metavar="TEXTE", help="Qui demande de l'aide.")],
    description: Annotated[
        str, typer.Option("--description", metavar="TEXTE", help="Ce qui est demandé, en une phrase.")
    ],
    le: Le = None,
) -> None:
    """Enregistre une demande d'aide et affiche son numéro."""
    from app.observatoire.classement import interventions

    jour = read_day("--le", le)
    say(in_transaction(lambda db: interventions.demander(db, slug, demandeur, description, jour, today())))


@app.command("commencer")
def start(numero: Numero, le: Le = None) -> None:
    """Note le premier jour de l'intervention."""
    from app.observatoire.classement import interventions

    jour = read_day("--le", le)
    in_transaction(lambda db: interventions.commencer(db, numero, jour, today()), about=numero)
    say(f"Intervention commencée le {jour}.")


@app.command("terminer")
def end(numero: Numero, le: Le = None) -> None:
    """Note le dernier jour de l'intervention."""
    from app.observatoire.classement import interventions

    jour = read_day("--le", le)
    in_transaction(lambda db: interventions.terminer(db, numero, jour, today()), about=numero)
    say(f"Intervention terminée le {jour}.")


@app.command("lister")
def list_interventions(
    jours: Annotated[
        int, typer.Option("--jours", metavar="NOMBRE", min=1, max=366, help="Jours comparés de chaque côté.")
    ] = 90,
    ministere: Annotated[
        str | None, typer.Option("--ministere", metavar="MINISTERE", help="Slug ou nom exact d'un ministère.")
    ] = None,
) -> None:
    """Liste les interventions, avec les notes d'avant et d'après."""
    from app.observatoire.classement import interventions

    minimum = get_settings().seuil_publication

    async def work(db: AsyncSession) -> list[InterventionLue]:
        await check_ministere(db, ministere)
        return await interventions.toutes(db, today(), minimum, ministere, jours)

    for vue in in_transaction(work):
        say(f"{vue.id}  {vue.demarche}  demandée le {vue.demandee_le} par {vue.demandeur}  {_etat(vue)}")


def _etat(vue: InterventionLue) -> str:
    if vue.debut is None or vue.comparaison is None:
        return "pas commencée"
    if vue.fin is None:
        return f"commencée le {vue.debut}"
    return f"du {vue.debut} au {vue.fin}  {_effet(vue.comparaison)}"


def _effet(c: Comparaison) -> str:
    if c.difference is None or c.difference_ic95 is None or c.avant is None or c.apres is None:
        return c.en_mots
    bas, haut = c.difference_ic95
    n = f"{count_of(c.avant.total, 'avis')} avant, {c.apres.total} après"
    return f"{c.en_mots} : {c.difference:+.2f} point, entre {bas:+.2f} et {haut:+.2f} ({n})".replace(".", ",")
