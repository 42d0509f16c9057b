"""A set of figures to be written: those of a day, or those that an édition froze. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final

from app.indices.formules import Indice
from app.indices.periode import Periode
from app.observatoire.bilan import Bilan, bilan
from app.observatoire.declarations import Identite
from app.observatoire.donnees.confidentialite import masquer
from app.observatoire.indicateurs import INDICATEURS
from app.observatoire.releve import Ligne, par_groupe
from app.observatoire.valeurs import Valeur

Groupe = tuple[str, tuple[str | None, str | None, str | None], list[Ligne]]


@dataclass(frozen=True, slots=True)
class Entete:
    """What the rows of a set have in common. Figures of a day have no `edition`, `revision`, `publiee_le`."""

    periode: Periode
    minimum: int
    perimetre: str
    methode: str
    titre: str
    edition: str | None = None
    revision: int | None = None
    raison: str | None = None
    publiee_le: str | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """An indicateur as it was defined when the figures were made; `seuils` is empty for those that say yes or no."""

    cle: str
    titre: str
    critere: str
    unite: str
    sens: int
    seuils: Mapping[str, float]
    cible: float | None = None


DEFINITIONS: Final = tuple(Definition(i.cle, i.titre, i.critere, i.unite, i.sens, i.seuils) for i in INDICATEURS)
"""Indicateurs as they are defined today."""


@dataclass(frozen=True, slots=True)
class Fiche:
    """A démarche in a set, already without the figures of fewer than five people."""

    entete: Entete
    ligne: Ligne
    identifiants: Sequence[str]


@dataclass(frozen=True, slots=True)
class Synthese:
    """An indicateur over a group of démarches: all of them (`groupe` "toutes"), those of a ministère, of an organisme.

    The slugs and the name are None for all, and for those of no one.
    """

    entete: Entete
    groupe: str
    ministere_slug: str | None
    organisme_slug: str | None
    nom: str | None
    definition: Definition
    bilan: Bilan


@dataclass(frozen=True)
class Jeu:
    """The figures of a set, in the order of the démarches' slugs."""

    entete: Entete
    definitions: Sequence[Definition]
    fiches: Sequence[Fiche]

    @cached_property
    def syntheses(self) -> list[Synthese]:
        """Each indicateur over all, over each ministère, then over each organisme: recounts of `fiches`."""
        lignes = [fiche.ligne for fiche in self.fiches]
        groupes: list[Groupe] = [("toutes", (None, None, None), lignes)]
        groupes += _groupes(lignes, "ministere", lambda d: (d.ministere_slug, None, d.ministere))
        groupes += _groupes(lignes, "organisme", _organisme)
        return [
            Synthese(self.entete, genre, *nom, definition, bilan([x.valeurs[definition.cle] for x in siennes]))
            for genre, nom, siennes in groupes
            for definition in self.definitions
        ]


def _organisme(demarche: Identite) -> tuple[str | None, str | None, str | None]:
    if demarche.organisme_slug is None:
        return None, None, None
    return demarche.ministere_slug, demarche.organisme_slug, demarche.organisme


def _groupes(lignes: list[Ligne], genre: str, nommer: Callable[[Identite], Any]) -> list[Groupe]:
    """By slug, and the démarches of no one last."""
    trouves = sorted(par_groupe(lignes, nommer).items(), key=lambda g: [(nom is None, nom or "") for nom in g[0]])
    return [(genre, nom, list(siennes)) for nom, siennes in trouves]


def jeu(
    entete: Entete, definitions: Sequence[Definition], lignes: Sequence[Ligne], identifiants: Sequence[Sequence[str]]
) -> Jeu:
    """A set from lines, each with its identifiers, in any order."""
    fiches = [
        Fiche(entete, masquer(ligne, entete.minimum), noms)
        for ligne, noms in sorted(zip(lignes, identifiants, strict=True), key=lambda paire: paire[0].demarche.slug)
    ]
    return Jeu(entete, definitions, fiches)


def du_document(document: Mapping[str, Any]) -> Jeu:
    """The set that the document of an édition holds (`editions.contenu`); reads nothing else, so that an édition taken
    elsewhere gives the same files."""
    cibles = document["cibles"]
    definitions = [_definition(cle, dite, cibles.get(cle)) for cle, dite in document["seuils"].items()]
    elements = document["elements"]
    return jeu(
        _entete(document),
        definitions,
        [_ligne(element, definitions) for element in elements],
        [element["demarche"]["identifiants"] for element in elements],
    )


def _definition(cle: str, dite: Mapping[str, Any], cible: float | None) -> Definition:
    return Definition(cle, dite["titre"], dite["critere"], dite["unite"], dite["sens"], dite["seuils"], cible)


def _entete(document: Mapping[str, Any]) -> Entete:
    debut, fin = (dt.date.fromisoformat(document["periode"][borne]) for borne in ("debut", "fin"))
    repris = ("minimum", "perimetre", "methode", "titre", "revision", "raison", "publiee_le")
    return Entete(Periode(debut, fin), edition=document["slug"], **{nom: document[nom] for nom in repris})


def _ligne(element: Mapping[str, Any], definitions: Sequence[Definition]) -> Ligne:
    """A line as it was frozen; what an earlier method did not give is absent."""
    identite = Identite(0, *(element["demarche"].get(nom) for nom in _IDENTITE))
    ecrit = element["indice"]
    indice = {nom: ecrit.get(nom, 0 if nom.endswith("_n") else None) for nom in _INDICE}
    indice |= {nom: _bornes(ecrit.get(nom)) for nom in ("part_satisfaits_ic95", "note_moyenne_ic95")}
    return Ligne(identite, Indice(**indice), {d.cle: _valeur(element["valeurs"][d.cle]) for d in definitions})


_IDENTITE = ("slug", "titre", "url", "ministere_slug", "ministere", "organisme_slug", "organisme", "top_250")
_INDICE = tuple(champ.name for champ in fields(Indice))
_SIMPLES = ("statut", "valeur", "atteint", "niveau", "n", "source")


def _valeur(ecrite: Mapping[str, Any]) -> Valeur:
    jour = ecrite.get("date")
    return Valeur(
        **{nom: ecrite.get(nom) for nom in _SIMPLES},  # type: ignore[arg-type]
        ic95=_bornes(ecrite.get("ic95")),
        date=None if jour is None else dt.date.fromisoformat(jour),
        detail=ecrite.get("detail") or {},
    )


def _bornes(ecrites: Sequence[float] | None) -> tuple[float, float] | None:
    return None if ecrites is None else (ecrites[0], ecrites[1])
