"""What the widget weighs and how it is served, through HTTP; what product teams are given to paste and to check."""

import re
from base64 import b64encode
from hashlib import sha384

import pytest
from pydantic import HttpUrl

from app.main import create_app
from app.pages import integrer_csp
from app.pages.formulaire_rendu import ressources
from app.pages.formulaire_textes import LANGUES, textes
from app.pages.integrer import fragments
from app.pages.widget_construction import construire, joindre, mots_questions, numeroter
from app.pages.widget_images import images
from tests.conftest import serving

PAIRS = [
    ("umami", 2_216),
    ("plausible", 2_694),
    ("panneau du service national", 4_900),
    ("formbricks (chargeur, puis le reste)", 1_655 + 9_930 + 199_000),
    ("sentry feedback", 18_600 + 28_900),
    ("posthog", 122_000 + 48_700),
]
"""Bytes of script, gzip, on a host page: others' widgets."""


async def sizes(client, cles: dict[str, str]) -> dict[str, dict[str, int]]:
    """Bytes over the wire of each file, by coding; `cles` names a bouton of each scale."""
    asked = {"question": "", "suite": "&mots=integre", "les deux": "&mots=panneau"}
    paths = {"jdma.js": "/widget/v1/jdma.js", "questions.js": "/widget/v1/questions.js"} | {
        f"{nom}, {echelle}, {langue}": f"/widget/v1/boutons/{cle}?langue={langue}{demande}"
        for nom, demande in asked.items()
        for echelle, cle in cles.items()
        for langue in LANGUES
    }
    weighed: dict[str, dict[str, int]] = {nom: {} for nom in paths}
    for nom, path in paths.items():
        for codage in ("br", "gzip"):
            reply = await client.get(path, headers={"accept-encoding": codage})
            assert reply.headers["content-encoding"] == codage
            weighed[nom][codage] = int(reply.headers["content-length"])
    return weighed


def loads(weighed: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """What a host page loads in each mode, the heaviest language and scale: before a click, then with all that comes
    after it.
    """
    seen: dict[str, dict[str, int]] = {}
    for codage in ("br", "gzip"):
        sizes = {nom: size[codage] for nom, size in weighed.items()}
        jdma, questions = sizes["jdma.js"], sizes["questions.js"]
        for case in [nom.partition(", ")[2] for nom in sizes if nom.startswith("question, ")]:
            first, suite, both = (sizes[f"{nom}, {case}"] for nom in ("question", "suite", "les deux"))
            totals = {
                "panneau, lien : avant un clic": jdma,
                "intégré : avant un clic": jdma + first,
                "panneau : tout, après un clic": jdma + questions + both,
                "intégré : tout, après un clic": jdma + first + questions + suite,
            }
            for nom, total in totals.items():
                kept = seen.setdefault(nom, {})
                kept[codage] = max(total, kept.get(codage, 0))
    return seen


def print_table(weighed: dict[str, dict[str, int]], totals: dict[str, dict[str, int]]) -> None:
    print(f"\n  {'octets sur le réseau':48}{'brotli':>8}{'gzip':>8}")
    for nom, size in {**weighed, **totals}.items():
        if not nom.startswith(("question, ", "suite, ", "les deux, ")) or nom.endswith(" fr"):
            print(f"  {nom:48}{size['br']:8}{size['gzip']:8}")
    print("  ailleurs, tout ce que charge la page hôte :")
    for nom, taille in PAIRS:
        print(f"  {nom:48}{taille:16}")


async def test_the_widget_keeps_within_its_budget_in_every_mode_language_and_scale(client, new_bouton, sql, capsys):
    boutons = {echelle: (await new_bouton(echelle)).cle for echelle in ("smileys", "notes")}
    await sql.execute("UPDATE bouton SET echelle = 'notes' WHERE cle = $1", boutons["notes"])
    weighed = await sizes(client, boutons)
    totals = loads(weighed)
    with capsys.disabled():
        print_table(weighed, totals)
    for nom, total in totals.items():
        assert total["br"] <= (3_000 if "avant" in nom else 8_000), nom
        # What is asked in the page before a click comes with it: 100 bytes more in gzip, not in brotli.
        assert "avant" not in nom or total["gzip"] <= (3_400 if "intégré" in nom else 3_300), nom


async def test_a_first_visit_of_the_form_weighs_less_than_25_kilobytes_in_three_requests(client, bouton):
    page = await client.get(f"/avis/{bouton.cle}", headers={"accept-encoding": "br"})
    others = set(re.findall(r'(?:src|href)="(/ressources/[^"]+)"', page.text))
    assert len(others) == 2
    total = int(page.headers["content-length"])
    for path in others:
        total += int((await client.get(path, headers={"accept-encoding": "br"})).headers["content-length"])
    assert total < 25_000


async def test_the_stable_address_is_revalidated_and_never_delays_a_page(client):
    reply = await client.get("/widget/v1/jdma.js", headers={"accept-encoding": "br"})
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert "stale-while-revalidate" in reply.headers["cache-control"]
    assert reply.headers["access-control-allow-origin"] == "*"
    again = await client.get(
        "/widget/v1/jdma.js", headers={"accept-encoding": "br", "if-none-match": reply.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_hashed_addresses_are_immutable_and_compressed_beforehand(client):
    for script in construire(False).values():
        reply = await client.get(f"/widget/v1/{script.nom_immuable}", headers={"accept-encoding": "br"})
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert reply.headers["content-encoding"] == "br"
        assert int(reply.headers["content-length"]) == len(script.brotli) < len(script.gzip) < len(script.corps)


async def test_every_coding_says_the_same(client):
    replies = [
        await client.get("/widget/v1/jdma.js", headers={"accept-encoding": codage})
        for codage in ("br", "gzip", "identity", "gzip;q=1, br;q=0")
    ]
    assert len({reply.content for reply in replies}) == 1
    assert [reply.headers.get("content-encoding") for reply in replies] == ["br", "gzip", None, "gzip"]
    assert len({reply.headers["etag"] for reply in replies}) == 3


async def test_a_pinned_file_stays_after_the_service_has_been_updated(client, sql):
    script = construire(False)["jdma.js"]
    await client.get("/widget/v1/jdma.js")
    assert await sql.fetchval("SELECT count(*) FROM fichier_publie") == 2
    await sql.execute("INSERT INTO fichier_publie (nom, corps) VALUES ('jdma.0123456789abcdef.js', 'ancien')")
    old = await client.get("/widget/v1/jdma.0123456789abcdef.js")
    assert (old.status_code, old.text) == (200, "ancien")
    assert "immutable" in old.headers["cache-control"]
    assert (await client.get(f"/widget/v1/{script.nom_immuable}")).content == script.corps


@pytest.mark.parametrize(
    "nom", ["jdma.0000000000000000.js", "x.js", "..%2Fjdma.js", "jdma.js%00", "%00.0000000000000000.js"]
)
async def test_an_unknown_file_is_a_404(client, nom):
    assert (await client.get(f"/widget/v1/{nom}")).status_code == 404


async def test_what_a_bouton_asks_is_told_in_each_language(client, bouton, sql):
    for langue in LANGUES:
        path = f"/widget/v1/boutons/{bouton.cle}?langue={langue}"
        first, suite, both = [
            (await client.get(path + more)).json() for more in ("", "&textes=integre", "&textes=panneau")
        ]
        assert first[2:] == list(textes(langue)["questions"]["note"]["smileys"].values())
        assert suite["T"]["continuer"]
        assert suite["slug"] == bouton.slug
        assert {"vue": first} | suite == both
        listed, all_listed = [(await client.get(f"{path}&mots={mode}")).json() for mode in ("integre", "panneau")]
        assert listed["T"] == list(mots_questions(textes(langue)).values())
        assert {"vue": first} | listed == all_listed


def test_the_scripts_find_each_text_by_its_place_in_every_language():
    paths = [list(mots_questions(textes(langue))) for langue in LANGUES]
    assert paths.count(paths[0]) == len(LANGUES)
    assert numeroter("T.comprehension.question + T.etats[etat]") == (
        f"T[{paths[0].index('comprehension.question')}] + T[{paths[0].index('etats')}][etat]"
    )
    with pytest.raises(KeyError):
        numeroter("T.inconnu.texte")


async def test_a_bouton_that_takes_no_avis_says_so_whatever_is_asked(client):
    path = "/widget/v1/boutons/nulle-part?langue=fr"
    [clos] = (await client.get(path)).json()
    assert "ne recueille pas d’avis" in clos
    for more in ("&textes=integre", "&textes=panneau", "&mots=integre", "&mots=panneau"):
        said = (await client.get(path + more)).json()
        assert said.keys() == {"vue", "T"}
        assert said["vue"] == [clos]


async def test_the_scale_and_the_trial_are_told_too(client, new_bouton, sql):
    bouton = await new_bouton("notes")
    essai = await new_bouton("essai")
    await sql.execute("UPDATE bouton SET echelle = 'notes' WHERE id = $1", bouton.id)
    await sql.execute("DELETE FROM bouton WHERE id = $1", essai.id)
    await sql.execute(
        "INSERT INTO bouton (demarche_id, cle, nom, essai) VALUES ($1, $2, 'Essai', true)", essai.demarche_id, essai.cle
    )
    reply = (await client.get(f"/widget/v1/boutons/{bouton.cle}")).json()
    assert reply[2:] == ["0\u00a0: très mal", "10\u00a0: très bien"]
    said = [(await client.get(f"/widget/v1/boutons/{b.cle}?textes=integre")).json() for b in (bouton, essai)]
    assert [bouton["essai"] for bouton in said] == [False, True]
    said = [(await client.get(f"/widget/v1/boutons/{b.cle}?mots=integre")).json() for b in (bouton, essai)]
    assert [bouton["essai"] for bouton in said] == [False, textes("fr")["page"]["essai"]]


def test_no_two_modules_of_a_bundle_declare_the_same_name():
    for entree in ("jdma.js", "questions.js", "page.js", "copier.js"):
        names = re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", joindre(entree, {}), re.M)
        assert len(names) == len(set(names)), entree


def test_nothing_in_the_scripts_is_a_trusted_types_sink_a_cookie_or_a_global():
    scripts = [*construire(False).values(), ressources()["formulaire.js"], ressources()["integrer.js"]]
    for script in scripts:
        code = script.corps.decode()
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|cookie", code
        )
        assert not re.search(r"\b(?:window|globalThis|self)\.\w+\s*=", code)
        assert code.count("console.") <= 1


def test_pictures_are_small_and_say_what_they_are():
    assert len(images(False)) == 6 * len(LANGUES)
    for image in images(False).values():
        assert len(image.corps) <= 3_000
        assert b'role="img" aria-label="' in image.corps


async def test_pictures_are_served(client):
    reply = await client.get("/widget/v1/bouton-contour-sombre.es.svg")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    assert "Doy mi opinión" in reply.text


def test_the_snippet_says_only_what_differs_and_escapes():
    simple = fragments("https://avis.exemple", "cle", {"mode": "panneau", "theme": "auto"})
    assert simple.lien == (
        '<a class="jdma" href="https://avis.exemple/avis/cle" data-bouton="cle">Je donne mon avis</a>\n'
        '<script src="https://avis.exemple/widget/v1/jdma.js" defer></script>'
    )
    other = fragments("https://avis.exemple", '"><script>', {"mode": "integre", "langue": "en"})
    assert 'data-mode="integre" data-langue="en">Give my opinion<' in other.lien
    assert '"><script>' not in other.element
    assert (
        '<jdma-avis bouton="cle"><a href="https://avis.exemple/avis/cle">Je donne mon avis</a></jdma-avis>'
        in simple.element
    )


def test_the_integrity_is_that_of_the_file_and_of_what_it_loads_after_a_click():
    printed = fragments("https://avis.exemple", "cle")
    for nom, attribut in (("jdma.js", "integrity"), ("questions.js", "data-questions")):
        digest = b64encode(sha384(construire(False)[nom].corps).digest()).decode()
        assert f'{attribut}="sha384-{digest}"' in printed.epingle
        assert f'{attribut}="sha384-{digest}"' in printed.element_epingle


SERVICE = "https://avis.exemple"


@pytest.mark.parametrize(
    ("politique", "permis"),
    [
        ("", []),
        ("bonjour", []),
        ("default-scr 'self'", []),
        ("< HTTP/2 200\r\n< content-security-policy: default-src 'none'\r\n< x-a: b", [False, False]),
        ("add_header Content-Security-Policy \"default-src 'self'; connect-src *\" always;", [False, True]),
        ("Header always set Content-Security-Policy \"connect-src 'self'\"", [True, False]),
        ("header('Content-Security-Policy: script-src \"x\"; connect-src *');", [False, True]),
        ('{"Content-Security-Policy": "script-src https:; connect-src ws:"}', [True, False]),
        ("img-src 'none'", [True, True]),
        ("default-src 'self'", [False, False]),
        ("default-src *", [True, True]),
        ("default-src https:", [True, True]),
        (f"default-src 'none'; script-src {SERVICE}; connect-src {SERVICE}", [True, True]),
        ("script-src https://*.exemple; connect-src avis.exemple", [True, True]),
        ("script-src https://avis.exemple:8443; connect-src http://avis.exemple", [False, True]),
        ("script-src-elem 'none'; script-src *", [False, True]),
        ("script-src 'nonce-abc' 'strict-dynamic' https:; connect-src 'self'", [True, False]),
        ("script-src 'nonce-abc'", [False, True]),
        ("Content-Security-Policy: default-src *\r\nContent-Security-Policy: connect-src 'self'", [True, False]),
        ("sandbox allow-forms", [True, True, False]),
        ("script-src https://avis.exemple/autre/", [False, True]),
        ("script-src HTTPS://Avis.Exemple/widget/; connect-src https://avis.exemple/api/", [True, False]),
        ("connect-src https://avis.exemple/api/ https://avis.exemple/widget/", [True, True]),
        ("script-src 'strict-dynamic' https://avis.exemple", [False, True]),
        ("HTTP/2 200\r\nserver: nginx\r\ncontent-security-policy: script-src 'self'\r\nx-a: b", [False, True]),
        ("HTTP/2 200\r\nserver: nginx\r\n", [True, True]),
        ("content-security-policy-report-only: default-src 'none'", [True, True]),
        ('<meta content="connect-src &#39;self&#39;" http-equiv="Content-Security-Policy">', [True, False]),
    ],
)
def test_the_csp_check_tells_what_a_browser_would_do(politique, permis):
    assert [verdict.permis for verdict in integrer_csp.verifier(politique, SERVICE)] == permis


def test_the_csp_check_gives_the_line_to_write():
    [script, _] = integrer_csp.verifier("script-src 'self'; connect-src *", SERVICE)
    assert script.remede == "script-src 'self' https://avis.exemple;"
    [script, _] = integrer_csp.verifier("default-src 'none'", SERVICE)
    assert script.remede == "script-src https://avis.exemple;"
    [script, _] = integrer_csp.verifier("script-src-elem 'none'; script-src *", SERVICE)
    assert script.remede == "script-src-elem https://avis.exemple;"


async def test_the_page_for_product_teams_shows_the_snippet_for_the_published_address(client, bouton, app):
    reply = await client.get(f"/integrer/{bouton.cle}?mode=integre&theme=rose&csp=default-src+%27self%27")
    assert reply.status_code == 200
    assert "&lt;a class=&#34;jdma&#34; href=&#34;http://service.test/avis/" in reply.text
    assert "Cette CSP bloque le bouton" in reply.text
    assert 'theme="clair"' in reply.text
    assert (await client.get("/integrer/nulle-part")).status_code == 404


async def test_the_accessibility_declaration_is_there(client):
    reply = await client.get("/accessibilite")
    assert reply.status_code == 200
    assert "Non conforme" in reply.text


async def test_every_page_leads_to_the_legal_notice_that_the_operator_names(settings, database_url, bouton):
    for adresse in (None, HttpUrl("https://exemple.gouv.fr/mentions")):
        app = create_app(settings.model_copy(update={"mentions_legales": adresse}), database_url)
        async with serving(app) as client:
            for path in ("/", f"/avis/{bouton.cle}", "/accessibilite"):
                assert ('href="https://exemple.gouv.fr/mentions"' in (await client.get(path)).text) is bool(adresse), (
                    path
                )


async def test_the_states_typeface_and_emblem_appear_only_on_an_official_service(settings, database_url, bouton):
    for officiel in (False, True):
        app = create_app(settings.model_copy(update={"officiel": officiel}), database_url)
        async with serving(app) as client:
            paths = ("/widget/v1/jdma.js", "/widget/v1/bouton-plein-clair.fr.svg")
            assert [("Marianne" in (await client.get(path)).text) for path in paths] == [officiel, officiel]
            page = (await client.get(f"/avis/{bouton.cle}")).text
            assert ("République" in page, '<html lang="fr" dir="ltr" class="officiel">' in page) == (officiel, officiel)
