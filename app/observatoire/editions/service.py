"""Preparing, previewing, publishing and revising éditions, in the caller's transaction: REPEATABLE READ."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.formules import METHODE
from app.indices.periode import Periode
from app.observatoire.donnees import service as donnees
from app.observatoire.donnees.signature import Sceau
from app.observatoire.editions import contenu, lecture, sql
from app.observatoire.editions.contenu import Objet
from app.observatoire.editions.parametres import Parametres, check_nom, check_texte
from app.observatoire.editions.refus import (
    AucunBrouillon,
    ChampEdition,
    EditionInconnue,
    EditionNonPubliee,
    EditionPubliee,
    EditionVide,
    PeriodeNonTerminee,
    citer,
)
from app.observatoire.models import Edition
from app.observatoire.releve import Ligne, Perimetre, relever
from app.observatoire.sql import Parmi


@dataclass(frozen=True, slots=True)
class Apercu:
    """A draft, and the national synthesis that it would freeze if it were published now."""

    edition: Edition
    bilan: Objet


async def preparer(
    db: AsyncSession, slug: str, parametres: Parametres, donnes: Mapping[str, Any] | None = None
) -> Edition:
    """Store a draft: `parametres` but for `donnes` (fields of Parametres). Of the draft there is, the title, the
    période and `donnes` change, and nothing else: what is not said again is not taken back.

    Raises ChampEdition, EditionPubliee.
    """
    check_nom(slug)
    await sql.verrouiller(db)
    edition = await sql.derniere(db, slug)
    if edition is not None and edition.publiee_le is not None:
        raise EditionPubliee
    if edition is None:
        colonnes = replace(parametres, **(donnes or {})).colonnes()
        edition = Edition(slug=slug, revision=1, **colonnes)
        db.add(edition)
    else:
        dits = {"titre": parametres.titre, "periode": parametres.periode}
        colonnes = _changes(edition, dits | dict(donnes or {})).colonnes()
    edition.sqlmodel_update(colonnes)
    await db.flush()
    return edition


async def reviser(db: AsyncSession, slug: str, raison: str, changements: Mapping[str, Any]) -> Edition:
    """Store the draft of the next revision of a published édition, or change it: its parameters but for `changements`
    (fields of Parametres).

    Raises EditionInconnue, EditionNonPubliee, ChampEdition.
    """
    dite = check_texte("raison", raison)
    await sql.verrouiller(db)
    edition = await sql.derniere(db, check_nom(slug))
    if edition is None:
        raise EditionInconnue.nommant(slug)
    if edition.publiee_le is None and edition.revision == 1:
        raise EditionNonPubliee
    colonnes = _changes(edition, changements).colonnes() | {"raison": dite}
    if edition.publiee_le is not None:
        edition = Edition(slug=slug, revision=edition.revision + 1, **colonnes)
        db.add(edition)
    edition.sqlmodel_update(colonnes)
    await db.flush()
    return edition


def _changes(edition: Edition, changements: Mapping[str, Any]) -> Parametres:
    actuels: dict[str, Any] = {
        "titre": edition.titre,
        "periode": _periode(edition),
        "minimum": edition.minimum,
        "perimetre": edition.perimetre,
        "cibles": edition.cibles,
        "catalogue": edition.catalogue,
    }
    return Parametres(**(actuels | dict(changements)))


async def lire_catalogue(db: AsyncSession, demarches: Sequence[str]) -> list[int]:
    """The ids of these démarches (slugs, former slugs or identifiants), each once. Raises ChampEdition."""
    connues = await sql.noms(db)
    connues = {nom: cle for cle, siens in (await sql.identifiants(db)).items() for nom in siens} | connues
    inconnues = [nom for nom in demarches if nom not in connues]
    if inconnues or not demarches:
        vide = "aucune démarche n'est donnée"
        dit = f"inconnues : {citer(inconnues, connues)}" if inconnues else vide
        raise ChampEdition("demarches", dit)
    return list(dict.fromkeys(connues[nom] for nom in demarches))


async def apercu(db: AsyncSession, slug: str) -> Apercu:
    """What publishing the draft would give now; stores nothing. Raises AucunBrouillon."""
    edition = await _brouillon(db, slug)
    return Apercu(edition, contenu.bilan_national(await _relever(db, edition), edition.cibles))


async def abandonner(db: AsyncSession, slug: str) -> Edition:
    """Delete the draft, and nothing that is published. Raises AucunBrouillon, EditionPubliee."""
    await sql.verrouiller(db)
    edition = await _brouillon(db, slug)
    await db.delete(edition)
    return edition


async def publier(db: AsyncSession, slug: str, aujourd_hui: dt.date, sceau: Sceau | None = None) -> Objet:
    """Freeze the draft for ever, signed when there is a key; gives the head of the document published.

    Raises AucunBrouillon, EditionPubliee (somebody else was first), PeriodeNonTerminee, EditionVide.
    """
    await sql.verrouiller(db)
    edition = await _brouillon(db, slug)
    if edition.fin >= aujourd_hui:
        raise PeriodeNonTerminee
    lignes = await _relever(db, edition)
    if not lignes:
        raise EditionVide
    lignes.sort(key=lambda ligne: ligne.demarche.slug)
    document = await _document(db, edition, lignes)
    empreinte = await figer(db, edition, document, [ligne.demarche.id for ligne in lignes], sceau)
    return {cle: valeur for cle, valeur in document.items() if cle != "elements"} | {"empreinte": empreinte}


async def _brouillon(db: AsyncSession, slug: str) -> Edition:
    edition = await sql.derniere(db, slug)
    if edition is None:
        raise AucunBrouillon.nommant(slug)
    if edition.publiee_le is not None:
        raise EditionPubliee
    return edition


def _periode(edition: Edition) -> Periode:
    return Periode(edition.debut, edition.fin)


async def _relever(db: AsyncSession, edition: Edition) -> list[Ligne]:
    perimetre: Perimetre = "top_250" if edition.perimetre == "top_250" else "toutes"
    parmi = None if edition.catalogue is None else Parmi(ids=tuple(edition.catalogue))
    return await relever(db, _periode(edition), edition.minimum, perimetre, parmi)


async def _document(db: AsyncSession, edition: Edition, lignes: Sequence[Ligne]) -> Objet:
    """The document to publish, as JSON gives it back."""
    noms = await sql.identifiants(db)
    objet = {
        **{nom: getattr(edition, nom) for nom in ("slug", "revision", "titre")},
        "periode": {"debut": edition.debut, "fin": edition.fin},
        **{nom: getattr(edition, nom) for nom in ("minimum", "perimetre", "cibles", "raison")},
        "publiee_le": contenu.instant(await sql.maintenant(db)),
        "methode": METHODE,
        "seuils": contenu.seuils(),
        "bilan": contenu.bilan_national(lignes, edition.cibles),
        "groupes": contenu.groupes(lignes),
        "elements": [contenu.element(ligne, noms.get(ligne.demarche.id, ())) for ligne in lignes],
    }
    return contenu.en_json(objet)


async def figer(
    db: AsyncSession, edition: Edition, document: Mapping[str, Any], demarches: Sequence[int], sceau: Sceau | None
) -> str:
    """Store the content of a draft and publish it; gives its fingerprint. `demarches`: the id of each element's.

    What is stored is read again before the transaction may end: it must have the fingerprint of what was given.
    """
    assert edition.id is not None
    empreinte = contenu.empreinte(document)
    await sql.vider(db, edition.id)
    lignes = zip(demarches, document["elements"], strict=True)
    await sql.ecrire_lignes(db, [_ligne(edition.id, demarche, element) for demarche, element in lignes])
    await donnees.conserver(db, edition.id, document, empreinte, sceau)
    colonnes: Objet = {cle: orjson.dumps(document[cle]).decode() for cle in ("seuils", "bilan", "groupes")}
    moment = dt.datetime.fromisoformat(document["publiee_le"])
    colonnes |= {"publiee_le": moment, "methode": document["methode"], "empreinte": empreinte}
    await sql.publier(db, edition.id, colonnes)
    if await lecture.recalculer(db, edition.slug, edition.revision) != empreinte:
        raise AssertionError("an édition reads back as something else than what was published")
    return empreinte


def _ligne(edition: int, demarche: int, element: Mapping[str, Any]) -> tuple[int, int, str, list[int], str, str]:
    ecrit = {cle: orjson.dumps(element[cle]).decode() for cle in ("demarche", "indice", "valeurs")}
    return edition, demarche, ecrit["demarche"], element["notes"], ecrit["indice"], ecrit["valeurs"]
