"""Open data as others read them: files of a day, files that éditions froze, what stands beside each, the catalogue."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.formules import METHODE
from app.indices.periode import Periode
from app.observatoire.donnees import dcat, sql
from app.observatoire.donnees.fichiers import NOMS, SOMMES, empreinte, ligne_de_somme, rendre, rendre_tout
from app.observatoire.donnees.jeu import DEFINITIONS, Entete, Jeu, du_document, jeu
from app.observatoire.donnees.refus import EditionIllisible, FichierInconnu
from app.observatoire.donnees.signature import Sceau
from app.observatoire.editions import sql as sql_editions
from app.observatoire.releve import relever

TITRE: Final = "Observatoire des démarches, chiffres en direct"
A_COTE: Final = ("sha256", "sig")
"""What stands beside a file, under its name and one of these."""


async def du_jour(db: AsyncSession, periode: Periode, minimum: int, aujourd_hui: dt.date) -> Jeu:
    """The figures of a période as they are now, for every démarche."""
    lignes = await relever(db, periode, minimum, jour=min(periode.fin, aujourd_hui))
    noms = await sql_editions.identifiants(db)
    entete = Entete(periode, minimum, "toutes", METHODE, TITRE)
    return jeu(entete, DEFINITIONS, lignes, [noms.get(ligne.demarche.id, ()) for ligne in lignes])


def decouper(nom: str) -> tuple[str, str | None]:
    """The file that a name is about, and what of it: itself (None), its sum, or its signature.

    >>> decouper("observatoire.csv.sig"), decouper("observatoire.csv")
    (('observatoire.csv', 'sig'), ('observatoire.csv', None))
    """
    base, _, suffixe = nom.rpartition(".")
    return (base, suffixe) if suffixe in A_COTE else (nom, None)


def check_nom(nom: str) -> None:
    """Raise FichierInconnu unless the figures of now have such a file."""
    if decouper(nom)[0] not in NOMS:
        raise FichierInconnu


async def lire_du_jour(
    db: AsyncSession, periode: Periode, minimum: int, aujourd_hui: dt.date, nom: str, sceau: Sceau
) -> bytes:
    """A file of the figures of now, or what stands beside it (a name that `check_nom` lets through)."""
    fichier, suffixe = decouper(nom)
    chiffres = await du_jour(db, periode, minimum, aujourd_hui)
    # Out of the loop: two thousand démarches take a tenth of a second to write.
    octets = await asyncio.to_thread(rendre, chiffres, fichier)
    return accompagner(fichier, octets, suffixe, sceau)


def accompagner(nom: str, octets: bytes, suffixe: str | None, sceau: Sceau) -> bytes:
    """A file itself, its sum, or its signature."""
    if suffixe == "sig":
        return sceau.signer(octets)
    return octets if suffixe is None else ligne_de_somme(nom, empreinte(octets)).encode()


async def lire_d_edition(db: AsyncSession, edition: int, nom: str, sceau: Sceau) -> bytes:
    """A file that this édition (its id) froze, the sums of all, or what stands beside. Raises FichierInconnu."""
    fichier, suffixe = decouper(nom)
    octets = await _sommes(db, edition) if fichier == SOMMES else await _lire(db, edition, fichier)
    return accompagner(fichier, octets, suffixe, sceau)


async def _lire(db: AsyncSession, edition: int, nom: str) -> bytes:
    octets = await sql.lire(db, edition, nom) if nom.isascii() and nom.isprintable() else None
    if octets is None:
        raise FichierInconnu
    return octets


async def _sommes(db: AsyncSession, edition: int) -> bytes:
    return "".join(ligne_de_somme(row.nom, row.sha256) for row in await sql.sommes(db, edition)).encode()


async def tous_ceux_d_edition(db: AsyncSession, edition: int) -> dict[str, bytes]:
    """Every file that an édition (its id) froze, by name."""
    return {row.nom: await _lire(db, edition, row.nom) for row in await sql.sommes(db, edition)}


async def conserver(db: AsyncSession, edition: int, document: Mapping[str, Any]) -> None:
    """Write the files of an édition from its document, and store them: to be called before it is published, since the
    database refuses it afterwards. Raises EditionIllisible."""
    try:
        fichiers = await asyncio.to_thread(lambda: rendre_tout(du_document(document)))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise EditionIllisible from error
    await sql.ecrire(db, edition, fichiers, {nom: empreinte(octets) for nom, octets in fichiers.items()})


async def catalogue(db: AsyncSession, base: str, periode: Periode) -> dcat.Noeud:
    """The DCAT catalogue: the figures of now (over `periode`), and the last revision of each édition."""
    return dcat.catalogue(base, periode, await editions(db))


async def editions(db: AsyncSession) -> list[dcat.Edition]:
    """The last published revision of each édition and its files, the latest période first."""
    rangs = await sql.catalogue(db)
    return [_edition(list(groupe)) for _, groupe in groupby(rangs, key=lambda row: row.slug)]


def _edition(rangs: list[Any]) -> dcat.Edition:
    un = rangs[0]
    return dcat.Edition(
        un.slug,
        un.revision,
        un.titre,
        Periode(un.debut, un.fin),
        un.raison,
        _instant(un.premiere),
        _instant(un.publiee_le),
        un.methode,
        un.minimum,
        un.perimetre,
        un.demarches,
        {row.nom: (row.taille, row.sha256) for row in rangs},
    )


def _instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat()
