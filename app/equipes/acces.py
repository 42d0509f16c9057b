"""The key that a request shows, as a dependency."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from app.equipes import cles
from app.equipes.cles import Portee
from app.equipes.refus import NonAutorise

_BEARER = HTTPBearer(
    auto_error=False, scheme_name="Clé d'API", description="Une clé que donne la commande `jdma cle creer`."
)


async def lire_portee(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Portee:
    """What the caller's key opens; 401 (NonAutorise) without a key that works.

    In a transaction of its own: a key has been used also when what it asks for is then refused.
    """
    if credentials is None:
        raise NonAutorise
    async with AsyncSession(request.app.state.engine) as db, db.begin():
        return await cles.verifier(db, credentials.credentials)


PorteeDep = Annotated[Portee, Depends(lire_portee)]
