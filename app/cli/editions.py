"""`edition …`: what the observatory publishes, from the draft to the file that another server takes."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args

import typer

from app.cli.proches import unreadable
from app.cli.socle import Erreur, count_of, get_settings, in_transaction, read_date, said, say, today

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.indices.periode import Periode
    from app.observatoire.donnees.signature import Sceau
    from app.observatoire.donnees.signatures import Verdict
    from app.observatoire.editions.contenu import Objet
    from app.observatoire.models import Edition
    from app.observatoire.releve import Perimetre

NOMS = ("slug", "demarche")
"""What the first column of a list of démarches may be called."""

app = typer.Typer(
    name="edition", help="Éditions : préparer, voir, publier, réviser, comparer, vérifier.", no_args_is_help=True
)
Result = TypeVar("Result")

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="Slug de l'édition (2026-t1).")]
Nom = Annotated[str, typer.Argument(metavar="SLUG[@N]", help="Slug, ou slug@2 pour une révision précise.")]
Titre = Annotated[str | None, typer.Option("--titre", metavar="TEXTE", help="Titre de l'édition.")]
Debut = Annotated[str | None, typer.Option("--debut", metavar="AAAA-MM-JJ", help="Premier jour, inclus.")]
Fin = Annotated[str | None, typer.Option("--fin", metavar="AAAA-MM-JJ", help="Dernier jour, inclus.")]
Minimum = Annotated[
    int | None, typer.Option("--minimum", metavar="NOMBRE", help="Nombre d'avis d'un indice publié (défaut : 100).")
]
Champ = Annotated[
    str | None,
    typer.Option(
        "--perimetre", metavar="toutes|top_250", help="toutes (défaut) ou top_250 : la liste des 250 au dernier jour."
    ),
]
Demarches = Annotated[
    Path | None,
    typer.Option("--demarches", metavar="FICHIER", help="Le catalogue : un slug ou identifiant par ligne, ou un CSV."),
]
Cibles = Annotated[
    list[str] | None,
    typer.Option(
        "--cible", metavar="INDICATEUR=PART", help="satisfaction=0.8 ; répétable ; « aucune » les retire toutes."
    ),
]


def in_snapshot(work: Callable[[AsyncSession], Awaitable[Result]], about: str | None = None) -> Result:
    """Run `work` in one transaction, all of which sees the same state of the database; see `in_transaction`."""
    return in_transaction(work, "REPEATABLE READ", about)


@app.command("preparer")
def prepare(
    slug: Slug,
    titre: Annotated[str, typer.Option("--titre", metavar="TEXTE", help="Titre de l'édition.")],
    debut: Annotated[str, typer.Option("--debut", metavar="AAAA-MM-JJ", help="Premier jour, inclus.")],
    fin: Annotated[str, typer.Option("--fin", metavar="AAAA-MM-JJ", help="Dernier jour, inclus.")],
    minimum: Minimum = None,
    perimetre: Champ = None,
    demarches: Demarches = None,
    cible: Cibles = None,
) -> None:
    """Prépare une édition : rien n'est public avant « publier ». Relancé, il ne change que ce qui est donné."""
    from app.observatoire.editions import service
    from app.observatoire.editions.parametres import Parametres

    neufs = Parametres(titre, read_periode(debut, fin), get_settings().seuil_publication)
    donnes = given(minimum=minimum, cibles=read_cibles(cible))
    noms = read_demarches(demarches, perimetre)

    async def work(db: AsyncSession) -> Edition:
        return await service.preparer(db, slug, neufs, donnes | await choose(db, perimetre, noms))

    tell(in_snapshot(work, slug))


def given(**options: Any) -> dict[str, Any]:
    """The options that were given: the others change nothing."""
    return {nom: valeur for nom, valeur in options.items() if valeur is not None}


@app.command("reviser")
def revise(
    slug: Slug,
    raison: Annotated[
        str, typer.Option("--raison", metavar="TEXTE", help="Pourquoi cette révision : publiée avec elle.")
    ],
    titre: Titre = None,
    debut: Debut = None,
    fin: Fin = None,
    minimum: Minimum = None,
    perimetre: Champ = None,
    demarches: Demarches = None,
    cible: Cibles = None,
) -> None:
    """Prépare la révision d'une édition publiée : mêmes paramètres, sauf ceux qui sont donnés."""
    from app.observatoire.editions import service

    if (debut is None) != (fin is None):
        raise Erreur("--debut et --fin vont ensemble")
    periode = None if debut is None else read_periode(debut, fin)
    changements = given(titre=titre, periode=periode, minimum=minimum, cibles=read_cibles(cible))
    noms = read_demarches(demarches, perimetre)

    async def work(db: AsyncSession) -> Edition:
        return await service.reviser(db, slug, raison, changements | await choose(db, perimetre, noms))

    tell(in_snapshot(work, slug))


def read_periode(debut: str | None, fin: str | None) -> Periode:
    """Both ends; one line for what is wrong with them."""
    from app.indices.periode import lire_periode
    from app.problems import Probleme

    for option, jour in (("--debut", debut), ("--fin", fin)):
        if jour is not None:
            read_date(option, jour)
    try:
        return lire_periode(debut, fin, today())
    except Probleme as problem:
        raise Erreur(f"du « {debut or ''} » au « {fin or ''} » : {said(problem)}") from None


def read_perimetre(texte: str) -> Perimetre:
    """One of the two perimeters."""
    from app.observatoire.releve import Perimetre

    for perimetre in get_args(Perimetre):
        if texte == perimetre:
            return perimetre  # type: ignore[no-any-return]
    raise Erreur(f"--perimetre : « {texte} » n'existe pas, toutes ou top_250 est attendu")


def read_demarches(fichier: Path | None, perimetre: str | None) -> list[str] | None:
    """The names in a file: the first cell of each line, but for a header; None without a file."""
    if fichier is None:
        return None
    if perimetre:
        raise Erreur("--demarches et --perimetre s'excluent")
    from app.tableur.feuille import ouvrir
    from app.tableur.tableau import nommer

    with ouvrir(fichier) as feuille:
        entete = feuille.entete(lambda row: nommer(row[0]) in NOMS if row else 0)
        rows = [row for row in ([] if not entete else feuille.rangees(len(entete))) if row]
    noms = [row[0].strip() for row in ([entete] if entete and nommer(entete[0]) not in NOMS else []) + rows]
    return [nom for nom in noms if nom]


async def choose(db: AsyncSession, perimetre: str | None, noms: list[str] | None) -> dict[str, Any]:
    """The parameters that say which démarches an édition is about; none when nothing was asked."""
    from app.observatoire.editions import service

    if noms is not None:
        return {"perimetre": "liste", "catalogue": await service.lire_catalogue(db, noms)}
    return {"perimetre": read_perimetre(perimetre), "catalogue": None} if perimetre else {}


def read_cibles(textes: list[str] | None) -> dict[str, float] | None:
    """`satisfaction=0.8`, a share; `aucune` for none at all, None when nothing was said. Which indicateurs exist is
    checked later.
    """
    if not textes:
        return None
    if textes == ["aucune"]:
        return {}
    try:
        return {cle: float(part) for cle, part in (texte.split("=", 1) for texte in textes)}
    except ValueError:
        raise Erreur("--cible : INDICATEUR=PART est attendu, la part entre 0 et 1 (satisfaction=0.8)") from None


def tell(edition: Edition) -> None:
    """What was prepared."""
    perimetre = {
        "toutes": "toutes les démarches",
        "top_250": "les 250 démarches suivies",
        "liste": f"une liste de {count_of(len(edition.catalogue or ()), 'démarche', 'démarches')}",
    }[edition.perimetre]
    say(
        f"{edition.slug}, révision {edition.revision}, préparée : {edition.titre}, "
        f"du {edition.debut} au {edition.fin}, {perimetre}, {edition.minimum} avis au moins. Rien n'est publié."
    )


@app.command("apercu")
def preview(slug: Slug) -> None:
    """Montre ce que l'édition préparée publierait maintenant, sans rien enregistrer."""
    from app.observatoire.editions import service

    apercu = in_snapshot(lambda db: service.apercu(db, slug), slug)
    tell(apercu.edition)
    show(apercu.bilan)
    if apercu.edition.fin >= today():
        say("La période n'est pas terminée : l'édition ne peut pas encore être publiée.")


@app.command("abandonner")
def abandon(slug: Slug) -> None:
    """Efface l'édition ou la révision qui est préparée ; ce qui est publié reste."""
    from app.observatoire.editions import service

    edition = in_snapshot(lambda db: service.abandonner(db, slug), slug)
    say(f"{edition.slug}, révision {edition.revision} : ce qui était préparé est effacé.")


def show(bilan: Objet) -> None:
    """The national synthesis, an indicateur a line."""
    say(f"{count_of(bilan['demarches'], 'démarche', 'démarches')}, {count_of(bilan['avis'], 'avis')}.")
    for cle, b in bilan["indicateurs"].items():
        cible = "" if b["cible"] is None else f"  cible {percent(b['cible'])} {_tenue(b['cible_atteinte'])}"
        part = percent(b["part"], b["cible"])
        reste = ", ".join(f"{nom} {b[nom]}" for nom in ("insuffisant", "non_mesure", "exempte", "sans_objet") if b[nom])
        say(f"{cle:<18} {b['atteints']:>5} / {b['publies']:<5} {part:>8}{cible}  {reste}".rstrip())


def _tenue(atteinte: bool | None) -> str:
    return {True: "atteinte", False: "non atteinte", None: "sans mesure"}[atteinte]


def percent(part: float | None, cible: float | None = None) -> str:
    """A share, to a tenth or finer, so that it stays on its side of the target."""
    from app.site.affichage import INSECABLE, pourcent

    return pourcent(part, cible).replace(INSECABLE, " ")


@app.command("publier")
def publish(slug: Slug) -> None:
    """Publie l'édition préparée : ses chiffres, ses seuils et sa méthode ne changeront plus."""
    from app.observatoire.donnees.signature import ouvrir_sceau
    from app.observatoire.editions import service

    sceau = ouvrir_sceau(get_settings())
    publiee = in_snapshot(lambda db: service.publier(db, slug, today(), sceau), slug)
    show(publiee["bilan"])
    warn_unsigned(sceau)
    say(f"{slug}, révision {publiee['revision']}, publiée. Empreinte : {publiee['empreinte']}")


def warn_unsigned(sceau: Sceau | None) -> None:
    """Say that nothing was signed, when there is no key."""
    if sceau is None:
        say(
            "Attention : aucune clé de signature n'est configurée (JDMA_CLE_SIGNATURE), l'édition n'est pas signée. "
            "Donnez une clé, puis lancez « jdma edition signer ».",
            err=True,
        )


@app.command("lister")
def list_editions() -> None:
    """Liste les éditions et leurs révisions, publiées ou en préparation."""
    from app.indices.periode import jour_de_paris
    from app.observatoire.editions import lecture

    for e in in_snapshot(lecture.toutes):
        etat = f"publiée le {jour_de_paris(e.publiee_le)}" if e.publiee_le else "en préparation"
        raison = f"  {e.raison}" if e.raison else ""
        say(f"{e.slug}@{e.revision}  {e.debut} – {e.fin}  {etat}  {e.titre}{raison}")


@app.command("comparer")
def compare(de: Nom, a: Nom) -> None:
    """Compare deux éditions publiées, la première étant celle d'avant."""
    from app.observatoire.editions import lecture

    c = in_snapshot(lambda db: lecture.comparer(db, lecture.lire_reference(de), lecture.lire_reference(a)))
    say(
        f"De {de} à {a} : {count_of(c['communes'], 'démarche commune', 'démarches communes')}, "
        f"{count_of(len(c['entrees']), 'entrée', 'entrées')}, {count_of(len(c['sorties']), 'sortie', 'sorties')}, "
        f"{count_of(len(c['renommees']), 'renommée', 'renommées')} ; "
        f"{count_of(c['jours_communs'], 'jour commun', 'jours communs')}."
    )
    for quoi in ("conditions_differentes", "seuils_differents", "indicateurs_ajoutes", "indicateurs_retires"):
        if c[quoi]:
            say(f"Attention, {quoi.replace('_', ' ').replace('differe', 'différe')} : {', '.join(c[quoi])}")
    vides = [cle for cle, i in c["indicateurs"].items() if not any(i["bilan"][cote]["publies"] for cote in ("de", "a"))]
    for cle, i in c["indicateurs"].items():
        if cle not in vides:
            say(_compared(cle, i))
    if vides:
        say(f"Sans mesure dans les deux : {', '.join(vides)}.")


def _compared(cle: str, i: Objet) -> str:
    from app.site.affichage import TIRET, decimal

    parts = [f"{i['bilan'][cote]['atteints']}/{i['bilan'][cote]['publies']}" for cote in ("de", "a")]
    points = i["bilan"]["ecart_points"]
    ecart = TIRET if points is None else f"{'+' if points > 0 else ''}{decimal(points, 0)} points"
    surs = ""
    if "mieux_au_dela_du_hasard" in i:
        surs = f" (au-delà du hasard : {i['mieux_au_dela_du_hasard']} et {i['moins_bien_au_dela_du_hasard']})"
    return (
        f"{cle:<18} {' → '.join(parts):<20} {ecart:<14} mieux {i['mieux']}, moins bien {i['moins_bien']}{surs}, "
        f"seuil franchi {i['seuil_franchi']}, perdu {i['seuil_perdu']}, "
        f"nouvelles mesures {i['devenue_mesuree']}, perdues {i['plus_mesuree']}"
    )


@app.command("verifier")
def verify(slug: Annotated[str | None, typer.Argument(metavar="SLUG", help="Une seule édition.")] = None) -> None:
    """Vérifie ce qui est publié : empreinte, fichiers refaits, sommes, signatures ; code de sortie 1 s'il a changé."""
    from app.observatoire.donnees.signature import ouvrir_sceau
    from app.observatoire.editions import verification

    sceau = ouvrir_sceau(get_settings())
    report(slug, lambda db: verification.verifier(db, sceau, slug))


@app.command("signer")
def sign(slug: Annotated[str | None, typer.Argument(metavar="SLUG", help="Une seule édition.")] = None) -> None:
    """Signe de la clé d'aujourd'hui ce qui a été publié sans elle et n'a pas changé ; code de sortie 1 sinon."""
    from app.observatoire.donnees.signature import ouvrir_sceau
    from app.observatoire.editions import verification

    sceau = ouvrir_sceau(get_settings())
    if sceau is None:
        raise Erreur("aucune clé de signature n'est configurée : donnez-en une dans JDMA_CLE_SIGNATURE")
    report(slug, lambda db: verification.signer(db, sceau, slug), remarks=False)


def report(
    slug: str | None,
    look: Callable[[AsyncSession], AsyncIterator[tuple[Any, Verdict]]],
    *,
    remarks: bool = True,
) -> None:
    """Say what is wrong with each édition, count those with which something is, and leave with 1 if there is one."""

    from app.observatoire.editions.refus import EditionInconnue

    async def work(db: AsyncSession) -> list[tuple[str, Verdict]]:
        verdicts = [(f"{row.slug}@{row.revision}", verdict) async for row, verdict in look(db)]
        if slug is not None and not verdicts:
            raise EditionInconnue.nommant(slug)
        return verdicts

    verdicts = in_snapshot(work)
    for nom, verdict in verdicts:
        for phrase in verdict.ecarts:
            say(f"{nom} : {phrase}")
        for phrase in verdict.remarques if remarks else []:
            say(f"{nom} : {phrase}", err=True)
    faux = sum(bool(verdict.ecarts) for _, verdict in verdicts)
    say(f"{count_of(len(verdicts), 'édition', 'éditions')} : {count_of(faux, 'écart', 'écarts')}.")
    raise typer.Exit(1 if faux else 0)


@app.command("exporter")
def export(nom: Nom) -> None:
    """Écrit une édition publiée sur la sortie standard, entière, en JSON : « importer » la reprend ailleurs."""
    from app.observatoire.editions import echange, lecture

    typer.echo(in_snapshot(lambda db: echange.exporter(db, lecture.lire_reference(nom)), nom))


@app.command("importer")
def import_edition(
    fichier: Annotated[str, typer.Argument(metavar="FICHIER.json|-", help="Le fichier, ou - pour l'entrée standard.")],
) -> None:
    """Reprend une édition publiée ailleurs, telle quelle ; refuse un fichier qui a changé depuis."""
    from app.observatoire.editions import echange

    try:
        octets = sys.stdin.buffer.read() if fichier == "-" else Path(fichier).read_bytes()
    except OSError as error:
        raise unreadable(fichier, error) from None
    from app.observatoire.donnees.signature import ouvrir_sceau

    sceau = ouvrir_sceau(get_settings())
    slug, revision, nouvelle = in_snapshot(lambda db: echange.importer(db, octets, sceau), fichier)
    if nouvelle:
        warn_unsigned(sceau)
    say(f"{slug}, révision {revision} : {'enregistrée' if nouvelle else 'déjà là, identique'}.")
