"""`jdma demo`: everything at once, for a first look."""

import datetime as dt
from importlib.resources import as_file, files
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.avis.importation import import_avis
from app.demarches import boutons
from app.demarches.importation import import_demarches
from app.demo.donnees import demonstration_csv
from app.demo.page_hote import serve_host_page
from app.indices.periode import jour_de_paris
from app.settings import Settings

VITRINE = "demo-passeport"
"""The démarche whose button the host page carries."""


async def load(engine: AsyncEngine, work_dir: Path) -> bool:
    """Load the demonstration catalogue and its avis into an empty database; False when there was something already."""
    async with engine.connect() as connection:
        if await connection.scalar(text("SELECT EXISTS (SELECT FROM demarche)")):
            return False
    with as_file(files("app.demo") / "catalogue.csv") as path:
        await import_demarches(engine, path, work_dir / "demo-demarches.rejets.csv")
    async with engine.connect() as connection:
        slugs = list(await connection.scalars(text("SELECT slug FROM demarche ORDER BY id")))
    lines = demonstration_csv(slugs, jour_de_paris(dt.datetime.now(dt.UTC)))
    await import_avis(engine, lines, work_dir / "demo-avis.rejets.csv")
    return True


async def showcase(engine: AsyncEngine) -> tuple[str, str, str] | None:
    """The (slug, titre, cle) that the host page shows: the demonstration's, or the first of another catalogue."""
    async with AsyncSession(engine) as db:
        query = "SELECT slug, titre FROM demarche ORDER BY slug <> :vitrine, id LIMIT 1"
        row = (await db.execute(text(query), {"vitrine": VITRINE})).first()
        if row is None:
            return None
        opened = [b for b in await boutons.lister(db, row.slug) if b.ouvert]
        return (row.slug, row.titre, opened[0].cle) if opened else None


def announce(settings: Settings, host_page: str, slug: str, cle: str) -> str:
    """What to open, for the terminal."""
    base = settings.base
    return "\n".join(
        [
            "",
            "  Je donne mon avis — démonstration (données inventées)",
            "",
            f"  Page d'un ministère, avec le bouton   {host_page}",
            f"  Formulaire                            {base}/avis/{cle}",
            f"  Chiffres                              {base}/demarches/{slug}",
            f"  Toutes les démarches                  {base}/demarches",
            f"  Intégrer le bouton                    {base}/integrer/{cle}",
            f"  API                                   {base}/api/docs",
            "",
            "  Ctrl-C arrête tout, la base comprise. Les données restent pour la prochaine fois.",
            "",
        ]
    )


__all__ = ["announce", "load", "serve_host_page", "showcase"]
