"""`import-avis --format jdma`: the national service's export, as it is written there, as CSV and as a workbook."""

import csv
import datetime as dt
import io
import json

import pytest

from app.avis import comptes
from app.avis.lecture import EnTeteInvalide
from app.avis.national import import_export
from app.tableur.refus import FichierIllisible
from tests.classeur import workbook

FIXES = ["Date de l'avis", "Nom du formulaire", "Lien d'intégration", "Identifiant Avis"]
QUESTIONS = [
    "De façon générale, comment ça s'est passé ?",
    "Qu'avez-vous pensé des informations et des instructions fournies ?",
    "Durant votre parcours, avez-vous tenté d’obtenir de l’aide par l’un des moyens suivants ?",
    "Quand vous avez cherché de l'aide, avez-vous réussi à joindre l'administration ?",
    "Comment évaluez-vous la qualité de l'aide que vous avez obtenue de la part de l'administration ?",
    "Souhaitez-vous nous en dire plus ?",
    "Adresse mail",
]
COURT = ["Satisfaction", "Clarté", "Aide", "Avez-vous pu les joindre", "Commentaire"]
GUICHET, TELEPHONE = "Au guichet avec l’administration", "Par téléphone avec l’administration"


def avis(ident, *cells, date="2025-03-01 09:30:00", place="Bouton principal"):
    return [date, "Formulaire 1", place, ident, *cells]


COMPLET = avis(
    "1a2b3c4", "Très bien", "4", f"{GUICHET} / {TELEPHONE} / Autres, précisez", f"{GUICHET} : Oui / {TELEPHONE} : Non",
    f"{GUICHET} : Ni bonne, ni mauvaise", 'Bien\nsur deux "lignes"; appelez le 06 12 34 56 78', "moi@exemple.fr",
)  # fmt: skip
REPONSES = {
    "comprehension": 4,
    "aide": ["guichet", "telephone", "autre"],
    "contacts": {"guichet": {"joint": True, "satisfaction": 3}, "telephone": {"joint": False}},
}
ROWS = [
    COMPLET,
    avis("1a2b3c5", "Pas bien", "1", "Je n'ai pas eu besoin d'aide", "", "", "=1+1", "", date="2025-03-01 23:30:00"),
    avis("ffffff0", "Moyen", "", "", "", "", "", ""),
]


def csv_of(rows, header=(*FIXES, *QUESTIONS), encoding="utf-8", **options):
    out = io.StringIO(newline="")
    csv.writer(out, **options).writerows([header, *rows])
    return io.BytesIO(out.getvalue().encode(encoding))


def excel_of(rows, header=(*FIXES, *QUESTIONS)):
    """As the national service makes it: true dates, a dash before each label of several, a sheet a year."""
    made = [
        [
            dt.datetime.fromisoformat(row[0]),
            *row[1:4],
            *("- " + c.replace(" / ", "\n- ") if " / " in c else c for c in row[4:]),
        ]
        for row in rows
    ]
    return io.BytesIO(workbook({"2025": [header, *made[:1]], "2025-part2": [header, *made[1:]]}))


@pytest.fixture
def bring(engine, tmp_path, bouton):
    """Import an export for the démarche; gives the counts. Its rejects are at `bring.rejets`."""

    async def run(source, demarche="demarche"):
        bilan, run.absents = await import_export(engine, source, demarche, run.rejets)
        return (bilan.lus, bilan.enregistres, bilan.deja_la, bilan.rejetes)

    run.rejets = tmp_path / "rejets.csv"
    return run


def rejected(bring):
    with bring.rejets.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


async def stored(sql):
    rows = await sql.fetch("SELECT id, note, depose_le, reponses, commentaire FROM avis ORDER BY note DESC")
    return [(r["note"], r["depose_le"], r["reponses"] and json.loads(r["reponses"]), r["commentaire"]) for r in rows]


@pytest.mark.parametrize("make", [csv_of, excel_of])
async def test_an_export_is_stored_with_its_answers_at_its_moment_in_utc_and_only_once(
    bring, sql, engine, bouton, recount, make
):
    assert await bring(make(ROWS)) == (3, 3, 0, 0)
    said = 'Bien\nsur deux "lignes"; appelez le [téléphone retiré]'
    utc = dt.datetime(2025, 3, 1, 9, 30, tzinfo=dt.UTC)
    assert await stored(sql) == [
        (10, utc, REPONSES, said),
        (5, utc, None, None),
        (0, utc.replace(hour=23), {"comprehension": 1, "aide": ["aucune"]}, "=1+1"),
    ]
    assert await bring(make(ROWS)) == (3, 0, 3, 0)
    assert await recount(bouton) == {0: 1, 5: 1, 10: 1}
    days = await sql.fetch("SELECT DISTINCT debut FROM compte WHERE pas = 'j' ORDER BY 1")
    assert [day["debut"].day for day in days] == [1, 2]  # 23:30 in UTC is the next day in Paris
    assert (await comptes.verify(engine)).ecarts == []


async def test_the_workbook_the_csv_and_what_a_spreadsheet_made_of_it_are_the_same_avis(bring):
    plain = [[cell if "sur deux" not in cell else "Bien" for cell in row] for row in ROWS]
    assert await bring(csv_of(plain)) == (3, 3, 0, 0)
    assert await bring(excel_of(plain)) == (3, 0, 3, 0)
    french = [[f"{row[0][8:10]}/{row[0][5:7]}/{row[0][:4]} {row[0][11:16]}", *row[1:]] for row in plain]
    assert await bring(csv_of(french, encoding="cp1252", delimiter=";")) == (3, 0, 3, 0)


async def test_an_older_header_says_the_same(bring, sql):
    row = avis(
        "1a2b3c5", "Mal", "Pas clair du tout", f"{GUICHET} / {TELEPHONE}", "Au guichet : Oui / Par téléphone : Non", ""
    )
    assert await bring(csv_of([row], [*FIXES, *COURT])) == (1, 1, 0, 0)
    contacts = {"guichet": {"joint": True}, "telephone": {"joint": False}}
    assert (await stored(sql))[0][2] == {"comprehension": 1, "aide": ["guichet", "telephone"], "contacts": contacts}


@pytest.mark.parametrize(
    ("label", "note"), [("Très bien", 10), ("MOYEN", 5), ("Pas bien", 0), ("Mal", 0), ("Bien", 10)]
)
async def test_a_smiley_is_a_note(bring, sql, label, note):
    assert await bring(csv_of([avis("a", label, *[""] * 6)])) == (1, 1, 0, 0)
    assert (await stored(sql))[0][0] == note


LEVELS = [
    ("1", 1),
    ("5.0", 5),
    ("Pas clair du tout", 1),
    ("Très clair", 5),
    ("Ni facile, ni difficile à comprendre", 3),
]


@pytest.mark.parametrize(("label", "level"), LEVELS)
async def test_a_level_is_a_number_or_a_label(bring, sql, label, level):
    assert await bring(csv_of([avis("a", "Moyen", label, *[""] * 5)])) == (1, 1, 0, 0)
    assert (await stored(sql))[0][2] == {"comprehension": level}


HELP = {
    "Au guichet avec l'administration": "guichet", "Par téléphone avec l’administration": "telephone",
    "Par e-mail avec l’administration": "courriel", "Par chat avec l’administration": "messagerie",
    "Une personne proche": "proche", "Une association": "association", "Des sites internet": "internet",
    "Autres, précisez": "autre", "Je n'ai pas eu besoin d'aide": "aucune", "Pas besoin d’aide": "aucune",
}  # fmt: skip


@pytest.mark.parametrize("label", HELP)
async def test_each_kind_of_help_has_its_name(bring, sql, label):
    assert await bring(csv_of([avis("a", "Moyen", "", label, *[""] * 4)])) == (1, 1, 0, 0)
    assert (await stored(sql))[0][2] == {"aide": [HELP[label]]}


BAD = [
    (avis("1a2b3g4", "Moyen", *[""] * 6), "hexadécimaux"),
    (avis("1,20E+05", "Moyen", *[""] * 6), "hexadécimaux"),
    (avis("a", "", *[""] * 6), "sans réponse"),
    (avis("a", "Génial", *[""] * 6), "libellé inconnu « Génial »"),
    (avis("a", "Moyen", "6", *[""] * 5), "libellé inconnu « 6 »"),
    (avis("a", "Moyen", "", "Par pigeon", *[""] * 4), "libellé inconnu « Par pigeon »"),
    (avis("a", "Moyen", "", f"Pas besoin d'aide / {GUICHET}", *[""] * 4), "« aucune »"),
    (avis("a", "Moyen", "", GUICHET, "Oui", *[""] * 3), "« canal : réponse »"),
    (avis("a", "Moyen", *[""] * 6, date="hier"), "AAAA-MM-JJ"),
    (avis("a", "Moyen", *[""] * 6, date="2999-01-01 00:00:00"), "intervalle"),
    (avis("a", "Moyen", "", "", "", "", "x" * 15_001, ""), "15000"),
    (["2025-03-01 09:30:00", "F"], "2 colonnes au lieu de 11"),
]


@pytest.mark.parametrize(("row", "said"), BAD)
async def test_a_row_that_means_nothing_here_is_set_aside_with_its_reason(bring, row, said):
    assert await bring(csv_of([ROWS[2], row, ROWS[1]])) == (3, 2, 0, 1)
    (refus,) = rejected(bring)
    assert (refus["ligne"], said in refus["raison"]) == ("3", True)


async def test_rejects_corrected_in_a_spreadsheet_go_back_in_as_they_are(bring, sql, bouton, recount):
    bad = [*COMPLET[:4], "Tres biens", *COMPLET[5:]]
    formula = avis("1a2b3c5", "?", "", "", "", "", "=1+1; '=2", "")
    assert await bring(csv_of([bad, formula])) == (2, 0, 0, 2)
    corrected = bring.rejets.read_text(encoding="utf-8-sig").replace("Tres biens", "Très bien").replace(";?;", ";Mal;")
    assert await bring(io.BytesIO(corrected.encode("cp1252"))) == (2, 2, 0, 0)
    assert [row[3][:4] for row in await stored(sql)] == ["Bien", "=1+1"]
    assert await bring(csv_of([COMPLET])) == (1, 0, 1, 0)


async def test_an_avis_goes_to_the_bouton_that_its_row_names_else_to_the_first(bring, sql, bouton):
    await sql.execute(
        "INSERT INTO bouton (demarche_id, cle, nom) VALUES ($1, 'cle-agence', 'Agence de Brest')", bouton.demarche_id
    )
    rows = [avis(f"a{k}", "Moyen", *[""] * 6, place=p) for k, p in enumerate(["agence de BREST", "Autre", "Autre", ""])]
    assert await bring(csv_of(rows)) == (4, 4, 0, 0)
    counts = await sql.fetch("SELECT cle, count(*) FROM avis JOIN bouton b ON b.id = bouton_id GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in counts] == [("cle-agence", 1), ("cle-demarche", 3)]
    assert bring.absents == {"Autre": 2}


async def test_the_same_numbers_of_two_demarches_are_two_avis(bring, sql, new_bouton):
    await new_bouton("autre")
    assert await bring(csv_of(ROWS)) == await bring(csv_of(ROWS), "autre") == (3, 3, 0, 0)
    assert await sql.fetchval("SELECT count(DISTINCT id) FROM avis") == 6


async def test_what_is_no_export_or_of_no_demarche_is_refused_whole(bring, sql):
    with pytest.raises(EnTeteInvalide, match="Date de l'avis"):
        await bring(io.BytesIO(b"id,demarche,note,depose_le\n"))
    with pytest.raises(EnTeteInvalide, match="Date de l'avis"):
        await bring(io.BytesIO(b"Review ID,Review Created At,Satisfaction\n"))
    with pytest.raises(FichierIllisible, match="inconnue-au-bataillon"):
        await bring(csv_of(ROWS), "inconnue-au-bataillon")
    assert await sql.fetchval("SELECT count(*) FROM avis") == 0


TABLEURS = [
    ("54321e6", "54321000000"), ("54321e6", "5.4321E+10"), ("54321e6", "5,4321E+10"), ("12345e7", "123450000000"),
    ("0123456", "123456"), ("1234567", "1234567"), ("98765e9", "98765000000000"),
]  # fmt: skip
"""An id, and what a spreadsheet makes of it, that no other id gives."""
PERDUS = ["1000", "5,43E+10", "5.4E10", "12345", "0", "12300", "1E+03", "100000000000", "1.5", "123450"]
"""What a spreadsheet makes of several ids: 00001e3 and 0001000 both give 1000."""


@pytest.mark.parametrize(("ident", "recopie"), TABLEURS)
async def test_an_id_that_a_spreadsheet_took_for_a_number_is_read_back_and_stored_once(bring, ident, recopie):
    assert await bring(csv_of([avis(ident, "Moyen", *[""] * 6)])) == (1, 1, 0, 0)
    encore = avis(recopie, "Moyen", *[""] * 6, date="01/03/2025 09:30")
    assert await bring(csv_of([encore])) == (1, 0, 1, 0)


@pytest.mark.parametrize("recopie", [*PERDUS, "1234500"])
async def test_a_number_that_several_ids_give_is_set_aside_and_never_stored_as_another_avis(bring, recopie):
    row = avis(recopie, "Moyen", *[""] * 6, date="01/03/2025 09:30")
    assert await bring(csv_of([ROWS[2], row])) == (2, 1, 0, 1)
    assert "hexadécimaux" in rejected(bring)[0]["raison"]


async def test_seven_digits_are_an_id_in_an_export_as_it_was_downloaded(bring):
    assert await bring(csv_of([avis("1234500", "Moyen", *[""] * 6), avis("00001e3", "Moyen", *[""] * 6)])) == (
        2,
        2,
        0,
        0,
    )
