"""The ranking of the worst rated, from the figures of every démarche."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches import curseur
from app.indices.formules import METHODE, SEUIL
from app.indices.lignes import Ligne, lire_lignes
from app.indices.periode import Periode
from app.indices.schemas import PeriodeLue
from app.observatoire.classement.formules import ECARTEES, TAUX, Candidate, Place, placer, rang
from app.observatoire.classement.schemas import Classee, Classement, Ecartees
from app.observatoire.satisfaction import exemptees

LIMITE, LIMITE_AU_PLUS = 100, 1_000


async def classer(
    db: AsyncSession,
    periode: Periode,
    minimum: int,
    aujourd_hui: dt.date,
    ministere: str | None = None,
    depuis: str | None = None,
    limite: int = LIMITE,
    seuil: float = SEUIL,
) -> Classement:
    """The worst rated démarches of a ministère (slug or exact name), or of all, by page. Raises CurseurInvalide."""
    recherche = curseur.empreinte("classement", periode, ministere or "", seuil)
    apres = curseur.lire(depuis, recherche)[0] if depuis else 0
    lignes = await lire_lignes(db, periode, minimum)
    exemptes = await exemptees(db, min(periode.fin, aujourd_hui))
    page = ranger(lignes, exemptes, periode, ministere, limite, seuil, apres)
    fin = apres + limite
    return replace(page, suivant=curseur.ecrire((fin, 0), recherche) if fin < page.classees else None)


def ranger(
    lignes: Sequence[Ligne],
    exemptees: Collection[int],
    periode: Periode,
    ministere: str | None = None,
    limite: int = LIMITE,
    seuil: float = SEUIL,
    apres: int = 0,
) -> Classement:
    """The ranking, from every démarche; it names `limite` of them, those of the first `apres` ranks left out.

    Which ones are surely below is decided among all of them, so that a filter never changes a verdict.
    """
    candidates = {ligne.demarche.slug: _candidate(ligne, exemptees) for ligne in lignes}
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
        [_classee(n, gardees[c.slug]) for n, c in enumerate(ordre[apres : apres + limite], apres + 1)],
    )


def _candidate(ligne: Ligne, exemptees: Collection[int]) -> Candidate:
    slug = ligne.demarche.slug
    if ligne.demarche.id in exemptees:
        return Candidate(slug, "exempte")
    if ligne.publiee:
        return Candidate(slug, "publie", ligne.note_moyenne, ligne.note_moyenne_ic95)
    return Candidate(slug, "insuffisant" if ligne.total else "non_mesure")


def _classee(n: int, ligne: Ligne) -> Classee:
    demarche, moyenne, ic95 = ligne.demarche, ligne.note_moyenne, ligne.note_moyenne_ic95
    assert moyenne is not None
    assert ic95 is not None
    assert ligne.part_satisfaits is not None
    return Classee(
        n, demarche.slug, demarche.titre, demarche.ministere, demarche.organisme,
        ligne.total, moyenne, ic95, ligne.part_satisfaits,
    )  # fmt: skip
