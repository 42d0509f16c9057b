"""One run of `import-demarches`, batch by batch: read, match, write, count."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.demarches.importation import sql
from app.demarches.importation.annuaire import Annuaire
from app.demarches.importation.lecture import Enregistrement, FichierIllisible, Tableau
from app.demarches.importation.ligne import COLONNES, OBLIGATOIRES, LigneCatalogue, lire_ligne
from app.demarches.importation.rapprochement import Catalogue, Rapprochement
from app.demarches.importation.rejets import COLONNES_DES_REJETS, Rejets
from app.demarches.importation.sql import Connue
from app.demarches.sql import verrouiller
from app.demarches.texte import normaliser
from app.demarches.top_250 import aujourd_hui, dates_top_250
from app.systeme import raison

BOUTON_PRINCIPAL = "Bouton principal"
LIGNES_PAR_LOT = 1_000


@dataclass(slots=True)
class Bilan:
    """Counts of lines: read = created + updated + already there + rejected."""

    lues: int = 0
    creees: int = 0
    modifiees: int = 0
    inchangees: int = 0
    rejetees: int = 0

    @property
    def stockees(self) -> int:
        """Lines that changed the catalogue."""
        return self.creees + self.modifiees


@dataclass(frozen=True, slots=True)
class Acceptee:
    """A line that will be stored, and the démarche it describes (None: a new one)."""

    ligne: LigneCatalogue
    connue: Connue | None


async def import_demarches(
    engine: AsyncEngine,
    source: Path | TextIO,
    rejets_path: Path,
    progress: Callable[[int], None] | None = None,
    jour: date | None = None,
) -> Bilan:
    """Import a catalogue; `progress` is told how many lines have been read, `jour` is today in Paris unless given.

    A file already open must be so with `errors="surrogateescape"` and `newline=""`: a byte that is not UTF-8 then
    rejects its own line only.

    Rejected lines go to `rejets_path` with their numbers and reasons; no file is made when there is none.
    Raises FichierIllisible when the file as a whole is not a catalogue; nothing is then stored.
    """
    with _ouvrir(source) as fichier:
        tableau = Tableau(fichier, (*COLONNES, *COLONNES_DES_REJETS), OBLIGATOIRES)
        with Rejets(rejets_path, tableau.colonnes) as rejets:
            execution = _Execution(engine, tableau.colonnes, rejets, jour or aujourd_hui())
            enregistrements = iter(tableau)
            while lot := list(islice(enregistrements, LIGNES_PAR_LOT)):
                await execution.importer(lot)
                if progress:
                    progress(execution.bilan.lues)
    if execution.bilan.stockees:
        async with engine.begin() as db:
            await sql.analyser(db)
    return execution.bilan


def _ouvrir(source: Path | TextIO) -> AbstractContextManager[TextIO]:
    if not isinstance(source, Path):
        return nullcontext(source)
    try:
        return source.open(encoding="utf-8", errors="surrogateescape", newline="")
    except OSError as error:
        raise FichierIllisible(f"{source} ne peut pas être lu : {raison(error)}") from None


class _Execution:
    """What one run remembers from batch to batch."""

    def __init__(self, engine: AsyncEngine, colonnes: list[str], rejets: Rejets, jour: date) -> None:
        self.bilan = Bilan()
        self._engine, self._colonnes, self._rejets, self._jour = engine, colonnes, rejets, jour
        self._rapprochement, self._annuaire = Rapprochement(), Annuaire()

    async def importer(self, lot: list[Enregistrement]) -> None:
        """One batch, in one transaction; counted once it is committed."""
        rejets: list[tuple[Enregistrement, str]] = []
        lues = self._lire(lot, rejets)
        async with self._engine.begin() as db:
            await verrouiller(db)
            acceptees = await self._accepter(db, lues, rejets)
            await self._annuaire.tenir(db, (acceptee.ligne for acceptee in acceptees))
            creees, modifiees = await self._ecrire(db, acceptees)
        self._rejets.ajouter(sorted(rejets, key=lambda rejet: rejet[0].ligne))
        self.bilan.lues += len(lot)
        self.bilan.creees += creees
        self.bilan.modifiees += modifiees
        self.bilan.inchangees += len(acceptees) - creees - modifiees
        self.bilan.rejetees += len(rejets)

    def _lire(
        self, lot: list[Enregistrement], rejets: list[tuple[Enregistrement, str]]
    ) -> list[tuple[Enregistrement, LigneCatalogue]]:
        lues = []
        for enregistrement in lot:
            try:
                if enregistrement.motif:
                    raise ValueError(enregistrement.motif)
                cellules = dict(zip(self._colonnes, enregistrement.cellules, strict=True))
                lues.append((enregistrement, lire_ligne(cellules)))
            except ValueError as error:
                rejets.append((enregistrement, str(error)))
        return lues

    async def _accepter(
        self,
        db: AsyncConnection,
        lues: list[tuple[Enregistrement, LigneCatalogue]],
        rejets: list[tuple[Enregistrement, str]],
    ) -> list[Acceptee]:
        slugs = {ligne.slug for _, ligne in lues}
        identifiants = {identifiant for _, ligne in lues for identifiant in ligne.identifiants}
        catalogue = Catalogue(await sql.lire_connues(db, slugs, identifiants))
        acceptees = []
        for enregistrement, ligne in lues:
            try:
                connue = self._rapprochement.accepter(enregistrement.ligne, ligne, catalogue)
                acceptees.append(Acceptee(ligne, connue))
            except ValueError as error:
                rejets.append((enregistrement, str(error)))
        return acceptees

    async def _ecrire(self, db: AsyncConnection, acceptees: list[Acceptee]) -> tuple[int, int]:
        """Store the accepted lines; gives how many démarches are new, and how many are changed."""
        nouvelles: list[tuple[LigneCatalogue, dict[str, Any]]] = []
        changees: list[tuple[LigneCatalogue, Connue, dict[str, Any]]] = []
        for ligne, connue in ((acceptee.ligne, acceptee.connue) for acceptee in acceptees):
            valeurs = self._valeurs(ligne, connue)
            if connue is None:
                nouvelles.append((ligne, valeurs))
            elif self._a_change(ligne, connue, valeurs):
                changees.append((ligne, connue, valeurs))
        ids = await sql.creer_demarches(db, [valeurs for _, valeurs in nouvelles])
        await sql.modifier_demarches(db, [{"id": connue.id} | valeurs for _, connue, valeurs in changees])
        quittes = [(connue.slug, connue.id) for ligne, connue, _ in changees if connue.slug != ligne.slug]
        repris = [ligne.slug for ligne, connue, _ in changees if ligne.slug in connue.anciens]
        await sql.deplacer_slugs(db, quittes, repris)
        identifiants = [
            (nom, cle) for (ligne, _), cle in zip(nouvelles, ids, strict=True) for nom in ligne.identifiants
        ]
        identifiants += [(nom, connue.id) for ligne, connue, _ in changees for nom in ligne.identifiants]
        await sql.ajouter_identifiants(db, identifiants)
        sans_bouton = [connue.id for _, connue, _ in changees if not connue.a_un_bouton]
        await sql.ajouter_boutons(db, ids + sans_bouton, BOUTON_PRINCIPAL)
        return len(nouvelles), len(changees)

    def _a_change(self, ligne: LigneCatalogue, connue: Connue, valeurs: dict[str, Any]) -> bool:
        return (
            not connue.a_un_bouton
            or any(getattr(connue, nom) != valeur for nom, valeur in valeurs.items())
            or not set(ligne.identifiants) <= set(connue.identifiants)
            or self._annuaire.renomme(valeurs["ministere_id"], valeurs["organisme_id"])
        )

    def _valeurs(self, ligne: LigneCatalogue, connue: Connue | None) -> dict[str, Any]:
        """The columns of the démarche as the line wants them."""
        donnees = ligne.model_fields_set
        ministere, organisme = self._annuaire.ids(ligne)
        depuis, jusqu_au, en_ligne = None, None, True
        url = ligne.url
        if connue is not None:
            depuis, jusqu_au, en_ligne = connue.top_250_depuis, connue.top_250_jusqu_au, connue.en_ligne
            url = url if "url" in donnees else connue.url
            ministere = ministere if "ministere" in donnees else connue.ministere_id
            if "organisme" not in donnees and ministere == connue.ministere_id:
                organisme = connue.organisme_id
        if ligne.top_250 is not None:
            depuis, jusqu_au = dates_top_250(depuis, jusqu_au, voulu=ligne.top_250, jour=self._jour)
        return {
            "slug": ligne.slug,
            "titre": ligne.titre,
            "titre_recherche": normaliser(ligne.titre),
            "url": url,
            "en_ligne": en_ligne if ligne.en_ligne is None else ligne.en_ligne,
            "top_250_depuis": depuis,
            "top_250_jusqu_au": jusqu_au,
            "ministere_id": ministere,
            "organisme_id": organisme,
        }
