"""The OpenAPI document is true: whatever is sent, no 5xx, no undocumented status, no body of another shape."""

import asyncio
import contextlib
import threading

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from app.main import create_app
from app.settings import Settings
from tests.conftest import execute, of_database
from tests.serveur import SECRET, running_service

KNOWN = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")


@pytest.fixture(scope="module")
def service(cluster, tmp_path_factory):
    """The address of the real command on a database with one démarche; it runs for all the cases."""
    asyncio.run(_prepare(cluster))
    ready, done, base = threading.Event(), threading.Event(), []

    async def serve():
        url = of_database(cluster, "openapi")
        async with running_service(url, tmp_path_factory.mktemp("openapi")) as (address, _):
            base.append(address)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(60)
        yield base[0]
    finally:
        done.set()
        thread.join()


async def _prepare(cluster):
    await execute(cluster, "CREATE DATABASE openapi TEMPLATE modele")
    await execute(
        of_database(cluster, "openapi"),
        "INSERT INTO demarche (slug, titre, titre_recherche, en_ligne) VALUES ('une', 'Une', 'une', true);"
        "INSERT INTO bouton (demarche_id, cle, nom) SELECT id, 'cle', 'B' FROM demarche;",
    )


DOCUMENT = create_app(Settings(_env_file=None, secret_key=SECRET), "postgresql://nowhere/none").openapi()
OPERATIONS = [result.ok() for result in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_request_gets_a_5xx_or_an_undocumented_answer(service, operation, data):
    case = data.draw(operation.as_strategy(generation_mode=data.draw(st.sampled_from(list(GenerationMode)))))
    lead_somewhere(case)
    case.call_and_validate(base_url=service, checks=CHECKS.get_by_names(KNOWN))


def lead_somewhere(case):
    """Half of the cases speak of the démarche that exists, or they would all be 404."""
    if len(str(case.path_parameters)) % 2 and "slug" in (case.path_parameters or {}):
        case.path_parameters["slug"] = "une"
    with contextlib.suppress(TypeError, KeyError):
        if len(str(case.body)) % 2:
            case.body["bouton"] = "cle"


def test_the_document_describes_the_public_api_and_nothing_else():
    paths = set(DOCUMENT["paths"])
    assert {"/api/v1/avis", "/api/v1/avis/{id}", "/api/v1/indices", "/api/v1/indices.csv", "/api/v1/synthese"} <= paths
    assert all(path.startswith(("/api/", "/donnees/", "/healthz", "/readyz")) for path in paths)
    assert "HTTPValidationError" not in str(DOCUMENT)


@pytest.mark.parametrize(
    ("path", "method", "model"),
    [("/api/v1/avis", "post", "AvisDepose"), ("/api/v1/avis/{id}", "patch", "AvisComplement")],
)
def test_the_bodies_accepted_as_text_are_documented_as_such(path, method, model):
    content = DOCUMENT["paths"][path][method]["requestBody"]["content"]
    reference = {"$ref": f"#/components/schemas/{model}"}
    assert content["application/json"]["schema"] == reference
    assert content["text/plain"]["schema"]["contentSchema"] == reference
    assert model in DOCUMENT["components"]["schemas"]


def test_every_list_is_paged_in_the_same_way():
    bounds = {}
    for path, item in DOCUMENT["paths"].items():
        parameters = {given["name"]: given["schema"] for given in item.get("get", {}).get("parameters", ())}
        if "limite" in parameters:
            assert "curseur" in parameters, path
            bounds[path] = parameters["limite"]["default"], parameters["limite"]["maximum"]
    assert bounds.pop("/api/v1/indices") == (1_000, 5_000)
    assert len(bounds) > 5
    assert set(bounds.values()) == {(100, 1_000)}
