"""The images and the script that snippets of the national service load: drawings and a script of this service, at the
addresses that pages already have. Which file it is, its name says; an image that nobody knows is a button all the same.
"""

import re
from functools import lru_cache
from typing import Final

from fastapi import APIRouter, Request, Response

from app.pages.formulaire_textes import LANGUES, textes
from app.pages.heritage_image import FORMATS, peindre
from app.pages.widget import STABLE
from app.pages.widget_construction import script
from app.pages.widget_images import dessiner, police
from app.problems import Introuvable
from app.ressources import Ressource, serve

router = APIRouter()

MODALE: Final = "jdma-modal-widget.js"
VARIANTES: Final = {"blanc": "contour", "outline": "contour", "ghost": "discret"}
THEMES: Final = {"sombre": "sombre", "dark": "sombre"}
MOTS: Final = {"problem": "Signaler un problème", "remark": "Une remarque ?", "feedback": "Faire un retour"}
"""What buttons of other forms say; all lead to the one form there is here."""


@router.get("/static/{chemin:path}")
@router.get("/assets/{chemin:path}")
@router.get("/monavis-static/{chemin:path}")
@router.get("/Demarches/assets/{chemin:path}")
async def lire_fichier(chemin: str, request: Request) -> Response:
    """The script, or the button that the name describes: `button-jdma-outline-dark.svg`, `bouton-bleu.png`."""
    nom = chemin.rpartition("/")[2].lower()
    if nom == MODALE:
        return serve(request, modale(), STABLE)
    base, _, format_ = nom.rpartition(".")
    if format_ != "svg" and format_ not in FORMATS:
        raise Introuvable
    return serve(request, image(*decrire(base), format_, request.app.state.settings.officiel), STABLE)


def decrire(nom: str) -> tuple[str, str, str]:
    """The words, the variant and the theme of the button that an image of this name shows.

    >>> decrire("button-problem-outline-dark")
    ('Signaler un problème', 'contour', 'sombre')
    """
    parties = re.findall(r"[a-z]+", nom[:200])

    def dit(connus: dict[str, str], sinon: str) -> str:
        return next((connus[partie] for partie in parties if partie in connus), sinon)

    mots = MOTS | {langue: textes(langue)["widget"]["bouton"] for langue in LANGUES}
    return dit(mots, textes("fr")["widget"]["bouton"]), dit(VARIANTES, "plein"), dit(THEMES, "clair")


@lru_cache
def image(texte: str, variante: str, theme: str, format_: str, officiel: bool) -> Ressource:
    """A button as a file: there are as many as words, variants, themes and formats, however many names ask for them."""
    if format_ == "svg":
        corps = dessiner(texte, variante, theme, police(officiel)).encode()
    else:
        corps = peindre(texte, variante, theme, FORMATS[format_], officiel)
    return Ressource(f"bouton.{format_}", corps)


@lru_cache
def modale() -> Ressource:
    """The floating button of pages that ask for the national one."""
    return script(MODALE, "modale.js")
