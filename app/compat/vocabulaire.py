"""Answers as the national service names them: questions, answers, intentions, and how often each was given. Pure.

A category is `{category, label, number_hits: [{intention, label, count, children?}]}`. As there, an answer that nobody
gave is left out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from app.avis.questions import AIDE, CANAUX, COMPREHENSION, JOIGNABILITE, NIVEAU_AIDE, NOTE, SATISFACTION

Objet = dict[str, Any]
Comptes = Mapping[int, Sequence[int]]
"""By question, how many times each level was given."""

QUESTIONS: Final = (NOTE, COMPREHENSION, AIDE, *JOIGNABILITE.values(), *SATISFACTION.values())

_LIBELLES: Final = {
    "satisfaction": "De façon générale, comment ça s’est passé ?",
    "comprehension": "Qu'avez-vous pensé des informations et des instructions fournies ?",
    "contact_tried": ("Durant votre parcours, avez-vous tenté d’obtenir de l’aide par l’un des moyens suivants ?"),
    "contact_reached": "Quand vous avez cherché de l'aide, avez-vous réussi à joindre l'administration ?",
    "contact_satisfaction": (
        "Comment évaluez-vous la qualité de l'aide que vous avez obtenue de la part de l'administration ?"
    ),
}
_SMILEYS: Final = (("bad", "Pas bien", 0, 5), ("medium", "Moyen", 5, 8), ("good", "Très bien", 8, 11))
"""Notes from, included, to, excluded: 0, 5 and 10 are the smileys themselves; the others go where the mean of a
démarche would: 8 and above is good, 5 and above is medium."""
_CLARTE: Final = (("very_bad", "1"), ("bad", "2"), ("medium", "3"), ("good", "4"), ("very_good", "5"))
_QUALITE: Final = (
    ("very_bad", "Très mauvaise"),
    ("bad", "Mauvaise"),
    ("medium", "Ni bonne, ni mauvaise"),
    ("good", "Bonne"),
    ("very_good", "Excellente"),
)
_AIDES: Final = {
    "guichet": "Au guichet avec l’administration",
    "telephone": "Par téléphone avec l’administration",
    "courriel": "Par e-mail avec l’administration",
    "messagerie": "Par chat avec l’administration",
    "proche": "Une personne proche",
    "association": "Une association",
    "internet": "Des sites internet",
    "autre": "Autres, précisez",
    "aucune": "Je n'ai pas eu besoin d'aide",
}


def categories(comptes: Comptes, codes: Iterable[str]) -> list[Objet]:
    """The questions of `codes` that somebody answered, in the order of the form; a code that is not known has none.

    >>> categories({NOTE: [0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 3]}, ["satisfaction", "easy"])[0]["number_hits"]
    [{'intention': 'medium', 'label': 'Moyen', 'count': 2}, {'intention': 'good', 'label': 'Très bien', 'count': 4}]
    """
    return _donnees((code, _REPONSES[code](comptes)) for code in _REPONSES if code in codes)


def _donnees(reponses: Iterable[tuple[str, list[Objet]]]) -> list[Objet]:
    return [{"category": code, "label": _LIBELLES[code], "number_hits": hits} for code, hits in reponses if hits]


def _hits(*reponses: tuple[str, str, int]) -> list[Objet]:
    return [{"intention": intention, "label": label, "count": n} for intention, label, n in reponses if n]


def _somme(comptes: Comptes, questions: Iterable[int]) -> list[int]:
    """The levels of several questions added up."""
    connues = [comptes[question] for question in questions if question in comptes]
    return [sum(niveau) for niveau in zip(*connues, strict=True)] or [0] * 11


def _satisfaction(comptes: Comptes) -> list[Objet]:
    note = _somme(comptes, [NOTE])
    return _hits(*((intention, label, sum(note[de:a])) for intention, label, de, a in _SMILEYS))


def _echelle(echelle: Sequence[tuple[str, str]], niveaux: Sequence[int]) -> list[Objet]:
    """The levels 1..5."""
    return _hits(*((intention, label, niveaux[1 + rang]) for rang, (intention, label) in enumerate(echelle)))


def _comprehension(comptes: Comptes) -> list[Objet]:
    return _echelle(_CLARTE, _somme(comptes, [COMPREHENSION]))


def _joints(comptes: Comptes, canaux: Iterable[str] = CANAUX) -> list[Objet]:
    non, oui = _somme(comptes, [JOIGNABILITE[canal] for canal in canaux])[:2]
    return _hits(("good", "Oui", oui), ("bad", "Non", non))


def _qualite(comptes: Comptes, canaux: Iterable[str] = CANAUX) -> list[Objet]:
    return _echelle(_QUALITE, _somme(comptes, [SATISFACTION[canal] for canal in canaux]))


def _aides(comptes: Comptes) -> list[Objet]:
    """Each choice; under a channel of the administration, whether it was reached and how it was."""
    niveaux, resultat = _somme(comptes, [AIDE]), []
    for aide, label in _AIDES.items():
        for hit in _hits(("good" if aide == "aucune" else "neutral", label, niveaux[NIVEAU_AIDE[aide]])):
            enfants = _enfants(comptes, aide) if aide in CANAUX else []
            resultat.append(hit | ({"children": enfants} if enfants else {}))
    return resultat


def _enfants(comptes: Comptes, canal: str) -> list[Objet]:
    reponses = {"contact_reached": _joints(comptes, [canal]), "contact_satisfaction": _qualite(comptes, [canal])}
    return _donnees(reponses.items())


_REPONSES: Final[dict[str, Callable[[Comptes], list[Objet]]]] = {
    "satisfaction": _satisfaction,
    "comprehension": _comprehension,
    "contact_tried": _aides,
    "contact_reached": _joints,
    "contact_satisfaction": _qualite,
}
CODES: Final = tuple(_REPONSES)
