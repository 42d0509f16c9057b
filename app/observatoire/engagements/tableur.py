"""The register as CSV (RFC 4180: comma, CRLF), one row for each engagement. Pure."""

import csv
import io
from collections.abc import Iterable

from app.indices.tableur import texte
from app.observatoire.engagements.schemas import EngagementLu

COLONNES = (
    *("slug", "genre", "titre", "porteur", "ministere", "organisme", "demarches", "api", "variante"),
    *("indicateur", "cible", "part", "atteints", "publies", "ecart_points", "atteinte"),
    *("statut", "echeance", "premiere_echeance", "glissements", "dernier_glissement_raison"),
    *("en_retard", "retard_jours", "retard_initial_jours", "tenu_le", "tenu_a_temps", "abandonne_le"),
    *("abandon_raison", "source"),
)


def ecrire(engagements: Iterable[EngagementLu]) -> bytes:
    """The header and the rows; nothing is rounded, what is null is empty."""
    sortie = io.StringIO()
    feuille = csv.writer(sortie)
    feuille.writerow(COLONNES)
    feuille.writerows(_ligne(engagement) for engagement in engagements)
    return sortie.getvalue().encode()


def _ligne(e: EngagementLu) -> list[object]:
    a = e.avancement
    demarches = ";".join(demarche.slug for demarche in e.demarches)
    chiffres = (None,) * 4 if a is None else (a.part, a.atteints, a.publies, a.ecart_points)
    return [
        *(e.slug, e.genre, texte(e.titre), texte(e.porteur)),
        *(texte(nomme.nom if nomme else None) for nomme in (e.ministere, e.organisme)),
        *(demarches, e.api, e.variante, e.indicateur, e.cible, *chiffres, _booleen(a.atteinte if a else None)),
        *(e.statut, e.echeance, e.premiere_echeance, len(e.glissements)),
        *(texte(e.glissements[-1].raison if e.glissements else None), _booleen(e.en_retard)),
        *(e.retard_jours, e.retard_initial_jours, e.tenu_le, _booleen(e.tenu_a_temps)),
        *(e.abandonne_le, texte(e.abandon_raison), texte(e.source)),
    ]


def _booleen(valeur: bool | None) -> str:
    """As in JSON."""
    return "" if valeur is None else str(valeur).lower()
