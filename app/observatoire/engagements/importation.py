"""`import-engagements`: the register from a CSV, repeatable, in one transaction.

A line describes one engagement, found by its slug. An empty cell changes nothing; `aucun` or `aucune` takes a link or a
text away. A second line for the same slug is what happened next: typically another due date and why. Names that the
catalogue does not know are told, and the link is left out: import the catalogue, then the same file again. A target is
rejected instead: without its link, it would be measured over other démarches than its own.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.demarches.resolution import DemarcheInconnue, resolve
from app.demarches.texte import slugifier
from app.observatoire.engagements import sql
from app.observatoire.engagements.ligne import COLONNES, OBLIGATOIRES, LigneEngagement, lire_ligne
from app.observatoire.engagements.registre import Changement, Etat, Liens, appliquer
from app.tableur.ecriture import Rejets
from app.tableur.feuille import Source
from app.tableur.tableau import Enregistrement, ouvrir_tableau

_VIDE: Final = Liens()


@dataclass(slots=True)
class Bilan:
    """Counts of lines: read = created + changed + already there + rejected; `glissements` are among the changed."""

    lues: int = 0
    creees: int = 0
    modifiees: int = 0
    inchangees: int = 0
    rejetees: int = 0
    glissements: int = 0
    avertissements: list[str] = field(default_factory=list)


async def import_engagements(
    engine: AsyncEngine,
    source: Source,
    rejets_path: Path,
    jour: dt.date,
    progress: Callable[[int], None] = lambda _lues: None,
) -> Bilan:
    """Import a register; rejected lines go to `rejets_path` with their reasons. `jour` is today in Paris.

    Raises FichierIllisible when the file as a whole cannot be one; nothing is then stored.
    """
    with (
        ouvrir_tableau(source, COLONNES, OBLIGATOIRES) as tableau,
        Rejets(rejets_path, tableau.colonnes) as rejets,
    ):
        async with AsyncSession(engine) as db, db.begin():
            await sql.verrouiller(db)
            execution = _Execution(db, tableau.colonnes, jour, await _Annuaire.lire(db))
            refus: list[tuple[Enregistrement, str]] = []
            for enregistrement in tableau:
                try:
                    await execution.importer(enregistrement)
                except ValueError as error:
                    refus.append((enregistrement, str(error)))
                execution.bilan.lues += 1
                progress(execution.bilan.lues)
        rejets.ajouter(refus)
    execution.bilan.rejetees = len(refus)
    return execution.bilan


class _Execution:
    """One run, in one transaction."""

    def __init__(self, db: AsyncSession, colonnes: list[str], jour: dt.date, annuaire: "_Annuaire") -> None:
        self.bilan = Bilan()
        self._db, self._colonnes, self._jour, self._annuaire = db, colonnes, jour, annuaire

    async def importer(self, enregistrement: Enregistrement) -> None:
        """One line; ValueError when it is refused, before anything of it is written."""
        if enregistrement.motif:
            raise ValueError(enregistrement.motif)
        ligne = lire_ligne(dict(zip(self._colonnes, enregistrement.cellules, strict=True)))
        row = await sql.lire(self._db, ligne.slug)
        connu = None if row is None else lire_etat(row)
        liens, manques = await self._lier(ligne, connu)
        changement = appliquer(connu, ligne, liens, self._jour)
        if manques and changement.etat.valeurs["cible"] is not None:
            raise ValueError(f"une cible ne se mesure pas sur un périmètre inconnu : {' ; '.join(manques)}")
        await self._ecrire(None if row is None else row.id, connu, changement)
        self.bilan.avertissements += [
            f"ligne {enregistrement.ligne} : {texte}"
            for texte in (*(f"{manque} (lien laissé de côté)" for manque in manques), *changement.avertissements)
        ]

    async def _ecrire(self, cle: int | None, connu: Etat | None, changement: Changement) -> None:
        etat, glissement = changement.etat, changement.glissement
        if cle is None or connu is None:
            await sql.lier(self._db, await sql.ajouter(self._db, etat.valeurs), sorted(etat.demarches))
            self.bilan.creees += 1
            return
        if etat == connu:
            self.bilan.inchangees += 1
            return
        if glissement is not None:
            await sql.glisser(self._db, cle, glissement.le, glissement.ancienne, glissement.nouvelle, glissement.raison)
            self.bilan.glissements += 1
        changees = {nom: valeur for nom, valeur in etat.valeurs.items() if connu.valeurs[nom] != valeur}
        await sql.modifier(self._db, cle, changees)
        await sql.lier(self._db, cle, sorted(etat.demarches))
        self.bilan.modifiees += 1

    async def _lier(self, ligne: LigneEngagement, connu: Etat | None) -> tuple[Liens, list[str]]:
        """What the names lead to, and the names that lead nowhere."""
        manques: list[str] = []
        ids = self._annuaire.ids(ligne, None if connu is None else connu.valeurs["ministere_id"], manques)
        if "demarches" not in ligne.model_fields_set:
            return Liens(ids), manques
        trouvees = set()
        for nom in ligne.demarches or ():
            try:
                trouvees.add((await resolve(self._db, nom)).id or 0)
            except DemarcheInconnue:
                manques.append(f"démarche inconnue du catalogue : « {nom} »")
        return Liens(ids, frozenset(trouvees)), manques


def lire_etat(row: Row[Any]) -> Etat:
    """An engagement as it is stored."""
    dates = [None if g["ancienne"] is None else dt.date.fromisoformat(g["ancienne"]) for g in row.glissements]
    raisons = [None, *(g["raison"] for g in row.glissements)]
    return Etat(
        {nom: getattr(row, nom) for nom in sql.COLONNES},
        frozenset(demarche["id"] for demarche in row.demarches),
        tuple(zip([*dates, row.echeance], raisons, strict=True)),
    )


class _Annuaire:
    """The ministères and organismes of the catalogue, by slug, by exact name, or by what the name sounds like."""

    def __init__(self, ministeres: Sequence[Row[Any]], organismes: Sequence[Row[Any]]) -> None:
        self._ministeres: dict[str, int] = {}
        self._organismes: dict[str, list[tuple[int, int]]] = {}
        for row in ministeres:
            self._ministeres |= dict.fromkeys({row.slug, slugifier(row.nom)}, row.id)
        for row in organismes:
            for cle in {row.slug, slugifier(row.nom)}:
                self._organismes.setdefault(cle, []).append((row.ministere_id, row.id))

    @classmethod
    async def lire(cls, db: AsyncSession) -> "_Annuaire":
        """Everything the catalogue has now."""
        return cls(await sql.ministeres(db), await sql.organismes(db))

    def ids(self, ligne: LigneEngagement, ministere: int | None, manques: list[str]) -> dict[str, int | None]:
        """`ministere_id` and `organisme_id`, for the columns that are filled; adds to `manques` what is not known.

        An organisme says its ministère; one that several ministères have must come with theirs. Another ministère
        clears the organisme.
        """
        ids: dict[str, int | None] = {}
        if "ministere" in ligne.model_fields_set:
            trouve = self._ministeres.get(slugifier(ligne.ministere or ""))
            if ligne.ministere and trouve is None:
                manques.append(f"ministère inconnu du catalogue : « {ligne.ministere} »")
                return ids
            ids |= {"ministere_id": trouve} | ({"organisme_id": None} if trouve != ministere else {})
            ministere = trouve
        if "organisme" not in ligne.model_fields_set:
            return ids
        if ligne.organisme is None:
            return ids | {"organisme_id": None}
        candidats = [(m, o) for m, o in self._organismes.get(slugifier(ligne.organisme), ()) if ministere in (None, m)]
        if len(candidats) > 1:
            raise ValueError("plusieurs ministères ont un organisme de ce nom : précisez le ministère")
        if not candidats:
            manques.append(f"organisme inconnu du catalogue : « {ligne.organisme} »")
            return ids
        return {"ministere_id": candidats[0][0], "organisme_id": candidats[0][1]}


__all__ = ["Bilan", "import_engagements"]
