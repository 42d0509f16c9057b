"""The state's design system (DSFR), read from its package: which of its files the site is made of.

The package is a Django application; it is only looked up, never imported, and nothing of it is kept in this project. A
production image does without it: `python -m app.site.dsfr DIRECTORY`, when it is made, copies the few files used.
"""

import base64
import re
import shutil
import sys
from functools import lru_cache
from pathlib import Path

from app.polices import dist
from app.ressources import Ressource

COMPOSANTS = (
    *("link", "button", "input", "select", "search", "form"),
    *("header", "navigation", "footer", "skiplink", "breadcrumb", "pagination"),
    *("table", "tag", "badge", "notice", "alert", "callout", "card", "tile", "accordion", "content"),
)
DROITS = "/*! DSFR, MIT, restricted use: see its terms and conditions */"
_LOGO = "logo"
_FAMILLE = re.compile(r"\bMarianne,arial,sans-serif")
_SYSTEME = 'system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif'
_POLICES = {"Regular": 400, "Medium": 500, "Bold": 700}
_URL = re.compile(r"""url\(["']?(?:\.\./)+(icons|fonts)/([^)"']+)["']?\)""")
_FACE = re.compile(r"@font-face\{[^}]*\}")


@lru_cache
def polices() -> dict[str, Ressource]:
    """The files of the Marianne typeface, by weight (`Bold`). For official services only."""
    noms = {graisse: f"Marianne-{graisse}.woff2" for graisse in _POLICES}
    return {graisse: Ressource(nom, (dist() / "fonts" / nom).read_bytes()) for graisse, nom in noms.items()}


def lire(officiel: bool) -> str:
    """The sheets of the core, of the components, of the dark theme and of print, one after the other.

    Only an official service may bear the state's emblem and typeface: others get the fonts of the system.
    """
    racine = dist()
    ecran, papier = _feuilles(officiel)
    texte = "".join((racine / nom).read_text("utf-8") for nom in ecran)
    imprime = "".join((racine / nom).read_text("utf-8") for nom in papier)
    texte = _FACE.sub("", texte) if not officiel else _faces(texte)
    if not officiel:
        texte = _FAMILLE.sub(_SYSTEME, texte)
    return _URL.sub(_icone, texte + imprime)


def _feuilles(officiel: bool) -> tuple[list[str], list[str]]:
    """The sheets of the screen, then those of print."""
    noms = [f"component/{nom}/{nom}" for nom in (*COMPOSANTS, *([_LOGO] if officiel else []))]
    ecran = ["core/core.main", "scheme/scheme", *(f"{nom}.main" for nom in noms)]
    return [f"{nom}.min.css" for nom in ecran], [f"{nom}.print.min.css" for nom in ("core/core", *noms)]


def _faces(texte: str) -> str:
    """The typeface in the weights that pages use, from our own addresses."""
    faces = "".join(
        f'@font-face{{font-family:Marianne;src:url(/site/{police.nom_immuable}) format("woff2");'
        f"font-weight:{_POLICES[graisse]};font-style:normal;font-display:swap}}"
        for graisse, police in polices().items()
    )
    return faces + _FACE.sub("", texte)


def _icone(trouve: re.Match[str]) -> str:
    """An icon within the sheet: a few hundred bytes, not worth a request."""
    corps = (dist() / trouve[1] / trouve[2]).read_bytes()
    return f"url(data:image/svg+xml;base64,{base64.b64encode(corps).decode()})"


def lus() -> set[str]:
    """Every file that may be read, under the directory of the package."""
    feuilles = {nom for noms in _feuilles(officiel=True) for nom in noms}
    textes = [(dist() / nom).read_text("utf-8") for nom in feuilles]
    icones = {f"{trouve[0]}/{trouve[1]}" for texte in textes for trouve in _URL.findall(_FACE.sub("", texte))}
    gras = [f"{nom}.woff" for nom in ("Marianne-Regular", "Marianne-Bold", "Spectral-Regular", "Spectral-ExtraBold")]
    return feuilles | icones | {f"fonts/{nom}" for nom in (*gras, *(f"Marianne-{g}.woff2" for g in _POLICES))}


def copier(ou: Path) -> int:
    """Copy them; how many there were. They may go where they will be looked for: nothing is read there meanwhile."""
    source, noms = dist(), lus()
    for nom in noms:
        (ou / nom).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / nom, ou / nom)
    return len(noms)


if __name__ == "__main__":
    copier(Path(sys.argv[1]))
