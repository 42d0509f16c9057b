"""`donnees exporter`, `donnees colonnes`, `verifier-signature`: open data as files, and where they come from."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.editions import in_snapshot, read_periode
from app.cli.proches import unreadable
from app.cli.socle import Erreur, count_of, get_settings, say, today

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.indices.periode import Periode
    from app.observatoire.donnees.signature import Sceau
    from app.settings import Settings

app = typer.Typer()
groupe = typer.Typer(name="donnees", help="Données ouvertes : exporter les fichiers signés.", no_args_is_help=True)


@groupe.command("exporter")
def export(
    ou: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Dossier à créer, ou à mettre à jour.")],
    edition: Annotated[
        str | None, typer.Option("--edition", metavar="SLUG[@N]", help="Une édition (défaut : les chiffres du jour).")
    ] = None,
    debut: Annotated[str | None, typer.Option("--debut", metavar="AAAA-MM-JJ", help="Premier jour, inclus.")] = None,
    fin: Annotated[str | None, typer.Option("--fin", metavar="AAAA-MM-JJ", help="Dernier jour, inclus.")] = None,
) -> None:
    """Écrit les fichiers ouverts, leurs schémas, leurs sommes, leurs signatures et la clé publique : tous, ou aucun."""
    from app.observatoire.donnees import dossier
    from app.observatoire.donnees.signature import ouvrir_sceau
    from app.systeme import raison

    if edition is not None and (debut or fin):
        raise Erreur("une édition a sa période : --debut et --fin ne vont pas avec --edition")
    settings = get_settings()
    sceau = ouvrir_sceau(settings)
    periode = read_periode(debut, fin)
    minimum = settings.seuil_publication
    tous = in_snapshot(lambda db: _gather(db, edition, periode, minimum, sceau))
    try:
        dossier.ecrire(ou, tous)
    except OSError as error:
        raise Erreur(f"{ou} : {raison(error)} ; rien n'a été écrit") from None
    say(f"{count_of(len(tous), 'fichier écrit', 'fichiers écrits')} dans {ou}.")


async def _gather(
    db: AsyncSession, edition: str | None, periode: Periode, minimum: int, sceau: Sceau | None
) -> dict[str, bytes]:
    """Every file of the édition, signed when it was published, or of the figures of now, signed now."""
    from app.observatoire.donnees import dossier, service
    from app.observatoire.donnees.fichiers import rendre_tout
    from app.observatoire.donnees.refus import SignatureNonConfiguree
    from app.observatoire.editions import lecture

    if edition is not None:
        publiee = await lecture.trouver(db, lecture.lire_reference(edition))
        cle, signatures = await service.choisir_signatures(db, publiee.id, sceau)
        return dossier.accompagner(await service.tous_ceux_d_edition(db, publiee.id), signatures, cle)
    if sceau is None:
        raise SignatureNonConfiguree
    fichiers = await asyncio.to_thread(rendre_tout, await service.du_jour(db, periode, minimum, today()))
    return dossier.signer(fichiers, sceau)


@groupe.command("colonnes")
def columns() -> None:
    """Affiche ce que veut dire chaque colonne, en Markdown."""
    from app.observatoire.donnees import documentation

    typer.echo(documentation.markdown(), nl=False)


@app.command("verifier-signature")
def verify_signature(
    fichier: Annotated[Path, typer.Argument(metavar="FICHIER", help="Le fichier à vérifier.")],
    signature: Annotated[
        Path | None, typer.Option("--signature", metavar="FICHIER", help="Sa signature (défaut : FICHIER.sig).")
    ] = None,
    cle: Annotated[
        Path | None,
        typer.Option("--cle", metavar="FICHIER", help="Clé publique, en PEM (défaut : celle de cette installation)."),
    ] = None,
) -> None:
    """Vérifie qu'un fichier est, à l'octet près, celui qui a été signé ; code de sortie 1 sinon."""
    from app.observatoire.donnees.signature import CleIllisible, verifier

    octets, signe = _read(fichier), _read(signature or fichier.with_name(f"{fichier.name}.sig"))
    try:
        cles = [_read(cle)] if cle else _own_keys(get_settings())
        bonne = any(verifier(octets, signe, connue) for connue in cles)
    except CleIllisible as error:
        raise Erreur(str(error)) from None
    if not bonne:
        raise Erreur(f"{fichier} : signature REFUSÉE, ce fichier n'est pas celui qui a été signé avec cette clé")
    say(f"{fichier} : signature valable.")


def _read(chemin: Path) -> bytes:
    try:
        return chemin.read_bytes()
    except OSError as error:
        raise unreadable(chemin, error) from None


def _own_keys(settings: Settings) -> list[bytes]:
    """The public keys of this installation, which must have one already: a new one would refuse everything."""
    from app.observatoire.donnees.signature import ouvrir_sceau

    kept = any((settings.data_dir / name).exists() for name in ("cle_signature", "cle_secrete"))
    sceau = ouvrir_sceau(settings) if settings.cle_signature is not None or kept else None
    if sceau is None:
        raise Erreur("cette installation n'a pas de clé : donnez la clé publique avec --cle")
    return sceau.pems
