"""What each surface holds back, said once: the code that hides asks here, and the pages that promise read it. Pure.

The rules are the contract's. A surface that is not in the table is not promised anything.
"""

from dataclasses import dataclass
from typing import Final

from app.indices.formules import PERSONNES


@dataclass(frozen=True, slots=True)
class Surface:
    """Where figures are read. `personnes`: what fewer people answered is not said there; 0 where figures are exact.

    `sous_minimum`: whether figures made of fewer answers than the minimum are there all the same.
    """

    nom: str
    personnes: int
    sous_minimum: bool

    def tait(self, n: int, minimum: int = 0) -> bool:
        """Whether a figure made of so many answers is held back there; nobody at all is no secret.

        >>> [n for n in range(8) if PAGES.tait(n)], API.tait(1, 100), PAGES.tait(99, 100), PAGES.tait(100, 100)
        ([1, 2, 3, 4], False, True, False)
        """
        return 0 < n < max(self.personnes, 0 if self.sous_minimum else minimum)


PAGES: Final = Surface("Les pages de ce site, leurs images et le classement", PERSONNES, sous_minimum=False)
DONNEES: Final = Surface("Les données ouvertes", PERSONNES, sous_minimum=False)
API: Final = Surface("L’API, et les adresses reprises du service national", 0, sous_minimum=True)
SURFACES: Final = (PAGES, DONNEES, API)
