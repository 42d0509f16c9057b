"""Lighthouse, mobile, on the form, the demonstration's host page and the public site: `make lighthouse`.

Needs Node ≥ 18 (npx fetches Lighthouse) and Chromium. Starts `jdma demo` in a directory that is thrown away.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

VERSION = "12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PARTOUT = {"form", "host page of the demonstration"}
"""The pages of which 100 is asked everywhere; the machine may do something else as well: the best of three."""
PERFORMANCE = 95
"""Asked of the others' performance; 100 of the rest."""
SITE = ("/", "/demarches", "/demarches/demo-passeport", "/ministeres", "/engagements", "/donnees")
COMMAND = "from app.cli import main; main()"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def free_ports() -> int:
    """A port that is free, as well as the next one."""
    while True:
        with closing(socket.socket()) as first, closing(socket.socket()) as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@contextmanager
def demo() -> Iterator[dict[str, str]]:
    """The addresses to measure, served for the time of the block."""
    directory, port = Path(tempfile.mkdtemp(prefix="jdma-lighthouse-")), free_ports()
    directory.chmod(0o755)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("JDMA_", "_JDMA"))}
    env |= {"JDMA_PORT": str(port), "PYTHONPATH": str(Path(__file__).parent.parent)}
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "demo"], env=env, cwd=directory, stdout=subprocess.DEVNULL
    )
    base, site = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
    try:
        wait_ready(f"{base}/readyz", process)
        host_page = urlopen(f"{site}/", timeout=5).read().decode()
        cle = re.findall(rf"{base}/avis/(\w+)", host_page)[0]
        pages = {f"`{chemin}`": f"{base}{chemin}" for chemin in SITE}
        yield {"form": f"{base}/avis/{cle}", "host page of the demonstration": f"{site}/"} | pages
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        shutil.rmtree(directory, ignore_errors=True)


def wait_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Return once the service can serve; fails with the process, or after two minutes."""
    for _ in range(1200):
        if process.poll() is not None:
            sys.exit("the demonstration did not start")
        try:
            urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("the demonstration is not ready after two minutes")


def audit(url: str) -> tuple[dict[str, int], list[str]]:
    """The four scores out of 100, and the audits that cost points."""
    flags = "--headless=new --no-sandbox --disable-gpu"
    command = ["npx", "--yes", f"lighthouse@{VERSION}", url, "--quiet", "--output=json", f"--chrome-flags={flags}"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "CHROME_PATH": CHROMIUM or ""}
    )
    if done.returncode:
        sys.exit(f"Lighthouse did not run: {done.stderr.strip()[-500:]}")
    report = json.loads(done.stdout)
    missed = [
        f"{ref['id']} ({report['audits'][ref['id']]['score']})"
        for nom in CATEGORIES
        for ref in report["categories"][nom]["auditRefs"]
        if ref["weight"] and report["audits"][ref["id"]]["score"] not in {None, 1}
    ]
    return {nom: round(100 * report["categories"][nom]["score"]) for nom in CATEGORIES}, missed


def main() -> None:
    """Print one table; exit 1 when a score is too low."""
    if not CHROMIUM or not shutil.which("npx"):
        sys.exit("Lighthouse needs Chromium and Node (npx): install the packages chromium, nodejs and npm")
    print(f"Lighthouse {VERSION}, mobile\n\n| page | {' | '.join(CATEGORIES)} |\n|---|---|---|---|---|", flush=True)
    below = []
    with demo() as addresses:
        for nom, url in addresses.items():
            asked = dict.fromkeys(CATEGORIES, 100) | ({} if nom in PARTOUT else {"performance": PERFORMANCE})
            for _ in range(3):
                scores, missed = audit(url)
                if reached := all(scores[c] >= asked[c] for c in CATEGORIES):
                    break
            print(f"| {nom} | {' | '.join(str(scores[c]) for c in CATEGORIES)} |", flush=True)
            if not reached:
                below.append(f"{nom}: {', '.join(missed) or 'rounding'}")
    sys.exit("\n".join(below) if below else 0)


if __name__ == "__main__":
    main()
