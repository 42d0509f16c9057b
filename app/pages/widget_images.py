"""The button as a picture, for places that take no script: a letter, a PDF, a tool that filters HTML."""

from functools import lru_cache
from html import escape

from app.pages.formulaire_textes import LANGUES, textes
from app.ressources import Ressource

VARIANTES = ("plein", "contour", "discret")
THEMES = ("clair", "sombre")
HAUTEUR = 48

COULEURS = {"clair": ("#000091", "#fff"), "sombre": ("#8585f6", "#000091")}
_VISAGE = '<circle cx="31" cy="24" r="10"/><path d="M28 21v2M34 21v2M27 27q4 4 8 0"/>'


def largeur(texte: str) -> int:
    """Enough for the face, the words and the margins; the words are set to exactly what is left."""
    return round(76 + 8.6 * len(texte))


def dessiner(texte: str, variante: str, theme: str, polices: str) -> str:
    """The picture of one variant. `textLength` keeps the width whatever font the reader has."""
    couleur, sur = COULEURS[theme]
    encre = sur if variante == "plein" else couleur
    fond = {"plein": f'fill="{couleur}"', "contour": f'fill="none" stroke="{couleur}" stroke-width="2"'}.get(variante)
    width = largeur(texte)
    cadre = f'<rect x="1" y="1" width="{width - 2}" height="46" rx="4" {fond}/>' if fond else ""
    souligne = "" if fond else ' text-decoration="underline"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HAUTEUR}" viewBox="0 0 {width} {HAUTEUR}"'
        f' role="img" aria-label="{escape(texte)}">{cadre}'
        f'<g fill="none" stroke="{encre}" stroke-width="2" stroke-linecap="round">{_VISAGE}</g>'
        f'<text x="50" y="30" textLength="{width - 68}" fill="{encre}"{souligne} font-size="17" font-weight="700"'
        f' font-family="{polices}">{escape(texte)}</text></svg>'
    )


def police(officiel: bool) -> str:
    """The typefaces of a picture, the state's first when the service is an official one."""
    return f"{'Marianne,' * officiel}Arial,Helvetica,sans-serif"


@lru_cache
def images(officiel: bool) -> dict[str, Ressource]:
    """Every picture, by its name: `bouton-plein-clair.fr.svg`."""
    files = [
        Ressource(f"bouton-{variante}-{theme}.{langue}.svg", dessiner(mots, variante, theme, police(officiel)).encode())
        for langue in LANGUES
        for mots in [textes(langue)["widget"]["bouton"]]
        for variante in VARIANTES
        for theme in THEMES
    ]
    return {file.nom: file for file in files}
