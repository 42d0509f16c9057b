"""Taking a published édition to another database: the document itself, which its fingerprint protects."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches.texte import check_slug
from app.indices.periode import Periode
from app.observatoire.donnees.signature import Sceau
from app.observatoire.editions import contenu, lecture, service, sql
from app.observatoire.editions.contenu import Objet
from app.observatoire.editions.lecture import Reference
from app.observatoire.editions.parametres import PerimetreEdition, check_nom, check_texte
from app.observatoire.editions.refus import ImportRefuse, citer
from app.observatoire.models import Edition
from app.problems import Invalide
from app.validation import french_errors

_PAS_ENTIERE = "Ce fichier n'est pas une édition entière, telle que ce service les écrit"


def check_instant(texte: str) -> str:
    """A moment as `contenu.instant` writes it; ValueError otherwise."""
    if contenu.instant(dt.datetime.fromisoformat(texte)) != texte:
        raise ValueError("un instant en UTC est attendu")
    return texte


def check_jour(texte: str) -> str:
    """A day as it is written in one way only; ValueError otherwise."""
    if dt.date.fromisoformat(texte).isoformat() != texte:
        raise ValueError("une date AAAA-MM-JJ est attendue")
    return texte


Jour = Annotated[str, AfterValidator(check_jour)]
Instant = Annotated[str, AfterValidator(check_instant)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _PeriodeFigee(_Strict):
    debut: Jour
    fin: Jour


class _DemarcheFigee(BaseModel):
    """What must be there to tell which démarche it is; the rest is kept as it comes."""

    slug: Annotated[str, AfterValidator(check_slug)]
    titre: str
    identifiants: list[str]


class _ValeurFigee(BaseModel):
    statut: str
    valeur: float | bool | str | None
    atteint: bool | None


class _ElementFige(_Strict):
    demarche: _DemarcheFigee
    notes: Annotated[list[Annotated[int, Field(ge=0, le=2**31 - 1)]], Field(min_length=11, max_length=11)]
    indice: dict[str, Any]
    valeurs: dict[str, _ValeurFigee]


class _SeuilsFiges(BaseModel):
    titre: str
    sens: Literal[1, 0, -1]


class _BilanFige(BaseModel):
    indicateurs: dict[str, dict[str, Any]]


class _EditionFigee(_Strict):
    """The shape of the document: enough to store it, to read it and to compare it."""

    slug: str
    revision: Annotated[int, Field(ge=1, le=2**31 - 1)]
    titre: str
    periode: _PeriodeFigee
    minimum: Annotated[int, Field(ge=1, le=2**31 - 1)]
    perimetre: PerimetreEdition
    cibles: dict[str, float]
    raison: str | None
    publiee_le: Instant
    methode: str
    seuils: dict[str, _SeuilsFiges]
    bilan: _BilanFige
    groupes: dict[str, list[dict[str, Any]]]
    empreinte: str
    elements: Annotated[list[_ElementFige], Field(min_length=1)]
    revisions: Any = None
    suivant: None = None


async def exporter(db: AsyncSession, reference: Reference) -> bytes:
    """The whole document of a published édition, as JSON. Raises EditionInconnue."""
    document = await lecture.lire(db, reference, limite=None)
    return orjson.dumps({cle: valeur for cle, valeur in document.items() if cle not in {"revisions", "suivant"}})


async def importer(db: AsyncSession, octets: bytes, sceau: Sceau | None = None) -> tuple[str, int, bool]:
    """Store an édition published elsewhere: its slug, its revision, and whether it is new here.

    Takes what `exporter` gives, or what the API answers. Raises ImportRefuse: not an édition, changed since it was
    published, another one here under that name, earlier revisions missing, démarches that this catalogue does not know.
    """
    document = lire_document(octets)
    slug, revision = document["slug"], document["revision"]
    await sql.verrouiller(db)
    derniere = await sql.derniere(db, slug)
    if derniere is not None and revision <= derniere.revision:
        await _check_deja_la(db, document)
        return slug, revision, False
    if revision != (derniere.revision if derniere else 0) + 1 or (derniere and derniere.publiee_le is None):
        raise ImportRefuse(f"Importez ou publiez d'abord la révision {revision - 1} de {slug}.")
    demarches = rapprocher(document["elements"], await sql.identifiants(db), await sql.noms(db))
    await service.figer(db, await _brouillon(db, document, demarches), document, demarches, sceau)
    return slug, revision, True


def lire_document(octets: bytes) -> Objet:
    """The document in a file, whole and as it was published. Raises ImportRefuse."""
    try:
        figee = _EditionFigee.model_validate_json(octets)
        document: Objet = orjson.loads(octets)
    except ValidationError as error:
        premiere = french_errors(error)[0]
        raise ImportRefuse(f"{_PAS_ENTIERE} ({premiere['champ']} : {premiere['message']}).") from None
    except ValueError:
        raise ImportRefuse("Ce fichier n'est pas du JSON.") from None
    if contenu.empreinte(document) != figee.empreinte:
        raise ImportRefuse("Ce fichier n'est plus ce qui a été publié : son contenu n'a pas l'empreinte qu'il annonce.")
    if b"\\u0000" in octets or not _est_coherente(figee):
        raise ImportRefuse(f"{_PAS_ENTIERE}.")
    return document


def _est_coherente(figee: _EditionFigee) -> bool:
    """Whether the parts agree, and are written as this service writes them (or they would not read back the same)."""
    try:
        check_nom(figee.slug)
        textes = [texte for texte in (figee.titre, figee.raison) if texte is not None]
        if any(check_texte("texte", texte) != texte for texte in textes):
            return False
        _periode(figee.periode)
    except Invalide:
        return False
    slugs = [element.demarche.slug for element in figee.elements]
    cles = figee.seuils.keys()
    return (
        slugs == sorted(set(slugs))
        and (figee.revision > 1) == (figee.raison is not None)
        and cles == figee.bilan.indicateurs.keys()
        and all(element.valeurs.keys() == cles for element in figee.elements)
    )


def _periode(periode: _PeriodeFigee) -> Periode:
    return Periode(dt.date.fromisoformat(periode.debut), dt.date.fromisoformat(periode.fin))


async def _check_deja_la(db: AsyncSession, document: Objet) -> None:
    ici = await sql.publiee(db, document["slug"], document["revision"])
    if ici is None or ici.empreinte != document["empreinte"]:
        nom = f"{document['slug']}, révision {document['revision']}"
        raise ImportRefuse(f"Une autre édition porte déjà ce nom ici ({nom}).")


async def _brouillon(db: AsyncSession, document: Objet, demarches: list[int]) -> Edition:
    """The draft that the document will be frozen in."""
    edition = Edition(
        **{nom: document[nom] for nom in ("slug", "revision", "titre", "minimum", "perimetre", "cibles", "raison")},
        debut=dt.date.fromisoformat(document["periode"]["debut"]),
        fin=dt.date.fromisoformat(document["periode"]["fin"]),
        catalogue=demarches if document["perimetre"] == "liste" else None,
    )
    db.add(edition)
    await db.flush()
    return edition


def rapprocher(
    elements: Sequence[Mapping[str, Any]], identifiants: Mapping[int, Sequence[str]], noms: Mapping[str, int]
) -> list[int]:
    """The id here of the démarche of each element: the one that shares an identifiant, else the one of that slug.

    Raises ImportRefuse for those that nothing here is, or that two of which would be the same one here.
    """
    porteurs = {nom: demarche for demarche, siens in identifiants.items() for nom in siens}
    trouves = [_trouver(element["demarche"], porteurs, noms) for element in elements]
    slugs = [element["demarche"]["slug"] for element in elements]
    inconnues = [slug for slug, trouve in zip(slugs, trouves, strict=True) if trouve is None]
    if inconnues:
        raise ImportRefuse(f"Importez d'abord le catalogue : démarches inconnues ici ({citer(inconnues)}).")
    demarches = [trouve for trouve in trouves if trouve is not None]
    fois = Counter(demarches)
    doubles = [slug for slug, trouve in zip(slugs, demarches, strict=True) if fois[trouve] > 1]
    if doubles:
        raise ImportRefuse(f"Plusieurs démarches de ce fichier n'en font qu'une ici ({citer(doubles)}).")
    return demarches


def _trouver(demarche: Mapping[str, Any], porteurs: Mapping[str, int], noms: Mapping[str, int]) -> int | None:
    trouvees = {porteurs[nom] for nom in demarche["identifiants"] if nom in porteurs}
    if len(trouvees) > 1:
        raise ImportRefuse(f"Les identifiants de {demarche['slug']} désignent ici plusieurs démarches.")
    return trouvees.pop() if trouvees else noms.get(demarche["slug"])
