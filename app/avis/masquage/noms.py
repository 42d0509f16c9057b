"""Names of people, where a title, « je m'appelle » or the end of a letter tells them. Pure.

A rule cannot know a name from a word: it follows capital letters. « la dame du guichet, Martine » stays.
"""

import re
from collections.abc import Iterator

_MAJUSCULE = r"[A-ZÀ-ÖØ-ÞŒ]"
_PARTICULE = r"(?:(?:de|du|des|d['’]|le|la|van|von|el|al|ben|da|dos)[ ]?)"
_MOT = rf"(?:{_MAJUSCULE}[\w]*+(?:[-'’][\w]++)*+)"
_NOM = rf"{_PARTICULE}{{0,2}}{_MOT}(?:[ \u00a0]{_PARTICULE}{{0,2}}{_MOT}){{0,3}}"
_FONCTIONS = (
    r"(?!(?:le|la|les|l['’]|Le|La|Les|L['’]|Maire|Préfète?|Présidente?|Ministre|Direct(?:eur|rice)|Madame|Monsieur|Mesdames|Messieurs|Juge|Procureur"
    r"|Rect(?:eur|rice)|Chef|Responsable|Député|Conseill|Sous-préf|Premi|Merci|Bonjour|Je|Il|Elle|Vous|Nous|On|Un|Une)\b)"
)
_TITRES = (
    r"(?:M\.|MM\.|Mr\.?|M(?=[ ])|Mmes?\.?|Mlles?\.?|Mesdames|Messieurs|Madame|Monsieur|Mademoiselle|Maître|Me"
    r"|Dr\.?|Docteure?|Pr\.?|Professeure?|Mrs\.?|Ms\.?|Miss|Sr\.|Sra\.|Señora?)"
)
_APRES_TITRE = re.compile(rf"(?<!\w){_TITRES}[ \u00a0]{{1,2}}{_FONCTIONS}(?P<nom>{_NOM})(?!\w)")
_PRESENTE = re.compile(
    rf"(?i:\b(?:je m['’ ]?appelle|je me nomme|mon nom est|mon prénom est|nom(?: de famille)? ?:|prénoms? ?:"
    rf"|signé ?:?|my name is|me llamo))[ \u00a0]{{0,2}}"
    rf"(?P<nom>{_NOM}|[a-zà-ÿ]{{3,20}}(?:-[a-zà-ÿ]{{2,20}})?(?: [a-zà-ÿ]{{3,20}})?"
    rf"(?=[ ]{{0,2}}(?:[.,;!?\n]|et\b|\Z)))"
)
_JE_SUIS = re.compile(rf"(?i:\bje suis) (?P<nom>{_MOT} {_PARTICULE}{{0,2}}{_MOT})(?!\w)")
_FIN_DE_LETTRE = re.compile(
    rf"(?i:\b(?:cordialement|bien à vous|salutations|respectueusement|sincèrement|regards))[ .,!\n\u00a0]{{1,4}}"
    rf"(?P<nom>{_FONCTIONS}{_NOM})(?=[ .!\n]{{0,3}}\Z)"
)


def trouver(texte: str) -> Iterator[tuple[int, int]]:
    """Where the names stand (start, end); several rules may find the same one."""
    for motif in (_APRES_TITRE, _PRESENTE, _JE_SUIS, _FIN_DE_LETTRE):
        yield from (m.span("nom") for m in motif.finditer(texte))
