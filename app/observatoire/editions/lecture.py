"""Published éditions as others read them: documents made of the very texts that were stored."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import orjson
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches import curseur
from app.demarches.curseur import CurseurInvalide
from app.demarches.texte import SLUG
from app.indices.periode import Periode
from app.indices.service import en_json
from app.observatoire.editions import comparaison, contenu, sql, tableur
from app.observatoire.editions.comparaison import Cote, LigneComparee
from app.observatoire.editions.contenu import Objet
from app.observatoire.editions.refus import EditionInconnue

LIMITE, LIMITE_AU_PLUS = 100, 1_000
_REVISION_MAX: Final = 2**31
_VALEURS: Final = msgspec.json.Decoder(dict[str, comparaison.Valeur])


@dataclass(frozen=True, slots=True)
class Reference:
    """An édition as it is named: `revision` None is the last published one."""

    slug: str
    revision: int | None = None


def lire_reference(texte: str) -> Reference:
    """`2023-t4` or `2023-t4@2`; EditionInconnue for what no édition can be named.

    >>> lire_reference("2023-t4@2")
    Reference(slug='2023-t4', revision=2)
    """
    slug, arobase, revision = texte.partition("@")
    chiffres = revision.isascii() and revision.isdecimal() and len(revision) < 11
    if SLUG.fullmatch(slug) is None or (arobase and not chiffres):
        raise EditionInconnue.nommant(texte)
    numero = int(revision) if arobase else None
    if numero is not None and not 0 < numero < _REVISION_MAX:
        raise EditionInconnue.nommant(texte)
    return Reference(slug, numero)


async def trouver(db: AsyncSession, reference: Reference) -> Row[Any]:
    """The published édition of that name (its columns; JSON as text). Raises EditionInconnue."""
    row = await sql.publiee(db, reference.slug, reference.revision)
    if row is None:
        raise EditionInconnue.nommant(reference.slug + (f"@{reference.revision}" if reference.revision else ""))
    return row


async def lister(db: AsyncSession, depuis: str | None = None, limite: int = LIMITE) -> Objet:
    """A page of éditions, the latest période first, each in its last revision. Raises CurseurInvalide."""
    empreinte = curseur.empreinte("editions")
    apres = _place(curseur.lire(depuis, empreinte)) if depuis else None
    rows = await sql.courantes(db, apres, limite + 1)
    gardees = rows[:limite]
    suite = (gardees[-1].fin.toordinal(), gardees[-1].id) if len(rows) > limite else None
    return {
        "elements": [_entete(row) | {"empreinte": row.empreinte} for row in gardees],
        "suivant": curseur.ecrire(suite, empreinte) if suite else None,
    }


async def toutes(db: AsyncSession) -> Sequence[Row[Any]]:
    """Every revision, drafts too (`publiee_le` None), for the operator."""
    return await sql.toutes(db)


def _place(place: curseur.Place) -> tuple[dt.date, int]:
    try:
        return dt.date.fromordinal(place[0]), place[1]
    except (ValueError, OverflowError):
        raise CurseurInvalide from None


async def lire(db: AsyncSession, reference: Reference, depuis: str | None = None, limite: int | None = LIMITE) -> Objet:
    """The document of an édition, with a page of its démarches (all: `limite` None) and the list of its revisions.

    Raises EditionInconnue, CurseurInvalide.
    """
    row = await trouver(db, reference)
    page = f"{row.slug}@{row.revision}"
    recherche = curseur.empreinte("edition", page)
    apres = curseur.lire(depuis, recherche)[0] if depuis else 0
    textes = await sql.elements(db, row.id, apres, None if limite is None else limite + 1)
    reste = limite is not None and len(textes) > limite
    return _entete(row) | {
        "groupes": orjson.Fragment(row.groupes),
        "empreinte": row.empreinte,
        "revisions": [_revision(autre) for autre in await sql.publiees(db, row.slug)],
        "elements": [orjson.Fragment(texte) for texte in textes[:limite]],
        "suivant": curseur.ecrire((apres + (limite or 0), 0), recherche) if reste else None,
    }


def _entete(row: Row[Any]) -> Objet:
    """What an édition says of itself, whole, but for the groups."""
    return {
        "slug": row.slug,
        "revision": row.revision,
        "titre": row.titre,
        "periode": en_json(Periode(row.debut, row.fin)),
        "minimum": row.minimum,
        "perimetre": row.perimetre,
        "cibles": orjson.Fragment(row.cibles),
        "raison": row.raison,
        "publiee_le": contenu.instant(row.publiee_le),
        "methode": row.methode,
        "seuils": orjson.Fragment(row.seuils),
        "bilan": orjson.Fragment(row.bilan),
    }


def _revision(row: Row[Any]) -> Objet:
    publiee_le = contenu.instant(row.publiee_le)
    return {"revision": row.revision, "raison": row.raison, "publiee_le": publiee_le, "empreinte": row.empreinte}


async def exporter_csv(db: AsyncSession, reference: Reference) -> bytes:
    """The démarches of an édition, one a row. Raises EditionInconnue."""
    row = await trouver(db, reference)
    elements = await sql.elements(db, row.id)
    return tableur.ecrire(
        (row.slug, row.revision), Periode(row.debut, row.fin), list(orjson.loads(row.seuils)), elements
    )


async def relire(db: AsyncSession, reference: Reference) -> Objet:
    """The whole document of an édition, as whoever reads its JSON has it. Raises EditionInconnue."""
    document: Objet = orjson.loads(orjson.dumps(await lire(db, reference, limite=None)))
    return document


async def recalculer(db: AsyncSession, slug: str, revision: int) -> str:
    """The fingerprint of an édition as it is stored now."""
    return contenu.empreinte(await relire(db, Reference(slug, revision)))


async def comparer(db: AsyncSession, de: Reference, a: Reference) -> Objet:
    """What changed from an édition to another (see `comparaison`). Raises EditionInconnue."""
    return comparaison.comparer(await lire_cote(db, de), await lire_cote(db, a))


async def lire_cote(db: AsyncSession, reference: Reference) -> Cote:
    """What is compared of an édition. Raises EditionInconnue."""
    return await _cote(db, await trouver(db, reference))


async def comparer_par_page(db: AsyncSession, de: Reference, a: Reference, depuis: str | None, limite: int) -> Objet:
    """The same, with a page of its démarches. Raises EditionInconnue, CurseurInvalide."""
    rows = await trouver(db, de), await trouver(db, a)
    recherche = curseur.empreinte("comparaison", *(f"{row.slug}@{row.revision}" for row in rows))
    apres = curseur.lire(depuis, recherche)[0] if depuis else 0
    fin = apres + limite
    objet = comparaison.comparer(await _cote(db, rows[0]), await _cote(db, rows[1]), slice(apres, fin))
    return objet | {"suivant": curseur.ecrire((fin, 0), recherche) if fin < objet["changees"] else None}


async def _cote(db: AsyncSession, row: Row[Any]) -> Cote:
    return Cote(
        row.slug,
        row.revision,
        row.titre,
        Periode(row.debut, row.fin),
        {"methode": row.methode, "minimum": row.minimum, "perimetre": row.perimetre},
        row.empreinte,
        orjson.loads(row.seuils),
        orjson.loads(row.bilan)["indicateurs"],
        [_ligne(ligne) for ligne in await sql.lignes(db, row.id)],
        None if row.catalogue is None else sorted(row.catalogue),
    )


def _ligne(row: Row[Any]) -> LigneComparee:
    return LigneComparee(row.demarche_id, row.slug, row.titre, row.notes, _VALEURS.decode(row.valeurs))
