"""`/api/v1/demarches`: the catalogue, public."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AfterValidator

from app.database import Db
from app.demarches import service
from app.demarches.resolution import AncienneAdresse, rediriger
from app.demarches.schemas import DemarcheLue, PageDeDemarches
from app.demarches.service import LIMITE, LIMITE_AU_PLUS, Recherche
from app.demarches.texte import a_un_caractere_interdit
from app.openapi import problems

# Conditional requests (ETag, 304) come with `repondre`, once it stands where this feature may import it.
router = APIRouter(prefix="/api/v1", tags=["Démarches"])


def check_texte(valeur: str) -> str:
    """A text that the database can be asked about."""
    if a_un_caractere_interdit(valeur):
        raise ValueError("caractère interdit (caractère nul ou de contrôle)")
    return valeur


Texte = Annotated[str, AfterValidator(check_texte)]
Q = Annotated[
    Texte | None,
    Query(
        max_length=200,
        description="mots du titre, sans accents ni majuscules ; un début de mot suffit, une faute de frappe est "
        "tolérée ; les meilleures réponses viennent d'abord",
        examples=["passeport"],
    ),
]
Nom = Annotated[Texte | None, Query(max_length=300, description="slug ou nom exact")]
Limite = Annotated[int, Query(ge=1, le=LIMITE_AU_PLUS, description="nombre d'éléments par page")]
Curseur = Annotated[str | None, Query(description="`suivant` de la page précédente, avec les mêmes critères")]
Slug = Annotated[
    str, Path(description="slug, actuel ou ancien, ou identifiant (`jdma:1006`)", examples=["demander-un-passeport"])
]


@router.get("/demarches", responses=problems(304, 422, 503))
async def lister_demarches(
    db: Db,
    q: Q = None,
    ministere: Nom = None,
    organisme: Nom = None,
    limite: Limite = LIMITE,
    curseur: Curseur = None,
) -> PageDeDemarches:
    """Les démarches, par page ; avec `q`, celles dont le titre répond le mieux."""
    return await service.lister(db, Recherche(q, ministere, organisme), curseur, limite)


@router.get("/demarches/{slug}", response_model=DemarcheLue, responses=problems(304, 308, 404, 422, 503))
async def lire_demarche(request: Request, db: Db, slug: Slug) -> DemarcheLue | Response:
    """Une démarche, par son slug ou l'un de ses identifiants. Un ancien slug redirige vers l'actuel."""
    try:
        return await service.lire(db, slug)
    except AncienneAdresse as ailleurs:
        return rediriger(request, ailleurs)
