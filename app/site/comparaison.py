"""`/editions/comparer`: what changed from an édition to another, in words first."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.conditionnel import conserver
from app.observatoire.consultation import service
from app.observatoire.editions.lecture import Reference, lire_reference
from app.problems import Introuvable
from app.site.adresse import Adressable
from app.site.rendu import rendre, repondre_page
from app.site.selection import PAR_PAGE

router = APIRouter()

LISTEES: Final = 200
"""How many démarches in, out or renamed a page lists: the API has them all."""
_Nom = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class CriteresComparaison(Adressable):
    """Which éditions (`slug` or `slug@2`), and which changes are listed."""

    de: str = ""
    a: str = ""
    indicateur: str = ""
    evolution: str = ""

    @property
    def indicateur_choisi(self) -> str:
        return self.indicateur or "satisfaction"


async def lire_criteres(
    de: _Nom = "",
    a: _Nom = "",
    indicateur: _Nom = "",
    evolution: Literal[
        "", "mieux", "moins_bien", "franchi", "perdu", "different", "devenue_mesuree", "plus_mesuree", "non_mesuree"
    ] = "",
) -> CriteresComparaison:
    """What the address asks for."""
    return CriteresComparaison(de, a, indicateur, evolution)


@router.get("/editions/comparer")
async def comparer(
    request: Request,
    criteres: Annotated[CriteresComparaison, Depends(lire_criteres)],
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Deux éditions au choix, et ce qui change de l'une à l'autre."""
    references = [lire_reference(nom) for nom in (criteres.de, criteres.a) if nom]

    async def calcul(db: AsyncSession) -> bytes:
        editions = await service.lister(db)
        contexte: dict[str, Any] = {"criteres": criteres, "choix": choix(editions, criteres), "comparaison": None}
        if len(references) == 2:
            de, a = references
            contexte |= await changements(request, db, de, a, criteres, page)
        return rendre(request, "comparer.html", **contexte)

    return await repondre_page(request, ("page comparer", criteres, page), calcul)


def choix(editions: list[dict[str, Any]], criteres: CriteresComparaison) -> dict[str, list[tuple[str, str, None]]]:
    """What each of the two fields offers, its choice first: every édition, and a revision that the address names."""
    connues = [(e["slug"], e["titre"], None) for e in editions]
    defauts = ([e["slug"] for e in editions[1::-1]] + ["", ""])[:2]
    offerts = {}
    for cle, nom, defaut in (("de", criteres.de, defauts[0]), ("a", criteres.a, defauts[1])):
        choisi = nom or defaut
        autre = [(choisi, choisi.replace("@", ", révision "), None)] if "@" in choisi else []
        offerts[cle] = [*autre, *connues]
        offerts[f"{cle}_choisi"] = choisi  # type: ignore[assignment]
    return offerts


async def changements(
    request: Request,
    db: AsyncSession,
    de: Reference,
    a: Reference,
    criteres: CriteresComparaison,
    page: int,
) -> dict[str, Any]:
    """The comparison, and a page of its changes. Raises EditionInconnue; Introuvable for no such indicateur or page."""
    figees = [await service.presenter(db, reference) for reference in (de, a)]
    empreintes = [figee["empreinte"] for figee in figees]

    async def lire(partie: str) -> Any:
        corps = await conserver(request, ("comparaison", *empreintes), partie, lambda: service.comparer(db, de, a))
        if corps is None:
            raise Introuvable
        return orjson.loads(corps)

    cle = criteres.indicateur_choisi
    changes = [c for c in await lire(cle) if repond(c, criteres.evolution)] if cle else []
    changes.sort(key=rang)
    pages = max(1, -(-len(changes) // PAR_PAGE))
    if page > pages:
        raise Introuvable
    return {
        "comparaison": await lire(""),
        "changes": changes[(page - 1) * PAR_PAGE : page * PAR_PAGE],
        "combien": len(changes),
        "definitions": [figee["seuils"][cle] for figee in figees],
        "page": page,
        "pages": pages,
        "listees": LISTEES,
    }


def repond(change: dict[str, Any], evolution: str) -> bool:
    """Whether a change is of the kind that is asked for."""
    return not evolution or evolution in {change["evolution"], change["seuil"]}


def rang(change: dict[str, Any]) -> tuple[bool, float, str]:
    """The largest differences first, then those that are not numbers, by title."""
    ecart = change["ecart"]
    return ecart is None, -abs(ecart or 0), change["titre"]
