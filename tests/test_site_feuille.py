"""The style sheet: only what pages use, the state's marks for the state alone, and a dark theme without script."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.main import create_app
from app.site.elagage import elaguer
from tests.conftest import serving

RACINE = Path(find_spec("dsfr").submodule_search_locations[0]) / "static/dsfr/dist"


async def sheet(client) -> str:
    page = (await client.get("/methode")).text
    reply = await client.get(re.search(r'rel="stylesheet" href="([^"]+)"', page)[1])
    assert "immutable" in reply.headers["cache-control"]
    return reply.text


@pytest.fixture
async def officiel(settings, database_url) -> FastAPI:
    return create_app(settings.model_copy(update={"officiel": True}), database_url)


async def test_only_an_official_service_bears_the_emblem_and_the_typeface(client, officiel):
    css, page = await sheet(client), (await client.get("/methode")).text
    assert "Marianne" not in css
    assert "fr-logo" not in css + page
    async with serving(officiel) as autre:
        css, page = await sheet(autre), (await autre.get("/methode")).text
        assert "République<br>Française" in page
        assert "fr-logo" in css
        assert 'href="https://www.info.gouv.fr"' in page
        for police in re.findall(r"url\(([^)]+woff2)\)", css):
            assert (await autre.get(police)).headers["content-type"] == "font/woff2"
            assert (await client.get(police)).status_code == 404


async def test_the_sheet_is_small_and_asks_for_nothing_elsewhere(client):
    css = await sheet(client)
    assert len(css) < 90_000
    assert all(adresse.startswith(("data:", '"data:')) for adresse in re.findall(r"url\(([^)]{0,30})", css))
    assert css.count("{") == css.count("}")
    assert "fr-btn" in css
    assert "fr-modal" not in css


async def test_every_class_that_pages_take_from_the_design_system_is_as_it_has_it(client, bouton):
    css, whole = await sheet(client), (RACINE / "dsfr.main.min.css").read_text("utf-8")
    for adresse in ("/", "/demarches", "/demarches/demarche", "/methode"):
        page = (await client.get(adresse)).text
        for classe in set(re.findall(r"\bfr-[a-z0-9_-]+", " ".join(re.findall(r'class="([^"]*)"', page)))):
            styled = [bool(re.search(rf"\.{classe}(?![\w-])", text)) for text in (whole, css)]
            assert styled[0] == styled[1], classe


def test_what_no_page_can_match_goes_and_what_is_not_certain_stays():
    css = """
      .fr-a, .fr-b p { color: var(--x) } .fr-b { top: 0 } p:not(.fr-b) { left: 0 } .notre { right: 0 }
      :root { --x: var(--y); --y: red; --z: blue } [data-fr-js] { top: 1px } .fr-a[class*=fr-icon-] { top: 2px }
      @media print { .fr-b { top: 0 } }"""
    assert elaguer(css, {"fr-a"}) == (
        ".fr-a{color:var(--x)}p:not(.fr-b){left:0}.notre{right:0}:root{--x:var(--y);--y:red}"
    )


def test_the_dark_theme_is_that_of_people_whose_system_is_dark():
    css = ":root { --x: white } :root[data-fr-theme=dark] { --x: black } p { color: var(--x) }"
    dark = "@media (prefers-color-scheme:dark){:root:not([data-fr-theme=light]){--x:black}}"
    assert elaguer(css, set()) == f":root{{--x:white}}{dark}p{{color:var(--x)}}"
