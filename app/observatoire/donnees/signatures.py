"""The signatures of an édition: made when it is published, over its files, their sums and its fingerprint, and kept.

What is served is what was signed then: whoever could change a stored file could not make it look signed.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.observatoire.donnees import sql
from app.observatoire.donnees.fichiers import avec_sommes, empreinte
from app.observatoire.donnees.signature import Sceau

EMPREINTE: Final = "empreinte"
"""Under that name, the fingerprint of the document is signed, which no file holds."""


class Fichier(NamedTuple):
    """A stored file, and what is said of it."""

    octets: bytes
    taille: int
    sha256: str


class Verdict(NamedTuple):
    """What is wrong with an édition, and what is worth saying; sentences in French, for an operator."""

    ecarts: list[str]
    remarques: list[str]


async def signer(
    db: AsyncSession, edition: int, fichiers: Mapping[str, bytes], empreinte_document: str, sceau: Sceau
) -> None:
    """Sign an édition (its id) with the current key; what this key has signed stays as it is."""
    signes = {nom: sceau.signer(octets) for nom, octets in _a_signer(fichiers, empreinte_document).items()}
    await sql.signer(db, edition, sceau.identites[0], signes)


def _a_signer(fichiers: Mapping[str, bytes], empreinte_document: str) -> dict[str, bytes]:
    return avec_sommes(fichiers) | {EMPREINTE: empreinte_document.encode()}


def juger(
    fichiers: Mapping[str, Fichier],
    empreinte_document: str | None,
    signatures: Mapping[tuple[str, bytes], bytes],
    refaits: Mapping[str, bytes] | None,
    sceau: Sceau | None,
) -> Verdict:
    """Whether stored files still are those that were published. Pure.

    `empreinte_document`: None when the document itself is no longer what was published, which is then said elsewhere;
    files are not held against it. `signatures`: by name and public key. `refaits`: the files that this version makes of
    the document, None when it cannot. What a known key signed may differ from them: what makes files goes on changing.
    """
    ecarts = [
        f"{nom} : sa somme n'est plus la sienne"
        for nom, fichier in fichiers.items()
        if (fichier.taille, fichier.sha256) != (len(fichier.octets), empreinte(fichier.octets))
    ]
    octets = {nom: fichier.octets for nom, fichier in fichiers.items()}
    signes = avec_sommes(octets) if empreinte_document is None else _a_signer(octets, empreinte_document)
    avis = {
        (nom, cle): sceau.reconnait(signes.get(nom, b""), signature, cle) if sceau else None
        for (nom, cle), signature in signatures.items()
        if nom != EMPREINTE or empreinte_document is not None
    }
    ecarts += [f"{nom} : signature REFUSÉE" for (nom, _), bonne in sorted(avis.items()) if bonne is False]
    surs = {nom for (nom, _), bonne in avis.items() if bonne}
    differents = [] if empreinte_document is None else _differents(octets, refaits)
    if surs >= signes.keys():
        return Verdict(ecarts, [f"cette version écrirait autrement : {', '.join(differents)}"] if differents else [])
    ecarts += [f"{nom} : n'est pas ce que donnent les chiffres publiés" for nom in differents if nom not in surs]
    quoi = "signée par une clé que cette installation ne connaît pas" if signatures else "pas signée"
    return Verdict(ecarts, [f"{quoi} : « jdma edition signer »"])


def _differents(octets: Mapping[str, bytes], refaits: Mapping[str, bytes] | None) -> list[str]:
    """The files that are not as they are made again, those that are missing included."""
    voulus = refaits or {}
    return sorted(nom for nom in octets.keys() | voulus.keys() if octets.get(nom) != voulus.get(nom))
