"""What is known of every démarche today besides its notes: cheaper than a survey, for pages that show the present."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.formules import Comptes, indice
from app.observatoire import sql
from app.observatoire.bilan import Bilan, bilan
from app.observatoire.cibles import Cibles
from app.observatoire.indicateurs import PAR_CLE
from app.observatoire.releve import Identite, est_en_ligne, identite
from app.observatoire.valeurs import Dossier, Valeur, evaluer

PRESENTS: Final = ("bouton", "accessibilite")
_SANS_NOTES: Final = indice(Comptes())


@dataclass(slots=True)
class Etat:
    """A démarche today: what these indicateurs say, and the reason of each exemption in force, by indicateur."""

    demarche: Identite
    valeurs: Mapping[str, Valeur]
    exemptions: Mapping[str, str]


async def lire_etats(db: AsyncSession, aujourd_hui: dt.date, cles: Collection[str] = PRESENTS) -> list[Etat]:
    """Every démarche, in the order of their creation. `cles`: indicateurs that read no notes nor answers.

    They say what a survey says on that day, but for since when a bouton is there.
    """
    voulus = [PAR_CLE[cle] for cle in cles]
    poses = await sql.poses(db, aujourd_hui)
    faits = await sql.faits(db, aujourd_hui, {"en_ligne"}.union(*(indicateur.natures for indicateur in voulus)))
    exemptions = await sql.exemptions(db, aujourd_hui)
    etats = []
    for row in await sql.demarches(db, aujourd_hui):
        connus, exempte = faits.get(row.id, {}), exemptions.get(row.id, {})
        pose = aujourd_hui if row.id in poses else None
        dossier = Dossier(aujourd_hui, est_en_ligne(row, connus), _SANS_NOTES, pose, connus, exempte)
        etats.append(Etat(identite(row), {i.cle: evaluer(i, dossier) for i in voulus}, exempte))
    return etats


def bilan_de(etats: Iterable[Etat], cle: str) -> Bilan:
    """The synthesis of an indicateur over these démarches."""
    return bilan([etat.valeurs[cle] for etat in etats])


async def lire_cibles(db: AsyncSession, jour: dt.date) -> Cibles:
    """The targets of the register, to be set beside syntheses as they stand on a day."""
    return Cibles(await sql.cibles(db), jour)
