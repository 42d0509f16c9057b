"""The indices as CSV (RFC 4180: comma, CRLF), one flat row for each démarche. Pure."""

import csv
import io
from collections.abc import Iterable
from typing import Any, Protocol

from app.indices.formules import Indice, Intervalle
from app.indices.periode import Periode
from app.tableur.garde import garder

TYPE = "text/csv; charset=utf-8; header=present"
COLONNES = (
    *("demarche", "titre", "ministere", "organisme", "debut", "fin", "total"),
    *(f"note_{note}" for note in range(11)),
    *("satisfaits", "part_satisfaits", "part_satisfaits_ic95_bas", "part_satisfaits_ic95_haut"),
    *("note_moyenne", "note_moyenne_ic95_bas", "note_moyenne_ic95_haut", "au_dessus_de_7", "statut", "methode"),
    *("comprehension", "comprehension_n", "contact_satisfaction", "contact_satisfaction_n"),
    *("contact_joignabilite", "contact_joignabilite_n", "autonomie", "autonomie_n"),
)


class Identite(Protocol):
    """What a row says of its démarche."""

    slug: str
    titre: str
    ministere: str | None
    organisme: str | None


def texte(valeur: str | None) -> str:
    """A text that no spreadsheet will take for a formula (OWASP, CSV injection).

    >>> texte("=1+1"), texte("Passeport"), texte(None)
    ("'=1+1", 'Passeport', '')
    """
    return garder(valeur or "")


def ecrire(lignes: Iterable[tuple[Any, Indice]], periode: Periode) -> bytes:
    """The header and the rows; nothing is rounded, what is null is empty."""
    sortie = io.StringIO()
    feuille = csv.writer(sortie)
    feuille.writerow(COLONNES)
    feuille.writerows(_ligne(demarche, indice, periode) for demarche, indice in lignes)
    return sortie.getvalue().encode()


def _ligne(demarche: Identite, indice: Indice, periode: Periode) -> list[object]:
    return [
        *map(texte, (demarche.slug, demarche.titre, demarche.ministere, demarche.organisme)),
        *(periode.debut, periode.fin, indice.total, *indice.repartition.values(), indice.satisfaits),
        *(indice.part_satisfaits, *_bornes(indice.part_satisfaits_ic95)),
        *(indice.note_moyenne, *_bornes(indice.note_moyenne_ic95), _booleen(indice.au_dessus_de_7)),
        *(indice.statut, indice.methode, indice.comprehension, indice.comprehension_n),
        *(indice.contact_satisfaction, indice.contact_satisfaction_n),
        *(indice.contact_joignabilite, indice.contact_joignabilite_n, indice.autonomie, indice.autonomie_n),
    ]


def _bornes(intervalle: Intervalle | None) -> tuple[float | None, float | None]:
    return intervalle or (None, None)


def _booleen(valeur: bool | None) -> str:
    """As in JSON."""
    return "" if valeur is None else str(valeur).lower()
