"""Numbers that the State gives to a person: social security, taxes, allowances, foreigners, passports. Pure."""

import re

from stdnum.fr import nif, nir

from app.avis.masquage.contexte import Candidat, Dit, est_suivi_d_une_reference

UN = r"[ \n.\-/_,;:|*'+]"
SEP = rf"{UN}{{0,3}}+"
_HORS_NIR = re.compile(r"[^0-9ab]+")
_HORS_CHIFFRES = re.compile(r"[^0-9]+")
_MORCEAUX = re.compile(r"[0-9ab]+")

# --- NIR --------------------------------------------------------------------------------------------------------------

# Sex, year, month (beyond 12, an unknown one), department, commune, order; then the key: « 36 », « (36) », « clé 36 ».
_CLE = rf"(?P<cle>[ \n.\-/_(,|+]{{0,3}}+(?:cle{UN}{{0,3}}+)?[0-9]{SEP}[0-9](?![0-9a-z]))"
_NIR = re.compile(
    rf"[1-478]{SEP}[0-9]{SEP}[0-9]{SEP}(?:0{SEP}[1-9]|1{SEP}[0-2]|[2-9]{SEP}[0-9])"
    rf"{SEP}(?:[0-9]{SEP}[0-9]|2{SEP}[ab])(?:{SEP}[0-9]){{6}}"
    rf"(?:{_CLE}|(?P<reste>{SEP}[0-9](?![0-9a-z]))|(?![0-9a-z]))"
)
_ETIQUETTE_NIR = re.compile(
    r"(?:\bsecu\w*|\bsocial\w*|\bnir\b|\binsee\b|\bsecurite\b|\bss\b|\bcarte vitale|\bvitale\b|\bassure\w*"
    r"|\bameli\b|\bcpam\b|\bnss\b|\bin see\b)[^.!?]{0,40}\Z"
)
_ORDINAIRE = re.compile(r"[12][0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[1-9][0-9]|2[ab])(?!000)[0-9]{3}(?!000)[0-9]{3}")
_POSSIBLE = re.compile(r"[1-478][0-9]{2}(?:0[1-9]|1[0-2]|20|3[0-9]|4[0-2]|[5-9][0-9])(?!00)(?:[0-9]{2}|2[ab])[0-9]{6}")
_DATE = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_COMMERCE = re.compile(
    r"\b(?:commande|colis|facture|ticket|suivi|order|invoice|devis|transaction|paiement|compteur)s?\b"
)
_ENTRE = re.compile(r"[^0-9ab]+")
_ENCORE = re.compile(r" ?[0-9]")
_PAR_PARTIES = frozenset(tuple(map(int, mode)) for mode in (
    "122233", "1222332", "12226", "14233", "12253", "122262", "1426", "122532", "5233", "526", "52332", "32233",
    "322332", "553", "5532", "122323", "1223232", "142332", "14262", "1453", "14532"
))  # fmt: skip


def securite_sociale(candidat: Candidat) -> int:
    """The end of the NIR that begins here: its key is right; or it has none, or a mistaken one, and all else fits.

    Said to be one, it may have lost a digit of its key.
    """
    chiffres = candidat.chiffres
    m = _NIR.match(chiffres, candidat.position)
    if m is None:
        return 0
    numero = _HORS_NIR.sub("", m[0].replace("cle", ""))
    if len(numero) == 15 and ", " not in m[0] and nir.is_valid(numero.upper()):
        return m.end()
    if not _POSSIBLE.fullmatch(numero[:13]):
        return 0
    if _ETIQUETTE_NIR.search(candidat.avant):
        return m.end()
    fin = m.start("reste") if m["reste"] else m.end()
    if candidat.dit is Dit.LISTE or chiffres[fin : fin + 1].isdigit():
        return 0
    return fin if _sans_cle(candidat, chiffres[m.start() : fin], numero[:13]) else 0


def _sans_cle(candidat: Candidat, ecrit: str, corps: str) -> bool:
    """Whether digits without a right key are still a NIR: put together as one, or all in one or word by word with
    nothing unusual. « Matricule » or « dossier » may announce it; not the date that begins an order's number.
    """
    groupes = tuple(map(len, _MORCEAUX.findall(ecrit.replace("cle", ""))))
    if groupes in _PAR_PARTIES:
        return ", " not in ecrit and corps[5:7] != "00" and int(corps[3:5]) < 60
    if not _ORDINAIRE.fullmatch(corps):
        return False
    fin = candidat.position + len(ecrit)
    if groupes in {(13,), (15,), (13, 2)}:
        reference = candidat.dit is Dit.REFERENCE and (_DATE.match(corps) or _COMMERCE.search(candidat.avant))
        return not reference and not est_suivi_d_une_reference(candidat.chiffres, fin)
    # One word or two digits at a time, and no more of them: a NIR said aloud, not a list.
    return (
        len(groupes) >= 7
        and max(groupes) <= 2
        and set(_ENTRE.findall(ecrit)) == {" "}
        and not _ENCORE.match(candidat.chiffres, fin)
    )


# --- Taxes: 13 digits, the last three being the rest of the ten first by 511 -----------------------------

_FISCAL = re.compile(rf"[0-3](?:{SEP}[0-9]){{12}}(?![0-9a-z])")
_ETIQUETTE_FISCAL = re.compile(r"(?:\bfisca\w*|\bspi\b|\bimpots?\b|\bimposition\b|\bnif\b)[^.!?]{0,40}\Z")
_FISCAL_GROUPES = frozenset(((13,), (2, 2, 3, 3, 3), (10, 3), (1, 3, 3, 3, 3), (4, 3, 3, 3), (1, 12)))


def fiscal(candidat: Candidat) -> int:
    """The end of the tax number (SPI) that begins here, when its key is right."""
    m = _FISCAL.match(candidat.chiffres, candidat.position)
    if m is None or not nif.is_valid(_HORS_CHIFFRES.sub("", m[0])):
        return 0
    groupes = tuple(map(len, re.findall("[0-9]+", m[0])))
    return m.end() if groupes in _FISCAL_GROUPES or _ETIQUETTE_FISCAL.search(candidat.avant) else 0


# --- Numbers without a key: only what the words before say they are -------------------------------------------

_ANNONCE = (
    r"(?:[ :=,()'°-]|\b(?:numeros?|num|n|no|nr|est|le|la|c'est|de|d|l|mon|ma|matricule|caf|msa|identifiant"
    r"|allocataires?|titre|sejour|carte|resident|[0-9]{1,2} chiffres)\b|\b[a-z]{3,12}(?=,? (?:n[° o]|numero)))*+\Z"
)
"""What may stand between a label and its number, when nothing in the number itself confirms it."""
_QUANTITE = (
    r"(?! ?(?:[0-9]|€|euros?\b|eur\b|%|k€|m€|ms\b|secondes?\b|minutes?\b|heures?\b|jours?\b"
    r"|ans\b|fois\b|personnes?\b|habitants?\b))"
)
_DITS = (
    (
        "allocataire",
        re.compile(r"\b(?:allocataires?|caf|msa)\b[^.!?\n]{0,30}\Z"),
        re.compile(rf"[0-9](?:{SEP}[0-9]){{6}}(?:[a-z]|{SEP}[a-z](?! [a-z]))(?![0-9a-z])"),
    ),
    (
        "allocataire",
        re.compile(rf"\b(?:allocataires?|caf|msa)\b{_ANNONCE}"),
        re.compile(
            rf"(?:[0-9]{{7}}|[0-9][ .][0-9]{{3}}[ .][0-9]{{3}}|[0-9]{{3}}[ .][0-9]{{4}}"
            rf"|[0-9]{{3}}[ .][0-9]{{2}}[ .][0-9]{{2}})(?![0-9a-z]){_QUANTITE}"
        ),
    ),
    (
        "etranger",
        re.compile(r"\b(?:agdref|etranger|foreign\w*)\b[^.!?\n]{0,30}\Z"),
        re.compile(rf"[0-9](?:{SEP}[0-9]){{9}}(?![0-9a-z]){_QUANTITE}"),
    ),
    (
        "etranger",
        re.compile(rf"\b(?:sejour|resident|recepisse)\b{_ANNONCE}"),
        re.compile(rf"(?!0[1-79][0-9]{{8}}(?![0-9]))[0-9](?:{SEP}[0-9]){{9}}(?![0-9a-z]){_QUANTITE}"),
    ),
    (
        "passeport",
        re.compile(r"\b(?:passeports?|passports?|pasaporte)\b[^.!?\n]{0,30}\Z"),
        re.compile(rf"[0-9]{SEP}[0-9]{SEP}[a-z]{SEP}[a-z](?:{SEP}[0-9]){{5}}(?![0-9a-z])"),
    ),
)


def nomme(candidat: Candidat) -> tuple[str, int]:
    """Kind and end of a number that only its label tells; ("", 0) when none does."""
    for genre, etiquette, motif in _DITS:
        if (m := motif.match(candidat.lu, candidat.position)) and etiquette.search(candidat.avant):
            return genre, m.end()
    return "", 0
