"""Facts and exemptions brought in by the command: what is stored, what is rejected and why, run after run."""

import asyncio
import csv
import datetime as dt
import random
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from typer.testing import CliRunner

from app.cli import app as commande
from app.cli import socle
from app.cli.socle import Erreur
from app.observatoire.faits.annuaire import Annuaire, Connue, adresse
from app.settings import Settings

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

ACCESSIBILITE = "month,scanned_at,procedure_id,url,source_file,rgaa_taux,rgaa_date,mention,declaration_url"
DISPONIBILITE = "month,scanned_at,jdma_id,url,uptime_pct,apdex,response_ms,total_ms,samples,failures"
MENTION = "Accessibilité : partiellement conforme"


@pytest.fixture
def jdma(database_url, monkeypatch, settings):
    """Run `jdma …` on this test's database; gives the last line that it prints."""
    own = Settings.model_validate(settings.model_dump() | {"database_url": database_url})
    monkeypatch.setattr(socle, "get_settings", lambda: own)

    async def run(*arguments: str) -> str:
        result = await asyncio.to_thread(CliRunner().invoke, commande, [*map(str, arguments)])
        if isinstance(result.exception, Erreur | ValueError):
            raise result.exception
        assert result.exit_code == 0, (result.output, result.exception)
        return (result.stdout.strip().splitlines() or [""])[-1]

    return run


@pytest.fixture
def bring(jdma, tmp_path):
    """Import lines of a kind of file; gives the final line. Rejects are read by `bring.rejects()`."""
    path, rejets = tmp_path / "fichier.csv", tmp_path / "fichier.rejets.csv"

    async def run(kind: str, *lines: str) -> str:
        rejets.unlink(missing_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return await jdma(f"import-{kind}", path)

    def rejects() -> list[tuple[int, str]]:
        with rejets.open(encoding="utf-8-sig", newline="") as file:
            return [(int(row[0]), row[1]) for row in list(csv.reader(file, delimiter=";"))[1:]]

    run.rejects = rejects
    return run


@pytest.fixture
async def catalogue(sql, new_bouton):
    """Two démarches of the national service (jdma:1 or xwiki:901, jdma:2), two at one address, one without any."""
    for slug, url, noms in (
        ("passeport", "https://www.passeport.gouv.fr/demande", ["jdma:1", "xwiki:901"]),
        ("impots", "https://www.impots.gouv.fr/", ["jdma:2"]),
        ("caf-1", "https://caf.fr/", []),
        ("caf-2", "https://caf.fr", []),
        ("sans-adresse", None, ["jdma:7"]),
    ):
        demarche = (await new_bouton(slug)).demarche_id
        await sql.execute("UPDATE demarche SET url = $1 WHERE id = $2", url, demarche)
        for nom in noms:
            source, valeur = nom.split(":")
            await sql.execute("INSERT INTO identifiant VALUES ($1, $2, $3)", source, valeur, demarche)


@pytest.fixture
def facts(sql):
    """What is stored, as (slug, nature, day, content without the moment it was collected)."""

    async def read(*columns: str) -> list[tuple]:
        rows = await sql.fetch("""
            SELECT d.slug, f.nature, f.jour, CAST(f.contenu - 'releve_le' AS text) AS contenu, f.depuis, f.nouveau,
                   f.remplace_le, f.source
            FROM fait f JOIN demarche d ON d.id = f.demarche_id ORDER BY d.slug, f.nature, f.jour, f.source""")
        wanted = columns or ("slug", "nature", "jour", "contenu")
        return [tuple(orjson.loads(r[c]) if c == "contenu" else r[c] for c in wanted) for r in rows]

    return read


def audit(jour: str, taux="", date="", numero="1", url="https://www.passeport.gouv.fr/demande") -> str:
    return f"{jour[:7]},{jour}T03:00:00Z,{numero},{url},rgaa.json,{taux},{date},,"


def declaration(jour: str, mention=MENTION, adresse="", numero="1", url="https://www.passeport.gouv.fr/demande") -> str:
    return f"{jour[:7]},{jour}T03:00:00Z,{numero},{url},declaration-a11y.json,,,{mention},{adresse}"


# --- accessibility


async def test_an_audit_and_a_declaration_are_kept_with_the_day_they_were_seen_and_their_own_date(
    bring, catalogue, facts
):
    said = await bring(
        "accessibilite",
        ACCESSIBILITE,
        audit("2023-06-30", "76.5", "16/01/2023"),
        declaration("2023-06-29", MENTION, "https://passeport.gouv.fr/rgaa"),
    )
    assert said == "2 lignes lues : 2 enregistrées, 0 déjà là, 0 rejetées."
    assert await facts() == [
        ("passeport", "audit", dt.date(2023, 6, 30), {"taux": 76.5, "date": "2023-01-16"}),
        (
            "passeport",
            "declaration",
            dt.date(2023, 6, 29),
            {"mention": MENTION, "url": "https://passeport.gouv.fr/rgaa", "date": None},
        ),
    ]


async def test_that_nothing_was_found_is_a_fact_and_not_a_zero(bring, catalogue, facts):
    await bring("accessibilite", ACCESSIBILITE, audit("2023-06-30"), declaration("2023-06-30", ""))
    assert [row[3] for row in await facts()] == [
        {"taux": None, "date": None},
        {"mention": None, "url": None, "date": None},
    ]


async def test_the_same_file_again_stores_nothing_and_leaves_the_facts_as_they_are(bring, catalogue, facts, sql):
    lines = [ACCESSIBILITE, audit("2023-06-30", "80"), declaration("2023-06-30"), declaration("2023-07-30")]
    await bring("accessibilite", *lines)
    before = await sql.fetch("SELECT * FROM fait ORDER BY 1, 2, 3, 4")
    assert await bring("accessibilite", *lines) == "3 lignes lues : 0 enregistrées, 3 déjà là, 0 rejetées."
    assert await sql.fetch("SELECT * FROM fait ORDER BY 1, 2, 3, 4") == before


async def test_seeing_a_declaration_every_month_never_renews_it(bring, catalogue, client, facts):
    """Seen from 2020 on, with breaks, other queries and another audit-less page: it expires in 2023."""
    rows = [
        declaration(f"{year}-{month:02}-10", MENTION, "https://p.gouv.fr/rgaa")
        for year in (2020, 2021)
        for month in (1, 7)
    ]
    rows += [declaration("2021-09-10", ""), declaration("2022-06-10", MENTION, "http://www.p.gouv.fr/rgaa/?lang=fr")]
    rows += [audit("2022-06-10", "90")]
    random.Random(7).shuffle(rows)
    await bring("accessibilite", ACCESSIBILITE, *rows)

    async def read(fin: str) -> dict:
        reply = await client.get("/api/v1/demarches/passeport/indicateurs", params={"debut": "2022-01-01", "fin": fin})
        return reply.json()["valeurs"]["accessibilite"]

    assert (await read("2023-01-09"))["atteint"] is True
    value = await read("2023-01-10")
    assert (value["atteint"], value["detail"]["declaration_le"]) == (False, "2020-01-10")
    assert value["detail"]["declaration_vue_le"] == "2022-06-10"


async def test_another_wording_is_another_declaration(bring, catalogue, facts):
    await bring(
        "accessibilite",
        ACCESSIBILITE,
        declaration("2020-01-10", "Accessibilité : non conforme"),
        declaration("2022-01-10", "Accessibilité : totalement conforme"),
        declaration("2022-02-10", "Accessibilité : totalement conforme"),
    )
    days = [dt.date(2020, 1, 10), dt.date(2022, 1, 10), dt.date(2022, 2, 10)]
    assert await facts("jour", "depuis", "nouveau", "remplace_le") == [
        (days[0], days[0], True, days[1]),
        (days[1], days[1], True, days[2]),
        (days[2], days[1], False, dt.date.max),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (audit("2024-12-24", "400"), "taux : la valeur maximale est 100"),
        (audit("2024-12-24", "-1"), "taux : la valeur minimale est 0"),
        (audit("2024-12-24", "NaN"), "taux : un nombre fini est attendu"),
        (audit("2024-12-24", "beaucoup"), "rgaa_taux : un nombre est attendu"),
        (audit("2024-12-24", "80", "2024-12-01"), "rgaa_date : une date JJ/MM/AAAA est attendue"),
        (audit("2024-12-24", numero="999", url="https://inconnue.fr/"), "démarche inconnue"),
        (audit("2024-12-24", numero="", url="https://inconnue.fr/"), "procedure_id"),
        (audit("2024-12-24", numero="!!", url=""), "un numéro, ou une adresse en base64"),
        (audit("2024-12-24", url="passeport"), "url : l'adresse doit commencer par http"),
        (audit("2024-12-24").replace("rgaa.json", "autre.json"), "source_file"),
        (audit("2024-12-24").replace("2024-12,", "2025-01,"), "précède le mois dont il parle"),
        (audit("2024-12-24").replace("2024-12,", "décembre,"), "month : un mois AAAA-MM est attendu"),
        (audit("2024-12-24").replace("03:00:00Z", "03:00:00"), "scanned_at"),
        (audit("2090-12-24"), "scanned_at : ce relevé est dans le futur"),
        ("a,b", "9 colonnes attendues, 2 lues"),
    ],
)
async def test_a_bad_line_is_rejected_with_its_reason_and_the_others_are_stored(bring, catalogue, line, reason, facts):
    said = await bring("accessibilite", ACCESSIBILITE, audit("2024-11-01", "80"), line, audit("2024-12-01", "81"))
    assert said.startswith("3 lignes lues : 2 enregistrées, 0 déjà là, 1 rejetées (voir ")
    ((number, why),) = bring.rejects()
    assert number == 3
    assert reason in why
    assert len(await facts()) == 2


async def test_a_date_that_cannot_be_that_of_the_audit_is_forgotten_and_its_rate_is_not(bring, catalogue, facts):
    """Before the first RGAA (the page cites a law of 2005), or after the day when it was read."""
    dates = ("11/02/2005", "01/01/1970", "28/10/2009", "29/10/2009", "04/11/2024", "05/11/2024", "06/11/2024")
    lines = [audit(f"2024-11-{4 + rang:02}", f"3{rang}", date) for rang, date in enumerate(dates)]
    said = await bring("accessibilite", ACCESSIBILITE, *lines, audit("2024-11-12", "40", "13/11/2024"))
    assert said.startswith("8 lignes lues : 8 enregistrées")
    known = [(row[3]["taux"], row[3]["date"]) for row in await facts()]
    assert known == [
        *((30, None), (31, None), (32, None)),
        *((33, "2009-10-29"), (34, "2024-11-04"), (35, "2024-11-05"), (36, "2024-11-06"), (40, None)),
    ]


# --- which démarche


async def test_a_number_is_looked_for_now_then_before_and_an_address_may_stand_for_it(bring, catalogue, facts):
    encoded = "aHR0cHM6Ly93d3cuaW1wb3RzLmdvdXYuZnI="
    await bring(
        "accessibilite",
        ACCESSIBILITE,
        audit("2024-01-01", "61", numero="901"),
        audit("2024-02-01", "62", numero="999", url="http://PASSEPORT.gouv.fr/demande/?utm=1"),
        audit("2024-03-01", "63", numero=encoded, url=""),
        audit("2024-04-01", "64", numero="7", url="https://ailleurs.fr/"),
    )
    assert [(row[0], row[3]["taux"]) for row in await facts()] == [
        ("impots", 63),
        ("passeport", 61),
        ("passeport", 62),
        ("sans-adresse", 64),
    ]


async def test_a_number_that_belongs_to_a_demarche_of_another_site_is_not_trusted(bring, catalogue, facts):
    await bring(
        "accessibilite",
        ACCESSIBILITE,
        audit("2024-09-30", "77", numero="1", url="https://teleservices.education.gouv.fr/"),
        audit("2024-09-30", "78", numero="1", url="https://www.impots.gouv.fr/"),
        audit("2024-09-30", "79", numero="999", url="https://caf.fr/"),
    )
    assert [(row[0], row[3]["taux"]) for row in await facts()] == [("impots", 78)]
    uncertain = "démarche incertaine : ce numéro est celui de « passeport »"
    assert bring.rejects() == [
        (
            2,
            f"{uncertain}, dont le site est passeport.gouv.fr et non teleservices.education.gouv.fr",
        ),
        (4, "démarche incertaine : 2 démarches ont cette adresse"),
    ]


def test_a_number_that_named_one_demarche_before_and_another_now_is_decided_by_the_address():
    connues = [Connue(1, "avant", "https://a.fr/x", ["xwiki:5"]), Connue(2, "apres", "https://b.fr/y", ["jdma:5"])]
    annuaire = Annuaire(connues)
    assert annuaire.reperee(["jdma:5", "xwiki:5"], "https://a.fr/autre") == 1
    assert annuaire.reperee(["jdma:5", "xwiki:5"], "https://b.fr/autre") == 2
    with pytest.raises(ValueError, match="« apres » et « avant »"):
        annuaire.reperee(["jdma:5", "xwiki:5"], None)


@given(st.text())
def test_any_text_is_an_address_or_is_not(text):
    assert adresse(text) is None or all(isinstance(part, str) for part in adresse(text))


# --- availability


async def test_the_last_scan_of_a_month_says_what_it_was_from_its_last_day_on(bring, catalogue, facts):
    lines = [
        "2025-02,2025-02-27T04:00:00Z,1,https://passeport.gouv.fr,99.95,0.9,395,700,8000,4",
        "2025-02,2025-02-12T04:00:00Z,1,https://passeport.gouv.fr,97,0.9,900,1000,3000,90",
    ]
    said = await bring("disponibilite", DISPONIBILITE, *lines)
    assert said == "2 lignes lues : 1 enregistrées, 1 déjà là, 0 rejetées."
    expected = [
        ("passeport", "disponibilite", dt.date(2025, 2, 28), {"disponibilite": 99.95, "temps_ms": 395, "mesures": 8000})
    ]
    assert await facts() == expected
    assert (
        await bring("disponibilite", DISPONIBILITE, lines[1]) == "1 ligne lue : 0 enregistrées, 1 déjà là, 0 rejetées."
    )
    assert await facts() == expected
    later = lines[0].replace("02-27T", "02-28T").replace("99.95", "99.9")
    assert await bring("disponibilite", DISPONIBILITE, later) == "1 ligne lue : 1 enregistrées, 0 déjà là, 0 rejetées."
    assert (await facts())[0][3]["disponibilite"] == 99.9


async def test_a_figure_that_was_not_taken_is_absent(bring, catalogue, facts):
    await bring("disponibilite", DISPONIBILITE, "2025-10,2025-10-13T12:00:00Z,2,https://www.impots.gouv.fr,100,,,,,")
    assert [row[3] for row in await facts()] == [{"disponibilite": 100, "temps_ms": None, "mesures": None}]


# --- any fact


async def test_any_fact_comes_in_by_its_main_value_or_by_its_content(bring, catalogue, facts):
    said = await bring(
        "faits",
        "demarche,nature,jour,source,valeur,contenu",
        "passeport,dlnuf,2026-01-15,enquête DINUM,3,",
        "jdma:2,franceconnect,15/01/2026,enquête DINUM,oui,",
        "impots,mobile,2026-01-15,enquête DINUM,Sans objet,",
        "impots,en_ligne,2026-01-15,enquête DINUM,NON,",
        'caf-1,audit,2026-01-15,cabinet,,"{""taux"": 77.5, ""date"": ""2025-12-01""}"',
        "caf-1,declaration,2026-01-15,cabinet,Accessibilité : non conforme,",
    )
    assert said == "6 lignes lues : 6 enregistrées, 0 déjà là, 0 rejetées."
    assert [(row[0], row[1], row[3]) for row in await facts()] == [
        ("caf-1", "audit", {"taux": 77.5, "date": "2025-12-01"}),
        ("caf-1", "declaration", {"mention": "Accessibilité : non conforme", "url": None, "date": None}),
        ("impots", "en_ligne", {"valeur": False}),
        ("impots", "franceconnect", {"valeur": True}),
        ("impots", "mobile", {"valeur": None}),
        ("passeport", "dlnuf", {"effort": 3}),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("inconnue,dlnuf,2026-01-15,s,3,", "démarche inconnue"),
        (",dlnuf,2026-01-15,s,3,", "demarche : 1 caractère au moins"),
        ("impots,effort,2026-01-15,s,3,", "nature : valeurs possibles : audit, declaration"),
        ("impots,dlnuf,2026-02-30,s,3,", "jour : une date AAAA-MM-JJ"),
        ("impots,dlnuf,,s,3,", "jour : ce champ est obligatoire"),
        ("impots,dlnuf,2090-01-01,s,3,", "jour : une date passée est attendue"),
        ("impots,dlnuf,2026-01-15,,3,", "source : 1 caractère au moins"),
        ("impots,dlnuf,2026-01-15,s,,", "donnez « valeur » ou « contenu »"),
        ('impots,dlnuf,2026-01-15,s,3,"{""effort"": 3}"', "donnez « valeur » ou « contenu »"),
        ("impots,dlnuf,2026-01-15,s,-1,", "effort : "),
        ("impots,dlnuf,2026-01-15,s,oui,", "effort : "),
        ('impots,dlnuf,2026-01-15,s,,"{""effort"": true}"', "ni vrai ni faux ne conviennent"),
        ('impots,dlnuf,2026-01-15,s,,"{""effort"": 1, ""autre"": 2}"', "autre : ce champ n'existe pas"),
        ("impots,dlnuf,2026-01-15,s,,[1]", "un objet JSON est attendu"),
        ("impots,dlnuf,2026-01-15,s,,{", "du JSON est attendu"),
        ("impots,en_ligne,2026-01-15,s,sans objet,", "valeur : "),
        ("impots,franceconnect,2026-01-15,s,peut-être,", "valeur : "),
        ('impots,audit,2026-01-15,s,,"{""taux"": 80, ""date"": ""2026-02-01""}"', "suit le jour où elle a été lue"),
        ("impots,audit,2026-01-15,a\x00b,80,", "caractère interdit"),
    ],
)
async def test_a_fact_that_cannot_be_is_rejected_with_its_reason(bring, catalogue, line, reason, facts):
    await bring("faits", "demarche,nature,jour,source,valeur,contenu", "impots,dlnuf,2026-01-01,s,1,", line)
    ((number, why),) = bring.rejects()
    assert number == 3
    assert reason in why
    assert len(await facts()) == 1


async def test_a_corrected_fact_replaces_the_first_and_two_that_disagree_in_one_file_do_not(bring, catalogue, facts):
    header = "demarche,nature,jour,source,valeur"
    await bring("faits", header, "impots,dlnuf,2026-01-01,s,1")
    said = await bring("faits", header, "impots,dlnuf,2026-01-01,s,2", "jdma:2,dlnuf,2026-01-01,s,2")
    assert said == "2 lignes lues : 1 enregistrées, 1 déjà là, 0 rejetées."
    await bring("faits", header, "impots,dlnuf,2026-01-01,s,4", "jdma:2,dlnuf,2026-01-01,s,5")
    assert [row[3]["effort"] for row in await facts()] == [4]
    assert bring.rejects() == [(3, "la ligne 2 dit autre chose de cette démarche, ce jour-là, d'après cette source")]


async def test_a_file_that_is_something_else_is_refused_in_one_line_and_nothing_is_stored(bring, catalogue, facts):
    for kind, header in (("faits", "demarche,nature"), ("accessibilite", DISPONIBILITE), ("disponibilite", "")):
        with pytest.raises(ValueError, match=r"première ligne|vide|colonne"):
            await bring(kind, header, "a,b")
    assert await facts() == []


async def test_whatever_the_order_in_which_observations_come_what_is_known_is_the_same(bring, catalogue, sql):
    """The facts of each day, one file in each order: what follows from neighbours is the same."""
    lines = [
        declaration(f"2024-{m:02}-05", MENTION if m % 3 else "", "https://p.fr/a" if m % 2 else "") for m in range(1, 9)
    ]
    lines += [audit(f"2024-{m:02}-05", str(60 + m // 4)) for m in range(1, 9)]
    seen = set()
    for seed in range(3):
        await sql.execute("TRUNCATE fait")
        shuffled = random.Random(seed).sample(lines, len(lines))
        for part in (shuffled[:5], shuffled[5:11], shuffled[11:]):
            await bring("accessibilite", ACCESSIBILITE, *part)
        rows = await sql.fetch("SELECT nature, jour, contenu, depuis, nouveau, remplace_le FROM fait ORDER BY 1, 2")
        seen.add(tuple(map(tuple, rows)))
    assert len(seen) == 1


# --- exemptions


async def test_an_exemption_is_given_corrected_and_listed(jdma, catalogue, sql):
    given_ = ("exempter", "jdma:2", "bouton", "--raison", "Refonte", "--depuis", "2026-01-01")
    assert await jdma(*given_) == "Exemption enregistrée."
    assert await jdma(*given_) == "Exemption déjà enregistrée."
    assert await jdma(*given_, "--jusqu-au", "2026-03-31") == "Exemption enregistrée."
    assert await jdma("exemptions") == "impots  bouton  depuis le 2026-01-01, jusqu'au 2026-03-31  Refonte"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("inconnue", "bouton", "--raison", "x"), "Aucune démarche ne porte ce nom"),
        (("impots", "boutons", "--raison", "x"), "indicateur : valeurs possibles : satisfaction"),
        (("impots", "bouton", "--raison", " "), "raison : 1 caractère au moins"),
        (("impots", "bouton", "--raison", "x", "--depuis", "hier"), "depuis : une date AAAA-MM-JJ"),
        (("impots", "bouton", "--raison", "x", "--depuis", "2026-02-01", "--jusqu-au", "2026-01-01"), "précède depuis"),
        (("impots", "bouton", "--raison", "x", "--jusqu-au", "2020-01-01"), "précède depuis"),
    ],
)
async def test_an_exemption_that_cannot_be_is_refused_in_one_line(jdma, catalogue, sql, arguments, reason):
    with pytest.raises((Erreur, ValueError), match=reason) as refused:
        await jdma("exempter", *arguments)
    assert "\n" not in str(refused.value)
    assert await sql.fetchval("SELECT count(*) FROM exemption") == 0


async def test_exemptions_come_from_a_file_too_again_and_again(bring, catalogue, sql):
    lines = [
        "demarche,indicateur,raison,depuis,jusqu_au",
        "impots,bouton,Refonte,2026-01-01,",
        "passeport,mobile,Réservée aux bornes,01/02/2026,2026-12-31",
        "impots,rien,Refonte,2026-01-01,",
        "inconnue,bouton,Refonte,2026-01-01,",
        "impots,bouton,,2026-01-01,",
    ]
    assert (await bring("exemptions", *lines)).startswith("5 lignes lues : 2 enregistrées, 0 déjà là, 3 rejetées")
    assert [number for number, _ in bring.rejects()] == [4, 5, 6]
    assert (await bring("exemptions", *lines)).startswith("5 lignes lues : 0 enregistrées, 2 déjà là, 3 rejetées")
    assert await sql.fetchval("SELECT count(*) FROM exemption") == 2


# --- the real files


@pytest.mark.skipif(not SHARED.exists(), reason="../shared absent : les relevés réels ne sont pas importés")
async def test_the_real_files_come_in_once_and_nothing_goes_to_a_demarche_of_another_site(jdma, tmp_path, sql):
    """The national service renumbered its démarches in 2024: numbers alone would send hundreds of rows astray."""
    catalogue, data = tmp_path / "catalogue.csv", SHARED / "data"
    window = ["--window", "2023-01-01:2023-12-31", "--share", "0", "--catalogue", str(catalogue)]
    unroll = [sys.executable, str(SHARED / "tools" / "derouler_avis.py"), str(data / "notes_par_demarche.csv"), *window]
    await asyncio.to_thread(subprocess.run, unroll, check=True, stdout=subprocess.DEVNULL)
    await jdma("import-demarches", catalogue)
    for name, lues, stored, rejected in (
        ("accessibilite", "2 803", 1721, 1073),
        ("disponibilite", "4 537", 1284, 3151),
    ):
        path, rejets = data / f"{name}_mensuelle.csv", tmp_path / f"{name}.rejets.csv"
        already = int(lues.replace(" ", "")) - stored - rejected
        for enregistrees, deja_la in ((stored, already), (0, stored + already)):
            said = await jdma(f"import-{name}", path, "--rejets", rejets)
            assert said.startswith(f"{lues} lignes lues : {enregistrees} enregistrées, {deja_la} déjà là, {rejected} ")
    assert await sql.fetchval("SELECT count(*) FROM fait") == 1721 + 1284
    assert await sql.fetchval("SELECT max((contenu ->> 'taux')::float) FROM fait WHERE nature = 'audit'") == 100


# --- anything at all


@hypothesis(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=7), max_size=6), st.randoms())
async def test_any_lines_are_stored_or_rejected_and_none_is_lost(bring, catalogue, lines, chance):
    pieces = ["impots", "dlnuf", "audit", "2026-01-01", "s", "3", "oui", "{}", '{"effort": 1}']
    rows = [[chance.choice([cell, chance.choice(pieces)]) for cell in line] for line in lines]
    text = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    safe = [line.encode("utf-8", "replace").decode() for line in text]
    said = await bring("faits", "demarche,nature,jour,source,valeur,contenu", *safe)
    counts = [int("".join(filter(str.isdigit, part))) for part in said.split(" (voir")[0].replace(":", ",").split(",")]
    assert counts[0] == counts[1] + counts[2] + counts[3]
