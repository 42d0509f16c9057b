"""`boutons`, `bouton-…`, `renommer`: what is done by hand to a démarche and its boutons."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.cli.socle import Erreur, with_engine
from app.compat import annuaire
from app.demarches import boutons
from app.demarches.boutons import BoutonVu
from app.problems import Probleme

app = typer.Typer()
Result = TypeVar("Result")
Isolation = Literal["READ COMMITTED", "REPEATABLE READ"]

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="Slug de la démarche, ou identifiant (jdma:1006).")]
Cle = Annotated[str, typer.Argument(metavar="CLE", help="Clé publique du bouton.")]
Origines = Annotated[
    list[str] | None, typer.Option("--origine", help="Origine autorisée (https://site.gouv.fr) ; répétable.")
]
Echelle = Annotated[
    str, typer.Option("--echelle", metavar="smileys|notes", help="Trois visages (0, 5, 10), ou une note de 0 à 10.")
]


def in_transaction(
    work: Callable[[AsyncSession], Awaitable[Result]], isolation: Isolation = "READ COMMITTED"
) -> Result:
    """Run `work` in one transaction; a refusal becomes the command's error."""

    async def run(engine: AsyncEngine) -> Result:
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level=isolation)
            async with AsyncSession(connection, expire_on_commit=False) as db, db.begin():
                return await work(db)

    try:
        return with_engine(run)
    except Probleme as problem:
        raise Erreur(said(problem)) from None


def said(problem: Probleme) -> str:
    """A refusal in one line, which says each thing once."""
    details = [f"{e['champ']} : {e['message']}" for e in problem.extra.get("erreurs", [])]
    return " ".join(dict.fromkeys([problem.detail, *details]))


@app.command("boutons")
def list_boutons(slug: Slug) -> None:
    """Liste les boutons d'une démarche."""
    for b in in_transaction(lambda db: boutons.lister(db, slug)):
        etat = "ouvert" if b.ferme_le is None else f"fermé le {b.ferme_le:%Y-%m-%d} ({b.ferme_raison})"
        origines = f"origines : {', '.join(b.origines) or 'toutes'}"
        typer.echo("  ".join([b.cle, b.nom, etat, _avis(b), f"échelle : {b.echelle}", origines]))


def _avis(bouton: BoutonVu) -> str:
    if bouton.essai:
        return "essai, jamais compté"
    return f"premier avis le {bouton.premier_avis}" if bouton.premier_avis else "aucun avis"


@app.command("bouton-creer")
def create(
    slug: Slug,
    nom: Annotated[str, typer.Argument(metavar="NOM")],
    origine: Origines = None,
    echelle: Echelle = "smileys",
    essai: Annotated[bool, typer.Option("--essai", help="Pour essayer : ses avis ne sont jamais comptés.")] = False,
) -> None:
    """Ajoute un bouton à une démarche et affiche sa clé. Bouton d'essai ou non, c'est pour toujours."""
    kept = {"note": "notes"}.get(echelle, echelle)
    typer.echo(in_transaction(lambda db: boutons.creer(db, slug, nom, origine, echelle=kept, essai=essai)))


@app.command("bouton-identifiant")
def name(
    cle: Cle,
    identifiant: Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="jdma-bouton:4069, jdma-formulaire:12, …")],
) -> None:
    """Donne à un bouton le nom qu'il porte dans un autre système."""
    in_transaction(lambda db: annuaire.nommer_bouton(db, cle, identifiant))
    typer.echo(f"Le bouton {cle} est désormais {identifiant.strip()}.")


@app.command("bouton-fermer")
def close(cle: Cle, raison: Annotated[str, typer.Argument(metavar="RAISON")]) -> None:
    """Ferme un bouton : il ne recueille plus d'avis."""
    in_transaction(lambda db: boutons.fermer(db, cle, raison))
    typer.echo("Bouton fermé.")


@app.command("bouton-rouvrir")
def reopen(cle: Cle) -> None:
    """Rouvre un bouton fermé."""
    in_transaction(lambda db: boutons.rouvrir(db, cle))
    typer.echo("Bouton rouvert.")


@app.command("bouton-origines")
def set_origins(cle: Cle, origine: Origines = None) -> None:
    """Fixe les origines autorisées d'un bouton ; aucune = toutes."""
    kept = in_transaction(lambda db: boutons.fixer_origines(db, cle, origine or []))
    typer.echo("Origines autorisées : " + (", ".join(kept) or "toutes"))


@app.command()
def renommer(slug: Slug, nouveau: Annotated[str, typer.Argument(metavar="NOUVEAU_SLUG")]) -> None:
    """Change le slug d'une démarche ; l'ancien continue d'y mener."""
    in_transaction(lambda db: boutons.renommer(db, slug, nouveau))
    typer.echo(f"{slug} s'appelle désormais {nouveau}.")
