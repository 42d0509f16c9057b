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
from app.observatoire.donnees.refus import EditionIllisible, FichierInconnu, SignatureAbsente, SignatureNonConfiguree
from app.observatoire.donnees.signature import Sceau
from app.observatoire.donnees.signatures import Fichier, signer
from app.observatoire.editions import sql as sql_editions
from app.observatoire.releve import relever

TITRE: Final = "Observatoire des démarches, chiffres en direct"
ILLISIBLE: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a document raises that does not have the shape that files are made from."""
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
    db: AsyncSession, periode: Periode, minimum: int, aujourd_hui: dt.date, nom: str, sceau: Sceau | None
) -> bytes:
    """A file of the figures of now, or what stands beside it (a name that `check_nom` lets through).

    Raises SignatureNonConfiguree.
    """
    fichier, suffixe = decouper(nom)
    if suffixe == "sig" and sceau is None:
        raise SignatureNonConfiguree
    chiffres = await du_jour(db, periode, minimum, aujourd_hui)
    # Out of the loop: two thousand démarches take a tenth of a second to write.
    octets = await asyncio.to_thread(rendre, chiffres, fichier)
    if suffixe == "sig" and sceau is not None:
        return sceau.signer(octets)
    return octets if suffixe is None else ligne_de_somme(fichier, empreinte(octets)).encode()


async def lire_d_edition(db: AsyncSession, edition: int, nom: str, sceau: Sceau | None) -> bytes:
    """A file that this édition (its id) froze, the sums of all, or what stands beside: the signature that was made when
    it was published, by the key of today if there is one. Raises FichierInconnu, SignatureAbsente.
    """
    fichier, suffixe = decouper(nom)
    octets = await _sommes(db, edition) if fichier == SOMMES else await _lire(db, edition, fichier)
    if suffixe == "sig":
        _, signatures = await choisir_signatures(db, edition, sceau)
        if fichier not in signatures:
            raise SignatureAbsente
        return signatures[fichier]
    return octets if suffixe is None else ligne_de_somme(fichier, empreinte(octets)).encode()


async def choisir_signatures(db: AsyncSession, edition: int, sceau: Sceau | None) -> tuple[bytes, dict[str, bytes]]:
    """A public key (32 bytes) and its signatures of an édition (its id), by name.

    The key of today, else the one before, else the first that ever signed it. Raises SignatureAbsente.
    """
    par_cle: dict[bytes, dict[str, bytes]] = {}
    for row in await sql.signatures(db, edition):
        par_cle.setdefault(row.cle_publique, {})[row.nom] = row.signature
    for cle in (*(sceau.identites if sceau else ()), *par_cle):
        if cle in par_cle:
            return cle, par_cle[cle]
    raise SignatureAbsente


async def signatures_d_edition(db: AsyncSession, edition: int) -> dict[tuple[str, bytes], bytes]:
    """Every signature of an édition (its id), by name and public key."""
    return {(row.nom, row.cle_publique): row.signature for row in await sql.signatures(db, edition)}


async def fichiers_d_edition(db: AsyncSession, edition: int) -> dict[str, Fichier]:
    """Every file of an édition (its id), by name, as it is stored."""
    return {row.nom: Fichier(row.octets, row.taille, row.sha256) for row in await sql.fichiers(db, edition)}


def refaire(document: Mapping[str, Any]) -> dict[str, bytes] | None:
    """The files that this version makes of a document, or None when it cannot."""
    try:
        return rendre_tout(du_document(document))
    except ILLISIBLE:
        return None


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


async def conserver(
    db: AsyncSession, edition: int, document: Mapping[str, Any], empreinte_document: str, sceau: Sceau | None
) -> None:
    """Write the files of an édition from its document, store them and sign them: to be called before it is published,
    since the database refuses it afterwards. Raises EditionIllisible."""
    try:
        fichiers = await asyncio.to_thread(lambda: rendre_tout(du_document(document)))
    except ILLISIBLE as error:
        raise EditionIllisible from error
    await sql.ecrire(db, edition, fichiers, {nom: empreinte(octets) for nom, octets in fichiers.items()})
    if sceau is not None:
        await signer(db, edition, fichiers, empreinte_document, sceau)


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
