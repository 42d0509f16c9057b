"""`/donnees`: open data, public. Addresses that never break: others download them by themselves."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.conditionnel import repondre
from app.indices.parametres import AujourdHui, PeriodeDep
from app.observatoire.donnees import dcat, licence, service
from app.observatoire.donnees.colonnes import TABLES, table
from app.observatoire.donnees.fichiers import ecrire_schema, type_de
from app.observatoire.donnees.jeu import DEFINITIONS
from app.observatoire.donnees.refus import CleAbsente, FichierInconnu, SignatureNonConfiguree
from app.observatoire.donnees.signature import Sceau
from app.observatoire.editions import lecture
from app.observatoire.editions.api import A_VERIFIER, FIGE
from app.openapi import problems

router = APIRouter(prefix="/donnees", tags=["Données ouvertes"])

PEM: Final = "application/x-pem-file"
JSONLD, TURTLE = "application/ld+json", "text/turtle"
_OCTETS: Final = {"schema": {"type": "string", "format": "binary"}}
_FICHIER: Final = {
    "description": "Le fichier",
    "content": {
        "text/csv": {},
        "application/json": {},
        "application/vnd.apache.parquet": _OCTETS,
        "application/octet-stream": _OCTETS,
        "text/plain": {},
    },
}

Nom = Annotated[
    str,
    Path(
        max_length=100,
        description="`observatoire`, `synthese` ou `indicateurs`, puis `.csv`, `.json` ou `.parquet` ; avec `.sha256`"
        " ou `.sig` en plus, sa somme ou sa signature",
        examples=["observatoire.csv"],
    ),
]
Edition = Annotated[
    str, Path(max_length=200, description="slug de l'édition, ou `slug@2` pour une révision", examples=["2023-t4@1"])
]
Schema = Annotated[str, Path(max_length=100, description="`observatoire.json`, …", examples=["observatoire.json"])]


def _sceau(request: Request) -> Sceau | None:
    sceau: Sceau | None = request.app.state.sceau
    return sceau


def _entetes(nom: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{nom}"',
        "Link": f'<{licence.URL}>; rel="license"',
    }


@router.get("/catalogue.jsonld", responses=problems(304, 422, 503) | {200: {"content": {JSONLD: {}}}})
async def lire_catalogue(request: Request, periode: PeriodeDep) -> Response:
    """Le catalogue DCAT-AP des données ouvertes, en JSON-LD ; c'est lui que data.gouv.fr moissonne."""
    return await _catalogue(request, periode, JSONLD)


@router.get("/catalogue.ttl", responses=problems(304, 422, 503) | {200: {"content": {TURTLE: {}}}})
async def lire_catalogue_turtle(request: Request, periode: PeriodeDep) -> Response:
    """Le même catalogue, en Turtle."""
    return await _catalogue(request, periode, TURTLE)


async def _catalogue(request: Request, periode: PeriodeDep, type_: str) -> Response:
    base = request.app.state.settings.base
    ecrire = dcat.en_jsonld if type_ == JSONLD else dcat.en_turtle

    async def calcul(db: AsyncSession) -> bytes:
        return ecrire(await service.catalogue(db, base, periode))

    return await repondre(request, ("donnees/catalogue", type_, periode), calcul, type_)


@router.get("/catalogue", include_in_schema=False)
async def trouver_catalogue(request: Request) -> Response:
    """The address that names the catalogue in itself: it leads to the form that is asked for."""
    forme = "ttl" if TURTLE in request.headers.get("accept", "") else "jsonld"
    return RedirectResponse(f"/donnees/catalogue.{forme}", 303, {"Vary": "Accept"})


@router.get("/observatoire", include_in_schema=False)
async def trouver_jeu() -> Response:
    """The address that names the figures of now in the catalogue: it leads to the page that speaks of them."""
    return RedirectResponse("/donnees", 303)


@router.get("/editions/{edition}", include_in_schema=False)
async def trouver_edition(edition: Edition) -> Response:
    """The address that names an édition in the catalogue: it leads to its page. Raises EditionInconnue."""
    reference = lecture.lire_reference(edition)
    revision = f"?revision={reference.revision}" if reference.revision else ""
    return RedirectResponse(f"/editions/{reference.slug}{revision}", 303)


@router.get("/cle-publique.pem", responses=problems(304, 404, 503) | {200: {"content": {PEM: {}}}})
async def lire_cle_publique(request: Request) -> Response:
    """La clé publique Ed25519 qui vérifie les signatures."""
    return await _cle(request, 0)


@router.get("/cle-publique-precedente.pem", responses=problems(304, 404, 503) | {200: {"content": {PEM: {}}}})
async def lire_cle_precedente(request: Request) -> Response:
    """La clé publique d'avant le dernier changement de clé : elle vérifie ce qui avait été signé avec elle."""
    return await _cle(request, 1)


async def _cle(request: Request, rang: int) -> Response:
    sceau = _sceau(request)
    if sceau is None:
        raise SignatureNonConfiguree
    if rang >= len(sceau.pems):
        raise CleAbsente

    async def calcul(_: AsyncSession) -> bytes:
        return sceau.pems[rang]

    return await repondre(request, ("donnees/cle-publique", rang), calcul, PEM)


@router.get("/schemas/{fichier}", responses=problems(304, 404, 422, 503) | {200: {"content": {"application/json": {}}}})
async def lire_schema(request: Request, fichier: Schema) -> Response:
    """Le Table Schema des colonnes d'une table, telles qu'elles sont aujourd'hui."""
    nom, _, forme = fichier.partition(".")
    if forme != "json" or nom not in TABLES:
        raise FichierInconnu

    async def calcul(_: AsyncSession) -> bytes:
        return ecrire_schema(table(nom, DEFINITIONS))

    return await repondre(request, ("donnees/schemas", nom), calcul)


@router.get("/editions/{edition}/{fichier}", responses=problems(304, 404, 422, 503) | {200: _FICHIER})
async def lire_fichier_d_edition(request: Request, edition: Edition, fichier: Nom) -> Response:
    """Un fichier d'une édition, les octets mêmes qui ont été publiés ; et `SHA256SUMS`, les sommes de tous."""
    reference = lecture.lire_reference(edition)
    sceau = _sceau(request)

    async def calcul(db: AsyncSession) -> Any:
        publiee = await lecture.trouver(db, reference)
        return await service.lire_d_edition(db, publiee.id, fichier, sceau)

    # A signature may be made again, with another key.
    fige = reference.revision is not None and not fichier.endswith(".sig")
    cle = ("donnees/editions", reference, fichier)
    return await repondre(request, cle, calcul, type_de(fichier), _entetes(fichier), FIGE if fige else A_VERIFIER)


@router.get("/{fichier}", responses=problems(304, 404, 422, 503) | {200: _FICHIER})
async def lire_fichier(request: Request, fichier: Nom, periode: PeriodeDep, jour: AujourdHui) -> Response:
    """Les chiffres de toutes les démarches sur une période, tels qu'ils sont maintenant."""
    minimum: int = request.app.state.settings.seuil_publication
    sceau = _sceau(request)
    service.check_nom(fichier)

    async def calcul(db: AsyncSession) -> bytes:
        return await service.lire_du_jour(db, periode, minimum, jour, fichier, sceau)

    return await repondre(request, ("donnees", fichier, periode, jour), calcul, type_de(fichier), _entetes(fichier))
