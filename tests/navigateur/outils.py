"""What the browser tests share: the running service, host pages, a visitor's window, and the steps of a visit."""

import asyncio
import re
import shutil
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import asyncpg
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Route, expect

from app.database import Connection
from app.pages.formulaire_textes import textes
from tests.conftest import BoutonDeTest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ENREGISTREE = "Réponse enregistrée."
ATTENTE = "Votre avis n’est pas encore parti : il partira dès que possible."
RESEAU = ("Failed to load resource", "Failed to load module script", "Autofocus processing was blocked")
"""The browser's own words about a failed request, or a focus that the address decides; all else would be ours."""


@dataclass
class Service:
    """The running service, a connection to what it stores, and the address of its database."""

    base: str
    sql: Connection
    url: str

    async def bouton(self, **columns: object) -> BoutonDeTest:
        """A démarche with one bouton, both of their own for the test."""
        slug = f"d{uuid.uuid4().hex[:8]}"
        demarche_id = await self.sql.fetchval(
            "INSERT INTO demarche (slug, titre, titre_recherche, url, en_ligne) VALUES"
            " ($1, 'Demander un passeport', 'demander un passeport', 'https://exemple.gouv.fr/', true) RETURNING id",
            slug,
        )
        names = ", ".join(columns)
        places = "".join(f", ${rang}" for rang in range(3, 3 + len(columns)))
        bouton_id = await self.sql.fetchval(
            f"INSERT INTO bouton (demarche_id, cle, nom{names and ', ' + names}) VALUES ($1, $2, 'Principal'{places})"
            " RETURNING id",
            demarche_id,
            f"cle{slug}",
            *columns.values(),
        )
        return BoutonDeTest(bouton_id, demarche_id, f"cle{slug}", slug)

    async def avis(self, bouton: BoutonDeTest) -> list[asyncpg.Record]:
        """What is stored for a bouton."""
        return await self.sql.fetch(
            "SELECT note, langue, commentaire, reponses::text AS reponses FROM avis WHERE bouton_id = $1", bouton.id
        )

    async def arrives(self, bouton: BoutonDeTest, **expected: object) -> None:
        """Return once the bouton has exactly one avis, with these values; fails after thirty seconds."""
        stored: list[asyncpg.Record] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(30):
                while not (len(stored) == 1 and expected.items() <= dict(stored[0]).items()):
                    await asyncio.sleep(0.02)  # another process writes: there is nothing to wait on
                    stored = await self.avis(bouton)
        assert [{nom: avis[nom] for nom in expected} for avis in stored] == [expected]


@dataclass
class Hotes:
    """Pages of other people's sites: `url = hotes.page("<p>…", csp="…")`. Served from `localhost`, as the service is
    from `127.0.0.1`: two sites, as far as browsers know."""

    port: int = 0
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def page(self, corps: str, *, lang: str = "fr", csp: str | None = None, tete: str = "") -> str:
        """The address of a page with this body; as careful with its layout as an ordinary site."""
        path = f"/{uuid.uuid4().hex}"
        meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        html = f'<!doctype html><html lang="{lang}"><head>{meta}<title>Site hôte</title>{tete}</head>'
        html += f"<body><main><h1>Votre demande est envoyée</h1>{corps}<p>Suite de la page.</p></main></body></html>"
        self.pages[path] = (html, {"content-security-policy": csp} if csp else {})
        return f"http://localhost:{self.port}{path}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        html, headers = self.pages.get(handler.path, ("", {}))
        handler.send_response(200 if html else 204)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("content-type", "text/html; charset=utf-8")
        handler.end_headers()
        with suppress(ConnectionError):  # the browser has left already
            handler.wfile.write(html.encode())


@contextmanager
def serving_pages() -> Iterator[Hotes]:
    """Serve host pages on a free port, in a thread."""
    pages = Hotes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages.answer(self)

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    pages.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield pages
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def extrait(base: str, cle: str, **options: str) -> str:
    """The snippet of the documentation, with these options."""
    data = "".join(f' data-{nom}="{valeur}"' for nom, valeur in options.items())
    return (
        f'<p><a class="jdma" href="{base}/avis/{cle}" data-bouton="{cle}"{data}>Je donne mon avis</a></p>'
        f'<script src="{base}/widget/v1/jdma.js" defer></script>'
    )


@dataclass
class Fenetre:
    """One visitor's browser window, and what its console said."""

    page: Page
    context: BrowserContext
    console: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        def heard(message: ConsoleMessage) -> None:
            if not message.text.startswith(RESEAU):
                self.console.append(message.text)

        page.on("console", heard)
        page.on("pageerror", lambda error: self.console.append(str(error)))


async def hold_back(page: Page, pattern: str) -> asyncio.Event:
    """Requests of this pattern leave only once the event is set."""
    go = asyncio.Event()

    async def late(route: Route) -> None:
        await go.wait()
        await route.continue_()

    await page.route(pattern, late)
    return go


async def ouvrir_panneau(page: Page) -> None:
    await page.get_by_role("button", name="Je donne mon avis").click()
    await expect(page.get_by_role("radio", name="Bien")).to_be_visible()


async def premiere_question(page: Page, service: Service, hotes: Hotes, bouton: BoutonDeTest, lieu: str) -> None:
    """Open the questions where somebody answers: the `formulaire`, or the panel of an `hôte` page."""
    if lieu == "formulaire":
        await page.goto(f"{service.base}/avis/{bouton.cle}")
    else:
        await page.goto(hotes.page(extrait(service.base, bouton.cle)))
        await ouvrir_panneau(page)


async def aller_au_commentaire(page: Page) -> None:
    """From the second question to the last one."""
    for _ in range(2):
        await page.get_by_role("button", name="Continuer").click()


async def finir(page: Page, commentaire: str) -> None:
    """From the second question to the thanks."""
    await aller_au_commentaire(page)
    await page.get_by_role("textbox").fill(commentaire)
    await page.get_by_role("button", name="Terminer").click()


AXE = Axe().axe_script
AXE_RUN = "axe.run(document, { resultTypes: ['violations'] }).then((results) => results.violations)"


async def check(page: Page, where: str) -> None:
    """axe finds no violation at all, in the page and in the shadow roots."""
    await page.wait_for_load_state()  # its style sheet too
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    violations = await page.evaluate(AXE_RUN)
    found = [f"{v['id']} : {n['html'][:150]} {n['failureSummary']}" for v in violations for n in v["nodes"]]
    assert not found, f"{where} : {found}"


async def etats_du_bouton(
    service: Service, page: Page, adresse: str, langue: str, *, integre: bool = False
) -> AsyncIterator[str]:
    """Go through every state of the panel, or of the questions that stand in the page, naming each."""
    t: dict[str, Any] = textes(langue)
    mots, q = t["widget"], t["questions"]
    await page.goto(adresse)
    if not integre:
        await page.get_by_role("button", name=mots["bouton"]).first.click()
    cadre = page.locator(".jdma.integre" if integre else "dialog")
    note = cadre.get_by_role("radio").last  # the best one, on both scales
    await expect(note).to_be_visible()
    yield "note"
    await note.click()
    await expect(page.get_by_role("status").first).to_have_text(mots["envoye"])
    yield "comprehension"
    await page.get_by_role("button", name=mots["continuer"]).click()
    for nom in ("telephone", "autre"):
        await page.get_by_role("checkbox", name=q["aide"]["choix"][nom]).check()
    yield "aide"
    await page.get_by_role("button", name=mots["continuer"]).click()
    await expect(page.get_by_role("status").first).to_have_text(mots["envoye"])
    yield "commentaire"
    await page.get_by_role("textbox").fill("😀")
    await page.get_by_role("button", name=mots["terminer"]).click()
    await expect(page.get_by_role("status").first).to_have_text(mots["envoye"])
    yield "merci"


async def etats_du_formulaire(page: Page, adresse: str, langue: str) -> AsyncIterator[str]:
    """Go through every state of the form page with JavaScript, naming each."""
    t: dict[str, Any] = textes(langue)
    mots, q = t["widget"], t["questions"]
    statut = page.get_by_role("status")
    suite = page.get_by_role("button", name=re.compile(f"^({mots['continuer']}|{mots['terminer']})$"))
    await page.goto(f"{adresse}?langue={langue}")
    await expect(statut).to_be_attached()
    yield "note"
    await page.get_by_role("radio").last.click()
    await expect(statut).to_have_text(mots["envoye"])
    yield "comprehension"
    await suite.click()
    for nom in ("guichet", "telephone", "courriel", "messagerie", "autre"):
        await page.get_by_role("checkbox", name=q["aide"]["choix"][nom]).check()
    yield "aide"
    await suite.click()
    await expect(statut).to_have_text(mots["envoye"])
    yield "commentaire"
    await page.get_by_role("textbox").fill("a" * 15_001)
    await suite.click()
    await expect(statut).to_have_text(mots["trop"])
    yield "trop long"
    await page.get_by_role("textbox").fill("😀 " + "x" * 200)
    await suite.click()
    await expect(statut).to_have_text(mots["envoye"])
    yield "merci"
