"""`cle creer`, `cle lister`, `cle revoquer`: the keys of the addresses that want a Bearer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.socle import in_transaction, read_date, say

if TYPE_CHECKING:
    from app.equipes.cles import CleVue

app = typer.Typer(name="cle", help="Clés d'API : créer, lister, révoquer.", no_args_is_help=True)

MOIS = dt.timedelta(days=30)
"""How long before its end a key is said to be about to expire."""


@app.command("creer")
def create(
    nom: Annotated[str, typer.Argument(metavar="NOM", help="À quoi sert la clé (observatoire, entrepôt, …).")],
    portee: Annotated[
        str,
        typer.Option("--portee", metavar="PORTEE", help="administrateur, ministere:SLUG ou demarche:SLUG."),
    ],
    droits: Annotated[
        str,
        typer.Option(
            "--droits",
            metavar="chiffres|verbatims",
            help="Les chiffres seulement, ou aussi les commentaires.",
            autocompletion=lambda: ["chiffres", "verbatims"],
        ),
    ] = "chiffres",
    expire_le: Annotated[
        str | None,
        typer.Option(
            "--expire-le", "--expire", metavar="AAAA-MM-JJ", help="Dernier jour de validité (défaut : un an)."
        ),
    ] = None,
) -> None:
    """Crée une clé et l'affiche, seule sur la sortie standard : elle ne pourra plus l'être."""
    from app.equipes import cles

    dernier_jour = cles.dans_un_an() if expire_le is None else read_date("--expire-le", expire_le)
    numero, secret = in_transaction(lambda db: cles.creer(db, nom, portee, dernier_jour, droits))
    say(
        f"Clé n° {numero} créée ({portee}, {droits}), valable jusqu'au {dernier_jour} inclus. "
        "Notez-la : elle ne sera plus affichée.",
        err=True,
    )
    say(secret)


@app.command("lister")
def list_keys() -> None:
    """Liste les clés, sans leur secret ; signale celles qui expirent dans le mois, ou qui n'expirent jamais."""
    from app.equipes import cles

    connues = in_transaction(cles.lister)
    for cle in connues:
        quand = f"créée le {_local(cle.cree_le)}"
        say(f"{cle.id}  {cle.nom}  {cle.portee}  {cle.droits}  {quand}  {_etat(cle)}  {_usage(cle)}")
    maintenant = dt.datetime.now(dt.UTC)
    valables = [cle for cle in connues if cle.revoquee_le is None]
    _warn(
        "À remplacer dans le mois",
        [c for c in valables if c.expire_le and maintenant < c.expire_le <= maintenant + MOIS],
    )
    _warn("À remplacer par une clé qui expire", [cle for cle in valables if cle.expire_le is None])


def _warn(quoi: str, concernees: list[CleVue]) -> None:
    if concernees:
        say(f"{quoi} : {', '.join(f'n° {cle.id} ({cle.nom})' for cle in concernees)}.", err=True)


def _local(instant: dt.datetime) -> str:
    from app.equipes.cles import PARIS

    return f"{instant.astimezone(PARIS):%Y-%m-%d}"


def _etat(cle: CleVue) -> str:
    if cle.revoquee_le is not None:
        return f"révoquée le {_local(cle.revoquee_le)}"
    if cle.expire_le is None:
        return "n'expire pas"
    verbe = "a expiré" if cle.expire_le <= dt.datetime.now(dt.UTC) else "expire"
    return f"{verbe} après le {_local(cle.expire_le - dt.timedelta(hours=1))}"


def _usage(cle: CleVue) -> str:
    from app.equipes.cles import PARIS

    if cle.utilisee_le is None:
        return "jamais utilisée"
    return f"utilisée le {cle.utilisee_le.astimezone(PARIS):%Y-%m-%d vers %H h}"


@app.command("revoquer")
def revoke(
    numero: Annotated[int, typer.Argument(metavar="NUMERO", help="Le numéro que donne « cle lister ».")],
) -> None:
    """Révoque une clé : elle est refusée dès la requête suivante."""
    from app.equipes import cles

    in_transaction(lambda db: cles.revoquer(db, numero), about=numero)
    say("Clé révoquée.")
