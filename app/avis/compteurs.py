"""Fixed-window counters of one process, at a constant cost and in a bounded memory however many keys are counted.

A table of small sets, as in a processor's cache: a key is looked for in its set only, a window that has ended is a free
place, nothing is ever swept. In a full set the lowest count gives up its place: who is close to a limit stays counted,
and who is forgotten is allowed more, never less. Memory is taken from the system as it is used.
"""

import mmap
import struct
from collections.abc import Callable

ENSEMBLES = 2**20
"""Sets of four: four million counters, 64 MiB at most."""
FENETRE = 60
"""Seconds that a window lasts, from the first hit."""

_VOIES = 4
_PAIRE = struct.Struct("=2Q")
_ENSEMBLE = struct.Struct(f"={2 * _VOIES}Q")
"""Pairs: a key, then the second of its first hit (32 bits) and its count (32 bits)."""
_COMPTE = 2**32 - 1


class Compteurs:
    """Counts of hits by key, 64 bits that look random; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float], ensembles: int = ENSEMBLES) -> None:
        self._clock, self._masque = clock, ensembles - 1
        # Its pages cost nothing until they are written to; those of a bytearray would, which clears them all.
        self._table = mmap.mmap(-1, ensembles * _ENSEMBLE.size)

    def lire(self, cle: int) -> tuple[int, float]:
        """The count of a key in its window, and the seconds until that ends (0 and a whole window when none is)."""
        ensemble = _ENSEMBLE.unpack_from(self._table, (cle & self._masque) * _ENSEMBLE.size)
        if cle in (cles := ensemble[::2]):
            valeur = ensemble[2 * cles.index(cle) + 1]
            if 0 < (reste := (valeur >> 32) + FENETRE - self._clock()) <= FENETRE:
                return valeur & _COMPTE, reste
        return 0, float(FENETRE)

    def ajouter(self, cle: int, combien: int = 1) -> tuple[int, float]:
        """Count `combien` more for a key (less when negative); what `lire` would then say."""
        now, place = self._clock(), (cle & self._masque) * _ENSEMBLE.size
        ensemble = _ENSEMBLE.unpack_from(self._table, place)
        compte, debut = 0, int(now)
        if cle in (cles := ensemble[::2]):
            voie = cles.index(cle)
            ancien = ensemble[2 * voie + 1]
            if 0 < (ancien >> 32) + FENETRE - now <= FENETRE:
                compte, debut = ancien & _COMPTE, ancien >> 32
        else:
            voie = _place(ensemble[1::2], debut - FENETRE)
        compte = min(max(compte + combien, 0), _COMPTE)
        _PAIRE.pack_into(self._table, place + voie * _PAIRE.size, cle, debut << 32 | compte)
        return compte, debut + FENETRE - now


def _place(valeurs: tuple[int, ...], fini: int) -> int:
    """A free place: one whose window has ended (they began at `fini` or before), else the one of the lowest count."""
    ancienne = min(valeurs)
    if ancienne >> 32 <= fini:
        return valeurs.index(ancienne)
    return min(range(_VOIES), key=lambda voie: valeurs[voie] & _COMPTE)
