"""2 000 démarches, five years, sixteen million avis: what the pages of the observatory are measured on.

The counts of each démarche are those of a real one (one window a year, scaled down so that all add up to sixteen
million), spread evenly over the days; made-up proportions, and said to be so, where the real counts are not at hand.
Pages read counts, never avis: the avis themselves are not stored.
"""

import asyncio
import csv
from collections.abc import Iterator
from pathlib import Path

from app.database import make_engine
from app.observatoire.faits.sql import ranger
from bench.outils import sql

AVIS = 16_000_000
DEMARCHES, ANS = 2_000, 5
MINISTERES, ORGANISMES = 16, 80
SUJETS = ("passeport", "impôts", "permis de conduire", "logement", "allocation", "retraite", "bourse", "carte grise",
          "naissance", "association", "entreprise", "élection", "justice", "santé", "chasse", "pêche")  # fmt: skip
VERBES = ("Demander", "Renouveler", "Déclarer", "Payer", "Suivre", "Contester", "Modifier", "Obtenir")

CATALOGUE = f"""
INSERT INTO ministere (slug, nom)
SELECT 'ministere-' || g, 'Ministère numéro ' || g FROM generate_series(1, {MINISTERES}) g;
INSERT INTO organisme (ministere_id, slug, nom)
SELECT 1 + g % {MINISTERES}, 'organisme-' || g, 'Organisme ' || g FROM generate_series(1, {ORGANISMES}) g;
INSERT INTO demarche (slug, titre, titre_recherche, en_ligne, url, ministere_id, organisme_id, top_250_depuis)
SELECT 'demarche-' || g, t.titre, lower(t.titre), g % 50 <> 0, 'https://demarche-' || g || '.gouv.fr/',
       o.ministere_id, o.id, CASE WHEN g <= 250 THEN current_date - 2000 END
FROM generate_series(1, {DEMARCHES}) g
JOIN organisme o ON o.id = 1 + g % {ORGANISMES},
LATERAL (SELECT (CAST('{{{",".join(VERBES)}}}' AS text[]))[1 + g % {len(VERBES)}] || ' : '
         || (CAST('{{{",".join(SUJETS)}}}' AS text[]))[1 + g % {len(SUJETS)}] || ' (' || g || ')' AS titre) t;
INSERT INTO bouton (demarche_id, cle, nom) SELECT id, 'b' || id, 'Bouton' FROM demarche;
CREATE TABLE annuel (demarche_id integer, question smallint, niveau smallint, n double precision);
"""

# The k-th day gets what takes the running total from k/D to (k+1)/D of the whole: even, whole, and nothing is lost.
COMPTES = f"""
CREATE TABLE jours AS
SELECT a.demarche_id, a.question, (current_date - {365 * ANS} + k) AS jour, a.niveau,
       (floor(a.n * {ANS} * (k + 1) / {365 * ANS + 1}) - floor(a.n * {ANS} * k / {365 * ANS + 1}))::integer AS n
FROM annuel a, generate_series(0, {365 * ANS}) k
"""
# In the order of days, as rows come to be in real life: those of a month lie side by side.
LIGNES = """
INSERT INTO compte (demarche_id, question, pas, debut, bouton_id, {colonnes})
SELECT demarche_id, question, '{pas}', {debut}, demarche_id, {sommes}
FROM jours WHERE n > 0 GROUP BY 1, 2, 4 ORDER BY 4
"""

FAITS = """
INSERT INTO fait (demarche_id, nature, jour, source, contenu)
SELECT d.id, 'disponibilite', (date_trunc('month', current_date) - m * interval '1 month')::date, 'mesures mensuelles',
       jsonb_build_object('disponibilite', 98 + (d.id * 7 + m) % 21 / 10.0, 'temps_ms', 200 + (d.id * 13 + m * 7) % 900,
                          'mesures', 200)
FROM demarche d, generate_series(0, 59) m;
INSERT INTO fait (demarche_id, nature, jour, source, contenu)
SELECT id, 'audit', current_date - 30 * (1 + id % 40), 'audit', jsonb_build_object('taux', (id * 37) % 101)
FROM demarche WHERE id % 3 = 0;
INSERT INTO fait (demarche_id, nature, jour, source, contenu)
SELECT id, 'declaration', current_date - 30 * (1 + id % 40), 'déclaration',
       jsonb_build_object('mention', 'partiellement conforme', 'url', url || 'accessibilite')
FROM demarche WHERE id % 2 = 0;
INSERT INTO fait (demarche_id, nature, jour, source, contenu)
SELECT d.id, n, current_date - 400, 'enquête', CASE n WHEN 'dlnuf' THEN jsonb_build_object('effort', d.id % 8)
       ELSE jsonb_build_object('valeur', d.id % 3 <> 0) END
FROM demarche d, unnest(ARRAY['dlnuf', 'franceconnect', 'mobile']) n;
"""


def remplir(url: str, counts: Path) -> tuple[int, str]:
    """Fill a migrated, empty database; how many avis, and where their proportions come from."""
    sql(url, *CATALOGUE.split(";\n")[:-1], "SELECT 1")
    lignes = list(_annuel(counts))
    echelle = AVIS / (ANS * sum(n for _, question, _, n in lignes if question == 1))
    values = ",".join(f"({d},{q},{niveau},{n * echelle:.6f})" for d, q, niveau, n in lignes)
    sql(url, f"INSERT INTO annuel VALUES {values}", COMPTES, "ANALYZE jours", "SELECT 1")
    colonnes = ", ".join(f"n{k}" for k in range(11))
    sommes = ", ".join(f"coalesce(sum(n) FILTER (WHERE niveau = {k}), 0)" for k in range(11))
    for pas, debut in (("j", "jour"), ("m", "date_trunc('month', jour)::date")):
        sql(url, LIGNES.format(colonnes=colonnes, pas=pas, debut=debut, sommes=sommes), "SELECT 1")
    sql(url, *FAITS.split(";\n")[:-1], "DROP TABLE jours, annuel", "SELECT 1")
    asyncio.run(_ranger(url))
    sql(url, "VACUUM ANALYZE", "SELECT 1")
    total = sql(url, f"SELECT sum({' + '.join(f'n{k}' for k in range(11))}) AS n FROM compte"
                     " WHERE question = 1 AND pas = 'm'")[0]["n"]  # fmt: skip
    return int(total), "real counts" if counts.exists() else "made-up proportions"


async def _ranger(url: str) -> None:
    """What follows from neighbouring facts, as imports write it."""
    engine = make_engine(url)
    async with engine.begin() as connection:
        rows = await connection.exec_driver_sql("SELECT DISTINCT nature FROM fait")
        await ranger(connection, range(1, DEMARCHES + 1), [nature for (nature,) in rows])
    await engine.dispose()


def _annuel(counts: Path) -> Iterator[tuple[int, int, int, float]]:
    """(démarche, question, level, a year's count) for the questions that every démarche is asked."""
    modeles = list(_modeles(counts))
    for demarche in range(1, DEMARCHES + 1):
        for question, niveau, n in modeles[demarche % len(modeles)]:
            if n:
                yield demarche, question, niveau, n


def _modeles(counts: Path) -> Iterator[list[tuple[int, int, float]]]:
    """What a year of each real démarche counts, by question and level; help is made up from its answers."""
    if not counts.exists():
        yield from (_modele([20 + 3 * k, 15 + k, 60 + 40 * k]) for k in range(200))
        return
    with counts.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["window_start"] == "2023-01-01":
                yield _modele([int(row[f"satisfaction_{mark}"]) for mark in ("negative", "neutral", "positive")])


def _modele(notes: list[int]) -> list[tuple[int, int, float]]:
    mauvais, moyens, bons = notes
    total = sum(notes)
    return [
        *((1, 0, mauvais), (1, 5, moyens), (1, 10, bons)),
        *((2, 1, mauvais * 0.5), (2, 3, moyens * 0.6), (2, 5, bons * 0.7)),
        *((3, 0, total * 0.6), (3, 1, bons * 0.5), (3, 3, mauvais * 0.3)),
        *((12, 0, mauvais * 0.1), (12, 1, mauvais * 0.2), (12, 2, mauvais * 0.1), (12, 6, moyens * 0.1)),
    ]
