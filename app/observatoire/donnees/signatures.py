"""The signatures of an édition: made when it is published, over its files, their sums and its fingerprint, and kept.

What is served is what was signed then: whoever could change a stored file could not make it look signed.
"""

from collections.abc import Iterable, Mapping, Set
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.observatoire.donnees import sql
from app.observatoire.donnees.fichiers import avec_sommes, empreinte
from app.observatoire.donnees.signature import Sceau

_PAS_SIGNEE: Final = "pas signée : « jdma edition signer », une fois JDMA_CLE_SIGNATURE donnée"
_SANS_CLE: Final = "signée, ce que cette installation ne peut pas vérifier : elle n'a pas de clé (JDMA_CLE_SIGNATURE)"
_A_SIGNER: Final = (
    "publiée avant que cette installation ait sa clé : « jdma edition signer » ; signée d'une autre : donner sa clé "
    "publique à JDMA_CLE_SIGNATURE_PRECEDENTE ; sinon, des signatures ont été effacées ou remplacées dans la base"
)
EMPREINTE: Final = "empreinte"
"""Under that name, the fingerprint of the document is signed, which no file holds."""


class Fichier(NamedTuple):
    """A stored file, and what is said of it."""

    octets: bytes
    taille: int
    sha256: str


class Verdict(NamedTuple):
    """What is wrong with an édition, and what is worth saying; sentences in French, for an operator."""

    alterations: list[str]
    """What is no longer as it was published: not to be signed."""
    manques: list[str]
    """The signatures that a known key should have made, and that are not there."""
    remarques: list[str]

    @property
    def ecarts(self) -> list[str]:
        """All that is wrong."""
        return [*self.alterations, *self.manques]


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
    the document, None when it cannot. Every name must be signed by a known key, when there is one. What a known key
    signed may differ from what is made again: what makes files goes on changing.
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
    refusees = {nom for (nom, _), bonne in avis.items() if bonne is False}
    differents = [] if empreinte_document is None else _differents(octets, refaits)
    if surs >= signes.keys():
        autres = [f"cette version écrirait autrement : {', '.join(differents)}"] if differents else []
        return Verdict(ecarts, [], autres)
    ecarts += [f"{nom} : n'est pas ce que donnent les chiffres publiés" for nom in differents if nom not in surs]
    if sceau is None:
        return Verdict(ecarts, [], [_SANS_CLE if signatures else _PAS_SIGNEE])
    manques = sorted(signes.keys() - surs - refusees)
    return Verdict(ecarts, _dire_manques(manques, {nom for nom, _ in signatures}), [_A_SIGNER] if manques else [])


def _dire_manques(manques: Iterable[str], connus: Set[str]) -> list[str]:
    """A sentence for each name (a file, or the fingerprint) that no known key signed; `connus`: signed by some key."""
    return [
        f"{nom} : signature d'une clé que cette installation ne connaît pas, aucune d'une clé connue"
        if nom in connus
        else f"{nom} : signature absente"
        for nom in manques
    ]


def _differents(octets: Mapping[str, bytes], refaits: Mapping[str, bytes] | None) -> list[str]:
    """The files that are not as they are made again, those that are missing included."""
    voulus = refaits or {}
    return sorted(nom for nom in octets.keys() | voulus.keys() if octets.get(nom) != voulus.get(nom))
