"""The form page, through HTTP, as a browser without JavaScript uses it."""

import asyncio
import json
import re
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest

from app.avis.masquage import MARQUES
from app.main import create_app
from app.pages import formulaire_recu
from app.pages.formulaire_textes import LANGUES, textes
from tests.conftest import serving

ENTETES = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


def champs(**valeurs):
    return {"id": str(uuid4()), "langue": "fr", "note": "10", **valeurs}


async def envoyer(client, bouton, valeurs, **entetes):
    body = urlencode(valeurs, doseq=True)
    return await client.post(f"/avis/{bouton.cle}", content=body, headers={**ENTETES, **entetes})


async def test_the_page_shows_the_demarche_and_carries_an_id_of_its_own(client, bouton):
    first, again = [await client.get(f"/avis/{bouton.cle}") for _ in range(2)]
    assert first.status_code == 200
    assert "Démarche demarche" in first.text
    ids = [re.search(r'name="id" value="([^"]+)"', page.text)[1] for page in (first, again)]
    assert UUID(ids[0]) != UUID(ids[1])


async def test_a_note_alone_is_stored_and_leads_to_the_thanks(client, bouton, recount):
    reply = await envoyer(client, bouton, champs(note="5"))
    assert (reply.status_code, reply.headers["location"]) == (303, f"/avis/{bouton.cle}/merci?langue=fr")
    assert await recount(bouton) == {5: 1}
    merci = await client.get(reply.headers["location"])
    assert merci.status_code == 200
    assert f"/demarches/{bouton.slug}" in merci.text


async def test_every_answer_is_stored_with_the_codes_of_the_api(client, bouton, sql):
    valeurs = champs(
        comprehension="4",
        aide=["telephone", "autre"],
        aide_autre="Un voisin",
        joint_telephone="oui",
        satisfaction_telephone="2",
        commentaire="Très bien\r\nMerci",
    )
    assert (await envoyer(client, bouton, valeurs)).status_code == 303
    row = await sql.fetchrow("SELECT note, langue, commentaire, reponses::text FROM avis")
    assert (row["note"], row["langue"], row["commentaire"]) == (10, "fr", "Très bien\nMerci")
    assert row["reponses"].replace(" ", "") == (
        '{"aide":["telephone","autre"],"contacts":{"telephone":{"joint":true,"satisfaction":2}},'
        '"aide_autre":"Unvoisin","comprehension":4}'
    )


async def test_the_same_page_sent_twice_even_at_once_counts_once(client, bouton, recount):
    valeurs = champs(commentaire="deux fois")
    replies = await asyncio.gather(*(envoyer(client, bouton, valeurs) for _ in range(10)))
    assert {r.status_code for r in replies} == {303}
    assert await recount(bouton) == {10: 1}


async def test_the_same_page_sent_again_with_other_answers_says_that_the_first_counts(client, bouton, recount):
    valeurs = champs(note="0")
    await envoyer(client, bouton, valeurs)
    reply = await envoyer(client, bouton, {**valeurs, "note": "10"})
    assert reply.status_code == 409
    assert "déjà enregistré" in reply.text
    assert await recount(bouton) == {0: 1}


async def test_without_a_note_the_page_says_so_twice_and_keeps_what_was_typed(client, bouton, recount):
    valeurs = {**champs(aide=["telephone"], commentaire="<b>à garder</b>"), "note": ""}
    reply = await envoyer(client, bouton, valeurs)
    assert reply.status_code == 422
    message = textes("fr")["erreurs"]["note"]
    assert reply.text.count(f"{message}<") == 2  # the script has it too, for later
    assert f'<a href="#note-0">{message}' in reply.text
    assert 'id="erreur-note"' in reply.text
    assert 'aria-describedby="erreur-note"' in reply.text
    assert "&lt;b&gt;à garder&lt;/b&gt;" in reply.text
    assert 'id="aide-telephone" value="telephone" checked' in reply.text
    assert f'name="id" value="{valeurs["id"]}"' in reply.text
    assert await recount(bouton) == {}


async def test_no_help_needed_and_help_at_once_is_an_error_beside_the_question(client, bouton):
    reply = await envoyer(client, bouton, champs(aide=["aucune", "proche"]))
    assert reply.status_code == 422
    assert 'id="erreur-aide"' in reply.text


@pytest.mark.parametrize(
    ("valeurs", "champ"),
    [
        ({"note": "11"}, "note"),
        ({"comprehension": "6"}, "comprehension"),
        ({"aide": ["aucune", "proche"]}, "aide"),
        ({"aide": ["autre"], "aide_autre": "a" * 251}, "aide_autre"),
        ({"aide": ["courriel"], "satisfaction_courriel": "9"}, "satisfaction_courriel"),
        ({"commentaire": "a" * 15_001}, "commentaire"),
    ],
)
async def test_an_error_is_beside_its_field_described_by_it_and_the_summary_leads_there(client, bouton, valeurs, champ):
    page = (await envoyer(client, bouton, champs(**valeurs))).text
    [cible] = re.findall(r'<li><a href="#([^"]+)">', page)
    [balise] = re.findall(rf'<(?:input|textarea)[^>]* id="{cible}"[^>]*>', page)
    assert 'aria-invalid="true"' in balise
    assert re.search(rf'aria-describedby="[^"]*erreur-{champ}"', balise)
    assert page.count('aria-invalid="true"') == 1
    assert re.search(r'role="alert" id="alerte" tabindex="-1" autofocus', page)
    assert page.count(f'id="erreur-{champ}"') == 1
    assert re.search(rf'aria-describedby="[^"]*erreur-{champ}"', page)


async def test_answers_about_a_channel_that_was_unticked_are_left_out(client, bouton, sql):
    valeurs = champs(aide=["proche"], joint_telephone="non", aide_autre="effacé")
    assert (await envoyer(client, bouton, valeurs)).status_code == 303
    assert await sql.fetchval("SELECT reponses::text FROM avis") == '{"aide": ["proche"]}'


@pytest.mark.parametrize(
    ("nom", "valeur"), [("note", "11"), ("note", "x"), ("comprehension", "6"), ("aide", "pigeon"), ("note", "９")]
)
async def test_an_answer_that_does_not_exist_is_refused_in_words(client, bouton, nom, valeur, recount):
    reply = await envoyer(client, bouton, champs(**{nom: valeur}))
    assert reply.status_code == 422
    assert textes("fr")["erreurs"]["valeur"] in reply.text
    assert await recount(bouton) == {}


@pytest.mark.parametrize("signe", ["é", "😀", "\u202eא", "a\r\n"])
async def test_a_comment_of_fifteen_thousand_characters_passes_whatever_it_says(client, bouton, sql, signe):
    texte = "début " + (signe * 15_000).replace("\r\n", "\n")[: 15_000 - 10] + "fin"
    reply = await envoyer(client, bouton, champs(commentaire=texte.replace("\n", "\r\n")))
    assert reply.status_code == 303
    assert await sql.fetchval("SELECT commentaire FROM avis") == texte.strip()


async def test_a_longer_comment_comes_back_with_its_length(client, bouton):
    reply = await envoyer(client, bouton, champs(commentaire="a" * 15_001))
    assert reply.status_code == 422
    assert "15\u202f001" in reply.text
    assert "a" * 15_001 in reply.text


async def test_a_nul_character_is_dropped_rather_than_the_avis(client, bouton, sql):
    assert (await envoyer(client, bouton, champs(commentaire="avant\x00après"))).status_code == 303
    assert await sql.fetchval("SELECT commentaire FROM avis") == "avantaprès"


async def test_a_body_that_is_too_large_gets_a_page(client, bouton):
    reply = await envoyer(client, bouton, champs(commentaire="😀" * 20_000))
    assert reply.status_code == 413
    assert "text/html" in reply.headers["content-type"]


@pytest.mark.parametrize(("cle", "statut"), [("nulle-part", 404), ("%00", 404), ("a" * 100, 404), ("é", 404)])
async def test_an_unknown_bouton_gets_a_courteous_page(client, bouton, cle, statut):
    for reply in (await client.get(f"/avis/{cle}"), await client.post(f"/avis/{cle}", data=champs())):
        assert reply.status_code == statut
        assert textes("fr")["refus"]["inconnu"][0] in reply.text


async def test_a_closed_bouton_says_so_before_and_after_the_form_is_filled(client, bouton, sql, recount):
    await client.get(f"/avis/{bouton.cle}")
    await sql.execute("UPDATE bouton SET ferme_le = now() WHERE id = $1", bouton.id)
    reply = await envoyer(client, bouton, champs())
    assert reply.status_code == 410
    assert textes("fr")["refus"]["ferme"][0] in reply.text
    assert await recount(bouton) == {}


@pytest.mark.parametrize(
    "entetes",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "", "origin": "https://ailleurs.example"},
        {"sec-fetch-site": "", "origin": "null"},
    ],
)
async def test_a_form_sent_by_another_site_is_refused_with_a_way_out(client, bouton, entetes, recount):
    reply = await envoyer(client, bouton, champs(), **entetes)
    assert reply.status_code == 403
    assert f'href="/avis/{bouton.cle}"' in reply.text
    assert await recount(bouton) == {}


@pytest.mark.parametrize("origin", ["http://service.test", None])
async def test_a_browser_too_old_to_say_where_a_form_comes_from_is_served(client, bouton, origin):
    body = urlencode(champs())
    headers = {"content-type": ENTETES["content-type"], **({"origin": origin} if origin else {})}
    assert (await client.post(f"/avis/{bouton.cle}", content=body, headers=headers)).status_code == 303


async def test_when_the_database_is_away_the_page_keeps_everything_and_offers_to_send_again(
    client, app, bouton, recount
):
    await client.get(f"/avis/{bouton.cle}")
    app.state.guichet.depots._absente_jusqu_a = float("inf")
    valeurs = champs(commentaire="à garder", note="0")
    reply = await envoyer(client, bouton, valeurs)
    assert reply.status_code == 503
    assert int(reply.headers["retry-after"]) > 0
    assert "à garder" in reply.text
    assert textes("fr")["page"]["renvoyer"] in reply.text
    app.state.guichet.depots._absente_jusqu_a = 0.0
    assert (await envoyer(client, bouton, valeurs)).status_code == 303
    assert await recount(bouton) == {0: 1}


async def test_with_no_database_at_all_what_was_typed_still_comes_back(settings):
    app = create_app(settings, "postgresql://postgres@127.0.0.1:9/rien")
    async with serving(app) as client:
        assert (await client.get("/avis/cle")).status_code == 503
        body = urlencode(champs(commentaire="à garder"))
        reply = await client.post("/avis/cle", content=body, headers=ENTETES)
    assert reply.status_code == 503
    assert "à garder" in reply.text


async def test_too_many_avis_from_one_address_is_said_without_losing_any(settings, database_url, bouton):
    app = create_app(settings.model_copy(update={"limite_par_adresse": 1}), database_url)
    async with serving(app) as client:
        assert (await envoyer(client, bouton, champs())).status_code == 303
        reply = await envoyer(client, bouton, champs(commentaire="à garder"))
    assert reply.status_code == 429
    assert "retry-after" in reply.headers
    assert "à garder" in reply.text


async def test_the_language_is_the_one_asked_for_else_the_browsers_else_french(client, bouton):
    for query, accept, expected in (
        ("?langue=es", "en", "es"),
        ("", "de, en-GB;q=0.9, fr;q=0.8", "en"),
        ("?langue=xx", "zh", "fr"),
        ("", "", "fr"),
    ):
        reply = await client.get(f"/avis/{bouton.cle}{query}", headers={"accept-language": accept})
        assert f'<html lang="{expected}"' in reply.text


@pytest.mark.parametrize("langue", LANGUES)
def test_every_language_says_everything_that_french_says(langue):
    def shape(value):
        if isinstance(value, dict):
            return {name: shape(inner) for name, inner in value.items()}
        return [shape(inner) for inner in value] if isinstance(value, list) else type(value)

    assert shape(textes(langue)) == shape(textes("fr"))


def test_a_french_sign_never_begins_a_line():
    said = json.dumps(textes("fr"), ensure_ascii=False)
    assert re.findall(r'[^"] [?!;:»]|« |\d 000', said) == []


async def test_the_csp_of_the_page_allows_nothing_inline(client, bouton):
    reply = await client.get(f"/avis/{bouton.cle}")
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert not re.search(r"<style|<script(?![^>]*src=)|\sstyle=|\son\w+=", reply.text)


async def test_the_style_sheet_is_immutable_compressed_and_revalidated(client, bouton):
    page = await client.get(f"/avis/{bouton.cle}")
    address = re.search(r'rel="stylesheet" href="([^"]+)"', page.text)[1]
    reply = await client.get(address, headers={"accept-encoding": "br"})
    assert (reply.status_code, reply.headers["content-encoding"]) == (200, "br")
    assert "immutable" in reply.headers["cache-control"]
    again = await client.get(address, headers={"accept-encoding": "br", "if-none-match": reply.headers["etag"]})
    assert again.status_code == 304
    assert (await client.get("/ressources/formulaire.0000.css")).status_code == 404


async def test_head_answers_like_get(client, bouton):
    for path in (f"/avis/{bouton.cle}", f"/avis/{bouton.cle}/merci"):
        reply = await client.head(path)
        assert reply.status_code == 200


PROMESSES = {
    "fr": ("est lu", "sera lu", "anonyme", "rien qui permette", "Rien ne permet"),
    "en": ("is read", "will be read", "anonymous", "nothing that could", "Nothing can"),
    "es": ("lo lee", "será leído", "anónim", "nada que permita", "Nada permite"),
}


@pytest.mark.parametrize("langue", LANGUES)
@pytest.mark.parametrize("commentaire", ["", "Très long"])
async def test_the_thanks_promise_nothing_that_the_service_does_not_do(client, bouton, langue, commentaire):
    reply = await envoyer(client, bouton, champs(langue=langue, commentaire=commentaire))
    merci = (await client.get(reply.headers["location"])).text
    assert [mot for mot in PROMESSES[langue] if mot in merci] == []
    assert textes(langue)["merci"]["suite"][1] in merci
    assert 'href="/confidentialite"' in merci


@pytest.mark.parametrize("langue", LANGUES)
async def test_the_thanks_show_what_is_stored_and_say_what_was_removed(client, bouton, sql, langue):
    valeurs = champs(
        langue=langue, aide=["autre"], aide_autre="mon fils, jean@exemple.fr", commentaire="<b>Au</b> 06 12 34 56 78 !"
    )
    reply = await envoyer(client, bouton, valeurs)
    merci = (await client.get(reply.headers["location"])).text
    garde = await sql.fetchval("SELECT commentaire FROM avis")
    assert garde == "<b>Au</b> [téléphone retiré] !"
    assert "&lt;b&gt;Au&lt;/b&gt; [téléphone retiré] !" in merci
    assert "mon fils, [courriel retiré]" in merci
    mots = textes(langue)["merci"]
    assert f"{mots['retire']} {mots['genres']['courriel']}, {mots['genres']['telephone']}." in merci
    assert not {"0612345678", "jean@exemple.fr"} & set(reply.headers["location"].split())


async def test_the_thanks_of_a_comment_with_nothing_personal_say_nothing_was_removed(client, bouton):
    reply = await envoyer(client, bouton, champs(commentaire="Très long"))
    merci = (await client.get(reply.headers["location"])).text
    assert "Très long" in merci
    assert textes("fr")["merci"]["retire"] not in merci


async def test_only_the_signed_address_shows_the_words_and_not_for_long(client, bouton, monkeypatch):
    adresse = (await envoyer(client, bouton, champs(commentaire="pour moi"))).headers["location"]
    assert "pour moi" in (await client.get(adresse)).text
    for autre in (
        adresse[:-9] + ("A" if adresse[-9] != "A" else "B") + adresse[-8:],
        adresse.partition("&recu=")[0],
        adresse + "é",
        adresse[:-20],
    ):
        reply = await client.get(autre)
        assert (reply.status_code, "pour moi" in reply.text) == (200, False)
    monkeypatch.setattr(formulaire_recu, "DUREE", -1)
    adresse = (await envoyer(client, bouton, champs(commentaire="pour moi"))).headers["location"]
    assert "pour moi" not in (await client.get(adresse)).text


@pytest.mark.parametrize("langue", LANGUES)
def test_every_kind_that_is_removed_has_a_name_in_every_language(langue):
    assert set(textes(langue)["merci"]["genres"]) == set(MARQUES)
