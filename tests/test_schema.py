"""The schema: models and migrations tell the same story, and the database itself keeps the rules that matter."""

import asyncpg
import pytest

from app import migrations
from app.database import make_engine
from tests.conftest import execute, of_database


async def test_models_and_migrations_agree(engine):
    await migrations.check(engine)


async def test_servers_that_start_together_migrate_one_after_the_other(cluster):
    import asyncio

    await execute(cluster, "CREATE DATABASE ensemble")
    engines = [make_engine(of_database(cluster, "ensemble")) for _ in range(4)]
    heads = await asyncio.gather(*(migrations.migrate(engine) for engine in engines))
    assert set(heads) == {migrations.head()}
    for engine in engines:
        await engine.dispose()


async def test_readiness_names_missing_migrations(client, app, sql):
    assert (await client.get("/readyz")).status_code == 200
    await sql.execute("UPDATE alembic_version SET version_num = '0000'")
    reply = await client.get("/readyz")
    assert (reply.status_code, reply.json()["code"]) == (503, "indisponible")
    assert "0000" in reply.json()["detail"]
    assert (await client.get("/healthz")).status_code == 200


@pytest.mark.parametrize("table", ["demarche", "bouton"])
async def test_what_has_avis_cannot_be_deleted(client, bouton, sql, table):
    from uuid import uuid4

    await client.post("/api/v1/avis", json={"id": str(uuid4()), "bouton": bouton.cle, "note": 8})
    with pytest.raises((asyncpg.RestrictViolationError, asyncpg.ForeignKeyViolationError)):
        await sql.execute(f"DELETE FROM {table}")
    await sql.execute("TRUNCATE avis, compte")
    await sql.execute("DELETE FROM bouton")
    await sql.execute("DELETE FROM demarche")


async def test_metrics_tell_deposits_by_outcome_and_one_label_for_every_wrong_address(client, bouton):
    from uuid import uuid4

    await client.post("/api/v1/avis", json={"id": str(uuid4()), "bouton": bouton.cle, "note": 8})
    for n in range(5):
        await client.get(f"/nulle-part/{n}")
    text = (await client.get("/metrics")).text
    assert 'jdma_depots_total{issue="enregistre"}' in text
    assert 'route="/api/v1/avis",statut="201"' in text
    assert 'jdma_file_profondeur{file="depots"} 0.0' in text
    assert 'route="inconnue",statut="404"' in text
    assert "nulle-part" not in text
