"""Addresses of a page that answers to criteria: what is asked, and nothing that says nothing. Pure."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Adressable:
    """Criteria that an address holds, each under the name of its field; an empty text leaves a choice open."""

    def adresse(self, chemin: str, **changes: Any) -> str:
        """The address of the same page, but for these criteria and its `page`."""
        page = changes.pop("page", 1)
        valeurs = {nom: valeur for nom, valeur in asdict(self.avec(**changes)).items() if valeur}
        if page != 1:
            valeurs["page"] = str(page)
        return f"{chemin}?{urlencode(valeurs)}" if valeurs else chemin

    def avec(self, **changes: Any) -> Self:
        """The same criteria but for these."""
        return replace(self, **changes)
