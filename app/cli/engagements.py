"""`import-engagements`, `engagement …`: the register, by hand and from a file."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.avancement import RECOMMENCE, progress
from app.cli.donnees import Fichier, FichierRejets, rejects_of, source_of
from app.cli.proches import check_ministere
from app.cli.socle import Erreur, count_of, get_settings, in_transaction, say, today, with_engine

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.observatoire.engagements.schemas import EngagementLu

app = typer.Typer()
engagement = typer.Typer(
    name="engagement", help="Engagements : lister, décaler, tenir, abandonner.", no_args_is_help=True
)

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="Slug de l'engagement.")]
Le = Annotated[str | None, typer.Option("--le", metavar="AAAA-MM-JJ", help="Le jour (défaut : aujourd'hui).")]
Raison = Annotated[str, typer.Option("--raison", metavar="TEXTE", help="Pourquoi, en une phrase.")]


def read_day(option: str, text: str | None) -> dt.date:
    """The day that an option names, today by default."""
    from app.observatoire.engagements.echeances import lire_date

    try:
        return lire_date(text) if text else today()
    except ValueError as error:
        raise Erreur(f"{option} : {error} (lu : « {text} »)") from None


@app.command("import-engagements")
def import_engagements(fichier: Fichier, rejets: FichierRejets = None) -> None:
    """Importe le registre des engagements. Relancé, il met à jour ; une échéance ne change qu'avec sa raison."""
    from app.observatoire.engagements import importation

    where = rejects_of(fichier, rejets)
    with progress("lignes", RECOMMENCE) as show:
        bilan = with_engine(
            lambda engine: importation.import_engagements(engine, source_of(fichier), where, today(), show)
        )
    for avertissement in bilan.avertissements:
        say(avertissement, err=True)
    say(
        f"{count_of(bilan.lues, 'ligne lue', 'lignes lues')} : {bilan.creees} créées, {bilan.modifiees} modifiées "
        f"(dont {count_of(bilan.glissements, 'glissement', 'glissements')}), {bilan.inchangees} déjà là, "
        f"{bilan.rejetees} rejetées" + (f" (voir {where})" if bilan.rejetees else "") + "."
    )


@engagement.command("lister")
def list_engagements(
    en_retard: Annotated[bool, typer.Option("--en-retard", help="Seulement ceux en retard aujourd'hui.")] = False,
    ministere: Annotated[
        str | None, typer.Option("--ministere", metavar="MINISTERE", help="Slug ou nom exact d'un ministère.")
    ] = None,
) -> None:
    """Liste les engagements : où ils en sont, à quelle échéance, avec quel retard."""
    from app.observatoire.engagements import service
    from app.observatoire.engagements.sql import Filtre

    filtre = Filtre(ministere=ministere, en_retard=en_retard or None)
    minimum = get_settings().seuil_publication

    async def work(db: AsyncSession) -> list[EngagementLu]:
        await check_ministere(db, ministere)
        return await service.tous(db, filtre, today(), minimum)

    vus = in_transaction(work)
    for vu in vus:
        say(f"{vu.slug}  {vu.statut}  {_echeance(vu)}  {vu.porteur}  {vu.titre}{_avancement(vu)}")
    retards = sum(vu.en_retard for vu in vus)
    say(f"{count_of(len(vus), 'engagement', 'engagements')}, dont {retards} en retard.")


def _echeance(vu: EngagementLu) -> str:
    parties = [f"échéance {vu.echeance}" if vu.echeance else "aucune date"]
    if vu.premiere_echeance != vu.echeance:
        parties.append(f"annoncé d'abord pour le {vu.premiere_echeance}")
    if vu.en_retard and vu.retard_jours:
        parties.append(f"en retard de {count_of(vu.retard_jours, 'jour', 'jours')}")
    if vu.tenu_le:
        fait = {True: ", à temps", False: f", {count_of(vu.retard_jours or 0, 'jour', 'jours')} après", None: ""}
        parties.append(f"tenu le {vu.tenu_le}{fait[vu.tenu_a_temps]}")
    return ", ".join(parties)


def _avancement(vu: EngagementLu) -> str:
    a = vu.avancement
    return "" if a is None else f"  ({vu.indicateur} : {a.atteints} sur {a.publies} mesurées)"


@engagement.command("decaler")
def postpone(
    slug: Slug,
    echeance: Annotated[str, typer.Option("--echeance", metavar="AAAA-MM-JJ|aucune", help="La nouvelle échéance.")],
    raison: Raison,
    le: Le = None,
) -> None:
    """Change l'échéance d'un engagement ; l'ancienne et la raison restent à l'historique."""
    from app.observatoire.engagements import ecriture
    from app.observatoire.engagements.echeances import lire_echeance

    try:
        nouvelle = lire_echeance(echeance)
    except ValueError as error:
        raise Erreur(f"--echeance : {error} (lu : « {echeance} »)") from None
    jour = read_day("--le", le)
    in_transaction(lambda db: ecriture.decaler(db, slug, nouvelle, raison, jour, today()), about=slug)
    say(f"Échéance : {nouvelle or 'aucune date'}.")


@engagement.command("commencer")
def start(slug: Slug) -> None:
    """Passe un engagement de « prévu » à « en cours »."""
    from app.observatoire.engagements import ecriture

    in_transaction(lambda db: ecriture.commencer(db, slug), about=slug)
    say("Engagement en cours.")


@engagement.command("tenir")
def keep(slug: Slug, le: Le = None) -> None:
    """Note qu'un engagement est tenu."""
    from app.observatoire.engagements import ecriture

    jour = read_day("--le", le)
    in_transaction(lambda db: ecriture.tenir(db, slug, jour, today()), about=slug)
    say(f"Engagement tenu le {jour}.")


@engagement.command("abandonner")
def give_up(slug: Slug, raison: Raison) -> None:
    """Note qu'un engagement est abandonné, et pourquoi."""
    from app.observatoire.engagements import ecriture

    in_transaction(lambda db: ecriture.abandonner(db, slug, raison, today()), about=slug)
    say("Engagement abandonné.")


@engagement.command("rouvrir")
def reopen(slug: Slug) -> None:
    """Rouvre un engagement tenu ou abandonné par erreur."""
    from app.observatoire.engagements import ecriture

    in_transaction(lambda db: ecriture.rouvrir(db, slug), about=slug)
    say("Engagement rouvert, en cours.")
