"""The picture of a démarche for networks, as PNG, 1200 by 630: its title, its note, its interval."""

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from app.indices.formules import NOTE_MAX, SEUIL, Intervalle
from app.polices import fichier_police
from app.site.affichage import note

LARGEUR, HAUTEUR = 1200, 630
BLEU, NOIR, GRIS, BLANC = "#000091", "#161616", "#5c5c5c", "#ffffff"
_MARGE: Final = 72
_AXE: Final = (520, LARGEUR - _MARGE, 470)
"""The two ends of the axis and its height."""

Police = ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class Carte:
    """What is drawn. `note_moyenne` None: nothing is published, and `verdict` says why."""

    titre: str
    phrase: str
    note_moyenne: float | None = None
    ic95: Intervalle | None = None
    verdict: str = ""
    officiel: bool = False


@lru_cache
def _police(officiel: bool, gras: bool, taille: int) -> Police:
    return ImageFont.truetype(io.BytesIO(fichier_police(officiel, gras)), taille)


def dessiner(carte: Carte) -> bytes:
    """The picture, in few colours: some ten kilobytes."""
    image = Image.new("RGB", (LARGEUR, HAUTEUR), BLANC)
    crayon = ImageDraw.Draw(image)
    crayon.rectangle((0, 0, LARGEUR, 16), fill=BLEU)
    crayon.text((_MARGE, 52), "Je donne mon avis", font=_police(carte.officiel, True, 32), fill=BLEU)
    _titrer(crayon, carte)
    if carte.note_moyenne is not None:
        _noter(crayon, carte, carte.note_moyenne)
    else:
        crayon.text((_MARGE, 512), carte.verdict, font=_police(carte.officiel, True, 54), fill=GRIS, anchor="ls")
    crayon.text((_MARGE, 556), carte.phrase, font=_tenant(carte.phrase, carte.officiel), fill=GRIS)
    sortie = io.BytesIO()
    image.quantize(24, Image.Quantize.FASTOCTREE).save(sortie, "PNG")  # four times as fast as the default, as light
    return sortie.getvalue()


def _tenant(phrase: str, officiel: bool) -> Police:
    """The largest letters in which a sentence holds on its line."""
    polices = [_police(officiel, False, taille) for taille in (34, 30, 26)]
    return next((p for p in polices if p.getlength(phrase) <= LARGEUR - 2 * _MARGE), polices[-1])


def _titrer(crayon: ImageDraw.ImageDraw, carte: Carte) -> None:
    """The title on three lines at most, in the largest letters that let it in."""
    for taille in (64, 54, 46):
        police = _police(carte.officiel, True, taille)
        lignes = couper(carte.titre, police, LARGEUR - 2 * _MARGE)
        if len(lignes) <= 2:
            break
    if len(lignes) > 3:
        lignes = [*lignes[:2], couper(f"{lignes[2]}…", police, LARGEUR - 2 * _MARGE)[0]]
    for rang, ligne in enumerate(lignes):
        crayon.text((_MARGE, 118 + rang * taille * 1.25), ligne, font=police, fill=NOIR)


def couper(texte: str, police: Police, largeur: float) -> list[str]:
    """The lines of a text, each no wider than `largeur`: a word that is alone too wide is cut."""
    lignes = [""]
    for mot in texte.split():
        essai = f"{lignes[-1]} {mot}".strip()
        if lignes[-1] and police.getlength(essai) > largeur:
            lignes.append(mot)
        else:
            lignes[-1] = essai
        while police.getlength(lignes[-1]) > largeur:
            place = next(n for n in range(1, len(lignes[-1])) if police.getlength(lignes[-1][: n + 1]) > largeur)
            lignes[-1:] = [lignes[-1][:place], lignes[-1][place:]]
    return lignes


def _noter(crayon: ImageDraw.ImageDraw, carte: Carte, moyenne: float) -> None:
    grande, petite = _police(carte.officiel, True, 150), _police(carte.officiel, False, 40)
    crayon.text((_MARGE, 512), note(moyenne), font=grande, fill=BLEU, anchor="ls")
    crayon.text((_MARGE + grande.getlength(note(moyenne)) + 16, 512), "/ 10", font=petite, fill=GRIS, anchor="ls")
    debut, fin, y = _AXE
    crayon.line((debut, y, fin, y), fill=GRIS, width=3)
    for repere in (0, 5, SEUIL, NOTE_MAX):
        x, fort = _abscisse(repere), repere == SEUIL
        crayon.line((x, y - (70 if fort else 10), x, y + 10), fill=GRIS, width=3)
        crayon.text((x, y + 16), str(repere), font=_police(carte.officiel, fort, 30), fill=GRIS, anchor="mt")
    bas, haut = (_abscisse(borne) for borne in carte.ic95 or (moyenne, moyenne))
    crayon.line((bas, y - 40, haut, y - 40), fill=BLEU, width=8)
    for bout in (bas, haut):  # taller than the point, which may hide the rest
        crayon.line((bout, y - 62, bout, y - 18), fill=BLEU, width=4)
    x = _abscisse(moyenne)
    crayon.ellipse((x - 14, y - 54, x + 14, y - 26), fill=BLEU)
    crayon.text((debut, y - 140), carte.verdict, font=_police(carte.officiel, True, 34), fill=NOIR)


def _abscisse(valeur: float) -> float:
    debut, fin, _ = _AXE
    return debut + (fin - debut) * valeur / NOTE_MAX
