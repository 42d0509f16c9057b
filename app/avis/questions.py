"""The questions of an avis and how their answers are counted: pure, shared by the deposit, the imports and the figures.

A count is kept per question and level 0..10 (columns n0..n10 of `compte`):

| question | levels |
|---|---|
| note | the note itself, 0..10 |
| comprehension | 1..5 |
| aide | 0 = avis that answered; 1 = aucune; 2.. = the other choices in the order of AIDES |
| joignabilite of a canal | 0 = not reached, 1 = reached |
| satisfaction of a canal | 1..5 |
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

CANAUX: Final = ("guichet", "telephone", "courriel", "messagerie")
AIDES: Final = ("aucune", *CANAUX, "proche", "association", "internet", "autre")

NOTE: Final = 1
COMPREHENSION: Final = 2
AIDE: Final = 3
JOIGNABILITE: Final = {canal: 4 + rang for rang, canal in enumerate(CANAUX)}
SATISFACTION: Final = {canal: 8 + rang for rang, canal in enumerate(CANAUX)}

A_REPONDU: Final = 0
NIVEAU_AIDE: Final = {aide: 1 + rang for rang, aide in enumerate(AIDES)}

Niveau = tuple[int, int]
"""A question and one of its levels."""


def niveaux(note: int, reponses: Mapping[str, Any] | None) -> Iterator[Niveau]:
    """Every (question, level) that one avis adds one to.

    >>> list(niveaux(8, {"comprehension": 4, "aide": ["telephone"]}))
    [(1, 8), (2, 4), (3, 0), (3, 3)]
    """
    yield NOTE, note
    if not reponses:
        return
    if (clarte := reponses.get("comprehension")) is not None:
        yield COMPREHENSION, clarte
    if aides := reponses.get("aide"):
        yield AIDE, A_REPONDU
        yield from ((AIDE, NIVEAU_AIDE[aide]) for aide in aides)
    yield from _niveaux_contacts(reponses.get("contacts") or {})


def _niveaux_contacts(contacts: Mapping[str, Mapping[str, Any]]) -> Iterator[Niveau]:
    for canal, contact in contacts.items():
        if contact.get("joint") is not None:
            yield JOIGNABILITE[canal], int(contact["joint"])
        if contact.get("satisfaction") is not None:
            yield SATISFACTION[canal], contact["satisfaction"]


def ecart(avant: tuple[int, Mapping[str, Any] | None], apres: tuple[int, Mapping[str, Any] | None]) -> dict[Niveau, int]:
    """What to add to the counts when an avis goes from one (note, reponses) to another; zeros left out.

    >>> ecart((5, None), (10, {"comprehension": 4}))
    {(1, 10): 1, (2, 4): 1, (1, 5): -1}
    """
    deltas = Counter(niveaux(*apres))
    deltas.subtract(niveaux(*avant))
    return {niveau: delta for niveau, delta in deltas.items() if delta}
