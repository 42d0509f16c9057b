"""One line of the catalogue's CSV, checked: what may stand in each column, with refusals in French. Pure."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    HttpUrl,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from app.demarches.texte import a_un_caractere_interdit, check_slug, nettoyer, slugifier
from app.validation import french_errors

COLONNES = ("slug", "titre", "ministere", "organisme", "url", "en_ligne", "top_250", "identifiants")
OBLIGATOIRES = ("slug", "titre")

IDENTIFIANT = re.compile(r"[a-z][a-z0-9-]{0,39}:[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
BOOLEENS = {"oui": True, "vrai": True, "true": True, "1": True, "non": False, "faux": False, "false": False, "0": False}
_PAS_UTF8 = re.compile(r"[\udc80-\udcff\ufffd]")
_URL: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)


def check_url(valeur: str) -> str | None:
    """An http or https address, kept exactly as it is given; None when empty; ValueError in French otherwise."""
    if not valeur:
        return None
    message = (
        "l'adresse doit commencer par http:// ou https:// et nommer un site, sans espace, 2 000 caractères au plus"
    )
    if len(valeur) > 2_000 or not re.fullmatch(r"https?://[^\s\\/?#@]+(?:[/?#][^\s\\]*)?", valeur, re.IGNORECASE):
        raise ValueError(message)
    try:
        _URL.validate_python(valeur)
    except ValidationError:
        raise ValueError(message) from None
    return valeur


def read_booleen(valeur: str) -> bool | None:
    """oui/non, vrai/faux, true/false, 1/0 in any case; None when empty; ValueError in French otherwise."""
    if not valeur:
        return None
    try:
        return BOOLEENS[valeur.lower()]
    except KeyError:
        raise ValueError("« oui » ou « non » est attendu") from None


def read_identifiants(valeur: str) -> tuple[str, ...]:
    """`jdma:1006;xwiki:823` (or commas, spaces, bars) as sorted `source:valeur`, each once; ValueError otherwise."""
    if len(valeur) > 5_000:
        raise ValueError("5 000 caractères au plus")
    parties = [partie for partie in re.split(r"[;,|\s]+", valeur) if partie]
    if any(IDENTIFIANT.fullmatch(partie) is None for partie in parties):
        raise ValueError("des identifiants « source:valeur » séparés par « ; » sont attendus (par exemple jdma:1006)")
    if len(parties) > 50:
        raise ValueError("50 identifiants au plus")
    return tuple(sorted(set(parties)))


def _texte(valeur: str, au_plus: int) -> str:
    texte = nettoyer(valeur)
    if len(texte) > au_plus:
        raise ValueError(f"{au_plus} caractères au plus")
    return texte


def check_titre(valeur: str) -> str:
    """A title of at most 500 characters, with at least a letter or a digit."""
    titre = _texte(valeur, 500)
    if not any(c.isalnum() for c in titre):
        raise ValueError("le titre est obligatoire" if not titre else "le titre doit contenir une lettre ou un chiffre")
    return titre


def check_nom(valeur: str) -> str | None:
    """The name of a ministère or organisme, 300 characters at most; None when empty."""
    nom = _texte(valeur, 300)
    if nom and not slugifier(nom):
        raise ValueError("le nom doit contenir une lettre latine ou un chiffre")
    return nom or None


def _propre(valeur: Any) -> Any:
    """Every cell first: no stray white space around, nothing that could not be stored."""
    texte = str(valeur).strip()
    if _PAS_UTF8.search(texte):
        raise ValueError("des octets ne sont pas de l'UTF-8 : enregistrez le fichier en UTF-8")
    if a_un_caractere_interdit(texte):
        raise ValueError("caractère interdit (caractère nul ou de contrôle)")
    return texte


Cellule = BeforeValidator(_propre)
Slug = Annotated[str, AfterValidator(check_slug), Cellule]
Nom = Annotated[str | None, AfterValidator(check_nom), Cellule]


class LigneCatalogue(BaseModel):
    """A démarche as a line describes it. A column that the file does not have is not in `model_fields_set`.

    `en_ligne` and `top_250` are None when the cell is empty: the default for a new démarche, no change for a known one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: Slug
    titre: Annotated[str, AfterValidator(check_titre), Cellule]
    ministere: Nom = None
    organisme: Nom = None
    url: Annotated[str | None, AfterValidator(check_url), Cellule] = None
    en_ligne: Annotated[bool | None, BeforeValidator(read_booleen), Cellule] = None
    top_250: Annotated[bool | None, BeforeValidator(read_booleen), Cellule] = None
    identifiants: Annotated[tuple[str, ...], BeforeValidator(read_identifiants), Cellule] = ()

    @model_validator(mode="after")
    def check_organisme(self) -> "LigneCatalogue":
        """An organisme belongs to a ministère."""
        if self.organisme and not self.ministere:
            raise ValueError("un organisme demande un ministère")
        return self


def lire_ligne(cellules: Mapping[str, str]) -> LigneCatalogue:
    """The line in these cells; ValueError with every reason, in French, otherwise."""
    try:
        return LigneCatalogue.model_validate({nom: cellules[nom] for nom in COLONNES if nom in cellules})
    except ValidationError as error:
        motifs = [
            e["message"] if e["champ"] == "corps" else f"{e['champ']} : {e['message']}" for e in french_errors(error)
        ]
        raise ValueError(" ; ".join(motifs)) from None
