"""The service, plus the routes it is compared with: same process, same settings, same layer around requests."""

import os
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from pydantic import ConfigDict
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.avis.api import Accuse
from app.avis.models import Avis, Compte
from app.avis.questionnaire import AvisDepose
from app.demarches.models import Bouton
from app.main import create_app
from app.settings import get_settings

PARIS = ZoneInfo("Europe/Paris")


class AvisLu(AvisDepose):
    """The same model; FastAPI parses JSON first, so that ids arrive as texts."""

    model_config = ConfigDict(strict=False)


async def sans_base(avis: AvisLu) -> Accuse:
    """What FastAPI costs with no database at all."""
    return Accuse(id=avis.id, jeton="x" * 36)


def usual_way(app: FastAPI):
    """The usual way: a session per request, ORM insert, counts upserted, commit."""

    async def deposer(avis: AvisLu) -> Accuse:
        async with AsyncSession(app.state.engine) as db:
            bouton = (await db.scalars(select(Bouton).where(Bouton.cle == avis.bouton))).one()  # type: ignore[arg-type]
            now = datetime.now(UTC)
            db.add(
                Avis(
                    demarche_id=bouton.demarche_id,
                    id=avis.id,
                    bouton_id=bouton.id or 0,
                    depose_le=now,
                    empreinte=UUID(int=avis.id.int).int >> 65,
                    note=avis.note,
                    langue=avis.langue,
                )
            )
            day = now.astimezone(PARIS).date()
            for pas, debut in (("j", day), ("m", day.replace(day=1))):
                key = {"demarche_id": bouton.demarche_id, "bouton_id": bouton.id, "question": 1}
                level = f"n{avis.note}"
                statement = insert(Compte).values(pas=pas, debut=debut, **key, **{level: 1})
                await db.execute(
                    statement.on_conflict_do_update(
                        index_elements=["demarche_id", "question", "pas", "debut", "bouton_id"],
                        set_={level: Compte.__table__.c[level] + 1},
                    )
                )
            await db.commit()
        return Accuse(id=avis.id, jeton="x" * 36)

    return deposer


def worker() -> FastAPI:
    """What uvicorn runs."""
    app = create_app(get_settings(), os.environ["_JDMA_DATABASE"])
    app.post("/bench/sans-base", status_code=201)(sans_base)
    app.post("/bench/usuel", status_code=201)(usual_way(app))
    return app
