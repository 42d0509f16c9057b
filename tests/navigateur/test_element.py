"""The element in the hands of an application: its attributes change, it moves, it shares the page with anything."""

import pytest
from playwright.async_api import expect

from app.pages.integrer import fragments
from tests.navigateur.outils import ENREGISTREE, aller_au_commentaire, extrait, finir, hold_back, ouvrir_panneau

ELEMENT = 'document.querySelector("jdma-avis")'


def change(nom: str, valeur: str) -> str:
    return f'{ELEMENT}.setAttribute("{nom}", "{valeur}")'


async def test_given_another_bouton_it_sends_what_was_said_to_the_first_and_asks_for_the_second(service, hotes, ouvrir):
    premier, second = await service.bouton(), await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(fragments(service.base, premier.cle, {"mode": "integre"}).element))
    await page.get_by_role("radio", name="Bien").click()
    await aller_au_commentaire(page)
    await page.get_by_role("textbox").fill("pas fini")
    await page.evaluate(change("bouton", second.cle))
    await page.get_by_role("radio", name="Mal", exact=True).click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(premier, note=10, commentaire="pas fini")
    await service.arrives(second, note=0)


async def test_its_look_changes_while_somebody_answers_and_what_was_said_stays(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(fragments(service.base, bouton.cle).element))
    await ouvrir_panneau(page)
    await page.evaluate(change("theme", "auto"))  # nothing is said yet, but the panel is open
    await page.get_by_role("radio", name="Bien").click()
    for nom, valeur in (("theme", "sombre"), ("variante", "contour"), ("langue", "en"), ("mode", "lien")):
        await page.evaluate(change(nom, valeur))
    dialog = page.get_by_role("dialog")
    assert await dialog.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(30, 30, 30)"
    await finir(page, "sans rien perdre")
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="sans rien perdre")


async def test_the_same_attribute_again_changes_nothing(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(fragments(service.base, bouton.cle, {"mode": "integre"}).element))
    await page.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("heading", name="Les explications")).to_be_visible()
    await page.evaluate(change("bouton", bouton.cle))
    await expect(page.get_by_role("heading", name="Les explications")).to_be_visible()


async def test_it_asks_the_service_once_however_many_attributes_it_has(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    options = {"mode": "integre", "theme": "sombre", "variante": "contour", "langue": "en"}
    await page.goto(hotes.page(fragments(service.base, bouton.cle, options).element))
    await expect(page.get_by_role("radio", name="Well")).to_be_visible()
    assert len([url for url in asked if "/boutons/" in url]) == 1


async def test_moved_while_its_panel_is_open_it_opens_again_where_it_is(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(hotes.page(fragments(service.base, bouton.cle).element))
    await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    await page.evaluate(f'document.querySelector("main").prepend({ELEMENT})')
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.get_by_role("button", name="Je donne mon avis").click()
    await finir(page, "déplacé")
    await service.arrives(bouton, note=10, commentaire="déplacé")
    assert fenetre.console == []


async def test_closed_then_opened_again_the_panel_goes_on_to_the_end(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Je donne mon avis").click()
    await finir(page, "revenu finir")
    await expect(page.get_by_role("heading", name="Merci pour votre avis")).to_be_visible()
    await service.arrives(bouton, note=10, commentaire="revenu finir")


@pytest.mark.parametrize(
    ("page_en", "langue", "libelle"),
    [
        ("es", "xx", "Doy mi opinión"),
        ("de", "xx", "Je donne mon avis"),
        ("de", "en-GB", "Give my opinion"),
        ("de", "", "Je donne mon avis"),
    ],
)
async def test_a_wrong_language_falls_back_to_that_of_the_page(service, hotes, ouvrir, page_en, langue, libelle):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    corps = f'<jdma-avis bouton="{bouton.cle}" langue="{langue}"></jdma-avis>' * 2
    script = f'<script src="{service.base}/widget/v1/jdma.js" defer></script>'
    await fenetre.page.goto(hotes.page(corps + script, lang=page_en))
    await expect(fenetre.page.get_by_role("button", name=libelle)).to_have_count(2)
    assert fenetre.console == []


async def test_only_documented_options_are_taken_from_the_link(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    lien = f'<a class="jdma" href="{service.base}/avis/{bouton.cle}" data-theme="sombre" data-apercu'
    lien += ' data-onclick="document.title = 0" data-style="color: red" data-id="x">Je donne mon avis</a>'
    await page.goto(hotes.page(f'{lien}<script src="{service.base}/widget/v1/jdma.js" defer></script>'))
    noms = await page.evaluate(f"{ELEMENT}.getAttributeNames().sort()")
    assert noms == ["apercu", "bouton", "theme"]


async def test_the_script_may_stand_before_the_link(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    lien, _, script = fragments(service.base, bouton.cle).lien.partition("\n")
    await page.goto(hotes.page(lien, tete=script.replace(" defer", "")))
    await expect(page.get_by_role("button", name="Je donne mon avis")).to_be_visible()


async def test_without_the_script_the_element_is_the_link_that_it_contains(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir(java_script_enabled=False)).page
    await page.goto(hotes.page(fragments(service.base, bouton.cle).element))
    await page.get_by_role("link", name="Je donne mon avis").click()
    await expect(page).to_have_url(f"{service.base}/avis/{bouton.cle}")


async def test_in_the_page_it_never_floats_out_of_reach(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir(width=320, height=256)).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode="integre", position="bas-droite")))
    await page.get_by_role("radio", name="Bien").click()
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("checkbox", name="Oui, par téléphone").check()
    await page.get_by_role("button", name="Continuer").click()
    await expect(page.get_by_role("textbox")).to_be_visible()


async def test_another_kind_of_help_arrives_whatever_is_typed(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode="integre")))
    await page.get_by_role("radio", name="Bien").click()
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("checkbox", name="Oui, autrement").check()
    tape = "e => { e.value = 'a'.repeat(248) + '\\0😀😀' + '\\ud83d'; e.dispatchEvent(new Event('input')); }"
    await page.get_by_role("textbox").evaluate(tape)
    await page.get_by_role("button", name="Continuer").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    autre = "a" * 248 + "😀😀"
    await service.arrives(bouton, note=10, reponses=f'{{"aide": ["autre"], "aide_autre": "{autre}"}}')


async def test_the_thanks_of_a_bouton_dessai_promise_nothing(service, hotes, ouvrir):
    bouton = await service.bouton(essai=True)
    page = (await ouvrir()).page
    await page.goto(hotes.page(extrait(service.base, bouton.cle)))
    await ouvrir_panneau(page)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "essai")
    await expect(page.get_by_text("ni conservés ni comptés")).to_be_visible()
    await expect(page.get_by_text("comptée tout de suite")).to_have_count(0)


async def test_taken_out_before_its_questions_are_there_it_opens_once_it_is_back(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    arrived = await hold_back(page, "**/widget/v1/questions*")
    await page.goto(hotes.page(fragments(service.base, bouton.cle).element))
    async with page.expect_request("**/widget/v1/questions*"):
        await page.get_by_role("button", name="Je donne mon avis").click()
    await page.evaluate(f"window.retire = {ELEMENT}; retire.remove()")
    arrived.set()
    await page.wait_for_function("retire.shadowRoot.querySelector('[type=radio]')")
    assert fenetre.console == []
    await page.evaluate("document.querySelector('main').append(retire)")
    await page.get_by_role("button", name="Je donne mon avis").click()
    await page.get_by_role("dialog").get_by_role("radio", name="Bien").click()
    await service.arrives(bouton, note=10)


async def test_a_link_that_opens_elsewhere_still_does_and_one_that_leads_nowhere_is_left_alone(service, hotes, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    lien = extrait(service.base, bouton.cle, mode="lien").replace("<a ", '<a target="_blank" rel="noopener" ')
    await page.goto(hotes.page(f'{lien}<p><a class="jdma">sans adresse</a></p>'))
    async with fenetre.context.expect_page() as opened:
        await page.locator("jdma-avis").get_by_role("link", name="Je donne mon avis").click()
    await expect((await opened.value).get_by_role("radio", name="Bien")).to_be_visible()
    await expect(page.get_by_text("sans adresse")).to_be_visible()


async def test_the_language_of_the_page_counts_however_it_is_written(service, hotes, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(hotes.page(fragments(service.base, bouton.cle).element, lang="EN-gb"))
    await page.evaluate(f"{ELEMENT}.textContent = ''; {change('theme', 'sombre')}")
    await expect(page.get_by_role("button", name="Give my opinion")).to_be_visible()
