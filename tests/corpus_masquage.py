"""Sentences made at random, from a seed, with and without personal identifiers: what `masquer` is measured on.

Check digits are computed; numbers are drawn. `python -m tests.corpus_masquage [SEED]` prints recall and false positives,
by kind and writing, with what was missed.
"""

import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stdnum import iban as _iban
from stdnum import luhn, numdb
from stdnum.fr import nir as _nir

from app.avis.masquage import masquer


class Phrase(NamedTuple):
    """A sentence; `secret` is what must be gone from it, None when nothing must change."""

    genre: str
    ecriture: str
    rare: bool
    texte: str
    secret: str | None


Tirage = Callable[[random.Random], str]

CADRES = {
    "telephone": [
        "Rappelez-moi au {} merci", "Mon numéro est le {}.", "Vous pouvez me joindre au {} le matin.", "Tél : {}", "{}",
        "Personne ne répond, mon portable {} est pourtant dans le dossier.", "Merci de me contacter au {} après 18h",
        "Site en panne depuis 3 jours !!! {}", "Dossier bloqué depuis le 12/03/2024, appelez le {}", "tel {}",
        "Je n'arrive pas à valider. Mon téléphone: {} Cordialement", "j'ai laissé mon numéro ({}) deux fois", "Joignable au {}",
        "mon n° {} n'est pas reconnu par le site", "Le conseiller devait me rappeler sur le {} hier à 14h30.", "portable={}",
        "Please call me back on {} thanks", "Numéro de téléphone : {} ; sans réponse", "Bonjour\n{}\nMerci", "fixe : {}, le soir",
    ],
    "nir": [
        "Mon numéro de sécu {} est refusé", "NIR : {}", "Numéro de sécurité sociale {}.", "J'ai saisi {} et rien ne se passe",
        "n° SS {} inconnu", "Mon numéro INSEE est {}, merci de corriger", "{}", "Assurée sous le numéro {} depuis 1998",
        "le site ne reconnaît pas mon numéro ({})", "carte vitale {} périmée", "Mon fils ({}) n'apparaît pas sur mon compte",
        "Je suis né en 1985, sécu {}, et on me demande encore un justificatif.", "Bonjour,\n{}\nBien à vous",
    ],
    "iban": [
        "Mon IBAN {} n'est pas accepté", "Merci de rembourser sur {}", "RIB : {}", "{}", "Voici mon compte : {} merci",
        "J'ai changé de banque, le nouvel IBAN est {}.", "virement à faire sur le compte {} avant le 15",
        "Le formulaire refuse {} depuis hier", "IBAN={}", "Coordonnées bancaires: {}",
    ],
    "carte": [
        "J'ai payé avec la carte {} et rien", "CB {}", "Numéro de carte : {}", "{}", "Ma carte bancaire {} a été débitée deux fois",
        "paiement refusé avec {} exp 12/27", "Le paiement par {} échoue.", "visa {} svp remboursez",
    ],
    "courriel": [
        "Écrivez-moi à {}", "Mon adresse est {}.", "{}", "mail : {}", "Merci de répondre à {} rapidement",
        "Mon adresse mail {} n'est pas reconnue", "contact {} svp", "Pas de confirmation reçue sur {}, merci",
        "Bonjour, mon courriel : {} Cordialement", "J'ai envoyé trois messages depuis {} sans réponse.",
    ],
    "fiscal": ["Mon numéro fiscal {} est refusé", "N° fiscal : {}", "SPI {} inconnu", "identifiant impots {}", "{}"],
    "allocataire": ["Mon numéro d'allocataire {} est inconnu", "CAF n° {}", "allocataire : {}", "n° allocataire {}"],
    "etranger": ["Numéro AGDREF {}", "Mon titre de séjour n° {} est expiré", "numéro étranger : {}", "n° AGDREF : {} refusé"],
    "passeport": ["Mon passeport {} a expiré", "passeport n° {}", "Passeport : {}, refusé"],
}  # fmt: skip


def chiffres(r: random.Random, n: int) -> str:
    return "".join(r.choice("0123456789") for _ in range(n))


def par(texte: str, tailles: tuple[int, ...], sep: str) -> str:
    """The text cut in groups of these sizes."""
    morceaux, k = [], 0
    for taille in tailles:
        morceaux.append(texte[k : k + taille])
        k += taille
    return sep.join(m for m in morceaux if m)


# --- Telephones ---------------------------------------------------------------------------------------------------------


def mobile(r: random.Random) -> str:
    return (
        r.choice(["06", "07", "06", "07", "01", "02", "03", "04", "05", "09"]) + r.choice("12345678") + chiffres(r, 7)
    )


UNITES = [
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
]
DIZAINES = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante"}


def en_mots(n: int) -> str:
    """A number under a hundred in French words."""
    if n < 17:
        return UNITES[n]
    if n < 20:
        return f"dix-{UNITES[n - 10]}"
    if n < 70:
        dizaine, unite = divmod(n, 10)
        return DIZAINES[dizaine] + ("" if not unite else " et un" if unite == 1 else f"-{UNITES[unite]}")
    if n < 80:
        return "soixante et onze" if n == 71 else f"soixante-{en_mots(n - 60)}"
    return "quatre-vingts" if n == 80 else f"quatre-vingt-{en_mots(n - 80)}"


def paires_en_mots(numero: str, sep: str = " ") -> str:
    mots = []
    for k in range(0, len(numero), 2):
        paire = numero[k : k + 2]
        mots.append(f"zéro {en_mots(int(paire))}" if paire[0] == "0" and paire != "00" else
                    "zéro zéro" if paire == "00" else en_mots(int(paire)))  # fmt: skip
    return sep.join(mots)


def sans_accents(texte: str) -> str:
    return texte.translate(str.maketrans("éèêàç", "eeeac"))


def faute(r: random.Random, texte: str) -> str:
    """One slip in one long word."""
    mots = texte.split(" ")
    longs = [k for k, mot in enumerate(mots) if len(mot) >= 5 and mot.isalpha()]
    if longs:
        k = r.choice(longs)
        place = r.randrange(1, len(mots[k]) - 1)
        mots[k] = r.choice([mots[k][:place] + mots[k][place + 1 :], mots[k][:place] + mots[k][place] + mots[k][place:]])
    return " ".join(mots)


def _pleine_chasse(texte: str) -> str:
    return "".join(chr(0xFF10 + int(s)) if s.isdigit() else s for s in texte)


def _arabe(texte: str) -> str:
    return "".join(chr(0x660 + int(s)) if s.isdigit() else s for s in texte)


def tel(tailles: tuple[int, ...], sep: str) -> Tirage:
    return lambda r: par(mobile(r), tailles, sep)


P = (2, 2, 2, 2, 2)
TELEPHONES: list[tuple[str, bool, Tirage]] = [
    ("collé", False, tel((10,), "")),
    ("espaces", False, tel(P, " ")), ("points", False, tel(P, ".")), ("tirets", False, tel(P, "-")),
    ("barres", False, tel(P, "/")), ("insécables", False, tel(P, "\u00a0")), ("fines", False, tel(P, "\u202f")),
    ("+33", False, lambda r: "+33" + mobile(r)[1:]),
    ("+33 espacé", False, lambda r: "+33 " + par(mobile(r)[1:], (1, 2, 2, 2, 2), " ")),
    ("+33(0)", False, lambda r: "+33(0)" + mobile(r)[1:]),
    ("+33 (0) espacé", False, lambda r: "+33 (0)" + par(mobile(r)[1:], (1, 2, 2, 2, 2), " ")),
    ("0033", False, lambda r: "0033" + mobile(r)[1:]),
    ("0033 espacé", False, lambda r: "0033 " + par(mobile(r)[1:], (1, 2, 2, 2, 2), " ")),
    ("33 sans +", False, lambda r: "33" + r.choice("67") + chiffres(r, 8)),
    ("33 sans +, espacé", False, lambda r: "33 " + par(r.choice("67") + chiffres(r, 8), (1, 2, 2, 2, 2), " ")),
    ("(06)", False, lambda r: f"({(n := mobile(r))[:2]}) {par(n[2:], (2, 2, 2, 2), ' ')}"),
    ("4-2-2-2", False, tel((4, 2, 2, 2), " ")), ("2-3-3-2", False, tel((2, 3, 3, 2), " ")),
    ("outre-mer", False, lambda r: r.choice(["0692", "0690", "0694", "0696"]) + chiffres(r, 6)),
    ("+ outre-mer", False, lambda r: r.choice(["+262 692", "+590 690", "+594 694", "+596 696"]) + " " + par(chiffres(r, 6), (2, 2, 2), " ")),
    ("belge", False, lambda r: "+32 47" + r.choice("0156789") + " " + par(chiffres(r, 6), (2, 2, 2), " ")),
    ("suisse", False, lambda r: "+41 79 " + par(chiffres(r, 7), (3, 2, 2), " ")),
    ("anglais", False, lambda r: "+44 7" + chiffres(r, 3) + " " + chiffres(r, 6)),
    ("allemand", False, lambda r: "+49 151 " + chiffres(r, 8)),
    ("marocain", False, lambda r: "+212 6" + par(chiffres(r, 8), (2, 2, 2, 2), " ")),
    ("algérien", False, lambda r: "+213 5" + par(chiffres(r, 8), (2, 2, 2, 2), " ")),
    ("00 belge", False, lambda r: "0032 47" + r.choice("0156789") + " " + par(chiffres(r, 6), (2, 2, 2), " ")),
    ("2-4-4", True, tel((2, 4, 4), " ")), ("3-3-4", True, tel((3, 3, 4), " ")), ("4-3-3", True, tel((4, 3, 3), " ")),
    ("chiffre à chiffre", True, tel((1,) * 10, " ")), ("soulignés", True, tel(P, "_")), ("points espacés", True, tel(P, " . ")),
    ("tirets espacés", True, tel(P, " - ")), ("virgules", True, tel(P, ",")), ("deux espaces", True, tel(P, "  ")),
    ("étoiles", True, tel(P, "*")), ("deux-points", True, tel(P, ":")), ("barres verticales", True, tel(P, "|")),
    ("deux lignes", True, lambda r: par(mobile(r), (2, 2, 2), " ") + "\n" + par(mobile(r)[:4], (2, 2), " ")),
    ("mélange", True, lambda r: (n := mobile(r))[:2] + "-" + par(n[2:], (2, 2, 2, 2), " ")),
    ("mélange 2", True, lambda r: (n := mobile(r))[:2] + " " + n[2:4] + "." + n[4:6] + "-" + n[6:8] + " " + n[8:]),
    ("pleine chasse", True, lambda r: _pleine_chasse(mobile(r))),
    ("pleine chasse espacée", True, lambda r: _pleine_chasse(par(mobile(r), P, " "))),
    ("arabes", True, lambda r: _arabe(par(mobile(r), P, " "))),
    ("O pour 0", True, lambda r: "O" + par(mobile(r), P, " ")[1:]), ("O et l", True, lambda r: mobile(r).replace("0", "O").replace("1", "l")),
    ("invisibles", True, lambda r: "\u200b".join(par(mobile(r), P, "|").split("|"))),
    ("en mots", True, lambda r: paires_en_mots(mobile(r))),
    ("en mots sans accents", True, lambda r: sans_accents(paires_en_mots(mobile(r)))),
    ("en mots avec faute", True, lambda r: faute(r, paires_en_mots(mobile(r)))),
    ("en mots sans tirets", True, lambda r: paires_en_mots(mobile(r)).replace("-", " ")),
    ("en mots, virgules", True, lambda r: paires_en_mots(mobile(r), ", ")),
    ("en mots, majuscules", True, lambda r: paires_en_mots(mobile(r)).upper()),
    ("mot à mot", True, lambda r: " ".join(UNITES[int(c)] for c in mobile(r))),
    ("mots et chiffres", True, lambda r: (n := mobile(r))[:2] + " " + en_mots(int(n[2:4])) + " " + par(n[4:], (2, 2, 2), " ")),
    ("zéro six et chiffres", True, lambda r: "zéro six " + par(chiffres(r, 8), (2, 2, 2, 2), " ")),
    ("plus trente-trois", True, lambda r: "plus trente-trois " + UNITES[6] + " " + paires_en_mots("".join(str(r.randrange(17, 99)) for _ in range(4)))),
    ("wa.me", True, lambda r: "https://wa.me/33" + r.choice("67") + chiffres(r, 8)),
    ("wa.me belge", True, lambda r: "https://wa.me/3247" + r.choice("0156789") + chiffres(r, 6)),
    ("lien tel", True, lambda r: "tel:" + mobile(r)), ("dans une adresse", True, lambda r: "https://exemple.fr/form?tel=" + mobile(r) + "&x=1"),
    ("adresse codée", True, lambda r: "https://exemple.fr/form?tel=" + par(mobile(r), P, "%20")),
    ("+33 codé", True, lambda r: "https://exemple.fr/form?t=%2B33" + mobile(r)[1:]),
    ("collé au mot", True, lambda r: "tel" + mobile(r)), ("+33.6", True, lambda r: "+33." + par(mobile(r)[1:], (1, 2, 2, 2, 2), ".")),
    ("+33 06", True, lambda r: "+33 " + par(mobile(r), P, " ")), ("(+33)", True, lambda r: "(+33) " + par(mobile(r)[1:], (1, 2, 2, 2, 2), " ")),
    ("00 33", True, lambda r: "00 33 " + par(mobile(r)[1:], (1, 2, 2, 2, 2), " ")),
    ("pavé d'emojis", True, lambda r: "".join(c + "\ufe0f\u20e3" for c in mobile(r))),
]  # fmt: skip
SANS_ZERO: list[tuple[str, bool, Tirage]] = [
    ("sans 0", True, lambda r: par(r.choice("67") + chiffres(r, 8), (1, 2, 2, 2, 2), " ")),
    ("sans 0 collé", True, lambda r: r.choice("67") + chiffres(r, 8)),
]
CADRES_SANS_ZERO = [
    "tel {}",
    "appelez-moi au {} merci",
    "Mon portable : {}",
    "joignable au {}",
    "Tél. {}",
    "contactez moi au {}",
]

# --- NIR ----------------------------------------------------------------------------------------------------------------


def nir(r: random.Random, *, rare_mois: bool = False) -> str:
    departement = r.choice(["2A", "2B", *[f"{n:02d}" for n in range(1, 96) if n != 20], "99", "97"])
    mois = r.choice(["20", "31", "42", "55"]) if rare_mois else f"{r.randrange(1, 13):02d}"
    commune, ordre = f"{r.randrange(1, 990):03d}", f"{r.randrange(1, 999):03d}"
    corps = r.choice("12") + chiffres(r, 2) + mois + departement + commune + ordre
    return corps + _nir.calc_check_digits(corps + "00")


def fausse_cle(r: random.Random) -> str:
    numero = nir(r)
    return numero[:13] + f"{(int(numero[13:]) + r.randrange(1, 90)) % 97:02d}"


N = (1, 2, 2, 2, 3, 3, 2)
NIRS: list[tuple[str, bool, Tirage]] = [
    ("collé", False, nir), ("espaces", False, lambda r: par(nir(r), N, " ")), ("points", False, lambda r: par(nir(r), N, ".")),
    ("tirets", False, lambda r: par(nir(r), N, "-")), ("insécables", False, lambda r: par(nir(r), N, "\u00a0")),
    ("sans clé", False, lambda r: nir(r)[:13]), ("sans clé espacé", False, lambda r: par(nir(r)[:13], N, " ")),
    ("clé à part", False, lambda r: (n := nir(r))[:13] + " " + n[13:]), ("clé dite", False, lambda r: par((n := nir(r))[:13], N, " ") + " clé " + n[13:]),
    ("minuscules", False, lambda r: par(nir(r), N, " ").lower()), ("1-4-2-3-3-2", False, lambda r: par(nir(r), (1, 4, 2, 3, 3, 2), " ")),
    ("clé fausse", True, fausse_cle), ("clé fausse espacé", True, lambda r: par(fausse_cle(r), N, " ")),
    ("mois inconnu", True, lambda r: par(nir(r, rare_mois=True), N, " ")), ("pleine chasse", True, lambda r: _pleine_chasse(nir(r))),
    ("deux lignes", True, lambda r: par((n := nir(r))[:7], N, " ") + "\n" + par(n[7:], (3, 3, 2), " ")),
    ("dans une adresse", True, lambda r: "https://exemple.fr/droits?nir=" + nir(r) + "&e=1"), ("soulignés", True, lambda r: par(nir(r), N, "_")),
    ("barres", True, lambda r: par(nir(r), N, "/")), ("O pour 0", True, lambda r: nir(r).replace("0", "O")), ("deux espaces", True, lambda r: par(nir(r), N, "  ")),
    ("1 85 05 78 006084 36", True, lambda r: par(nir(r), (1, 2, 2, 2, 6, 2), " ")),
]  # fmt: skip

# --- Accounts and cards ---------------------------------------------------------------------------------------------------

PAYS = {
    "DE": 18,
    "BE": 12,
    "ES": 20,
    "IT": None,
    "LU": None,
    "PT": 21,
    "NL": None,
    "CH": None,
    "PL": 24,
    "GB": None,
    "AT": 16,
}


def iban_fr(r: random.Random) -> str:
    bban = rib(r)
    return "FR" + _iban.calc_check_digits("FR00" + bban) + bban


def iban_etranger(r: random.Random, pays: str | None = None) -> str:
    """A right key and the country's length; nothing of its own rules."""
    pays = pays or r.choice(list(PAYS))
    structure = numdb.get("iban").info(pays)[0][1]["bban"]
    bban = ""
    for taille, classe in re.findall(r"([0-9]+)!([nac])", structure):
        signes = {"n": "0123456789", "a": "ABCDEFGHKMNPRSTUVWXYZ", "c": "0123456789"}[classe]
        bban += "".join(r.choice(signes) for _ in range(int(taille)))
    return pays + _iban.calc_check_digits(f"{pays}00{bban}") + bban


def rib(r: random.Random) -> str:
    corps = chiffres(r, 10) + chiffres(r, 7) + r.choice(["0", "1", "A", "K", "M"]) + chiffres(r, 3)
    lettres = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")
    n = corps.translate(lettres)
    return corps + f"{97 - (89 * int(n[:5]) + 15 * int(n[5:10]) + 3 * int(n[10:])) % 97:02d}"


def par_quatre(texte: str, sep: str = " ") -> str:
    return sep.join(texte[k : k + 4] for k in range(0, len(texte), 4))


IBANS: list[tuple[str, bool, Tirage]] = [
    ("collé", False, iban_fr), ("par quatre", False, lambda r: par_quatre(iban_fr(r))), ("minuscules", False, lambda r: par_quatre(iban_fr(r)).lower()),
    ("tirets", False, lambda r: par_quatre(iban_fr(r), "-")), ("points", False, lambda r: par_quatre(iban_fr(r), ".")),
    ("étranger", False, iban_etranger), ("étranger par quatre", False, lambda r: par_quatre(iban_etranger(r))),
    ("RIB", False, lambda r: par(rib(r), (5, 5, 11, 2), " ")), ("RIB collé", False, rib), ("insécables", False, lambda r: par_quatre(iban_fr(r), "\u00a0")),
    ("deux espaces", True, lambda r: par_quatre(iban_fr(r), "  ")), ("deux lignes", True, lambda r: par_quatre((n := iban_fr(r))[:16]) + "\n" + par_quatre(n[16:])),
    ("FR 76", True, lambda r: (n := iban_fr(r))[:2] + " " + n[2:4] + " " + par(n[4:], (5, 5, 11, 2), " ")),
    ("pleine chasse", True, lambda r: _pleine_chasse(iban_fr(r))), ("RIB tirets", True, lambda r: par(rib(r), (5, 5, 11, 2), "-")),
    ("soulignés", True, lambda r: par_quatre(iban_fr(r), "_")), ("RIB détaillé", True, lambda r: "banque {} guichet {} compte {} clé {}".format(*par(rib(r), (5, 5, 11, 2), " ").split())),
    ("dans une adresse", True, lambda r: "https://exemple.fr/?iban=" + iban_fr(r)), ("clé fausse", True, lambda r: (n := iban_fr(r))[:2] + f"{(int(n[2:4]) + 3) % 97:02d}" + n[4:]),
]  # fmt: skip


def carte(r: random.Random, prefixe: str = "", taille: int = 16) -> str:
    corps = (prefixe or r.choice(["4970", "4532", "5132", "5555", "2223"])) + chiffres(r, taille)
    corps = corps[: taille - 1]
    return corps + luhn.calc_check_digit(corps)


def amex(r: random.Random) -> str:
    return carte(r, r.choice(["34", "37"]), 15)


CARTES: list[tuple[str, bool, Tirage]] = [
    ("collé", False, carte), ("par quatre", False, lambda r: par_quatre(carte(r))), ("tirets", False, lambda r: par_quatre(carte(r), "-")),
    ("points", False, lambda r: par_quatre(carte(r), ".")), ("deux espaces", False, lambda r: par_quatre(carte(r), "  ")),
    ("insécables", False, lambda r: par_quatre(carte(r), "\u00a0")), ("amex", False, amex), ("amex 4-6-5", False, lambda r: par(amex(r), (4, 6, 5), " ")),
    ("barres", True, lambda r: par_quatre(carte(r), "/")), ("soulignés", True, lambda r: par_quatre(carte(r), "_")), ("pleine chasse", True, lambda r: _pleine_chasse(par_quatre(carte(r)))),
    ("deux lignes", True, lambda r: par_quatre((n := carte(r))[:8]) + "\n" + par_quatre(n[8:])), ("mélange", True, lambda r: (n := carte(r))[:4] + " " + n[4:8] + "-" + n[8:12] + "  " + n[12:]),
    ("dans une adresse", True, lambda r: "https://exemple.fr/pay?n=" + carte(r)), ("8-8", True, lambda r: par(carte(r), (8, 8), " ")),
    ("amex tirets", True, lambda r: par(amex(r), (4, 6, 5), "-")), ("arabes", True, lambda r: _arabe(par_quatre(carte(r)))),
]  # fmt: skip

# --- E-mail addresses -----------------------------------------------------------------------------------------------------

PRENOMS = ["jean", "marie", "luc", "sophie", "karim", "nadia", "paul", "claire", "julien", "fatima", "hugo", "ines"]
NOMS = [
    "dupont",
    "martin",
    "bernard",
    "petit",
    "robert",
    "richard",
    "durand",
    "leroy",
    "moreau",
    "benali",
    "nguyen",
    "garcia",
]
FAI = [("gmail", "com"), ("orange", "fr"), ("free", "fr"), ("hotmail", "fr"), ("laposte", "net"), ("wanadoo", "fr"), ("yahoo", "fr"),
       ("outlook", "com"), ("sfr", "fr")]  # fmt: skip
DOMAINES = [*FAI, ("exemple", "fr"), ("cabinet-martin", "com"), ("mairie-lyon", "fr"), ("asso", "org")]


def local(r: random.Random) -> str:
    p, n = r.choice(PRENOMS), r.choice(NOMS)
    return r.choice(
        [
            f"{p}.{n}",
            f"{p}{n}",
            f"{p}_{n}",
            f"{p}{r.randrange(1, 99)}",
            f"{n}.{p}{r.randrange(50, 99)}",
            f"{p}-{n}",
            p + n[0],
        ]
    )


def mel(at: str, point: str, fai: bool = False, forme: Tirage = local) -> Tirage:
    def tirer(r: random.Random) -> str:
        domaine, fin = r.choice(FAI if fai else DOMAINES)
        return f"{forme(r)}{at}{domaine}{point}{fin}"

    return tirer


COURRIELS: list[tuple[str, bool, Tirage]] = [
    ("simple", False, mel("@", ".")), ("majuscules", False, lambda r: mel("@", ".")(r).upper()), ("plus", False, lambda r: local(r) + "+avis@" + "gmail.com"),
    ("espaces autour", False, mel(" @ ", ".")), ("espace après", False, mel("@ ", ".")), ("espace avant", False, mel(" @", ".", fai=True)),
    ("accents", False, lambda r: r.choice(["rené.lefèvre", "zoé.françois", "jérôme"]) + mel("@", ".")(r)[len("") :].partition("@")[1] + "orange.fr"),
    ("sous-domaine", False, lambda r: local(r) + "@mail.exemple.co.uk"), ("mailto", False, lambda r: "mailto:" + mel("@", ".")(r)),
    ("chevrons", False, lambda r: "<" + mel("@", ".")(r) + ">"), ("dans une adresse", False, lambda r: "https://exemple.fr/?m=" + mel("@", ".")(r)),
    ("(at)", True, mel("(at)", ".")), ("[at]", True, mel("[at]", ".")), (" (at) ", True, mel(" (at) ", ".")), (" at fai", True, mel(" at ", ".", fai=True)),
    ("at dot", True, mel(" at ", " dot ")), ("[at] [dot]", True, mel(" [at] ", " [dot] ")), ("arobase", True, mel(" arobase ", ".")), ("arrobase", True, mel(" arrobase ", ".")),
    ("arobase point", True, mel(" arobase ", " point ")), ("arobas", True, mel(" arobas ", ".")), ("(arobase)", True, mel("(arobase)", ".")), ("collé arobase", True, mel("arobase", ".")),
    ("point épelé", True, lambda r: f"{r.choice(PRENOMS)} point {r.choice(NOMS)} arobase gmail point com"), ("@ point", True, mel("@", " point ")), ("sans point", True, mel("@", " ", fai=True)),
    ("sans fin", True, lambda r: local(r) + "@gmail"), ("codé", True, lambda r: "https://exemple.fr/?m=" + mel("%40", ".")(r)), ("entité", True, mel("&#64;", ".")),
    ("pleine chasse", True, mel("＠", ".")), ("chez", True, lambda r: r.choice(PRENOMS) + "." + r.choice(NOMS) + " chez gmail point com"), ("chez fai", True, lambda r: r.choice(PRENOMS) + "." + r.choice(NOMS) + " chez gmail"),
    ("virgule", True, lambda r: local(r) + "@orange,fr"), ("espace au point", True, mel("@", ". ", fai=True)), ("guillemets", True, lambda r: '"' + r.choice(PRENOMS) + " " + r.choice(NOMS) + '"@exemple.fr'),
    ("deux lignes", True, mel("@\n", ".")), ("-at-", True, mel("-at-", "-dot-")), ("AT DOT", True, mel(" AT ", " DOT ")), ("(@)", True, mel("(@)", ".")), (" point  espace", True, mel("@", " . ")),
]  # fmt: skip


def fiscal(r: random.Random) -> str:
    corps = r.choice("0123") + chiffres(r, 9)
    return f"{corps}{int(corps) % 511:03d}"


AUTRES: dict[str, list[tuple[str, bool, Tirage]]] = {
    "fiscal": [("collé", False, fiscal), ("espacé", False, lambda r: par(fiscal(r), (2, 2, 3, 3, 3), " "))],
    "allocataire": [("collé", False, lambda r: chiffres(r, 7) + r.choice("ABCDXZ")), ("espacé", False, lambda r: chiffres(r, 7) + " " + r.choice("ABCDXZ"))],
    "etranger": [("collé", False, lambda r: r.choice("3679") + chiffres(r, 9)), ("99", False, lambda r: "99" + chiffres(r, 8))],
    "passeport": [("collé", False, lambda r: f"{r.randrange(10, 24)}{r.choice('ABCDHK')}{r.choice('AEFKTV')}{chiffres(r, 5)}")],
}  # fmt: skip
GENRES: dict[str, list[tuple[str, bool, Tirage]]] = {
    "telephone": TELEPHONES, "nir": NIRS, "iban": IBANS, "carte": CARTES, "courriel": COURRIELS, **AUTRES
}  # fmt: skip


def positifs(graine: int, fois: int = 12) -> Iterator[Phrase]:
    """Each writing of each kind, `fois` times, in sentences drawn at random."""
    r = random.Random(graine)
    for genre, ecritures in GENRES.items():
        for ecriture, rare, tirer in ecritures:
            for _ in range(fois):
                secret = tirer(r)
                yield Phrase(genre, ecriture, rare, r.choice(CADRES[genre]).format(secret), secret)
    for ecriture, rare, tirer in SANS_ZERO:
        for _ in range(fois):
            secret = tirer(r)
            yield Phrase("telephone", ecriture, rare, r.choice(CADRES_SANS_ZERO).format(secret), secret)


# --- What must stay -------------------------------------------------------------------------------------------------------


def n(r: random.Random, debut: int, fin: int) -> str:
    return str(r.randrange(debut, fin))


def _date(r: random.Random, sep: str) -> str:
    return sep.join((f"{r.randrange(1, 29):02d}", f"{r.randrange(1, 13):02d}", n(r, 1990, 2027)))


def _milliers(r: random.Random) -> str:
    return f"{r.randrange(1_000, 99_999_999):,}".replace(",", r.choice([" ", "\u202f", "."]))


def _siren(r: random.Random) -> str:
    corps = chiffres(r, 8)
    return corps + luhn.calc_check_digit(corps)


def _siret(r: random.Random) -> str:
    corps = _siren(r) + "000" + r.choice("12345")
    return corps + luhn.calc_check_digit(corps)


def _zero(r: random.Random) -> str:
    return r.choice(["06", "07", "01", "02", "04"]) + chiffres(r, 8)


def _mm(r: random.Random) -> str:
    return f"{r.randrange(0, 60):02d}"


REFERENCES = [
    "Commande {}", "commande n° {}", "Dossier {}", "dossier n°{}", "Mon numéro de dossier est {}", "Référence : {}", "réf. {}",
    "facture {}", "Facture n° {} jamais reçue", "numéro de suivi {}", "N° de suivi : {}", "ma commande numéro {} est perdue",
    "contrat {}", "Ticket {}", "Référence de paiement {}", "Colis {} jamais arrivé", "Le dossier {} est bloqué",
    "demande n° {}", "numéro client {}", "identifiant {}", "Réf : {}", "Code {}", "Matricule {}", "devis {}",
    "Mon dossier n° {} attend", "numéro de contrat : {}", "N° facture {}", "bordereau {}", "{} est mon numéro de dossier",
    "{} est le numéro de ma commande", "colis numéro {}", "transaction {} refusée", "dossier MaPrimeRénov n° {}",
]  # fmt: skip
NEGATIFS: dict[str, list[Tirage]] = {
    "montant": [
        lambda r: f"J'ai payé {_milliers(r)},{_mm(r)} € de droits", lambda r: f"On me réclame {_milliers(r)} euros",
        lambda r: f"Une hausse de +{_milliers(r)} €", lambda r: f"{_milliers(r)} EUR puis {_milliers(r)} EUR",
        lambda r: f"{n(r, 100, 999)},{_mm(r)}€ au lieu de {n(r, 100, 999)},{_mm(r)}€", lambda r: f"Budget +{n(r, 1, 20)} {chiffres(r, 3)} {chiffres(r, 3)} {chiffres(r, 3)} euros",
    ],
    "date": [
        lambda r: f"Déposé le {_date(r, '/')}, relancé le {_date(r, '/')}", lambda r: f"du {_date(r, '.')} au {_date(r, '.')}",
        lambda r: f"Né le {_date(r, ' ')} à Lyon, marié le {_date(r, ' ')}", lambda r: f"le {_date(r, '-')} à {_mm(r)[:1]}8:{_mm(r)}",
        lambda r: f"Rendez-vous le {r.randrange(1, 29):02d}.{r.randrange(1, 13):02d}.24 1{r.randrange(10)}.{_mm(r)}", lambda r: f"2024-0{r.randrange(1, 9)}-{r.randrange(10, 28)} 10:{_mm(r)}:{_mm(r)}",
        lambda r: f"Les {_date(r, '/')} {_mm(r)[:1]}1:{_mm(r)} et {_date(r, '/')}", lambda r: f"Le {r.randrange(1, 29):02d}/{r.randrange(1, 13):02d}/24 à 08h{_mm(r)} puis 09h{_mm(r)}",
    ],
    "postal": [lambda r: f"J'habite {r.randrange(1000, 95999):05d} Nice et avant {r.randrange(1000, 95999):05d} Paris", lambda r: f"{n(r, 1, 200)} rue de la Paix {r.randrange(1000, 95999):05d} Lille"],
    "entreprise": [
        lambda r: f"SIRET {_siret(r)} refusé", lambda r: f"Mon SIRET : {par(_siret(r), (3, 3, 3, 5), ' ')}", lambda r: f"SIREN {_siren(r)}", lambda r: f"le SIREN {par(_siren(r), (3, 3, 3), ' ')} est introuvable",
        lambda r: f"L'entreprise {_siret(r)} n'existe pas", lambda r: f"TVA FR{_mm(r)}{_siren(r)}", lambda r: f"RCS Paris {par(_siren(r), (3, 3, 3), ' ')}", lambda r: f"association W{chiffres(r, 9)}",
        lambda r: f"Mon établissement, {par(_siret(r), (3, 3, 3, 5), ' ')}, a été radié",
    ],
    "reference": [
        *(lambda r, cadre=cadre: cadre.format(_zero(r)) for cadre in REFERENCES), *(lambda r, cadre=cadre: cadre.format(chiffres(r, r.choice([7, 9, 11, 12]))) for cadre in REFERENCES),
        lambda r: f"dossier 2024-{_zero(r)}", lambda r: f"Facture 2024 {_zero(r)}", lambda r: f"Numéro {r.choice('ABC')}{chiffres(r, 9)}", lambda r: f"https://exemple.fr/dossier/{_zero(r)}/suivi",
        lambda r: f"https://exemple.fr/suivi?id={_zero(r)}", lambda r: f"https://exemple.fr/article-{chiffres(r, 6)}.html", lambda r: f"dossier {chiffres(r, 4)}-{chiffres(r, 4)}-{chiffres(r, 4)}",
        lambda r: f"colis 6A{chiffres(r, 11)} perdu", lambda r: f"Recommandé 1A {par(chiffres(r, 11), (3, 3, 4, 1), ' ')}", lambda r: f"Dossier n° {chiffres(r, 3)} {chiffres(r, 3)} {chiffres(r, 3)}", lambda r: f"ticket #{chiffres(r, 8)}",
    ],
    "horaire": [lambda r: "Ouvert de 08h30 à 12h00 et de 13h30 à 17h00", lambda r: f"08:30-12:00 et 14:00-17:{_mm(r)}", lambda r: f"Attente de 01:{_mm(r)}:{_mm(r)} puis 02:{_mm(r)}:{_mm(r)}", lambda r: f"de 9h{_mm(r)} à 16h{_mm(r)}, 7 jours sur 7"],
    "version": [lambda r: f"Firefox {n(r, 90, 140)}.0.{n(r, 1, 9)} sous Windows 10.0.{n(r, 10000, 30000)}.{n(r, 1, 5000)}", lambda r: f"version {n(r, 1, 20)}.{n(r, 0, 40)}.{n(r, 0, 9999)}", lambda r: f"iOS {n(r, 12, 19)}.{n(r, 0, 7)}, Chrome/{n(r, 90, 140)}.0.{n(r, 4000, 7000)}.{n(r, 1, 200)}", lambda r: f"IP 192.168.{n(r, 1, 255)}.{n(r, 1, 255)}"],
    "article": [lambda r: f"Article L. {n(r, 100, 999)}-{n(r, 1, 40)} et R. {n(r, 100, 999)}-{n(r, 1, 40)}-{n(r, 1, 9)}", lambda r: f"décret n° 20{n(r, 10, 25)}-{n(r, 100, 1999)} du {_date(r, '/')}", lambda r: f"cerfa n° {n(r, 10000, 16000)}*0{n(r, 1, 9)}"],
    "liste": [
        lambda r: "questions 01 02 03 04 05", lambda r: "Les questions 06 07 08 09 10 sont floues", lambda r: f"Les questions {', '.join(sorted(r.sample([f'{k:02d}' for k in range(1, 60)], 6)))} se répètent",
        lambda r: f"Les départements {' '.join(sorted(r.sample([f'{k:02d}' for k in range(1, 95)], 7)))} sont oubliés", lambda r: f"départements {', '.join(sorted(r.sample([f'{k:02d}' for k in range(1, 95)], 6)))} et 75",
        lambda r: "notes : 1, 2, 3, 4, 5, 6, 7, 8, 9, 10", lambda r: "Les années 2019 2020 2021 2022 2023 ont été dures", lambda r: f"salles {n(r, 100, 400)}, {n(r, 100, 400)} et {n(r, 100, 400)}", lambda r: "1 2 3 4 5 6 7 8 9 10",
        lambda r: "étapes 01/02/03/04/05 à refaire", lambda r: "un deux trois quatre cinq six sept huit neuf dix", lambda r: f"bureau {n(r, 1, 400)}, guichet {n(r, 1, 30)}, {n(r, 1, 4)}e étage",
    ],
    "mesure": [lambda r: f"{n(r, 10, 900)} km aller, {n(r, 10, 900)} km retour, {n(r, 2, 9)} h de route", lambda r: f"Satisfait à {n(r, 10, 99)} %, contre {n(r, 10, 99)},{n(r, 0, 9)} % en 20{n(r, 10, 25)}", lambda r: f"GPS 48.{chiffres(r, 6)}, 2.{chiffres(r, 6)}", lambda r: f"{n(r, 1, 70)} millions d'habitants, +{_milliers(r)} personnes", lambda r: f"surface {n(r, 20, 300)} m², parcelle {n(r, 1, 999)} section AB {n(r, 1, 99)}", lambda r: f"3 enfants de {n(r, 2, 9)}, {n(r, 10, 12)} et {n(r, 13, 17)} ans"],
    "service": [lambda r: "Le 3939 ne répond jamais, le 39 39 non plus", lambda r: "Appelez le 116 006, le 119 ou le 112", lambda r: "Le 15, le 17, le 18 et le 114", lambda r: "le 3646 puis le 3230 sonnent dans le vide"],
    "arobase": [lambda r: "Merci @service_public et @impots.gouv.fr pour votre aide", lambda r: "3 timbres @ 1,29 € et 2 photos @ 5.50 €", lambda r: "Contactez-moi @ la maison", lambda r: "le signe arobase ne passe pas sur mon clavier", lambda r: "Je suis chez Orange et chez Free, rien ne marche", lambda r: "I looked at impots.gouv.fr and at service-public.fr", lambda r: "Mon compte est chez gmail mais le lien expire", lambda r: "j'ai dû aller chez un ami", lambda r: "mon forfait est chez sfr"],
    "prose": [
        lambda r: "Démarche simple et rapide, merci à toute l'équipe !", lambda r: f"J'ai mis {n(r, 2, 90)} minutes, c'est {n(r, 2, 9)} fois trop long", lambda r: "Sans doute deux ou trois clics de trop, sinon bien", lambda r: f"Le site a planté {n(r, 2, 20)} fois en {n(r, 2, 9)} jours.",
        lambda r: "un, deux, trois essais et toujours rien", lambda r: "quatre-vingt-dix-neuf pour cent du temps ça marche", lambda r: f"Il y a {n(r, 2, 9)} personnes au foyer dont {n(r, 1, 3)} étudiants, revenu {_milliers(r)} €",
        lambda r: "Impossible de joindre quelqu'un par téléphone, musique d'attente pendant 45 minutes", lambda r: f"Plaque {r.choice('ABCDE')}{r.choice('FGHJK')}-{chiffres(r, 3)}-{r.choice('LMNPQ')}{r.choice('RSTVW')}", lambda r: "Zéro pointé. Cinq fois le même formulaire, six pièces jointes, sept relances, huit mois.",
        lambda r: f"Erreur {n(r, 400, 599)} puis erreur {n(r, 1000, 99999)} à l'étape {n(r, 1, 9)} sur {n(r, 5, 9)}", lambda r: f"mon colis de {n(r, 1, 30)} kg, {n(r, 10, 90)}x{n(r, 10, 90)}x{n(r, 10, 90)} cm",
    ],
}  # fmt: skip
FINS = ["", " merci", ".", " Cordialement", " !", ", c'est anormal."]


def negatifs(graine: int, fois: int = 12) -> Iterator[Phrase]:
    """Ordinary comments with numbers that are nobody's."""
    r = random.Random(graine)
    for genre, tirages in NEGATIFS.items():
        for tirer in tirages:
            for _ in range(fois):
                yield Phrase(genre, genre, False, tirer(r) + r.choice(FINS), None)


def manque(phrase: Phrase) -> bool:
    """Whether some of what should have gone is still there, or whether something went that should have stayed."""
    masque, comptes = masquer(phrase.texte)
    if phrase.secret is None:
        return bool(comptes)
    reste = masque.lower()
    utile = [mot for mot in phrase.secret.lower().replace("-", " ").split() if any(c.isdigit() for c in mot)]
    return (
        not comptes
        or phrase.secret.lower() in reste
        or sum(mot in reste for mot in utile if len(mot) > 1) > len(utile) // 2
    )


def _imprimer(graine: int) -> None:
    for nom, phrases in (("positifs", positifs(graine, 40)), ("négatifs", negatifs(graine, 40))):
        totaux: dict[tuple[bool, str], list[int]] = defaultdict(lambda: [0, 0])
        rates: dict[str, list[str]] = defaultdict(list)
        for phrase in phrases:
            total = totaux[phrase.rare, phrase.genre]
            total[0] += 1
            if manque(phrase):
                total[1] += 1
                rates[f"{phrase.genre} / {phrase.ecriture}"].append(phrase.texte)
        for (rare, genre), (tous, manques) in totaux.items():
            print(f"{nom:9} {'rare' if rare else 'ordinaire':9} {genre:12} {tous:5} {1 - manques / tous:7.2%}")
        for quoi, textes in rates.items():
            print(f"  {len(textes):3} {quoi}: {textes[0]!r} -> {masquer(textes[0])[0]!r}")


if __name__ == "__main__":
    _imprimer(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
