"""Pages of others that do not expect the button: a link that works stays a way to answer, and hidden means hidden."""

import uuid

import httpx
import pytest
from playwright.async_api import expect

from tests.navigateur.outils import ENREGISTREE, extrait, finir, hold_back, ouvrir_panneau

BOUTON = {"name": "Je donne mon avis"}


def script(base: str) -> str:
    return f'<script src="{base}/widget/v1/jdma.js" defer></script>'


@pytest.mark.parametrize(
    "href",
    [
        "{base}/Demarches/3977?button=4069",
        "https://eur01.safelinks.protection.outlook.com/?url={base}%2Favis%2F{cle}&data=05",
        "https://autre.exemple/avis/{cle}",
        "https://suivi.exemple/?{base}/avis/{cle}",
        "{base}/avis/",
        "{base}/avis/{cle}/merci",
        "mailto:x@exemple.fr?body={base}/avis/{cle}",
    ],
)
async def test_a_link_to_anything_else_is_left_alone(service, hotes, ouvrir, href):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    href = href.format(base=service.base, cle=bouton.cle)
    lien = f'<a class="jdma" href="{href}" data-bouton="{bouton.cle}">Je donne mon avis</a>'
    await page.goto(hotes.page(lien + extrait(service.base, bouton.cle)))
    await expect(page.get_by_role("button", **BOUTON)).to_be_visible()
    left = page.get_by_role("link", **BOUTON)
    assert await left.get_attribute("href") == href
    assert await page.locator("jdma-avis").count() == 1


@pytest.mark.parametrize("copie", ["script seul", "tout", "module"])
async def test_served_from_elsewhere_the_script_still_lets_people_answer(service, hotes, ouvrir, copie):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    balise = f'<script type="module">import "{service.base}/widget/v1/jdma.js"</script>'
    if copie != "module":
        async with httpx.AsyncClient() as client:
            source = (await client.get(f"{service.base}/widget/v1/jdma.js")).text
        folder = f"/{uuid.uuid4().hex}"
        hotes.pages[f"{folder}/jdma.js"] = (source, {})
        balise = f'<script src="{folder}/jdma.js" defer></script>'
    lien = extrait(service.base, bouton.cle).partition("<script")[0]
    address = hotes.page(lien + balise)
    if copie == "tout":  # as a proxy does
        await page.route(
            f"**{folder}/questions*",
            lambda route: route.fulfill(
                body=httpx.get(f"{service.base}/widget/v1/questions.js").text, content_type="text/javascript"
            ),
        )
    await page.goto(address)
    await page.get_by_role("button", **BOUTON).click()
    if copie == "script seul":
        await page.get_by_role("link", **BOUTON).click()
        await expect(page).to_have_url(f"{service.base}/avis/{bouton.cle}?langue=fr")
    await page.get_by_role("radio", name="Bien").click()
    await service.arrives(bouton, note=10)


PANNES = {
    "sans connect-src": "default-src 'none'; script-src {base}",
    "sans le script des questions": "script-src {base}/widget/v1/jdma.js; connect-src {base}",
}


@pytest.mark.parametrize("panne", PANNES)
@pytest.mark.parametrize("mode", ["panneau", "integre"])
async def test_when_the_button_cannot_work_a_link_to_the_form_stands_there(service, hotes, ouvrir, panne, mode):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    csp = PANNES[panne].format(base=service.base)
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode=mode), csp=csp, lang="en"))
    if mode == "panneau":
        await page.get_by_role("button", **BOUTON).click()
    elif panne != "sans connect-src":
        return  # the first answer leaves before the questions' file: see below
    link = page.get_by_role("link", **BOUTON)
    await expect(link).to_have_attribute("href", f"{service.base}/avis/{bouton.cle}?langue=en")
    await link.focus()
    await expect(link).to_be_focused()
    fenetre.console.clear()  # the browser's own words


ENVELOPPES = {
    "en-têtes": """fetch = ((vrai) => (url, o = {}) => vrai(url, { ...o, headers: { ...o.headers,
        traceparent: "00-1-2-03", "x-datadog-trace-id": "1", baggage: "a=b" } }))(fetch)""",
    "cookies": 'fetch = ((vrai) => (url, o) => vrai(url, { ...o, credentials: "include" }))(fetch)',
    "sans crypto": 'Object.defineProperty(window, "crypto", { value: undefined })',
    "Object.prototype": "Object.prototype.pourTous = function () {}; Object.prototype.titre = 'x'",
    "Array.prototype.toJSON": """Array.prototype.toJSON = function () { return "[" + this.join() + "]" };
        String.prototype.toJSON = function () { return '"' + this + '"' }""",
}


@pytest.mark.parametrize("enveloppe", ENVELOPPES)
@pytest.mark.parametrize("mode", ["panneau", "integre"])
async def test_what_the_page_does_to_the_browser_does_not_stop_it(service, hotes, ouvrir, enveloppe, mode):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    tete = f"<script>{ENVELOPPES[enveloppe]}</script>"
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode=mode), tete=tete))
    if mode == "panneau":
        await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "malgré la page")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="malgré la page")


FEUILLES = {
    "gelée": """const liste = Object.getOwnPropertyDescriptor(Document.prototype, "adoptedStyleSheets");
        const { get, set } = Object.getOwnPropertyDescriptor(ShadowRoot.prototype, "adoptedStyleSheets") || liste;
        Object.defineProperty(ShadowRoot.prototype, "adoptedStyleSheets",
          { get() { return Object.freeze([...get.call(this)]) }, set(v) { set.call(this, v) } })""",
    "absente": "delete ShadowRoot.prototype.adoptedStyleSheets; delete Document.prototype.adoptedStyleSheets",
    "sans constructeur": "CSSStyleSheet = function () { throw new TypeError('Illegal constructor') }",
}
ABSENCES = {
    "AbortSignal.timeout": "delete AbortSignal.timeout",
    "randomUUID": "delete Crypto.prototype.randomUUID",
    "replaceChildren": "delete Element.prototype.replaceChildren; delete DocumentFragment.prototype.replaceChildren",
    "modulepreload": """const ajoute = Element.prototype.append; Element.prototype.append = function (...n) {
        return ajoute.apply(this, n.filter((e) => e.rel != "modulepreload")) }""",
    "inert": "delete HTMLElement.prototype.inert",
}


@pytest.mark.parametrize("feuille", FEUILLES)
async def test_its_style_is_there_whatever_the_browser_knows_of_shared_sheets(service, hotes, ouvrir, feuille):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle), tete=f"<script>{FEUILLES[feuille]}</script>"))
    button = page.get_by_role("button", **BOUTON)
    await expect(button).to_have_css("background-color", "rgb(0, 0, 145)")
    await ouvrir_panneau(page)
    await expect(page.get_by_role("dialog")).to_have_css("border-radius", "8px")
    await page.get_by_role("radio", name="Bien").click()
    await service.arrives(bouton, note=10)


@pytest.mark.parametrize("absence", ABSENCES)
async def test_each_feature_that_an_older_browser_lacks_is_done_without(service, hotes, ouvrir, absence):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle), tete=f"<script>{ABSENCES[absence]}</script>"))
    await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "ancien")
    await service.arrives(bouton, note=10, commentaire="ancien")


CACHES = {
    "visibility": ("<style>.x { visibility: hidden }</style>", "<div class=x>{}</div>"),
    "inert": ("", "<div inert>{}</div>"),
    "interactivity": ("<style>.x { interactivity: inert }</style>", "<div class=x>{}</div>"),
    "pointer-events": ("<style>.x { pointer-events: none }</style>", "<div class=x>{}</div>"),
    "hidden": (
        "<style>jdma-avis { display: block }</style>",
        "{}<script>onload = () => document.querySelector('jdma-avis').hidden = true</script>",
    ),
    "content-visibility": ("<style>.x { content-visibility: hidden }</style>", "<div class=x>{}</div>"),
    "lien caché": ("", "<div hidden>{}</div>"),
}
RECENTES = {"interactivity": "interactivity: inert", "content-visibility": "content-visibility: hidden"}
"""What not every engine knows."""
DESSOUS = """for (let x = 5; x < innerWidth; x += 15) for (let y = 5; y < innerHeight; y += 15)
  if (document.elementFromPoint(x, y)?.localName == "jdma-avis") return true; return false"""
"""Whether a pointer finds the button anywhere in the window."""


@pytest.mark.parametrize("cache", CACHES)
@pytest.mark.parametrize("mode", ["panneau", "integre"])
async def test_hidden_by_the_page_it_is_out_of_reach_of_the_pointer_and_of_the_keyboard(
    service, hotes, ouvrir, cache, mode
):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    tete, corps = CACHES[cache]
    avant = "<button id=avant>avant</button>"
    await page.goto(hotes.page(avant + corps.format(extrait(service.base, bouton.cle, mode=mode)), tete=tete))
    if mode == "integre" and cache != "lien caché":
        await page.wait_for_function("document.querySelector('jdma-avis')?.shadowRoot.querySelector('input')")
    else:
        await page.wait_for_function("!!customElements.get('jdma-avis')")
    assert not await page.evaluate(f"() => {{ {DESSOUS} }}")
    fenetre.console.clear()  # the browser's own words about content-visibility
    await page.focus("#avant")
    if cache == "pointer-events":
        return  # the keyboard is not disabled by it, for anything
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.localName") != "jdma-avis"


async def check_out_of_reach(service, hotes, navigateur, cache):
    """The same in a browser that is driven by WebDriver's commands (`pilote`)."""
    bouton = await service.bouton()
    tete, corps = CACHES[cache]
    avant = "<button id=avant>avant</button>"
    corps = corps.format(extrait(service.base, bouton.cle, mode="integre"))
    await navigateur.goto(hotes.page(avant + corps, tete=tete))
    await navigateur.until("dans('input')" if cache != "lien caché" else "!!customElements.get('jdma-avis')")
    if cache in RECENTES and not await navigateur.run("return CSS.supports(arguments[0])", RECENTES[cache]):
        return  # for this engine, nothing hides it
    assert not await navigateur.run(DESSOUS)
    await navigateur.run("document.getElementById('avant').focus()")
    await navigateur.keys("\ue004")
    assert cache == "pointer-events" or await navigateur.run("return document.activeElement.localName") != "jdma-avis"


CONTRASTE = """(e) => {
  const lum = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map((v) => (v /= 255) <= 0.03928 ? v / 12.92
      : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  let fond; for (let n = e; n && !fond; n = n.parentElement || n.getRootNode().host)
    if (!/, 0\\)|transparent/.test(getComputedStyle(n).backgroundColor)) fond = getComputedStyle(n).backgroundColor;
  const [x, y] = [lum(getComputedStyle(e).color), lum(fond || "rgb(255, 255, 255)")].sort((a, b) => b - a);
  return (x + 0.05) / (y + 0.05); }"""
SOMBRE = "background: #161616; color: #cecece"
PAGES = {
    "rien": "",
    "claire": "<style>:root { color-scheme: light; background: #fff }</style>",
    "sombre": f"<style>:root {{ color-scheme: dark; {SOMBRE} }}</style>",
    "sombre sans le dire": f"<style>body {{ {SOMBRE} }}</style>",
    "dsfr": f"<style>[data-fr-theme=dark] body {{ {SOMBRE} }}</style>"
    "<script>document.documentElement.dataset.frScheme = document.documentElement.dataset.frTheme = 'dark'</script>",
}


@pytest.mark.parametrize("apparence", ["light", "dark"])
@pytest.mark.parametrize("fond", PAGES)
async def test_the_button_is_read_on_any_page_whatever_the_device_says(service, hotes, ouvrir, fond, apparence):
    bouton = await service.bouton()
    page = (await ouvrir(color_scheme=apparence)).page
    options = [{"variante": v, **t} for v in ("plein", "contour", "discret") for t in ({}, {"theme": "auto"})]
    corps = "".join(extrait(service.base, bouton.cle, **option) for option in options)
    await page.goto(hotes.page(corps, tete=PAGES[fond]))
    buttons = page.get_by_role("button", **BOUTON)
    await expect(buttons).to_have_count(6)
    for button in await buttons.all():
        assert await button.evaluate(CONTRASTE) >= 4.5
    sombre = "sombre" in fond or fond == "dsfr"
    attendu = "rgb(133, 133, 246)" if sombre else "rgb(0, 0, 145)"
    await expect(buttons.first).to_have_css("background-color", attendu)


async def test_it_follows_when_the_visitor_changes_the_theme_of_the_page(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    tete = f"<style>[data-fr-theme=dark] body {{ {SOMBRE} }}</style>"
    await page.goto(hotes.page(extrait(service.base, bouton.cle), tete=tete))
    button = page.get_by_role("button", **BOUTON)
    await expect(button).to_have_css("background-color", "rgb(0, 0, 145)")
    await page.evaluate("document.documentElement.dataset.frTheme = 'dark'")
    await expect(button).to_have_css("background-color", "rgb(133, 133, 246)")


async def test_applications_take_the_link_away_and_put_it_back(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(f"<div id=r></div>{script(service.base)}"))
    pose = """(html) => { window.lien = document.createElement("template"); lien.innerHTML = html;
        lien = lien.content.firstChild; r.append(lien) }"""
    lien = f'<a class="jdma" id="le-lien" href="{service.base}/avis/{bouton.cle}">Je donne mon avis</a>'
    await page.evaluate(pose, lien)
    await expect(page.get_by_role("button", **BOUTON)).to_be_visible()
    await page.evaluate("r.removeChild(lien)")  # what React does
    await expect(page.get_by_role("button", **BOUTON)).to_have_count(0)
    await page.evaluate("r.append(lien)")
    await expect(page.get_by_role("button", **BOUTON)).to_have_count(1)
    await page.evaluate("document.body.replaceWith(document.body.cloneNode(true))")  # Turbo, from its cache
    await expect(page.get_by_role("button", **BOUTON)).to_have_count(1)
    await page.evaluate("document.body.innerHTML = document.body.innerHTML")  # htmx, from its own
    await expect(page.get_by_role("button", **BOUTON)).to_have_count(1)
    assert await page.evaluate("document.querySelectorAll('#le-lien').length") == 1
    await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    await service.arrives(bouton, note=10)
    assert fenetre.console == []


async def test_the_label_keeps_the_links_language_title_and_picture(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    image = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
    liens = f"""<a class="jdma" href="{service.base}/avis/{bouton.cle}" title="Ouvre les questions">Reiñ ma soñj</a>
        <a class="jdma" lang="ar" href="{service.base}/avis/{bouton.cle}">أعطي رأيي</a>
        <a class="jdma" href="{service.base}/avis/{bouton.cle}"><img src="{image}" alt="Mon avis"></a>"""
    await page.goto(hotes.page(liens + script(service.base), lang="br"))
    breton = page.get_by_role("button", name="Reiñ ma soñj")
    await expect(breton).to_have_attribute("title", "Ouvre les questions")
    await expect(breton).to_have_attribute("lang", "br")
    arabe = page.get_by_role("button", name="أعطي رأيي")
    await expect(arabe).to_have_attribute("lang", "ar")
    await expect(arabe).to_have_css("direction", "rtl")
    await expect(page.get_by_role("button", name="Mon avis").get_by_role("img")).to_have_count(1)


async def test_a_language_with_an_underscore_is_understood(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle), lang="en_US"))
    await page.get_by_role("button", **BOUTON).click()
    await expect(page.get_by_role("radio", name="Well")).to_be_visible()


MANGEUR = """for (const n of ["keydown", "keypress"]) window.addEventListener(n, (e) => {
  if (/^( |Enter)$/.test(e.key) && !/INPUT|TEXTAREA|BUTTON/.test(e.target.nodeName)) e.preventDefault(); }, true)"""


async def test_the_keys_that_a_page_eats_still_answer_and_still_write(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle), tete=f"<script>{MANGEUR}</script>"))
    await page.get_by_role("button", **BOUTON).focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("radio", name="Bien").focus()
    await page.keyboard.press("Space")
    await expect(page.get_by_role("heading", name="Les explications")).to_be_visible()
    for _ in range(2):
        await page.get_by_role("button", name="Continuer").focus()
        await page.keyboard.press("Enter")
    await page.get_by_role("textbox").focus()
    await page.keyboard.type("deux mots")
    await page.keyboard.press("Enter")
    await page.keyboard.type("ici")
    await page.get_by_role("button", name="Terminer").focus()
    await page.keyboard.press("Space")
    await service.arrives(bouton, note=10, commentaire="deux mots\nici")


async def test_a_floating_button_is_not_printed_and_says_nothing_empty(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle, position="bas-droite")))
    button = page.get_by_role("button", **BOUTON)
    await expect(button).to_be_visible()
    assert await button.get_attribute("aria-haspopup") is None
    await expect(page.get_by_role("status")).to_have_count(0)
    await page.emulate_media(media="print")
    await expect(button).to_be_hidden()


async def test_in_the_page_each_click_leaves_at_once_though_the_questions_never_come(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await hold_back(page, "**/widget/v1/questions*")
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode="integre")))
    await page.get_by_role("radio", name="Mal", exact=True).click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=0)
    await page.wait_for_function("localStorage.length == 0")
    async with page.expect_request(lambda request: request.method == "PATCH") as sent:
        await page.get_by_role("radio", name="Bien").click()
    said = (await sent.value).post_data_json
    assert said["note"] == 10
    assert said["ordre"] > 1e12
    await page.unroute_all(behavior="ignoreErrors")


async def test_in_the_page_the_questions_that_come_late_go_on_with_the_same_avis(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    arrived = await hold_back(page, "**/widget/v1/questions*")
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode="integre")))
    await page.get_by_role("radio", name="Moyennement").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    arrived.set()
    await finir(page, "la suite")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=5, commentaire="la suite")
    assert len(posts) == 1


async def test_a_beacon_that_a_blocker_swallows_loses_nothing(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.add_init_script("navigator.sendBeacon = () => true")
    never = await hold_back(page, "**/widget/v1/questions*")
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode="integre")))
    async with page.expect_request("**/widget/v1/questions*"):
        await page.get_by_role("radio", name="Bien").click()
    await page.goto("about:blank")
    await service.arrives(bouton, note=10)
    never.set()
    await page.unroute_all(behavior="ignoreErrors")


CACHE_LIEN = {
    "hidden": ("hidden", "l.hidden = true", "l.hidden = false"),
    "display": ('style="display: none"', "l.style.display = 'none'", "l.style.display = ''"),
    "une classe": ('class="jdma d-none"', "l.classList.add('d-none')", "l.classList.remove('d-none')"),
}


@pytest.mark.parametrize("cache", CACHE_LIEN)
async def test_a_link_that_the_page_hides_itself_has_no_button_until_it_is_shown(service, hotes, ouvrir, cache):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    attribut, cacher, montrer = CACHE_LIEN[cache]
    corps = extrait(service.base, bouton.cle).replace('class="jdma"', f'class="jdma" {attribut}', 1)
    corps = corps.replace('class="jdma" class="jdma', 'class="jdma')
    await page.goto(hotes.page(corps, tete="<style>.d-none { display: none }</style>"))
    await page.wait_for_function("!!customElements.get('jdma-avis')")
    await expect(page.get_by_role("button")).to_have_count(0)
    await expect(page.get_by_role("link")).to_have_count(0)
    for _ in range(2):
        await page.evaluate(f"() => {{ const l = document.querySelector('a.jdma'); {montrer} }}")
        await expect(page.get_by_role("button")).to_have_count(1)
        await page.evaluate(f"() => {{ const l = document.querySelector('a.jdma'); {cacher} }}")
        await expect(page.get_by_role("button")).to_have_count(0)
        await expect(page.get_by_role("link")).to_have_count(0)


async def test_a_link_that_an_application_changes_in_place_sends_to_what_it_says_now(service, hotes, ouvrir):
    premier, second = await service.bouton(), await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, premier.cle)))
    await expect(page.get_by_role("button", name="Je donne mon avis")).to_be_visible()
    await page.evaluate(
        """([avant, apres]) => { const l = document.querySelector('a.jdma');
        l.href = l.href.replace(avant, apres); l.dataset.bouton = apres; l.firstChild.nodeValue = 'Autre' }""",
        [premier.cle, second.cle],
    )
    await page.get_by_role("button", name="Autre").click()
    await page.get_by_role("radio", name="Bien").click()
    await service.arrives(second, note=10)
    assert await service.avis(premier) == []


@pytest.mark.parametrize(
    "copie", ["main.innerHTML += ''", "main.replaceChildren(...[...main.childNodes].map((n) => n.cloneNode(true)))"]
)
async def test_in_a_copy_of_the_page_the_link_is_taken_again(service, hotes, ouvrir, copie):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await expect(page.get_by_role("button", name="Je donne mon avis")).to_be_visible()
    await page.evaluate(f"() => {{ const main = document.querySelector('main'); {copie} }}")
    await expect(page.get_by_role("button", name="Je donne mon avis")).to_have_count(1)
    await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    await service.arrives(bouton, note=10)
