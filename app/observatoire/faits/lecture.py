"""What each kind of file says: from a line to a fact, checked, with refusals in French. Pure."""

import base64
import binascii
import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

import orjson
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ValidationError
from pydantic import Field as Champ

from app.demarches.importation.ligne import BOOLEENS, Cellule, check_url
from app.indices.periode import DERNIER_JOUR, PREMIER_JOUR, jour_de_paris
from app.observatoire.faits.annuaire import Annuaire
from app.observatoire.indicateurs import NATURES
from app.observatoire.indicateurs.accessibilite import PREMIER_RGAA, Audit, Declaration
from app.observatoire.indicateurs.disponibilite import Mesure
from app.observatoire.valeurs import Contenu
from app.validation import french_errors

SOURCE_RGAA: Final = "relevé de l'observatoire (rgaa.json)"
SOURCE_DECLARATION: Final = "relevé de l'observatoire (declaration-a11y.json)"
SOURCE_DISPONIBILITE: Final = "relevé de l'observatoire (disponibilité du mois)"

Trouver = Callable[[Annuaire], int]
Modele = TypeVar("Modele", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Constat:
    """A fact as a line gives it. `trouver` says of which démarche; `contenu` is as it is stored.

    `releve_le`: when a collector saw it, in UTC, so that texts compare as instants do; empty when nobody says.
    """

    trouver: Trouver
    nature: str
    jour: dt.date
    source: str
    contenu: dict[str, Any]
    releve_le: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its columns, which of them it must have, and what a line of it says."""

    colonnes: tuple[str, ...]
    obligatoires: tuple[str, ...]
    lire: Callable[[Mapping[str, str], dt.datetime], Constat]


def check(modele: type[Modele], valeurs: Mapping[str, Any]) -> Modele:
    """The model of these values; ValueError with every reason, in French, otherwise."""
    try:
        return modele.model_validate(dict(valeurs))
    except ValidationError as error:
        erreurs = french_errors(error)
        raise ValueError(" ; ".join(f"{e['champ']} : {e['message']}" for e in erreurs)) from None


def read_jour(valeur: str) -> dt.date | None:
    """AAAA-MM-JJ or JJ/MM/AAAA, from 2000 to 2100; None when empty; ValueError in French otherwise."""
    if not valeur:
        return None
    try:
        jour = dt.datetime.strptime(valeur, "%d/%m/%Y" if "/" in valeur else "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError:
        raise ValueError("une date AAAA-MM-JJ (ou JJ/MM/AAAA) est attendue") from None
    if not PREMIER_JOUR <= jour <= DERNIER_JOUR:
        raise ValueError(f"une date entre {PREMIER_JOUR} et {DERNIER_JOUR} est attendue")
    return jour


def _read_mois(valeur: str) -> dt.date:
    """The first day of a month AAAA-MM."""
    try:
        return dt.datetime.strptime(valeur, "%Y-%m").date()  # noqa: DTZ007
    except ValueError:
        raise ValueError("un mois AAAA-MM est attendu") from None


def _read_date_audit(valeur: str) -> dt.date | None:
    """JJ/MM/AAAA, whatever the year."""
    try:
        return dt.datetime.strptime(valeur, "%d/%m/%Y").date() if valeur else None  # noqa: DTZ007
    except ValueError:
        raise ValueError("une date JJ/MM/AAAA est attendue") from None


def _read_nombre(valeur: str) -> str | None:
    """A number as people write it, `1 234,5`; None when empty."""
    return "".join(valeur.split()).replace(",", ".") or None


def _read_entier(valeur: str) -> str | None:
    """A whole number as spreadsheets write it, `8 000`, `8,0`; None when empty."""
    lu = "".join(valeur.split()).replace(",", ".")
    return (lu.rstrip("0").rstrip(".") if "." in lu else lu) or None


Texte = Annotated[str | None, AfterValidator(lambda valeur: valeur or None), Cellule]
Nombre = Annotated[float | None, BeforeValidator(_read_nombre), Cellule]
Entier = Annotated[int | None, BeforeValidator(_read_entier), Cellule]
Mois = Annotated[dt.date, BeforeValidator(_read_mois), Cellule]
Instant = Annotated[AwareDatetime, Cellule]
Url = Annotated[str | None, AfterValidator(check_url), Cellule]
Jour = Annotated[dt.date | None, BeforeValidator(read_jour), Cellule]


class _Releve(BaseModel):
    """What every collected line has."""

    month: Mois
    scanned_at: Instant
    url: Url = None

    def check_dates(self, maintenant: dt.datetime) -> None:
        if jour_de_paris(self.scanned_at) < self.month:
            raise ValueError("scanned_at : ce relevé précède le mois dont il parle")
        if self.scanned_at > maintenant:
            raise ValueError("scanned_at : ce relevé est dans le futur")

    @property
    def releve_le(self) -> str:
        return self.scanned_at.astimezone(dt.UTC).isoformat(timespec="seconds")


class LigneAccessibilite(_Releve):
    procedure_id: Annotated[str, Champ(min_length=1), Cellule]
    source_file: Annotated[str, Cellule]
    rgaa_taux: Nombre = None
    rgaa_date: Annotated[dt.date | None, BeforeValidator(_read_date_audit), Cellule] = None
    mention: Texte = None
    declaration_url: Url = None

    def date_croyable(self) -> dt.date | None:
        """The date of the audit, unless it cannot be: the collector took another one of the page for it."""
        date = self.rgaa_date
        return date if date and PREMIER_RGAA <= date <= jour_de_paris(self.scanned_at) else None


class LigneDisponibilite(_Releve):
    jdma_id: Annotated[str, Champ(min_length=1), Cellule]
    uptime_pct: Nombre = None
    apdex: Nombre = None
    response_ms: Nombre = None
    total_ms: Nombre = None
    samples: Entier = None
    failures: Entier = None


class LigneFait(BaseModel):
    demarche: Annotated[str, Champ(min_length=1), Cellule]
    nature: Annotated[str, Cellule]
    jour: Jour
    source: Annotated[str, Champ(min_length=1, max_length=200), Cellule]
    valeur: Texte = None
    contenu: Texte = None


def lire_accessibilite(cellules: Mapping[str, str], maintenant: dt.datetime) -> Constat:
    """`rgaa.json` says what audit was found that day, `declaration-a11y.json` what declaration; or that none was."""
    ligne = check(LigneAccessibilite, cellules)
    ligne.check_dates(maintenant)
    contenu: Contenu
    match ligne.source_file:
        case "rgaa.json":
            nature, source = "audit", SOURCE_RGAA
            contenu = check(Audit, {"taux": ligne.rgaa_taux, "date": ligne.date_croyable()})
        case "declaration-a11y.json":
            nature, source = "declaration", SOURCE_DECLARATION
            contenu = check(Declaration, {"mention": ligne.mention, "url": ligne.declaration_url})
        case _:
            raise ValueError("source_file : « rgaa.json » ou « declaration-a11y.json » est attendu")
    return _releve(ligne, ligne.procedure_id, nature, jour_de_paris(ligne.scanned_at), source, contenu)


def lire_disponibilite(cellules: Mapping[str, str], maintenant: dt.datetime) -> Constat:
    """The figures of a month hold from its last day on; the last scan of a month says what they are."""
    ligne = check(LigneDisponibilite, cellules)
    ligne.check_dates(maintenant)
    valeurs = {"disponibilite": ligne.uptime_pct, "temps_ms": ligne.response_ms, "mesures": ligne.samples}
    fin = ligne.month.replace(day=calendar.monthrange(ligne.month.year, ligne.month.month)[1])
    return _releve(ligne, ligne.jdma_id, "disponibilite", fin, SOURCE_DISPONIBILITE, check(Mesure, valeurs))


def _releve(ligne: _Releve, numero: str, nature: str, jour: dt.date, source: str, contenu: Contenu) -> Constat:
    contenu.check(jour)
    noms, url = _designation(numero, ligne.url)
    stocke = contenu.model_dump(mode="json") | {"releve_le": ligne.releve_le}
    return Constat(lambda annuaire: annuaire.reperee(noms, url), nature, jour, source, stocke, ligne.releve_le)


def _designation(numero: str, url: str | None) -> tuple[list[str], str | None]:
    """A number is the démarche's in the national service, now or before; anything else is its address in base64."""
    if numero.isascii() and numero.isdigit():
        return [f"jdma:{numero}", f"xwiki:{numero}"], url
    try:
        decodee = check_url(base64.b64decode(numero, validate=True).decode())
    except (binascii.Error, ValueError):
        raise ValueError("procedure_id : un numéro, ou une adresse en base64, est attendu") from None
    return [], url or decodee


def lire_fait(cellules: Mapping[str, str], maintenant: dt.datetime) -> Constat:
    """Any fact: `valeur` for the main field of its nature, or `contenu` for all of them, as a JSON object."""
    ligne = check(LigneFait, cellules)
    if (modele := NATURES.get(ligne.nature)) is None:
        raise ValueError(f"nature : valeurs possibles : {', '.join(NATURES)}")
    if ligne.jour is None or ligne.jour > jour_de_paris(maintenant):
        raise ValueError("jour : une date passée est attendue" if ligne.jour else "jour : ce champ est obligatoire")
    contenu = check(modele, _contenu(ligne, modele))
    contenu.check(ligne.jour)
    demarche = ligne.demarche
    return Constat(
        lambda annuaire: annuaire.nommee(demarche),
        ligne.nature,
        ligne.jour,
        ligne.source,
        contenu.model_dump(mode="json"),
    )


def _contenu(ligne: LigneFait, modele: type[Contenu]) -> dict[str, Any]:
    if (ligne.valeur is None) == (ligne.contenu is None):
        raise ValueError("donnez « valeur » ou « contenu », l'un des deux")
    if ligne.valeur is not None:
        return {modele.principal: _interpret(ligne.valeur, modele)}
    try:
        lu = orjson.loads(ligne.contenu or "")
    except ValueError:
        raise ValueError("contenu : du JSON est attendu") from None
    if not isinstance(lu, dict):
        raise ValueError("contenu : un objet JSON est attendu")
    return lu


def _interpret(valeur: str, modele: type[Contenu]) -> Any:
    """Yes and no as people write them, "sans objet" and "aucun" for what does not exist, numbers with a comma."""
    bas = valeur.lower()
    if bas in {"sans objet", "aucun", "aucune"}:
        return None
    if modele.principal == "valeur":
        return BOOLEENS.get(bas, valeur)
    return _read_nombre(valeur) if re.fullmatch(r"[0-9]+(?:,[0-9]+)?", valeur) else valeur


ACCESSIBILITE: Final = Format(
    (
        *("month", "scanned_at", "procedure_id", "url", "source_file"),
        *("rgaa_taux", "rgaa_date", "mention", "declaration_url"),
    ),
    ("month", "scanned_at", "procedure_id", "url", "source_file", "rgaa_taux", "rgaa_date", "mention"),
    lire_accessibilite,
)
DISPONIBILITE: Final = Format(
    (
        *("month", "scanned_at", "jdma_id", "url", "uptime_pct", "apdex"),
        *("response_ms", "total_ms", "samples", "failures"),
    ),
    ("month", "scanned_at", "jdma_id", "uptime_pct", "response_ms"),
    lire_disponibilite,
)
FAITS: Final = Format(
    ("demarche", "nature", "jour", "source", "valeur", "contenu"),
    ("demarche", "nature", "jour", "source"),
    lire_fait,
)
