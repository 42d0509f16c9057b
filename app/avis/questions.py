"""The questions of an avis and the numbers under which their answers are counted, for those who read the counts.

The database counts them itself, in the transaction that writes the avis (function `niveaux_reponses`).
A count is kept per question and level 0..10 (columns n0..n10 of `compte`):

| question | levels |
|---|---|
| note | the note itself, 0..10 |
| comprehension | 1..5 |
| aide | 0 = avis that answered; 1 = aucune; 2.. = the other choices in the order of AIDES |
| joignabilite of a canal | 0 = not reached, 1 = reached |
| satisfaction of a canal | 1..5 |
| contacts, all canaux together | 0 = not reached, 1 = reached; 2..6 = satisfaction 1..5 |

The last one repeats the ones before it, so that figures which do not tell canaux apart read one row instead of eight.
"""

from typing import Final

CANAUX: Final = ("guichet", "telephone", "courriel", "messagerie")
AIDES: Final = ("aucune", *CANAUX, "proche", "association", "internet", "autre")

NOTE: Final = 1
COMPREHENSION: Final = 2
AIDE: Final = 3
JOIGNABILITE: Final = {canal: 4 + rang for rang, canal in enumerate(CANAUX)}
SATISFACTION: Final = {canal: 8 + rang for rang, canal in enumerate(CANAUX)}
CONTACTS: Final = 12

A_REPONDU: Final = 0
NIVEAU_AIDE: Final = {aide: 1 + rang for rang, aide in enumerate(AIDES)}
