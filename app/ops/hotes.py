"""Under which names this service may be spoken to: a page must never make it answer under the name of somebody else."""

import ipaddress
import re
from urllib.parse import urlsplit

from starlette.types import Scope

from app.problems import HoteInconnu, RequeteMalFormee
from app.settings import Settings

SANTE = {"/healthz", "/readyz"}
"""Asked by machines that know an address only, whatever name they put before it."""
PRIVES = (".localhost", ".test", ".local", ".internal")
"""Names that the public DNS gives to nobody (RFC 6761 and 6762, ICANN), as those without a dot: no site is there."""
RETENUS = 1_000

_HOTE = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::[0-9]{1,5})?")


BOUCLE_LOCALE = ("localhost", "127.0.0.1", "[::1]")


def origines_propres(settings: Settings) -> frozenset[bytes]:
    """The origins of this service's own pages, as browsers send them: that of its public address and, when it is this
    machine itself, its other names. Never what a request says of it.
    """
    base = urlsplit(settings.base.lower())
    port = f":{base.port}" if base.port and (base.scheme, base.port) not in {("http", 80), ("https", 443)} else ""
    hote = f"[{base.hostname}]" if ":" in (base.hostname or "") else base.hostname or ""
    noms = BOUCLE_LOCALE if hote in BOUCLE_LOCALE else (hote,)
    return frozenset(f"{base.scheme}://{nom}{port}".encode() for nom in noms)


class Hotes:
    """The names accepted: those of `JDMA_URL_PUBLIQUE` and `JDMA_HOTES`; without the latter, private names too, and IP
    addresses, so that a service behind a proxy or in a container works as it comes.
    """

    def __init__(self, settings: Settings) -> None:
        self._noms = {urlsplit(settings.base).hostname or "", *(nom.lower() for nom in settings.hotes)}
        self._prives = not settings.hotes
        self._vus: set[bytes] = set()

    def check(self, scope: Scope) -> None:
        """Raise HoteInconnu for a name that is not ours, RequeteMalFormee when there is not one as HTTP/1.1 wants."""
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) == 1 and hosts[0] in self._vus:
            return
        if len(hosts) != 1 and (hosts or scope["http_version"] == "1.1"):
            raise RequeteMalFormee("Un en-tête Host, et un seul, est attendu.")
        if hosts and scope["path"] not in SANTE:
            if not self.accepte(hosts[0].decode("latin-1").lower()):
                raise HoteInconnu
            if len(self._vus) < RETENUS:
                self._vus.add(hosts[0])

    def accepte(self, hote: str) -> bool:
        """Whether this service may answer under this name, with or without a port."""
        if "*" in self._noms or not hote:
            return True
        if (lu := _HOTE.fullmatch(hote)) is None:
            return False
        nom = lu[1].strip("[]").removesuffix(".")
        return nom in self._noms or (self._prives and est_prive(nom))


def est_prive(nom: str) -> bool:
    """Whether no public name leads here: an IP address, or a name that the public DNS does not know.

    >>> est_prive("10.0.0.1"), est_prive("service"), est_prive("poste.local"), est_prive("evil.example")
    (True, True, True, False)
    """
    if "." not in nom or nom.endswith(PRIVES):
        return True
    try:
        ipaddress.ip_address(nom)
    except ValueError:
        return False
    return True
