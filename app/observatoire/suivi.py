"""Indicateurs over time, and who is late against a deadline: read in a fixed number of statements."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches import curseur
from app.indices.periode import JOUR, Periode, etapes
from app.indices.service import Par, en_json
from app.observatoire import sql
from app.observatoire.bilan import Bilan
from app.observatoire.declarations import Identite, identite
from app.observatoire.evolution import Chronique, Intervalle, additionner, en_retard_depuis, evolution
from app.observatoire.indicateurs import INDICATEURS, PAR_CLE
from app.observatoire.releve import Perimetre
from app.observatoire.service import Groupe, Objet, groupe, nommer, rang
from app.observatoire.sql import Parmi
from app.observatoire.valeurs import Indicateur

PasSuivi = Literal["mois", "trimestre", "annee"]

SUIVIS: Final = tuple(i.cle for i in INDICATEURS if i.natures.keys() - {"disponibilite"} or "boutons" in i.lit)
"""Indicateurs that change on few days: the others are averages of a période, and a survey says what they are."""
LIMITE, LIMITE_AU_PLUS = 100, 1_000


async def lire(
    db: AsyncSession,
    cle: str,
    periode: Periode,
    pas: PasSuivi,
    perimetre: Perimetre,
    par: Par | None,
    aujourd_hui: dt.date,
    echeance: dt.date | None = None,
) -> Objet:
    """An indicateur at the end of each step, up to today; raises PeriodeInvalide (too many steps).

    With `echeance`, how many démarches are late on the last of these days.
    """
    indicateur = PAR_CLE[cle]
    fins = [etape.fin for etape in etapes(_passee(periode, aujourd_hui), pas)]
    connues = await _lire_chroniques(db, indicateur, fins[-1], perimetre, None)
    groupes: dict[Groupe, list[Chronique]] = {}
    for qui, quand in connues:
        groupes.setdefault(groupe(qui, par or "ministere"), []).append(quand)
    suivis = {
        qui: _Suivi(evolution(indicateur, siennes, fins), _compter_retards(indicateur, siennes, echeance, fins[-1]))
        for qui, siennes in sorted(groupes.items(), key=lambda item: rang(item[0]))
    }
    retards = None if echeance is None else sum(suivi.retards or 0 for suivi in suivis.values())
    total = _Suivi(additionner(suivi.bilans for suivi in suivis.values()), retards)
    objet: Objet = {"indicateur": cle, "periode": en_json(periode), "pas": pas, "perimetre": perimetre}
    objet |= {"echeance": echeance} | total.en_objet(fins)
    if par is None:
        return objet
    return objet | {"groupes": [nommer(qui) | suivi.en_objet(fins) for qui, suivi in suivis.items()]}


class _Suivi(NamedTuple):
    bilans: list[Bilan]
    retards: int | None

    def en_objet(self, fins: list[dt.date]) -> Objet:
        elements = [{"jour": jour} | bilan.en_objet() for jour, bilan in zip(fins, self.bilans, strict=False)]
        return {"en_retard": self.retards, "elements": elements}


def _compter_retards(
    indicateur: Indicateur, chroniques: Iterable[Chronique], echeance: dt.date | None, jour: dt.date
) -> int | None:
    if echeance is None:
        return None
    return sum(en_retard_depuis(indicateur, chronique, echeance, jour) is not None for chronique in chroniques)


def _passee(periode: Periode, aujourd_hui: dt.date) -> Periode:
    """The part of a période that has come: what will be true later is not known."""
    fin = min(periode.fin, aujourd_hui)
    return Periode(min(periode.debut, fin), fin)


async def lire_retards(
    db: AsyncSession,
    cle: str,
    echeance: dt.date,
    jour: dt.date,
    perimetre: Perimetre,
    ministere: str | None,
    depuis: str | None,
    limite: int,
) -> Objet:
    """Who has not met a criterion that was due, on a day; the longest lateness first. Raises CurseurInvalide."""
    indicateur = PAR_CLE[cle]
    empreinte = curseur.empreinte("retards", cle, echeance, jour, perimetre, ministere or "")
    apres = curseur.lire(depuis, empreinte) if depuis else (0, 0)
    retards: list[tuple[int, int, Identite, dt.date]] = []
    parmi = Parmi(ministeres=(ministere,)) if ministere else None
    for qui, quand in await _lire_chroniques(db, indicateur, jour, perimetre, parmi):
        if (debut := en_retard_depuis(indicateur, quand, echeance, jour)) is not None:
            retards.append((debut.toordinal(), qui.id, qui, debut))
    retards.sort(key=lambda retard: retard[:2])
    restants = [retard for retard in retards if retard[:2] > apres]
    page = restants[:limite]
    return {
        "indicateur": cle,
        "echeance": echeance,
        "jour": jour,
        "perimetre": perimetre,
        "total": len(retards),
        "elements": [_retard(qui, debut, jour) for _, _, qui, debut in page],
        "suivant": curseur.ecrire(page[-1][:2], empreinte) if len(restants) > limite else None,
    }


def _retard(qui: Identite, debut: dt.date, jour: dt.date) -> Objet:
    return {
        "demarche": qui.slug,
        "titre": qui.titre,
        "ministere": qui.ministere,
        "organisme": qui.organisme,
        "en_retard_depuis": debut,
        "jours": (jour - debut).days + 1,
    }


async def _lire_chroniques(
    db: AsyncSession, indicateur: Indicateur, jour: dt.date, perimetre: Perimetre, parmi: Parmi | None
) -> list[tuple[Identite, Chronique]]:
    """What is known of each démarche up to a day, for one indicateur."""
    demarches = await sql.demarches(db, jour, parmi)
    ids = None if parmi is None else [row.id for row in demarches]
    if perimetre == "top_250":
        demarches = [row for row in demarches if row.top_250_depuis is not None]
    chroniques = {row.id: Chronique(row.en_ligne, perimetre=_perimetre(row, perimetre)) for row in demarches}
    _ranger(
        chroniques, (await sql.changements(db, jour, {"en_ligne", *indicateur.natures}, ids)).items(), _ajouter_faits
    )
    if "boutons" in indicateur.lit:
        boutons = ((row.demarche_id, row) for row in await sql.premiers_avis(db, ids))
        _ranger(
            chroniques, boutons, lambda chronique, row: chronique.boutons.append(_jusqu_a(row.premier, row.ferme_le))
        )
    exemptions = ((row.demarche_id, row) for row in await sql.exemptions_de(db, indicateur.cle))
    _ranger(chroniques, exemptions, _ajouter_exemption)
    return [(identite(row), chroniques[row.id]) for row in demarches]


def _ranger(
    chroniques: dict[int, Chronique], connus: Iterable[tuple[int, Any]], ajouter: Callable[[Chronique, Any], None]
) -> None:
    for demarche, connu in connus:
        if (chronique := chroniques.get(demarche)) is not None:
            ajouter(chronique, connu)


def _ajouter_faits(chronique: Chronique, faits: Any) -> None:
    chronique.faits = faits


def _ajouter_exemption(chronique: Chronique, row: Row[Any]) -> None:
    fin = None if row.jusqu_au is None else row.jusqu_au + JOUR
    chronique.exemptions.append((_jusqu_a(row.depuis, fin), row.raison))


def _jusqu_a(debut: dt.date, fin: dt.date | None) -> Intervalle:
    return debut, fin or dt.date.max


def _perimetre(row: Row[Any], perimetre: Perimetre) -> Intervalle | None:
    return None if perimetre == "toutes" else _jusqu_a(row.top_250_depuis, row.top_250_jusqu_au)
