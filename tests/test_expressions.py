"""No regular expression of the project takes longer on a text made to hurt it than its length warrants."""

import json
import subprocess
import sys

import pytest

from tests.expressions import ROOT

PAS_AU_PLUS = 300
"""Hundreds of thousands of steps of a plain search, for 10 kB: a quadratic expression needs thousands."""
DU_PROJET = {r"(\{[{%#].*?[}%#]\}|<[^>]*>)", "([0-9]+)!([nac])"}
"""They read what the project itself holds, once: its own templates, the structure of IBANs in a library."""


@pytest.fixture(scope="module")
def measured():
    done = subprocess.run(
        [sys.executable, "-m", "tests.expressions"], cwd=ROOT, capture_output=True, text=True, timeout=500
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, (lines[-1:], done.stderr[-2_000:])
    return lines


def test_every_expression_is_tried(measured):
    assert measured[0] == {"unknown": []}, "made as the program runs: tests.expressions must see it compiled"
    tried = {line["where"].partition(":")[0] for line in measured if "cost" in line}
    assert {"app/pages/integrer_csp.py", "app/avis/masquage.py", "app/ops/couche.py", "widget/envoi.js"} <= tried


def test_none_is_worse_than_linear(measured):
    worse = [line for line in measured if line.get("cost", 0) > PAS_AU_PLUS and line["pattern"] not in DU_PROJET]
    assert worse == []
