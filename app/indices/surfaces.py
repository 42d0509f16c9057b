"""What each surface holds back, said once: the code that hides asks here, and the pages that promise read it. Pure.

The rules are the contract's. A surface that is not in the table is not promised anything.
"""

from dataclasses import dataclass
from typing import Final

from app.indices.formules import PERSONNES


@dataclass(frozen=True, slots=True)
class Surface:
    """Where figures are read. `personnes`: what fewer people answered is not said there; 0 where figures are exact.

    `sous_minimum`: whether a période under the minimum of avis still shows its note there.
    """

    nom: str
    personnes: int
    sous_minimum: bool

    def tait(self, n: int) -> bool:
        """Whether a figure made of so many answers is held back there; nobody at all is no secret.

        >>> [n for n in range(8) if PAGES.tait(n)], API.tait(1)
        ([1, 2, 3, 4], False)
        """
        return 0 < n < self.personnes


PAGES: Final = Surface("Les pages de ce site, leurs images et le classement", PERSONNES, sous_minimum=False)
DONNEES: Final = Surface("Les données ouvertes", PERSONNES, sous_minimum=True)
API: Final = Surface("L’API, et les adresses reprises du service national", 0, sous_minimum=True)
SURFACES: Final = (PAGES, DONNEES, API)
