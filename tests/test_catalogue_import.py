"""The import of the catalogue, through its public function: what is stored, what is rejected and why, run after run."""

import asyncio
import csv
import io
from contextlib import suppress
from datetime import date
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.demarches.importation import Bilan, FichierIllisible, import_demarches

ENTETE = "slug,titre,ministere,organisme,url,en_ligne,top_250,identifiants"
JOUR = date(2026, 3, 2)
TABLES = "bouton, identifiant, ancien_slug, demarche, organisme, ministere"


@pytest.fixture
def importer(engine, tmp_path):
    """Import a text (or bytes), and keep the rejects file at `importer.rejets`."""

    async def run(contenu: str | bytes, jour: date = JOUR, rejets: Path | None = None) -> Bilan:
        octets = contenu.encode() if isinstance(contenu, str) else contenu
        fichier = io.TextIOWrapper(io.BytesIO(octets), encoding="utf-8", errors="surrogateescape", newline="")
        return await import_demarches(engine, fichier, rejets or run.rejets, jour=jour)

    run.rejets = tmp_path / "rejets.csv"
    return run


@pytest.fixture
def rejets(importer):
    """The rejected lines, as (number, reason)."""

    def read() -> list[tuple[int, str]]:
        with importer.rejets.open(encoding="utf-8-sig", newline="") as file:
            return [(int(row[0]), row[1]) for row in list(csv.reader(file, delimiter=";"))[1:]]

    return read


async def etat(sql) -> list[tuple]:
    """Everything the catalogue holds, but for ids and keys."""
    rows = await sql.fetch("""
        SELECT d.slug, d.titre, d.titre_recherche, d.url, d.en_ligne, d.top_250_depuis, d.top_250_jusqu_au,
               m.slug, m.nom, o.slug, o.nom,
               ARRAY (SELECT slug FROM ancien_slug a WHERE a.demarche_id = d.id ORDER BY 1),
               ARRAY (SELECT source || ':' || valeur FROM identifiant i WHERE i.demarche_id = d.id ORDER BY 1),
               ARRAY (SELECT nom FROM bouton b WHERE b.demarche_id = d.id)
        FROM demarche d LEFT JOIN ministere m ON m.id = d.ministere_id LEFT JOIN organisme o ON o.id = d.organisme_id
        ORDER BY d.slug""")
    return [tuple(row) for row in rows]


async def test_a_line_becomes_a_demarche_with_everything_it_says_and_a_first_bouton(importer, sql):
    bilan = await importer(
        f"{ENTETE}\npasseport,  Demander un  Passeport ,Ministère de l'Intérieur,ANTS,"
        "https://passeport.ants.gouv.fr,OUI,Vrai,jdma:1006;xwiki:823\n"
    )
    assert bilan == Bilan(lues=1, creees=1)
    assert await etat(sql) == [
        (
            "passeport",
            "Demander un Passeport",
            "demander un passeport",
            "https://passeport.ants.gouv.fr",
            True,
            JOUR,
            None,
            "ministere-de-l-interieur",
            "Ministère de l'Intérieur",
            "ants",
            "ANTS",
            [],
            ["jdma:1006", "xwiki:823"],
            ["Bouton principal"],
        )
    ]
    assert len(await sql.fetchval("SELECT cle FROM bouton")) == 12
    assert not importer.rejets.exists()


async def test_only_slug_and_titre_are_required_in_any_order_and_the_defaults_are_online_and_not_top_250(importer, sql):
    assert await importer("\ufefftitre;slug\nUn titre;un-slug\n") == Bilan(lues=1, creees=1)
    row = await sql.fetchrow("SELECT slug, titre, en_ligne, top_250_depuis, url, ministere_id FROM demarche")
    assert tuple(row) == ("un-slug", "Un titre", True, None, None, None)


async def test_the_same_file_again_stores_nothing(importer, sql):
    contenu = f"{ENTETE}\na,A,Min,Org,https://a.fr/,non,oui,x:1\nb,B,,,,,,\n"
    first, before = await importer(contenu), await etat(sql)
    assert (first.stockees, (await importer(contenu, jour=date(2027, 1, 1)))) == (2, Bilan(lues=2, inchangees=2))
    assert await etat(sql) == before


async def test_the_demonstration_catalogue_is_imported_whole_and_says_what_it_is(engine, tmp_path, sql):
    path = Path("app/demo/catalogue.csv")
    bilan = await import_demarches(engine, path, tmp_path / "rejets.csv")
    assert bilan.lues == bilan.creees >= 12
    assert all("(démonstration)" in titre for (titre,) in await sql.fetch("SELECT titre FROM demarche"))
    assert await sql.fetchval("SELECT count(*) FROM ministere") > 4


async def test_an_empty_cell_clears_but_keeps_flags_and_identifiers_and_an_absent_column_changes_nothing(importer, sql):
    await importer(f"{ENTETE}\na,A,Min,Org,https://a.fr/,non,oui,x:1\n")
    assert (await importer("slug,titre\na,A bis\n")).modifiees == 1
    (absent,) = await etat(sql)
    assert absent[1:11] == ("A bis", "a bis", "https://a.fr/", False, JOUR, None, "min", "Min", "org", "Org")
    assert (await importer(f"{ENTETE}\na,A bis,,,,,,\n")).modifiees == 1
    (empty,) = await etat(sql)
    assert empty[3:] == (None, False, JOUR, None, None, None, None, None, [], ["x:1"], ["Bouton principal"])


async def test_another_ministere_without_an_organisme_column_clears_the_organisme(importer, sql):
    await importer(f"{ENTETE}\na,A,Min,Org,,,,\n")
    await importer("slug,titre,ministere\na,A,Min\n")
    assert (await etat(sql))[0][10] == "Org"
    await importer("slug,titre,ministere\na,A,Autre\n")
    assert (await etat(sql))[0][8:11] == ("Autre", None, None)


async def test_the_top_250_keeps_the_days_of_coming_in_and_going_out(importer, sql):
    async def dates(cellule: str, jour: date) -> tuple:
        await importer(f"slug,titre,top_250\na,A,{cellule}\n", jour)
        return tuple(await sql.fetchrow("SELECT top_250_depuis, top_250_jusqu_au FROM demarche"))

    days = [date(2026, 1, day) for day in range(1, 9)]
    assert await dates("non", days[0]) == (None, None)
    assert await dates("oui", days[1]) == (days[1], None)
    assert await dates("1", days[2]) == (days[1], None)
    assert await dates("", days[3]) == (days[1], None)
    assert await dates("FAUX", days[4]) == (days[1], days[4])
    assert await dates("0", days[5]) == (days[1], days[4])
    assert await dates("true", days[6]) == (days[6], None)
    await dates("non", days[7])
    assert await dates("oui", days[7]) == (days[6], None)


async def test_a_new_slug_with_a_known_identifier_renames_and_the_old_slug_is_kept(importer, sql):
    await importer(f"{ENTETE}\nancien,A,,,,,,x:1\n")
    assert await importer(f"{ENTETE}\nnouveau,A,,,,,,x:1;y:2\n") == Bilan(lues=1, modifiees=1)
    (row,) = await etat(sql)
    assert (row[0], row[11], row[12]) == ("nouveau", ["ancien"], ["x:1", "y:2"])
    assert await importer(f"{ENTETE}\nancien,A,,,,,,y:2\n") == Bilan(lues=1, modifiees=1)
    (row,) = await etat(sql)
    assert (row[0], row[11]) == ("ancien", ["nouveau"])


async def test_an_old_slug_stays_its_demarches_own(importer, rejets, sql):
    await importer(f"{ENTETE}\nancien,A,,,,,,x:1\nautre,B,,,,,,x:2\n")
    await importer(f"{ENTETE}\nnouveau,A,,,,,,x:1\n")
    before = await etat(sql)
    bilan = await importer(f"{ENTETE}\nancien,Usurpation,,,,,,\nancien,Usurpation,,,,,,x:2\nancien,Neuve,,,,,,x:3\n")
    assert bilan == Bilan(lues=3, rejetees=3)
    assert all("ancien slug de la démarche « nouveau »" in motif for _, motif in rejets())
    assert await etat(sql) == before


async def test_an_identifier_of_another_demarche_is_refused(importer, rejets, sql):
    await importer(f"{ENTETE}\na,A,,,,,,x:1\nb,B,,,,,,x:2\n")
    before = await etat(sql)
    assert (await importer(f"{ENTETE}\na,A2,,,,,,x:2\nc,C,,,,,,x:1;x:2\n")).rejetees == 2
    assert "x:2 est celui de la démarche « b »" in rejets()[0][1]
    assert await etat(sql) == before


async def test_within_a_file_the_first_line_for_a_slug_an_identifier_or_a_demarche_wins(importer, rejets, sql):
    await importer(f"{ENTETE}\na,A,,,,,,x:1\n")
    contenu = f"{ENTETE}\na,A2,,,,,,\na,A3,,,,,,\nb,B,,,,,,x:2\nc,C,,,,,,x:2\nd,D,,,,,,x:1\n"
    assert await importer(contenu) == Bilan(lues=5, creees=1, modifiees=1, rejetees=3)
    assert rejets() == [
        (3, "le slug est déjà donné ligne 2"),
        (5, "l'identifiant x:2 est déjà donné ligne 4"),
        (6, "cette démarche (« a ») est déjà décrite ligne 2"),
    ]
    assert [row[:2] for row in await etat(sql)] == [("a", "A2"), ("b", "B")]


async def test_names_that_differ_by_case_accents_or_punctuation_are_one_and_the_first_spelling_is_kept(importer, sql):
    contenu = (
        f"{ENTETE}\na,A,Ministère de l'Intérieur,Dgef,,,,\nb,B,MINISTERE DE L’INTERIEUR,DGEF,,,,\nc,C,Autre,Dgef,,,,\n"
    )
    assert (await importer(contenu)).creees == 3
    assert {row[8:11] for row in await etat(sql)} == {
        ("Ministère de l'Intérieur", "dgef", "Dgef"),
        ("Autre", "dgef", "Dgef"),
    }
    other = f"{ENTETE}\na,A,Ministère de l’Intérieur,Dgef,,,,\n"
    assert [(await importer(other)).stockees for _ in range(2)] == [1, 0]
    assert (await etat(sql))[1][8] == "Ministère de l’Intérieur"


async def test_the_first_spelling_holds_to_the_end_of_a_long_file(importer, sql):
    lignes = [f"d-{i},T,{'MINISTÈRE' if i > 1_200 else 'Ministère'},,,,," for i in range(1_500)]
    contenu = "\n".join([ENTETE, *lignes])
    assert [(await importer(contenu)).stockees for _ in range(2)] == [1_500, 0]
    assert await sql.fetchval("SELECT nom FROM ministere") == "Ministère"


async def test_a_ministere_whose_slug_was_chosen_otherwise_is_found_by_its_name(importer, sql):
    await sql.execute("INSERT INTO ministere (slug, nom) VALUES ('interieur', 'Ministère de l''Intérieur')")
    contenu = f"{ENTETE}\na,A,Intérieur,,,,,\nb,B,Ministère de l'Intérieur,,,,,\n"
    assert [(await importer(contenu)).stockees for _ in range(2)] == [2, 0]
    rows = await sql.fetch("SELECT slug, nom FROM ministere")
    assert [tuple(row) for row in rows] == [("interieur", "Ministère de l'Intérieur")]


@pytest.mark.parametrize(
    ("ligne", "motif"),
    [
        (",Titre,,,,,,", "slug : un slug est fait de"),
        ("Majuscule,T,,,,,,", "slug : un slug est fait de"),
        ("jdma:1,T,,,,,,", "slug : un slug est fait de"),
        ("accentué,T,,,,,,", "slug : un slug est fait de"),
        (f"{'a' * 121},T,,,,,,", "slug : un slug est fait de"),
        ("a,,,,,,,", "titre : le titre est obligatoire"),
        ("a,—,,,,,,", "titre : le titre doit contenir"),
        (f"a,{'T' * 501},,,,,,", "titre : 500 caractères au plus"),
        ("a,T\0,,,,,,", "titre : caractère interdit"),
        ("a,T,,Org,,,,", "un organisme demande un ministère"),
        (f"a,T,{'M' * 301},,,,,", "ministere : 300 caractères au plus"),
        ("a,T,!!,,,,,", "ministere : le nom doit contenir"),
        ("a,T,,,javascript:alert(1),,,", "url : l'adresse doit commencer"),
        ("a,T,,,https://,,,", "url : l'adresse doit commencer"),
        ("a,T,,,https://moi:secret@a.fr/,,,", "url : l'adresse doit commencer"),
        (f"a,T,,,https://a.fr/{'x' * 2000},,,", "url : l'adresse doit commencer"),
        ("a,T,,,,peut-être,,", "en_ligne : « oui » ou « non » est attendu"),
        ("a,T,,,,,2,", "top_250 : « oui » ou « non » est attendu"),
        ("a,T,,,,,,1006", "identifiants : des identifiants « source:valeur »"),
        ("a,T,,,,,,jdma:", "identifiants : des identifiants « source:valeur »"),
        ("a,T,,,,,", "8 colonnes attendues, 7 lues"),
        ("a,T,,,,,,,x", "8 colonnes attendues, 9 lues"),
        ('a,"T"x,,,,,,', "ligne mal formée"),
        ('a,"jamais fermé,,,,,,', "guillemet jamais fermé"),
        (f'a,"{"x" * 200_000}",,,,,,', "ligne trop longue"),
    ],
)
async def test_a_bad_line_is_rejected_with_its_reason_and_the_next_ones_are_stored(importer, rejets, sql, ligne, motif):
    assert await importer(f"{ENTETE}\navant,T,,,,,,\n{ligne}\napres,T,,,,,,\n") == Bilan(lues=3, creees=2, rejetees=1)
    ((numero, raison),) = rejets()
    assert numero == 3
    assert motif in raison
    assert [row[0] for row in await etat(sql)] == ["apres", "avant"]


async def test_a_byte_that_is_not_utf_8_rejects_its_own_line_only(importer, rejets):
    contenu = f"{ENTETE}\n".encode() + "a,Impôts,,,,,,\n".encode("latin-1") + "b,Impôts,,,,,,\n".encode()
    assert await importer(contenu) == Bilan(lues=2, creees=1, rejetees=1)
    assert rejets() == [(2, "titre : des octets ne sont pas de l'UTF-8 : enregistrez le fichier en UTF-8")]


async def test_a_file_on_disk_is_read_the_same_way(engine, tmp_path, rejets, importer):
    path = tmp_path / "catalogue.csv"
    path.write_bytes(f"\ufeff{ENTETE}\r\na,Impôts,,,,,,\r\n".encode() + b"b,Imp\xf4ts,,,,,,\r\n")
    assert await import_demarches(engine, path, importer.rejets) == Bilan(lues=2, creees=1, rejetees=1)
    assert rejets()[0][0] == 3


async def test_every_reason_of_a_line_is_given_at_once(importer, rejets):
    await importer(f"{ENTETE}\nA,,,,ftp://a,,,\n")
    assert [motif.count(" : ") for _, motif in rejets()] == [3]


@pytest.mark.parametrize(
    ("contenu", "message"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf\r\n\n", "vide"),
        (b"titre\nA\n", "colonne obligatoire absente (slug)"),
        (b"slug,titre,prix\na,A,1\n", "colonne inconnue : prix"),
        (b"slug,titre,slug\na,A,b\n", "deux fois"),
        ("slug,titre\na,A\n".encode("utf-16"), "colonne obligatoire absente"),
        (bytes(range(256)) * 400, "colonne obligatoire absente"),
    ],
)
async def test_a_file_that_is_not_a_catalogue_is_refused_as_a_whole(importer, sql, contenu, message):
    with pytest.raises(FichierIllisible, match=message.replace("(", r"\(").replace(")", r"\)")):
        await importer(contenu)
    assert await etat(sql) == []


async def test_a_file_that_is_not_there_is_said_in_a_sentence(engine, tmp_path):
    with pytest.raises(FichierIllisible, match="ne peut pas être lu"):
        await import_demarches(engine, tmp_path / "absent.csv", tmp_path / "rejets.csv")


async def test_blank_lines_and_cells_over_several_lines_are_read_as_they_are_meant(importer, sql):
    contenu = f'\n{ENTETE}\r\n\r\n,,,,,,,\r\n"a","Un ""titre""\nsur deux lignes",,,,,,\r\n\n'
    assert await importer(contenu) == Bilan(lues=1, creees=1)
    assert (await etat(sql))[0][1] == 'Un "titre" sur deux lignes'


async def test_the_rejects_file_can_be_corrected_and_imported_in_its_own_place(importer, sql):
    await importer(f"{ENTETE}\n=a,Titre,Min,,,,,x:1\n")
    corrige = importer.rejets.read_text(encoding="utf-8-sig").replace("'=a", "a")
    importer.rejets.write_text(corrige, encoding="utf-8-sig")
    assert await importer(importer.rejets.read_bytes()) == Bilan(lues=1, creees=1)
    assert (await etat(sql))[0][0] == "a"


async def test_a_demarche_that_had_no_bouton_gets_one(importer, sql):
    await sql.execute("INSERT INTO demarche (slug, titre, titre_recherche, en_ligne) VALUES ('a', 'A', 'a', true)")
    assert [(await importer("slug,titre\na,A\n")).stockees for _ in range(2)] == [1, 0]
    assert (await etat(sql))[0][-1] == ["Bouton principal"]


async def test_two_imports_of_the_same_file_at_once_give_what_one_gives(importer, tmp_path, sql):
    lignes = [f"d-{i},Titre {i},Ministère {i % 7},Organisme {i % 3},,oui,oui,x:{i};y:{i}" for i in range(2_500)]
    contenu = "\n".join([ENTETE, *lignes])
    bilans = await asyncio.gather(*(importer(contenu, rejets=tmp_path / f"{k}.csv") for k in range(4)))
    assert all(bilan.lues == 2_500 and not bilan.rejetees for bilan in bilans)
    assert sum(bilan.creees for bilan in bilans) == 2_500
    assert sum(bilan.stockees for bilan in bilans) == 2_500
    together = await etat(sql)
    await sql.execute(f"TRUNCATE {TABLES} CASCADE")
    await importer(contenu)
    assert await etat(sql) == together


async def test_progress_says_how_many_lines_were_read(engine, tmp_path):
    texte = "\n".join([ENTETE, *(f"d-{i},Titre {i},,,,,," for i in range(2_100))])
    steps: list[int] = []
    await import_demarches(engine, io.StringIO(texte), tmp_path / "r.csv", steps.append)
    assert steps == [1_000, 2_000, 2_100]


async def test_a_demarche_that_has_avis_cannot_be_deleted_and_one_without_can(importer, bouton, client, sql):
    await client.post(
        "/api/v1/avis", json={"id": "2f1f4a52-9f2c-4c53-a6a3-5f6f3d5b5a10", "bouton": bouton.cle, "note": 8}
    )
    for table, cle in (("demarche", bouton.demarche_id), ("bouton", bouton.id)):
        with pytest.raises(asyncpg.RestrictViolationError):
            await sql.execute(f"DELETE FROM {table} WHERE id = $1", cle)
    await importer("slug,titre\na,A\n")
    await sql.execute("DELETE FROM bouton USING demarche d WHERE demarche_id = d.id AND d.slug = 'a'")
    assert await sql.execute("DELETE FROM demarche WHERE slug = 'a'") == "DELETE 1"


CELLULES = {
    "slug": st.sampled_from(["a", "b", "c", "d", "", "É", "a b", "x" * 121]),
    "titre": st.sampled_from(["Titre", "Autre", "", "\0", 'Un "guillemet"', "é" * 501, "a\nb"]),
    "ministere": st.sampled_from(["", "Min", "MIN", "Autre", "?"]),
    "organisme": st.sampled_from(["", "Org", "org", "Autre"]),
    "url": st.sampled_from(["", "https://a.fr/", "http:a", "https://a.fr/\0"]),
    "en_ligne": st.sampled_from(["", "oui", "NON", "1", "peut-être"]),
    "top_250": st.sampled_from(["", "vrai", "faux", "2"]),
    "identifiants": st.sampled_from(["", "x:1", "x:2", "x:1;x:2", "x:3;x:1", "x", "x:1;x:1"]),
}


@st.composite
def catalogues(draw: st.DrawFn) -> bytes:
    """A CSV with a good header, then lines good, bad, contradictory or broken in the middle."""
    optional = st.lists(st.sampled_from([c for c in CELLULES if c not in {"slug", "titre"}]), unique=True)
    colonnes = draw(st.permutations(["slug", "titre", *draw(optional)]))
    sortie = io.StringIO()
    writer = csv.writer(sortie, delimiter=draw(st.sampled_from(",;")))
    writer.writerow(colonnes)
    writer.writerows(draw(st.lists(st.tuples(*(CELLULES[c] for c in colonnes)), max_size=12)))
    octets = sortie.getvalue().encode()
    entete = octets.index(b"\n") + 1
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(entete, len(octets)))
        octets = octets[:place] + draw(st.binary(max_size=20) | st.sampled_from([b'"', b"\r", b"\n"])) + octets[place:]
    return octets


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(avant=catalogues(), contenu=catalogues() | st.binary(max_size=200).map(lambda b: b"slug,titre\n" + b))
async def test_whatever_the_file_it_is_counted_stored_whole_and_stored_once(importer, sql, avant, contenu):
    await sql.execute(f"TRUNCATE {TABLES} CASCADE")
    await importer(avant)
    demarches = await sql.fetchval("SELECT count(*) FROM demarche")
    bilan = await importer(contenu)
    after = await etat(sql)
    assert bilan.lues == bilan.creees + bilan.modifiees + bilan.inchangees + bilan.rejetees
    assert len(after) == demarches + bilan.creees
    current, former = {row[0] for row in after}, {slug for row in after for slug in row[11]}
    assert current.isdisjoint(former)
    assert all(row[13] == ["Bouton principal"] and row[1] and row[2] for row in after)
    again = await importer(contenu)
    assert (again.stockees, again.inchangees) == (0, bilan.stockees + bilan.inchangees)
    assert await etat(sql) == after


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contenu=st.binary(max_size=400))
async def test_arbitrary_bytes_are_a_catalogue_or_are_refused_in_french(importer, contenu):
    with suppress(FichierIllisible):
        bilan = await importer(contenu)
        assert bilan.lues == bilan.stockees + bilan.inchangees + bilan.rejetees
