"""Makes the pictures of the public site: the example catalogue and its register, with made-up counts and facts."""

import asyncio
import datetime as dt
import subprocess
import tempfile
from pathlib import Path

from playwright.async_api import Browser

from tests.navigateur.outils import Service
from tests.serveur import COMMAND, ROOT, environment

DESTINATION = ROOT / "docs" / "captures"
EXEMPLES = ROOT / "docs" / "exemples"
PAGES = {
    "accueil": "/",
    "demarches": "/demarches?tri=note",
    "demarche": "/demarches/cosinum-aide-au-logement",
    "ministeres": "/ministeres",
    "engagements": "/engagements",
    "dites-le-nous-une-fois": "/engagements/dites-le-nous-une-fois",
}
LARGEURS = {"": (900, 680), "-320": (320, 640)}
TROP_LOURD = 90_000
MOIS = 24

COMPTES = """
INSERT INTO compte (demarche_id, bouton_id, question, pas, debut, n0, n5, n10)
SELECT b.demarche_id, b.id, 1, p.pas, CASE p.pas WHEN 'm' THEN date_trunc('month', $1::date) ELSE $1::date END,
       20 + 7 * (b.demarche_id % 4), 15, 90 + 9 * (b.demarche_id % 5) + $2
FROM bouton b, (VALUES ('j'), ('m')) p (pas) WHERE b.demarche_id % 5 <> 4
"""
FAITS = """
INSERT INTO fait (demarche_id, nature, jour, source, contenu)
SELECT d.id, f.nature, current_date - 30, f.source, f.contenu FROM demarche d, LATERAL (VALUES
  ('audit', 'audit', jsonb_build_object('taux', 60 + 7 * (d.id % 6))),
  ('declaration', 'relevé mensuel', jsonb_build_object('mention', 'Accessibilité : partiellement conforme')),
  ('disponibilite', 'mesures mensuelles', '{"disponibilite": 99.95, "temps_ms": 412, "mesures": 8640}'),
  ('dlnuf', 'examen de la démarche', jsonb_build_object('effort', d.id % 6)),
  ('mobile', 'déclaration', jsonb_build_object('valeur', d.id % 3 <> 0))) f (nature, source, contenu)
"""


async def remplir(service: Service) -> None:
    """The example catalogue and register; two years of counts; what is known of each démarche."""
    with tempfile.TemporaryDirectory(prefix="jdma-captures-") as directory:
        env = environment(database_url=service.url, secret_key="k")
        for quoi in ("demarches", "engagements"):
            nom = "catalogue" if quoi == "demarches" else quoi
            fichier = Path(directory) / f"{nom}.csv"
            fichier.write_bytes((EXEMPLES / f"{nom}-cosinum-2020.csv").read_bytes())
            await asyncio.to_thread(
                subprocess.run, [*COMMAND, f"import-{quoi}", str(fichier)], env=env, cwd=ROOT, check=True
            )
    aujourd_hui = dt.datetime.now(dt.UTC).date()
    for rang in range(MOIS):
        jour = (aujourd_hui.replace(day=1) - dt.timedelta(days=30 * rang)).replace(day=1)
        await service.sql.execute(COMPTES, jour, 3 * (MOIS - rang))
    await service.sql.execute(FAITS)


async def prendre(browser: Browser, service: Service) -> None:
    """Every picture, wide and narrow; light enough to be kept with the sources."""
    DESTINATION.mkdir(parents=True, exist_ok=True)
    await remplir(service)
    for suffixe, (largeur, hauteur) in LARGEURS.items():
        page = await browser.new_page(viewport={"width": largeur, "height": hauteur}, locale="fr-FR")
        for nom, adresse in PAGES.items():
            chemin = DESTINATION / f"{nom}{suffixe}.png"
            await page.goto(f"{service.base}{adresse}")
            await page.screenshot(path=chemin)
            assert chemin.stat().st_size <= TROP_LOURD, f"{nom}: a picture weighs at most {TROP_LOURD} bytes"
        await page.close()
