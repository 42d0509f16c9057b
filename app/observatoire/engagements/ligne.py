"""One line of `import-engagements`, checked: what may stand in each column, with refusals in French. Pure.

An empty cell says nothing: it is not in `model_fields_set`. `aucun` or `aucune` takes the value away.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from app.demarches.importation.ligne import Cellule
from app.demarches.texte import check_slug, nettoyer
from app.observatoire.engagements.echeances import AUCUNE, Genre, Statut, Variante, lire_date, lire_echeance
from app.observatoire.indicateurs import PAR_CLE
from app.validation import french_errors

COLONNES: Final = (
    *("slug", "genre", "titre", "porteur", "ministere", "organisme", "demarches", "api", "variante", "indicateur"),
    *("cible", "statut", "echeance", "raison_glissement", "glissement_le", "tenu_le", "raison_abandon", "source"),
)
OBLIGATOIRES: Final = ("slug",)
_RETIRABLES: Final = frozenset(
    {"ministere", "organisme", "demarches", "api", "variante", "indicateur", "cible", "source"}
)
DEMARCHES_MAX: Final = 200


def texte(au_plus: int) -> Callable[[str], str]:
    """What checks a text of 1 to `au_plus` characters."""

    def check(valeur: str) -> str:
        propre = nettoyer(valeur)
        if not propre or len(propre) > au_plus:
            raise ValueError(f"un texte de 1 à {au_plus} caractères est attendu")
        return propre

    return check


def lire_cible(valeur: object) -> float:
    """A share: `80 %`, `0,8` or `0.8`; ValueError in French unless it is above 0 and at most 1.

    >>> lire_cible("80 %"), lire_cible("0,8")
    (0.8, 0.8)
    """
    lu = re.fullmatch(r"([0-9]{1,3}(?:[.,][0-9]{1,10})?)\s*(%?)", str(valeur))
    part = None if lu is None else float(lu[1].replace(",", ".")) / (100 if lu[2] else 1)
    if part is None or not 0 < part <= 1:
        raise ValueError("une part est attendue, au-dessus de 0 et jusqu'à 1 : « 80 % » ou « 0,8 »")
    return part


def lire_demarches(valeur: object) -> tuple[str, ...]:
    """Slugs or identifiants separated by `;`, each once."""
    noms = tuple(dict.fromkeys(nom for nom in re.split(r"[;,|\s]+", str(valeur)) if nom))
    if len(noms) > DEMARCHES_MAX:
        raise ValueError(f"{DEMARCHES_MAX} démarches au plus")
    return noms


def check_indicateur(valeur: str) -> str:
    """The key of an indicateur of the observatory."""
    if valeur not in PAR_CLE:
        raise ValueError("indicateur inconnu ; valeurs possibles : " + ", ".join(PAR_CLE))
    return valeur


def _date(valeur: object) -> dt.date:
    return lire_date(str(valeur))


def _echeance(valeur: object) -> dt.date | None:
    return lire_echeance(str(valeur))


Texte200 = Annotated[str, AfterValidator(texte(200)), Cellule]
Texte500 = Annotated[str, AfterValidator(texte(500)), Cellule]
Slug = Annotated[str, AfterValidator(check_slug), Cellule]
Jour = Annotated[dt.date, BeforeValidator(_date), Cellule]


class LigneEngagement(BaseModel):
    """What a line says; None in a field that is set means "take it away" (or, for `echeance`, "aucune date")."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: Slug
    genre: Annotated[Genre, Cellule] | None = None
    titre: Texte500 | None = None
    porteur: Texte200 | None = None
    ministere: Texte200 | None = None
    organisme: Texte200 | None = None
    demarches: Annotated[tuple[str, ...], BeforeValidator(lire_demarches), Cellule] | None = None
    api: Slug | None = None
    variante: Annotated[Variante, Cellule] | None = None
    indicateur: Annotated[str, AfterValidator(check_indicateur), Cellule] | None = None
    cible: Annotated[float, BeforeValidator(lire_cible), Cellule] | None = None
    statut: Annotated[Statut, Cellule] | None = None
    echeance: Annotated[dt.date | None, BeforeValidator(_echeance), Cellule] = None
    raison_glissement: Texte500 | None = None
    glissement_le: Jour | None = None
    tenu_le: Jour | None = None
    raison_abandon: Texte500 | None = None
    source: Texte500 | None = None

    @model_validator(mode="after")
    def check_together(self) -> "LigneEngagement":
        """Cells that only mean something beside another one."""
        if self.raison_glissement and "echeance" not in self.model_fields_set:
            raise ValueError("raison_glissement demande une échéance")
        if self.glissement_le and not self.raison_glissement:
            raise ValueError("glissement_le demande une raison_glissement")
        if (self.statut == "tenu") != (self.tenu_le is not None):
            raise ValueError("le statut « tenu » et la date tenu_le vont ensemble")
        if (self.statut == "abandonne") != (self.raison_abandon is not None):
            raise ValueError("le statut « abandonne » et raison_abandon vont ensemble")
        return self


def lire_ligne(cellules: Mapping[str, str]) -> LigneEngagement:
    """The line in these cells; ValueError with every reason, in French, otherwise."""
    try:
        return LigneEngagement.model_validate(dict(_dites(cellules)))
    except ValidationError as error:
        motifs = [
            e["message"] if e["champ"] == "corps" else f"{_colonne(e['champ'])} : {e['message']}"
            for e in french_errors(error)
        ]
        raise ValueError(" ; ".join(dict.fromkeys(motifs))) from None


def _dites(cellules: Mapping[str, str]) -> list[tuple[str, Any]]:
    """The cells that say something, None for those that take a value away."""
    dites: list[tuple[str, Any]] = []
    for nom in COLONNES:
        valeur = cellules.get(nom, "").strip()
        if nom in _RETIRABLES and valeur.lower() in AUCUNE:
            dites.append((nom, None))
        elif valeur or nom == "slug":
            dites.append((nom, valeur))
    return dites


def _colonne(champ: str) -> str:
    """`titre.function-after[…]` names a branch of a union: the column is what a reader knows."""
    return champ.partition(".")[0]
