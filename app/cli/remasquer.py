"""`remasquer`: today's masking rules over what is stored."""

from __future__ import annotations

import typer

from app.cli.avancement import CONTINUE, progress
from app.cli.socle import Erreur, count_of, get_settings, say, with_engine

app = typer.Typer()


@app.command()
def remasquer() -> None:
    """Applique les règles de masquage d'aujourd'hui aux textes déjà enregistrés, sans arrêter le service."""
    from app.avis import remasquage

    avec_noms = get_settings().masquer_noms
    with progress("avis", CONTINUE) as show:
        bilan = with_engine(lambda engine: remasquage.remasquer(engine, avec_noms, show))
    retires = ", ".join(f"{genre} {nombre}" for genre, nombre in sorted(bilan.retires.items())) or "rien"
    say(
        f"{count_of(bilan.lus, 'avis lu', 'avis lus')} : {count_of(bilan.modifies, 'modifié', 'modifiés')}, "
        f"{bilan.lus - bilan.modifies - bilan.laisses} inchangés (retiré : {retires})."
    )
    if bilan.laisses:
        raise Erreur(f"{bilan.laisses} avis changeaient pendant la lecture : relancez « jdma remasquer »")
