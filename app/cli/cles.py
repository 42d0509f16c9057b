"""`cle creer`, `cle lister`, `cle revoquer`: the keys of the addresses that want a Bearer."""

import datetime as dt
from typing import Annotated

import typer

from app.cli.boutons import in_transaction
from app.cli.socle import Erreur
from app.equipes import cles

app = typer.Typer(name="cle", help="Clés d'API : créer, lister, révoquer.", no_args_is_help=True)


@app.command("creer")
def create(
    nom: Annotated[str, typer.Argument(metavar="NOM", help="À quoi sert la clé (observatoire, entrepôt, …).")],
    portee: Annotated[str, typer.Option("--portee", help="administrateur, ministere:SLUG ou demarche:SLUG.")],
    expire: Annotated[
        str | None, typer.Option("--expire", metavar="AAAA-MM-JJ", help="Dernier jour de validité (défaut : aucun).")
    ] = None,
) -> None:
    """Crée une clé et l'affiche, seule sur la sortie standard : elle ne pourra plus l'être."""
    dernier_jour = _jour(expire)
    numero, secret = in_transaction(lambda db: cles.creer(db, nom, portee, dernier_jour))
    validite = f"valable jusqu'au {dernier_jour} inclus" if dernier_jour else "sans date d'expiration"
    typer.echo(f"Clé n° {numero} créée, {validite}. Notez-la : elle ne sera plus affichée.", err=True)
    typer.echo(secret)


def _jour(texte: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(texte) if texte else None
    except ValueError:
        raise Erreur("--expire : une date AAAA-MM-JJ est attendue") from None


@app.command("lister")
def list_keys() -> None:
    """Liste les clés, sans leur secret."""
    for cle in in_transaction(cles.lister):
        typer.echo(f"{cle.id}  {cle.nom}  {cle.portee}  créée le {_local(cle.cree_le)}  {_etat(cle)}  {_usage(cle)}")


def _local(instant: dt.datetime) -> str:
    return f"{instant.astimezone(cles.PARIS):%Y-%m-%d}"


def _etat(cle: cles.CleVue) -> str:
    if cle.revoquee_le is not None:
        return f"révoquée le {_local(cle.revoquee_le)}"
    if cle.expire_le is None:
        return "n'expire pas"
    verbe = "a expiré" if cle.expire_le <= dt.datetime.now(dt.UTC) else "expire"
    return f"{verbe} après le {_local(cle.expire_le - dt.timedelta(hours=1))}"


def _usage(cle: cles.CleVue) -> str:
    if cle.utilisee_le is None:
        return "jamais utilisée"
    return f"utilisée le {cle.utilisee_le.astimezone(cles.PARIS):%Y-%m-%d vers %H h}"


@app.command("revoquer")
def revoke(
    numero: Annotated[int, typer.Argument(metavar="NUMERO", help="Le numéro que donne « cle lister ».")],
) -> None:
    """Révoque une clé : elle est refusée dès la requête suivante."""
    in_transaction(lambda db: cles.revoquer(db, numero))
    typer.echo("Clé révoquée.")
