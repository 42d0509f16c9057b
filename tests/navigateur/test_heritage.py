"""The national floating button's snippet, its host alone being changed: the page keeps a button that works."""

import pytest
from playwright.async_api import expect

NATIONAL = "https://jedonnemonavis.numerique.gouv.fr"


@pytest.fixture
async def numerotee(service):
    """A bouton of a démarche that has numbers in the national service, and those numbers."""
    bouton = await service.bouton()
    for table, source, cle in [
        ("identifiant", "jdma", bouton.demarche_id),
        ("identifiant_bouton", "jdma-bouton", bouton.id),
    ]:
        await service.sql.execute(f"INSERT INTO {table} VALUES ($1, $2, $3)", source, str(bouton.id), cle)
    return bouton


def extrait(base, bouton, formulaire=None, **attributs):
    """The code that the national service gives to copy."""
    adresse = f"{formulaire or base}/Demarches/{bouton.id}?button={bouton.id}"
    donnees = {
        "form-url": adresse,
        "button-image": f"{formulaire or base}/static/buttons/button-jdma-outline-light.svg",
        "button-label": "Je donne mon avis",
        "position": "bottom-right",
    } | attributs
    attributes = "\n  ".join(f'data-jdma-{nom}="{valeur}"' for nom, valeur in donnees.items())
    return f'<script\n  src="{base}/static/jdma-modal-widget.js"\n  {attributes}\n  defer\n></script>'


async def test_the_floating_button_opens_the_questions_and_what_is_answered_is_stored(
    service, hotes, ouvrir, numerotee
):
    fenetre = await ouvrir()
    await fenetre.page.goto(hotes.page(extrait(service.base, numerotee)))
    bouton = fenetre.page.get_by_role("button", name="Je donne mon avis")
    box = await bouton.bounding_box()
    assert box["x"] > 900
    assert box["y"] > 700
    await bouton.click()
    await fenetre.page.get_by_role("radio", name="Bien").click()
    await service.arrives(numerotee, note=10)
    assert fenetre.console == []


@pytest.mark.parametrize("formulaire", [None, NATIONAL])
async def test_a_page_that_lets_nothing_speak_keeps_a_link_to_the_form_here(
    service, hotes, ouvrir, numerotee, formulaire
):
    fenetre = await ouvrir()
    csp = f"default-src 'none'; script-src {service.base}; img-src {service.base}"
    await fenetre.page.goto(hotes.page(extrait(service.base, numerotee, formulaire), csp=csp))
    lien = fenetre.page.get_by_role("link", name="Je donne mon avis")
    await expect(lien.get_by_role("img")).to_be_visible()
    assert await lien.evaluate("(a) => a.firstChild.decode().then(() => a.firstChild.naturalWidth)") > 100
    async with fenetre.context.expect_page() as opened:
        await lien.click()
    form = await opened.value
    await expect(form).to_have_url(f"{service.base}/avis/{numerotee.cle}")
    fenetre.console.clear()  # Chromium says what the page's policy refused


@pytest.mark.parametrize("adresse", ["javascript:alert(1)", "", "http://["])
async def test_an_address_that_is_none_makes_no_button(service, hotes, ouvrir, numerotee, adresse):
    fenetre = await ouvrir()
    page = hotes.page(extrait(service.base, numerotee, **{"form-url": adresse}) + "<p id=fin>Fin</p>")
    await fenetre.page.goto(page)
    await expect(fenetre.page.locator("#fin")).to_be_visible()
    assert await fenetre.page.locator("a, button, jdma-avis").count() == 0
    fenetre.console.clear()


async def test_it_stands_where_the_page_asks_for_it_and_says_its_words_when_its_image_is_gone(
    service, hotes, ouvrir, numerotee
):
    fenetre = await ouvrir()
    corps = '<nav id="menu"></nav>' + extrait(
        service.base, numerotee, anchor="#menu", position="bottom-left", **{"button-image": "https://localhost:1/x.svg"}
    )
    csp = f"default-src 'none'; script-src {service.base}; img-src *"
    await fenetre.page.goto(hotes.page(corps, csp=csp))
    lien = fenetre.page.locator("#menu").get_by_role("link", name="Je donne mon avis")
    await expect(lien).to_have_text("Je donne mon avis")
    assert (await lien.bounding_box())["x"] < 100
    fenetre.console.clear()
