"""The connections of one process: nobody may hold so many that others find no place.

Idle: that brought no whole request yet, or was answered. Closing one harms no citizen: browsers open another.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Protocol

from app.ops.reseaux import network_of


class Connexion(Protocol):
    """What holds a place."""

    def couper(self) -> None:
        """Close at once."""


class Connexions:
    """The places: `en_tout`; for one address `par_adresse` idle ones, and half of all places whatever it does with
    them. A proxy that is trusted may take them all.

    `dire` is told, each time one is closed or refused, which bound was met (`adresse` or `total`).
    """

    def __init__(
        self,
        en_tout: int,
        par_adresse: int,
        proxys: Sequence[IPv4Network | IPv6Network] = (),
        dire: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._en_tout, self._par_adresse, self._proxys, self._dire = en_tout, par_adresse, proxys, dire
        self._ouvertes: dict[Connexion, bytes | None] = {}
        self._combien: Counter[bytes] = Counter()
        self._oisives: OrderedDict[Connexion, None] = OrderedDict()
        self._oisives_de: dict[bytes, OrderedDict[Connexion, None]] = {}

    def __len__(self) -> int:
        return len(self._ouvertes)

    def entrer(self, connexion: Connexion, adresse: str) -> bool:
        """Give a place; False when all that this address may have are held by requests being served."""
        qui = None if self._est_un_proxy(adresse) else network_of(adresse)
        if len(self._ouvertes) >= self._en_tout and not self._faire_place("total", self._oisives):
            return False
        if qui is not None and self._a_sa_part(qui) and not self._faire_place("adresse", self._oisives_de.get(qui)):
            return False
        self._ouvertes[connexion] = qui
        if qui is not None:
            self._combien[qui] += 1
        self.reposer(connexion)
        return True

    def _a_sa_part(self, qui: bytes) -> bool:
        return bool(self._par_adresse) and self._combien[qui] >= self._en_tout // 2

    def _faire_place(self, borne: str, oisives: OrderedDict[Connexion, None] | None) -> bool:
        self._dire(borne)
        if not oisives:
            return False
        self._couper(next(iter(oisives)))
        return True

    def sortir(self, connexion: Connexion) -> None:
        """Give the place back."""
        self.occuper(connexion)
        if (qui := self._ouvertes.pop(connexion, None)) is not None:
            self._combien[qui] -= 1
            if not self._combien[qui]:
                del self._combien[qui]

    def occuper(self, connexion: Connexion) -> None:
        """A whole request has come: it is no longer idle."""
        self._oisives.pop(connexion, None)
        qui = self._ouvertes.get(connexion)
        if qui is not None and (siennes := self._oisives_de.get(qui)) is not None:
            siennes.pop(connexion, None)
            if not siennes:
                del self._oisives_de[qui]

    def reposer(self, connexion: Connexion) -> None:
        """It waits for a request: the one that has waited longest leaves when its address holds too many."""
        if connexion not in self._ouvertes:
            return
        self._oisives[connexion] = None
        if (qui := self._ouvertes[connexion]) is not None:
            siennes = self._oisives_de.setdefault(qui, OrderedDict())
            siennes[connexion] = None
            if self._par_adresse and len(siennes) > self._par_adresse:
                self._dire("adresse")
                self._couper(next(iter(siennes)))

    def _couper(self, connexion: Connexion) -> None:
        self.sortir(connexion)
        connexion.couper()

    def _est_un_proxy(self, adresse: str) -> bool:
        try:
            ip = ip_address(adresse)
        except ValueError:
            return False
        return any(ip in reseau for reseau in self._proxys)
