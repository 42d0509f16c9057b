"""How many deposits one address may make in a minute. The address itself is never kept, not even in memory."""

import hashlib
import hmac
import ipaddress
import time
from collections.abc import Awaitable, Callable

import structlog
from limits import RateLimitItemPerMinute
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string

from app.problems import TropDeRequetes
from app.settings import Settings

log = structlog.get_logger()

TENTATIVES_PAR_DEPOT = 10
"""Requests to deposit, refused ones included, for each deposit allowed: room for mistakes, none for a flood of them."""
COMPLEMENTS_PAR_DEPOT = 5
"""A questionnaire in four steps, with room to go back, for each deposit allowed."""


def network_of(address: str) -> bytes:
    """What counts as one address: an IPv4 address, or the /64 that a line is given in IPv6.

    >>> network_of("2001:db8::1") == network_of("2001:db8::2")
    True
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address.encode()
    if isinstance(ip, ipaddress.IPv6Address):
        return ip.ipv4_mapped.packed if ip.ipv4_mapped else ip.packed[:8]
    return ip.packed


class Limites:
    """The limits of one process, or of all when the storage is Redis. Zero means no limit.

    Addresses are keyed by a hash whose secret changes every day: what is counted today cannot be linked with tomorrow.
    """

    def __init__(self, settings: Settings, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        options = {"implementation": "redispy"} if "redis" in settings.limites_url else {}
        storage = storage_from_string(settings.limites_url, wrap_exceptions=True, **options)
        self._limiter = FixedWindowRateLimiter(storage)
        self._secret, self._clock = secret, clock
        self._jour, self._cle_du_jour = -1, b""
        self._adresse = _item(settings.limite_par_adresse)
        self._bouton = _item(settings.limite_par_bouton)
        self._tentatives = _item(settings.limite_par_adresse * TENTATIVES_PAR_DEPOT)
        self._complements = _item(settings.limite_par_adresse * COMPLEMENTS_PAR_DEPOT)

    async def check_tentative(self, address: str) -> None:
        """Count one request to deposit from this address, whatever becomes of it; raises TropDeRequetes."""
        await self._check(self._limiter.hit, self._tentatives, "tentative", self._hash(address))

    async def check_depot(self, address: str, bouton_id: int) -> None:
        """Count one deposit from this address on this bouton; raises TropDeRequetes, and then it counts for neither."""
        who = self._hash(address)
        await self._check(self._limiter.test, self._adresse, "adresse", who)
        await self._check(self._limiter.hit, self._bouton, f"bouton{bouton_id}", who)
        await self._check(self._limiter.hit, self._adresse, "adresse", who)

    async def check_complement(self, address: str) -> None:
        """Count one completion from this address; raises TropDeRequetes."""
        await self._check(self._limiter.hit, self._complements, "complement", self._hash(address))

    async def check_jeton(self, address: str) -> None:
        """Count one jeton from this address that opens nothing; raises TropDeRequetes."""
        await self._check(self._limiter.hit, self._complements, "jeton", self._hash(address))

    def _hash(self, address: str) -> str:
        jour = int(self._clock() // 86_400)
        if jour != self._jour:
            self._jour, self._cle_du_jour = jour, hmac.digest(self._secret, b"limites/%d" % jour, hashlib.sha256)
        return hashlib.blake2b(network_of(address), key=self._cle_du_jour, digest_size=12).hexdigest()

    async def _check(
        self, ask: Callable[..., Awaitable[bool]], item: RateLimitItemPerMinute | None, *keys: str
    ) -> None:
        if item is None:
            return
        try:
            if await ask(item, *keys):
                return
            reset = (await self._limiter.get_window_stats(item, *keys)).reset_time
        except StorageError:
            # A counter that is away must not cost a citizen's avis: better no limit for a while.
            log.warning("limites_indisponibles")
            return
        raise TropDeRequetes(headers={"Retry-After": str(max(1, round(reset - time.time())))})


def _item(amount: int) -> RateLimitItemPerMinute | None:
    return RateLimitItemPerMinute(amount) if amount else None
