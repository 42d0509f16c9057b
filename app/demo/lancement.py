"""`jdma demo`: everything at once, for a first look."""

import datetime as dt
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.avis.importation import import_avis
from app.demarches import boutons
from app.demarches.importation import import_demarches
from app.demo import observatoire
from app.demo.donnees import demonstration_csv
from app.demo.pages_hote import Vitrine
from app.indices.periode import jour_de_paris
from app.observatoire.donnees.signature import Sceau
from app.settings import Settings

VITRINE = "demo-passeport"
"""The démarche whose button the host page carries."""
AUTRES_BOUTONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Note de 0 à 10", {"echelle": "notes"}),
    ("Essai", {"essai": True}),
)
"""What else the host site shows: made with the data, in an empty database only."""


async def load(engine: AsyncEngine, work_dir: Path, sceau: Sceau | None = None) -> bool:
    """Load the demonstration catalogue and its avis into an empty database; False when there was something already."""
    async with engine.connect() as connection:
        if await connection.scalar(text("SELECT EXISTS (SELECT FROM demarche)")):
            return False
    with as_file(files("app.demo") / "catalogue.csv") as path:
        await import_demarches(engine, path, work_dir / "demo-demarches.rejets.csv")
    async with engine.connect() as connection:
        slugs = list(await connection.scalars(text("SELECT slug FROM demarche ORDER BY id")))
    today = jour_de_paris(dt.datetime.now(dt.UTC))
    await import_avis(engine, demonstration_csv(slugs, today), work_dir / "demo-avis.rejets.csv")
    await observatoire.load(engine, work_dir, slugs, today, sceau)
    async with AsyncSession(engine) as db, db.begin():
        for nom, columns in AUTRES_BOUTONS:
            await boutons.creer(db, VITRINE, nom, **columns)
    return True


async def showcase(engine: AsyncEngine) -> Vitrine | None:
    """What the host site shows: the demonstration's démarche, or the first of another catalogue; None without any."""
    async with AsyncSession(engine) as db:
        query = "SELECT slug, titre FROM demarche ORDER BY slug <> :vitrine, id LIMIT 1"
        row = (await db.execute(text(query), {"vitrine": VITRINE})).first()
        if row is None:
            return None
        opened = [b for b in await boutons.lister(db, row.slug) if b.ouvert]
    counted = [b.cle for b in opened if not b.essai]
    notes = next((b.cle for b in opened if b.echelle == "notes" and not b.essai), None)
    essai = next((b.cle for b in opened if b.essai), None)
    return Vitrine(row.slug, row.titre, counted[0], notes, essai) if counted else None


def announce(settings: Settings, vitrine: Vitrine) -> str:
    """What to open, for the terminal; the host site listens on the next port."""
    base, slug, cle = settings.base, vitrine.slug, vitrine.cle
    site = f"{base.removesuffix(f':{settings.port}')}:{settings.port + 1}"
    return "\n".join(
        [
            "",
            "  Je donne mon avis — démonstration (données inventées)",
            "",
            f"  Page d'un ministère, avec le bouton   {site}/",
            f"  Tous les boutons, à essayer           {site}/tous-les-boutons",
            f"  Formulaire                            {base}/avis/{cle}",
            f"  Observatoire                          {base}/",
            f"  Chiffres d'une démarche               {base}/demarches/{slug}",
            f"  Éditions, engagements                 {base}/editions  {base}/engagements",
            f"  Intégrer le bouton                    {base}/integrer/{cle}",
            f"  API                                   {base}/api/docs",
            "",
            "  Ctrl-C arrête tout, la base comprise. Les données restent pour la prochaine fois.",
            "",
        ]
    )
