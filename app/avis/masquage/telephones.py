"""Telephone numbers, French and foreign, in the writings that people use. Pure."""

import re
from itertools import pairwise
from typing import NamedTuple

import phonenumbers
from stdnum.fr import siret

from app.avis.masquage.contexte import Candidat, Dit, est_suivi_d_un_telephone, est_suivi_d_une_reference

UN = r"[ \n.\-/_,;:|*()\[\]'~+\\=<>]"
SEP = rf"{UN}{{0,3}}+"
_CHIFFRES = re.compile(r"[0-9]+")
_HORS_CHIFFRES = re.compile(r"[^0-9]+")

# A longer reference goes on, 0123456789-2024 or 0612345678A. But 0612345678-0698765432 are two phones, and a word may
# be stuck to a number.
_FIN = r"(?![0-9])(?![-._](?!0[1-9])[0-9])(?![a-z](?![a-z]+(?![a-z0-9])))"
_NATIONAL = re.compile(rf"\(?0{SEP}[1-9](?:{SEP}[0-9]){{8}}{_FIN}")
_SANS_ZERO = re.compile(rf"\(?[1-79]\)?(?:{SEP}[0-9]){{8}}{_FIN}")
_SANS_PLUS = re.compile(rf"\(?33\)?{SEP}(?:0{SEP})?[1-9](?:{SEP}[0-9]){{8}}{_FIN}")
_OUTRE_MER = re.compile(rf"(?:262|590|594|596|508|687|689){SEP}(?:0{SEP})?6[0-9]{SEP}[0-9](?:{SEP}[0-9]){{6}}{_FIN}")
_PLUS = re.compile(
    rf"\(?(?:\+{{1,2}}{SEP}(?:0{SEP}0{SEP})?|0{SEP}0(?![0-9]{UN}){SEP})(?P<numero>[1-9](?:{SEP}[0-9]){{7,16}}+)"
)
_SANS_INDICATIF = re.compile(r"(?P<numero>[1-9](?:[ .-]?[0-9]){8,14}+)(?![0-9])")
# What counts hours or days: 08 30 12 00 13 30 17 00, or 05 06 24 07 08 24. A telephone has five pairs.
_ENTRE_PAIRES = r"[ ./:-]"
_HEURE = rf"(?:[01][0-9]|2[0-4]){_ENTRE_PAIRES}(?:00|15|30|45)"
_JOUR = rf"(?:0[1-9]|[12][0-9]|3[01]){_ENTRE_PAIRES}(?:0[1-9]|1[0-2]){_ENTRE_PAIRES}(?:19|20)?[0-4][0-9]"
_TEMPS = re.compile(
    rf"(?:{_HEURE}(?:(?:{_ENTRE_PAIRES}| [-/] ){_HEURE}){{2,13}}|{_JOUR}(?:(?:{_ENTRE_PAIRES}| [-/] ){_JOUR}){{1,9}})"
    rf"(?!{_ENTRE_PAIRES}?[0-9])"
)
_SUITE_DE_NOMBRES = re.compile(r"[0-9]{3} \Z")
_UNITE = re.compile(
    r" {0,2}(?:€|euros?\b|eur\b|%|\$|k€|m€|dollars?\b|hab\w*|personnes?\b|km\b|ans\b|usagers?\b|points?\b)"
)

# How digits are put together: pairs, triplets, all in one.
_GROUPES = frozenset(tuple(map(int, mode)) for mode in (
    "22222", "28", "4222", "2224", "244", "46", "433", "2332", "2323", "3232", "334", "1333", "13222", "112222", "19",
    "226", "2422", "222211", "2242", "1111111111", "2233", "3322", "64", "622", "55", "262", "1122222", "343", "442",
    "82", "424", "2111111",
)) | {(10,), (2, 1, 1, 1, 1, 1, 1, 1, 1), (1, 1, 2, 2, 2, 2), (1, 2, 2, 2, 2, 1)}  # fmt: skip
_PAIRES = (2, 2, 2, 2, 2)
_SANS_ZERO_GROUPES = frozenset(((9,), (1, 2, 2, 2, 2), (3, 3, 3), (1, 8), (3, 2, 2, 2), (1, 4, 4), (1,) * 9))
_MARQUES_DE_LISTE = frozenset(",;")
_CONTRAIRES = frozenset((Dit.REFERENCE, Dit.LISTE))


def _longueurs() -> dict[str, frozenset[int]]:
    """How many digits a number may have after each country code."""
    plans: dict[str, set[int]] = {}
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            lire = phonenumbers.PhoneMetadata
            plan = lire.metadata_for_nongeo_region(code) if region == "001" else lire.metadata_for_region(region)
            if plan is not None and plan.general_desc is not None:
                plans.setdefault(str(code), set()).update(plan.general_desc.possible_length)
    return {code: frozenset(longueurs) for code, longueurs in plans.items()}


_PLANS = _longueurs()


class _Ecrit(NamedTuple):
    """How ten digits are written: the lengths of their groups, and what stands between them."""

    chiffres: str
    groupes: tuple[int, ...]
    entre: tuple[str, ...]
    enumere: bool
    """Whether commas stand between the numbers as in a sentence: 01, 38, 69, 73, 74."""

    @classmethod
    def de(cls, candidat: str) -> "_Ecrit":
        candidat = candidat.strip("()+ ")
        morceaux = _CHIFFRES.findall(candidat)
        entre = tuple(s.strip(" \n()[]") or " " for s in _HORS_CHIFFRES.findall(candidat))
        enumere = ", " in candidat
        return cls("".join(morceaux), tuple(map(len, morceaux)), entre, enumere)

    @property
    def telephonique(self) -> bool:
        """Whether ten digits put together like this are a telephone, when no word tells."""
        epele = self.groupes[:2] == (1, 1) and max(self.groupes) <= 2
        return (epele or self.groupes in _GROUPES) and self.regulier and not self.suite and not self.date

    @property
    def indicatif_a_part(self) -> bool:
        """Whether the groups leave the country code apart: 33 6 12 34 56 78, or all in one."""
        if self.enumere or not self.regulier:
            return False
        return len(self.groupes) == 1 or (self.groupes[0] in {2, 3} and len(self.groupes) != 4)

    def sans_zero(self, dit: Dit) -> bool:
        """Whether nine digits are a telephone without its 0."""
        if dit is Dit.NUMERO and (self.groupes != (1, 2, 2, 2, 2) or self.chiffres[0] not in "67"):
            return False
        return self.groupes in _SANS_ZERO_GROUPES and self.regulier

    @property
    def suite(self) -> bool:
        """Whether the pairs only count: 01 02 03 04 05."""
        paires = [int(self.chiffres[k : k + 2]) for k in range(0, len(self.chiffres) - 1, 2)]
        return len({b - a for a, b in pairwise(paires)}) == 1 and self.groupes != (10,)

    @property
    def date(self) -> bool:
        """Whether it begins as a date does, with something else after it: 05.03.24 14.30, 05/03/2024 14 30."""
        if self.groupes[:2] == (1, 9) and self.entre[0] in {".", ","}:
            return True
        jour, mois = int(self.chiffres[:2]), int(self.chiffres[2:4])
        if self.groupes == _PAIRES:
            return (
                self.entre[0] == self.entre[1] != self.entre[2] and self.entre[0] != " " and jour <= 31 and mois <= 12
            )
        if self.groupes == (2, 4, 2, 2):  # what follows the day: 03 2024 14 30
            return jour <= 12 and self.chiffres[2:4] in {"19", "20"} and int(self.chiffres[6:8]) <= 24
        annee = {(2, 2, 4, 2): self.chiffres[4:6], (2, 4, 4): self.chiffres[2:4]}.get(self.groupes)
        return annee in {"19", "20"} and (mois <= 12 or self.groupes == (2, 4, 4))

    @property
    def regulier(self) -> bool:
        """Whether the same sign stands between the groups, but for the first one."""
        tous = set(self.entre)
        if any(_MARQUES_DE_LISTE & set(s) or ":" in s for s in tous):
            return len(tous) == 1
        if self.groupes == _PAIRES:
            return all(len(s) == 1 or len(set(s)) == 1 for s in tous)
        return len(set(self.entre[1:])) <= 1


def ne_sont_pas_des_numeros(chiffres: str, position: int) -> int:
    """The end of the opening hours or of the dates that begin here; 0 when these are none."""
    m = _TEMPS.match(chiffres, position)
    return m.end() if m else 0


def national(candidat: Candidat) -> int:
    """The end of the French number that begins here, as it is dialled in France; 0 when there is none."""
    m = _NATIONAL.match(candidat.chiffres, candidat.position)
    if m is None or _HORS_CHIFFRES.sub("", m[0])[1] == "8":
        return 0  # 0 800…, 0 825…: services' numbers, nobody's
    if candidat.dit is Dit.TELEPHONE or (candidat.dit is Dit.REFERENCE and est_suivi_d_un_telephone(m)):
        return m.end()
    ecrit = _Ecrit.de(m[0])
    if candidat.dit is Dit.LISTE or ecrit.enumere or not ecrit.telephonique:
        return 0
    if candidat.dit is Dit.REFERENCE and ecrit.groupes != _PAIRES:
        return 0
    if len(ecrit.groupes) == 1 and est_suivi_d_une_reference(candidat.chiffres, m.end()):
        return 0
    return m.end()


def sans_zero(candidat: Candidat) -> int:
    """A number whose first 0 was left out, 6 12 34 56 78, or whose + was, 33612345678."""
    chiffres, position = candidat.chiffres, candidat.position
    for motif in (_SANS_PLUS, _OUTRE_MER):
        if m := motif.match(chiffres, position):
            seul = candidat.dit is not Dit.RIEN or not _SUITE_DE_NOMBRES.search(candidat.avant)
            return m.end() if seul and _Ecrit.de(m[0]).indicatif_a_part and candidat.dit not in _CONTRAIRES else 0
    m = _SANS_ZERO.match(chiffres, position)
    if m is None and not _SANS_INDICATIF.match(chiffres, position):
        return 0
    if candidat.dit in _CONTRAIRES or candidat.dit is Dit.RIEN:
        return 0
    if m is not None and _Ecrit.de(m[0]).sans_zero(candidat.dit):
        return m.end()
    if candidat.dit is Dit.TELEPHONE and (m := _SANS_INDICATIF.match(chiffres, position)):
        return _etranger(m)
    return 0


def international(candidat: Candidat) -> int:
    """The end of the number that begins here with + or 00."""
    m = _PLUS.match(candidat.chiffres, candidat.position)
    if m is None or not (fin := _etranger(m)):
        return 0
    numero = candidat.chiffres[candidat.position : fin]
    if numero[0] == "0" and (":" in numero or (candidat.avant[-1:] == ":" and candidat.avant[-2:-1].isdigit())):
        return 0  # 08:00-12:00
    if numero[0] == "0" and (candidat.dit in _CONTRAIRES or siret.is_valid(numero)):
        return 0
    return fin


def _etranger(m: re.Match[str]) -> int:
    """The end of a number with its country code: the longest that the country's plan has; 0 when there is none."""
    debut, texte = m.start("numero"), m.string
    bords = [bord.end() for bord in _CHIFFRES.finditer(texte, debut, m.end("numero"))]
    for fin in reversed(bords):
        if not texte[fin : fin + 1].isdigit() and _possible(_HORS_CHIFFRES.sub("", texte[debut:fin])):
            return 0 if _UNITE.match(texte, fin) else fin
    return 0


def _possible(chiffres: str) -> bool:
    """Whether a country has numbers of this length; the 0 dialled inside the country may be written."""
    code = next((chiffres[:n] for n in (1, 2, 3) if chiffres[:n] in _PLANS), None)
    if code is None or len(chiffres) < 8 or len(set(chiffres[len(code) :])) == 1:
        return False
    reste = len(chiffres) - len(code)
    zero = chiffres[len(code)] == "0"
    if code == "33":
        return reste - zero == 9
    return reste in _PLANS[code] or (zero and reste - 1 in _PLANS[code])
