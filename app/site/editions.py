"""`/editions`: what was published, for ever; and a page for each, in any of its revisions."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches.parametres import Texte
from app.demarches.texte import SLUG
from app.indices.formules import wilson
from app.observatoire.consultation import service
from app.observatoire.consultation.lignes import places
from app.observatoire.editions.lecture import Reference
from app.observatoire.editions.refus import EditionInconnue
from app.problems import Introuvable
from app.site.liste import Nom
from app.site.ministeres import COMPARABLE
from app.site.rendu import rendre, repondre_page
from app.site.selection import PAR_PAGE, SANS, Criteres, Tri, certitude_de, selectionner

router = APIRouter()

Revision = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class CriteresEdition(Criteres):
    """Which démarches of an édition are listed; `revision` is empty for the last one."""

    revision: str = ""

    @property
    def tri_choisi(self) -> Tri:
        """A list of published figures has no better answers: titles come first."""
        return "titre" if self.tri in {"", "pertinence"} else self.tri  # type: ignore[return-value]


async def lire_criteres(
    q: Annotated[Texte, Query(max_length=200)] = "",
    ministere: Nom = "",
    statut: Literal["", "publie", "insuffisant", "aucun_avis"] = "",
    tri: Literal["", "titre", "note", "satisfaits", "avis"] = "",
    ordre: Literal["", "croissant", "decroissant"] = "",
    revision: Revision = None,
) -> CriteresEdition:
    """What the address asks for."""
    return CriteresEdition(
        q=q.strip(), ministere=ministere, statut=statut, tri=tri, ordre=ordre, revision=str(revision or "")
    )


@router.get("/editions")
async def liste(request: Request) -> Response:
    """Les éditions publiées."""

    async def calcul(db: AsyncSession) -> bytes:
        return rendre(request, "editions.html", editions=await service.lister(db))

    return await repondre_page(request, ("page editions",), calcul)


@router.get("/editions/{slug}")
async def edition(
    request: Request,
    slug: str,
    criteres: Annotated[CriteresEdition, Depends(lire_criteres)],
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Une édition : ses chiffres figés, ses démarches, ses révisions, son empreinte.

    A page that names its revision is checked again like any other: it says which revisions came since.
    """
    if SLUG.fullmatch(slug) is None:
        raise EditionInconnue
    reference = Reference(slug, int(criteres.revision) if criteres.revision else None)

    async def calcul(db: AsyncSession) -> bytes:
        lue = await service.consulter(db, reference)
        return rendre(request, "edition.html", **montrer(lue, criteres, page))

    return await repondre_page(request, ("page edition", reference, criteres, page), calcul)


def montrer(lue: service.Consultee, criteres: CriteresEdition, page: int) -> dict[str, Any]:
    """What the page of an édition shows. Raises Introuvable for a page of the list that does not exist."""
    choisies = selectionner(lue.lignes, criteres, places(lue.lignes, criteres.q) if criteres.q else None)
    pages = max(1, -(-len(choisies) // PAR_PAGE))
    if page > pages:
        raise Introuvable
    montrees = choisies[(page - 1) * PAR_PAGE : page * PAR_PAGE]
    e = lue.edition
    return {
        "e": e,
        "nom": f"{e['slug']}@{e['revision']}",
        "chemin_edition": f"/editions/{e['slug']}",
        "revisions": lue.revisions,
        "ministeres": [g | {"ic95": ic95(g["indicateurs"]["satisfaction"])} for g in e["groupes"]["ministeres"]],
        "choix": [
            (g["slug"] or SANS, g["nom"] or "Sans ministère", g["demarches"]) for g in e["groupes"]["ministeres"]
        ],
        "seuil": COMPARABLE,
        "criteres": criteres,
        "lignes": [(ligne, certitude_de(ligne)) for ligne in montrees],
        "combien": len(choisies),
        "page": page,
        "pages": pages,
    }


def ic95(bilan: dict[str, Any]) -> tuple[float, float] | None:
    """The interval of a share of démarches, where there are enough of them to say one."""
    return wilson(bilan["atteints"], bilan["publies"]) if bilan["publies"] >= COMPARABLE else None
