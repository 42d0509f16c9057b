"""« Dites-le-nous une fois »: data APIs, démarches, and integrations of the ones in the others."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from app.observatoire.engagements import service
from app.observatoire.engagements.schemas import ApiDlnuf, Case, DemarcheDlnuf, DemarcheLiee, Dlnuf, EngagementLu
from app.observatoire.engagements.sql import Filtre


async def lire(db: AsyncSession, jour: dt.date, minimum: int) -> Dlnuf:
    """APIs, démarches to simplify, and integrations of the ones in the others."""
    genres = {
        genre: await service.tous(db, Filtre(genre=genre), jour, minimum)
        for genre in ("api", "demarche", "integration")
    }
    apis: dict[str, list[EngagementLu]] = {}
    for engagement in genres["api"]:
        apis.setdefault(engagement.api or "", []).append(engagement)
    cases = [case for engagement in genres["integration"] for case in _cases(engagement)]
    for case in cases:
        if case.api is not None:
            apis.setdefault(case.api, [])
    return Dlnuf(jour, [ApiDlnuf(*item) for item in apis.items()], _a_simplifier(genres["demarche"], cases), cases)


def _cases(engagement: EngagementLu) -> list[Case]:
    """One for each démarche; one without a démarche when the engagement names none."""
    slugs: Iterable[str | None] = [demarche.slug for demarche in engagement.demarches] or [None]
    return [Case(engagement.api, engagement.variante, slug, engagement) for slug in slugs]


def _a_simplifier(simplifications: Iterable[EngagementLu], cases: Iterable[Case]) -> list[DemarcheDlnuf]:
    demarches: dict[str, DemarcheDlnuf] = {}

    def de(liee: DemarcheLiee) -> DemarcheDlnuf:
        return demarches.setdefault(liee.slug, DemarcheDlnuf(liee.slug, liee.titre, []))

    for engagement in simplifications:
        for liee in engagement.demarches:
            de(liee).engagements.append(engagement)
    for case in cases:
        for liee in case.engagement.demarches:
            de(liee)
    return list(demarches.values())
