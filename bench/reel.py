"""The real published counts, unrolled into avis: imported or deposited one by one, served, compared figure by figure.

Needs a directory with `data/notes_par_demarche.csv` and `tools/` (BENCH_REEL, default ../shared); says so without it.
"""

import csv
import os
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bench.importation import COMMAND
from bench.outils import HERE, database, service, sql

SOURCE = Path(os.environ.get("BENCH_REEL", HERE.parent.parent / "shared"))
COUNTS = SOURCE / "data" / "notes_par_demarche.csv"
WINDOWS = (
    "2022-04-01:2023-03-31",
    "2022-07-01:2023-06-30",
    "2022-10-02:2023-09-30",
    "2023-01-01:2023-12-31",
)
CLIENTS = 64


def main() -> None:
    """Print a line for each window, then one for the avis deposited through the API."""
    if not COUNTS.exists():
        print(f"real counts not found in {SOURCE}: nothing measured", flush=True)
        return
    for window in WINDOWS:
        imported(window)
    deposited(WINDOWS[0], 1 / 600)


def imported(window: str) -> None:
    work = HERE / ".data"
    work.mkdir(exist_ok=True)
    catalogue, avis = work / "reel-demarches.csv", work / "reel-avis.csv"
    unroll(window, catalogue, avis)
    with database() as url:
        jdma(url, "import-demarches", str(catalogue))
        start = time.perf_counter()
        said = jdma(url, "import-avis", str(avis))
        took = time.perf_counter() - start
        start = time.perf_counter()
        proof = jdma(url, "verify")
        verified = time.perf_counter() - start
        with service(url) as (base, _):
            compared = compare(COUNTS, window, base)
        print(f"{window} | {said} | {took:.0f} s | verify {verified:.0f} s: {proof} | {compared}", flush=True)
    avis.unlink()


def unroll(window: str, catalogue: Path, avis: Path, share: float = 1) -> None:
    """Write the démarches of a window, and each of its avis (or that share of each count)."""
    tool = [sys.executable, str(SOURCE / "tools/derouler_avis.py"), str(COUNTS), "--window", window]
    with avis.open("wb") as file:
        run([*tool, "--share", str(share), "--catalogue", str(catalogue)], stdout=file)


def deposited(window: str, share: float) -> None:
    """The same counts, scaled down, each avis through POST /api/v1/avis from many clients at once."""
    today = datetime.now(ZoneInfo("Europe/Paris")).date().isoformat()
    with COUNTS.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if f"{row['window_start']}:{row['window_end']}" == window]
    marks = {"satisfaction_negative": 0, "satisfaction_neutral": 5, "satisfaction_positive": 10}
    for row in rows:
        row |= {"window_start": today, "window_end": today}
        row |= {name: str(int(int(row[name]) * share)) for name in marks}
    counts = HERE / ".data" / "reel-comptes.csv"
    with counts.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    with database() as url:
        jdma(url, "import-demarches", str(HERE / ".data" / "reel-demarches.csv"))
        keys = dict(sql(url, "SELECT d.slug, b.cle FROM demarche d JOIN bouton b ON b.demarche_id = d.id"))
        bodies = [
            f'{{"id":"{uuid.uuid4()}","bouton":"{keys["demarche-" + row["xwiki_id"]]}","note":{mark}}}'
            for row in rows
            for name, mark in marks.items()
            for _ in range(int(row[name]))
        ]
        with service(url) as (base, _):
            start = time.perf_counter()
            with ThreadPoolExecutor(CLIENTS) as clients:
                list(clients.map(lambda part: deposit(base, part), (bodies[n::CLIENTS] for n in range(CLIENTS))))
            took = time.perf_counter() - start
            compared = compare(counts, f"{today}:{today}", base)
        print(f"one by one | {len(bodies)} avis, {CLIENTS} clients | {took:.0f} s | {compared}", flush=True)


def deposit(base: str, bodies: list[str]) -> None:
    connection = HTTPConnection(urlsplit(base).netloc)
    for body in bodies:
        connection.request("POST", "/api/v1/avis", body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        reply.read()
        assert reply.status == 201, reply.status


def compare(counts: Path, window: str, base: str) -> str:
    tool = [sys.executable, str(SOURCE / "tools/attendu.py"), str(counts), "--window", window, "--url", base]
    return subprocess.run(tool, capture_output=True, text=True, check=False).stdout.strip().splitlines()[-1]


def jdma(url: str, *arguments: str) -> str:
    env = os.environ | {"JDMA_DATABASE_URL": url, "JDMA_SECRET_KEY": "bench" * 8, "JDMA_JOURNAL_NIVEAU": "warning"}
    done = subprocess.run(
        [*COMMAND, *arguments], env=env, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.strip()


def run(command: list[str], **options: object) -> None:
    subprocess.run(command, check=True, **options)  # type: ignore[call-overload]
