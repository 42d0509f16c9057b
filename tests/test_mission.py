"""The mission document's scenario, from the catalogue to the pages: what it says of April 2020, replayed on made data.

110 démarches, numbered; every expected value below is worked out by hand from this table:

| démarches | online | bouton | avis | accessibility |
|---|---|---|---|---|
| 1–32 | yes | first avis 15 November 2019 | 70 × 10, 30 × 5 (mean 8.5) | 1–13 pass, 14 at 75 % exactly, 15 undeclared |
| 33 | yes | 15 November 2019 | 40 × 10, 60 × 5 (mean exactly 7: not above) | 50 % |
| 34–37 | yes | 15 November 2019 | 50 × 10, 50 × 0 (mean 5) | 50 % |
| 38–40 | yes | 10 March 2020 | 50 × 10, 50 × 0 (mean 5) | 50 % |
| 41–45 | yes | 1 April 2020 | 99 × 10: too few | 50 % |
| 46–100 | yes | none | none | 50 %, but 100 at 90 % with a declaration that expires on 6 May 2020 |
| 101–104 | 101 yes, 102–104 from 1 March 2020 | exempt | none | never looked at |
| 105–110 | no | none | none | none |

Mobile: 21–23 become usable on 1 March 2020, 24 is not. DLNUF: 20 asked for 6 pieces of information, 1 from 1 March on.
"""

import asyncio
import csv
import itertools
import uuid
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app as commande
from app.settings import get_settings

JANVIER = ("janvier-2020", "2019-02-01", "2020-01-31")
AVRIL = ("avril-2020", "2019-05-07", "2020-05-06")
HEADER = ["id", "demarche", "note", "depose_le"]
EXEMPLES = Path(__file__).parent.parent / "docs" / "exemples"
NOTES = {
    **dict.fromkeys(range(1, 33), ("2019-11-15", {10: 70, 5: 30})),
    33: ("2019-11-15", {10: 40, 5: 60}),
    **dict.fromkeys(range(34, 38), ("2019-11-15", {10: 50, 0: 50})),
    **dict.fromkeys(range(38, 41), ("2020-03-10", {10: 50, 0: 50})),
    **dict.fromkeys(range(41, 46), ("2020-04-01", {10: 99})),
}
TAUX = dict.fromkeys(range(1, 101), 50) | dict.fromkeys(range(1, 14), 80) | {14: 75, 15: 90, 100: 90}
DECLAREES = {**dict.fromkeys(range(1, 15), "2019-06-01"), 100: "2017-05-06"}


def slug(n):
    return f"demarche-{n}"


def catalogue():
    yield ["slug", "titre", "ministere", "organisme", "en_ligne", "top_250"]
    for n in range(1, 111):
        ministere = ("Éducation nationale", "Intérieur")[n % 2]
        yield [slug(n), f"Démarche numéro {n}", ministere, "", "oui" if n <= 104 else "non", "oui"]


def avis():
    yield HEADER
    for n, (jour, notes) in NOTES.items():
        for note, count in notes.items():
            for rang in range(count):
                yield [uuid.uuid5(uuid.NAMESPACE_OID, f"{n}/{note}/{rang}"), slug(n), note, f"{jour}T10:00:00+01:00"]


def faits():
    yield ["demarche", "nature", "jour", "source", "valeur"]
    for n, taux in TAUX.items():
        yield [slug(n), "audit", "2019-06-01", "audit", taux]
    for n, jour in DECLAREES.items():
        yield [slug(n), "declaration", jour, "déclaration", "partiellement conforme"]
    for n in (102, 103, 104):
        yield [slug(n), "en_ligne", "2019-01-01", "enquête", "non"]
        yield [slug(n), "en_ligne", "2020-03-01", "enquête", "oui"]
    for n in (21, 22, 23, 24):
        yield [slug(n), "mobile", "2019-01-01", "enquête", "non"]
    yield from ([slug(n), "mobile", "2020-03-01", "enquête", "oui"] for n in (21, 22, 23))
    yield from ([slug(20), "dlnuf", jour, "enquête", n] for jour, n in (("2019-01-01", 6), ("2020-03-01", 1)))


def exemptions():
    yield ["demarche", "indicateur", "raison", "depuis"]
    for n in range(101, 105):
        yield [slug(n), "bouton", "Démarche réservée aux professionnels", "2019-01-01"]


@pytest.fixture
def jdma(database_url, tmp_path, monkeypatch):
    """Run `jdma …`; rows given as an iterable become the CSV file that the command reads."""
    monkeypatch.setenv("JDMA_DATABASE_URL", database_url)
    monkeypatch.setenv("JDMA_SECRET_KEY", "secret")
    monkeypatch.chdir(tmp_path)
    get_settings.cache_clear()
    numbers = itertools.count()

    async def run(*arguments, rows=None):
        if rows is not None:
            path = tmp_path / f"{next(numbers)}.csv"
            with path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(rows)
            arguments = (*arguments, path)
        result = await asyncio.to_thread(CliRunner().invoke, commande, [*map(str, arguments)])
        assert result.exit_code == 0, result.output or result.exception
        return result.stdout

    yield run
    get_settings.cache_clear()


async def publish(jdma, edition):
    nom, debut, fin = edition
    cibles = [part for cible in ("satisfaction=0.8", "accessibilite=0.8", "bouton=1") for part in ("--cible", cible)]
    await jdma("edition", "preparer", nom, "--titre", f"Édition {nom}", "--debut", debut, "--fin", fin, *cibles)
    await jdma("edition", "publier", nom)


@pytest.fixture
async def observatoire(jdma):
    await jdma("import-demarches", rows=catalogue())
    assert "4495 enregistrées, 0 déjà là, 0 rejetées" in await jdma("import-avis", rows=avis())
    assert "0 rejetées" in await jdma("import-faits", rows=faits())
    assert "0 rejetées" in await jdma("import-exemptions", rows=exemptions())
    await publish(jdma, JANVIER)
    await publish(jdma, AVRIL)
    return jdma


async def read(client, path, **parametres):
    reply = await client.get(f"/api/v1{path}", params=parametres)
    assert reply.status_code == 200, reply.text
    return reply.json()


def figures(bilan, *noms):
    return tuple(bilan[nom] for nom in noms)


async def test_the_mission_document_of_april_2020(client, observatoire):
    jdma = observatoire
    avril = (await read(client, "/editions/avril-2020"))["bilan"]["indicateurs"]
    janvier = (await read(client, "/editions/janvier-2020"))["bilan"]["indicateurs"]
    left_out = ("insuffisant", "non_mesure", "exempte", "sans_objet")

    # "almost 80 % above 7": 32 of the 40 measured; 5 have too few avis, 65 have none. In January, 32 of 37.
    assert figures(avril["satisfaction"], "atteints", "publies", "part", *left_out) == (32, 40, 0.8, 5, 65, 0, 0)
    assert figures(avril["satisfaction"], "cible", "cible_atteinte") == (0.8, True)
    assert figures(janvier["satisfaction"], "atteints", "publies", "non_mesure") == (32, 37, 73)

    # "on 45 % of online démarches (+8 points)": 45 of 100; the exempt and those not online are left out, and said.
    assert figures(avril["bouton"], "atteints", "publies", "part", *left_out) == (45, 100, 0.45, 0, 0, 4, 6)
    assert figures(janvier["bouton"], "atteints", "publies", "part") == (37, 100, 0.37)
    assert avril["bouton"]["cible_atteinte"] is False

    # "13 % pass": strictly above 75 %, and a declaration under three years old; the hundredth expires that very day.
    assert figures(avril["accessibilite"], "atteints", "publies", "part", *left_out) == (13, 100, 0.13, 0, 4, 0, 6)
    assert figures(janvier["accessibilite"], "atteints", "publies", "part", *left_out) == (14, 100, 0.14, 0, 1, 0, 9)

    # "+3 online, +3 mobile, +1 simplified", and one that lost its accessibility.
    change = (await read(client, "/editions/comparaison", de="janvier-2020", a="avril-2020"))["indicateurs"]
    crossed = {cle: (c["seuil_franchi"], c["seuil_perdu"]) for cle, c in change.items()}
    assert crossed["en_ligne"] == (3, 0)
    assert crossed["mobile"] == (3, 0)
    assert crossed["dlnuf"] == (1, 0)
    assert crossed["accessibilite"] == (0, 1)
    assert crossed["bouton"] == (8, 0)
    assert change["bouton"]["bilan"]["ecart_points"] == pytest.approx(8)

    # "accessible démarches have satisfaction above 80 %": all 13 are above 7, against 19 of the 27 others measured.
    periode = {"debut": AVRIL[1], "fin": AVRIL[2]}
    croisement = await read(client, "/croisement", **periode)
    ouvertes, autres = croisement["atteint"], croisement["autres"]
    assert figures(ouvertes["au_dessus_de_7"], "nombre", "sur") == (13, 13)
    assert figures(autres["au_dessus_de_7"], "nombre", "sur") == (19, 27)
    assert figures(autres["satisfaits"], "nombre", "sur") == (19 * 70 + 40 + 7 * 50, 27 * 100)
    assert autres["moyenne"] == pytest.approx((19 * 8.5 + 7 + 7 * 5) / 27)
    left_out = ("non_mesurees", "exemptees", "sans_objet", "sans_satisfaction")
    assert figures(croisement, *left_out) == (4, 0, 6, 5 + 55)

    # The worst rated: those whose whole interval is below 7. The one at exactly 7 is not among them.
    worst = await read(client, "/classement", **periode)
    assert {e["demarche"] for e in worst["elements"]} == {slug(n) for n in range(34, 41)}

    await an_intervention_is_judged_by_what_came_before_and_after(client, jdma)
    await what_comes_late_changes_the_live_figures_never_the_edition(client, jdma, periode, avril)
    await the_commitments_of_the_document_are_followed(client, jdma)


async def an_intervention_is_judged_by_what_came_before_and_after(client, jdma):
    """Démarche 40 goes from a mean of 5 (variance 2500/99) to 8 (variance 0): 3 more, ± 1.96 × √(2500/99/100)."""
    numero = (await jdma("intervention", "demander", slug(40), "--demandeur", "Intérieur", "--description",
                         "Page de paiement incompréhensible", "--le", "2020-03-12")).strip()  # fmt: skip
    await jdma("intervention", "commencer", numero, "--le", "2020-03-15")
    await jdma("intervention", "terminer", numero, "--le", "2020-03-20")
    after = [[uuid.uuid4(), slug(40), 8, "2020-04-10T10:00:00+02:00"] for _ in range(100)]
    await jdma("import-avis", rows=[HEADER, *after])
    (seen,) = (await read(client, "/interventions"))["elements"]
    assert (seen["demarche"], seen["etat"], seen["comparaison"]["sens"]) == (slug(40), "terminee", "amelioration")
    assert seen["comparaison"]["difference"] == pytest.approx(3)
    assert seen["comparaison"]["difference_ic95"] == pytest.approx([2.015, 3.985], abs=0.001)


async def what_comes_late_changes_the_live_figures_never_the_edition(client, jdma, periode, published):
    late = [[uuid.uuid4(), slug(41), 0, "2020-04-02T10:00:00+02:00"] for _ in range(1000)]
    await jdma("import-avis", rows=[HEADER, *late])
    assert (await read(client, f"/demarches/{slug(41)}/indice", **periode))["total"] == 1099
    live = (await read(client, "/observatoire", **periode))["indicateurs"]["satisfaction"]
    assert figures(live, "atteints", "publies", "insuffisant") == (32, 41, 4)
    assert (await read(client, "/editions/avril-2020"))["bilan"]["indicateurs"] == published
    assert "2 éditions : 0 écart" in await jdma("edition", "verifier")


async def the_commitments_of_the_document_are_followed(client, jdma):
    await jdma("import-demarches", EXEMPLES / "catalogue-cosinum-2020.csv")
    await jdma("import-engagements", EXEMPLES / "engagements-cosinum-2020.csv")
    button = await read(client, "/engagements/bouton-partout")
    assert (button["echeance"], button["en_retard"]) == ("2020-06-30", True)
    assert [(s["ancienne"], s["nouvelle"]) for s in button["glissements"]] == [("2019-12-31", "2020-06-30")]
    apis = (await read(client, "/dlnuf"))["apis"]
    assert len({api["api"] for api in apis}) == 5
