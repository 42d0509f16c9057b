"""The form page in a real browser, with JavaScript, without, and when the network comes and goes."""

import json
import re

import pytest
from playwright.async_api import Page, expect

from tests.navigateur.outils import ATTENTE, ENREGISTREE, finir


async def jusqu_au_commentaire(page: Page) -> None:
    await page.get_by_role("radio", name="Bien").click()
    await page.get_by_role("radio", name="Plutôt oui").check()
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("checkbox", name="Oui, par courriel").check()
    await page.get_by_role("group", name="Avez-vous pu joindre").get_by_role("radio", name="Non").check()
    await page.get_by_role("button", name="Continuer").click()


async def test_with_javascript_questions_come_one_by_one_and_nothing_reloads(service, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    loaded = []
    page.on("request", lambda request: loaded.append(request.resource_type))
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    assert sorted(loaded) == ["document", "script", "stylesheet"]
    await expect(page.get_by_role("group")).to_have_count(1)
    await jusqu_au_commentaire(page)
    await page.get_by_role("textbox").fill("Merci 😀")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("heading", name="Merci pour votre avis")).to_be_focused()
    await expect(page.get_by_role("listitem").filter(has_text="Oui, par courriel, Non")).to_be_visible()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="Merci 😀")
    assert loaded.count("document") == 1
    await page.get_by_role("button", name="Modifier – Dans l’ensemble").click()
    await page.get_by_role("radio", name="Mal", exact=True).click()
    await service.arrives(bouton, note=0, commentaire="Merci 😀")
    assert fenetre.console == []


async def test_a_reload_in_the_middle_goes_on_with_the_same_avis(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await jusqu_au_commentaire(page)
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await page.reload()
    await page.get_by_role("textbox").fill("après rechargement")
    await page.get_by_role("button", name="Terminer").click()
    await service.arrives(bouton, note=10, commentaire="après rechargement")


async def test_offline_the_form_goes_on_and_sends_when_the_network_is_back(service, ouvrir):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await fenetre.context.set_offline(True)
    await jusqu_au_commentaire(page)
    await page.get_by_role("textbox").fill("hors ligne")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("status")).to_have_text(ATTENTE)
    await fenetre.context.set_offline(False)
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="hors ligne")


@pytest.mark.parametrize("garde", [True, False], ids=["gardé", "non"])
async def test_the_network_may_go_and_come_back_at_every_step_of_the_form(service, ouvrir, garde):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page, context = fenetre.page, fenetre.context
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await context.set_offline(True)
    await page.get_by_role("radio", name="Bien").click()
    for answer in (
        page.get_by_role("radio", name="Plutôt oui"),
        page.get_by_role("checkbox", name="par courriel"),
        None,
    ):
        await expect(page.get_by_role("status")).to_have_text(ATTENTE)
        await context.set_offline(False)
        await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
        await context.set_offline(True)
        if answer:
            await answer.check()
            await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("textbox").fill("par à-coups")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("status")).to_have_text(ATTENTE)
    await page.get_by_role("checkbox", name="Garder mon texte").set_checked(garde)
    await page.close()  # and it leaves at the next visit, of any form
    await context.set_offline(False)
    next_visit = await context.new_page()
    await next_visit.goto(f"{service.base}/avis/{(await service.bouton()).cle}")
    commentaire = "par à-coups" if garde else None
    await service.arrives(
        bouton, note=10, commentaire=commentaire, reponses='{"aide": ["courriel"], "comprehension": 4}'
    )


@pytest.mark.parametrize("depart", ["onglet fermé", "autre page, puis retour"])
async def test_leaving_the_form_in_the_middle_keeps_what_was_being_typed(service, ouvrir, depart):
    bouton = await service.bouton()
    fenetre = await ouvrir()
    page = fenetre.page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await jusqu_au_commentaire(page)
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await page.get_by_role("textbox").fill("pas fini")
    if depart == "onglet fermé":
        await fenetre.context.new_page()
        await page.close(run_before_unload=True)
        await service.arrives(bouton, note=10, commentaire="pas fini")
        return
    await page.get_by_role("link", name="Accessibilité").click()
    await service.arrives(bouton, note=10, commentaire="pas fini")
    await page.go_back(wait_until="commit")
    await expect(page.get_by_role("textbox")).to_have_value("pas fini")
    await page.get_by_role("textbox").fill("fini")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="fini")


async def test_without_javascript_going_back_to_send_again_is_still_one_avis_and_is_told(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir(java_script_enabled=False)).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.get_by_role("radio", name="Bien").check()
    send = page.get_by_role("button", name="Envoyer mon avis")
    await send.dblclick()
    merci = page.get_by_role("heading", name="Merci, votre avis est enregistré")
    await expect(merci).to_be_visible()
    await page.go_back(wait_until="commit")
    await send.click()
    await expect(merci).to_be_visible()
    await page.go_back(wait_until="commit")
    await page.get_by_role("radio", name="Mal", exact=True).check()
    await send.click()
    await expect(page.get_by_role("heading", name="Votre avis est déjà enregistré")).to_be_visible()
    await service.arrives(bouton, note=10)


async def test_a_bouton_closed_meanwhile_ends_on_the_servers_own_explanation(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await service.sql.execute("UPDATE bouton SET ferme_le = now() WHERE id = $1", bouton.id)
    await page.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("heading", name="Les avis sont clos")).to_be_visible()


async def test_a_double_click_and_enter_held_answer_one_question_only(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.get_by_role("radio", name="Bien").dblclick()
    await expect(page.get_by_role("group", name="Les explications")).to_be_visible()
    await expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    await page.get_by_role("button", name="Continuer").focus()
    for _ in range(15):
        await page.keyboard.down("Enter")
    await page.keyboard.up("Enter")
    await expect(page.get_by_role("group", name="Avez-vous cherché")).to_be_visible()
    await service.arrives(bouton, note=10, reponses=None)


async def test_no_help_needed_unticks_the_others_and_the_other_way_round(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.get_by_role("radio", name="Bien").click()
    await page.get_by_role("button", name="Continuer").click()
    aucune, proche = [page.get_by_role("checkbox", name=nom) for nom in ("Non, je n’en ai pas", "auprès d’un proche")]
    await proche.check()
    await aucune.check()
    await expect(proche).not_to_be_checked()
    await proche.check()
    await expect(aucune).not_to_be_checked()
    await page.get_by_role("button", name="Continuer").click()
    await expect(page.get_by_role("textbox")).to_be_visible()
    await service.arrives(bouton, note=10, reponses='{"aide": ["proche"]}')


async def test_a_comment_that_is_too_long_is_shortened_without_losing_anything(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await jusqu_au_commentaire(page)
    commentaire = page.get_by_role("textbox")
    await commentaire.fill("a" * 15_001)
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("status")).to_contain_text("15 000 caractères au plus")
    await expect(commentaire).to_be_focused()
    assert await commentaire.get_attribute("aria-invalid") == "true"
    await expect(commentaire).to_have_value("a" * 15_001)
    await commentaire.fill("plus court")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("heading", name="Merci pour votre avis")).to_be_focused()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, note=10, commentaire="plus court")


@pytest.mark.parametrize(
    ("tape", "garde"),
    [
        ("😀" * 15_000, "😀" * 15_000),
        ("avant\x00après", "avantaprès"),
        ("moitié \ud83d", "moitié"),
        ("שלום \u202e עולם", "שלום \u202e עולם"),
        ("a\nb", "a\nb"),
    ],
    ids=["15 000 emoji", "NUL", "demi-emoji", "droite à gauche", "lignes"],
)
async def test_any_text_arrives_as_it_was_typed_in_the_form_too(service, ouvrir, tape, garde):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await jusqu_au_commentaire(page)
    await page.get_by_role("textbox").evaluate(f"e => {{ e.value = {json.dumps(tape)}; }}")
    await page.get_by_role("button", name="Terminer").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    await service.arrives(bouton, commentaire=garde)


@pytest.mark.parametrize("scripts", ["coupés", "bloqués"])
async def test_without_the_script_one_page_one_post_and_errors_beside_the_fields(service, ouvrir, scripts):
    bouton = await service.bouton()
    page = (await ouvrir(java_script_enabled=scripts == "bloqués")).page
    await page.route("**/*.js", lambda route: route.abort())
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.get_by_role("checkbox", name="Oui, par téléphone").check()
    await (
        page.get_by_role("group", name=re.compile("Comment jugez-vous"))
        .get_by_role("radio", name="Bonne", exact=True)
        .check()
    )
    await page.get_by_role("textbox", name="Souhaitez-vous").fill("sans script")
    await page.get_by_role("button", name="Envoyer mon avis").click()
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.get_by_role("radio", name="Mal", exact=True)).to_be_focused()
    await expect(page.get_by_role("textbox", name="Souhaitez-vous")).to_have_value("sans script")
    await page.get_by_role("radio", name="Bien").check()
    await page.get_by_role("button", name="Envoyer mon avis").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Merci, votre avis est enregistré")
    await page.reload()
    await page.go_back()
    await service.arrives(bouton, note=10, commentaire="sans script")


@pytest.mark.parametrize("js", [True, False], ids=["avec JavaScript", "sans"])
async def test_the_form_prints_whole_and_without_its_buttons(service, ouvrir, js):
    bouton = await service.bouton()
    page = (await ouvrir(java_script_enabled=js)).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.emulate_media(media="print")
    await expect(page.get_by_role("button")).to_have_count(0)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    for question in ("Dans l’ensemble", "Les explications", "Avez-vous cherché", "Souhaitez-vous"):
        await expect(page.get_by_role("heading", name=question)).to_be_visible()
    await expect(page.get_by_role("group", name="Comment jugez-vous cette aide ? (Au guichet)")).to_be_visible()


@pytest.mark.parametrize("chemin", ["Retour", "Modifier"])
async def test_a_note_corrected_when_nothing_else_was_said_is_the_one_that_counts(service, ouvrir, chemin):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    await page.goto(f"{service.base}/avis/{bouton.cle}")
    await page.get_by_role("radio", name="Bien").click()
    await expect(page.get_by_role("status")).to_have_text(ENREGISTREE)
    if chemin == "Retour":
        await page.get_by_role("button", name="Retour").click()
    else:
        await finir(page, "")
        await page.get_by_role("button", name="Modifier – Dans l’ensemble").click()
    await page.get_by_role("radio", name="Mal", exact=True).click()
    await service.arrives(bouton, note=0)


async def test_once_all_is_stored_a_reload_shows_thanks_and_nothing_of_what_was_said(service, ouvrir):
    bouton = await service.bouton()
    page = (await ouvrir()).page
    adresse = f"{service.base}/avis/{bouton.cle}"
    await page.goto(adresse)
    await page.get_by_role("radio", name="Bien").click()
    await finir(page, "entre nous")
    await page.wait_for_url(f"{adresse}/merci?langue=fr")
    assert await page.evaluate("history.state") is None
    await page.get_by_role("button", name="Modifier – Souhaitez-vous").click()
    assert page.url == adresse
    await page.get_by_role("textbox").fill("autre chose")
    await page.get_by_role("button", name="Terminer").click()
    await page.wait_for_url(f"{adresse}/merci?langue=fr")
    await service.arrives(bouton, note=10, commentaire="autre chose")
    await page.reload()
    await expect(page.get_by_role("heading", name="Merci, votre avis est enregistré")).to_be_visible()
    await expect(page.get_by_text("autre chose")).to_have_count(0)
