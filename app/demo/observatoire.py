"""What the demonstration shows of the observatory: facts, an exemption, engagements, an intervention, two éditions.

Made up and plainly marked as such; everything goes through the imports and the publication that a real one uses.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.indices.periode import JOUR, Periode, debut_etape, un_an_avant
from app.observatoire.classement import interventions
from app.observatoire.donnees.signature import Sceau
from app.observatoire.editions import service as editions
from app.observatoire.editions.parametres import Parametres
from app.observatoire.engagements.importation import import_engagements
from app.observatoire.faits import lecture
from app.observatoire.faits.exemptions import import_exemptions
from app.observatoire.faits.importation import import_faits

SOURCE: Final = "démonstration (données inventées)"
AIDEE: Final = "demo-certificat-immatriculation"
MESURES: Final = ((91, "oui", 0, 99.98, 310, "oui"), (68, "oui", 3, 99.2, 520, "oui"), (45, "non", 6, 97.9, 910, "non"),
                  (88, "oui", 1, 99.95, 280, "oui"), (77, "non", 4, 99.91, 430, "oui"))  # fmt: skip
"""Audit rate, FranceConnect, DLNUF effort, availability, response time, mobile: one set after another."""


async def load(
    engine: AsyncEngine, work_dir: Path, slugs: Sequence[str], today: dt.date, sceau: Sceau | None = None
) -> None:
    """Load it all for these démarches, into a database that has their avis and nothing of the observatory."""
    await import_faits(engine, _csv(_faits(slugs, today)), work_dir / "demo-faits.rejets.csv", lecture.FAITS)
    exemption = [["demarche", "indicateur", "raison", "depuis"],
                 [slugs[4], "bouton", "Démarche réservée aux professionnels", str(today - 400 * JOUR)]]  # fmt: skip
    await import_exemptions(engine, _csv(exemption), work_dir / "demo-exemptions.rejets.csv", today)
    register = (files("app.demo") / "engagements.csv").read_text(encoding="utf-8")
    await import_engagements(engine, io.StringIO(register, newline=""), work_dir / "demo-engagements.rejets.csv", today)
    async with AsyncSession(engine) as db, db.begin():
        numero = await interventions.demander(
            db, AIDEE, "Ministère de l'Intérieur", "Revoir la page de paiement", today - 330 * JOUR, today
        )
        await interventions.commencer(db, numero, today - 300 * JOUR, today)
        await interventions.terminer(db, numero, today - 270 * JOUR, today)
    for fin in _fins(today):
        await _publish(engine, fin, today, sceau)


def _fins(today: dt.date) -> tuple[dt.date, dt.date]:
    """The last days of the two quarters that are over."""
    quarter = debut_etape(today, "trimestre")
    return debut_etape(quarter - JOUR, "trimestre") - JOUR, quarter - JOUR


async def _publish(engine: AsyncEngine, fin: dt.date, today: dt.date, sceau: Sceau | None) -> None:
    slug = f"demo-{fin.year}-t{(fin.month + 2) // 3}"
    titre = f"{(fin.month + 2) // 3}e trimestre {fin.year} (démonstration)".replace("1e ", "1er ")
    parametres = Parametres(titre, Periode(un_an_avant(fin) + JOUR, fin), 100, "toutes", {"satisfaction": 0.8})
    async with AsyncSession(engine) as db, db.begin():
        await db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        await editions.preparer(db, slug, parametres)
        await editions.publier(db, slug, today, sceau)


def _faits(slugs: Sequence[str], today: dt.date) -> Iterator[list[Any]]:
    """An audit, a declaration and answers for most démarches; availability for each of the last six months."""
    yield ["demarche", "nature", "jour", "source", "valeur", "contenu"]
    for rank, slug in enumerate(slugs[:-2]):
        taux, franceconnect, effort, disponible, temps, mobile = MESURES[rank % len(MESURES)]
        since = str(today - (500 + 20 * rank) * JOUR)
        yield [slug, "audit", since, SOURCE, taux, ""]
        yield [slug, "declaration", since, SOURCE, "partiellement conforme", ""]
        yield [slug, "dlnuf", since, SOURCE, effort + 2, ""]
        yield [slug, "dlnuf", str(today - 100 * JOUR), SOURCE, effort, ""]
        yield [slug, "franceconnect", since, SOURCE, franceconnect, ""]
        yield [slug, "mobile", since, SOURCE, mobile, ""]
        for month in range(1, 7):
            contenu = f'{{"disponibilite": {disponible}, "temps_ms": {temps + 15 * month}, "mesures": 700}}'
            yield [slug, "disponibilite", str(today - 30 * month * JOUR), SOURCE, "", contenu]


def _csv(rows: Iterable[Sequence[Any]]) -> io.StringIO:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    file.seek(0)
    return file
