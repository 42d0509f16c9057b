"""Removes personal identifiers from a citizen's free comment, before it is stored or shown.

The text is read once in a plain alphabet (`lecture`), where what was typed in any digits, encoded in a URL or
written in words looks the same. Addresses are looked for round each @ (`courriels`); numbers where one may start,
longest form first (`bancaires`, `identite`, `telephones`); and the
words around settle what the digits alone do not (`contexte`).

- Everything is read, links included.
- A mark may be longer than what it replaces ("a@b.fr" is 6 characters, its mark 17): check any length limit on
  the citizen's own text, before masking.
- Every quantifier that could overlap its neighbour is possessive or bounded: the time is linear in the text.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from app.avis.masquage import bancaires, courriels, identite, noms, telephones
from app.avis.masquage.contexte import FENETRE, Candidat
from app.avis.masquage.lecture import Lecture

MARQUES = {
    "nir": "[NIR retiré]",
    "iban": "[IBAN retiré]",
    "courriel": "[courriel retiré]",
    "telephone": "[téléphone retiré]",
    "carte": "[carte retirée]",
    "fiscal": "[numéro fiscal retiré]",
    "allocataire": "[numéro d’allocataire retiré]",
    "etranger": "[numéro d’étranger retiré]",
    "passeport": "[passeport retiré]",
    "nom": "[nom retiré]",
}
GENRES = {
    "nir": "numéros de sécurité sociale",
    "iban": "comptes bancaires",
    "courriel": "adresses électroniques",
    "telephone": "numéros de téléphone",
    "carte": "cartes de paiement",
    "fiscal": "numéros fiscaux",
    "allocataire": "numéros d’allocataire",
    "etranger": "numéros d’étranger",
    "passeport": "numéros de passeport",
    "nom": "noms précédés d’un titre",
}
"""What a page calls each kind."""
PASSAGES = 4
"""How often a text is read at most: what was removed may leave in sight what it stood against."""

PLACES = 100
"""Past so many places replaced, a text is read again once only, and only when not all its places were looked at."""

CANDIDATS = 160
"""Places looked at in one text, so that no comment can hold the event loop. Past them any long number goes: such a text
is no ordinary comment, and removing too much is the safer mistake."""

_SEP = telephones.SEP
_MARQUE = re.compile(r"\[[a-z' ]{2,25} retiree?\]")
_DEBUT = re.compile(
    rf"(?:\((?=(?:\+|00)[0-9]{{1,3}}\))|\+)(?=[+0]{{0,3}}(?:{_SEP}[0-9]){{8}})"
    rf"|(?:(?<![a-z0-9])|(?<=iban))[a-z]{{2}}(?={_SEP}[0-9o]{_SEP}[0-9o](?:{_SEP}[a-z0-9]){{11}})"
    rf"|(?:\((?=[0-9]{{1,2}}\))|(?:(?<![a-z0-9])|(?<=tel)|(?<=ble)|(?<=ile)|(?<=phone)|(?<=\bau)|(?<=\bno)|(?<=nir)|(?<=rib)|(?<=\bcb)|(?<=\bss)|(?<=nss)|(?<=secu))[0-9])"
    rf"(?=\)?(?:{_SEP}[0-9a-z]){{6}})"
)
_LONG = re.compile(rf"(?<![a-z0-9])[0-9](?:{_SEP}[0-9]){{8,40}}+")
_SUITE_DE_REFERENCE = re.compile(r"[0-9][-._]\Z")
_ASSEZ = re.compile(r"[0-9](?:[^0-9]{0,4}+[0-9]){6}")

_Forme = tuple[str, Callable[[Candidat], int]]
_IBAN: _Forme = ("iban", bancaires.iban)
_RIB: _Forme = ("iban", bancaires.rib)
_FISCAL: _Forme = ("fiscal", identite.fiscal)
_CARTE: _Forme = ("carte", bancaires.carte)
_NIR: _Forme = ("nir", identite.securite_sociale)
_INTERNATIONAL: _Forme = ("telephone", telephones.international)
_NATIONAL: _Forme = ("telephone", telephones.national)
_SANS_ZERO: _Forme = ("telephone", telephones.sans_zero)
# By the sign that begins them, the longest first.
_FORMES: dict[str, tuple[_Forme, ...]] = {
    "0": (_RIB, _FISCAL, _INTERNATIONAL, _NATIONAL),
    "1": (_RIB, _FISCAL, _NIR, _SANS_ZERO),
    "2": (_RIB, _FISCAL, _CARTE, _NIR, _SANS_ZERO),
    "3": (_RIB, _FISCAL, _CARTE, _NIR, _SANS_ZERO),
    "4": (_RIB, _CARTE, _NIR, _SANS_ZERO),
    "5": (_RIB, _CARTE, _SANS_ZERO),
    "6": (_RIB, _CARTE, _SANS_ZERO),
    "7": (_RIB, _NIR, _SANS_ZERO),
    "8": (_RIB, _NIR, _SANS_ZERO),
    "9": (_RIB, _SANS_ZERO),
    "+": (_INTERNATIONAL,),
    "(": (_INTERNATIONAL, _NATIONAL, _SANS_ZERO),
}


class _Trouve(NamedTuple):
    genre: str
    debut: int
    fin: int


class _Credit:
    """The places that may still be looked at in one text."""

    def __init__(self) -> None:
        self.reste = CANDIDATS


def _numeros(lu: str, chiffres: str, credit: _Credit) -> Iterator[_Trouve]:
    """Every number recognised, left to right.

    The words before a number are read from the last one removed on: a second reading of the masked text decides alike.
    """
    fin = position = 0
    while debut := _DEBUT.search(chiffres, position):
        if not credit.reste:
            yield from (_Trouve("telephone", *m.span()) for m in _LONG.finditer(chiffres, position))
            return
        credit.reste -= 1
        place = debut.start()
        if passe := telephones.ne_sont_pas_des_numeros(chiffres, place):
            position = passe
            continue
        genre, apres = _reconnaitre(Candidat(lu, chiffres, place, _avant(lu, fin, place)))
        if genre:
            yield _Trouve(genre, place, apres)
            fin = position = apres
        else:
            position = place + 1


def _avant(lu: str, fin: int, place: int) -> str:
    """The text just before a place, from the last number removed on, now or earlier."""
    avant = lu[max(fin, place - FENETRE) : place]
    return _MARQUE.split(avant)[-1] if "retire" in avant else avant


def _reconnaitre(candidat: Candidat) -> tuple[str, int]:
    """Kind and end of the identifier that begins here; ("", 0) when there is none."""
    signe = candidat.chiffres[candidat.position]
    if signe.isdigit() and _SUITE_DE_REFERENCE.search(candidat.avant):
        return "", 0
    for genre, lire in (_IBAN,) if signe.isalpha() else _FORMES[signe]:
        if fin := lire(candidat):
            return genre, fin
    return identite.nomme(candidat)


def _remplacer(texte: str, places: Iterable[tuple[str, int, int]], comptes: Counter[str]) -> str:
    """The text with a mark in each place (kind, start, end), the first one when two overlap."""
    morceaux: list[str] = []
    fin = 0
    for genre, debut, apres in sorted(places, key=lambda place: place[1:]):
        if debut < fin:
            continue
        morceaux += texte[fin:debut], MARQUES[genre]
        comptes[genre] += 1
        fin = apres
    return "".join(morceaux) + texte[fin:]


def _masquer(texte: str, avec_noms: bool, credit: _Credit, comptes: Counter[str]) -> str:
    """One reading: addresses first, for they may hold numbers, then numbers, then names."""
    lecture = Lecture(texte)
    if places := [("courriel", *lecture.etendue(*c)) for c in courriels.trouver(lecture.lu)]:
        texte = _remplacer(texte, places, comptes)
        lecture = Lecture(texte)
    chiffres = lecture.chiffrer()
    if _ASSEZ.search(chiffres):
        places = [(t.genre, *lecture.etendue(t.debut, t.fin)) for t in _numeros(lecture.lu, chiffres, credit)]
        texte = _remplacer(texte, places, comptes)
    return _remplacer(texte, (("nom", *place) for place in noms.trouver(texte)), comptes) if avec_noms else texte


def masquer(texte: str, *, avec_noms: bool = False) -> tuple[str, dict[str, int]]:
    """The text with each personal identifier replaced by its mark, and how many of each kind were removed.

    Kinds are the keys of MARQUES; a kind not found is absent. `avec_noms`: names too, where a title or « je m'appelle »
    tells them. Never raises; idempotent on the text.

    >>> masquer("Rappelez-moi au 06 12 34 56 78 ou à jean@exemple.fr.")
    ('Rappelez-moi au [téléphone retiré] ou à [courriel retiré].', {'courriel': 1, 'telephone': 1})
    >>> masquer("Attente de 2 h 30 le 12/03/2024.")
    ('Attente de 2 h 30 le 12/03/2024.', {})
    """
    comptes: Counter[str] = Counter()
    credit = _Credit()
    for passage in range(PASSAGES):
        credit = _Credit() if credit.reste else credit
        avant, texte = texte, _masquer(texte, avec_noms, credit, comptes)
        if texte == avant or (comptes.total() > PLACES and (passage or credit.reste)):
            break
    return texte, dict(comptes)
