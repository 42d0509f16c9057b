"""The observatory's own collector against this server, unmodified but for the hosts, beside what was published.

Needs the real counts (see `reel`), Node, and in BENCH_COLLECTEUR a checkout of DISIC/dashlord-observatoire where
`npm install --no-save node-fetch@3` was run; says so without them. `actions/jdma` is asked about each démarche of the
first window, every other one with its clock in Paris; then `actions/grist-procedures-urls` sets the list of the 250,
the two other services that it asks being played here.
"""

import csv
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from bench.outils import HERE, database, service
from bench.reel import COUNTS, WINDOWS, jdma, unroll

COLLECTEUR = Path(os.environ.get("BENCH_COLLECTEUR", HERE / ".data" / "dashlord-observatoire"))
NATIONAL, GRIST, UPDOWN = (
    "https://jedonnemonavis.numerique.gouv.fr",
    "https://grist.numerique.gouv.fr",
    "https://updown.io",
)
ZONES = ("UTC", "Europe/Paris")
PUBLIEE = 5e-5
"""The published means have four decimals."""


def main() -> None:
    """Print how many démarches the collector read otherwise than was published, and what became of the list of 250."""
    if not COUNTS.exists() or not (COLLECTEUR / "node_modules").exists():
        print("real counts, or the collector and its node_modules, not found: nothing measured", flush=True)
        return
    debut, fin = WINDOWS[0].split(":")
    with COUNTS.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if (row["window_start"], row["window_end"]) == (debut, fin)]
    with database() as url, tempfile.TemporaryDirectory() as work:
        catalogue, avis = Path(work, "demarches.csv"), Path(work, "avis.csv")
        unroll(WINDOWS[0], catalogue, avis)
        jdma(url, "import-demarches", str(catalogue))
        jdma(url, "import-avis", str(avis))
        cle = jdma(url, "cle", "creer", "observatoire", "--portee", "administrateur")
        with service(url) as (base, _), ThreadPoolExecutor(os.cpu_count()) as several:
            action = install("jdma", Path(work), {NATIONAL: base})
            wrong = sum(several.map(lambda rang: differs(action, rows[rang], ZONES[rang % 2]), range(len(rows))))
            print(f"actions/jdma | {debut} to {fin} | {len(rows)} démarches, {wrong} differences", flush=True)
            print(f"actions/grist-procedures-urls | {set_list(base, cle, Path(work))}", flush=True)


def install(nom: str, work: Path, hotes: Mapping[str, str]) -> Path:
    """A copy of an action that asks these hosts instead of those."""
    code = (COLLECTEUR / "actions" / nom / "index.js").read_text(encoding="utf-8")
    for hote, ici in hotes.items():
        assert hote in code, hote
        code = code.replace(hote, ici)
    action = work / nom
    action.mkdir()
    (action / "node_modules").symlink_to((COLLECTEUR / "node_modules").resolve())
    (action / "index.js").write_text(code, encoding="utf-8")
    return action


def node(action: Path, zone: str, *arguments: str) -> Any:
    """What an action prints; None when it prints nothing."""
    command = ["node", "index.js", *arguments]
    done = subprocess.run(command, cwd=action, env=os.environ | {"TZ": zone}, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout) if done.stdout.strip() else None


def differs(action: Path, row: Mapping[str, str], zone: str) -> bool:
    """Whether the collector reads another number of avis, or another mean, than was published."""
    jours = [datetime.fromisoformat(row[f"window_{bord}"]).replace(tzinfo=ZoneInfo(zone)) for bord in ("start", "end")]
    lu = node(action, zone, row["xwiki_id"], "", *(str(int(jour.timestamp() * 1000)) for jour in jours), "false")
    if lu is None or lu["metadata"]["satisfaction_count"] != int(row["answers_total"]):
        return True
    return abs(lu["data"]["satisfaction"] - float(row["satisfaction_10"] or 0)) > PUBLIEE


def set_list(base: str, cle: str, work: Path) -> str:
    """What the nightly action does with an édition of the first ten démarches that the key shows."""
    demande = Request(f"{base}/api/open-api/services", headers={"Authorization": f"Bearer {cle}"})
    with urlopen(demande) as reply:
        choisies = [(vu["id"], vu["forms"][0]["id"]) for vu in json.load(reply)["data"][:10]]
    with elsewhere(choisies) as autre:
        action = install("grist-procedures-urls", work, {NATIONAL: base, GRIST: autre, UPDOWN: autre})
        lues = node(action, "UTC", "grist", cle, "updown", "base", "demarches", "editions", "1")
    with urlopen(f"{base}/api/v1/demarches?limite=1000") as reply:
        suivies = sum(demarche["top_250"] for demarche in json.load(reply)["elements"])
    return f"{len(lues)} démarches read, {suivies} in the list"


@contextmanager
def elsewhere(choisies: list[tuple[int, int]]) -> Iterator[str]:
    """The two services beside ours, as much of them as the action asks: tables of an édition, and probes."""
    demarches = [
        {"id": rang, "fields": {"Dashlord_ID_JDMA": numero, "Dashlord_ID_JDMA_Formulaire": formulaire}}
        for rang, (numero, formulaire) in enumerate(choisies)
    ]
    edition = {"Dashlord_JDMA_a_partir_de": 1_648_771_200, "Dashlord_JDMA_jusqu_a": 1_680_220_800}
    reponses = {"/editions/": {"records": [{"id": 1, "fields": edition}]}, "/demarches/": {"records": demarches}}

    class Reponse(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            corps = json.dumps(next((lu for nom, lu in reponses.items() if nom in self.path), [])).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(corps)))
            self.end_headers()
            self.wfile.write(corps)

        def log_message(self, *_: object) -> None: ...

    serveur = ThreadingHTTPServer(("127.0.0.1", 0), Reponse)
    threading.Thread(target=serveur.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{serveur.server_address[1]}"
    finally:
        serveur.shutdown()
