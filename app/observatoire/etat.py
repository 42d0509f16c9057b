"""What indicateurs made of facts and boutons say today, and did in the last months, for pages that show the present:
the same values as `releve` and `suivi`, but for since when a bouton is there, at a fraction of their cost.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.formules import Comptes, indice
from app.indices.periode import JOUR
from app.observatoire import sql
from app.observatoire.bilan import Bilan, bilan, faire
from app.observatoire.cibles import Cibles
from app.observatoire.evolution import Chronique, Intervalle, additionner, evolution
from app.observatoire.indicateurs import PAR_CLE
from app.observatoire.indicateurs.bouton import BOUTON
from app.observatoire.releve import Identite, est_en_ligne, identite
from app.observatoire.valeurs import Dossier, Indicateur, Valeur, evaluer

PRESENTS: Final = ("bouton", "accessibilite")
_SANS_NOTES: Final = indice(Comptes())


class Dires(NamedTuple):
    """What indicateurs say of a démarche, and the reason of each exemption in force, by indicateur."""

    valeurs: Mapping[str, Valeur]
    exemptions: Mapping[str, str]


@dataclass(slots=True)
class Etat:
    """A démarche today: what these indicateurs say, and the reason of each exemption in force, by indicateur."""

    demarche: Identite
    valeurs: Mapping[str, Valeur]
    exemptions: Mapping[str, str]


async def lire_etats(db: AsyncSession, aujourd_hui: dt.date, cles: Collection[str] = PRESENTS) -> list[Etat]:
    """Every démarche, in the order of their creation. `cles`: indicateurs that read no notes nor answers."""
    dires = await lire_dires(db, aujourd_hui, cles)
    return [Etat(identite(row), *dires[row[0]]) for row in await sql.demarches(db, aujourd_hui)]


async def lire_dires(db: AsyncSession, aujourd_hui: dt.date, cles: Collection[str] = PRESENTS) -> dict[int, Dires]:
    """The same by id, without who the démarches are."""
    voulus = [PAR_CLE[cle] for cle in cles]
    poses = await sql.poses(db, aujourd_hui)
    faits = await sql.faits(db, aujourd_hui, {"en_ligne"}.union(*(indicateur.natures for indicateur in voulus)))
    exemptions = await sql.exemptions(db, aujourd_hui)
    communes: dict[tuple[str, bool, bool], Valeur] = {}
    dires = {}
    for row in await sql.en_ligne(db):
        cle, en_ligne = row  # thousands of them: names cost more
        connus, exempte = faits.get(cle, {}), exemptions.get(cle, {})
        dossier = Dossier(aujourd_hui, en_ligne, _SANS_NOTES, aujourd_hui if cle in poses else None, connus, exempte)
        if connus:
            dossier.en_ligne = est_en_ligne(row, connus)
        dires[cle] = Dires({i.cle: _dire(i, dossier, communes) for i in voulus}, exempte)
    return dires


def _dire(indicateur: Indicateur, dossier: Dossier, communes: dict[tuple[str, bool, bool], Valeur]) -> Valeur:
    """What it says; said once (`communes`) for all the démarches of which it reads the same."""
    if dossier.exemptions or (dossier.faits and indicateur.natures):
        return evaluer(indicateur, dossier)
    cle = indicateur.cle, dossier.en_ligne, dossier.premier_avis is not None
    if (commune := communes.get(cle)) is None:
        commune = communes[cle] = evaluer(indicateur, dossier)
    return commune


def bilan_de(etats: Iterable[Etat | Dires], cle: str) -> Bilan:
    """The synthesis of an indicateur over these démarches."""
    return bilan([etat.valeurs[cle] for etat in etats])


async def lire_cibles(db: AsyncSession, jour: dt.date) -> Cibles:
    """The targets of the register, to be set beside syntheses as they stand on a day."""
    return Cibles(await sql.cibles(db), jour)


async def lire_deploiement(db: AsyncSession, fins: Sequence[dt.date]) -> list[Bilan]:
    """The synthesis of the bouton on each of these days: ends of months, in order, and possibly today at last.

    At the end of a month, the month of a first avis says as much as its day; and démarches of which the same is known
    (most of them: when their bouton came, nothing else) are followed once.
    """
    boutons: dict[int, list[Intervalle]] = {}
    for cle, ferme_le, premier in await sql.premiers_mois(db, fins[0].replace(day=1)):
        boutons.setdefault(cle, []).append((premier, ferme_le or dt.date.max))
    faits = await sql.changements(db, fins[-1], {"en_ligne"})
    exemptions: dict[int, list[tuple[Intervalle, str]]] = {}
    for row in await sql.exemptions_de(db, BOUTON.cle):
        fin = row.jusqu_au + JOUR if row.jusqu_au else dt.date.max
        exemptions.setdefault(row.demarche_id, []).append(((row.depuis, fin), row.raison))
    simples: Counter[tuple[bool, tuple[Intervalle, ...]]] = Counter()
    autres = []
    for cle, en_ligne in await sql.en_ligne(db):
        siens = boutons.get(cle, [])
        if cle in faits or cle in exemptions:
            autres.append(Chronique(en_ligne, faits.get(cle, []), siens, exemptions.get(cle, [])))
        else:
            simples[en_ligne, tuple(siens)] += 1
    suites = [_fois(evolution(BOUTON, [Chronique(e, boutons=list(b))], fins), n) for (e, b), n in simples.items()]
    return additionner([evolution(BOUTON, autres, fins), *suites])


def _fois(bilans: Iterable[Bilan], n: int) -> list[Bilan]:
    """The syntheses of so many démarches that say the same."""
    return [
        faire(
            Counter({"publie": n * b.publies, "exempte": n * b.exempte, "sans_objet": n * b.sans_objet}),
            n * b.atteints,
            Counter(),
        )
        for b in bilans
    ]
