"""Where avis come in: the queues of this process, and the boutons it has met."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from app import hors_boucle
from app.avis import sql
from app.avis.complement import COMPLETE, Complement, write_complements
from app.avis.depot import REFUS, Depot, Doute, Enregistre, poids, prepare, write_depots
from app.avis.jeton import Droit, JetonExpire
from app.avis.lots import FileDeLots
from app.avis.questionnaire import AvisDepose
from app.database import AWAY, Connection, ask
from app.demarches.refus import BoutonIntrouvable
from app.problems import Indisponible, Probleme
from app.settings import Settings

ESSAI = 0
"""The démarche of a bouton d'essai, as far as deposits know: its avis are acknowledged, and written nowhere."""


async def find_places(connection: Connection, cles: Sequence[str]) -> "list[tuple[int, int] | Probleme]":
    """The place of each key, or its refusal."""
    known = await sql.places(connection, cles)
    return [known.get(cle) or BoutonIntrouvable() for cle in cles]


def lieu_de(bouton: tuple[int, int]) -> int:
    """What a jeton says of the place of its avis: the démarche, or minus the bouton for a bouton d'essai."""
    bouton_id, demarche_id = bouton
    return -bouton_id if demarche_id == ESSAI else demarche_id


class Guichet:
    """What deposits and completions go through; one for the process."""

    BOUTONS_MAX = 50_000

    def __init__(self, engine: AsyncEngine, settings: Settings) -> None:
        self._engine = engine
        bounds = {"file_max": settings.file_max, "lot_max": settings.lot_max}
        self.depots: FileDeLots[Depot, Enregistre | Doute] = FileDeLots(
            "depots", engine, write_depots, **bounds, delai=settings.delai_lot
        )
        self.complements = FileDeLots("complements", engine, write_complements, **bounds, delai=settings.delai_lot)
        # A burst on boutons not met yet must not take every connection of the pool: it shares a question too.
        self.boutons = FileDeLots("boutons", engine, find_places, **bounds, delai=settings.delai_lot)
        self._boutons: dict[str, tuple[int, int]] = {}

    @property
    def files(self) -> "tuple[FileDeLots[Any, Any], ...]":
        """The three queues, in the order in which a deposit meets them."""
        return self.boutons, self.depots, self.complements

    def start(self) -> None:
        """Begin to write; call from the running loop."""
        for file in self.files:
            file.start()

    async def stop(self) -> None:
        """Commit and answer what was accepted."""
        for file in self.files:
            await file.stop()

    async def bouton(self, cle: str) -> tuple[int, int]:
        """The (bouton, démarche) of a key, or (bouton, ESSAI). Only this immutable pair is remembered: whether the
        bouton is open, and for whom, is checked by the database in the transaction that stores the avis."""
        if (known := self._boutons.get(cle)) is None:
            known = await self.boutons.submit(cle)
            if len(self._boutons) >= self.BOUTONS_MAX:
                self._boutons.clear()
            self._boutons[cle] = known
        return known

    async def deposit(self, body: AvisDepose, bouton: tuple[int, int], origine: str | None) -> Enregistre:
        """Store one avis; returns once it is committed. Raises the refusals of a deposit, or Indisponible."""
        if bouton[1] == ESSAI:
            return await self._try_out(bouton[0], origine)
        depot = await hors_boucle.calculer(lambda: prepare(body, *bouton, origine), poids(body.commentaire))
        fait = await self.depots.submit(depot)
        return fait.settle(depot) if isinstance(fait, Doute) else fait

    async def complete(self, dit: Complement) -> str:
        """Complete one avis and say what that was worth (`app.avis.complement`).

        Raises JetonExpire, AvisInconnu, AvisInvalide, TropDeComplements or Indisponible.
        """
        if dit.droit.lieu <= ESSAI:
            return await self._try_to_complete(dit.droit, dit.origine)
        return await self.complements.submit(dit)

    async def _try_out(self, bouton_id: int, origine: str | None) -> Enregistre:
        """Answer like a deposit, having stored nothing."""
        issue, maintenant = await self._essayer(bouton_id, origine)
        if issue in REFUS:
            raise REFUS[issue]
        return Enregistre(maintenant, nouveau=True)

    async def _try_to_complete(self, droit: Droit, origine: str | None) -> str:
        issue, maintenant = await self._essayer(-droit.lieu, origine)
        droit.check_fin(maintenant)
        if issue in REFUS:
            raise JetonExpire
        return COMPLETE

    async def _essayer(self, bouton_id: int, origine: str | None) -> tuple[int, datetime]:
        try:
            essai = await ask(self._engine, lambda connection: sql.essayer(connection, bouton_id, origine))
        except AWAY:
            raise Indisponible from None
        if essai is None:
            raise BoutonIntrouvable
        return essai
