"""Raw counts of answers by démarche, bouton and interval, in the shape of the national service."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.compat import annuaire, sql
from app.compat.annuaire import Annuaire, BoutonNumerote
from app.compat.refus import RequeteRefusee
from app.compat.schemas import DemandeStatistiques
from app.compat.sql import Unite
from app.compat.vocabulaire import CODES, QUESTIONS, categories
from app.equipes.cles import Portee
from app.equipes.refus import HorsPortee
from app.indices.periode import JOUR, Pas, Periode, PeriodeInvalide, Segment, etapes, lire_periode, segments

Objet = dict[str, Any]

CELLULES_MAX: Final = 250_000
"""Boutons × intervals in one answer: as many as 250 boutons have days in two years and a half."""
_PAR_LOT: Final = 1_000
"""Boutons × intervals read at once, so that other requests are served in between."""
_PAS: Final[dict[str, Pas]] = {"day": "jour", "week": "semaine", "month": "mois", "year": "annee"}


async def statistiques(db: AsyncSession, portee: Portee, demande: DemandeStatistiques, aujourd_hui: dt.date) -> Objet:
    """`{"data": [démarche…]}`: those asked for, or all that the key opens. What nobody answered is left out.

    Raises RequeteRefusee, IdentifiantsInconnus, HorsPortee.
    """
    try:
        periode = lire_periode(demande.start_date or None, demande.end_date or None, aujourd_hui)
        nombre = 1 if demande.interval == "none" else len(etapes(periode, _PAS[demande.interval]))
    except PeriodeInvalide as invalide:
        raise RequeteRefusee(_en_clair(invalide)) from None
    connues = await annuaire.lire(db)
    boutons = _choisir(connues, portee, demande)
    if len(boutons) * nombre > CELLULES_MAX:
        raise RequeteRefusee("La réponse serait trop longue : demandez un intervalle plus long ou moins de démarches.")
    data: list[Objet] = []
    for lot in _lots(boutons, max(1, _PAR_LOT // nombre)):
        data += _presenter(connues, demande, await _compter(db, lot, periode, demande.interval))
    return {"data": data}


def _en_clair(invalide: PeriodeInvalide) -> str:
    noms = {"debut": "start_date", "fin": "end_date", "pas": "interval"}
    erreurs = [f"{noms[erreur['champ']]} : {erreur['message']}" for erreur in invalide.extra["erreurs"]]
    return f"La période n'est pas valide ({' ; '.join(erreurs)})."


def _choisir(connues: Annuaire, portee: Portee, demande: DemandeStatistiques) -> list[BoutonNumerote]:
    """The boutons to count, by démarche: those of the démarches asked for, and those asked for themselves."""
    produits = connues.produits(demande.product_ids).values()
    formulaires = connues.formulaires(demande.form_ids).values()
    visibles = connues.visibles(portee)
    demandees = {demarche.id for demarche in produits} | {bouton.demarche_id for bouton in formulaires}
    if demandees - {demarche.id for demarche in visibles}:
        raise HorsPortee
    if not demandees:
        return [bouton for demarche in visibles for bouton in demarche.boutons]
    choisis = {bouton.id: bouton for demarche in produits for bouton in demarche.boutons}
    choisis |= {bouton.id: bouton for bouton in formulaires}
    return sorted(choisis.values(), key=lambda bouton: (bouton.demarche_id, bouton.id))


def _lots(boutons: Sequence[BoutonNumerote], taille: int) -> Iterator[list[BoutonNumerote]]:
    """Runs of about `taille` boutons that never cut a démarche."""
    lot: list[BoutonNumerote] = []
    for _, siens in groupby(boutons, key=lambda bouton: bouton.demarche_id):
        lot += siens
        if len(lot) >= taille:
            yield lot
            lot = []
    if lot:
        yield lot


async def _compter(
    db: AsyncSession, boutons: Sequence[BoutonNumerote], periode: Periode, interval: str
) -> Sequence[Row[Any]]:
    unites: dict[str, Unite] = {"day": "day", "week": "week", "month": "month", "year": "year"}
    par_jour = interval in {"day", "week"}  # counts of months cannot be cut
    runs = [Segment("j", periode.debut, periode.fin + JOUR, 1)] if par_jour else segments(periode)
    demarches = {bouton.demarche_id for bouton in boutons}
    return await sql.compter(db, demarches, runs, QUESTIONS, unites.get(interval), [bouton.id for bouton in boutons])


def _presenter(connues: Annuaire, demande: DemandeStatistiques, lignes: Sequence[Row[Any]]) -> list[Objet]:
    """Rows sorted by démarche, bouton, interval and question, as nested objects; the empty ones are left out."""
    data = []
    for cle, siennes in groupby(lignes, key=lambda ligne: ligne.demarche_id):
        demarche = connues.demarches[cle]
        noms = {bouton.id: bouton for bouton in demarche.boutons}
        forms = []
        for bouton, reponses in groupby(siennes, key=lambda ligne: ligne.bouton_id):
            if intervalles := _intervalles(reponses, demande):
                vu = noms[bouton]
                forms.append({"form_id": str(vu.numero), "form_name": vu.nom, "intervals": intervalles})
        if forms:
            data.append({"product_id": str(demarche.numero), "product_name": demarche.ligne.titre, "forms": forms})
    return data


def _intervalles(lignes: Iterator[Row[Any]], demande: DemandeStatistiques) -> list[Objet]:
    codes = demande.field_codes or CODES
    resultat = []
    for etape, siennes in groupby(lignes, key=lambda ligne: ligne.etape):
        donnees = categories({ligne.question: ligne[4:] for ligne in siennes}, codes)
        if donnees:
            date = f"{etape}T00:00:00.000Z" if etape else "all_time"
            resultat.append({"date": date, "length_interval": demande.interval, "data": donnees})
    return resultat
