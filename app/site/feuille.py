"""The style sheet of the site: what its pages use of the state's design system, then our own rules. Made once."""

import re
from functools import lru_cache
from pathlib import Path

from app.ressources import Ressource
from app.site import dsfr
from app.site.elagage import elaguer

_ICI = Path(__file__).parent
_CLASSE = re.compile(r"\bfr-[a-z0-9_-]+")


@lru_cache
def feuille(officiel: bool) -> Ressource:
    """The sheet of an official service, or of another one."""
    notre = (_ICI / "static" / "site.css").read_text("utf-8")
    classes = {classe for classe in _classes() if officiel or "logo" not in classe}
    corps = dsfr.DROITS + elaguer(dsfr.lire(officiel) + notre, classes)
    return Ressource("site.css", corps.encode())


def _classes() -> set[str]:
    """Every class of the design system that a template or a function may write: they are always written whole."""
    sources = [*_ICI.rglob("*.html"), *_ICI.rglob("*.py")]
    return {classe for source in sources for classe in _CLASSE.findall(source.read_text("utf-8"))}


@lru_cache
def icone() -> Ressource:
    """The icon of the tabs."""
    return Ressource("icone.svg", (_ICI / "static" / "icone.svg").read_bytes())


def ressources(officiel: bool) -> dict[str, Ressource]:
    """What pages load, by immutable name."""
    fichiers = [feuille(officiel), icone(), *(dsfr.polices().values() if officiel else ())]
    return {fichier.nom_immuable: fichier for fichier in fichiers}
