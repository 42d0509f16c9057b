"""What is done to a bouton by hand, through the real command: its code to paste, its scale, trials, other names."""

import json
import re
import subprocess
import time
from base64 import b64encode
from hashlib import sha384
from html import unescape
from uuid import uuid4

import pytest

from tests.serveur import COMMAND, environment

SERVICE = "http://service.test"


@pytest.fixture
def jdma(database_url, tmp_path):
    """Run the command: `jdma("snippet", "demarche")`."""

    def run(*arguments, **values):
        settings = {"database_url": database_url, "secret_key": "k", "url_publique": SERVICE} | values
        return subprocess.run(
            [*COMMAND, *arguments], env=environment(**settings), cwd=tmp_path, capture_output=True, text=True
        )

    return run


@pytest.fixture
def succeed(jdma):
    """Run the command, which must succeed, and give what it prints."""

    def run(*arguments, **values):
        done = jdma(*arguments, **values)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.rstrip("\n")

    return run


def avis(cle, **values):
    return {"id": str(uuid4()), "bouton": cle, "note": 10, **values}


@pytest.mark.parametrize(
    ("options", "query", "nom"),
    [
        ([], {}, "Code du bouton"),
        (["--mode", "integre", "--variante", "contour"], {"mode": "integre", "variante": "contour"}, "Code du bouton"),
        (["--theme", "sombre", "--langue", "es"], {"theme": "sombre", "langue": "es"}, "Code du bouton"),
        (["--position", "bas-droite"], {"position": "bas-droite"}, "Code du bouton"),
        (["--integrite", "--mode", "lien"], {"mode": "lien"}, "Code avec intégrité"),
        (["--element", "--mode", "integre"], {"mode": "integre"}, "Code de l’élément"),
        (
            ["--image", "--variante", "discret", "--langue", "en"],
            {"variante": "discret", "langue": "en"},
            "Code de l’image",
        ),
    ],
)
async def test_the_command_prints_exactly_what_the_page_for_product_teams_shows(
    client, bouton, succeed, options, query, nom
):
    page = (await client.get(f"/integrer/{bouton.cle}", params=query)).text
    shown = re.search(rf'aria-label="{nom}"><code>(.*?)</code>', page, re.S)[1]
    printed = succeed("snippet", bouton.slug, *options)
    assert printed == unescape(shown)
    assert all(value in printed for value in query.values())


async def test_with_integrity_the_address_is_immutable_and_the_hash_is_that_of_its_bytes(client, bouton, succeed):
    printed = succeed("snippet", bouton.slug, "--integrite")
    address, integrity = re.search(
        r'<script src="([^"]+)"\s+integrity="([^"]+)" crossorigin="anonymous"\s+data-questions="sha384-[^"]+" defer>',
        printed,
    ).groups()
    assert re.fullmatch(rf"{SERVICE}/widget/v1/jdma\.[0-9a-f]{{16}}\.js", address)
    reply = await client.get(address)
    assert "immutable" in reply.headers["cache-control"]
    assert integrity == "sha384-" + b64encode(sha384(reply.content).digest()).decode()


async def test_the_integrity_is_that_of_the_official_files_where_the_service_is_official(bouton, succeed):
    assert succeed("snippet", bouton.slug, "--integrite") != succeed(
        "snippet", bouton.slug, "--integrite", officiel="true"
    )


async def test_every_address_printed_leads_somewhere(client, bouton, succeed):
    for forme in ("--integrite", "--image", "--element"):
        printed = succeed("snippet", bouton.slug, forme, "--langue", "en")
        for address in re.findall(r'(?:src|href)="([^"]+)"', printed):
            assert (await client.get(address)).status_code == 200, address


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--mode", "fenetre"], "--mode : « fenetre » n'existe pas (valeurs : panneau, integre, lien)"),
        (["--langue", "de"], "--langue : « de » n'existe pas (valeurs : fr, en, es)"),
        (["--image", "--integrite"], "--image ne va ni avec --integrite ni avec --element"),
        (["--image", "--mode", "integre"], "une image n'a ni --mode ni --position"),
        (["--bouton", "nulle-part"], "cette démarche n'a pas ce bouton"),
    ],
)
async def test_a_wrong_value_is_refused_in_one_line(bouton, jdma, arguments, said):
    done = jdma("snippet", bouton.slug, *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"jdma : {said}")
    assert done.stderr.count("\n") == 1


async def test_the_first_bouton_printed_is_one_that_is_open_and_counts(bouton, succeed, sql):
    autre = succeed("bouton-creer", bouton.slug, "Autre")
    essai = succeed("bouton-creer", bouton.slug, "Essai", "--essai")
    succeed("bouton-fermer", bouton.cle, "remplacé")
    assert autre in succeed("snippet", bouton.slug)
    assert essai in succeed("snippet", bouton.slug, "--bouton", essai)


async def test_a_bouton_dessai_is_listed_as_such_and_its_avis_are_never_counted(client, bouton, succeed, sql, recount):
    cle = succeed("bouton-creer", bouton.slug, "Recette", "--essai", "--origine", "https://recette.exemple")
    body = avis(cle)
    origin = {"origin": "https://recette.exemple"}
    assert (await client.post("/api/v1/avis", json=body, headers=origin)).is_success
    await client.post("/api/v1/avis", json=avis(bouton.cle, note=0))
    assert await recount(bouton) == {0: 1}
    assert await sql.fetchval("SELECT count(*) FROM avis") == 1
    figures = (await client.get(f"/api/v1/demarches/{bouton.slug}/indice")).json()
    assert (figures["total"], figures["note_moyenne"]) == (1, 0)
    [premier, essai] = succeed("boutons", bouton.slug).splitlines()
    assert "essai" not in premier
    assert f"{cle}  Recette  ouvert  essai, jamais compté  échelle : smileys" in essai


@pytest.mark.parametrize("echelle", ["note", "notes"])
async def test_a_bouton_on_the_scale_from_0_to_10_shows_eleven_notes_and_takes_them(
    client, bouton, succeed, sql, echelle
):
    cle = succeed("bouton-creer", bouton.slug, "Sur dix", "--echelle", echelle)
    form = (await client.get(f"/avis/{cle}")).text
    assert re.findall(r'name="note" id="[^"]+" value="(\d+)"', form) == [str(note) for note in range(11)]
    assert (await client.get(f"/widget/v1/boutons/{cle}")).json()[2:] == ["0\u00a0: très mal", "10\u00a0: très bien"]
    assert (await client.post("/api/v1/avis", json=avis(cle, note=7))).status_code == 201
    assert "échelle : notes" in succeed("boutons", bouton.slug)


async def test_a_scale_that_does_not_exist_is_refused_in_one_line_and_makes_nothing(bouton, jdma, sql):
    done = jdma("bouton-creer", bouton.slug, "Faux", "--echelle", "etoiles")
    assert done.returncode == 1
    assert done.stderr == f"jdma : « {bouton.slug} » : echelle : « etoiles » n'existe pas (valeurs : smileys, notes)\n"
    assert await sql.fetchval("SELECT count(*) FROM bouton") == 1


async def observatoire(client, **champs):
    now = int(time.time() * 1000)
    day = 86_400_000
    question = {"product_id": 1006, "start_date": str(now - 30 * day), "end_date": str(now + day)} | champs
    return await client.get("/api/trpc/answer.getObservatoireStats", params={"input": json.dumps({"json": question})})


async def test_a_bouton_answers_to_the_number_it_is_given(client, bouton, succeed, jdma, sql):
    await sql.execute("INSERT INTO identifiant VALUES ('jdma', '1006', $1)", bouton.demarche_id)
    autre = succeed("bouton-creer", bouton.slug, "Autre")
    for cle, note in ((bouton.cle, 0), (autre, 10), (autre, 10)):
        await client.post("/api/v1/avis", json=avis(cle, note=note))
    assert (await observatoire(client, form_id=1859)).status_code == 404
    for _ in range(2):  # given again, nothing changes
        assert "jdma-formulaire:1859" in succeed("bouton-identifiant", autre, "jdma-formulaire:1859")
    stats = (await observatoire(client, form_id=1859)).json()["result"]["data"]["json"]
    assert (stats["metadata"]["satisfaction_count"], stats["data"]["satisfaction"]) == (2, 10)
    for cle, identifiant, said in (
        (bouton.cle, "jdma-formulaire:1859", "Cet identifiant désigne déjà un autre bouton."),
        (bouton.cle, "1859", "« source:valeur » est attendu"),
        ("nulle-part", "jdma-formulaire:2", "Aucun bouton ne porte cette clé."),
    ):
        done = jdma("bouton-identifiant", cle, identifiant)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert said in done.stderr
