"""How notes are distributed, from 10 down to 0: one bar each, with its share and its count. Pure."""

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from app.indices.formules import SEUIL
from app.site.affichage import nombre, pluriel, pourcent
from app.site.graphiques.svg import balise, image, pc, texte

_PAS, _BARRE = 26, 18
_DEBUT, _LARGEUR = 8.0, 44.0
"""Where bars begin, and how long the longest is, in percent: the rest is for what is written after it."""


def repartition(cle: str, comptes: Mapping[str, int]) -> Markup:
    """The picture of the counts of notes, by note."""
    total = sum(comptes.values())
    satisfaits = sum(n for k, n in comptes.items() if int(k) > SEUIL)
    titre = f"Répartition des notes de {pluriel(total, 'avis', 'avis')}"
    description = (
        f"{pourcent(satisfaits / total if total else None)} des notes sont au-dessus de {SEUIL}. "
        "Les mêmes valeurs sont dans le tableau qui suit."
    )
    return image(cle, titre, description, _PAS * len(comptes) + 4, _dessin(comptes, total))


def _dessin(comptes: Mapping[str, int], total: int) -> Iterator[Markup]:
    plus_haut = max(comptes.values()) or 1
    for rang, (cle, n) in enumerate(sorted(comptes.items(), key=lambda c: -int(c[0]))):
        y, longueur = _PAS * rang + 4, _LARGEUR * n / plus_haut
        yield texte(cle, _DEBUT - 2, y + 14, "fort", "end")
        if n:
            yield balise("rect", class_=_classe(int(cle)), x=pc(_DEBUT), y=y, width=pc(longueur), height=_BARRE)
        dit = f"{pourcent(n / total)} · {nombre(n)}" if n else "0"
        yield texte(dit, _DEBUT + longueur + 1.5, y + 14, None, "start")


def _classe(note: int) -> str:
    return "barre" if note > SEUIL else "barre autre"
