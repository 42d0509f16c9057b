"""`snippet`: the HTML that a product team pastes, exactly as the page `/integrer/{cle}` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.annonce import public_address
from app.cli.proches import among, unknown
from app.cli.socle import Erreur, Slug, get_settings, in_transaction
from app.pages.integrer_options import OPTIONS

if TYPE_CHECKING:
    from app.demarches.boutons import BoutonVu

app = typer.Typer()


def _valeurs(nom: str) -> list[str]:
    return [valeur for valeur in OPTIONS[nom] if valeur]


def _option(nom: str, aide: str) -> Any:
    valeurs = _valeurs(nom)
    return typer.Option(f"--{nom}", metavar="|".join(valeurs), help=aide, autocompletion=lambda: valeurs)


@app.command()
def snippet(
    slug: Slug,
    bouton: Annotated[
        str | None, typer.Option("--bouton", metavar="CLE", help="Clé d'un autre bouton que le premier.")
    ] = None,
    mode: Annotated[str, _option("mode", "Par-dessus la page, dans la page, ou lien vers le formulaire.")] = "",
    variante: Annotated[str, _option("variante", "Apparence.")] = "",
    theme: Annotated[str, _option("theme", "Fond de la page hôte.")] = "",
    langue: Annotated[str, _option("langue", "Langue (défaut : celle de la page).")] = "",
    position: Annotated[str, _option("position", "Dans la page, ou flottant dans un coin.")] = "",
    integrite: Annotated[bool, typer.Option("--integrite", help="Version figée, contrôlée par le navigateur.")] = False,
    element: Annotated[bool, typer.Option("--element", help="L'élément, pour une application (React, Vue…).")] = False,
    image: Annotated[bool, typer.Option("--image", help="Une image, là où aucun script n'est accepté.")] = False,
) -> None:
    """Affiche le code HTML à coller dans la page de fin de la démarche."""
    from app.pages.integrer import fragments

    options = {"mode": mode, "variante": variante, "theme": theme, "langue": langue, "position": position}
    choix = _choix(options)
    forme = _forme({"element": element, "epingle": integrite, "image": image}, choix)
    settings = get_settings()
    cle = _bouton(slug, bouton).cle
    base, guessed = public_address(settings)
    typer.echo(getattr(fragments(base, cle, choix, officiel=settings.officiel), forme))
    if guessed:
        typer.echo(
            f"Attention : {base} est supposée, aucun service ne tourne avec ces réglages. Avant de coller ce code, "
            "donnez l'adresse publique du service : JDMA_URL_PUBLIQUE=https://…",
            err=True,
        )


def _choix(donnees: dict[str, str]) -> dict[str, str]:
    """The options that were given. Raises Erreur for a value that does not exist."""
    for nom, valeur in donnees.items():
        if valeur and valeur not in OPTIONS[nom]:
            sentence = f"--{nom} : « {valeur} » n'existe pas (valeurs : {', '.join(_valeurs(nom))})"
            raise Erreur(unknown(sentence, valeur, among(valeur, _valeurs(nom))))
    return {nom: valeur for nom, valeur in donnees.items() if valeur}


def _forme(voulues: dict[str, bool], choix: dict[str, str]) -> str:
    """Which of the Fragments is asked for. Raises Erreur for what cannot be had together."""
    from app.pages.integrer import Fragments

    formes = [nom for nom, voulue in voulues.items() if voulue]
    if "image" in formes and len(formes) > 1:
        raise Erreur("--image ne va ni avec --integrite ni avec --element : une image n'a pas de script")
    if "image" in formes and choix.keys() & {"mode", "position"}:
        raise Erreur("une image n'a ni --mode ni --position : c'est un lien, là où vous la posez")
    forme = "_".join(formes) or "lien"
    assert forme in Fragments.__slots__
    return forme


def _bouton(slug: str, cle: str | None) -> BoutonVu:
    """The bouton of this key, else the first that counts avis, else the first one. Raises Erreur."""
    from app.demarches import boutons

    siens = known = in_transaction(lambda db: boutons.lister(db, slug))
    if cle is not None:
        known = [bouton for bouton in siens if bouton.cle == cle]
        if not known:
            raise Erreur(unknown("cette démarche n'a pas ce bouton", cle, [bouton.cle for bouton in siens][:5]))
    if not known:
        raise Erreur(f"cette démarche n'a aucun bouton : « jdma bouton-creer {slug} NOM » lui en donne un")
    return min(known, key=lambda bouton: (not bouton.ouvert, bouton.essai))
