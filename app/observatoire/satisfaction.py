"""The satisfaction of many démarches from live figures, as a survey makes it: those that are exempt are left out."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.lignes import Ligne
from app.indices.synthese import synthese
from app.observatoire import sql
from app.observatoire.bilan import Bilan, faire
from app.observatoire.indicateurs.satisfaction import SATISFACTION


async def exemptees(db: AsyncSession, jour: dt.date) -> frozenset[int]:
    """The démarches, by id, that are exempt from the indicateur on a day."""
    exemptions = await sql.exemptions(db, jour)
    return frozenset(demarche for demarche, raisons in exemptions.items() if SATISFACTION.cle in raisons)


def bilan_satisfaction(lignes: Sequence[Ligne], exemptees: Collection[int], minimum: int) -> Bilan:
    """How many of these démarches are above 7, of how many, and what is left out."""
    s = synthese((ligne.note for ligne in lignes if ligne.demarche.id not in exemptees), minimum)
    statuts = {"publie": s.mesurees, "insuffisant": s.insuffisant, "non_mesure": s.aucun_avis}
    return faire(Counter(statuts | {"exempte": len(lignes) - s.demarches}), s.au_dessus_de_7, Counter())
