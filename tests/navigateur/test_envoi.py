"""How an avis leaves: in which order, by which way, and whatever the page has done to the browser's own objects."""

import asyncio
import json

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.navigateur.outils import ENREGISTREE, aller_au_commentaire, extrait, finir, hold_back, premiere_question

PROTOTYPE = """
  Array.prototype.toJSON = function () { return "[" + this.map((e) => JSON.stringify(e)).join(", ") + "]"; };
  String.prototype.toJSON = function () { return '"' + this + '"'; };
  Number.prototype.toJSON = function () { return "" + this; };
  Object.prototype.toJSON = function () { return "[object]"; };
  Object.prototype.surplus = () => "surplus";"""
SANS_CRYPTO = "Object.defineProperty(window, 'crypto', { value: undefined })"
FEUILLES_GELEES = """
  const { get, set } = Object.getOwnPropertyDescriptor(ShadowRoot.prototype, "adoptedStyleSheets");
  const listes = new WeakMap();
  Object.defineProperty(ShadowRoot.prototype, "adoptedStyleSheets", {
    get() { return listes.get(this) || Object.freeze([]); },
    set(liste) { listes.set(this, Object.freeze([...liste])); set.call(this, liste); },
  });"""
ANCIEN = """
  delete AbortSignal.timeout;
  for (const { prototype } of [Element, Document, DocumentFragment]) delete prototype.replaceChildren;
  for (const nom of ["ariaInvalid", "role"]) delete Element.prototype[nom];
  delete Object.hasOwn; delete Array.prototype.at; delete crypto.randomUUID;"""
PAGES = {"toJSON": PROTOTYPE, "sans crypto": SANS_CRYPTO, "feuilles gelées": FEUILLES_GELEES}


@pytest.mark.parametrize("genre", PAGES)
async def test_whatever_the_page_has_done_every_answer_arrives(service, hotes, ouvrir, genre):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle), tete=f"<script>{PAGES[genre]}</script>"))
    await page.get_by_role("button", name="Je donne mon avis").click()
    await page.get_by_role("radio", name="Bien").click()
    await page.get_by_role("radio", name="Plutôt oui").check()
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("checkbox", name="Oui, par téléphone").check()
    await page.get_by_role("checkbox", name="Oui, autrement").check()
    await page.get_by_role("radio", name="Bonne", exact=True).check()
    await page.get_by_role("textbox").fill("un voisin")
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("textbox").fill("avec tout")
    assert await page.get_by_role("dialog").evaluate("e => getComputedStyle(e).borderRadius") == "8px"
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    reponses = {
        "aide": ["telephone", "autre"],
        "contacts": {"telephone": {"satisfaction": 4}},
        "aide_autre": "un voisin",
        "comprehension": 4,
    }
    await service.arrives(bouton, note=10, commentaire="avec tout")
    assert json.loads((await service.avis(bouton))[0]["reponses"]) == reponses


@pytest.mark.parametrize("genre", ["toJSON"])
async def test_what_such_a_page_keeps_can_be_read_again(service, hotes, ouvrir, genre):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    address = hotes.page(extrait(service.base, bouton.cle), tete=f"<script>{PAGES[genre]}</script>")
    await page.goto(address)
    await page.get_by_role("button", name="Je donne mon avis").click()
    await page.route("**/api/v1/avis**", lambda route: route.abort())
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "gardé")
    await page.unroute_all()
    await page.goto(address)
    await service.arrives(bouton, note=10, commentaire="gardé")


def sent(page: Page) -> list[tuple[str, str, dict[str, object]]]:
    """What leaves for the service from now on: method, kind, body."""
    seen: list[tuple[str, str, dict[str, object]]] = []

    def note(request: Request) -> None:
        if "/api/v1/avis" in request.url and request.method != "OPTIONS":
            seen.append((request.method, request.resource_type, json.loads(request.post_data or "{}")))

    page.context.on("request", note)
    return seen


@pytest.mark.parametrize("lieu", ["hôte", "formulaire"])
async def test_what_is_said_later_has_a_larger_order_even_when_the_clock_goes_back(service, hotes, ouvrir, lieu):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.add_init_script("{ let n = Date.now(); Date.now = () => (n -= 1000); }")
    await premiere_question(page, service, hotes, bouton, lieu)
    seen = sent(page)
    await page.get_by_role("radio", name="Bien").click()
    for niveau in ("Plutôt oui", "Pas du tout", "Tout à fait"):
        await page.get_by_role("radio", name=niveau).check()
        await page.get_by_role("button", name="Continuer").click()
        await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
        await page.get_by_role("button", name="Retour").click()
    await service.arrives(bouton, note=10, reponses='{"comprehension": 5}')
    orders = [body["ordre"] for method, _, body in seen if method == "PATCH"]
    assert len(orders) == 3
    assert orders == sorted(set(orders))
    assert all(isinstance(order, int) and 0 <= order < 2**53 for order in orders)
    assert "ordre" not in seen[0][2]


async def test_the_copy_without_text_that_another_tab_sends_comes_before_the_whole(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    first = fenetre.page
    address = hotes.page(extrait(service.base, bouton.cle))
    await premiere_question(first, service, hotes, bouton, "hôte")
    seen = sent(first)
    await first.route("**/api/v1/avis**", lambda route: route.abort())
    await first.get_by_role("radio", name="Bien").click()
    await finir(first, "entier")
    second = await fenetre.context.new_page()
    await second.goto(address)
    await service.arrives(bouton, note=10)
    await second.wait_for_function("localStorage.length == 0")
    [copy] = [body for method, _, body in seen if method == "PATCH"]
    assert "commentaire" not in copy
    await first.unroute_all()
    await first.evaluate("dispatchEvent(new Event('online'))")
    await service.arrives(bouton, note=10, commentaire="entier")
    whole = [body for method, _, body in seen if method == "PATCH"][-1]
    assert whole["ordre"] > copy["ordre"]
    await second.close()


NOTER_LE_DEPART = """
  addEventListener("pagehide", () => (window.part = true), true);
  for (const [objet, nom] of [[window, "fetch"], [navigator, "sendBeacon"]]) {
    const vrai = objet[nom].bind(objet);
    objet[nom] = (...dits) => {
      if (window.part) sessionStorage.parti = (sessionStorage.parti || "") + nom + " ";
      return vrai(...dits);
    };
  }"""
SANS_KEEPALIVE = "delete Request.prototype.keepalive;"
FETCH_REFUSE = (
    "{ const vrai = fetch; window.fetch = (...a) => window.part ? Promise.reject(new TypeError()) : vrai(...a); }"
)


@pytest.mark.parametrize(
    ("sans", "par"),
    [("", "fetch "), (SANS_KEEPALIVE, "sendBeacon "), (FETCH_REFUSE, "fetch sendBeacon ")],
    ids=["rien", "keepalive", "fetch"],
)
@pytest.mark.parametrize("lieu", ["hôte", "formulaire"])
async def test_leaving_goes_by_fetch_first_and_by_beacon_where_it_cannot(service, hotes, ouvrir, sans, par, lieu):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.add_init_script(sans + NOTER_LE_DEPART)
    await premiere_question(page, service, hotes, bouton, lieu)
    hung = asyncio.Event()

    async def hang(route: Route) -> None:
        if hung.is_set():
            await route.continue_()
        hung.set()

    await page.route("**/api/v1/avis", hang)
    await page.get_by_role("radio", name="Bien").click()
    await hung.wait()
    leaving = page.url
    await page.goto("about:blank")
    await service.arrives(bouton, note=10)
    await page.goto(leaving)
    assert await page.evaluate("sessionStorage.parti") == par


async def test_an_older_browser_goes_all_the_way(service, hotes, ouvrir):
    """Without what came after 2020, in what is loaded after a click."""
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await premiere_question(page, service, hotes, bouton, "hôte")
    await page.evaluate(ANCIEN)
    await page.get_by_role("radio", name="Bien").click()
    await aller_au_commentaire(page)
    await page.get_by_role("textbox").fill("ancien")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="ancien")


async def test_an_acknowledged_answer_is_not_undone_by_the_late_retry_of_another_tab(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    first = fenetre.page
    address = hotes.page(extrait(service.base, bouton.cle))
    await premiere_question(first, service, hotes, bouton, "hôte")
    await first.route("**/api/v1/avis**", lambda route: route.abort())
    await first.get_by_role("radio", name="Mal", exact=True).click()
    await first.get_by_role("radio", name="Plutôt oui").check()
    await first.get_by_role("button", name="Continuer").click()
    second = await fenetre.context.new_page()
    held: asyncio.Future[Route] = asyncio.get_running_loop().create_future()

    async def hold(route: Route) -> None:
        if route.request.method == "PATCH":
            held.set_result(route)
        else:
            await route.continue_()

    await second.route("**/api/v1/avis**", hold)
    await second.goto(address)
    late = await held
    await first.unroute_all()
    await first.get_by_role("button", name="Retour").click()
    await first.get_by_role("button", name="Retour").click()
    await first.get_by_role("radio", name="Bien").click()
    await first.get_by_role("radio", name="Pas du tout").check()
    await finir(first, "dit après")
    await expect(first.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="dit après", reponses='{"comprehension": 1}')
    async with second.expect_response(lambda reply: reply.request.method == "PATCH"):
        await late.continue_()
    await service.arrives(bouton, note=10, commentaire="dit après", reponses='{"comprehension": 1}')
    await second.close()


@pytest.mark.parametrize("lieu", ["formulaire", "hôte"])
async def test_the_thanks_show_what_is_stored_of_the_words_even_when_it_is_known_later(service, hotes, ouvrir, lieu):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await premiere_question(page, service, hotes, bouton, lieu)
    go = await hold_back(page, "**/api/v1/avis/*")
    await page.get_by_role("radio", name="Bien").click()
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("checkbox", name="Oui, autrement").check()
    await page.get_by_role("textbox").fill("ma sœur, 06 12 34 56 78")
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("textbox").fill("Écrivez à jean@exemple.fr, pas à moi")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("listitem").filter(has_text="jean@exemple.fr")).to_be_visible()
    go.set()
    await expect(page.get_by_role("listitem").filter(has_text="Écrivez à [courriel retiré], pas à moi")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="ma sœur, [téléphone retiré]")).to_be_visible()
    await page.get_by_role("button", name="Modifier – Souhaitez-vous").click()
    await page.get_by_role("textbox").fill("Rien")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("listitem").filter(has_text="Rien")).to_be_visible()
    await service.arrives(bouton, note=10, commentaire="Rien")
    await expect(page.get_by_role("listitem").filter(has_text="Rien")).to_be_visible()
