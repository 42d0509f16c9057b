"""Numbers written in words, « zéro six douze trente-quatre… », misspelt too, read as digits. Pure."""

import re
from collections.abc import Iterator
from string import ascii_lowercase


def _mots(texte: str) -> list[str]:
    return texte.split()


_UNITES = _mots("""
    zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dixsept dixhuit
    dixneuf
""")
_DIZAINES = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante"}
_AUTRES_DIZAINES = {70: "septante", 80: "huitante", 90: "nonante"}
_AUTRES = {
    "une": 1, "deu": 2, "deus": 2, "de2": 2, "troi": 3, "troit": 3, "trois": 3, "quatr": 4, "katre": 4, "catre": 4,
    "cinque": 5, "sink": 5, "cinc": 5, "sin": 5, "sis": 6, "siz": 6, "sixe": 6, "cis": 6, "set": 7, "cet": 7,
    "uit": 8, "huite": 8, "wit": 8, "neuve": 9, "neu": 9, "dis": 10, "disse": 10, "onz": 11, "douz": 12, "trez": 13,
    "kinze": 15, "sez": 16, "vin": 20, "vint": 20, "vingts": 20, "trant": 30, "trante": 30, "octante": 80,
    "zeros": 0, "oh": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9,
    "cero": 0, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
    "twelve": 12, "eleven": 11, "ten": 10, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "diez": 10, "doce": 12, "once": 11, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16, "diecisiete": 17,
    "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veintiuno": 21, "veintidos": 22, "veintitres": 23,
    "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90,
}  # fmt: skip
CENT = 100
_APRES_UN_CHIFFRE = ([20], [CENT])
LONGUEUR = 40
"""The most digits, or words, that are read as one number."""
_RONDS = frozenset((20, 30, 40, 50, 60, 70, 80, 90))
_A_PART = 1000
"""The value of a word that joins no other: « double one »."""


def _noms() -> Iterator[tuple[str, int]]:
    """Every number under a hundred in one word: « vingtdeux », « quatrevingtdixhuit »."""
    yield from ((nom, n) for n, nom in enumerate(_UNITES))
    yield from ((nom, n) for n, nom in {**_DIZAINES, **_AUTRES_DIZAINES}.items())
    for dizaine, nom in {**_DIZAINES, 80: "quatrevingt", **_AUTRES_DIZAINES}.items():
        yield from ((nom + _UNITES[n], dizaine + n) for n in range(1, 20 if dizaine in {60, 80} else 10))
        yield nom + "etun", dizaine + 1
    yield from (("soixanteetonze", 71), ("quatrevingt", 80), ("quatrevingts", 80))
    yield from (("cent", CENT), ("cents", CENT))


def _fautes(nom: str) -> Iterator[str]:
    """The words one slip away: a letter missing, doubled, swapped or replaced. Short words are too close to others."""
    for k in range(len(nom)):
        yield nom[:k] + nom[k + 1 :]
        yield nom[:k] + nom[k] + nom[k:]
        yield nom[:k] + nom[k + 1 : k + 2] + nom[k] + nom[k + 2 :]
        yield from (nom[:k] + lettre + nom[k + 1 :] for lettre in ascii_lowercase)


_NOMS = dict(_noms())
_EXACTS = {**_AUTRES, **_NOMS}
_FAUTIFS = {f: n for nom, n in _NOMS.items() if len(nom) >= 5 or n == 0 for f in _fautes(nom) if len(f) > 2}
_CHIFFRES_DITS = {
    "zero": 0, "oh": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9,
}  # fmt: skip
_REPETES = {
    f"{fois} {nom}": str(n) * combien
    for fois, combien in (("double", 2), ("triple", 3))
    for nom, n in _CHIFFRES_DITS.items()
}
_VALEURS = _FAUTIFS | _EXACTS | dict.fromkeys(_REPETES, _A_PART)
_est_nombre = _VALEURS.__contains__
_MOTS = re.compile(r"[a-z]{2,20}+")
_JETON = re.compile(r"(?:double |triple )?[a-z0-9]++")
_LIAISONS = frozenset(("et", "plus", "puis", "y"))
_ARTICLES = frozenset(("un", "une", "uno", "one"))
_ENTRE_MOTS = 3  # characters between two words of a number


_Jeton = tuple[int, int, str, int]
"""Start, end, word, what it counts: -1 for digits, -2 for words that only join."""
_Place = tuple[int, int, str]
_Groupe = tuple[list[_Jeton], str]
"""The words of one number, and its digits."""


def chiffrer(lu: str) -> list[tuple[int, int, str]]:
    """The places where a long number is written in words, at least in part, with how they read: (start, end, "12").

    >>> chiffrer("06 douze trente-quatre 56 78")
    [(3, 8, '12'), (9, 22, '34')]
    """
    mots = sum(map(_est_nombre, _MOTS.findall(lu)))
    if not mots or (mots < 4 and sum(map(lu.count, "0123456789")) + 2 * mots < 9):
        return []
    return [place for suite in _suites(lu) for place in _lire(suite)]


def _suites(lu: str) -> Iterator[list[_Jeton]]:
    """Numbers that follow one another, in words and digits, with nothing but separators between them."""
    suite: list[_Jeton] = []
    apres = 0
    for m in _JETON.finditer(lu):
        mot = m[0]
        valeur = _VALEURS.get(mot)
        if valeur is None:
            valeur = -1 if mot.isdigit() else -2 if mot in _LIAISONS else None
        debut, fin = m.span()
        if suite and (valeur is None or debut - apres > _ENTRE_MOTS):
            yield suite
            suite = []
        if valeur is not None:
            suite.append((debut, fin, mot, valeur))
            apres = fin
    yield suite


def _lire(suite: list[_Jeton]) -> list[_Place]:
    """How such a run reads, when it says a number long enough to be somebody's."""
    mots = sum([valeur >= 0 for _, _, _, valeur in suite])
    if not mots or (mots < 4 and (len(suite) == mots or _fautif(suite))):
        return []
    seuls = _LIAISONS if mots >= 4 else _LIAISONS | _ARTICLES
    while suite and suite[0][2] in seuls:
        suite = suite[1:]
    liee = len(suite)
    suite = [jeton for jeton in suite if jeton[3] != -2]
    return _places(suite, len(suite) < liee) if len(suite) <= LONGUEUR else []


def _fautif(suite: list[_Jeton]) -> bool:
    """« carte 4970 » is not « quatre 4970 »."""
    return any(jeton[2] in _FAUTIFS and jeton[2] not in _EXACTS for jeton in suite)


def _places(suite: list[_Jeton], liee: bool) -> list[_Place]:
    groupes: list[_Place] = [(mots[0][0], mots[-1][1], lu) for mots, lu in _telephone(_groupes(suite))]
    chiffres = sum([len(lu) for _, _, lu in groupes])
    mots = sum([jeton[3] >= 0 for jeton in suite])
    if not mots or not 9 <= chiffres <= LONGUEUR or (mots < 4 and chiffres - mots < 5):
        return []
    if mots >= 4 or liee:
        return _avec_espaces(groupes)
    return [place for place in groupes if place[1] - place[0] != len(place[2])]


def _avec_espaces(groupes: list[_Place]) -> list[_Place]:
    """The groups with one space between them, whatever stood there."""
    places = groupes[:1]
    for place in groupes[1:]:
        places += [(places[-1][1], place[0], " "), place]
    return places


def _telephone(groupes: list[_Groupe]) -> list[_Groupe]:
    """The groups as a telephone: « zéro six soixante onze … » may be 06 71 or 06 60 11, the one that makes ten digits.

    Each group is cut by itself, so that the time is linear in the run.
    """
    if not groupes or groupes[0][1] != "0":
        return groupes
    manque = 10 - _longueur(groupes)
    if manque not in {1, 2}:
        return groupes
    coupes = {k: _couper(groupe) for k, groupe in enumerate(groupes) if len(groupe[0]) > 1}
    for k, coupe in coupes.items():
        if manque in coupe:
            return _remplacer(groupes, {k: coupe[manque]})
    deux = dict([(k, coupe[1]) for k, coupe in coupes.items() if 1 in coupe][:2])
    return _remplacer(groupes, deux) if manque == len(deux) else groupes


def _longueur(groupes: list[_Groupe]) -> int:
    return sum([len(lu) for _, lu in groupes])


def _couper(groupe: _Groupe) -> dict[int, list[_Groupe]]:
    """The other readings of a group, by how many digits more they have: « quatre-vingt-deux » is 80 2, or 4 20 2."""
    jetons, lu = groupe
    coupes: dict[int, list[_Groupe]] = {}
    for k in range(len(jetons) - 1, 0, -1):
        coupe = [*_groupes(jetons[:k]), *_groupes(jetons[k:])]
        coupes.setdefault(_longueur(coupe) - len(lu), coupe)
    seuls = [([jeton], str(jeton[3])) for jeton in jetons]
    coupes.setdefault(_longueur(seuls) - len(lu), seuls)
    return coupes


def _remplacer(groupes: list[_Groupe], autres: dict[int, list[_Groupe]]) -> list[_Groupe]:
    return [partie for k, groupe in enumerate(groupes) for partie in autres.get(k, [groupe])]


def _groupes(suite: list[_Jeton]) -> list[_Groupe]:
    """« soixante dix huit » is 78, « zéro six » is 0 and 6: words joined as one counts; digits stay as they are."""
    groupes = []
    k = 0
    valeurs = [valeur for _, _, _, valeur in suite]
    while k < len(suite):
        valeur = valeurs[k]
        if valeur < 0 or valeur == _A_PART:
            lu, pris = _REPETES.get(suite[k][2], suite[k][2]), 1
        elif valeur < 10 and valeurs[k + 1 : k + 2] not in _APRES_UN_CHIFFRE:
            lu, pris = str(valeur), 1
        else:
            total, pris = _sous_mille(valeurs[k : k + 7])
            lu = str(total)
        groupes.append((suite[k : k + pris], lu))
        k += pris
    return groupes


def _sous_mille(valeurs: list[int]) -> tuple[int, int]:
    """The number that these values begin with, and how many of them it takes.

    >>> _sous_mille([4, 20, 10, 8, 6]), _sous_mille([8, 100, 12]), _sous_mille([0, 6])
    ((98, 4), (812, 3), (0, 1))
    """
    centaines = 1 if valeurs[0] == CENT else valeurs[0] if 2 <= valeurs[0] <= 9 and valeurs[1:2] == [CENT] else 0
    if not centaines:
        return _sous_cent(valeurs)
    pris = 1 if valeurs[0] == CENT else 2
    reste = valeurs[pris:]
    if not reste or reste[0] <= 0 or reste[0] >= CENT:
        return centaines * 100, pris
    suite, encore = _sous_cent(reste)
    return centaines * 100 + suite, pris + encore


def _sous_cent(valeurs: list[int]) -> tuple[int, int]:
    premier, pris = valeurs[0], 1
    if valeurs[:2] == [4, 20]:
        premier, pris = 80, 2
    suivant = valeurs[pris] if len(valeurs) > pris else 0
    if suivant <= 0 or premier < 10:
        return premier, pris
    if premier in {60, 80} and 10 <= suivant <= 19:
        dizaine, encore = _sous_cent(valeurs[pris:]) if suivant == 10 else (suivant, 1)
        return premier + dizaine, pris + encore
    if (premier in _RONDS and suivant <= 9) or (premier == 10 and 7 <= suivant <= 9):
        return premier + suivant, pris + 1
    return premier, pris
