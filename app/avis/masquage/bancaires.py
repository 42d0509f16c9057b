"""Bank accounts (IBAN, RIB) and payment cards. Pure."""

import re
from functools import cache

from stdnum import luhn, numdb
from stdnum.fr import siret

from app.avis.masquage.contexte import Candidat, Dit

UN = r"[ \n.\-/_,;:|*()']"
SEP = rf"{UN}{{0,3}}+"
_HORS = re.compile(r"[^0-9a-z]+")
_HORS_CHIFFRES = re.compile(r"[^0-9]+")
_CHIFFRES = re.compile(r"[0-9]+")
_GROUPE = re.compile(r"[0-9a-z]+")
_ETIQUETTE = re.compile(r"\b(?:iban|rib|virement|compte|bancaires?|bank|account|cuenta|bic|swift)\b[^.!?]{0,30}\Z")

# --- IBAN ---------------------------------------------------------------------------------------------------------

_IBAN = re.compile(rf"[a-z]{{2}}{SEP}[0-9o]{SEP}[0-9o](?:{SEP}[a-z0-9]){{11,30}}")
_PAYS = numdb.get("iban")
_ELEMENT = re.compile(r"(?<![0-9])([0-9]++)!")


@cache  # at most 26 × 26 keys
def _longueur(pays: str) -> int:
    """Characters of a country's IBAN in SWIFT's register; 0 for a country that has none."""
    structure = _PAYS.info(pays.upper())[0][1].get("bban")
    return 4 + sum(map(int, _ELEMENT.findall(structure))) if structure else 0


def _mod97(compte: str) -> int:
    return int("".join(str(int(signe, 36)) for signe in compte)) % 97


def _bords(texte: str, debut: int, fin: int) -> list[tuple[int, int]]:
    """Where each group of letters and digits ends, and how many of them there are until there."""
    bords, total = [], 0
    for m in _GROUPE.finditer(texte, debut, fin):
        total += m.end() - m.start()
        bords.append((m.end(), total))
    if bords and texte[fin : fin + 1].isalnum():
        bords.pop()
    return bords


def iban(candidat: Candidat) -> int:
    """The end of the IBAN that begins here: right by its key, or French by its form, or said to be one; else 0."""
    lu, position = candidat.lu, candidat.position
    m = _IBAN.match(lu, position)
    if m is None or sum(map(str.isdigit, m[0])) < 8:
        return 0
    bords = _bords(lu, position, m.end())
    pays = lu[position : position + 2]
    longueur = _longueur(pays)
    for fin, total in bords:
        if total == longueur and (_juste(lu[position:fin]) or (pays == "fr" and _par_quatre(lu[position:fin]))):
            return fin
    for fin, total in reversed(bords):
        if total >= 15 and _par_quatre(lu[position:fin]) and _juste(lu[position:fin]):
            return fin
    return _jusqu_aux_mots(lu, bords) if _ETIQUETTE.search(candidat.avant) else 0


def _par_quatre(candidat: str) -> bool:
    """Whether the country and its key begin one group, the others being of four; or all is in one."""
    tailles = [m.end() - m.start() for m in _GROUPE.finditer(candidat)]
    return len(tailles) == 1 or (set(tailles[:-1]) == {4} and tailles[-1] <= 4)


def _juste(candidat: str) -> bool:
    compte = _HORS.sub("", candidat)
    return sum(map(str.isdigit, compte)) >= 8 and _mod97(compte[4:] + compte[:4].replace("o", "0")) == 1


def _jusqu_aux_mots(lu: str, bords: list[tuple[int, int]]) -> int:
    """The end of the groups that look like an account's: the next word has no digit."""
    fin = 0
    for apres, total in bords:
        groupe = _GROUPE.match(lu[max(0, apres - 34) : apres][::-1])
        if total > 2 and groupe is not None and groupe[0].isalpha():
            break
        fin = apres if total >= 12 else 0
    return fin


# --- RIB: bank, counter, account, key ---------------------------------------------------------------------------------

_ENTRE = rf"{SEP}(?:(?:code|banque|guichet|numero|n[°o]?|de|du|compte|cle|rib|et){UN}{{0,3}}+){{0,4}}+"
_RIB = re.compile(
    rf"([0-9](?:{SEP}[0-9]){{4}}){_ENTRE}([0-9](?:{SEP}[0-9]){{4}}){_ENTRE}([0-9a-z](?:{SEP}[0-9a-z]){{10}})"
    rf"{_ENTRE}([0-9]{SEP}[0-9])(?![0-9a-z])"
)
_LETTRES_RIB = str.maketrans("abcdefghijklmnopqrstuvwxyz", "12345678912345678923456789")


def rib(candidat: Candidat) -> int:
    """The end of the French account without IBAN that begins here: its key is right, or it is said to be one."""
    m = _RIB.match(candidat.lu, candidat.position)
    if m is None:
        return 0
    banque, guichet, compte, cle = (int(_HORS.sub("", part).translate(_LETTRES_RIB)) for part in m.groups())
    if (97 - (89 * banque + 15 * guichet + 3 * compte) % 97) == cle or _ETIQUETTE.search(candidat.avant):
        return m.end()
    return 0


# --- Payment cards ----------------------------------------------------------------------------------------------------

_CARTE = re.compile(rf"[2-6](?:{SEP}[0-9]){{12,18}}")
# Issuers' prefixes with their lengths: Visa, Mastercard (two ranges), American Express, Diners, JCB, Maestro, 6…
_EMETTEUR = re.compile(
    r"4[0-9]{12}(?:[0-9]{3}){0,2}|5[0-9]{15}|(?:222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    r"|3[47][0-9]{13}|3(?:0[0-5]|[689][0-9])[0-9]{11}|35[2-8][0-9]{13}|5[06-8][0-9]{16,17}|6[0-9]{15,18}"
)
_ETIQUETTE_CARTE = re.compile(
    r"\b(?:carte|cb|visa|mastercard|amex|american express|card|tarjeta|bleue"
    r"|paiements?|paye\w*|regle\w*|debit\w*)\b[^.!?]{0,30}\Z"
)


def carte(candidat: Candidat) -> int:
    """The end of the card that begins here: issuer, length and check digit are right."""
    position, chiffres = candidat.position, candidat.chiffres
    m = _CARTE.match(chiffres, position)
    if m is None:
        return 0
    for fin, total in reversed(_bords(chiffres, position, m.end())):
        if total >= 13 and _est_carte(chiffres[position:fin], candidat):
            return fin
    return 0


def _est_carte(ecrite: str, candidat: Candidat) -> bool:
    """Not the number of a file, nor a SIRET: it passes the same check."""
    numero = _HORS_CHIFFRES.sub("", ecrite)
    if not _EMETTEUR.fullmatch(numero) or not luhn.is_valid(numero):
        return False
    if len(numero) == 14 and siret.is_valid(numero):
        return False
    if _ETIQUETTE_CARTE.search(candidat.avant):
        return True
    return (
        _groupee(ecrite) and candidat.dit is not Dit.LISTE and not (ecrite.isdigit() and candidat.dit is Dit.REFERENCE)
    )


def _groupee(ecrite: str) -> bool:
    """Whether the digits are put together as on a card: by fours, 4-6-5, all in one; never with sentences' commas."""
    groupes = [len(groupe) for groupe in _CHIFFRES.findall(ecrite)]
    return ", " not in ecrite and (min(groupes[:-1], default=4) >= 4 or set(groupes) == {2} or set(groupes[:-1]) == {1})
