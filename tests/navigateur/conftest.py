"""A real browser, the real service, and host pages on another site."""

import asyncio
import json
import shutil
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from tests.navigateur.outils import CHROMIUM, OPTIONS, Fenetre, Hotes, Service, serving_pages
from tests.serveur import running_service

expect.set_options(timeout=20_000)  # a machine that does other things as well is slow, not wrong


async def close(closed: Browser | BrowserContext) -> None:
    """Close it, or leave it: a Chromium whose page is being left may never answer, and the test is over."""
    with suppress(TimeoutError):
        async with asyncio.timeout(20):
            await closed.close()


@pytest.fixture(scope="session")
async def navigateur(request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    """Chromium; without it the tests that need it are skipped, and the terminal says so."""
    if CHROMIUM is None:
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            print(
                "\n*** CHROMIUM IS MISSING: the browser tests are skipped (apt-get install chromium) ***",
                file=sys.stderr,
            )
        pytest.skip("Chromium is missing: apt-get install chromium")
    playwright = await async_playwright().start()
    browser = await playwright.chromium.launch(
        executable_path=CHROMIUM, args=OPTIONS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield browser
    await close(browser)
    await playwright.stop()


@pytest.fixture(scope="session")
async def service(cluster: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """`jdma serve` on a database of its own, for all the browser tests of this process."""
    admin = await asyncpg.connect(cluster)
    name = f"nav{uuid.uuid4().hex[:12]}"
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE modele")
    await admin.close()
    url = cluster.replace("/postgres?", f"/{name}?")
    sql = await asyncpg.connect(url)
    async with running_service(url, tmp_path_factory.mktemp("service")) as (base, _pid):
        yield Service(base, sql, url)
    await sql.close()


@pytest.fixture(scope="session")
def hotes() -> Iterator[Hotes]:
    """The server of host pages."""
    with serving_pages() as pages:
        yield pages


@pytest.fixture
async def ouvrir(navigateur: Browser) -> AsyncIterator["type[Fenetre]"]:
    """Open windows: `fenetre = await ouvrir(width=320, java_script_enabled=False)`; all are closed at the end.
    What their consoles say must be empty by then, or cleared by the test that expects it.
    """
    fenetres: list[Fenetre] = []

    async def make(width: int = 1280, height: int = 900, **options: object) -> Fenetre:
        settings: dict[str, object] = {"locale": "fr-FR", "reduced_motion": "reduce", **options}
        context = await navigateur.new_context(viewport={"width": width, "height": height}, **settings)  # type: ignore[arg-type]
        context.set_default_timeout(30_000)
        fenetre = Fenetre(await context.new_page(), context)
        fenetres.append(fenetre)
        fenetre.listen(fenetre.page)
        return fenetre

    yield make  # type: ignore[misc]
    for fenetre in fenetres:
        await close(fenetre.context)
    assert [line for fenetre in fenetres for line in fenetre.console] == []


@pytest.fixture
async def profil(navigateur: Browser) -> AsyncIterator["type[Fenetre]"]:
    """Open the browser with a person's own settings: `fenetre = await profil({"partition": …}, "--window-size=…")`."""
    fenetres: list[Fenetre] = []
    async with async_playwright() as playwright:

        async def start(preferences: dict[str, object], *arguments: str) -> Fenetre:
            directory = tempfile.mkdtemp(prefix="jdma-profil-")
            written = Path(directory) / "Default" / "Preferences"
            written.parent.mkdir()
            written.write_text(json.dumps(preferences))
            context = await playwright.chromium.launch_persistent_context(
                directory, executable_path=CHROMIUM, args=[*OPTIONS, *arguments], no_viewport=True, locale="fr-FR"
            )
            context.set_default_timeout(30_000)
            fenetres.append(Fenetre(context.pages[0], context))
            fenetres[-1].listen(context.pages[0])
            directories.append(directory)
            return fenetres[-1]

        directories: list[str] = []
        yield start  # type: ignore[misc]
        for fenetre in fenetres:
            await close(fenetre.context)
        for directory in directories:
            shutil.rmtree(directory, ignore_errors=True)
    assert [line for fenetre in fenetres for line in fenetre.console] == []
