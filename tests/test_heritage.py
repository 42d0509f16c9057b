"""Addresses of the national service, unchanged but for the host."""

import io
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from PIL import Image

from app.pages.formulaire_textes import textes

ANCIEN = "/Demarches/823?&view-mode=formulaire-avis&nd_mode=en-ligne-enti%C3%A8rement&nd_source={}&key=abc"


@pytest.fixture
async def connue(new_bouton, sql):
    """A démarche known elsewhere under two numbers, with two boutons."""
    bouton = await new_bouton("passeport")
    await sql.execute(
        "INSERT INTO identifiant (source, valeur, demarche_id) VALUES ('jdma', '1006', $1), ('xwiki', '823', $1)",
        bouton.demarche_id,
    )
    await sql.execute(
        "INSERT INTO bouton (demarche_id, cle, nom) VALUES ($1, 'cle-courriel', 'Courriel')", bouton.demarche_id
    )
    return bouton


@pytest.mark.parametrize(
    ("adresse", "cle"),
    [
        ("/Demarches/1006?button=1859", "cle-passeport"),
        ("/Demarches/1006?button=", "cle-passeport"),
        (ANCIEN.format("button"), "cle-passeport"),
        (ANCIEN.format("courriel"), "cle-courriel"),
        ("/Demarches/823", "cle-passeport"),
    ],
)
async def test_an_old_address_leads_to_the_form_of_the_same_demarche(client, connue, adresse, cle):
    reply = await client.get(adresse)
    assert (reply.status_code, reply.headers["location"]) == (302, f"/avis/{cle}")
    assert (await client.get(reply.headers["location"])).status_code == 200


async def test_the_two_kinds_of_numbers_are_never_mixed_up(client, connue):
    assert (await client.get("/Demarches/823?button=1")).status_code == 404
    assert (await client.get("/Demarches/1006")).status_code == 404


@pytest.mark.parametrize("identifiant", ["9", "%00", "a" * 300, "'"])
async def test_an_unknown_number_gets_a_courteous_page(client, connue, identifiant):
    reply = await client.get(f"/Demarches/{identifiant}?button=1")
    assert reply.status_code == 404
    assert textes("fr")["refus"]["inconnu"][0] in reply.text
    assert '<html lang="fr"' in reply.text


async def test_an_old_address_of_a_closed_bouton_leads_to_its_explanation(client, connue, sql):
    await sql.execute("UPDATE bouton SET ferme_le = now()")
    reply = await client.get("/Demarches/1006?button=1859", follow_redirects=True)
    assert reply.status_code == 410
    assert textes("fr")["refus"]["ferme"][0] in reply.text


async def test_an_old_address_leads_to_a_bouton_that_is_open_unless_it_names_another(client, connue, sql):
    await sql.execute("UPDATE bouton SET ferme_le = now() WHERE cle = 'cle-passeport'")
    assert (await client.get("/Demarches/1006?button=1")).headers["location"] == "/avis/cle-courriel"
    assert (await client.get(ANCIEN.format("principal"))).headers["location"] == "/avis/cle-passeport"


async def test_the_language_of_an_old_address_is_kept(client, connue):
    reply = await client.get("/Demarches/1006?button=1&lang=en")
    assert reply.headers["location"] == "/avis/cle-passeport?langue=en"


@pytest.fixture
async def places(new_bouton, sql):
    """Two démarches, each with the number that the other had in an older service; the first has three places."""
    permis, autre = await new_bouton("permis"), await new_bouton("autre")
    for source, numero, bouton in [
        ("jdma", "3661", permis), ("xwiki", "44", permis), ("jdma", "44", autre), ("xwiki", "3661", autre),
    ]:  # fmt: skip
        await sql.execute("INSERT INTO identifiant VALUES ($1, $2, $3)", source, numero, bouton.demarche_id)
    for cle, bouton in [("cle-guichet", permis), ("cle-courrier", permis), ("cle-ailleurs", autre)]:
        await sql.execute(
            "INSERT INTO bouton (demarche_id, cle, nom) VALUES ($1, $2, $3)", bouton.demarche_id, cle, cle
        )
    for nom, cle in [
        ("jdma-bouton:4069", "cle-permis"), ("jdma-bouton:3940", "cle-guichet"),
        ("jdma-formulaire:3947", "cle-courrier"), ("jdma-bouton:5000", "cle-ailleurs"),
        ("jdma-formulaire:12", "cle-guichet"),
    ]:  # fmt: skip
        await sql.execute(
            "INSERT INTO identifiant_bouton SELECT $1, $2, id FROM bouton WHERE cle = $3", *nom.split(":"), cle
        )
    return permis, autre


async def destination(client, adresse):
    reply = await client.get(adresse)
    return reply.headers["location"].removeprefix("/avis/") if reply.status_code == 302 else reply.status_code


@pytest.mark.parametrize(
    ("adresse", "cle"),
    [
        ("/Demarches/3661?button=4069", "cle-permis"),
        ("/Demarches/3661?button=3940", "cle-guichet"),
        ("/Demarches/3661?button=3947", "cle-courrier"),
        ("/Demarches/3661?button=99999", "cle-permis"),  # a number that nobody declared
        ("/Demarches/3661?button=5000", "cle-permis"),  # a number of another démarche
        ("/Demarches/avis/12?button=3940", "cle-guichet"),
        ("/Demarches/avis/12?button=4069", "cle-permis"),
        ("/Demarches/avis/12?button=99999", "cle-guichet"),
        ("/Demarches/avis/12", "cle-guichet"),
        ("/Demarches/avis/12?button=5000", "cle-guichet"),
        ("/Demarches/avis/3661?button=3940", "cle-guichet"),
        ("/Demarches/avis/3661?button=99999", 404),  # the number of a démarche is not that of a form
        ("/Demarches/avis/44?button=3940", 404),
        ("/Demarches/en/3661?button=3940", "cle-guichet?langue=en"),
    ],
)
async def test_the_number_of_a_bouton_chooses_it_within_its_demarche(client, places, adresse, cle):
    assert await destination(client, adresse) == cle


async def test_a_closed_bouton_that_is_named_says_so(client, places, sql):
    await sql.execute("UPDATE bouton SET ferme_le = now() WHERE cle = 'cle-guichet'")
    reply = await client.get("/Demarches/3661?button=3940", follow_redirects=True)
    assert (reply.status_code, textes("fr")["refus"]["ferme"][0] in reply.text) == (410, True)


ENCODEES = [
    "?utm_source=x&amp;button=3940",
    "?utm_source=x&amp;amp;button=3940",
    "?utm_source=x%26amp%3Bbutton%3D3940",
    "?utm_source=x&amp%3Bbutton=3940",
    "?utm_source=x%26button%3D3940",
    "?utm_source=x%2526amp%253Bbutton%253D3940",
    "?utm_source=x&%2338;button=3940",
    "?utm_source=x%26%23x26%3Bbutton=3940",
    "?amp;button=3940",
    "?Button=3940",
    "?button%3D3940",
    "%3Fbutton=3940",
    "%3Fbutton%3D3940",
    "%253Fbutton%253D3940",
    "&button=3940",
    "?%3Fbutton=3940",
    "?button=3940.",
    "?button=3940)",
    "?button=3940,",
    "?button=3940%20",
    "?button=3940%3E",
    "?button=%203940",
    "?button=&button=3940",
    ".?button=3940",
    ")?button=3940",
    ",?button=3940",
    ">?button=3940",
    "%3E?button=3940",
    "%20?button=3940",
    "%E2%80%8B?button=3940",
    "/?button=3940",
    "?utm_content=https%3A%2F%2Fx.fr%2F%3Fbutton%3D4069&button=3940",
]


@pytest.mark.parametrize("suite", ENCODEES)
async def test_an_address_spoilt_on_its_way_never_leads_to_another_demarche(client, places, suite):
    assert await destination(client, f"/Demarches/3661{suite}") == "cle-guichet"


IMAGES = [
    ("/static/bouton-bleu.svg", "Je donne mon avis"),
    ("/static/bouton-bleu-clair.svg", "Je donne mon avis"),
    ("/static/bouton-blanc-sombre.svg", "Je donne mon avis"),
    ("/static/buttons/button-jdma-outline-light.svg", "Je donne mon avis"),
    ("/static/buttons/button-problem-solid-dark.svg", "Signaler un problème"),
    ("/assets/buttons/button-feedback-ghost-light.svg", "Faire un retour"),
    ("/assets/bouton-blanc.svg", "Je donne mon avis"),
    ("/Demarches/assets/buttons/button-remark-outline-light.svg", "Une remarque ?"),
    ("/monavis-static/bouton-blanc.svg", "Je donne mon avis"),
    ("/static/inconnu-de-nous.svg", "Je donne mon avis"),
    ("/static/bouton-bleu.EN.SVG", textes("en")["widget"]["bouton"]),
]


@pytest.mark.parametrize(("adresse", "mots"), IMAGES)
async def test_every_image_of_an_old_snippet_is_a_drawing_of_ours(client, adresse, mots):
    reply = await client.get(adresse)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    assert "".join(ElementTree.fromstring(reply.content).itertext()) == mots


async def test_the_name_of_an_image_says_how_it_looks(client):
    async def dessin(nom):
        return (await client.get(f"/static/{nom}.svg")).text

    plein = await dessin("button-jdma-solid-light")
    assert plein == await dessin("bouton-bleu") == await dessin("bouton-bleu-clair")
    assert await dessin("bouton-blanc-sombre") == await dessin("button-jdma-outline-dark")
    assert len({plein, await dessin("bouton-blanc"), await dessin("bouton-bleu-sombre"), await dessin("x-ghost")}) == 4


@pytest.mark.parametrize("format_", ["png", "gif", "webp", "jpg", "jpeg"])
async def test_an_image_asked_for_as_pixels_is_made_of_pixels(client, format_):
    svg = ElementTree.fromstring((await client.get("/monavis-static/bouton-bleu.svg")).content)
    reply = await client.get(f"/monavis-static/bouton-bleu.{format_}")
    image = Image.open(io.BytesIO(reply.content))
    assert reply.headers["content-type"] == f"image/{format_.replace('jpg', 'jpeg')}" == image.get_format_mimetype()
    assert image.size == (int(svg.attrib["width"]), int(svg.attrib["height"]))
    bleus = [couleur for couleur in image.convert("RGB").get_flattened_data() if couleur[2] > 100 > couleur[0]]
    assert len(bleus) > image.width * image.height / 2


@pytest.mark.parametrize(
    "prefixe", ["/static/", "/static/buttons/", "/monavis-static/", "/assets/", "/Demarches/assets/"]
)
async def test_old_files_may_be_loaded_from_anywhere_kept_and_asked_for_again(client, prefixe):
    for nom in ("bouton-bleu.svg", "bouton-bleu.png", "jdma-modal-widget.js"):
        reply = await client.get(prefixe + nom)
        assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (200, "*")
        assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
        assert reply.headers["cache-control"].startswith("public, max-age=")
        again = await client.get(prefixe + nom, headers={"If-None-Match": reply.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    for nom in ("autre.js", "style.css", "sans-extension", "..%2Fx.env"):
        assert (await client.get(prefixe + nom)).status_code == 404


async def test_the_script_of_the_floating_button_knows_which_bouton_an_address_means(client, places):
    async def cle(adresse):
        reply = await client.get(f"/static/jdma-bouton.json?adresse={quote(adresse)}")
        assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (200, "*")
        return reply.json()

    assert await cle("/Demarches/3661?button=3940") == {"cle": "cle-guichet"}
    assert await cle("/Demarches/avis/12?button=4069") == {"cle": "cle-permis"}
    assert await cle("/Demarches/1?button=1") == await cle("") == {"cle": None}


@pytest.mark.parametrize(
    ("adresse", "page"),
    [
        ("/public/product/3661/stats", "/demarches/permis"),
        ("/public/product/3661", "/demarches/permis"),
        ("/public/product/3661/stats?xwiki=true", "/demarches/autre"),
        (
            "/public/product/3661/stats?date-debut=2025-01-01&date-fin=2025-03-31",
            "/demarches/permis?debut=2025-01-01&fin=2025-03-31",
        ),
        ("/public/product/3661/stats?date-debut=hier&date-fin=", "/demarches/permis"),
    ],
)
async def test_the_public_page_of_a_demarche_leads_to_its_page_here(client, places, adresse, page):
    reply = await client.get(adresse)
    assert (reply.status_code, reply.headers["location"]) == (302, page)
    assert (await client.get(page)).status_code == 200


async def test_the_public_page_of_a_demarche_that_nobody_knows_is_not_there(client, places):
    reply = await client.get("/public/product/9/stats", headers={"accept": "text/html"})
    assert (reply.status_code, "Aucune démarche" in reply.text) == (404, True)
