"""How much one address may ask for in a minute. The address itself is never kept, not even in memory."""

import hashlib
import hmac
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from limits.errors import StorageError
from limits.storage import storage_from_string

from app.avis.compteurs import FENETRE, Compteurs
from app.ops import repetitions
from app.ops.reseaux import network_of
from app.problems import TropDeRequetes
from app.settings import Settings, limites_options

__all__ = ["Limites", "network_of"]

TENTATIVES_PAR_DEPOT = 10
"""Requests to deposit, refused ones included, for each deposit allowed: room for mistakes, none for a flood of them."""
LECTURES = "Trop de réponses à calculer pour cette adresse. Merci de réessayer dans un instant."
COMPLEMENTS_PAR_DEPOT = 5
"""A questionnaire in four steps, with room to go back, for each deposit allowed."""

Compte = tuple[int, float]
"""The hits of a key in its window, and the seconds until that ends."""


class Stockage(Protocol):
    """Where hits are counted."""

    async def lire(self, *cle: str | int) -> Compte: ...

    async def ajouter(self, combien: int, *cle: str | int) -> Compte: ...


class Memoire:
    """Counts of this process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._compteurs = Compteurs(clock)

    async def lire(self, *cle: str | int) -> Compte:
        return self._compteurs.lire(hash(cle) & (2**64 - 1))

    async def ajouter(self, combien: int, *cle: str | int) -> Compte:
        return self._compteurs.ajouter(hash(cle) & (2**64 - 1), combien)


class Partage:
    """Counts that several processes share, in one of the storages of the library `limits` (Redis)."""

    def __init__(self, url: str) -> None:
        self._storage: Any = storage_from_string(url, **limites_options(url))

    async def lire(self, *cle: str | int) -> Compte:
        nom = "/".join(map(str, cle))
        return await self._storage.get(nom), await self._reste(nom)

    async def ajouter(self, combien: int, *cle: str | int) -> Compte:
        nom = "/".join(map(str, cle))
        change = self._storage.incr(nom, FENETRE, combien) if combien > 0 else self._storage.decr(nom, -combien)
        return await change, await self._reste(nom)

    async def _reste(self, nom: str) -> float:
        return max(0.0, float(await self._storage.get_expiry(nom)) - time.time())


class Limites:
    """The limits of one process, or of all when the storage is Redis. Zero means no limit.

    Addresses are keyed by a hash whose secret changes every day: what is counted today cannot be linked with tomorrow.
    """

    def __init__(self, settings: Settings, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        memoire = settings.limites_url.endswith("memory://")
        self._stockage: Stockage = Memoire(clock) if memoire else Partage(settings.limites_url)
        self._secret, self._clock = secret, clock
        self._jour, self._cle_du_jour = -1, b""
        self._adresse, self._bouton = settings.limite_par_adresse, settings.limite_par_bouton
        self._tentatives = settings.limite_par_adresse * TENTATIVES_PAR_DEPOT
        self._lectures = settings.limite_lectures
        self._complements = settings.limite_par_adresse * COMPLEMENTS_PAR_DEPOT

    async def check_tentative(self, address: str) -> None:
        """Count one request to deposit from this address, whatever becomes of it; raises TropDeRequetes."""
        await self._hit(self._tentatives, "tentative", self._hash(address))

    async def check_depot(self, address: str, bouton_id: int) -> None:
        """Count one deposit from this address on this bouton; raises TropDeRequetes, and then it counts for neither."""
        qui = self._hash(address)
        await self._hit(self._adresse, "adresse", qui)
        try:
            await self._hit(self._bouton, bouton_id, qui)
        except TropDeRequetes:
            if self._adresse:
                await self._ask(self._stockage.ajouter(-1, "adresse", qui))
            raise

    async def check_complement(self, address: str) -> None:
        """Count one completion from this address; raises TropDeRequetes."""
        await self._hit(self._complements, "complement", self._hash(address))

    async def check_lecture(self, address: str, cout: int) -> None:
        """Charge this address for an answer to compute, in KiB; raises TropDeRequetes."""
        try:
            await self._hit(self._lectures, "lecture", self._hash(address), cout)
        except TropDeRequetes as refus:
            raise TropDeRequetes(LECTURES, headers=refus.headers) from None

    async def settle_lecture(self, address: str, cout: int) -> None:
        """Charge this address what the answer cost besides, or give back (negative) what it did not."""
        if cout and self._lectures:
            await self._ask(self._stockage.ajouter(cout, "lecture", self._hash(address)))

    async def check_jeton(self, address: str) -> None:
        """Count one jeton from this address that opens nothing; raises TropDeRequetes."""
        await self._hit(self._complements, "jeton", self._hash(address))

    def _hash(self, address: str) -> str:
        jour = int(self._clock() // 86_400)
        if jour != self._jour:
            self._jour, self._cle_du_jour = jour, hmac.digest(self._secret, b"limites/%d" % jour, hashlib.sha256)
        return hashlib.blake2b(network_of(address), key=self._cle_du_jour, digest_size=12).hexdigest()

    async def _hit(self, limite: int, quoi: str | int, qui: str, combien: int = 1) -> None:
        if limite:
            _refuse_beyond(limite, await self._ask(self._stockage.ajouter(combien, quoi, qui)))

    async def _ask(self, question: Awaitable[Compte]) -> Compte:
        try:
            return await question
        except StorageError:
            # A counter that is away must not cost a citizen's avis: better no limit for a while.
            repetitions.noter("limites_indisponibles")
            return 0, 0.0


def _refuse_beyond(limite: int, compte: Compte) -> None:
    """Raise unless the count is within the limit, saying in how many seconds to come back."""
    if compte[0] > limite:
        raise TropDeRequetes(headers={"Retry-After": str(max(1, math.ceil(compte[1])))})
