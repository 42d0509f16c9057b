"""The button as pixels, where a page or a letter asks for a PNG: the same drawing as the SVG's."""

import io
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from app.pages.widget_images import COULEURS, HAUTEUR, largeur
from app.polices import fichier_police

FORMATS: Final = {"png": "PNG", "gif": "GIF", "webp": "WEBP", "jpg": "JPEG", "jpeg": "JPEG"}
_FIN: Final = 4
"""Drawn that many times larger, then reduced: its curves are smooth."""


def peindre(texte: str, variante: str, theme: str, format_: str, officiel: bool) -> bytes:
    """The picture of one variant, as a file of one of Pillow's formats; its ground is clear, or white in JPEG."""
    couleur, sur = COULEURS[theme]
    encre = sur if variante == "plein" else couleur
    taille = largeur(texte), HAUTEUR
    image = Image.new("RGBA", (taille[0] * _FIN, taille[1] * _FIN), "#ffffff00")
    crayon = ImageDraw.Draw(image)
    if variante != "discret":
        cadre = _grand(1, 1, taille[0] - 1, 47)
        fond = couleur if variante == "plein" else None
        crayon.rounded_rectangle(cadre, 4 * _FIN, fill=fond, outline=couleur, width=2 * _FIN)
    _visage(crayon, encre)
    lettres = _lettres(crayon, texte, taille[0] - 68, officiel)
    crayon.text((50 * _FIN, 24 * _FIN), texte, fill=encre, font=lettres, anchor="lm")
    if variante == "discret":
        x, y = _grand(50, 36)
        crayon.line((x, y, x + crayon.textlength(texte, lettres), y), fill=encre, width=_FIN)
    image = image.resize(taille, Image.Resampling.LANCZOS)
    if format_ == "JPEG":
        image = Image.alpha_composite(Image.new("RGBA", taille, "white"), image).convert("RGB")
    sortie = io.BytesIO()
    image.save(sortie, format_, optimize=True)
    return sortie.getvalue()


def _grand(*mesures: float) -> tuple[float, ...]:
    return tuple(mesure * _FIN for mesure in mesures)


def _visage(crayon: ImageDraw.ImageDraw, encre: str) -> None:
    trait = 2 * _FIN
    crayon.ellipse(_grand(20, 13, 42, 35), outline=encre, width=trait)
    for x in (28, 34):
        crayon.line(_grand(x, 20, x, 23), fill=encre, width=trait)
    crayon.arc(_grand(26, 21, 36, 30), 25, 155, fill=encre, width=trait)


def _lettres(crayon: ImageDraw.ImageDraw, texte: str, place: int, officiel: bool) -> ImageFont.FreeTypeFont:
    """The largest letters in which the words hold in their place."""
    police = fichier_police(officiel, True)
    for corps in range(18 * _FIN, 0, -1):
        lettres = ImageFont.truetype(io.BytesIO(police), corps)
        if crayon.textlength(texte, lettres) <= place * _FIN:
            break
    return lettres
