"""`jdma demo`: one command shows everything, one Ctrl-C stops everything, the data stays."""

import re
import signal
import subprocess
from contextlib import contextmanager

import httpx
import psutil
import pytest

from tests.conftest import reachable_directory
from tests.serveur import COMMAND, environment, free_port, wait_ready

GALERIE = "/tous-les-boutons"


@contextmanager
def demo(directory, port):
    log = directory / "demo.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [*COMMAND, "demo"],
            env=environment(port=port),
            cwd=directory,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield process, log
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def servers_of(directory):
    return [
        p for p in psutil.process_iter(["cmdline"]) if str(directory / ".jdma") in " ".join(p.info["cmdline"] or [])
    ]


@pytest.fixture
def tmp_path():
    with reachable_directory() as directory:
        yield directory


async def check_gallery(client, base, site):
    """The page with every form of the button has one bouton of each kind, all of them alive."""
    gallery = (await client.get(f"{site}{GALERIE}")).text
    known = {}
    for cle in set(re.findall(r'data-bouton="(\w+)"', gallery)):
        known[cle] = (await client.get(f"{base}/widget/v1/boutons/{cle}?langue=fr&textes=panneau")).json()
    kinds = sorted((bouton["vue"][-1], bouton["essai"]) for bouton in known.values())
    assert kinds == [("10\N{NO-BREAK SPACE}: très bien", False), ("Bien", False), ("Bien", True)]


async def check_observatory(client, base):
    """Two éditions, engagements, every indicateur measured somewhere, an intervention: no page stands empty."""
    editions = (await client.get(f"{base}/api/v1/editions")).json()["elements"]
    assert len(editions) == 2
    assert all(b["publies"] for b in editions[0]["bilan"]["indicateurs"].values())
    assert len((await client.get(f"{base}/api/v1/engagements")).json()["elements"]) == 5
    (intervention,) = (await client.get(f"{base}/api/v1/interventions")).json()["elements"]
    assert intervention["comparaison"]["statut"] == "publie"


async def test_the_demonstration_shows_a_host_page_on_another_origin_and_exact_figures(tmp_path):
    port = free_port()
    base, site = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
    with demo(tmp_path, port) as (process, log):
        await wait_ready(base, process)
        async with httpx.AsyncClient() as client:
            page = (await client.get(f"{site}/")).text
            assert "(démonstration)</span>" in page
            cle = re.findall(rf'href="{base}/avis/(\w+)"', page)[0]
            assert (await client.get(f"{base}/avis/{cle}")).status_code == 200
            await check_gallery(client, base, site)
            await check_observatory(client, base)
            synthese = (await client.get(f"{base}/api/v1/synthese")).json()
            assert synthese["mesurees"] >= 8
            titles = [d["titre"] for d in (await client.get(f"{base}/api/v1/demarches")).json()["elements"]]
            assert len(titles) >= 12
            assert all("démonstration" in title for title in titles)
        for shown in (f"{base}/avis/{cle}", f"{base}/api/docs", f"{base}/engagements", f"{site}/", f"{site}{GALERIE}"):
            assert f"{shown}\n" in log.read_text()
        assert servers_of(tmp_path)
    assert process.returncode == 0
    assert not servers_of(tmp_path)
    with demo(tmp_path, port) as (process, _):
        await wait_ready(base, process)
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{base}/api/v1/synthese")).json() == synthese
    assert not servers_of(tmp_path)


async def test_the_commands_of_the_readme_run_beside_the_service_and_leave_it_its_database(tmp_path):
    """With the embedded database, which all of them share: the last one out stops it."""
    port = free_port()
    with demo(tmp_path, port) as (process, _):
        await wait_ready(f"http://127.0.0.1:{port}", process)
        for arguments in (["snippet", "demo-passeport"], ["edition", "lister"], ["verify"]):
            command = [*COMMAND, *arguments]
            done = subprocess.run(command, env=environment(), cwd=tmp_path, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stderr
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
        assert len(servers_of(tmp_path)) >= 1
    assert not servers_of(tmp_path)


@pytest.mark.parametrize("workers", [1, 2])
async def test_sigterm_stops_the_service_and_its_database(tmp_path, workers):
    """What systemd, Docker and `kill` send."""
    port, data = free_port(), tmp_path / ".jdma"
    command = [*COMMAND, "serve"]
    env = environment(port=port, data_dir=data, workers=workers)
    with (tmp_path / "serve.log").open("w") as out:
        process = subprocess.Popen(command, env=env, cwd=tmp_path, stdout=out, stderr=out, start_new_session=True)
    try:
        await wait_ready(f"http://127.0.0.1:{port}", process)
        assert servers_of(tmp_path)
    finally:
        process.terminate()
        process.wait(30)
    assert process.returncode in {0, 128 + signal.SIGTERM}
    assert not servers_of(tmp_path)
