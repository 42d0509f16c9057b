"""Which démarche a line is about, and whether the file or the catalogue contradicts it. Pure."""

from collections.abc import Iterable

from app.demarches.importation.ligne import LigneCatalogue
from app.demarches.importation.sql import Connue


class LigneRefusee(ValueError):
    """The line contradicts the catalogue or an earlier line; the message says how, in French."""


class Catalogue:
    """The démarches that the lines of a batch may be about."""

    def __init__(self, connues: Iterable[Connue]) -> None:
        self._par_slug: dict[str, Connue] = {}
        self._par_ancien: dict[str, Connue] = {}
        self._par_identifiant: dict[str, Connue] = {}
        for connue in connues:
            self._par_slug[connue.slug] = connue
            self._par_ancien |= dict.fromkeys(connue.anciens, connue)
            self._par_identifiant |= dict.fromkeys(connue.identifiants, connue)

    def trouver(self, ligne: LigneCatalogue) -> Connue | None:
        """The démarche that the line describes, None for a new one; raises LigneRefusee when there are two answers."""
        proprietaires = {
            identifiant: self._par_identifiant[identifiant]
            for identifiant in ligne.identifiants
            if identifiant in self._par_identifiant
        }
        trouvee = self._par_slug.get(ligne.slug) or next(iter(proprietaires.values()), None)
        for identifiant, proprietaire in proprietaires.items():
            if trouvee is not None and proprietaire.id != trouvee.id:
                raise LigneRefusee(
                    f"l'identifiant {identifiant} est celui de la démarche « {proprietaire.slug} », "
                    f"pas de « {trouvee.slug} »"
                )
        ancienne = self._par_ancien.get(ligne.slug)
        if ancienne is not None and (trouvee is None or trouvee.id != ancienne.id):
            raise LigneRefusee(
                f"« {ligne.slug} » est un ancien slug de la démarche « {ancienne.slug} » et la désigne toujours : "
                "employez le slug actuel, ou joignez un identifiant de cette démarche pour le lui rendre"
            )
        return trouvee


class Rapprochement:
    """What the accepted lines of the file have claimed so far, with their numbers."""

    def __init__(self) -> None:
        self._slugs: dict[str, int] = {}
        self._identifiants: dict[str, int] = {}
        self._demarches: dict[int, int] = {}

    def accepter(self, numero: int, ligne: LigneCatalogue, catalogue: Catalogue) -> Connue | None:
        """The démarche that the line describes (None: a new one), now claimed by it; raises LigneRefusee."""
        if (autre := self._slugs.get(ligne.slug)) is not None:
            raise LigneRefusee(f"le slug est déjà donné ligne {autre}")
        for identifiant in ligne.identifiants:
            if (autre := self._identifiants.get(identifiant)) is not None:
                raise LigneRefusee(f"l'identifiant {identifiant} est déjà donné ligne {autre}")
        connue = catalogue.trouver(ligne)
        if connue is not None:
            if (autre := self._demarches.get(connue.id)) is not None:
                raise LigneRefusee(f"cette démarche (« {connue.slug} ») est déjà décrite ligne {autre}")
            self._demarches[connue.id] = numero
        self._slugs[ligne.slug] = numero
        self._identifiants |= dict.fromkeys(ligne.identifiants, numero)
        return connue
