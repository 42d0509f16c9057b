"""The observatory's pages and lists with 2 000 démarches, five years, sixteen million avis: one worker, no answer kept.

Something is committed before each request, so that no answer made before may serve; what is timed is a GET on a kept
connection, from the first byte sent to the last byte read, and its 95th percentile is what counts. At last, the same
when what was committed changed a register: then nothing at all that was made before may serve.
"""

import os
import statistics
import time
from datetime import date, timedelta
from pathlib import Path

from bench.donnees_site import remplir
from bench.lectures import fetch, fresh
from bench.outils import database, report, service, sql
from bench.reel import COUNTS, jdma

EXEMPLES = Path(__file__).parent.parent / "docs" / "exemples"
TOURS = int(os.environ.get("BENCH_SITE_TOURS", "40"))
PAGES = (
    "/", "/demarches", "/demarches?q=pasport", "/demarches?ministere=ministere-3&tri=note", "/demarches/demarche-3",
    "/ministeres", "/ministeres/ministere-3", "/editions", "/editions/annee-1",
    "/editions/comparer?de=annee-1&a=annee-2", "/deploiement", "/engagements", "/methode", "/donnees",
    "/ministeres?indicateur=accessibilite", "/classement", "/croisement", "/engagements/dites-le-nous-une-fois",
)  # fmt: skip
LISTES = (
    "/api/v1/indices?limite=5000", "/api/v1/synthese?par=ministere", "/api/v1/observatoire",
    "/api/v1/classement?limite=1000",
    "/api/v1/deploiement", "/api/v1/croisement", "/api/v1/editions", "/api/v1/engagements",
    "/api/v1/editions/annee-1?limite=1000", "/api/v1/demarches?limite=1000",
)  # fmt: skip


def main() -> None:
    """Print a line for each page and list, then what an unchanged page costs beside `/healthz`."""
    existing = os.environ.get("BENCH_SITE_BASE")
    if existing:
        mesurer(existing)
        return
    with database() as url:
        start = time.perf_counter()
        avis, source = remplir(url, COUNTS)
        publier(url)
        print(f"{avis:,} avis, {source}, filled in {time.perf_counter() - start:.0f} s\n", flush=True)
        mesurer(url)


def publier(url: str) -> None:
    """The example register, whose targets are measured on every démarche; two éditions of a year each."""
    for quoi, nom in (("demarches", "catalogue"), ("engagements", "engagements")):
        jdma(url, f"import-{quoi}", str(EXEMPLES / f"{nom}-cosinum-2020.csv"))
    fin = date.today() - timedelta(days=1)
    for rang in (1, 2):
        fin_edition = fin - timedelta(days=90 * (2 - rang))
        debut = fin_edition - timedelta(days=364)
        titre = f"Édition {rang}"
        jdma(url, "edition", "preparer", f"annee-{rang}", "--titre", titre,
             "--debut", str(debut), "--fin", str(fin_edition))  # fmt: skip
        jdma(url, "edition", "publier", f"annee-{rang}")


def mesurer(url: str) -> None:
    with service(url) as (base, _):
        for chemin in (*PAGES, *LISTES):
            fetch(base, chemin)  # connections, style sheet, templates: what a process does once
        for chemins, limite in ((PAGES, 60), (LISTES, 100)):
            for chemin in chemins:
                temps = sorted(fresh(base, url, chemin) * 1000 for _ in range(TOURS))
                p95 = temps[int(0.95 * (len(temps) - 1))]
                detail = (
                    f"ms p95, cold; median {statistics.median(temps):.0f}; {len(fetch(base, chemin)[1]) / 1e3:.0f} kB"
                )
                report(chemin, p95, f"≤ {limite}", p95 <= limite, detail)
        for chemin in ("/", "/api/v1/observatoire"):
            temps = []
            for _ in range(TOURS // 2):
                sql(url, "UPDATE demarche SET titre = titre WHERE id = 1", "SELECT 1")
                temps.append(fetch(base, chemin)[0] * 1000)
            report(f"{chemin}, first after a register changed", statistics.median(temps), "–", None, "ms, median")
        etag = fetch(base, "/")[2]
        pairs = [(fetch(base, "/", etag)[0], fetch(base, "/healthz")[0]) for _ in range(500)]
        page, sante = (statistics.median(column) for column in zip(*pairs, strict=True))
        report("/ unchanged (304) / healthz", page / sante, "≤ 3", page <= 3 * sante, f"{page * 1e6:.0f} µs")
