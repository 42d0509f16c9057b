"""The ministères and organismes that the lines name: found by what their names sound like, created when unknown."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.demarches.importation import sql
from app.demarches.importation.ligne import LigneCatalogue
from app.demarches.importation.sql import Nomme
from app.demarches.models import Ministere, Organisme
from app.demarches.texte import slugifier

Cle = tuple[int | None, str]
"""The ministère (None for a ministère itself) and the slug made from a name."""


class Annuaire:
    """One for a whole file, so that the first spelling in the file holds to its end."""

    def __init__(self) -> None:
        self._orthographes: dict[tuple[type, Cle], str] = {}
        self._ministeres: dict[Cle, int] = {}
        self._organismes: dict[Cle, int] = {}
        self._renommes: set[tuple[type, int | None]] = set()

    async def tenir(self, db: AsyncConnection, lignes: Iterable[LigneCatalogue]) -> None:
        """Make sure that every ministère and organisme of these accepted lines exists, and knows its id."""
        couples = list(dict.fromkeys((ligne.ministere, ligne.organisme) for ligne in lignes if ligne.ministere))
        ministeres = {(None, slugifier(m)): m for m, _ in reversed(couples) if m}
        self._ministeres |= await self._assurer(db, Ministere, ministeres)
        organismes = {(self._ministeres[None, slugifier(m)], slugifier(o)): o for m, o in reversed(couples) if m and o}
        self._organismes |= await self._assurer(db, Organisme, organismes)

    def ids(self, ligne: LigneCatalogue) -> tuple[int | None, int | None]:
        """The ids of the ministère and the organisme that a line names."""
        if ligne.ministere is None:
            return None, None
        ministere = self._ministeres[None, slugifier(ligne.ministere)]
        organisme = None if ligne.organisme is None else self._organismes[ministere, slugifier(ligne.organisme)]
        return ministere, organisme

    def renomme(self, ministere: int | None, organisme: int | None) -> bool:
        """Whether this file gave one of them another spelling."""
        return (Ministere, ministere) in self._renommes or (Organisme, organisme) in self._renommes

    async def _assurer(
        self, db: AsyncConnection, modele: type[Ministere | Organisme], voulus: dict[Any, str]
    ) -> dict[Cle, int]:
        noms = {cle: self._orthographes.setdefault((modele, cle), nom) for cle, nom in voulus.items()}
        nouveaux, renommes = _a_faire(await sql.lire_nommes(db, modele), noms)
        await sql.ajouter_nommes(db, modele, nouveaux)
        await sql.renommer_nommes(db, modele, renommes)
        self._renommes |= {(modele, cle) for cle in renommes}
        trouver = _Index(await sql.lire_nommes(db, modele)).trouver
        return {cle: nomme.id for cle, nom in noms.items() if (nomme := trouver(cle, nom))}


class _Index:
    """Known ministères or organismes, by slug and by exact name: they may have been given another slug elsewhere."""

    def __init__(self, connus: Iterable[Nomme]) -> None:
        self.par_slug = {(connu.ministere_id, connu.slug): connu for connu in connus}
        self.par_nom = {(connu.ministere_id, connu.nom): connu for connu in self.par_slug.values()}

    def trouver(self, cle: Cle, nom: str) -> Nomme | None:
        return self.par_slug.get(cle) or self.par_nom.get((cle[0], nom))


def _a_faire(connus: Iterable[Nomme], noms: dict[Cle, str]) -> tuple[list[tuple[int | None, str, str]], dict[int, str]]:
    """What is new, as (ministere_id, slug, nom), and what has another spelling, by id.

    A name is replaced only when its own slug is the one stored: the name of an entity that was given a slug of
    another kind is what leads to it.
    """
    index = _Index(connus)
    nouveaux, renommes = [], {}
    for cle, nom in noms.items():
        connu = index.trouver(cle, nom)
        if connu is None:
            nouveaux.append((*cle, nom))
        elif (cle[0], nom) not in index.par_nom and slugifier(connu.nom) == connu.slug:
            renommes[connu.id] = nom
    return nouveaux, renommes
