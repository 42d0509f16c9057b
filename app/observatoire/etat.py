"""What indicateurs made of facts and boutons say today, and did in the last months, for pages that show the present:
the same values as `releve` and `suivi`, at a fraction of their cost.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.periode import JOUR
from app.observatoire import sql
from app.observatoire.bilan import Bilan, bilan, faire
from app.observatoire.cibles import Cibles
from app.observatoire.declarations import AUCUNE, Declaration, Identite, declarer, poser, retenir_present
from app.observatoire.evolution import Chronique, Intervalle, additionner, evolution
from app.observatoire.indicateurs import PAR_CLE
from app.observatoire.indicateurs.bouton import BOUTON
from app.observatoire.valeurs import Indicateur, Valeur, evaluer

PRESENTS: Final = ("bouton", "accessibilite")


@dataclass(slots=True)
class Etat:
    """A démarche today: what these indicateurs say, and the reason of each exemption in force, by indicateur."""

    demarche: Identite
    valeurs: Mapping[str, Valeur]
    exemptions: Mapping[str, str]


async def lire_etats(db: AsyncSession, aujourd_hui: dt.date, cles: Collection[str] = PRESENTS) -> list[Etat]:
    """Every démarche, in the order of their creation. `cles`: indicateurs that read no notes nor answers."""
    voulus = [PAR_CLE[cle] for cle in cles]
    poses = await poser(db, aujourd_hui) if any("boutons" in i.lit for i in voulus) else AUCUNE
    declarees = await declarer(db, aujourd_hui, None, cles)

    async def lire() -> list[Etat]:
        return [_etat(d, aujourd_hui, voulus, poses.anciennes.get(d.demarche.id)) for d in declarees]

    etats = await retenir_present(db, aujourd_hui, ("etats", *cles), lire)
    neuves = poses.neuves
    return [
        _etat(declarees[rang], aujourd_hui, voulus, neuves[etat.demarche.id]) if etat.demarche.id in neuves else etat
        for rang, etat in enumerate(etats)
    ]


def _etat(d: Declaration, jour: dt.date, voulus: Iterable[Indicateur], premier_avis: dt.date | None) -> Etat:
    dossier = d.dossier(jour)
    dossier.premier_avis = premier_avis
    return Etat(
        d.demarche, {i.cle: d.valeurs[i.cle] if i.declare else evaluer(i, dossier) for i in voulus}, d.exemptions
    )


async def lire_etats_par_id(
    db: AsyncSession, aujourd_hui: dt.date, cles: Collection[str] = PRESENTS
) -> dict[int, Etat]:
    """The same, by id of démarche."""
    return {etat.demarche.id: etat for etat in await lire_etats(db, aujourd_hui, cles)}


def bilan_de(etats: Iterable[Etat], cle: str) -> Bilan:
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
    for cle, premier, ferme_le, _ in await sql.premiers_avis(db):
        mois = max(premier, fins[0]).replace(day=1)
        boutons.setdefault(cle, []).append((mois, ferme_le or dt.date.max))
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
