"""What changed from an édition to another. Pure, and antisymmetric: from b to a says the opposite of from a to b.

Démarches are matched by what never changes in them (`demarche_id`), so a new slug or title is a renaming, not a
departure and an arrival. Only what was published then is read: neither the figures nor the indicateurs of today.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeGuard

import msgspec

from app.indices.periode import Periode
from app.observatoire.ecart import Ecart, ecart

Objet = dict[str, Any]
Evolution = Literal["mieux", "moins_bien", "identique", "different", "devenue_mesuree", "plus_mesuree", "non_mesuree"]
EVOLUTIONS: Final[tuple[Evolution, ...]] = (
    "mieux", "moins_bien", "identique", "different", "devenue_mesuree", "plus_mesuree", "non_mesuree",
)  # fmt: skip
SATISFACTION: Final = "satisfaction"
"""The indicateur whose value is the mean of the notes: the one whose change can be told from chance."""
TOUT: Final = slice(None)
_PARTS: Final = ("publies", "atteints", "part")
_SEUILS: Final = (None, "franchi", "perdu")
"""By what `evoluer` says of the criterion: 0, 1, -1."""


class Valeur(msgspec.Struct, frozen=True, gc=False):
    """What is compared of what an indicateur said; the rest of its JSON is passed over."""

    statut: str
    valeur: float | bool | str | None = None
    atteint: bool | None = None
    niveau: str | None = None

    def objet(self) -> Objet:
        """As JSON has it."""
        return {"statut": self.statut, "valeur": self.valeur, "atteint": self.atteint, "niveau": self.niveau}


@dataclass(frozen=True, slots=True)
class LigneComparee:
    """A démarche in an édition: `notes` are its counts n0..n10, `valeurs` what each indicateur said."""

    demarche_id: int
    slug: str
    titre: str
    notes: Sequence[int]
    valeurs: Mapping[str, Valeur]


@dataclass(frozen=True, slots=True)
class Cote:
    """One of the two éditions. `conditions`: what must be the same for its figures to compare (méthode, minimum, …),
    and so must `catalogue`, the ids of the démarches of a list, in order; `seuils` and `bilan`: by indicateur, as
    published."""

    slug: str
    revision: int
    titre: str
    periode: Periode
    conditions: Mapping[str, Any]
    empreinte: str
    seuils: Mapping[str, Mapping[str, Any]]
    bilan: Mapping[str, Mapping[str, Any]]
    lignes: Sequence[LigneComparee]
    catalogue: Sequence[int] | None = None


Paire = tuple[LigneComparee, LigneComparee]


@dataclass(slots=True)
class _Comptes:
    """How many démarches of both éditions did what, for an indicateur; `parts`: then and now."""

    evolutions: Counter[Evolution] = field(default_factory=Counter)
    seuils: Counter[int] = field(default_factory=Counter)
    surs: Counter[Evolution] = field(default_factory=Counter)
    parts: tuple[Counter[bool], Counter[bool]] = field(default_factory=lambda: (Counter(), Counter()))


def evoluer(de: Valeur, a: Valeur, sens: int) -> tuple[Evolution, int]:
    """How a value changed, and whether its criterion came to be met (1) or ceased to be (-1).

    `sens` 1: more is better, -1: less is, 0: neither. What is equal, or not a number, is told by the criterion.
    """
    if de.statut != "publie" or a.statut != "publie":
        return _mesure(de.statut == "publie", a.statut == "publie"), 0
    seuil = (a.atteint is True) - (de.atteint is True)
    difference = _difference(de.valeur, a.valeur) or 0
    signe = ((difference > 0) - (difference < 0)) * sens or seuil
    if signe:
        return "mieux" if signe > 0 else "moins_bien", seuil
    return "identique" if de.valeur == a.valeur else "different", seuil


def _mesure(avant: bool, apres: bool) -> Evolution:
    if apres:
        return "devenue_mesuree"
    return "plus_mesuree" if avant else "non_mesuree"


def _difference(avant: object, apres: object) -> float | None:
    return apres - avant if _est_nombre(avant) and _est_nombre(apres) else None


def _est_nombre(valeur: object) -> TypeGuard[float]:
    return type(valeur) in {int, float}


def comparer(de: Cote, a: Cote, tranche: slice = TOUT) -> Objet:
    """Everything, ready for JSON. `elements` has this slice of the `changees`: the démarches of both of which anything
    changed, by slug.
    """
    paires, entrees, sorties = apparier(de.lignes, a.lignes)
    sens = {cle: _sens(de, a, cle) for cle in a.seuils if cle in de.seuils}
    bouge = bytearray(len(paires))
    comptes = {cle: _compter(cle, paires, sens[cle], bouge) for cle in sens}
    changees = [paire for paire, change in zip(paires, bouge, strict=True) if change]
    return {
        "de": _nommer(de),
        "a": _nommer(a),
        "conditions_differentes": _conditions_differentes(de, a),
        "seuils_differents": sorted(cle for cle in sens if de.seuils[cle] != a.seuils[cle]),
        "indicateurs_ajoutes": sorted(a.seuils.keys() - de.seuils.keys()),
        "indicateurs_retires": sorted(de.seuils.keys() - a.seuils.keys()),
        "jours_communs": _jours_communs(de.periode, a.periode),
        "communes": len(paires),
        "changees": len(changees),
        "entrees": _listees(entrees),
        "sorties": _listees(sorties),
        "renommees": [_renommee(*paire) for paire in paires if _nom(paire[0]) != _nom(paire[1])],
        "indicateurs": {cle: _resumer(cle, de, a, comptes[cle]) for cle in sens},
        "elements": [_element(paire, sens) for paire in changees[tranche]],
    }


def _conditions_differentes(de: Cote, a: Cote) -> list[str]:
    """By name; `catalogue`: both are about a list, and not the same one."""
    deux_listes = de.catalogue is not None and a.catalogue is not None
    autre = ["catalogue"] if deux_listes and de.catalogue != a.catalogue else []
    return sorted([*autre, *(cle for cle in a.conditions if a.conditions[cle] != de.conditions[cle])])


def apparier(
    de: Iterable[LigneComparee], a: Iterable[LigneComparee]
) -> tuple[list[Paire], list[LigneComparee], list[LigneComparee]]:
    """The démarches of both by slug, those of the second alone, those of the first alone."""
    avant, apres = ({ligne.demarche_id: ligne for ligne in lignes} for lignes in (de, a))
    communes = sorted(avant.keys() & apres.keys(), key=lambda cle: (min(avant[cle].slug, apres[cle].slug), cle))
    entrees = [apres[cle] for cle in apres.keys() - avant.keys()]
    return [(avant[cle], apres[cle]) for cle in communes], entrees, [avant[c] for c in avant.keys() - apres.keys()]


def _sens(de: Cote, a: Cote, cle: str) -> int:
    """Which way is better; 0 when the two éditions do not agree."""
    sens: int = a.seuils[cle]["sens"]
    return sens if de.seuils[cle]["sens"] == sens else 0


def _compter(cle: str, paires: Iterable[Paire], sens: int, bouge: bytearray) -> _Comptes:
    """What happened to each démarche; `bouge` learns which ones anything happened to."""
    comptes = _Comptes()
    evolutions, (part_de, part_a) = comptes.evolutions, comptes.parts
    for rang, (avant, apres) in enumerate(paires):
        de, a = avant.valeurs[cle], apres.valeurs[cle]
        evolution, seuil = evoluer(de, a, sens)
        evolutions[evolution] += 1
        if de.statut == "publie":
            part_de[de.atteint is True] += 1
        if a.statut == "publie":
            part_a[a.atteint is True] += 1
        if _est_remarquable(de, a, evolution):
            bouge[rang] = True
            comptes.seuils[seuil] += 1
            mesure = _mesurer(cle, avant, apres)
            if mesure is not None and mesure.sens != "incertaine":
                comptes.surs[evolution] += 1
    return comptes


def _est_remarquable(de: Valeur, a: Valeur, evolution: Evolution) -> bool:
    """Whether anything is different at all: a value, a criterion, a status."""
    return evolution not in {"identique", "non_mesuree"} or de.statut != a.statut


def _mesurer(cle: str, avant: LigneComparee, apres: LigneComparee) -> Ecart | None:
    """What the change of a mean of notes is, beside chance; None for what is not one, or not published twice.

    The interval supposes that the two sets of avis are disjoint. Périodes that overlap share avis: it is then too wide,
    so a change that it calls real is all the more so.
    """
    if cle != SATISFACTION or not avant.valeurs[cle].statut == apres.valeurs[cle].statut == "publie":
        return None
    return ecart(avant.notes, apres.notes)


def _resumer(cle: str, de: Cote, a: Cote, comptes: _Comptes) -> Objet:
    """An indicateur over all: its share then and now, over every démarche, over those of both; and how many moved."""
    resume: Objet = {
        "titre": a.seuils[cle]["titre"],
        "bilan": _ecart_de_parts(*({nom: c.bilan[cle][nom] for nom in _PARTS} for c in (de, a))),
        "bilan_communes": _ecart_de_parts(*map(_part, comptes.parts)),
        **{evolution: comptes.evolutions[evolution] for evolution in EVOLUTIONS},
        "seuil_franchi": comptes.seuils[1],
        "seuil_perdu": comptes.seuils[-1],
    }
    if cle == SATISFACTION:
        surs = comptes.surs
        resume |= {"mieux_au_dela_du_hasard": surs["mieux"], "moins_bien_au_dela_du_hasard": surs["moins_bien"]}
    return resume


def _part(atteints: Counter[bool]) -> Objet:
    publies = atteints.total()
    return {
        "publies": publies,
        "atteints": atteints[True],
        "part": atteints[True] / publies if publies else None,
    }


def _ecart_de_parts(de: Objet, a: Objet) -> Objet:
    """Both, and the difference in points (hundredths); None when either share is."""
    connues = de["part"] is not None and a["part"] is not None
    return {"de": de, "a": a, "ecart_points": 100 * (a["part"] - de["part"]) if connues else None}


def _jours_communs(de: Periode, a: Periode) -> int:
    return max(0, (min(de.fin, a.fin) - max(de.debut, a.debut)).days + 1)


def _nommer(cote: Cote) -> Objet:
    periode = {"debut": cote.periode.debut, "fin": cote.periode.fin}
    nom = {"slug": cote.slug, "revision": cote.revision, "titre": cote.titre, "periode": periode}
    return nom | dict(cote.conditions) | {"empreinte": cote.empreinte}


def _nom(ligne: LigneComparee) -> Objet:
    return {"slug": ligne.slug, "titre": ligne.titre}


def _listees(lignes: Iterable[LigneComparee]) -> list[Objet]:
    return [_nom(ligne) for ligne in sorted(lignes, key=lambda ligne: (ligne.slug, ligne.demarche_id))]


def _renommee(avant: LigneComparee, apres: LigneComparee) -> Objet:
    return {"de": _nom(avant), "a": _nom(apres)}


def _element(paire: Paire, sens: Mapping[str, int]) -> Objet:
    avant, apres = paire
    return {"demarche": apres.slug, "titre": apres.titre, "changements": dict(_changements(avant, apres, sens))}


def _changements(avant: LigneComparee, apres: LigneComparee, sens: Mapping[str, int]) -> Iterator[tuple[str, Objet]]:
    """What each indicateur that changed said then and now. `ecart`: the second number less the first, None unless both
    are published; `ecart_ic95` and `au_dela_du_hasard`: of a mean of notes only.
    """
    for cle, sien in sens.items():
        de, a = avant.valeurs[cle], apres.valeurs[cle]
        evolution, seuil = evoluer(de, a, sien)
        if not _est_remarquable(de, a, evolution):
            continue
        difference = _difference(de.valeur, a.valeur)
        objet: Objet = {"evolution": evolution, "seuil": _SEUILS[seuil], "ecart": difference}
        if (mesure := _mesurer(cle, avant, apres)) is not None:
            objet |= {"ecart": mesure.difference, "ecart_ic95": mesure.ic95}
            objet |= {"au_dela_du_hasard": mesure.sens != "incertaine"}
        yield cle, objet | {"de": de.objet(), "a": a.objet()}
