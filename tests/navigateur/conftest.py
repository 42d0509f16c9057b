"""A real browser, the real service, and host pages on another site."""

import sys
import uuid
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.navigateur.outils import CHROMIUM, OPTIONS, Fenetre, Hotes, Service, serving_pages
from tests.serveur import running_service


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
    await browser.close()
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
        yield Service(base, sql)
    await sql.close()


@pytest.fixture(scope="session")
def hotes() -> Iterator[Hotes]:
    """The server of host pages."""
    with serving_pages() as pages:
        yield pages


@pytest.fixture
async def ouvrir(navigateur: Browser) -> AsyncIterator["type[Fenetre]"]:
    """Open windows: `fenetre = await ouvrir(width=320, java_script_enabled=False)`; all are closed at the end."""
    contexts: list[BrowserContext] = []

    async def make(width: int = 1280, height: int = 900, **options: object) -> Fenetre:
        settings: dict[str, object] = {"locale": "fr-FR", "reduced_motion": "reduce", **options}
        context = await navigateur.new_context(viewport={"width": width, "height": height}, **settings)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        fenetre = Fenetre(await context.new_page(), context)
        fenetre.listen(fenetre.page)
        return fenetre

    yield make  # type: ignore[misc]
    for context in contexts:
        await context.close()
