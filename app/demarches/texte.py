"""Text as the catalogue keeps it, compares it and searches in it. Pure."""

import re
import unicodedata
from functools import lru_cache

MOTS_VIDES = frozenset(
    re.findall(
        r"\w+",
        "a au aux avec ce ces d dans de des du en et l la le les leur leurs ma mes mon n ou par pour s sa se ses son"
        " sur un une vos votre y",
    )
)
"""Words that say nothing about a démarche: a search leaves them out, unless it holds nothing else."""

_INTERDITS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,118}[a-z0-9])?")


def check_slug(valeur: str) -> str:
    """A slug as it is given; ValueError in French otherwise (`:` is refused because aliases have it)."""
    if SLUG.fullmatch(valeur) is None:
        raise ValueError(
            "un slug est fait de 1 à 120 lettres minuscules sans accent, chiffres et traits d'union, "
            "et ne commence ni ne finit par un trait d'union"
        )
    return valeur


def nettoyer(texte: str) -> str:
    """Composed characters, and one plain space wherever there is white space.

    >>> nettoyer("  Carte\\tgrise\\n ")
    'Carte grise'
    """
    return " ".join(unicodedata.normalize("NFC", texte).split())


def a_un_caractere_interdit(texte: str) -> bool:
    """Whether a text holds what PostgreSQL or a page could not carry: NUL and other controls (white space aside), half
    a pair of surrogates (which is also how a byte that is not UTF-8 is read).

    >>> [a_un_caractere_interdit(texte) for texte in ("a\\tb", "a\\0b", "a\\udce9b")]
    [False, True, True]
    """
    return _INTERDITS.search(texte) is not None


def normaliser(texte: str) -> str:
    """A text without accents, capitals and punctuation, as `titre_recherche` holds it.

    >>> normaliser("Demander l'Œuvre : « Prêt à taux zéro » (n° 1_b)")
    'demander l oeuvre pret a taux zero n 1 b'
    """
    plat = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", texte).casefold())
    lettres = (c for c in plat.replace("œ", "oe").replace("æ", "ae") if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in lettres).split())


def mots_cherches(texte: str, au_plus: int = 8) -> list[str]:
    """The words of a search, each once, empty words left out.

    >>> mots_cherches("Changement d'adresse de l'entreprise"), mots_cherches("LE")
    (['changement', 'adresse', 'entreprise'], ['le'])
    """
    mots = list(dict.fromkeys(normaliser(texte).split()))
    return ([mot for mot in mots if mot not in MOTS_VIDES] or mots)[:au_plus]


@lru_cache(maxsize=4_096)
def slugifier(nom: str) -> str:
    """A slug made from a name; empty when the name has no Latin letter and no digit.

    >>> slugifier("Ministère de l’Intérieur")
    'ministere-de-l-interieur'
    """
    return re.sub(r"[^a-z0-9]+", "-", normaliser(nom)).strip("-")
