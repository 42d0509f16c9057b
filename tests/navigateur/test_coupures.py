"""Random cuts at any moment of a visit: nothing counted twice, and nothing acknowledged that is missing afterwards.

`JDMA_COUPURES` says how many (a hundred take a few minutes), `JDMA_GRAINE` which ones.
"""

import asyncio
import json
import os
import random
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, Error, Page, Route

from tests.conftest import BoutonDeTest
from tests.navigateur.conftest import close
from tests.navigateur.outils import Hotes, Service, extrait

COUPURES = int(os.environ.get("JDMA_COUPURES", "16"))
GRAINE = int(os.environ.get("JDMA_GRAINE", "9"))
ENSEMBLE = 4
"""Visitors at once."""
PRESSE = """{
  const vrai = setTimeout;
  window.setTimeout = (f, d, ...a) => vrai(f, d / 10, ...a);
  AbortSignal.timeout = ((vrai) => () => vrai.call(AbortSignal, 1_500))(AbortSignal.timeout);
}"""
"""A machine in a hurry: waits between two tries are ten times shorter, and so is the patience with a server."""
RESEAU = ["503", "429", "coupé", "réponse perdue", "lent", "hors ligne", "bon"]
DEPARTS = ["rechargé", "retour", "fermé", "planté", "deuxième onglet", "resté"]
LIEUX = ["panneau", "integre", "formulaire"]


@dataclass
class Visite:
    """One visitor, who gives one avis: what the network does to him, and what the service has acknowledged."""

    alea: random.Random
    bouton: BoutonDeTest
    lieu: str
    address: str
    reseau: str = "bon"
    restent: int = 0
    accuses: dict[str, Any] = field(default_factory=dict)
    """What was acknowledged, by question."""
    pas: list[str] = field(default_factory=list)

    async def network(self, route: Route) -> None:
        """Let one request pass, or refuse, lose or delay it."""
        fault = self.reseau if self.restent > 0 else "bon"
        self.restent -= 1
        with suppress(Error):  # the page has gone meanwhile
            if fault in {"coupé", "hors ligne"}:
                await route.abort("internetdisconnected" if fault == "hors ligne" else "connectionreset")
            elif fault in {"503", "429"}:
                headers = {"access-control-allow-origin": "*", "access-control-expose-headers": "Retry-After"}
                problem = {"content_type": "application/problem+json", "body": "{}"}
                await route.fulfill(status=int(fault), headers=headers | {"retry-after": "1"}, **problem)
            else:
                await self.serve(route, fault)

    async def serve(self, route: Route, fault: str) -> None:
        if fault == "lent":
            await asyncio.sleep(self.alea.random())  # a slow network is what is tried here
        reply = await route.fetch()
        if reply.status in {200, 201} and route.request.method != "OPTIONS":
            said = json.loads(route.request.post_data or "{}")
            told = {"note": said["note"], "commentaire": said.get("commentaire"), **(said.get("reponses") or {})}
            self.accuses |= {nom: value for nom, value in told.items() if value}
        await (route.abort() if fault == "réponse perdue" else route.fulfill(response=reply))


async def leave(visite: Visite, page: Page, depart: str) -> None:
    """What people and browsers do to a page that is open."""
    context = page.context
    if depart == "rechargé":
        await page.reload(wait_until="commit")
    elif depart == "retour":
        await page.goto("about:blank", wait_until="commit")
        await page.go_back(wait_until="commit")
    elif depart == "fermé":
        await page.close(run_before_unload=True)
    elif depart == "planté":
        session = await context.new_cdp_session(page)
        crash: Awaitable[Any] = session.send("Page.crash")
        with suppress(Error, TimeoutError):
            await asyncio.wait_for(crash, 1)
    elif depart == "deuxième onglet":
        await (await context.new_page()).goto(visite.address)


async def visit(visite: Visite, page: Page) -> None:
    """The steps of a visit: the network fails from one of them on, and the person or the browser leaves at another."""
    alea = visite.alea
    gone = alea.randrange(5)
    cut = alea.randrange(gone + 1)
    await page.goto(visite.address)
    if visite.lieu == "panneau":
        await page.get_by_role("button", name="Je donne mon avis").click()
    for rang in range(5):
        if rang == cut:
            visite.reseau, visite.restent = alea.choice(RESEAU), alea.randint(1, 4)
            visite.pas.append(f"{rang} : {visite.reseau} × {visite.restent}")
        await say(alea, page, rang)
        if rang == gone:
            depart = alea.choice(DEPARTS)
            visite.pas.append(f"{rang} : {depart}")
            with suppress(Error):  # a page that goes away may not say so
                await leave(visite, page, depart)
            return
        if 0 < rang < 4:
            await page.get_by_role("button", name="Continuer" if rang < 3 else "Terminer").click()


async def say(alea: random.Random, page: Page, rang: int) -> None:
    """Answer one question, or read the thanks."""
    if rang == 0:
        await page.get_by_role("radio", name=alea.choice(["Moyennement", "Bien"]), exact=True).click()
        await page.get_by_role("heading", name="Les explications").wait_for()
    elif rang == 1:
        await page.get_by_role("radio", name=alea.choice(["Plutôt pas", "Plutôt oui", "À moitié"])).check()
    elif rang == 2:
        await page.get_by_role("checkbox", name="Oui, par téléphone").check()
    elif rang == 3:
        await page.get_by_role("textbox").fill(f"dit {alea.randrange(1000)} fois")
        await page.get_by_role("textbox").blur()
    else:
        await page.get_by_role("heading", name="Merci").wait_for()


async def come_back(visite: Visite, context: BrowserContext) -> None:
    """The visitor comes another day, with a network that works: what was left leaves."""
    visite.restent = 0
    page = await context.new_page()
    await page.goto(visite.address)
    async with asyncio.timeout(60):
        while await page.evaluate("localStorage.length"):
            await asyncio.sleep(0.02)  # another process sends: there is nothing to wait on


async def coupure(visite: Visite, navigateur: Browser) -> None:
    context = await navigateur.new_context(locale="fr-FR", reduced_motion="reduce")
    context.set_default_timeout(30_000)
    await context.add_init_script(PRESSE)
    await context.route("**/api/v1/avis**", visite.network)
    try:
        await visit(visite, await context.new_page())
        await come_back(visite, context)
    except (Error, TimeoutError) as error:
        visite.pas.append(repr(error))
    finally:
        await close(context)


async def visitor(rang: int, service: Service, hotes: Hotes) -> Visite:
    alea = random.Random(f"{GRAINE}/{rang}")
    bouton, lieu = await service.bouton(), alea.choice(LIEUX)
    host = hotes.page(extrait(service.base, bouton.cle, mode=lieu))
    return Visite(alea, bouton, lieu, f"{service.base}/avis/{bouton.cle}" if lieu == "formulaire" else host)


async def test_after_random_cuts_nothing_is_doubled_and_nothing_acknowledged_is_missing(navigateur, service, hotes):
    visites = [await visitor(rang, service, hotes) for rang in range(COUPURES)]
    places = asyncio.Semaphore(ENSEMBLE)

    async def one(visite: Visite) -> None:
        async with places:
            await coupure(visite, navigateur)

    await asyncio.gather(*map(one, visites))
    for rang, visite in enumerate(visites):
        stored = [
            {"note": avis["note"], "commentaire": avis["commentaire"], **json.loads(avis["reponses"] or "{}")}
            for avis in await service.avis(visite.bouton)
        ]
        where = f"graine {GRAINE}/{rang}, {visite.lieu}, {visite.pas}, {visite.accuses} : {stored}"
        assert len(stored) == 1, where
        assert visite.accuses.items() <= stored[0].items(), where
