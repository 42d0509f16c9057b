"""What a page says of a bouton before anything is sent: its démarche, whether it is open, how it asks for the note."""

import time
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncEngine

from app.database import ask, is_away
from app.demarches.refus import BoutonIntrouvable
from app.pages import formulaire_sql as sql
from app.problems import Indisponible

FRAICHEUR = 10.0
"""Seconds during which a page may still show what a bouton was; a deposit always asks the database itself."""
RETENUES_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Fiche:
    """A bouton as a page shows it. `echelle`: `smileys` (notes 0, 5, 10) or `notes` (0..10)."""

    cle: str
    nom: str = ""
    ferme: bool = False
    slug: str = ""
    titre: str = ""
    url: str | None = None
    echelle: str = "smileys"
    essai: bool = False

    @property
    def lien(self) -> str | None:
        """The address of the démarche, when it is one that a link may lead to."""
        return self.url if self.url and self.url.lower().startswith(("https://", "http://")) else None


class Fiches:
    """The fiches of one process: read again after ten seconds, kept while the database is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._vues: dict[str, tuple[float, Fiche]] = {}

    async def lire(self, cle: str) -> Fiche:
        """The fiche of a key. Raises BoutonIntrouvable, or Indisponible (database away, and the key was never seen)."""
        seen = self._vues.get(cle)
        if seen and time.monotonic() - seen[0] < FRAICHEUR:
            return seen[1]
        try:
            return await self._read(cle)
        except Exception as error:
            if not is_away(error):
                raise
            if seen:
                return seen[1]
            raise Indisponible from None

    def vue(self, cle: str) -> Fiche:
        """What is known without asking anybody: the fiche last read, or an empty one."""
        return self._vues[cle][1] if cle in self._vues else Fiche(cle)

    async def _read(self, cle: str) -> Fiche:
        row = None
        if "\x00" not in cle and len(cle) <= 64:
            row = await ask(self._engine, lambda connection: sql.fiche(connection, cle))
        if row is None:
            self._vues.pop(cle, None)
            raise BoutonIntrouvable
        if len(self._vues) >= RETENUES_MAX:
            self._vues.clear()
        fiche = Fiche(**row._mapping)
        self._vues[cle] = (time.monotonic(), fiche)
        return fiche


def fiches(request: Request) -> Fiches:
    """The fiches of this application."""
    known: Fiches = request.app.state.fiches
    return known
