"""No regular expression of the project takes longer on a text made to hurt it than its length warrants."""

import json
import subprocess
import sys

import pytest

from tests.expressions import ROOT

PAS_AU_PLUS = 130
"""Hundreds of thousands of steps of a plain search, for 10 kB: about 20 ms. A quadratic expression needs thousands."""
DU_PROJET = {r"(\{[{%#].*?[}%#]\}|<[^>]*>)"}
"""They read what the project itself holds, once: its own templates."""


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
    some = {"app/pages/integrer_csp.py", "app/avis/masquage/courriels.py", "app/ops/couche.py", "widget/envoi.js"}
    assert some <= tried


def test_none_is_worse_than_linear(measured):
    worse = [line for line in measured if line.get("cost", 0) > PAS_AU_PLUS and line["pattern"] not in DU_PROJET]
    assert worse == []
