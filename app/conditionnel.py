"""Conditional requests that are exact: an answer is served again only while nothing at all has been committed since.

Why the text of a snapshot proves it: docs/decisions/0003-requetes-conditionnelles.md.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import orjson
from fastapi import Request, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.acquis import AVANT, VERSION, Acquis
from app.database import Liaison
from app.etags import correspond

_MARQUEUR = (
    "CASE WHEN NOT pg_is_in_recovery() THEN concat_ws(' ', pg_current_snapshot(), pg_postmaster_start_time()) END"
)
"""Equal texts: the same transactions are visible. Null on a standby, whose snapshots do not list what is under way."""
_LIRE = f"SELECT {_MARQUEUR}"
_OUVRIR = text(
    f"SELECT {_MARQUEUR} AS marqueur, {VERSION} AS version, {AVANT} AS avant,"
    " set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)"
)
OCTETS_MAX: Final = 64 * 2**20
_SURCOUT: Final = 1024
"""What an entry weighs besides its body."""

COUT: Final = 10
"""What computing an answer costs its caller, in KiB, whatever its size (docs/exploitation.md)."""
JSON: Final = "application/json"
Calcul = Callable[[AsyncSession], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Reponse:
    """A body as it was computed, and the marker of the snapshot that it was computed from."""

    marqueur: str | None
    corps: bytes
    etag: str


class Marqueurs:
    """Asks the database what a statement would see now; those who ask at the same time share one question.

    Nobody ever gets the answer to a question that had been sent before they asked: what was committed by then is in it.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._liaison = Liaison(engine)
        self._en_cours: asyncio.Task[str | None] | None = None
        self._suivante: asyncio.Task[str | None] | None = None

    async def lire(self) -> str | None:
        """The marker, as of now or later."""
        if self._suivante is None:
            self._suivante = asyncio.create_task(self._demander(self._en_cours))
        return await asyncio.shield(self._suivante)

    async def _demander(self, precedente: "asyncio.Task[str | None] | None") -> str | None:
        if precedente is not None:
            await asyncio.wait([precedente])
        self._en_cours, self._suivante = self._suivante, None
        # On a connection of its own: nearly every request asks nothing else, and the pool would cost more.
        marqueur: str | None = await self._liaison.ask(lambda connection: connection.fetchval(_LIRE))
        return marqueur

    async def stop(self) -> None:
        """Close the connection."""
        await self._liaison.drop()


class Cache:
    """The answers last asked for, up to `octets_max` bytes in all; one of each process."""

    def __init__(self, engine: AsyncEngine, octets_max: int = OCTETS_MAX) -> None:
        self.marqueurs = Marqueurs(engine)
        self.acquis = Acquis()
        self._octets_max, self._octets = octets_max, 0
        self._reponses: OrderedDict[Hashable, Reponse] = OrderedDict()
        self.couts: dict[str, int] = {}
        """What answers cost lately, by template of route."""

    def get(self, cle: Hashable) -> Reponse | None:
        """The answer kept under a key, now the last to be forgotten."""
        if (reponse := self._reponses.get(cle)) is not None:
            self._reponses.move_to_end(cle)
        return reponse

    def put(self, cle: Hashable, reponse: Reponse) -> None:
        """Keep an answer, and forget the oldest ones when there is no room left."""
        self._forget(cle)
        self._reponses[cle] = reponse
        self._octets += _poids(cle, reponse)
        while self._octets > self._octets_max:
            self._forget(next(iter(self._reponses)))

    def _forget(self, cle: Hashable) -> None:
        if (reponse := self._reponses.pop(cle, None)) is not None:
            self._octets -= _poids(cle, reponse)

    def __len__(self) -> int:
        return len(self._reponses)


def _poids(cle: Hashable, reponse: Reponse) -> int:
    """The bytes of an entry: what a caller asked for is in its key, and may be long."""
    return len(repr(cle)) + len(reponse.corps) + _SURCOUT


async def repondre(
    request: Request,
    cle: Hashable,
    calcul: Calcul,
    media_type: str = JSON,
    headers: dict[str, str] | None = None,
    cache_control: str = "public, max-age=0, must-revalidate",
    cout: int = COUT,
) -> Response:
    """The answer of `calcul`, kept for as long as nothing is committed; 304 when the caller has it already.

    `calcul` gets a read-only session, all of whose statements see one snapshot, and returns what is to be sent as JSON,
    or bytes. `cle` says everything that the answer depends on besides the database. `cache_control` is for answers that
    nothing will ever change; `cout` what computing one costs its caller, besides its size. Raises TropDeRequetes.
    """
    cache, engine = _cache(request), request.app.state.engine
    reponse = cache.get(cle)
    if reponse is None or reponse.marqueur != await cache.marqueurs.lire():
        async with _au_compteur(request, cout) as octets:
            reponse = await calculer(engine, calcul, cache.acquis)
            octets.append(len(reponse.corps))
        if reponse.marqueur is not None:
            cache.put(cle, reponse)
    entetes = {"ETag": reponse.etag, "Cache-Control": cache_control}
    if correspond(request.headers.getlist("if-none-match"), reponse.etag):
        return Response(status_code=304, headers=entetes)
    return Response(reponse.corps, headers=entetes | (headers or {}), media_type=media_type)


async def conserver(
    request: Request, cle: Hashable, partie: str, calcul: Callable[[], Awaitable[Mapping[str, bytes]]]
) -> bytes | None:
    """A part of what `calcul` makes (None when it has no such part), whatever is committed meanwhile.

    `cle` says everything that it depends on: it must hold a fingerprint of what it is made from. Parts are kept beside
    answers, and forgotten as they are.
    """
    cache = _cache(request)
    if (gardee := cache.get((cle, partie))) is not None:
        return gardee.corps
    parties = await calcul()
    for nom, corps in parties.items():
        cache.put((cle, nom), Reponse(None, corps, ""))
    return parties.get(partie)


@asynccontextmanager
async def _au_compteur(request: Request, cout: int) -> AsyncIterator[list[int]]:
    """Charge the caller for what it makes the service compute: at once what the like cost lately, the rest afterwards.

    The block leaves the size of the answer in the list that it is given.
    """
    limites, couts = request.app.state.limites, _cache(request).couts
    adresse, route = request.client.host if request.client else "", request.scope["route"].path
    prevu, octets = max(cout, couts.get(route, 0)), list[int]()
    await limites.check_lecture(adresse, prevu)
    try:
        yield octets
    finally:
        paye = cout + sum(octets) // 1024
        couts[route] = max(paye, couts.get(route, 0) * 9 // 10)
        await limites.settle_lecture(adresse, paye - prevu)


def _cache(request: Request) -> Cache:
    """The cache of this application: it belongs to one database."""
    cache: Cache = request.app.state.reponses
    return cache


async def calculer(engine: AsyncEngine, calcul: Calcul, acquis: Acquis | None = None) -> Reponse:
    """A fresh answer, and the marker of the very snapshot that it comes from."""
    async with photographie(engine, acquis) as (db, marqueur):
        contenu = await calcul(db)
    corps = contenu if isinstance(contenu, bytes) else orjson.dumps(contenu)
    return Reponse(marqueur, corps, f'"{blake2b(corps, digest_size=16).hexdigest()}"')


@asynccontextmanager
async def photographie(
    engine: AsyncEngine, acquis: Acquis | None = None
) -> AsyncIterator[tuple[AsyncSession, str | None]]:
    """A read-only session whose statements all see one snapshot of the database, and the marker of that snapshot.

    With `acquis`, what `retenir` keeps is found there and left there.

    Statements are planned for their values, since one plan for a démarche and for three hundred would be bad for both;
    and without workers nor compilation, which cost more than they bring to a few tens of milliseconds.
    """
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with AsyncSession(connection) as session, session.begin():
            row = (await session.execute(_OUVRIR)).one()
            if acquis is not None:
                acquis.ouvrir(session, row.version, row.avant)
            yield session, row.marqueur
