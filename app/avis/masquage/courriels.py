"""E-mail addresses, written as they are or as they are said: « jean point dupont arobase exemple point fr ». Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple


def _mots(texte: str) -> list[str]:
    return texte.split()


_FAI = (
    "gmail|googlemail|hotmail|outlook|live|msn|yahoo|ymail|orange|wanadoo|free|sfr|neuf|cegetel|club-internet|laposte|la"
    " ?poste|bbox|numericable|aol|icloud|protonmail|proton|gmx|aliceadsl|dbmail|mailo|tutanota|noos|voila|caramail"
)
_AT = re.compile(
    r"[ \n]{0,3}@[ \n]{0,3}"
    r"|[ ]{0,2}[\"'«“][ ]?(?:at|arr?oba[sz]\w{0,2}|@)[ ]?[\"'»”][ ]{0,2}"
    r"|[ ]{0,2}[(\[{<|*][ ]?(?:at|a|arr?oba[sz]\w{0,2}|@)[ ]?[)\]}>|*][ ]{0,2}"
    r"|[ ]{0,2}[_-](?:at|arr?oba[sz]\w{0,2}|@)[_-][ ]{0,2}"
    r"|[ \n]{0,2}arr?oba[sz](?:e{1,2}|que|es)?(?![a-df-z])[ \n]{0,2}"
    r"|[ \n]{1,2}(?:at|chez|ar?robe|a robase|a commercial|arobase?)[ \n]{1,2}"
    rf"|[ ]a[ ](?=(?:{_FAI})(?:[.]| point | dot )[a-z])"
)
ESSAIS = 300
"""Signs or words tried in vain in one reading; past them whatever has an @ inside goes: it is no ordinary text."""
_GROSSIER = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}+@[\w.-]++")
_FINS = (
    "com|fr|net|org|eu|info|io|gouv|asso|co|be|ch|de|es|it|uk|lu|pt|ca|us|re|gp|mq|gf|nc|pf|yt|bzh|paris|ma|dz|tn|me"
)
_TOUTES_LES_FINS = tuple(_FINS.split("|"))
_POINT = (
    r"(?:[.]|[ ]?[(\[{<][ ]?(?:dot|point|pt|\.)[ ]?[)\]}>][ ]?|[ ](?:dot|points?|pt|punto)[ ]|[_-](?:dot|point)[_-]"
    rf"|[ ]\.[ ]|,(?=(?:{_FINS})\b)|\.[ ](?=(?:{_FINS})\b)|[ ]\.(?=(?:{_FINS})\b))"
)
_ETIQ = r"[^\W_][\w-]{0,62}+"
_DOMAINE = re.compile(
    rf"{_ETIQ}(?:\.[^\W_][\w-]{{0,62}}+){{0,7}}(?<=\.)[^\W\d_]\w++|(?:[^\W_][\w-]{{0,62}}\.){{1,8}}[^\W\d_]\w++"
)
_LIBRE = r"[^\W_][\w-]{0,40}?"
_DIT = re.compile(
    rf"(?:(?:{_LIBRE}|la poste)(?:{_POINT}{_LIBRE}){{0,3}}?){_POINT}(?:{_FINS})(?:\.(?:fr|uk|com))?\b(?!\.[a-z0-9])"
)
_CHEZ_FAI = re.compile(rf"(?:{_FAI})(?:[ .,]{{0,2}}(?:point |dot )?(?:{_FINS}))?\b")
_SANS_POINT = re.compile(r"[^\W_][\w-]{1,62}+ (?:com|fr|net|org|eu)\b")
_EPELE = re.compile(r"point|dot|\bpt\b|punto|[(\[{<]")

# Letters set apart, « j e a n @ g m a i l . c o m », on either side.
_LETTRES_AVANT = re.compile(r"[\w.+-](?: [\w.+-](?!\w)){1,40}+")
_LETTRES_APRES = re.compile(r"[\w.-](?: ?[.](?!\w)| [\w-](?!\w)){3,60}+")

# What stands before the @, read backwards.
_POINT_ENVERS = (
    r"(?:[ ]?[)\]}>][ ]?(?:tniop|tod|\.)[ ]?[(\[{<][ ]?"
    r"|[ ](?:tniop|tod|terit|erocsrednu|sab tr?iter)[ ]|[ ]\.[ ])"
)
_LOCAL = re.compile(
    r"[\w+-]{1,64}+(?:\.[\w+-]{1,64}+){0,9}+(?:'(?![ldjmnstcu]\b)[a-z]{1,3}\b)?"
    r"|\"[^\"\n@]{1,40}\""
)
_LOCAL_DIT = re.compile(rf"[\w.+-]{{1,64}}+(?:{_POINT_ENVERS}[\w.+-]{{1,40}}+){{0,4}}")
_ETIQUETTE = re.compile(
    r"mail|\bmel\b|courriel|adresse|ecri|contact|joindre|joign|repon|envoy|email|address|correo|write|reach"
)
_ADRESSE = re.compile(r"[a-z0-9][._+]\w|\w[._+][a-z0-9]|[a-z][0-9]|[0-9][a-z]")
_MOTS = frozenset(
    _mots("""
    merci est et a au aux chez sur site via rdv vous nous je moi suis compte abonne client forfait adresse mail
    email courriel mel boite internet le la les un une en de du des pas ne se ou qui que mais pour avec par dans
    aller va sont etait heberge look looked looking arrived am is me mine stay good bad all not only once least work
    works worked login log signature inscrit passe ouvert box ligne touche caractere signe
""")
)


class Courriel(NamedTuple):
    """Where an address stands in the reading."""

    debut: int
    fin: int


def trouver(lu: str) -> Iterator[Courriel]:
    """The addresses, left to right, none over another."""
    if not _peut_etre(lu):
        return
    envers = lu[::-1]
    fin = vains = 0
    for at in _AT.finditer(lu):
        if at.start() < fin or not lu[at.end() : at.end() + 1].isalnum():
            continue
        if vains >= ESSAIS:
            yield from (Courriel(*m.span()) for m in _GROSSIER.finditer(lu, at.start()))
            return
        if trouve := _autour(lu, envers, at, fin):
            yield trouve
            fin = trouve.fin
        else:
            vains += 1


_UN_A = re.compile(r"(?<![a-z0-9])a(?![a-z0-9])")


def _peut_etre(lu: str) -> bool:
    return "@" in lu or "oba" in lu or "chez" in lu or "at" in lu or "robe" in lu or _UN_A.search(lu) is not None


def _autour(lu: str, envers: str, at: re.Match[str], fin: int) -> Courriel | None:
    """The address around this sign or this word, if it is one."""
    signe = at[0]
    if signe == "@":
        apres = _fin_simple(lu, at.end())
        return _simple(lu, envers, at.start(), fin, apres) if apres else _epele(lu, envers, at, fin)
    if signe.strip() == "@" and (trouve := _epele(lu, envers, at, fin)):
        return trouve
    apres = _fin_dite(lu, at.end())
    if not apres:
        return None
    local = _LOCAL_DIT.match(envers, len(lu) - at.start(), len(lu) - fin)
    if local is None:
        return None
    mot = local[0][::-1].lstrip(".+-_ ")
    debut = at.start() - len(mot)
    if len(mot) < 2 or not _credible(signe, mot, lu[at.end() : apres], lu[max(fin, debut - 60) : debut]):
        return None
    return Courriel(debut, apres)


def _epele(lu: str, envers: str, at: re.Match[str], fin: int) -> Courriel | None:
    """An address whose domain at least is spelled letter by letter."""
    apres = _LETTRES_APRES.match(lu, at.end())
    if apres is None or "." not in apres[0]:
        return None
    bornes = len(lu) - at.start(), len(lu) - fin
    local = _LETTRES_AVANT.match(envers, *bornes) or _LOCAL.match(envers, *bornes)
    return Courriel(at.start() - len(local[0]), apres.end()) if local else None


def _simple(lu: str, envers: str, position: int, fin: int, apres: int) -> Courriel | None:
    """An address written as it should be; accents, quotes and plus signs included."""
    local = _LOCAL.match(envers, len(lu) - position, len(lu) - fin)
    if local is None:
        return None
    mot = local[0][::-1]
    debut = position - len(mot if mot[0] == '"' else mot.lstrip(".+-'"))
    return Courriel(debut, apres) if debut < position else None


def _fin_simple(lu: str, position: int) -> int:
    """Where the domain after an @ ends: with its end (.fr), or a known provider without, or « exemple fr »."""
    for motif in (_DIT_OU_DOMAINE, _CHEZ_FAI, _SANS_POINT):
        if m := motif.match(lu, position):
            return m.end()
    return 0


def _fin_dite(lu: str, position: int) -> int:
    for motif in (_DIT, _CHEZ_FAI, _DOMAINE, _SANS_POINT):
        if m := motif.match(lu, position):
            return m.end()
    return 0


_DIT_OU_DOMAINE = re.compile(rf"(?:{_DOMAINE.pattern})|(?:{_DIT.pattern})")


def _credible(signe: str, mot: str, domaine: str, avant: str) -> bool:
    """Whether words around a word make an address: « jean at gmail.com » does, « look at service.fr » does not."""
    fai = _CHEZ_FAI.match(domaine) is not None
    adresse = _ADRESSE.search(mot) is not None or " " in mot
    dit = _ETIQUETTE.search(avant) is not None
    nom = mot.rsplit(maxsplit=1)[-1] not in _MOTS
    sans_fin = not domaine.endswith(_TOUTES_LES_FINS)
    net = signe.strip()
    if net == "a":
        return adresse and nom
    if net == "chez":
        return fai and nom and (adresse or dit)
    if net == "at":
        return nom and (adresse or fai or dit or _EPELE.search(domaine) is not None)
    if net == "@":
        return _credible_a_part(signe, fai or adresse or dit, nom, sans_fin and not fai)
    return nom or adresse


def _credible_a_part(signe: str, adresse: bool, nom: bool, sans_fin: bool) -> bool:
    """« jean @ exemple.fr » is an address; « merci @impots.gouv.fr » is a call to somebody."""
    if sans_fin:
        return False
    return nom and (adresse or signe[-1] in " \n")
