"""`boutons`, `bouton-…`, `renommer`: what is done by hand to a démarche and its boutons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.socle import Slug, in_transaction, say

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.demarches.boutons import BoutonVu

app = typer.Typer()

Cle = Annotated[str, typer.Argument(metavar="CLE", help="Clé publique du bouton.")]
Origines = Annotated[
    list[str] | None,
    typer.Option("--origine", metavar="ORIGINE", help="Origine autorisée (https://site.gouv.fr) ; répétable."),
]
Echelle = Annotated[
    str, typer.Option("--echelle", metavar="smileys|notes", help="Trois visages (0, 5, 10), ou une note de 0 à 10.")
]


@app.command("boutons")
def list_boutons(slug: Slug) -> None:
    """Liste les boutons d'une démarche."""
    from app.demarches import boutons

    for b in in_transaction(lambda db: boutons.lister(db, slug)):
        etat = "ouvert" if b.ferme_le is None else f"fermé le {b.ferme_le:%Y-%m-%d} ({b.ferme_raison})"
        origines = f"origines : {_origines(b.origines)}"
        say("  ".join([b.cle, b.nom, etat, _avis(b), f"échelle : {b.echelle}", origines]))


def _avis(bouton: BoutonVu) -> str:
    if bouton.essai:
        return "essai, jamais compté"
    return f"premier avis le {bouton.premier_avis}" if bouton.premier_avis else "aucun avis"


def _origines(origines: list[str]) -> str:
    return ", ".join(origines) or "toutes"


@app.command("bouton-creer")
def create(
    slug: Slug,
    nom: Annotated[str, typer.Argument(metavar="NOM", help="Où il se trouve, pour vous y retrouver.")],
    origine: Origines = None,
    echelle: Echelle = "smileys",
    essai: Annotated[bool, typer.Option("--essai", help="Pour essayer : ses avis ne sont jamais comptés.")] = False,
) -> None:
    """Ajoute un bouton à une démarche et affiche sa clé.

    Sans --origine, n'importe quel site peut le porter. Bouton d'essai ou non, c'est pour toujours.
    """
    from app.demarches import boutons

    kept = {"note": "notes"}.get(echelle, echelle)
    say(in_transaction(lambda db: boutons.creer(db, slug, nom, origine, echelle=kept, essai=essai), about=slug))


@app.command("bouton-identifiant")
def name(
    cle: Cle,
    identifiant: Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="jdma-bouton:4069, jdma-formulaire:12, …")],
) -> None:
    """Donne à un bouton le nom qu'il porte dans un autre système."""
    from app.compat import annuaire

    in_transaction(lambda db: annuaire.nommer_bouton(db, cle, identifiant), about=cle)
    say(f"Le bouton {cle} est désormais {identifiant.strip()}.")


@app.command("bouton-fermer")
def close(cle: Cle, raison: Annotated[str, typer.Argument(metavar="RAISON", help="Pourquoi, en une phrase.")]) -> None:
    """Ferme un bouton : il ne recueille plus d'avis."""
    from app.demarches import boutons

    in_transaction(lambda db: boutons.fermer(db, cle, raison), about=cle)
    say("Bouton fermé.")


@app.command("bouton-rouvrir")
def reopen(cle: Cle) -> None:
    """Rouvre un bouton fermé."""
    from app.demarches import boutons

    in_transaction(lambda db: boutons.rouvrir(db, cle), about=cle)
    say("Bouton rouvert.")


@app.command("bouton-origines")
def set_origins(
    cle: Cle,
    origine: Origines = None,
    toutes: Annotated[
        bool,
        typer.Option("--toutes", "--aucune-restriction", help="Lève la restriction : tout site peut porter ce bouton."),
    ] = False,
) -> None:
    """Affiche les sites qui peuvent porter un bouton, ou les change.

    Sans option, rien ne change. Les --origine données remplacent toutes celles d'avant.
    """
    from app.demarches import boutons

    if toutes and origine:
        raise typer.BadParameter("--origine et --toutes s'excluent")

    async def change(db: AsyncSession) -> tuple[list[str], list[str]]:
        avant = await boutons.lire_origines(db, cle)
        return avant, await boutons.fixer_origines(db, cle, origine or []) if toutes or origine else avant

    avant, apres = in_transaction(change)
    if toutes:
        say(f"Restriction levée : tout site peut désormais porter ce bouton (avant : {_origines(avant)}).")
    else:
        say("Origines autorisées : " + _origines(apres))


@app.command("renommer")
def rename(
    slug: Slug, nouveau: Annotated[str, typer.Argument(metavar="NOUVEAU_SLUG", help="Le slug qu'elle aura.")]
) -> None:
    """Change le slug d'une démarche ; l'ancien continue d'y mener."""
    from app.demarches import boutons

    in_transaction(lambda db: boutons.renommer(db, slug, nouveau), about=slug)
    say(f"{slug} s'appelle désormais {nouveau}.")
