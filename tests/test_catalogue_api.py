"""The catalogue through HTTP, and the boutons through their public functions."""

import asyncio
import base64
import io
import json
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches import boutons
from app.demarches.importation import import_demarches
from app.demarches.origines import normaliser_origine
from app.demarches.refus import BoutonDejaFerme, BoutonDejaOuvert, BoutonIntrouvable, ChampInvalide, SlugPris
from app.demarches.resolution import DemarcheInconnue

CATALOGUE = """slug,titre,ministere,organisme,url,en_ligne,top_250,identifiants
passeport,Demander un passeport,Ministère de l'Intérieur,ANTS,https://passeport.ants.gouv.fr/,oui,oui,xwiki:823;jdma:1006
carte-grise,Obtenir une carte grise,Ministère de l'Intérieur,ANTS,,oui,non,jdma:2
allocation-logement,Demander une allocation logement,Ministère des Solidarités,CNAF,,oui,oui,
impots,Déclarer ses impôts,Ministère de l'Économie,DGFiP,,oui,oui,
etat-civil,Demander un acte d'État civil,,,,non,non,
course,S'inscrire à une course cycliste,Ministère des Sports,,,oui,non,
"""


@pytest.fixture
def importer(engine, tmp_path):
    """Import a catalogue given as text."""

    async def run(contenu: str = CATALOGUE):
        return await import_demarches(engine, io.StringIO(contenu), tmp_path / "rejets.csv")

    return run


@pytest.fixture
def session(engine):
    """A session that commits at the end of the block, as commands and pages have."""

    @asynccontextmanager
    async def open_session():
        async with AsyncSession(engine) as db, db.begin():
            yield db

    return open_session


@pytest.fixture
async def catalogue(importer):
    """A small catalogue."""
    return await importer()


@pytest.fixture
def slugs(client):
    """The slugs that a search gives, in order."""

    async def search(**params):
        reply = await client.get("/api/v1/demarches", params=params)
        assert reply.status_code == 200, reply.text
        return [element["slug"] for element in reply.json()["elements"]]

    return search


async def test_a_demarche_is_exactly_what_the_contract_says(client, catalogue):
    reply = await client.get("/api/v1/demarches/passeport")
    assert (reply.status_code, reply.json()) == (
        200,
        {
            "slug": "passeport",
            "titre": "Demander un passeport",
            "ministere": "Ministère de l'Intérieur",
            "organisme": "ANTS",
            "url": "https://passeport.ants.gouv.fr/",
            "en_ligne": True,
            "top_250": True,
            "identifiants": ["jdma:1006", "xwiki:823"],
        },
    )
    bare = (await client.get("/api/v1/demarches/etat-civil")).json()
    assert bare == {
        "slug": "etat-civil",
        "titre": "Demander un acte d'État civil",
        "ministere": None,
        "organisme": None,
        "url": None,
        "en_ligne": False,
        "top_250": False,
        "identifiants": [],
    }
    assert bare in (await client.get("/api/v1/demarches")).json()["elements"]


@pytest.mark.parametrize("alias", ["jdma:1006", "xwiki:823", "jdma%3A1006"])
async def test_an_alias_leads_to_its_demarche(client, catalogue, alias):
    reply = await client.get(f"/api/v1/demarches/{alias}")
    assert (reply.status_code, reply.json()["slug"]) == (200, "passeport")


async def test_an_old_slug_redirects_to_the_one_of_today_but_not_for_ever(client, catalogue, session):
    async with session() as db:
        await boutons.renommer(db, "passeport", "passeport-et-identite")
    reply = await client.get("/api/v1/demarches/passeport")
    assert (reply.status_code, reply.headers["location"]) == (308, "/api/v1/demarches/passeport-et-identite")
    assert "max-age=300" in reply.headers["cache-control"]
    assert (await client.get(reply.headers["location"])).json()["slug"] == "passeport-et-identite"


@pytest.mark.parametrize(
    "nom", ["inconnue", "jdma:9", "a%00b", "%FF", "é", "x" * 5_000, "jdma:", ":", "'--", "%2e%2e", "jdma%3A%00"]
)
async def test_a_name_that_leads_nowhere_is_a_404(client, catalogue, nom):
    reply = await client.get(f"/api/v1/demarches/{nom}")
    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("passeport", "passeport"),
        ("PASSEPORT", "passeport"),
        ("pass", "passeport"),
        ("pasport", "passeport"),
        ("passsport", "passeport"),
        ("impots", "impots"),
        ("IMPÔTS", "impots"),
        ("déclarer impot", "impots"),
        ("declaraton", "impots"),
        ("etat", "etat-civil"),
        ("l'état", "etat-civil"),
        ("alocation logment", "allocation-logement"),
        ("logement demander", "allocation-logement"),
        ("gris", "carte-grise"),
        ("carte gryse", "carte-grise"),
        ("passeprot", "passeport"),
        ("alloctaion", "allocation-logement"),
        ("une carte", "carte-grise"),
    ],
)
async def test_titles_are_found_without_accents_or_case_by_prefix_and_by_typo(slugs, catalogue, q, first):
    assert (await slugs(q=q))[0] == first


async def test_every_word_counts_and_the_best_answer_comes_first(slugs, importer):
    await importer("slug,titre\na,Transporter une course\nb,Bourse scolaire\nc,La bourse\nd,Bourses et prêts\n")
    assert await slugs(q="bourse") == ["c", "b", "d", "a"]
    assert await slugs(q="bourse scolaire") == ["b"]
    assert await slugs(q="transport bourse") == ["a"]
    assert await slugs(q="bourse velo") == []


@pytest.mark.parametrize("q", ["!!!", "\0", "%", "_", "\\", "' OR 1=1 --", "zzzz", "𝒳", "%%%", "\ud83d\ude00"])
async def test_a_search_for_nothing_that_exists_finds_nothing_and_breaks_nothing(client, catalogue, q):
    reply = await client.get("/api/v1/demarches", params={"q": q.encode("utf-16", "surrogatepass").decode("utf-16")})
    assert reply.status_code in {200, 422}
    assert "passeport" not in reply.text


async def test_an_empty_search_is_no_search(slugs, catalogue):
    assert len(await slugs(q="  ", ministere="", organisme="", curseur="")) == 6


@pytest.mark.parametrize(
    ("filtre", "attendus"),
    [
        ({"ministere": "ministere-de-l-interieur"}, ["passeport", "carte-grise"]),
        ({"ministere": "Ministère de l'Intérieur"}, ["passeport", "carte-grise"]),
        ({"organisme": "cnaf"}, ["allocation-logement"]),
        ({"organisme": "ANTS", "q": "carte"}, ["carte-grise"]),
        ({"ministere": "ministere-des-sports", "organisme": "ANTS"}, []),
        ({"ministere": "Interieur"}, []),
    ],
)
async def test_a_ministere_or_an_organisme_is_named_by_its_slug_or_its_exact_name(slugs, catalogue, filtre, attendus):
    assert await slugs(**filtre) == attendus


@pytest.mark.parametrize(
    ("params", "champ"),
    [
        ({"limite": "0"}, "limite"),
        ({"limite": "1001"}, "limite"),
        ({"limite": "beaucoup"}, "limite"),
        ({"limite": "9" * 5000}, "limite"),
        ({"q": "x" * 201}, "q"),
        ({"q": "a\0b"}, "q"),
        ({"ministere": "a\0b"}, "ministere"),
        ({"organisme": "x" * 301}, "organisme"),
    ],
)
async def test_a_parameter_that_does_not_fit_is_a_422_that_names_it(client, catalogue, params, champ):
    reply = await client.get("/api/v1/demarches", params=params)
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert [erreur["champ"] for erreur in reply.json()["erreurs"]] == [champ]


async def pages(client, **params):
    """Every page of a list, one after the other."""
    suivant = None
    while True:
        body = (await client.get("/api/v1/demarches", params=params | ({"curseur": suivant} if suivant else {}))).json()
        yield [element["slug"] for element in body["elements"]]
        suivant = body["suivant"]
        if suivant is None:
            return


@pytest.mark.parametrize("q", [None, "demander"])
async def test_pages_give_each_demarche_once_and_end(client, importer, q):
    await importer("slug,titre\n" + "".join(f"d-{i},Demander le document {i % 7}\n" for i in range(25)))
    params = {"limite": 10} | ({"q": q} if q else {})
    read = [page async for page in pages(client, **params)]
    assert [len(page) for page in read] == [10, 10, 5]
    assert len({slug for page in read for slug in page}) == 25


@pytest.mark.parametrize("q", [None, "document"])
async def test_what_is_written_between_two_pages_neither_repeats_nor_hides_a_demarche(client, importer, session, q):
    await importer("slug,titre\n" + "".join(f"d-{i},Document {i}\n" for i in range(30)))
    params = {"limite": 10} | ({"q": q} if q else {})
    seen = []
    async for page in pages(client, **params):
        seen += page
        if len(seen) == 10:
            await importer("slug,titre\naaa,Document document\nzzz,Un document de plus\n")
            async with session() as db:
                await boutons.renommer(db, seen[0], "zzzz")
                await boutons.renommer(db, next(f"d-{i}" for i in range(30) if f"d-{i}" not in seen), "aaaa")
    assert len(seen) == len(set(seen))
    assert len({f"d-{i}" for i in range(30)} - set(seen)) == 1  # the one renamed before it was reached, seen as "aaaa"
    assert "aaaa" in seen
    assert "zzzz" not in seen


def forged(*content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "curseur",
    [
        "x",
        "é",
        "!!!!",
        "a" * 10_000,
        "bm9u",
        "\0",
        forged(),
        forged("", 0, 0),
        forged("00000000", True, 1),
        forged("00000000", 0, 2**40),
        forged("00000000", [], {}),
        base64.urlsafe_b64encode(b"[" * 90).decode(),
    ],
)
async def test_a_cursor_that_this_list_did_not_give_is_a_422(client, catalogue, curseur):
    reply = await client.get("/api/v1/demarches", params={"curseur": curseur})
    assert (reply.status_code, reply.json()["code"]) == (422, "curseur_invalide")
    assert reply.json()["erreurs"][0]["champ"] == "curseur"


async def test_a_cursor_belongs_to_its_search(client, catalogue):
    suivant = (await client.get("/api/v1/demarches", params={"limite": 1})).json()["suivant"]
    ok = await client.get("/api/v1/demarches", params={"limite": 3, "curseur": suivant})
    assert (ok.status_code, len(ok.json()["elements"])) == (200, 3)
    other = await client.get("/api/v1/demarches", params={"limite": 1, "curseur": suivant, "q": "demander"})
    assert (other.status_code, other.json()["code"]) == (422, "curseur_invalide")


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    q=st.text(max_size=250),
    ministere=st.text(max_size=50),
    curseur=st.one_of(st.just(""), st.text(max_size=30), st.binary(max_size=30).map(base64.urlsafe_b64encode)),
    slug=st.text(min_size=1, max_size=40).filter(lambda s: "/" not in s),
)
async def test_no_parameter_makes_the_service_fail(client, catalogue, q, ministere, curseur, slug):
    def safe(value):
        return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value.decode()

    params = {"q": safe(q), "ministere": safe(ministere), "curseur": safe(curseur)}
    assert (await client.get("/api/v1/demarches", params=params)).status_code in {200, 422}
    path = "".join(f"%{byte:02X}" for byte in safe(slug).encode())
    assert (await client.get(f"/api/v1/demarches/{path}")).status_code in {200, 307, 404}


async def test_the_openapi_document_gives_the_shapes_and_the_refusals(client):
    document = (await client.get("/api/openapi.json")).json()
    one, many = document["paths"]["/api/v1/demarches/{slug}"]["get"], document["paths"]["/api/v1/demarches"]["get"]
    assert one["responses"].keys() >= {"200", "308", "404"}
    assert many["responses"].keys() >= {"200", "422"}
    assert list(document["components"]["schemas"]["DemarcheLue"]["properties"]) == [
        "slug",
        "titre",
        "ministere",
        "organisme",
        "url",
        "en_ligne",
        "top_250",
        "identifiants",
    ]
    assert {parameter["name"] for parameter in many["parameters"]} == {
        "q",
        "ministere",
        "organisme",
        "limite",
        "curseur",
    }


async def test_renaming_keeps_the_old_slug_and_refuses_one_that_is_or_was_taken(catalogue, session, sql):
    async with session() as db:
        await boutons.renommer(db, "passeport", "identite")
        await boutons.renommer(db, "identite", "identite")
        await boutons.renommer(db, "passeport", "papiers")  # named by an old slug
    for pris in ("impots", "papiers"):
        with pytest.raises(SlugPris):
            async with session() as db:
                await boutons.renommer(db, "carte-grise", pris)
    with pytest.raises(SlugPris):
        async with session() as db:
            await boutons.renommer(db, "carte-grise", "identite")
    for mauvais in ("Papiers", "jdma:1", "", "-a", "a" * 121, "a\0"):
        with pytest.raises(ChampInvalide):
            async with session() as db:
                await boutons.renommer(db, "papiers", mauvais)
    with pytest.raises(DemarcheInconnue):
        async with session() as db:
            await boutons.renommer(db, "inconnue", "nouveau")
    async with session() as db:
        await boutons.renommer(db, "papiers", "passeport")  # its own former slug
    assert {row[0] for row in await sql.fetch("SELECT slug FROM ancien_slug")} == {"identite", "papiers"}


async def test_a_bouton_is_created_closed_with_a_reason_and_opened_again(client, catalogue, session):
    async with session() as db:
        cle = await boutons.creer(db, "jdma:1006", "  Page de\tfin ", ["HTTPS://Passeport.ANTS.gouv.fr:443/"])
    async with session() as db:
        first, second = await boutons.lister(db, "passeport")
    assert (first.nom, second.nom, second.cle) == ("Bouton principal", "Page de fin", cle)
    assert (second.origines, second.ouvert, second.premier_avis) == (["https://passeport.ants.gouv.fr"], True, None)
    le = datetime(2026, 1, 1, tzinfo=UTC)
    async with session() as db:
        await boutons.fermer(db, cle, "Refonte du site", le)
    async with session() as db:
        closed = (await boutons.lister(db, "passeport"))[1]
    assert (closed.ouvert, closed.ferme_le, closed.ferme_raison) == (False, le, "Refonte du site")
    with pytest.raises(BoutonDejaFerme):
        async with session() as db:
            await boutons.fermer(db, cle, "Encore")
    async with session() as db:
        await boutons.rouvrir(db, cle)
    with pytest.raises(BoutonDejaOuvert):
        async with session() as db:
            await boutons.rouvrir(db, cle)


async def test_what_is_wrong_with_a_bouton_is_said_in_french(catalogue, session):
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    wrong = [
        (lambda db: boutons.creer(db, "passeport", " "), ChampInvalide),
        (lambda db: boutons.creer(db, "passeport", "a\0"), ChampInvalide),
        (lambda db: boutons.creer(db, "passeport", "Nom", ["gouv.fr"]), ChampInvalide),
        (lambda db: boutons.creer(db, "inconnue", "Nom"), DemarcheInconnue),
        (lambda db: boutons.fermer(db, "inconnue", "raison"), BoutonIntrouvable),
        (lambda db: boutons.fermer(db, "inconnue\0", "raison"), BoutonIntrouvable),
        (lambda db: boutons.fermer(db, "cle", ""), ChampInvalide),
        (lambda db: boutons.fermer(db, "cle", "raison", tomorrow), ChampInvalide),
        (lambda db: boutons.fixer_origines(db, "inconnue", []), BoutonIntrouvable),
    ]
    for call, refusal in wrong:
        with pytest.raises(refusal) as caught:
            async with session() as db:
                await call(db)
        assert caught.value.detail.endswith((".", ")", "attendu", "attendue", "contrôle", "horaire, est attendue")) or (
            " : " in caught.value.detail
        )


async def test_origins_are_replaced_sorted_and_each_kept_once(catalogue, session):
    async with session() as db:
        cle = (await boutons.lister(db, "passeport"))[0].cle
        kept = await boutons.fixer_origines(db, cle, ["https://b.fr", "https://A.fr/", "https://a.fr:443"])
    assert kept == ["https://a.fr", "https://b.fr"]
    async with session() as db:
        assert (await boutons.lister(db, "passeport"))[0].origines == kept
        assert await boutons.fixer_origines(db, cle, []) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Démarches.gouv.fr", "https://xn--dmarches-b1a.gouv.fr"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(given, kept):
    assert normaliser_origine(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "null",
        "www.a.fr",
        "ftp://a.fr",
        "https://",
        "https://a.fr/page",
        "https://a.fr?x=1",
        "https://a.fr?",
        "https://a.fr#",
        "https://moi@a.fr",
        "https://*.gouv.fr",
        "https://a b.fr",
        "https://a.fr:99999",
        "https://a.fr:x",
        "https://a_b.fr",
        "https://a..fr",
        "https://999.1.1.1",
        "https://[::1",
        "https://a.fr\\@b.fr",
        "https://a.fr\0",
        f"https://{'a' * 64}.fr",
        f"https://{'a.' * 200}fr",
    ],
)
def test_what_is_not_an_origin_is_refused(given):
    with pytest.raises(ValueError, match=r"[a-zà-ÿ]"):
        normaliser_origine(given)


@given(st.text(max_size=60) | st.text(max_size=30).map("https://{}".format))
@settings(deadline=None)
def test_any_text_is_an_origin_or_is_refused_and_normalising_twice_changes_nothing(given):
    try:
        kept = normaliser_origine(given)
    except ValueError:
        return
    assert normaliser_origine(kept) == kept
    assert kept.isascii()


async def test_the_first_avis_of_a_bouton_is_the_first_day_that_still_counts_one(catalogue, session, sql):
    async with session() as db:
        (bouton,) = await boutons.lister(db, "passeport")
    row = await sql.fetchrow("SELECT id, demarche_id FROM bouton WHERE cle = $1", bouton.cle)
    for question, pas, day, count in (
        (1, "j", date(2026, 1, 2), 0),
        (1, "m", date(2026, 1, 1), 1),
        (2, "j", date(2026, 1, 1), 1),
        (1, "j", date(2026, 1, 5), 1),
        (1, "j", date(2026, 1, 9), 4),
    ):
        await sql.execute(
            "INSERT INTO compte (demarche_id, question, pas, debut, bouton_id, n8) VALUES ($1, $2, $3, $4, $5, $6)",
            row["demarche_id"],
            question,
            pas,
            day,
            row["id"],
            count,
        )
    async with session() as db:
        assert (await boutons.lister(db, "passeport"))[0].premier_avis == date(2026, 1, 5)


async def test_two_renames_to_one_slug_during_an_import_leave_one_owner(importer, catalogue, session, sql):
    async def rename(slug):
        async with session() as db:
            await boutons.renommer(db, slug, "nouveau")

    results = await asyncio.gather(rename("impots"), rename("course"), importer(), return_exceptions=True)
    assert sum(isinstance(result, SlugPris) for result in results) == 1
    assert sum(result is None for result in results) == 1
    doubles = await sql.fetch("SELECT d.slug FROM demarche d JOIN ancien_slug a USING (slug)")
    assert doubles == []
    assert await sql.fetchval("SELECT count(*) FROM demarche") == 6


async def test_an_answer_is_served_again_until_something_is_written(client, catalogue, importer):
    for path in ("/api/v1/demarches?q=passeport", "/api/v1/demarches/passeport"):
        first = await client.get(path)
        assert "public" in first.headers["cache-control"]
        again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    await importer("slug,titre\npasseport,Refaire un passeport\n")
    fresh = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (fresh.status_code, fresh.json()["titre"]) == (200, "Refaire un passeport")


@pytest.mark.parametrize(
    ("parametres", "champ", "message"),
    [
        ({"limite": "cent"}, "limite", "un nombre entier est attendu"),
        ({"limite": "1.5"}, "limite", "un nombre entier est attendu"),
        ({"limite": "9" * 5000}, "limite", "un nombre entier moins grand est attendu"),
        ({"limite": "1001"}, "limite", "la valeur maximale est 1000"),
        ({"q": "a" * 201}, "q", "200 caractères au plus"),
    ],
    ids=lambda valeur: str(valeur)[:20],
)
async def test_a_parameter_that_cannot_be_is_refused_with_its_reason(client, parametres, champ, message):
    reply = await client.get("/api/v1/demarches", params=parametres)
    assert (reply.status_code, reply.json()["code"]) == (422, "requete_invalide")
    assert reply.json()["erreurs"] == [{"champ": champ, "message": message}]
