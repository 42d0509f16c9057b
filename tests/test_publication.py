"""What a repository of public software says of itself: licence, how to report a flaw, publiccode.yml."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from app.pages.formulaire_textes import LANGUES

ROOT = Path(__file__).parent.parent
PROJET = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
STATUTS = {"concept", "development", "beta", "stable", "obsolete"}
TYPES = {
    *(f"standalone/{kind}" for kind in ("mobile", "iot", "desktop", "web", "backend", "other")),
    *("addon", "library", "configurationFiles"),
}


@pytest.fixture
def publiccode():
    return yaml.safe_load((ROOT / "publiccode.yml").read_text())


def test_publiccode_has_every_key_that_the_standard_requires(publiccode):
    assert re.fullmatch(r"0\.([4-9]|\d\d)(\.\d+)?", publiccode["publiccodeYmlVersion"])
    assert re.fullmatch(r"https://\S+", publiccode["url"])
    assert publiccode["name"] == "Je donne mon avis"
    assert publiccode["platforms"]
    assert publiccode["developmentStatus"] in STATUTS
    assert publiccode["softwareType"] in TYPES
    assert publiccode["maintenance"]["type"] in {"internal", "community"}
    assert all(contact["name"] for contact in publiccode["maintenance"]["contacts"])
    assert publiccode["localisation"]["localisationReady"] is True
    assert set(publiccode["description"]) == {"fr", "en"}


@pytest.mark.parametrize("langue", ["fr", "en"])
def test_its_descriptions_have_the_lengths_of_the_standard(publiccode, langue):
    description = publiccode["description"][langue]
    assert len(description["genericName"]) <= 35
    assert len(description["shortDescription"]) <= 150
    assert "\n" not in description["shortDescription"]
    assert 500 <= len(description["longDescription"]) <= 10_000
    assert 5 <= len(description["features"]) <= 20
    assert all(len(feature) <= 100 for feature in description["features"])


def test_what_it_says_is_what_the_project_says(publiccode):
    assert publiccode["softwareVersion"] == PROJET["version"]
    assert publiccode["legal"]["license"] == PROJET["license"] == "MIT"
    assert set(publiccode["localisation"]["availableLanguages"]) == set(LANGUES)
    needed = {dependency["name"]: dependency["versionMin"] for dependency in publiccode["dependsOn"]["open"]}
    assert PROJET["requires-python"] == f">={needed['Python']}"
    assert f"PostgreSQL ({needed['PostgreSQL']} ou plus" in (ROOT / "docs/exploitation.md").read_text()


def test_the_licence_is_the_one_that_is_declared():
    text = (ROOT / "LICENSE").read_text()
    assert text.startswith("MIT License\n\nCopyright (c) 2026 The contributors of Je donne mon avis\n")
    for sentence in ("Permission is hereby granted, free of charge", 'THE SOFTWARE IS PROVIDED "AS IS"'):
        assert sentence in text


def test_a_flaw_can_be_reported_in_both_languages():
    text = (ROOT / "SECURITY.md").read_text()
    for sentence in ("Signalez-la en privé", "Report it privately"):
        assert sentence in text
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (ROOT / target).exists()


def test_the_readme_leads_to_all_of_them():
    readme = (ROOT / "README.md").read_text()
    for name in ("LICENSE", "SECURITY.md", "publiccode.yml"):
        assert f"]({name})" in readme
