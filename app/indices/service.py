"""The figures as others read them: JSON-ready objects, built from counts read in the caller's snapshot."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final, Literal

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from app import hors_boucle
from app.demarches import curseur
from app.demarches.refus import BoutonIntrouvable
from app.demarches.resolution import resolve_actuelle
from app.demarches.texte import a_un_caractere_interdit
from app.indices import sql
from app.indices.fiches import Fiche, lire_fiches
from app.indices.formules import Comptes, Indice, indice
from app.indices.periode import JOUR, Pas, Periode, Segment, debut_etape, etapes, jour_de_paris, segments
from app.indices.synthese import synthese

Par = Literal["ministere", "organisme"]
Objet = dict[str, Any]

LIMITE, LIMITE_AU_PLUS = 1_000, 5_000
PEU: Final = 300
"""Up to so many démarches, reading the rows of each costs less than reading those of all."""
_AUCUN: Final = Comptes()


def segments_lus(periode: Periode) -> list[Segment]:
    """Nothing is counted after today: saying so lets the month under way be read as a whole."""
    return segments(periode, jour_de_paris(dt.datetime.now(dt.UTC)))


def en_json(periode: Periode) -> orjson.Fragment:
    """A période as JSON, written once for the thousands of elements that share it."""
    return orjson.Fragment(f'{{"debut":"{periode.debut}","fin":"{periode.fin}"}}')


def _objet(slug: str, periode: orjson.Fragment, figures: Indice) -> Objet:
    return {"demarche": slug, "periode": periode, **figures.__dict__}


async def lire_indice(db: AsyncSession, nom: str, periode: Periode, cle: str | None, minimum: int) -> Objet:
    """The indice of a démarche (slug or alias), or of its bouton `cle`.

    Raises DemarcheInconnue, AncienneAdresse, BoutonIntrouvable.
    """
    demarche = await resolve_actuelle(db, nom)
    assert demarche.id is not None
    bouton = None if cle is None else await _bouton(db, demarche.id, cle)
    comptes = await sql.comptes_de(db, [demarche.id], segments_lus(periode), bouton)
    return _objet(demarche.slug, en_json(periode), indice(comptes.get(demarche.id, _AUCUN), minimum))


async def _bouton(db: AsyncSession, demarche: int, cle: str) -> int:
    bouton = None if a_un_caractere_interdit(cle) else await sql.bouton(db, demarche, cle)
    if bouton is None:
        raise BoutonIntrouvable
    return bouton


async def lire_evolution(db: AsyncSession, nom: str, periode: Periode, pas: Pas, minimum: int) -> Objet:
    """The indice of a démarche at each step of a période.

    Raises PeriodeInvalide (too many steps), DemarcheInconnue, AncienneAdresse.
    """
    decoupe = etapes(periode, pas)
    demarche = await resolve_actuelle(db, nom)
    assert demarche.id is not None
    jours = pas in {"jour", "semaine"}
    runs = [Segment("j", periode.debut, periode.fin + JOUR, 1)] if jours else segments_lus(periode)
    comptes = await sql.comptes_par_etape(db, demarche.id, runs, pas)

    def elements() -> list[Objet]:
        par_etape = ((etape, comptes.get(debut_etape(etape.debut, pas), _AUCUN)) for etape in decoupe)
        return [_objet(demarche.slug, en_json(etape), indice(lus, minimum)) for etape, lus in par_etape]

    objet = {"demarche": demarche.slug, "periode": en_json(periode), "pas": pas}
    return objet | {"elements": await hors_boucle.calculer(elements, len(decoupe))}


async def lister(
    db: AsyncSession, periode: Periode, ministere: str | None, depuis: str | None, limite: int, minimum: int
) -> Objet:
    """A page of indices, one for each démarche, after the cursor `depuis`. Raises CurseurInvalide."""
    empreinte = curseur.empreinte("indices", ministere or "")
    apres = curseur.lire(depuis, empreinte)[1] if depuis else 0
    toutes = await lire_fiches(db, ministere)
    debut = bisect_right(toutes, apres, key=itemgetter(0))
    gardees = toutes[debut : debut + limite]
    comptes = await _comptes(db, gardees, periode)
    entete = en_json(periode)

    def elements() -> list[Objet]:
        return [_objet(d.slug, entete, indice(comptes.get(d.id, _AUCUN), minimum)) for d in gardees]

    return {
        "elements": await hors_boucle.calculer(elements, len(gardees)),
        "suivant": curseur.ecrire((0, gardees[-1].id), empreinte) if len(toutes) > debut + limite else None,
    }


async def tous(db: AsyncSession, periode: Periode, ministere: str | None, minimum: int) -> list[tuple[Fiche, Indice]]:
    """Every démarche with its indice."""
    lignes = await lire_fiches(db, ministere)
    comptes = await _comptes(db, lignes, periode)

    def chiffrees() -> list[tuple[Fiche, Indice]]:
        return [(demarche, indice(comptes.get(demarche.id, _AUCUN), minimum)) for demarche in lignes]

    return await hors_boucle.calculer(chiffrees, len(lignes))


async def chiffrer(
    db: AsyncSession, demarches: Sequence[int], periode: Periode, minimum: int, reponses: bool = True
) -> dict[int, Indice]:
    """The indice of each of these démarches, by id; without `reponses`, what it says of other questions means nothing,
    and many démarches cost a quarter.
    """
    if reponses or len(demarches) <= PEU:
        comptes = await _comptes_de(db, demarches, periode)
    else:
        notes = await sql.notes_de_toutes(db, segments_lus(periode))
        comptes = {demarche: Comptes(note=note) for demarche, note in notes.items()}
    return {demarche: indice(comptes.get(demarche, _AUCUN), minimum) for demarche in demarches}


async def _comptes(db: AsyncSession, demarches: Sequence[Fiche], periode: Periode) -> dict[int, Comptes]:
    return await _comptes_de(db, [demarche.id for demarche in demarches], periode)


async def _comptes_de(db: AsyncSession, demarches: Sequence[int], periode: Periode) -> dict[int, Comptes]:
    if len(demarches) <= PEU:
        return await sql.comptes_de(db, demarches, segments_lus(periode))
    return await sql.comptes_de_toutes(db, segments_lus(periode))


async def lire_synthese(db: AsyncSession, periode: Periode, par: Par | None, minimum: int) -> Objet:
    """How many démarches are above 7, over all and, with `par`, for each ministère or organisme."""
    demarches = await lire_fiches(db)
    notes = await sql.notes_de_toutes(db, segments_lus(periode))
    entete = {"periode": en_json(periode)}
    objet = entete | synthese((notes[d.id] for d in demarches), minimum).__dict__
    if par is None:
        return objet
    membres: dict[tuple[str | None, str | None, str | None], list[Sequence[int]]] = {}
    for demarche in demarches:
        membres.setdefault(_groupe(demarche, par), []).append(notes[demarche.id])
    groupes = [
        {"slug": slug, "nom": nom, "ministere": ministere} | entete | synthese(siennes, minimum).__dict__
        for (ministere, slug, nom), siennes in sorted(membres.items(), key=_rang)
    ]
    return objet | {"groupes": groupes}


def _groupe(demarche: Fiche, par: Par) -> tuple[str | None, str | None, str | None]:
    """Who a démarche is counted with: (ministère of the organisme, slug, name); nothing but None without any."""
    if par == "ministere":
        return None, demarche.ministere_slug, demarche.ministere
    if demarche.organisme_slug is None:
        return None, None, None
    return demarche.ministere_slug, demarche.organisme_slug, demarche.organisme


def _rang(groupe: tuple[tuple[str | None, str | None, str | None], Any]) -> tuple[bool, str, str]:
    """By slug, and the démarches without any last."""
    ministere, slug, _ = groupe[0]
    return slug is None, ministere or "", slug or ""
