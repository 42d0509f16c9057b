"""The DCAT catalogue: read by an RDF library, in the way data.gouv.fr's harvester reads it."""

import hashlib

import pytest
from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # its own reader of JSON-LD
SPDX = Namespace("http://spdx.org/rdf/terms#")
EU = "http://publications.europa.eu/resource/authority"
BASE = "https://observatoire.test"
TYPES = {"csv": "text/csv", "json": "application/json", "parquet": "application/vnd.apache.parquet"}


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"url_publique": f"{BASE}/"})


@pytest.fixture
async def edition(new_bouton, count, jdma, on_a_known_day):
    await count(await new_bouton("une"), "2025-06-15", {8: 120})
    await jdma(
        "preparer", "2025", "--titre", 'Année « 2025 » \\ "tout"', "--debut", "2025-01-01", "--fin", "2025-12-31"
    )
    await jdma("publier", "2025")


async def graph_of(client, name="catalogue.jsonld", form="json-ld"):
    reply = await client.get(f"/donnees/{name}")
    assert reply.status_code == 200, reply.text
    return Graph().parse(data=reply.content, format=form), reply


def datasets(graph):
    return {str(node): node for node in graph.subjects(RDF.type, DCAT.Dataset)}


async def test_it_has_the_figures_of_now_and_each_edition(client, edition):
    graph, reply = await graph_of(client)
    assert reply.headers["content-type"] == "application/ld+json"
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    assert set(map(str, graph.objects(catalogue, DCAT.dataset))) == set(datasets(graph))
    assert set(datasets(graph)) == {f"{BASE}/donnees/observatoire", f"{BASE}/donnees/editions/2025"}


async def test_the_address_that_names_a_thing_leads_to_it(client, edition):
    graph, _ = await graph_of(client)
    for node in [*graph.subjects(RDF.type, DCAT.Catalog), *datasets(graph).values()]:
        reply = await client.get(str(node).removeprefix(BASE))
        assert reply.status_code == 303, node
        assert (await client.get(reply.headers["location"])).status_code == 200
    turtle = await client.get("/donnees/catalogue", headers={"Accept": "text/turtle"})
    assert turtle.headers["location"] == "/donnees/catalogue.ttl"
    assert (await client.get("/donnees/editions/2025@1")).headers["location"] == "/editions/2025?revision=1"


async def test_each_dataset_has_what_dcat_ap_and_the_harvester_want(client, edition):
    graph, _ = await graph_of(client)
    for uri, node in datasets(graph).items():
        assert str(graph.value(node, DCTERMS.identifier)) == uri
        for name in (DCTERMS.title, DCTERMS.description):
            assert graph.value(node, name).language == "fr"
        licence = graph.value(node, DCTERMS.license)
        assert str(licence) == "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
        assert str(graph.value(licence, RDFS.label)) == "Licence Ouverte / Open Licence version 2.0"
        publisher = graph.value(node, DCTERMS.publisher)
        assert (publisher, RDF.type, FOAF.Agent) in graph
        assert graph.value(publisher, FOAF.name)
        assert all(isinstance(word, Literal) for word in graph.objects(node, DCAT.keyword))
        assert str(graph.value(node, DCAT.landingPage)).startswith(BASE)
        temporal = graph.value(node, DCTERMS.temporal)
        # The harvester would fetch the address of a période that had one.
        assert not isinstance(temporal, URIRef)
        assert graph.value(temporal, DCAT.startDate).datatype == XSD.date
    live, frozen = datasets(graph)[f"{BASE}/donnees/observatoire"], datasets(graph)[f"{BASE}/donnees/editions/2025"]
    frequencies = [graph.value(node, DCTERMS.accrualPeriodicity) for node in (live, frozen)]
    assert frequencies == [URIRef(f"{EU}/frequency/UPDATE_CONT"), URIRef(f"{EU}/frequency/NEVER")]
    temporal = graph.value(frozen, DCTERMS.temporal)
    assert [str(graph.value(temporal, end)) for end in (DCAT.startDate, DCAT.endDate)] == ["2025-01-01", "2025-12-31"]
    assert graph.value(frozen, DCTERMS.issued).datatype == XSD.dateTime
    assert 'Année « 2025 » \\ "tout"' in str(graph.value(frozen, DCTERMS.title))


async def test_an_edition_is_described_with_the_demarches_that_it_is_about(client, edition, jdma, sql, tmp_path):
    (tmp_path / "liste.csv").write_text("slug\nune\n")
    await sql.execute("UPDATE demarche SET top_250_depuis = '2020-01-01'")
    await jdma.publish("suivies", "--perimetre", "top_250")
    await jdma.publish("choisies", "--demarches", tmp_path / "liste.csv")
    graph, _ = await graph_of(client)
    dites = {uri.rpartition("/")[2]: str(graph.value(n, DCTERMS.description)) for uri, n in datasets(graph).items()}
    assert {nom: texte.partition(" : ")[0] for nom, texte in dites.items()} == {
        "observatoire": "Pour chaque démarche administrative en ligne",
        "2025": "Pour chaque démarche administrative en ligne (1 démarche)",
        "suivies": "Pour chaque démarche de la liste des 250 que suit l'observatoire (1 démarche)",
        "choisies": "Pour chaque démarche d'une liste établie pour cette édition (1 démarche)",
    }


async def test_each_distribution_is_the_file_that_its_address_gives(client, edition):
    graph, _ = await graph_of(client)
    seen = 0
    for dataset, distribution in graph.subject_objects(DCAT.distribution):
        url = str(graph.value(distribution, DCAT.downloadURL))
        assert url == str(graph.value(distribution, DCAT.accessURL)) == str(distribution)
        forme = url.rpartition(".")[2]
        media = f"https://www.iana.org/assignments/media-types/{TYPES[forme]}"
        assert str(graph.value(distribution, DCAT.mediaType)) == media
        assert str(graph.value(distribution, DCTERMS["format"])) == f"{EU}/file-type/{forme.upper()}"
        reply = await client.get(url.removeprefix(BASE))
        assert reply.headers["content-type"].startswith(TYPES[forme])
        schema = await client.get(str(graph.value(distribution, DCTERMS.conformsTo)).removeprefix(BASE))
        assert schema.json()["fields"]
        checksum = graph.value(distribution, SPDX.checksum)
        if "editions" in str(dataset):
            assert int(graph.value(distribution, DCAT.byteSize)) == len(reply.content)
            assert graph.value(checksum, SPDX.algorithm) == SPDX.checksumAlgorithm_sha256
            assert str(graph.value(checksum, SPDX.checksumValue)) == hashlib.sha256(reply.content).hexdigest()
        else:
            assert checksum is None
        seen += 1
    assert seen == 18


async def test_turtle_says_the_same_as_json_ld(client, edition):
    jsonld, _ = await graph_of(client)
    turtle, reply = await graph_of(client, "catalogue.ttl", "turtle")
    assert reply.headers["content-type"].startswith("text/turtle")
    assert len(turtle) > 200
    assert isomorphic(jsonld, turtle)


async def test_a_revision_takes_the_place_of_the_one_before_under_the_same_identifier(client, edition, jdma):
    await jdma("reviser", "2025", "--raison", "une démarche oubliée")
    before, _ = await graph_of(client)
    await jdma("publier", "2025")
    after, reply = await graph_of(client)
    assert set(datasets(after)) == set(datasets(before))
    node = datasets(after)[f"{BASE}/donnees/editions/2025"]
    assert after.value(node, DCTERMS.issued) == before.value(node, DCTERMS.issued)
    assert after.value(node, DCTERMS.modified) > before.value(node, DCTERMS.modified)
    assert "une démarche oubliée" in str(after.value(node, DCTERMS.description))
    again = await client.get("/donnees/catalogue.jsonld", headers={"If-None-Match": reply.headers["etag"]})
    assert again.status_code == 304


async def test_without_edition_the_catalogue_is_that_of_the_figures_of_now(client, on_a_known_day):
    graph, _ = await graph_of(client)
    assert set(datasets(graph)) == {f"{BASE}/donnees/observatoire"}
