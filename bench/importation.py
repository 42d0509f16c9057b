"""`import-avis` against PostgreSQL's own COPY of the same file into a table with the same columns and primary key."""

import csv
import os
import random
import resource
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app import embedded
from bench.outils import HERE, database, make_demarches, report, sql

LIGNES = int(os.environ.get("BENCH_LIGNES", "3000000"))
COMMAND = [sys.executable, "-c", "from app.cli import main; main()"]


def main() -> None:
    """Print the table's rows about the import. BENCH_FICHIER names a CSV of one's own (columns of the first line)."""
    with database() as url:
        make_demarches(url, 220)
        path = Path(os.environ.get("BENCH_FICHIER") or make_file())
        copied = copy(url, path)
        imported, megabytes = run_import(url, path)
        rows = sql(url, "SELECT count(*) AS n FROM avis")[0]["n"]
        detail = f"{rows:,} rows: import {imported:.1f} s, COPY {copied:.1f} s"
        report("import-avis / COPY, speed", copied / imported, "≥ 0.35", copied / imported >= 0.35, detail)
        report("import-avis, memory", megabytes, "≤ 200 MiB", megabytes <= 200, "MiB at most, whole process")


def make_file() -> Path:
    """A window of avis, démarche by démarche as an export would give them."""
    path = HERE / ".data" / f"avis-{LIGNES}.csv"
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        return path
    draw, start = random.Random(1), datetime(2024, 1, 1, tzinfo=UTC)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "demarche", "note", "depose_le", "commentaire", "reponses"])
        for rank in range(LIGNES):
            ident = uuid.UUID(int=draw.getrandbits(128), version=4)
            moment = start + timedelta(seconds=rank * 31_000_000 // LIGNES)
            slug = f"bench-{1 + rank * 220 // LIGNES}"
            writer.writerow([ident, slug, draw.choice((0, 5, 10)), moment.isoformat(), "", ""])
    return path


def copy(url: str, path: Path) -> float:
    """Seconds that PostgreSQL takes for the file alone."""
    sql(
        url,
        "CREATE TABLE brut (id uuid, demarche text, note smallint, depose_le timestamptz, commentaire text, "
        "reponses jsonb, PRIMARY KEY (demarche, id))",
        "SELECT 1",
    )
    start = time.perf_counter()
    psql(url, f"\\copy brut FROM '{path}' WITH (FORMAT csv, HEADER)")
    took = time.perf_counter() - start
    sql(url, "DROP TABLE brut", "CHECKPOINT", "SELECT 1")
    return took


def psql(url: str, command: str) -> None:
    subprocess.run([str(embedded.BIN / "psql"), "-q", "-c", command, url], check=True)


def run_import(url: str, path: Path) -> tuple[float, float]:
    """(seconds, MiB at most) of the command."""
    env = os.environ | {"JDMA_DATABASE_URL": url, "JDMA_SECRET_KEY": "bench" * 8, "JDMA_JOURNAL_NIVEAU": "warning"}
    start = time.perf_counter()
    subprocess.run([*COMMAND, "import-avis", str(path)], env=env, cwd=HERE.parent, check=True, stdout=sys.stderr)
    took = time.perf_counter() - start
    return took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
