"""From the name that a caller gives (slug, alias, or a slug of the past) to the démarche."""

from urllib.parse import quote

from fastapi import Request, Response
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.demarches.models import AncienSlug, Demarche, Identifiant
from app.demarches.texte import a_un_caractere_interdit
from app.problems import Probleme

_LONGUEUR_MAX = 400


class DemarcheInconnue(Probleme):
    status, code, titre = 404, "demarche_inconnue", "Démarche inconnue"
    detail = "Aucune démarche ne porte ce nom."
    sorte = "demarche"


class AncienneAdresse(Exception):
    """The name is a slug that the démarche had before; `slug` is the one it has now."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


async def resolve(db: AsyncSession, nom: str) -> Demarche:
    """The démarche that has this slug or, failing that, this alias (`jdma:1006`), or had this slug before.

    Raises DemarcheInconnue.
    """
    if len(nom) > _LONGUEUR_MAX or a_un_caractere_interdit(nom):
        raise DemarcheInconnue.nommant(nom)
    source, deux_points, valeur = nom.partition(":")
    criteres: list[ColumnElement[bool]] = [col(Demarche.slug) == nom]
    if deux_points:
        alias = select(col(Identifiant.demarche_id)).where(
            col(Identifiant.source) == source, col(Identifiant.valeur) == valeur
        )
        criteres.append(col(Demarche.id).in_(alias))
    ancien = select(col(AncienSlug.demarche_id)).where(col(AncienSlug.slug) == nom)
    criteres.append(col(Demarche.id).in_(ancien))
    for critere in criteres:
        if demarche := await db.scalar(select(Demarche).where(critere)):
            return demarche
    raise DemarcheInconnue.nommant(nom)


async def resolve_actuelle(db: AsyncSession, nom: str) -> Demarche:
    """Like `resolve`, but raises AncienneAdresse for a slug of the past, so that the caller redirects."""
    demarche = await resolve(db, nom)
    if demarche.slug != nom and ":" not in nom:
        raise AncienneAdresse(demarche.slug)
    return demarche


def rediriger(request: Request, ailleurs: AncienneAdresse) -> Response:
    """308 to the same address under the slug of today, its query kept.

    Not for ever: the démarche may take its former slug back.
    """
    path: str = request.scope["route"].path.replace("{slug}", quote(ailleurs.slug))
    query = request.scope["query_string"].decode("latin-1")
    location = request.scope.get("root_path", "") + path + (f"?{query}" if query else "")
    return Response(status_code=308, headers={"Location": location, "Cache-Control": "public, max-age=300"})
