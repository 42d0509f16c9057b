"""From what a collected line says (a number in other systems, an address) to the démarche, or to a refusal. Pure."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

Adresse = tuple[str, str]
"""Host and path, as two ways of writing one address share them."""


class Connue(NamedTuple):
    """A démarche and everything that names it: slug, former slugs, `source:valeur`."""

    id: int
    slug: str
    url: str | None
    noms: list[str]


def adresse(url: str | None) -> Adresse | None:
    """Host without `www.` and path without a final slash; None for what is not an address.

    >>> adresse("https://WWW.Impots.gouv.fr/portail/?x=1#y"), adresse("impots.gouv.fr"), adresse(None)
    (('impots.gouv.fr', '/portail'), None, None)
    """
    try:
        parties = urlsplit((url or "").strip())
        hote = parties.hostname
    except ValueError:
        return None
    if parties.scheme.lower() not in {"http", "https"} or not hote:
        return None
    return hote.removeprefix("www."), parties.path.rstrip("/")


class Annuaire:
    """Every démarche, by its names and by its address. What is not certain is refused: ValueError, in French."""

    def __init__(self, connues: Iterable[Connue]) -> None:
        self._connues = {connue.id: connue for connue in connues}
        self._adresses = {connue.id: adresse(connue.url) for connue in self._connues.values()}
        self._par_nom: dict[str, int] = {}
        self._par_adresse: dict[Adresse, list[int]] = {}
        for connue in self._connues.values():
            self._par_nom |= dict.fromkeys(connue.noms, connue.id)
            if (ou := self._adresses[connue.id]) is not None:
                self._par_adresse.setdefault(ou, []).append(connue.id)
        self._par_nom |= {connue.slug: connue.id for connue in self._connues.values()}

    def nommee(self, nom: str) -> int:
        """The démarche that has this slug, this alias, or had this slug."""
        if (trouvee := self._par_nom.get(nom)) is None:
            raise ValueError("démarche inconnue" if nom else "demarche : ce champ est obligatoire")
        return trouvee

    def reperee(self, noms: Iterable[str], url: str | None) -> int:
        """The démarche that one of these names gives, provided that the site is its own; else the only one that has
        this very address.
        """
        ou = adresse(url)
        nommees = list(dict.fromkeys(self._par_nom[nom] for nom in noms if nom in self._par_nom))
        possibles = [cle for cle in nommees if self._peut_etre(cle, ou)]
        if len(possibles) == 1:
            return possibles[0]
        exactes = self._par_adresse.get(ou, []) if ou else []
        if len(exactes) == 1:
            return exactes[0]
        raise ValueError(self._motif(nommees, possibles, exactes, ou))

    def _peut_etre(self, demarche: int, ou: Adresse | None) -> bool:
        """Whether nothing says that the démarche is on another site."""
        sienne = self._adresses[demarche]
        return ou is None or sienne is None or sienne[0] == ou[0]

    def _motif(self, nommees: list[int], possibles: list[int], exactes: list[int], ou: Adresse | None) -> str:
        if possibles:
            return f"démarche incertaine : ce numéro est celui de {self._slugs(possibles)}"
        if nommees:
            siennes = {site[0] for cle in nommees if (site := self._adresses[cle])}
            return (
                f"démarche incertaine : ce numéro est celui de {self._slugs(nommees)}, dont le site est "
                f"{', '.join(sorted(siennes))} et non {ou[0] if ou else ''}"
            )
        if exactes:
            return f"démarche incertaine : {len(exactes)} démarches ont cette adresse"
        return "démarche inconnue : ni son numéro ni son adresse ne sont au catalogue"

    def _slugs(self, demarches: Iterable[int]) -> str:
        return " et ".join(f"« {self._connues[cle].slug} »" for cle in demarches)
