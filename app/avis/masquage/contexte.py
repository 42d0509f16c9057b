"""What the words around a number say of it: a person's telephone, or the number of a file. Pure."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

FENETRE = 80  # characters read before a candidate


def _mots(texte: str) -> list[str]:
    return texte.split()


class Dit(Enum):
    """What the nearest telling word before a number makes of it."""

    RIEN = auto()
    NUMERO = auto()
    """« mon numéro 6 12… »: something is numbered, nothing says what."""
    TELEPHONE = auto()
    REFERENCE = auto()
    LISTE = auto()
    """« questions 01 02 03… »: numbers that only follow one another."""


_TELEPHONE = re.compile(
    r"tel(?:s|eph\w*)?|te?lf|portables?|port|mobiles?|movil|fixes?|fax|gsm|cell\w*|phone\w*|appel\w*|rappel\w*|app?el\w*"
    r"|contact\w*|joi(?:ndre|gn)\w*|rejoi\w+|sms|texto\w*|whats?app|wa|signal|telegram|call\w*|llam\w*|num?ero\w*de\w*"
    r"|sonne\w*|telefono|reach|ligne\w{0,3}directe|06"
)
_LISTE = frozenset(
    _mots("""
    questions question departements departement depts dept dep notes note articles article art chapitres chapitre
    lots lot salles salle etapes etape pages page rubriques rubrique cases case lignes semaines
    semaine mois jours jour annees annee annexes annexe points cerfa ages age items item reponses reponse colonnes
    colonne tirage loto zones zone secteurs batiments batiment niveaux niveau versions version v resultats scores
    codes regions region lundi mardi mercredi jeudi vendredi samedi dimanche guichets guichet quais quai chambres
    chambre appartements tranches figures tableaux fiches modules onglets formulaires heures horaires heure
    horaire ouverture ouvertures ouvert ouverte fermeture gagnants gagnant euromillions keno pieces piece tailles
""")
)
_REFERENCE = frozenset(
    _mots("""
    dossier dossiers ref refs reference references siret siren rcs ape naf tva facture factures fiscal fiscale
    matricule allocataire identifiant identifiants id agdref prm pdl pce commande commandes suivi colis contrat
    ticket incident devis paiement transaction recepisse quittance bordereau courrier recommande lettre lrar police
    adherent abonnement abonne compteur serie imei ean isbn code barres imposition avis declaration teledeclaration
    acte requete permis plaque immatriculation inscription candidat candidature ine ticket parcelle cadastre
    tracking order invoice file case booking pedido factura expediente reservation operation mandat virement cheque
    bon livraison envoi affaire procedure jugement numerodedossier rg role titre avoir proforma colissimo chronopost
    ordre demarche teleservice simulation session rna waldec
    finess rpps adeli uai licence certificat attestation formulaire version accuse
""")
)
_AVEC_NUMERO = frozenset(
    (
        "client",
        "cliente",
        "demande",
        "patient",
        "eleve",
        "etudiant",
        "compte",
        "reclamation",
        "projet",
        "usager",
        "usagere",
        "etablissement",
        "entreprise",
        "societe",
        "association",
        "structure",
        "organisme",
        "agent",
    )
)
"""Words that tell a reference only with « numéro »: « je suis client 0123456789 » does not."""
_NUMERO = frozenset(("n", "no", "num", "numero", "numeros", "nr", "nro", "number"))
_VIDES = frozenset(
    _mots("""
    de du des d l le la les est etait sont suis c ce cet cette ci dessous suivant suivante mon ma mes notre nos
    votre vos moi me nous lui sous portant donc au a sur par ou soit bien unique
    complet perso personnel pro professionnel direct is my the of at on es mi el ici et voici
""")
)
_VERS = frozenset(("au", "a", "sur", "at", "moi", "nous", "me", "lui"))
"""What leads to somebody: « ma commande, au 06… »."""
_JETON = re.compile(r"[a-z]+|[0-9]+|[^a-z0-9 '\"#°º:=()*_\-\[<>]")
_DEJA_DIT = re.compile(
    r"(?:\A|[^0-9])(?!(?:19|20)[0-9]{2}(?![0-9]))[0-9]{2,8}[a-z]?[ )\]]{0,3}"
    r"(?:[:,;(/|\[]|\. | [-–] | et | puis )[^0-9]*\Z"
)
"""« Dossier 4521 : » has its number already; « Facture 2024 : » may not."""
_FIN_DE_PHRASE = frozenset(".;!?\n@%€$")


def etiquette(avant: str) -> Dit:
    """What the words just before a number say of it; `avant` ends where the number begins, accents removed.

    >>> etiquette("mon dossier n° ").name, etiquette("dossier perdu, appelez-moi au ").name
    ('REFERENCE', 'TELEPHONE')
    """
    jetons = _JETON.findall(avant[-FENETRE:])
    return _Lecteur(_DEJA_DIT.search(avant) is not None).lire(jetons)


class _Lecteur:
    """Reads words backwards from a number, until one tells or a sentence ends."""

    def __init__(self, deja_dit: bool) -> None:
        self.deja_dit = deja_dit
        self.numero = self.vers = self.nombres = self.virgule = False
        self.inconnus = 0

    def lire(self, jetons: list[str]) -> Dit:
        for k in range(len(jetons) - 1, max(-1, len(jetons) - 16), -1):
            jeton = jetons[k]
            precedents = jetons[max(0, k - 2) : k]
            dit = self._mot(jeton, precedents) if jeton.isalpha() else self._signe(jeton, "".join(precedents[-1:]))
            if dit is not None:
                return dit
        return self._rien()

    def _rien(self) -> Dit:
        return Dit.NUMERO if self.numero and not self.vers else Dit.RIEN

    def _signe(self, jeton: str, precedent: str) -> Dit | None:
        """A digit of a list, a comma, the dot of « tél. »; anything else ends what is said."""
        if jeton.isdigit():
            self.nombres = True
            return None if len(jeton) <= 8 else self._rien()
        if jeton == "." and (precedent in _NUMERO or precedent in _REFERENCE or _TELEPHONE.fullmatch(precedent)):
            return None
        if jeton in _FIN_DE_PHRASE:
            return self._rien()
        self.virgule = self.virgule or jeton == ","
        return None

    def _mot(self, mot: str, precedents: list[str]) -> Dit | None:
        if mot.startswith("rappel") and precedents[-1:] == ["a"] and _REFERENCE.intersection(precedents):
            return Dit.REFERENCE
        if _TELEPHONE.fullmatch(mot):
            return Dit.TELEPHONE if not self.nombres else Dit.RIEN
        if self.vers and mot not in _VIDES:
            self.inconnus += 1
            return Dit.RIEN if self.inconnus > 2 else None
        if mot in _LISTE and not self.inconnus:
            return Dit.LISTE
        if self.virgule and not self.nombres and mot not in _VIDES:
            return self._rien()
        numerote = self.numero or bool(_NUMERO.intersection(precedents))
        if mot in _REFERENCE or (mot in _AVEC_NUMERO and numerote):
            annonce = not (self.deja_dit and self.nombres) and (not self.inconnus or numerote)
            return Dit.REFERENCE if annonce else self._rien()
        return self._autre(mot)

    def _autre(self, mot: str) -> Dit | None:
        if mot in _NUMERO:
            self.numero = True
        elif mot in _VERS:
            self.vers = True
        elif mot not in _VIDES and mot not in _AVEC_NUMERO:
            self.inconnus += 1
        return self._rien() if self.inconnus > 1 else None


_SUITE = re.compile(
    r"[ ,(:-]{0,4}+(?:(?:est|c'est|etant|comme|correspond|qui est|is)[ a]{1,3})?"
    r"(?:(?:le|la|mon|ma|notre|un|une|my|the) )?"
    r"(?:(?:numero|num|n[°o]) (?:de |du |d')?(?:la |ma |mon |notre |cette |ce )?)?([a-z]+)"
)


def est_suivi_d_une_reference(lu: str, fin: int) -> bool:
    """« 0798765432 est mon numéro de commande »: the words after a number make it a reference.

    >>> est_suivi_d_une_reference("0798765432 est le numero de ma commande", 10)
    True
    """
    suite = _SUITE.match(lu, fin)
    return suite is not None and suite[1] in _REFERENCE and suite.end() - fin > len(suite[1]) + 3


_PORTABLE = re.compile(
    r"[ ,(:=-]{0,4}+(?:(?:est|c'est|qui est|is) )?"
    r"(?:(?:sur|a|au) )?(?:le|mon|ma|notre|my)? ?(?:(?:numero|num|n°) (?:de )?)?"
    r"(?:portables?|tel|telephone|mobile|fixe|gsm|phone)\b"
)


def est_suivi_d_un_telephone(numero: re.Match[str]) -> bool:
    """« réf 0623417709 (mon portable) »."""
    return _PORTABLE.match(numero.string, numero.end()) is not None


@dataclass
class Candidat:
    """A place of a reading where an identifier may begin, and the words just before it (at most FENETRE characters)."""

    lu: str
    chiffres: str
    position: int
    avant: str

    @cached_property
    def dit(self) -> Dit:
        """What the words before say; read only once the digits alone have not settled."""
        return etiquette(self.avant)
