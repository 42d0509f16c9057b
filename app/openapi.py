"""How refusals are documented: one schema, and the statuses each route may answer."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.problems import MEDIA_TYPE


class Erreur(BaseModel):
    """Un champ refusé et pourquoi."""

    champ: str
    message: str


class ProblemeDocument(BaseModel):
    """Un refus, selon la RFC 9457."""

    model_config = ConfigDict(title="Probleme")

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="stable ; c'est lui qu'un programme doit lire")
    erreurs: list[Erreur] | None = Field(default=None, description="avec un 422")


_TITRES = {
    304: "Inchangé depuis l'ETag donné",
    308: "L'adresse a changé",
    400: "Requête mal formée",
    401: "Jeton absent, expiré ou non valide",
    403: "Origine refusée",
    404: "Introuvable",
    408: "Corps reçu trop lentement",
    409: "Identifiant déjà utilisé pour un autre contenu, ou avis complété trop de fois",
    410: "Bouton fermé",
    413: "Corps trop grand",
    415: "Type de contenu non pris en charge",
    422: "Requête non valide",
    429: "Trop de requêtes",
    503: "Momentanément indisponible",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for these refusals (304 and 308 have no body). What may be unchanged is computed, and
    that is limited.
    """
    if 304 in statuses:
        statuses = (*statuses, 429)
    schema = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Probleme"}}}
    return {
        status: {"description": _TITRES[status]} | ({"content": schema} if status >= 400 else {}) for status in statuses
    }
