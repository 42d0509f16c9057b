"""`import-avis`: whatever the file holds, good rows are stored once with their counts, bad ones are set aside."""

import csv
import io
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.avis import comptes
from app.avis.importation import import_avis
from app.avis.lecture import EnTeteInvalide
from app.database import make_engine
from tests.conftest import execute, of_database
from tests.serveur import COMMAND, ROOT, environment

COLUMNS = ["id", "demarche", "note", "depose_le", "commentaire", "reponses"]
SHARED = ROOT.parent / "shared"


def row(**values):
    given = {"id": str(uuid4()), "demarche": "demarche", "note": "8", "depose_le": "2024-05-01T10:00:00+02:00"}
    return given | values


def text_of(rows, columns=COLUMNS):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


async def import_text(engine, text, tmp_path):
    return await import_avis(engine, io.StringIO(text, newline=""), tmp_path / "rejets.csv")


def rejected(tmp_path):
    with (tmp_path / "rejets.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


async def test_a_history_is_stored_counted_on_its_own_days_and_only_once(engine, bouton, sql, recount, tmp_path):
    rows = [row(note=str(n), depose_le=f"2024-0{1 + n % 6}-15T23:30:00+00:00") for n in range(11)]
    first = await import_text(engine, text_of(rows), tmp_path)
    again = await import_text(engine, text_of([*rows, row(note="0")]), tmp_path)
    assert (first.lus, first.enregistres, first.deja_la, first.rejetes) == (11, 11, 0, 0)
    assert (again.lus, again.enregistres, again.deja_la, again.rejetes) == (12, 1, 11, 0)
    assert await recount(bouton) == {0: 2} | dict.fromkeys(range(1, 11), 1)
    days = await sql.fetch("SELECT DISTINCT debut FROM compte WHERE pas = 'j'")
    assert {day["debut"].day for day in days} >= {16}
    assert (await comptes.verify(engine)).ecarts == []


async def test_a_bouton_an_alias_or_a_past_slug_names_the_place(engine, bouton, sql, recount, tmp_path):
    await sql.execute("INSERT INTO identifiant VALUES ('jdma', '1006', $1)", bouton.demarche_id)
    await sql.execute("INSERT INTO ancien_slug VALUES ('avant', $1)", bouton.demarche_id)
    columns = [*COLUMNS, "bouton"]
    rows = [row(demarche=""), row(demarche="jdma:1006"), row(demarche="avant"), row(demarche="demarche")]
    rows[0]["bouton"] = bouton.cle
    bilan = await import_text(engine, text_of(rows, columns), tmp_path)
    assert bilan.enregistres == 4
    assert await recount(bouton) == {8: 4}


async def test_answers_and_comments_are_checked_cleaned_and_counted(engine, bouton, sql, tmp_path):
    answers = {"comprehension": 2, "aide": ["guichet"], "contacts": {"guichet": {"joint": True, "satisfaction": 5}}}
    good = row(commentaire="Appelez le 06 12 34 56 78", reponses=json.dumps(answers))
    bad = row(reponses='{"comprehension": 9}')
    bilan = await import_text(engine, text_of([good, bad]), tmp_path)
    assert (bilan.enregistres, bilan.rejetes) == (1, 1)
    stored = await sql.fetchrow("SELECT commentaire, reponses FROM avis")
    assert (stored["commentaire"], json.loads(stored["reponses"])) == ("Appelez le [téléphone retiré]", answers)
    assert (await comptes.verify(engine)).ecarts == []


REJECTED = [
    ({"id": "x"}, "UUID"),
    ({"demarche": "inconnue"}, "démarche inconnue"),
    ({"demarche": ""}, "ni démarche ni bouton"),
    ({"note": "11"}, "0 à 10"),
    ({"note": "8.5"}, "0 à 10"),
    ({"note": "8,01"}, "0 à 10"),
    ({"note": "-0"}, "0 à 10"),
    ({"note": "8e0"}, "0 à 10"),
    ({"note": "TRUE"}, "0 à 10"),
    ({"note": "１０"}, "0 à 10"),
    ({"note": ""}, "0 à 10"),
    ({"note": "٣"}, "0 à 10"),
    ({"depose_le": "hier"}, "ISO 8601"),
    ({"depose_le": "2024-02-30T10:00:00+01:00"}, "ISO 8601"),
    ({"depose_le": "2024-05-01T10:00:00"}, "décalage horaire"),
    ({"depose_le": "1999-12-31T10:00:00+01:00"}, "intervalle"),
    ({"depose_le": "2999-01-01T10:00:00+01:00"}, "intervalle"),
    ({"commentaire": "a\x00b"}, "NUL"),
    ({"commentaire": "x" * 15_001}, "15000"),
    ({"commentaire": "\udcff"}, "UTF-8"),
    ({"reponses": "{"}, "JSON"),
    ({"reponses": '{"aide": ["aucune", "proche"]}'}, "aucune"),
    ({"reponses": '{"contacts": {"guichet": {"joint": true}}}'}, "contacts"),
]


@pytest.mark.parametrize(("values", "said"), REJECTED)
async def test_a_bad_row_is_set_aside_with_its_line_and_reason(engine, bouton, recount, tmp_path, values, said):
    bilan = await import_text(engine, text_of([row(), row(**values), row()]), tmp_path)
    assert (bilan.lus, bilan.enregistres, bilan.rejetes) == (3, 2, 1)
    assert await recount(bouton) == {8: 2}
    (refus,) = rejected(tmp_path)
    assert refus["ligne"] == "3"
    assert said in refus["raison"]


async def test_an_id_already_taken_by_another_content_is_set_aside(engine, bouton, recount, tmp_path):
    one = row()
    bilan = await import_text(engine, text_of([one, one | {"note": "0"}, one]), tmp_path)
    assert (bilan.enregistres, bilan.deja_la, bilan.rejetes) == (1, 1, 1)
    bilan = await import_text(engine, text_of([one | {"note": "3"}]), tmp_path)
    assert (bilan.enregistres, bilan.rejetes) == (0, 1)
    assert "avis_conflit" in rejected(tmp_path)[0]["raison"]
    assert await recount(bouton) == {8: 1}


async def test_broken_lines_blank_lines_and_an_unclosed_quote_do_not_stop_the_rest(engine, bouton, recount, tmp_path):
    good = text_of([row(), row()])
    text = good + "\n\nun,deux\n" + '"jamais fermé\n' + "x" * (1 << 21) + "\n"
    bilan = await import_text(engine, text, tmp_path)
    assert bilan.enregistres == 2
    assert bilan.lus == bilan.enregistres + bilan.deja_la + bilan.rejetes
    assert await recount(bouton) == {8: 2}


UNCLOSED = [
    '{id},demarche,8,2024-05-01T10:00:00+02:00,"jamais fermé,',
    '{id},demarche,8,2024-05-01T10:00:00+02:00,,"{{',
    '"{id},demarche,8,2024-05-01T10:00:00+02:00,,',
    '{id},demarche,8,2024-05-01T10:00:00+02:00,"il a dit "oui" deux fois",',
]


@pytest.mark.parametrize("line", UNCLOSED)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_a_misplaced_quote_costs_its_own_line_only(engine, bouton, sql, recount, tmp_path, line, end):
    after = [row(commentaire="dit"), row(commentaire='sur "deux"\nlignes'), row(), row(reponses='{"comprehension": 4}')]
    text = end.join([*text_of([row()]).splitlines(), line.format(id=uuid4()), *text_of(after).splitlines()[1:], ""])
    bilan = await import_text(engine, text, tmp_path)
    assert (bilan.lus, bilan.enregistres, bilan.rejetes) == (6, 5, 1)
    assert await recount(bouton) == {8: 5}
    comments = await sql.fetch("SELECT commentaire FROM avis WHERE commentaire IS NOT NULL ORDER BY 1")
    assert [row["commentaire"] for row in comments] == ["dit", f'sur "deux"{end}lignes']
    (refus,) = rejected(tmp_path)
    assert (refus["ligne"], "guillemet" in refus["raison"]) == ("3", True)


async def test_a_comment_may_hold_many_lines(engine, bouton, sql, tmp_path):
    said = "\n".join(f'ligne "{n}", encore' for n in range(500))
    bilan = await import_text(engine, text_of([row(commentaire=said), row()]), tmp_path)
    assert (bilan.lus, bilan.enregistres) == (2, 2)
    assert await sql.fetchval("SELECT commentaire FROM avis WHERE commentaire IS NOT NULL") == said


async def test_quotes_left_open_on_every_line_cost_no_more_than_their_lines(engine, bouton, recount, tmp_path):
    good = text_of([row()])
    text = good + 'a"b,"\n' * 3_000 + good.splitlines()[1] + "\n"
    bilan = await import_text(engine, text, tmp_path)
    assert (bilan.lus, bilan.enregistres, bilan.deja_la, bilan.rejetes) == (3_002, 1, 1, 3_000)
    assert await recount(bouton) == {8: 1}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "id,note\n",
        "id,demarche,note,depose_le,surprise\n",
        "id,id,demarche,note,depose_le\n",
        "\x00",
        '"' + "x" * 50,
    ],
)
async def test_a_file_without_the_expected_columns_is_refused_whole(engine, tmp_path, header):
    with pytest.raises(EnTeteInvalide):
        await import_text(engine, header, tmp_path)


async def test_a_byte_order_mark_and_columns_in_any_order_are_fine(engine, bouton, recount, tmp_path):
    text = "\ufeff" + text_of([row()], list(reversed(COLUMNS)))
    assert (await import_text(engine, text, tmp_path)).enregistres == 1
    assert await recount(bouton) == {8: 1}


async def test_an_import_cut_in_the_middle_resumes_where_it_stopped(engine, bouton, recount, tmp_path, monkeypatch):
    monkeypatch.setattr("app.avis.importation.LOT", 10)
    rows = [row() for _ in range(35)]
    lines = text_of(rows).splitlines(keepends=True)

    def broken():
        yield from lines[:25]
        raise OSError("lecteur débranché")

    with pytest.raises(OSError, match="débranché"):
        await import_avis(engine, broken(), tmp_path / "rejets.csv")
    done = (await recount(bouton))[8]
    assert 0 < done < 35
    bilan = await import_text(engine, "".join(lines), tmp_path)
    assert (bilan.enregistres, bilan.deja_la) == (35 - done, done)
    assert await recount(bouton) == {8: 35}


CELLS = st.one_of(
    st.text(st.characters(codec=None), max_size=40),
    st.sampled_from(
        ["", "8", "11", "-1", "demarche", '"', "\x00", '{"comprehension": 4}', "2024-05-01T10:00:00+02:00"]
    ),
    st.sampled_from(["9999-12-31T23:59:59.999999-23:59", "0001-01-01T00:00:00+23:59", "2024-02-29T24:00:00+01:00"]),
)
ROWS = st.lists(
    st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, CELLS)).map(lambda values: row(**dict(values.items()))),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, noise=st.binary(max_size=60), place=st.integers(0, 400))
async def test_whatever_the_bytes_the_counts_add_up_and_agree(engine, bouton, recount, tmp_path, rows, noise, place):
    data = text_of(rows).encode("utf-8", "surrogatepass")
    data = data[:place] + noise + data[place:]
    text = data.decode("utf-8", "surrogateescape")
    before = sum((await recount(bouton)).values())
    try:
        bilan = await import_text(engine, text, tmp_path)
    except EnTeteInvalide:
        assert sum((await recount(bouton)).values()) == before
        return
    assert bilan.lus == bilan.enregistres + bilan.deja_la + bilan.rejetes
    assert sum((await recount(bouton)).values()) == before + bilan.enregistres
    again = await import_text(engine, text, tmp_path)
    assert (again.lus, again.enregistres, again.rejetes) == (bilan.lus, 0, bilan.rejetes)


async def test_verify_sees_a_count_changed_by_hand_and_rebuild_mends_it(engine, bouton, sql, recount, tmp_path):
    await import_text(engine, text_of([row() for _ in range(20)]), tmp_path)
    await sql.execute("UPDATE compte SET n8 = n8 + 3, n2 = 1 WHERE pas = 'j'")
    await sql.execute("DELETE FROM compte WHERE pas = 'm'")
    found = await comptes.verify(engine)
    assert (found.avis, len(found.ecarts)) == (20, 2)
    assert "niveau 2 : -1" in comptes.describe(found.ecarts[0])
    assert (await comptes.rebuild(engine)).corriges == 2
    assert (await comptes.verify(engine)).ecarts == []
    assert await recount(bouton) == {8: 20}


def jdma(cwd: Path, *arguments: str, stdin: str | None = None, **values: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], env=environment(**values), cwd=cwd, input=stdin, capture_output=True, text=True
    )


async def test_the_commands_import_a_catalogue_and_a_history_and_prove_the_counts(cluster, tmp_path):
    await execute(cluster, "CREATE DATABASE commandes TEMPLATE modele")
    url = {"database_url": of_database(cluster, "commandes"), "secret_key": "k"}
    if (SHARED / "tools").exists():
        tool = [str(SHARED / "tools/derouler_avis.py"), str(SHARED / "data/notes_par_demarche.csv")]
        options = ["--window", "2022-04-01:2023-03-31", "--share", "0.002", "--catalogue", "demarches.csv"]
        avis = subprocess.run(["python3", *tool, *options], cwd=tmp_path, capture_output=True, text=True).stdout
    else:
        print("les données réelles ne sont pas là : jeu réduit à la place")
        (tmp_path / "demarches.csv").write_text("slug,titre\ndemarche,Démarche\n")
        moment = datetime.now(UTC).isoformat()
        avis = text_of([row(depose_le=moment) for _ in range(500)])
    expected = len(avis.splitlines()) - 1
    assert jdma(tmp_path, "import-demarches", "demarches.csv", **url).returncode == 0
    done = jdma(tmp_path, "import-avis", "-", stdin=avis, **url)
    assert done.returncode == 0, done.stderr
    assert f": {expected} enregistrées, 0 déjà là, 0 rejetées" in done.stdout
    again = jdma(tmp_path, "import-avis", "-", stdin=avis, **url)
    assert f": 0 enregistrées, {expected} déjà là, 0 rejetées" in again.stdout
    proof = jdma(tmp_path, "verify", **url)
    assert (proof.returncode, proof.stdout.endswith(": 0 écart.\n")) == (0, True)
    engine = make_engine(of_database(cluster, "commandes"))
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE compte SET n10 = n10 + 1 WHERE pas = 'm'")
    await engine.dispose()
    assert jdma(tmp_path, "verify", **url).returncode == 1
    assert jdma(tmp_path, "rebuild", **url).returncode == 0
    assert jdma(tmp_path, "verify", **url).returncode == 0


@pytest.mark.parametrize("command", ["import-avis", "import-demarches"])
async def test_rejects_that_cannot_be_written_are_said_before_anything_is_stored(
    database_url, bouton, sql, recount, tmp_path, command
):
    texts = {
        "import-avis": text_of([row(), row(note="11"), row()]),
        "import-demarches": "slug,titre\nneuve,Neuve\n,\nautre\n",
    }
    (tmp_path / "f.csv").write_text(texts[command])
    url = {"database_url": database_url, "secret_key": "k"}
    absent = jdma(tmp_path, command, "f.csv", "--rejets", "absent/r.csv", **url)
    assert (absent.returncode, absent.stdout) == (1, "")
    assert absent.stderr == "jdma : les rejets ne peuvent pas être écrits (absent/r.csv : n'existe pas)\n"
    assert await recount(bouton) == {}
    assert await sql.fetchval("SELECT count(*) FROM demarche") == 1
    full = jdma(tmp_path, command, "f.csv", "--rejets", "/dev/full", **url)
    assert (full.returncode, full.stderr) == (1, "jdma : écriture impossible : disque plein\n")


async def test_the_rejects_may_take_the_place_of_the_file_and_none_leave_none(engine, bouton, recount, tmp_path):
    path = tmp_path / "rejets.csv"
    path.write_text(text_of([row(), row(note="11"), row()]))
    with path.open(newline="") as file:
        assert (await import_avis(engine, file, path)).rejetes == 1
    assert [refus["note"] for refus in rejected(tmp_path)] == ["11"]
    other = tmp_path / "autre.csv"
    await import_avis(engine, io.StringIO(text_of([row()]), newline=""), other)
    assert list(tmp_path.iterdir()) == [path]
    assert await recount(bouton) == {8: 3}
