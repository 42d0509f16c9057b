"""Removes personal identifiers from a citizen's free comment, before it is stored or shown.

One pass over the text, left to right: a compiled expression finds where an identifier may start, the forms
possible there are tried longest first (IBAN, card, NIR, phone), and a library confirms what the form suggests:
`stdnum` for check digits, `phonenumbers` for numbering plans. E-mail addresses go before, in one substitution.

- Only ASCII digits are read: fullwidth or Arabic-Indic digits are left as they are.
- Web addresses (http://, https://, www.) are left as they are, except an e-mail address inside one.
- A mark may be longer than what it replaces ("a@b.fr" is 6 characters, its mark 17): check any length limit on
  the citizen's own text, before masking.
- Every quantifier that could overlap its neighbour is possessive or bounded: the time is linear in the text.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import phonenumbers
from stdnum import iban, luhn, numdb
from stdnum.fr import nir, siret

MARQUES = {
    "nir": "[NIR retiré]",
    "iban": "[IBAN retiré]",
    "courriel": "[courriel retiré]",
    "telephone": "[téléphone retiré]",
    "carte": "[carte retirée]",
}

# Library checks allowed for one text, so that no comment can hold the event loop. A French number costs 1
# (about 40 µs), a foreign one 20: its expressions may have to be compiled again (up to 5 ms). Past the credit
# the form alone decides: such a text is no ordinary comment, and removing too much is the safer mistake.
CREDIT_VERIFICATIONS = 120
COUT_ETRANGER = 20

# Read the numbering plans now rather than country by country on the event loop (75 ms once, 2 MB).
phonenumbers.PhoneMetadata.load_all()

# --- Building blocks of the expressions -------------------------------------------------------------------

_BLANCS = r" \t\u00a0\u2007-\u200b\u202f\u2060"  # space, tab, no-break, figure to zero-width, narrow no-break
_TIRETS = r"\-\u2010-\u2013"
_UN = rf"[{_BLANCS}.{_TIRETS}]"
_SEP = rf"{_UN}{{0,3}}+"
_SEP_TEL = rf"[{_BLANCS}.{_TIRETS}/]{{0,3}}+"
_SEP_INTER = rf"[{_BLANCS}.{_TIRETS}/()]{{0,3}}+"
_AVANT = r"(?<![^\W_])"  # nothing of a word or number just before; an underscore is allowed
_APRES = r"(?!\w)"
# A longer reference goes on: 0123456789-2024. But 0612345678-0698765432 are two phones.
_FIN_TEL = rf"{_APRES}(?![-._](?!0[1-9])[0-9])"

_ASSEZ_DE_CHIFFRES = re.compile(r"[0-9](?:[^0-9]{0,4}+[0-9]){7}")
_HORS_CHIFFRES = re.compile(r"[^0-9]+")
_HORS_NIR = re.compile(r"[^0-9ABab]+")

_COURRIEL = re.compile(r"(?<!\w)\w[\w.+-]{0,63}+@(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_]\w++")

# The start of a NIR: sex, year and month of birth (beyond 12, an unknown month).
_NAISSANCE = rf"[1-478]{_SEP}[0-9]{{2}}{_SEP}(?:0[1-9]|1[0-2]|[2-9][0-9])"

# Where an identifier may start; the name says which forms to try there. Enough digits must follow for one of them.
_DEBUTS = {
    "url": r"\b(?:[Hh][Tt][Tt][Pp][Ss]?://|[Ww]{3}\.)\S++",
    "indicatif": rf"(?:\((?=\+|00)|\+|{_AVANT}00)(?=[+0]{{0,2}}(?:{_SEP_INTER}[0-9]){{8}})",
    "zero": (
        rf"(?:\((?=0[1-9]\))|(?:{_AVANT}|(?<=[Tt][eéÉ][Ll]))0(?=[1-9]|[{_BLANCS}][89]))(?=(?:{_SEP_INTER}[0-9]){{9}})"
    ),
    "chiffre": rf"{_AVANT}(?:(?:[3-6][0-9]|2[2-7])[0-9]{{2}}|{_NAISSANCE})(?=(?:{_SEP}[0-9ABab]){{8}})",
    "pays": rf"{_AVANT}[A-Za-z]{{2}}{_SEP}[0-9]{{2}}(?=(?:{_SEP}[A-Za-z0-9]){{11}})",
}
_DEBUT = re.compile("|".join(f"(?P<{nom}>{motif})" for nom, motif in _DEBUTS.items()))

# A reference, not a person: "dossier n° 0123456789", "SIRET : 36252187900034", "facture 2024 0123456789".
# A few words tell a reference only with "numéro": "je suis client, 0123456789" does not.
_NUMERO = r"(?:n[°ºo]|num[ée]ro)"
_REFERENCE = re.compile(
    r"\b(?:dossiers?|r[ée]f(?:[ée]rences?)?|sire[nt]|factures?|fiscale?|matricule|allocataire|identifiant|agdref|prm|pdl"
    rf"|{_NUMERO} (?:de |d')?(?:client|contrat|commande|suivi|demande)"
    rf"|(?:client|contrat|commande|suivi|demande)(?= {_NUMERO}))"
    rf"\W{{0,3}}{_NUMERO}?\W{{0,3}}(?:est|le)?\W{{0,3}}(?:[0-9]{{1,8}}[ /-]){{0,2}}\Z",
    re.IGNORECASE,
)
_SUITE_DE_REFERENCE = re.compile(r"[0-9][-._]\Z")
_FENETRE = 60  # characters read before a candidate, to tell a reference


class _Forme(NamedTuple):
    """One way of writing one kind of identifier.

    `lire(text, position)` gives the match starting there; `plausible(span, before)` is free of charge and reads
    the characters before too; `verifier(span)` asks the library, at a price of `cout` on the text's credit.
    """

    genre: str
    lire: Callable[[str, int], re.Match[str] | None]
    plausible: Callable[[str, str], bool]
    verifier: Callable[[str], bool]
    cout: int = 1


class _Credit:
    """The library checks still allowed for one text."""

    def __init__(self, reste: int) -> None:
        self.reste = reste

    def depenser(self, cout: int) -> bool:
        """Take `cout`; False, and nothing taken, when too little is left."""
        if cout > self.reste:
            return False
        self.reste -= cout
        return True


def _est_reference(candidat: str, avant: str) -> bool:
    """Whether the text before presents a number written in one piece as a file, invoice or company number."""
    return candidat.isdigit() and _REFERENCE.search(avant) is not None


def _toujours(_candidat: str, _avant: str) -> bool:
    """No cheap test beyond the form itself."""
    return True


# --- IBAN -------------------------------------------------------------------------------------------------

_CLASSES = {"n": "[0-9]", "a": "[A-Za-z]", "c": "[A-Za-z0-9]"}
_ELEMENT = re.compile(r"([0-9]+)!([nac])")
_registre_iban = numdb.get("iban")


@cache  # at most 26 × 26 keys, in either case
def _motif_iban(pays: str) -> re.Pattern[str] | None:
    """Expression of one country's IBAN from the SWIFT register (`5!n5!n11!c2!n`), separators allowed; else None."""
    structure = _registre_iban.info(pays)[0][1].get("bban")
    if structure is None:
        return None
    bban = "".join(rf"(?:{_SEP}{_CLASSES[classe]}){{{nombre}}}" for nombre, classe in _ELEMENT.findall(structure))
    return re.compile(rf"[A-Za-z]{{2}}(?:{_SEP}[0-9]){{2}}{bban}{_APRES}")


def _lire_iban(texte: str, position: int) -> re.Match[str] | None:
    """The country fixes the length: words after the IBAN are never taken for its end."""
    motif = _motif_iban(texte[position : position + 2].upper())
    return motif.match(texte, position) if motif else None


def _iban_valide(candidat: str) -> bool:
    return bool(iban.is_valid("".join(filter(str.isalnum, candidat))))


# --- Payment cards ----------------------------------------------------------------------------------------

_CARTE_GROUPEE = rf"[2-6][0-9]{{3}}(?P<s>{_UN})[0-9]{{4}}(?P=s)[0-9]{{4}}(?P=s)"
_CARTES = (
    rf"[2-6][0-9]{{12,18}}{_APRES}",
    rf"{_CARTE_GROUPEE}[0-9]{{4}}(?P=s)[0-9]{{1,3}}{_APRES}",  # before 4-4-4-4: the CVV may follow, it is tried next
    rf"{_CARTE_GROUPEE}[0-9]{{1,4}}{_APRES}",
    rf"3[0-9]{{3}}(?P<s>{_UN})[0-9]{{6}}(?P=s)[0-9]{{4,5}}{_APRES}",  # American Express, Diners
)
# Issuers' prefixes with their lengths: Visa, Mastercard (two ranges), American Express, Diners, JCB, Maestro, 6…
_EMETTEUR = re.compile(
    r"4[0-9]{12}(?:[0-9]{3}){0,2}|5[0-9]{15}|(?:222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    r"|3[47][0-9]{13}|3(?:0[0-5]|[689][0-9])[0-9]{11}|35[2-8][0-9]{13}|5[06-8][0-9]{16,17}|6[0-9]{15,18}"
)


def _carte_plausible(candidat: str, avant: str) -> bool:
    """Known issuer and length, not a reference, and not a SIRET: it passes Luhn as well, like its SIREN."""
    chiffres = _HORS_CHIFFRES.sub("", candidat)
    if not _EMETTEUR.fullmatch(chiffres) or _est_reference(candidat, avant):
        return False
    return len(chiffres) != 14 or not siret.is_valid(chiffres)


def _carte_valide(candidat: str) -> bool:
    return bool(luhn.is_valid(_HORS_CHIFFRES.sub("", candidat)))


# --- NIR --------------------------------------------------------------------------------------------------

# Then department (2A, 2B), commune, order, and the key: "36", "(36", "clé 36".
_CLE_NIR = rf"[{_BLANCS}.{_TIRETS}/(]{{0,3}}+(?:[Cc][Ll][eéEÉ][{_BLANCS}:]{{0,3}}+)?[0-9]{{2}}"
_NIR = rf"{_NAISSANCE}{_SEP}(?:[0-9]{{2}}|2[ABab]){_SEP}[0-9]{{3}}{_SEP}[0-9]{{3}}{_CLE_NIR}{_APRES}"


def _nir_valide(candidat: str) -> bool:
    return bool(nir.is_valid(_HORS_NIR.sub("", candidat)))


# --- Telephones -------------------------------------------------------------------------------------------

# The first separator is free (06-12 34 56 78), the others alike: 05.03.24 14.30 is a date and a time.
_TEL_PAIRES = (
    rf"(?:0[1-9]|\(0[1-9]\)){_SEP_TEL}[0-9]{{2}}(?P<s>{_SEP_TEL})[0-9]{{2}}(?:(?P=s)[0-9]{{2}}){{2}}{_FIN_TEL}"
)
_TEL_TRIPLETS = (
    rf"(?:0[1-9][0-9]{{2}}(?P<s>{_UN})[0-9]{{3}}(?P=s)[0-9]{{3}}"  # 0800 123 456
    rf"|0[{_BLANCS}][89][0-9]{{2}}(?P<t>{_UN})(?:[0-9]{{3}}(?P=t)[0-9]{{3}}|[0-9]{{2}}(?:(?P=t)[0-9]{{2}}){{2}})"
    rf"|0[1-9](?P<u>{_UN})[0-9]{{3}}(?P=u)[0-9]{{3}}(?P=u)[0-9]{{2}}){_FIN_TEL}"  # 06 123 456 78
)
_PREFIXE = rf"(?:\((?:\+|00)(?=[0-9]{{1,3}}\))|\+|00){_SEP_INTER}"
_FRANCE = r"(?:33|262|59[046])"
_TEL_FRANCE = rf"{_PREFIXE}{_FRANCE}{_SEP_INTER}(?:0{_SEP_INTER})?[1-9](?:{_SEP_INTER}[0-9]){{8}}{_FIN_TEL}"
_PAS_UN_MONTANT = rf"(?![{_BLANCS}]{{0,2}}+(?:€|euros?\b|EUR\b|%))"

# 0692… is dialled as such overseas, but belongs to another country code than +33.
_OUTRE_MER = {
    **dict.fromkeys(("262", "263", "269", "639", "692", "693"), "+262"),
    **dict.fromkeys(("590", "690", "691"), "+590"),
    **dict.fromkeys(("594", "694"), "+594"),
    **dict.fromkeys(("596", "696", "697"), "+596"),
}


def _motif_etranger(chiffres: int) -> str:
    """Expression of a foreign number of so many digits, country code included."""
    reste = rf"(?:{_SEP_INTER}[0-9]){{{chiffres - 1}}}"
    return rf"{_PREFIXE}(?!{_FRANCE})[1-9]{reste}{_FIN_TEL}{_PAS_UN_MONTANT}"


def _tel_plausible(candidat: str, avant: str) -> bool:
    """Not a reference, and not a SIRET beginning with 00."""
    if _est_reference(candidat, avant):
        return False
    return not (candidat.startswith("00") and siret.is_valid(_HORS_CHIFFRES.sub("", candidat)))


def _tel_valide(numero: str) -> bool:
    """Whether the numbering plan knows this number, in E.164 or as dialled in France."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(numero, "FR"))
    except phonenumbers.NumberParseException:
        return False


def _tel_national_valide(candidat: str) -> bool:
    chiffres = _HORS_CHIFFRES.sub("", candidat)
    outre_mer = _OUTRE_MER.get(chiffres[1:4])
    return _tel_valide(outre_mer + chiffres[1:] if outre_mer else chiffres)


def _tel_inter_valide(candidat: str) -> bool:
    return _tel_valide("+" + _HORS_CHIFFRES.sub("", candidat).removeprefix("00"))


# --- Forms by start, longest first ------------------------------------------------------------------------

_FORMES: dict[str, tuple[_Forme, ...]] = {
    "pays": (_Forme("iban", _lire_iban, _toujours, _iban_valide),),
    "chiffre": (
        *(_Forme("carte", re.compile(motif).match, _carte_plausible, _carte_valide) for motif in _CARTES),
        _Forme("nir", re.compile(_NIR).match, _toujours, _nir_valide),
    ),
    "zero": tuple(
        _Forme("telephone", re.compile(motif).match, _tel_plausible, _tel_national_valide)
        for motif in (_TEL_PAIRES, _TEL_TRIPLETS)
    ),
    "indicatif": (
        _Forme("telephone", re.compile(_TEL_FRANCE).match, _tel_plausible, _tel_inter_valide),
        *(
            _Forme("telephone", re.compile(_motif_etranger(n)).match, _tel_plausible, _tel_inter_valide, COUT_ETRANGER)
            for n in range(15, 8, -1)
        ),
    ),
}


def _reconnaitre(texte: str, debut: re.Match[str], fin: int, credit: _Credit) -> tuple[str, int] | None:
    """Kind and end of the identifier starting at `debut`, or None.

    `fin` is the end of the last one removed. What stands before it is not read, so that this pass decides as
    would a second one over the masked text: that is what makes `masquer` idempotent.
    """
    position = debut.start()
    avant = texte[max(fin, position - _FENETRE) : position]
    if texte[position].isdigit() and _SUITE_DE_REFERENCE.search(avant):
        return None
    for forme in _FORMES[debut.lastgroup or ""]:
        trouve = forme.lire(texte, position)
        if trouve is None or not forme.plausible(trouve[0], avant):
            continue
        if not credit.depenser(forme.cout) or forme.verifier(trouve[0]):
            return forme.genre, trouve.end()
    return None


def _masquer_numeros(texte: str) -> tuple[str, dict[str, int]]:
    """Replace every number recognised, left to right; the masked text and the counts by kind."""
    morceaux: list[str] = []
    comptes: dict[str, int] = {}
    credit = _Credit(CREDIT_VERIFICATIONS)
    fin = position = 0
    while debut := _DEBUT.search(texte, position):
        if debut.lastgroup == "url":
            position = debut.end()
            continue
        position = debut.start() + 1
        if reconnu := _reconnaitre(texte, debut, fin, credit):
            genre, apres = reconnu
            morceaux += texte[fin : debut.start()], MARQUES[genre]
            comptes[genre] = comptes.get(genre, 0) + 1
            fin = position = apres
    return "".join(morceaux) + texte[fin:], comptes


def masquer(texte: str) -> tuple[str, dict[str, int]]:
    """The text with each personal identifier replaced by its mark, and how many of each kind were removed.

    Kinds: nir, iban, courriel, telephone, carte; a kind not found is absent. Never raises; idempotent on the text.

    >>> masquer("Rappelez-moi au 06 12 34 56 78 ou à jean@exemple.fr.")
    ('Rappelez-moi au [téléphone retiré] ou à [courriel retiré].', {'courriel': 1, 'telephone': 1})
    >>> masquer("Attente de 2 h 30 le 12/03/2024.")
    ('Attente de 2 h 30 le 12/03/2024.', {})
    """
    comptes: dict[str, int] = {}
    if "@" in texte:
        texte, courriels = _COURRIEL.subn(MARQUES["courriel"], texte)
        comptes = {"courriel": courriels} if courriels else {}
    if _ASSEZ_DE_CHIFFRES.search(texte):
        texte, numeros = _masquer_numeros(texte)
        comptes |= numeros
    return texte, comptes
