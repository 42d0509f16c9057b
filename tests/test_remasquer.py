"""`jdma remasquer`: today's rules over what was stored under those of before, while avis go on coming."""

from uuid import uuid4

import pytest
from typer.testing import CliRunner

from app.avis import depot, remasquage
from app.avis.comptes import verify
from app.cli import app as commande

TEL = "[téléphone retiré]"
AVANT = "Rappelez-moi : zéro six douze trente-quatre cinquante-six soixante-dix-huit"
APRES = f"Rappelez-moi : {TEL}"


@pytest.fixture
def rules_of_before(monkeypatch):
    """Nothing is masked, as under rules that knew none of these writings; call what it gives to end that."""
    with monkeypatch.context() as patch:
        patch.setattr(depot, "masquer", lambda texte, **_: (texte, {}))
        yield patch.undo


def avis_with(bouton, **content):
    return {"id": str(uuid4()), "bouton": bouton.cle, "note": 8, **content}


async def stored(sql, avis):
    return await sql.fetchrow(
        "SELECT commentaire, reponses::text, version, empreinte FROM avis WHERE id = $1", avis["id"]
    )


async def test_what_was_stored_is_masked_and_the_same_deposit_sent_again_is_still_known(
    client, engine, bouton, sql, recount, rules_of_before
):
    aide = {"aide": ["autre"], "aide_autre": "mon voisin, jean arobase exemple point fr"}
    avis = avis_with(bouton, commentaire=AVANT, reponses=aide)
    assert (await client.post("/api/v1/avis", json=avis)).status_code == 201
    rules_of_before()
    bilan = await remasquage.remasquer(engine, False)
    assert (bilan.lus, bilan.modifies, bilan.retires) == (1, 1, {"telephone": 1, "courriel": 1})
    row = await stored(sql, avis)
    assert row["commentaire"] == APRES
    assert "mon voisin, [courriel retiré]" in row["reponses"]
    assert (await client.post("/api/v1/avis", json=avis)).status_code == 200
    assert (await client.post("/api/v1/avis", json={**avis, "note": 2})).status_code == 409
    assert await recount(bouton) == {8: 1}


async def test_run_again_it_changes_nothing_and_the_counts_are_those_of_before(
    client, engine, bouton, sql, rules_of_before
):
    for _ in range(3):
        await client.post("/api/v1/avis", json=avis_with(bouton, commentaire=AVANT))
    rules_of_before()
    assert (await remasquage.remasquer(engine, False)).modifies == 3
    again = await remasquage.remasquer(engine, False)
    assert (again.lus, again.modifies) == (3, 0)
    assert (await verify(engine)).ecarts == []


async def test_an_avis_completed_before_keeps_the_fingerprint_of_its_first_content(
    client, engine, bouton, sql, rules_of_before
):
    avis = avis_with(bouton)
    jeton = (await client.post("/api/v1/avis", json=avis)).json()["jeton"]
    headers = {"authorization": f"Bearer {jeton}"}
    await client.patch(f"/api/v1/avis/{avis['id']}", json={"commentaire": AVANT}, headers=headers)
    rules_of_before()
    await remasquage.remasquer(engine, False)
    assert (await stored(sql, avis))["commentaire"] == APRES
    assert (await client.post("/api/v1/avis", json=avis)).status_code == 200


async def test_a_completion_that_comes_meanwhile_is_kept_and_what_it_did_not_say_is_masked(
    client, engine, bouton, sql, rules_of_before, monkeypatch
):
    avis = avis_with(bouton, commentaire=AVANT)
    jeton = (await client.post("/api/v1/avis", json=avis)).json()["jeton"]
    rules_of_before()
    headers = {"authorization": f"Bearer {jeton}"}
    read, seen = remasquage.sql.textes, []

    async def read_then_complete(*args):
        rows = await read(*args)
        if rows and not seen:
            seen.append(await client.patch(f"/api/v1/avis/{avis['id']}", json={"note": 3}, headers=headers))
        return rows

    monkeypatch.setattr(remasquage.sql, "textes", read_then_complete)
    await remasquage.remasquer(engine, False)
    assert seen[0].status_code == 200
    assert (await stored(sql, avis))["commentaire"] == APRES
    assert await sql.fetchval("SELECT note FROM avis") == 3


async def test_a_completion_that_had_read_the_words_of_before_does_not_bring_them_back(
    client, engine, bouton, sql, rules_of_before, monkeypatch
):
    avis = avis_with(bouton, commentaire=AVANT)
    jeton = (await client.post("/api/v1/avis", json=avis)).json()["jeton"]
    rules_of_before()
    headers = {"authorization": f"Bearer {jeton}"}
    read, seen = remasquage.sql.lire, []

    async def read_then_mask(*args):
        rows = await read(*args)
        if not seen:
            seen.append(await remasquage.remasquer(engine, False))
        return rows

    monkeypatch.setattr(remasquage.sql, "lire", read_then_mask)
    reply = await client.patch(f"/api/v1/avis/{avis['id']}", json={"note": 3}, headers=headers)
    assert reply.status_code == 200
    assert seen[0].modifies == 1
    assert (await stored(sql, avis))["commentaire"] == APRES


async def test_names_go_only_when_the_setting_asks(client, engine, bouton, sql, rules_of_before):
    avis = avis_with(bouton, commentaire="Mme Dupont m'a aidé")
    await client.post("/api/v1/avis", json=avis)
    rules_of_before()
    assert (await remasquage.remasquer(engine, False)).modifies == 0
    assert (await remasquage.remasquer(engine, True)).retires == {"nom": 1}
    assert (await stored(sql, avis))["commentaire"] == "Mme [nom retiré] m'a aidé"


def test_the_command_says_in_one_line_what_it_did(monkeypatch):
    bilan = remasquage.Bilan(lus=3, modifies=1, retires={"nir": 2})
    monkeypatch.setattr("app.cli.remasquer.with_engine", lambda work: bilan)
    reply = CliRunner().invoke(commande, ["remasquer"])
    assert reply.exit_code == 0
    assert reply.output == "3 avis lus : 1 modifié, 2 inchangés (retiré : nir 2).\n"
