"""What may be chosen of a button: for the page of integrators and for the command `snippet`. Pure."""

from app.pages.formulaire_textes import LANGUES

OPTIONS = {
    "mode": ("panneau", "integre", "lien"),
    "variante": ("plein", "contour", "discret"),
    "theme": ("auto", "clair", "sombre"),
    "position": ("page", "bas-droite", "bas-gauche"),
    "langue": ("", *LANGUES),
}
"""The first value of each is the default, and is not written in the snippet."""
