"""`demarches lister`: what the catalogue holds, to find a slug."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.proches import check_ministere
from app.cli.socle import count_of, in_transaction
from app.cli.tableau import print_table

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

app = typer.Typer(name="demarches", help="Démarches : les retrouver.", no_args_is_help=True)

COLONNES = ("slug", "titre", "ministere", "avis", "boutons", "ouverts")
_TOUTES = 2**31 - 1


@app.command("lister")
def list_demarches(
    ministere: Annotated[
        str | None, typer.Option("--ministere", metavar="MINISTERE", help="Slug ou nom exact d'un ministère.")
    ] = None,
    q: Annotated[
        str | None,
        typer.Option("--q", metavar="MOTS", help="Mots du titre, même mal orthographiés."),
    ] = None,
) -> None:
    """Liste les démarches : slug, titre, ministère, avis comptés, boutons, dont ouverts.

    Un tableau sur un terminal ; ailleurs, des colonnes séparées par des tabulations, pour un autre programme.
    """
    rows = in_transaction(lambda db: _rows(db, ministere, q))
    print_table(COLONNES, rows, count_of(len(rows), "démarche", "démarches"))


async def _rows(db: AsyncSession, ministere: str | None, q: str | None) -> list[tuple[object, ...]]:
    from app.cli import sql
    from app.demarches import sql as catalogue
    from app.demarches.texte import mots_cherches

    await check_ministere(db, ministere)
    mots = None if q is None else mots_cherches(q)
    if mots == []:  # no word at all is not the same as no search
        return []
    found = list(await catalogue.lister(db, catalogue.Filtre(mots, ministere), None, _TOUTES))
    usage = await sql.usage(db, [d.id for d in found])
    return [
        (d.slug, d.titre, d.ministere or "", usage[d.id].avis, usage[d.id].boutons, usage[d.id].ouverts) for d in found
    ]
