"""The button on hostile pages: for each, what the person sees, what is stored (exactly one avis), an empty console."""

import json

import pytest
from playwright.async_api import expect

from tests.navigateur.outils import ENREGISTREE, aller_au_commentaire, extrait, finir, hold_back, ouvrir_panneau


@pytest.mark.parametrize("mode", ["panneau", "integre", "lien"])
async def test_the_documented_csp_lines_are_enough_even_with_trusted_types(service, hotes, ouvrir, mode):
    bouton = await service.bouton()
    csp = f"default-src 'none'; script-src {service.base}; connect-src {service.base}"
    csp += "; require-trusted-types-for 'script'; trusted-types 'none'"
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode=mode), csp=csp))
    if mode == "lien":
        await page.get_by_role("link", name="Je donne mon avis").click()
    elif mode == "panneau":
        await ouvrir_panneau(page)
        assert await page.get_by_role("dialog").evaluate("e => getComputedStyle(e).borderRadius") == "8px"
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "sous CSP")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="sous CSP")


ASPECT = """(e) => { const { color, font, display, direction, textTransform } = getComputedStyle(e);
  const [width, height] = [e.offsetWidth ?? e.clientWidth, e.offsetHeight ?? e.clientHeight];
  return { nom: e.localName, width, height, color, font, display, direction, textTransform }; }"""
PARTIES = ("h2", "label", "i", "input", ".bouton")


@pytest.mark.parametrize(
    "css",
    [
        "* { all: unset !important }",
        "html { font-size: 62.5% }",
        "html { font-size: 200% }",
        "button, input, label, svg, dialog, form { display: none !important }",
        "* { font: 40px fantasy; color: red; letter-spacing: 1em; text-transform: uppercase; line-height: 3 }",
        "main { transform: rotate(1deg); overflow: hidden; direction: rtl; cursor: none; visibility: visible }",
    ],
)
async def test_the_css_of_the_page_stays_outside(service, hotes, ouvrir, css):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    seen = []
    for tete in ("", f"<style>{css}</style>"):
        await page.goto(hotes.page(extrait(service.base, bouton.cle), tete=tete))
        button = page.get_by_role("button", name="Je donne mon avis")
        dialog = page.get_by_role("dialog")
        await ouvrir_panneau(page)
        parts = [button, dialog, *(dialog.locator(css).last for css in PARTIES)]
        seen.append([await part.evaluate(ASPECT) for part in parts])
    assert seen[0] == seen[1]
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "malgré tout")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="malgré tout")


async def test_two_buttons_of_the_same_bouton_are_two_avis_when_both_are_answered(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle) + extrait(service.base, bouton.cle, mode="integre")))
    await page.locator("jdma-avis").last.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("status").last).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10)
    await page.get_by_role("button", name="Je donne mon avis").click()
    await page.get_by_role("dialog").get_by_role("radio", name="Mal", exact=True).click()
    await expect(page.get_by_role("dialog").get_by_role("status")).to_have_text(ENREGISTREE)
    assert sorted(avis["note"] for avis in await service.avis(bouton)) == [0, 10]


async def test_shortcuts_of_the_page_do_not_fire_while_somebody_types(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await page.evaluate(
        "window.touches = 0; for (const n of ['keydown', 'keypress', 'keyup']) addEventListener(n, () => touches++)"
    )
    await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    await aller_au_commentaire(page)
    await page.get_by_role("textbox").press_sequentially("jk?/")
    assert await page.evaluate("touches") == 0
    await page.get_by_role("button", name="Terminer").click()
    await service.arrives(bouton, note=10, commentaire="jk?/")


async def test_twenty_buttons_share_one_script_and_do_not_mix_up(service, hotes, ouvrir):
    boutons = [await service.bouton() for _ in range(2)]
    fenetre = await ouvrir()
    page = fenetre.page
    corps = "".join(extrait(service.base, boutons[rang % 2].cle) for rang in range(20))
    await page.goto(hotes.page(corps))
    for rang, note in ((3, "Bien"), (4, "Mal")):
        await page.get_by_role("button", name="Je donne mon avis").nth(rang).click()
        async with page.expect_response("**/api/v1/avis"):
            await page.get_by_role("radio", name=note, exact=True).click()
        await page.keyboard.press("Escape")
    await service.arrives(boutons[1], note=10)
    await service.arrives(boutons[0], note=0)
    assert fenetre.console == []


async def test_the_script_twice_is_the_script_once(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    script = f'<script src="{service.base}/widget/v1/jdma.js?2"></script>'
    await fenetre.page.goto(hotes.page(extrait(service.base, bouton.cle) + script))
    await expect(fenetre.page.get_by_role("button", name="Je donne mon avis")).to_have_count(1)
    await ouvrir_panneau(fenetre.page)
    await fenetre.page.get_by_role("radio", name="Bien").click()
    await expect(fenetre.page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10)


@pytest.mark.parametrize("sandbox", ["allow-scripts", "allow-scripts allow-forms"])
async def test_in_a_sandboxed_frame_with_no_origin_and_no_storage(service, hotes, ouvrir, sandbox):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    inside = hotes.page(extrait(service.base, bouton.cle))
    await fenetre.page.goto(
        hotes.page(f'<iframe sandbox="{sandbox}" src="{inside}" width="600" height="600"></iframe>')
    )
    frame = fenetre.page.frame_locator("iframe")
    await frame.get_by_role("button", name="Je donne mon avis").click()
    await frame.get_by_role("radio", name="Bien").click()
    await expect(frame.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10)
    assert fenetre.console == []


async def test_with_storage_blocked_everything_but_the_next_visit_works(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    blocked = (
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } })"
    )
    await fenetre.context.add_init_script(blocked)
    await fenetre.page.goto(hotes.page(extrait(service.base, bouton.cle, mode="integre")))
    await fenetre.page.get_by_role("radio", name="Bien").click()
    await expect(fenetre.page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10)
    assert fenetre.console == []


@pytest.mark.parametrize("sans", ["script bloqué", "JavaScript coupé"])
async def test_without_the_script_the_link_leads_to_a_form_that_works(service, hotes, ouvrir, sans):
    bouton = await service.bouton()
    fenetre = await ouvrir(java_script_enabled=sans == "script bloqué")
    await fenetre.page.route("**/widget/**", lambda route: route.abort())
    await fenetre.page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await fenetre.page.get_by_role("link", name="Je donne mon avis").click()
    await fenetre.page.get_by_role("radio", name="Bien").click()
    if sans == "JavaScript coupé":
        await fenetre.page.get_by_role("button", name="Envoyer mon avis").click()
    await service.arrives(bouton, note=10)


@pytest.mark.parametrize(
    ("tape", "garde"),
    [
        ("😀" * 15_000, "😀" * 15_000),
        ("avant\x00après", "avantaprès"),
        ("moitié \ud83d", "moitié"),
        ("שלום \u202e עולם", "שלום \u202e עולם"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
    ],
)
async def test_any_text_arrives_as_it_was_typed(service, hotes, ouvrir, tape, garde):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    await aller_au_commentaire(page)
    source = json.dumps(tape)
    await page.get_by_role("textbox").evaluate(f"e => {{ e.value = {source}; e.dispatchEvent(new Event('input')); }}")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, commentaire=garde)
    assert fenetre.console == []


async def test_a_longer_comment_is_said_to_be_too_long_and_is_not_cut_behind_ones_back(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "a" * 15_001)
    await expect(page.get_by_role("status")).to_contain_text("15 000 caractères au plus")
    await expect(page.get_by_role("textbox")).to_have_value("a" * 15_001)


@pytest.mark.parametrize("mode", ["panneau", "integre"])
async def test_a_double_click_answers_one_question_only(service, hotes, ouvrir, mode):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode=mode)))
    if mode == "panneau":
        await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").dblclick()
    await expect(page.get_by_role("heading", name="Les explications")).to_be_visible()
    await expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    await service.arrives(bouton, note=10, reponses=None)


async def test_enter_held_down_goes_one_step_only_and_does_not_close_what_it_opens(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    held = await hold_back(page, "**/widget/v1/boutons/**")
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await page.get_by_role("button", name="Je donne mon avis").focus()
    await page.keyboard.down("Enter")
    await expect(page.get_by_role("dialog").get_by_role("button")).to_be_focused()
    for _ in range(5):  # a key pressed again while it is down is a repeat
        await page.keyboard.down("Enter")
    await page.keyboard.up("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    held.set()
    await page.get_by_role("radio", name="Bien").focus()
    for _ in range(15):
        await page.keyboard.down("Enter")
    await page.keyboard.up("Enter")
    await expect(page.get_by_role("heading", name="Les explications")).to_be_visible()
    await service.arrives(bouton, note=10, reponses=None)
