"""The ranking of the worst rated, from the figures of every démarche."""

from collections import Counter

from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.formules import METHODE, SEUIL
from app.indices.periode import Periode
from app.indices.schemas import PeriodeLue
from app.observatoire.classement.formules import ECARTEES, TAUX, Candidate, Place, placer, rang
from app.observatoire.classement.schemas import Classee, Classement, Ecartees
from app.observatoire.indicateurs.satisfaction import SATISFACTION
from app.observatoire.releve import Ligne, relever

LIMITE, LIMITE_AU_PLUS = 20, 1_000


async def classer(
    db: AsyncSession,
    periode: Periode,
    minimum: int,
    ministere: str | None = None,
    limite: int = LIMITE,
    seuil: float = SEUIL,
) -> Classement:
    """The worst rated démarches of a ministère (slug or exact name), or of all.

    Which ones are surely below is decided among all of them, so that a filter never changes a verdict.
    """
    lignes = await relever(db, periode, minimum, cles={SATISFACTION.cle})
    candidates = {ligne.demarche.slug: _candidate(ligne) for ligne in lignes}
    places = placer(candidates.values(), seuil)
    gardees = {
        ligne.demarche.slug: ligne
        for ligne in lignes
        if ministere in (None, "", ligne.demarche.ministere_slug, ligne.demarche.ministere)
    }
    comptes: Counter[Place] = Counter(places[slug] for slug in gardees)
    ordre = sorted((candidates[slug] for slug in gardees if places[slug] == "classee"), key=rang)
    return Classement(
        PeriodeLue(periode.debut, periode.fin),
        seuil,
        TAUX,
        METHODE,
        len(gardees),
        len(ordre),
        Ecartees(**{place: comptes[place] for place in ECARTEES}),
        [_classee(n, gardees[candidate.slug]) for n, candidate in enumerate(ordre[:limite], 1)],
    )


def _candidate(ligne: Ligne) -> Candidate:
    valeur = ligne.valeurs[SATISFACTION.cle]
    return Candidate(ligne.demarche.slug, valeur.statut, ligne.indice.note_moyenne, ligne.indice.note_moyenne_ic95)


def _classee(n: int, ligne: Ligne) -> Classee:
    demarche, indice = ligne.demarche, ligne.indice
    assert indice.note_moyenne is not None
    assert indice.note_moyenne_ic95 is not None
    assert indice.part_satisfaits is not None
    return Classee(
        n, demarche.slug, demarche.titre, demarche.ministere, demarche.organisme,
        indice.total, indice.note_moyenne, indice.note_moyenne_ic95, indice.part_satisfaits,
    )  # fmt: skip
