"""What is missing or too long: seen in the page, heard from a live region, said by the field that has the focus."""

import re

import pytest
from playwright.async_api import Page, expect

from app.pages.formulaire_textes import LANGUES, textes
from tests.navigateur.outils import aller_au_commentaire, check, extrait

LIEUX = ["panneau", "integre", "formulaire"]
HEARD = """() => {
  window.dits = [];
  const racines = [document, ...[...document.querySelectorAll("jdma-avis")].map((e) => e.shadowRoot)];
  for (const racine of racines)
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        const region = target.closest?.("[role=status], [role=alert]");
        if (region) dits.push(region.textContent);
        for (const e of addedNodes) if (e.role == "alert") dits.push(e.textContent);
      }
    }).observe(racine, { childList: true, subtree: true });
}"""


async def open_first_question(page: Page, service, hotes, bouton, lieu: str, langue: str = "fr") -> None:
    if lieu == "formulaire":
        await page.goto(f"{service.base}/avis/{bouton.cle}?langue={langue}")
        return
    await page.goto(hotes.page(extrait(service.base, bouton.cle, mode=lieu, langue=langue), lang=langue))
    if lieu == "panneau":
        await page.get_by_role("button").first.click()


async def assert_said(page: Page, field, message: str) -> None:
    """The sentence is seen, was announced, and belongs to the field, which is focused and wrong."""
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_accessible_description(re.compile(re.escape(message)))
    await expect(page.get_by_text(message).first).to_be_visible()
    assert message in await page.evaluate("dits")


@pytest.mark.parametrize("langue", LANGUES)
@pytest.mark.parametrize("lieu", ["panneau", "formulaire"])
async def test_the_missing_answer_is_seen_heard_and_said_by_the_focused_answer(service, hotes, ouvrir, lieu, langue):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await open_first_question(page, service, hotes, bouton, lieu, langue)
    first = page.get_by_role("radio").first
    await expect(first).to_be_visible()
    await page.evaluate(HEARD)
    await page.get_by_role("button", name=textes(langue)["widget"]["continuer"]).click()
    await assert_said(page, first, textes(langue)["erreurs"]["note"])
    await check(page, lieu)
    await page.get_by_role("radio").last.click()
    await page.get_by_role("button", name=textes(langue)["widget"]["retour"]).click()
    await expect(first).to_have_accessible_description("")
    assert await first.get_attribute("aria-invalid") in {"false", None}
    await service.arrives(bouton, note=10)


@pytest.mark.parametrize("lieu", LIEUX)
async def test_a_comment_that_is_too_long_is_seen_heard_and_said_by_the_field(service, hotes, ouvrir, lieu):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await open_first_question(page, service, hotes, bouton, lieu)
    await page.get_by_role("radio", name="Bien").click()
    await aller_au_commentaire(page)
    await page.evaluate(HEARD)
    field = page.get_by_role("textbox")
    await field.fill("a" * 15_001)
    await page.get_by_role("button", name="Terminer").click()
    await assert_said(page, field, textes("fr")["widget"]["trop"])
    await field.fill("court")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("heading", name="Merci pour votre avis")).to_be_focused()
    await service.arrives(bouton, note=10, commentaire="court")


async def test_without_javascript_the_errors_have_the_focus_and_each_field_says_its_own(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir(java_script_enabled=False)).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.get_by_role("button", name="Envoyer mon avis").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await page.get_by_role("alert").get_by_role("link").click()
    first = page.get_by_role("radio", name="Mal", exact=True)
    await expect(first).to_be_focused()
    await expect(first).to_have_accessible_description(textes("fr")["erreurs"]["note"])
    await expect(first).to_have_attribute("aria-invalid", "true")
