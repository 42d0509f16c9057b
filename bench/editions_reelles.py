"""The four real windows as four éditions: published, taken to one server, compared; their totals against the file's.

The windows overlap, so their avis cannot be in one database: each is published on a server that has its avis alone,
then taken with `jdma edition exporter` and `importer` to a last one, whose catalogue is that of all four. Needs a
directory with `data/` and `tools/` (BENCH_REEL, default ../shared); says so without it.
"""

import csv
import json
import os
import sys
import time
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any
from urllib.request import urlopen

from bench.outils import HERE, database, service
from bench.reel import COUNTS, SOURCE, WINDOWS, jdma, unroll

SHARE = float(os.environ.get("BENCH_PART", "1"))
"""Which part of each count is unrolled; the whole, unless one is in a hurry."""
WORK = HERE / ".data"
SLUGS = ("2023-t1", "2023-t2", "2023-t3", "2023-t4")
MARKS = {"satisfaction_negative": 0, "satisfaction_neutral": 5, "satisfaction_positive": 10}
README = {
    "2023-t1": (213, 3_010_526, 150, 101),
    "2023-t2": (215, 2_972_157, 157, 108),
    "2023-t3": (218, 2_910_782, 158, 108),
    "2023-t4": (223, 2_834_964, 164, 112),
}
"""What data/README.md of the counts says: démarches, avis, measured, above 7."""


def main() -> None:
    """Publish, move, compare; print a line for each édition, for each comparison, and the count of differences."""
    if not COUNTS.exists():
        print(f"real counts not found in {SOURCE}: nothing measured", flush=True)
        return
    WORK.mkdir(exist_ok=True)
    editions = dict(zip(SLUGS, WINDOWS, strict=True))
    for slug, window in editions.items():
        publish(slug, window)
    with database() as url:
        for slug in SLUGS:
            jdma(url, "import-demarches", str(WORK / f"{slug}.csv"))
            print(f"{slug} | {jdma(url, 'edition', 'importer', str(WORK / f'{slug}.json'))}", flush=True)
        print(jdma(url, "edition", "verifier"), flush=True)
        with service(url) as (base, _):
            wrong = sum(check(base, slug, window) for slug, window in editions.items())
        for de, a in pairwise(SLUGS):
            print(jdma(url, "edition", "comparer", de, a).replace("\n", "\n  "), flush=True)
    print(f"{wrong} differences", flush=True)
    if wrong:
        sys.exit(1)


def publish(slug: str, window: str) -> None:
    """The édition of a window, from a database that has nothing else, as `WORK/slug.json`."""
    debut, fin = window.split(":")
    catalogue, avis = WORK / f"{slug}.csv", WORK / "reel-avis.csv"
    unroll(window, catalogue, avis, SHARE)
    with database() as url:
        jdma(url, "import-demarches", str(catalogue))
        start = time.perf_counter()
        said = jdma(url, "import-avis", str(avis))
        imported = time.perf_counter() - start
        titre = f"Observatoire, du {debut} au {fin}"
        jdma(url, "edition", "preparer", slug, "--titre", titre, "--debut", debut, "--fin", fin)
        start = time.perf_counter()
        jdma(url, "edition", "publier", slug)
        published = time.perf_counter() - start
        (WORK / f"{slug}.json").write_text(jdma(url, "edition", "exporter", slug), encoding="utf-8")
    avis.unlink()
    print(f"{slug} | {window} | {said} | {imported:.0f} s | published in {published:.1f} s", flush=True)


def rows_of(window: str) -> Iterator[tuple[str, list[int]]]:
    """The slug of each démarche of a window, and its counts n0..n10, from the file alone."""
    with COUNTS.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if f"{row['window_start']}:{row['window_end']}" == window:
                notes = [0] * 11
                for name, mark in MARKS.items():
                    notes[mark] = int(int(row[name]) * SHARE)
                yield f"demarche-{row['xwiki_id']}", notes


def check(base: str, slug: str, window: str) -> int:
    """How many figures of an édition, as the API gives it, are not those of the file."""
    got, suivant = {}, ""
    while suivant is not None:
        with urlopen(f"{base}/api/v1/editions/{slug}?limite=1000&curseur={suivant}") as reply:
            edition = json.load(reply)
        got |= {element["demarche"]["slug"]: element for element in edition["elements"]}
        suivant = edition["suivant"]
    expected = dict(rows_of(window))
    wrong = len(expected.keys() ^ got.keys())
    for name in expected.keys() & got.keys():
        wrong += differs(expected[name], got[name])
    satisfaction = edition["bilan"]["indicateurs"]["satisfaction"]
    totals = edition["bilan"]["demarches"], edition["bilan"]["avis"], satisfaction["publies"], satisfaction["atteints"]
    wrong += totals != (README[slug] if SHARE == 1 else counted(expected.values()))
    share = "–" if satisfaction["part"] is None else f"{100 * satisfaction['part']:.1f} %"
    print(f"{slug} | {totals[0]} démarches, {totals[1]} avis, {totals[3]}/{totals[2]} above 7 ({share}): "
          f"{wrong} differences", flush=True)  # fmt: skip
    return wrong


def counted(counts: Collection[list[int]]) -> tuple[int, int, int, int]:
    """Démarches, avis, measured, above 7, by the definition."""
    measured = [notes for notes in counts if sum(notes) >= 100]
    above = sum(sum(n * c for n, c in enumerate(notes)) > 7 * sum(notes) for notes in measured)
    return len(counts), sum(map(sum, counts)), len(measured), above


def differs(notes: list[int], element: dict[str, Any]) -> bool:
    """Whether a démarche of the édition has other counts, another mean or another status than the file gives."""
    total = sum(notes)
    mean = sum(n * c for n, c in enumerate(notes)) / total if total else None
    statut = "publie" if total >= 100 else "insuffisant" if total else "non_mesure"
    satisfaction = element["valeurs"]["satisfaction"]
    got = element["notes"], element["indice"]["note_moyenne"], satisfaction["statut"], satisfaction["valeur"]
    return got != (notes, mean, statut, mean if statut == "publie" else None)
