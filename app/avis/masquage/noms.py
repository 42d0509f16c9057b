"""Names of people, where a title, « je m'appelle » or the end of a letter tells them. Pure.

A rule cannot know a name from a word: it follows capital letters. « la dame du guichet, Martine » stays.
"""

import re
from collections.abc import Iterator

_MAJUSCULE = r"[A-ZÀ-ÖØ-ÞŒ]"
_PARTICULE = r"(?:(?:de|du|des|d['’]|le|la|van|von|el|al|ben|da|dos)[ ]?)"
_MOT = rf"(?:{_MAJUSCULE}[\w]*+(?:[-'’][\w]++)*+)"
# Words that are nobody's name, after a title or in a sentence in capitals.
_COMMUNS = (
    r"(?i:l['’]\w*|maire|préf[eè]te?|présidente?|ministre|direct(?:eur|rice)|madame|monsieur|mesdames|messieurs"
    r"|juge|procureure?|rect(?:eur|rice)|chef|responsable|députée?|conseill[eè]re?|merci|bonjour|bonsoir|je|j['’]\w*|il|elle"
    r"|ils|elles|vous|nous|on|un|une|et|est|a|au|aux|à|ma|mon|mes|sa|son|ses|ce|cette|ces|qui|que|qu['’]\w*|dont|où"
    r"|ne|n['’]\w*|pas|très|trop|bien|mal|si|tout|toute|tous|avec|sans|pour|par|sur|dans|en|chez|mais|ou|y|se|s['’]\w*"
    r"|d['’]\w*|m['’]\w*|c['’]\w*|agent|agente|accueil|aimable|gentil|gentille|charmant|charmante|âgée?|sympa|sympathique"
    r"|compétente?|désagréable|incompétente?|pouvez|pourriez|veuillez|suite|comme|quand|depuis|après|avant|lors|votre|notre"
    r"|leur|ici|voici|voilà|aucun|aucune|non|oui|rien|donc|car|puis|ensuite|encore|toujours|jamais|tres|svp|était|sont|ont|dit|tout"
    r"|guichet|bureau|service|mairie|sécurité|inconnue?|machin|untel|unetelle)"
)
_NOM = rf"{_PARTICULE}{{0,2}}{_MOT}(?:[ \u00a0](?!{_COMMUNS}(?!\w)){_PARTICULE}{{0,2}}{_MOT}){{0,3}}"
_MINUSCULE = r"[a-zà-ÿ]{3,20}(?:-[a-zà-ÿ]{2,20})?"
_ABREGES = r"(?:M\.|(?i:Mme\.?|Mlle\.?|Mr\.|Dr\.))"
_FONCTIONS = (
    r"(?!(?i:le|la|les)\b)(?!(?:le|la|les|l['’]|Le|La|Les|L['’]|Maire|Préfète?|Présidente?|Ministre|Direct(?:eur|rice)|Madame|Monsieur|Mesdames|Messieurs|Juge|Procureur"
    r"|Rect(?:eur|rice)|Chef|Responsable|Député|Conseill|Sous-préf|Premi|Merci|Bonjour|Je|Il|Elle|Vous|Nous|On|Un|Une)\b)"
)
_TITRES = (
    r"(?:M\.|MM\.|Mr\.?|M(?=[ ])|Mmes?\.?|Mlles?\.?|Mesdames|Messieurs|Madame|Monsieur|Mademoiselle|Maître|Me"
    r"|Dr\.?|Docteure?|Pr\.?|Professeure?|Mrs\.?|Ms\.?|Miss|Sr\.|Sra\.|Señora?)"
)
_TITRES_CAPITALES = r"(?:MONSIEUR|MADAME|MADEMOISELLE|MESDAMES|MESSIEURS|MME\.?|MMES\.?|MLLE\.?|MR\.?|DR\.?|DOCTEUR)"
_APRES_TITRE = re.compile(
    rf"(?<!\w)(?:{_ABREGES}[ \u00a0]{{0,2}}"
    rf"|(?:{_TITRES}|{_TITRES_CAPITALES}|monsieur|madame|mademoiselle)[ \u00a0]{{1,2}})"
    rf"(?!{_COMMUNS}(?!\w)){_FONCTIONS}(?P<nom>{_NOM})(?!\w|\.\w)"
)
# Without a capital, only what follows a title as a name does: « mme durand », « monsieur dupont m'a reçu ».
_SUITE = r"(?=[ ](?:m['’]a|nous a|l['’]a|a|est|était|du|au|de la|qui|et|pour)(?!\w))"
_AVANT_UN_NOM_COMMUN = ("case", "civilité", "champ", "option", "coché", "un", "une", "le", "la")
_PAS_UN_TITRE = "".join(f"(?<!{mot} )" for mot in _AVANT_UN_NOM_COMMUN)
_SANS_CAPITALE = re.compile(
    rf"(?<![\w’']){_PAS_UN_TITRE}"
    rf"(?:(?:{_ABREGES}|(?i:mr))[ \u00a0]{{1,2}}(?!{_COMMUNS}(?!\w))(?P<nom>{_MINUSCULE})(?!\w)"
    rf"|(?i:monsieur|madame|mademoiselle)[ \u00a0]{{1,2}}(?!{_COMMUNS}(?!\w)|(?:des|les) )(?P<suivi>{_MINUSCULE})"
    rf"{_SUITE})"
)
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
    yield from (m.span("nom" if m["nom"] else "suivi") for m in _SANS_CAPITALE.finditer(texte))
    for motif in (_APRES_TITRE, _PRESENTE, _JE_SUIS, _FIN_DE_LETTRE):
        yield from (m.span("nom") for m in motif.finditer(texte))
