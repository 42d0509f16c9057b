"""The page for product teams: what it says of a policy is what a browser does under it; what it shows can be copied."""

import pytest
from playwright.async_api import expect

from app.pages import integrer_csp
from app.pages.integrer import fragments

POLITIQUES = [
    "default-src 'none'",
    "default-src 'self'",
    "default-src *",
    "default-src http:",
    "script-src {S}; connect-src {S}",
    "script-src http://127.0.0.1:*; connect-src http://*:*",
    "script-src {S}; connect-src 'self'",
    "script-src {S}/widget/; connect-src {S}/api/ {S}/widget/",
    "script-src {S}/widget/; connect-src {S}/api/",
    "script-src {S}/widget/v1/jdma.js; connect-src {S}",
    "script-src 'strict-dynamic' {S}; connect-src {S}",
    "script-src 'nonce-abc' 'strict-dynamic'; connect-src {S}",
    "script-src-elem 'none'; script-src *; connect-src *",
    "script-src *; connect-src *, connect-src 'self'",
    "default-src 'none'; script-src {S}; connect-src {S}; require-trusted-types-for 'script'; trusted-types 'none'",
]


@pytest.mark.parametrize("politique", POLITIQUES)
async def test_the_verdict_is_what_happens(service, hotes, ouvrir, politique):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    politique = politique.format(S=service.base)
    permis = all(verdict.permis for verdict in integrer_csp.verifier(politique, service.base))
    code = fragments(service.base, bouton.cle).lien.replace("<script", '<script nonce="abc"')
    if permis:
        await page.goto(hotes.page(code, csp=politique))
        await page.get_by_role("button", name="Je donne mon avis").click()
        await page.get_by_role("radio", name="Bien").click()
        await service.arrives(bouton, note=10)
        assert fenetre.console == []
        return
    async with page.expect_console_message(lambda said: "Content Security Policy" in said.text):
        await page.goto(hotes.page(code, csp=politique))
        if await page.get_by_role("button", name="Je donne mon avis").count():
            await page.get_by_role("button", name="Je donne mon avis").click()
    await expect(page.get_by_role("radio")).to_have_count(0)
    fenetre.console.clear()  # the browser's own words about what the policy blocks


async def test_each_piece_of_code_is_copied_with_one_press(service, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir(permissions=["clipboard-read", "clipboard-write"])
    page = fenetre.page
    await page.goto(f"{service.base}/integrer/{bouton.cle}")
    await page.get_by_role("button", name="Copier : Code du bouton").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Copié.")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == fragments(service.base, bouton.cle).lien
    await page.get_by_text("En image").click()
    await page.get_by_role("button", name="Copier : Code de l’image").click()
    await expect(page.get_by_role("status").filter(has_text="Copié.")).to_have_count(2)
    assert await page.evaluate("navigator.clipboard.readText()") == fragments(service.base, bouton.cle).image


async def test_where_the_clipboard_is_closed_the_code_is_selected(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await page.goto(f"{service.base}/integrer/{bouton.cle}")
    await page.get_by_role("button", name="Copier : Code du bouton").click()
    await expect(page.get_by_role("status").filter(has_text="copiez avec")).to_be_visible()
    assert await page.evaluate("getSelection().toString()") == fragments(service.base, bouton.cle).lien
