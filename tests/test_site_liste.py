"""The list of démarches: searched as typed, filtered, sorted with the unknown last, and the same as its CSV."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.indices.fiches import Fiche
from app.indices.lignes import Ligne
from app.site.liste import CONSTATS
from app.site.selection import Criteres, selectionner
from tests.site import demarches, lire, rattacher


@pytest.fixture
async def catalogue(client, new_bouton, sql, count, on_a_known_day):
    """Four démarches: above 7, below, with too few avis, with none."""
    notes = {"bien": {10: 900, 5: 100}, "mal": {10: 40, 0: 80}, "peu": {10: 3}, "rien": {}}
    for slug, levels in notes.items():
        bouton = await new_bouton(slug)
        await rattacher(sql, bouton, "un" if slug in {"bien", "peu"} else "deux", f"o-{slug}")
        if levels:
            await count(bouton, "2026-01-15", levels)


async def shown(client, query: str) -> list[str]:
    return demarches((await client.get(f"/demarches?{query}")).text)


async def test_figures_stand_with_their_number_and_none_is_shown_without_enough_avis(client, catalogue):
    texte = lire((await client.get("/demarches")).text)
    assert re.search(r"Démarche bien Ministère un 9,5 de 9,4 à 9,6 1 000 avis", texte)
    assert re.search(r"Démarche peu Ministère un Trop peu d’avis 3 avis 3", texte)
    assert re.search(r"Démarche rien Ministère deux Aucun avis", texte)
    assert "4 démarches, 1 123 avis du 18 mars 2025 au 17 mars 2026. 1 au-dessus de 7 sur 2 mesurées" in texte


@pytest.mark.parametrize("tri", ["note", "satisfaits"])
async def test_what_has_no_value_comes_last_whatever_the_order(client, catalogue, tri):
    assert await shown(client, f"tri={tri}") == ["bien", "mal", "peu", "rien"]
    assert await shown(client, f"tri={tri}&ordre=croissant") == ["mal", "bien", "peu", "rien"]


async def test_a_list_is_filtered_by_what_another_indicateur_says_today(client, catalogue, sql):
    await sql.execute("""INSERT INTO fait (demarche_id, nature, jour, source, depuis, contenu)
        SELECT id, 'mobile', '2026-01-01', 'enquête', '2026-01-01', jsonb_build_object('valeur', slug = 'bien')
        FROM demarche WHERE slug IN ('bien', 'mal')""")
    answers = {constat: await shown(client, f"indicateur=mobile&constat={constat}&tri=titre") for constat in CONSTATS}
    assert answers == {"atteint": ["bien"], "non_atteint": ["mal"], "sans_reponse": ["peu", "rien"]}
    assert await shown(client, "indicateur=bouton&constat=non_atteint") == ["rien"]
    assert len(await shown(client, "indicateur=mobile")) == 4
    table = (await client.get("/demarches.csv?indicateur=mobile&constat=atteint")).text
    assert [row["demarche"] for row in csv.DictReader(io.StringIO(table))] == ["bien"]


async def test_whoever_types_the_name_of_an_administration_is_led_to_it(client, catalogue):
    page = (await client.get("/demarches?q=Ministères%20deux")).text
    assert "Ce nom est aussi celui de" not in page
    page = (await client.get("/demarches?q=minist%20DEUX")).text
    assert "Ce nom est aussi celui de : Ministère deux." in lire(page)
    assert '<a href="/ministeres/deux">Ministère deux</a>.' in page
    page = (await client.get("/demarches?q=o-rien")).text
    assert '<a href="/demarches?ministere=deux&amp;organisme=o-rien">Organisme o-rien</a>' in page
    assert await shown(client, "ministere=deux&organisme=o-rien") == ["rien"]


async def test_an_empty_catalogue_is_not_an_empty_search(client):
    texte = lire((await client.get("/demarches")).text)
    assert "Aucune démarche n’est encore inscrite au catalogue" in texte
    assert "effacez les filtres" not in texte


async def test_other_orders(client, catalogue):
    assert await shown(client, "tri=avis") == ["bien", "mal", "peu", "rien"]
    assert await shown(client, "") == ["bien", "mal", "peu", "rien"]
    assert await shown(client, "tri=titre&ordre=decroissant") == ["rien", "peu", "mal", "bien"]


async def test_the_sorted_column_says_so_and_its_link_turns_it_round(client, catalogue):
    page = (await client.get("/demarches?tri=note")).text
    assert page.count("aria-sort=") == 1
    colonne = re.search(r'aria-sort="descending"><a href="([^"]+)">Note moyenne', page)
    assert colonne[1] == "/demarches?tri=note&amp;ordre=croissant"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ministere=un", ["bien", "peu"]),
        ("ministere=Ministère+deux", ["mal", "rien"]),
        ("ministere=un&organisme=o-bien", ["bien"]),
        ("statut=insuffisant", ["peu"]),
        ("certitude=surement", ["bien"]),
        ("certitude=surement_pas", ["mal"]),
        ("ministere=aucun", []),
        ("q=&ministere=&statut=&certitude=&tri=", ["bien", "mal", "peu", "rien"]),
    ],
)
async def test_filters(client, catalogue, query, expected):
    assert await shown(client, query) == expected


async def test_demarches_are_found_without_accents_and_with_typos(client, catalogue, sql):
    await sql.execute(
        "UPDATE demarche SET titre = 'Déclarer une naissance', titre_recherche = 'declarer une naissance'"
        " WHERE slug = 'mal'"
    )
    for q in ("declarer", "DÉCLARER", "naisance", "nais"):
        assert await shown(client, f"q={q}") == ["mal"], q
    page = lire((await client.get("/demarches?q=zzzz")).text)
    assert "0 démarche pour « zzzz »" in page
    assert "Aucune démarche ne correspond" in page
    assert await shown(client, "q=!!!") == []


async def test_the_form_keeps_what_was_asked(client, catalogue):
    page = (await client.get("/demarches?q=demarche&ministere=un&tri=note&debut=2025-01-01")).text
    assert 'name="q" value="demarche"' in page
    assert '<option value="un" selected>Ministère un (2)</option>' in page
    assert '<option value="note" selected>' in page
    by_name = (await client.get("/demarches?ministere=Ministère+un")).text
    assert '<option value="un" selected>Ministère un (2)</option>' in by_name
    assert '<option value="o-bien">' in by_name
    assert '<option value="o-mal">' not in by_name
    assert '<input type="hidden" name="debut" value="2025-01-01">' in page


@pytest.mark.parametrize(
    "query", ["", "tri=note&ordre=croissant", "ministere=un", "q=demarche&tri=avis", "statut=publie"]
)
async def test_the_csv_is_the_list(client, catalogue, query):
    page = await client.get(f"/demarches?{query}")
    lien = re.search(r'href="(/demarches\.csv[^"]*)"', page.text)[1].replace("&amp;", "&")
    reply = await client.get(lien)
    assert reply.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert [row["demarche"] for row in rows] == demarches(page.text)
    for row in rows:
        assert bool(row["note_moyenne"]) == (row["statut"] == "publie")
        if row["statut"] == "publie":
            live = (await client.get(f"/api/v1/demarches/{row['demarche']}/indice")).json()
            assert float(row["note_moyenne"]) == live["note_moyenne"]
            assert float(row["part_satisfaits_ic95_bas"]) == live["part_satisfaits_ic95"][0]
            assert int(row["total"]) == live["total"]


async def test_pages_follow_one_another_and_hold_each_demarche_once(client, new_bouton):
    for rang in range(90):
        await new_bouton(f"d{rang:02}")
    seen: list[str] = []
    adresse = "/demarches?q=demarche&tri=titre"
    while adresse:
        page = (await client.get(adresse)).text
        seen += demarches(page)
        suivante = re.search(r'href="([^"]+)" rel="next"', page)
        adresse = suivante[1].replace("&amp;", "&") if suivante else ""
    assert seen == [f"d{rang:02}" for rang in range(90)]


async def test_a_question_that_makes_no_sense_is_refused(client):
    for query in ("tri=x", "page=0", "statut=x", "q=%00", "debut=hier"):
        assert (await client.get(f"/demarches?{query}")).status_code == 422, query


def ligne(rang: int, notes: tuple[int, int], ministere: str | None) -> Ligne:
    note = [notes[0], *[0] * 9, notes[1]]
    fiche = Fiche(rang, f"d{rang}", f"D{rang}", f"d{rang}", ministere, ministere, None, None)
    return Ligne(fiche, note, sum(note), 100)


lignes = st.lists(
    st.tuples(st.tuples(st.integers(0, 300), st.integers(0, 300)), st.sampled_from([None, "a", "b"]))
).map(lambda valeurs: [ligne(rang, *valeur) for rang, valeur in enumerate(valeurs)])


@given(lignes, st.sampled_from(["titre", "note", "satisfaits", "avis"]), st.sampled_from(["croissant", "decroissant"]))
def test_sorting_loses_nothing_and_puts_the_unpublished_last(toutes, tri, ordre):
    triees = selectionner(toutes, Criteres(tri=tri, ordre=ordre), None)
    assert sorted(triees, key=lambda x: x.demarche.id) == toutes
    if tri in {"note", "satisfaits"}:
        publiees = [x.publiee for x in triees]
        assert publiees == sorted(publiees, reverse=True)
        valeurs = [x.note_moyenne for x in triees if x.publiee]
        assert valeurs == sorted(valeurs, reverse=ordre == "decroissant")


@given(lignes)
def test_the_choices_of_a_filter_share_out_every_demarche(toutes):
    def combien(**criteres: str) -> int:
        return len(selectionner(toutes, Criteres(**criteres), None))

    assert sum(combien(ministere=m) for m in ("a", "b", "aucun")) == len(toutes)
    assert sum(combien(statut=s) for s in ("publie", "insuffisant", "aucun_avis")) == len(toutes)
    certains = ("surement", "probablement", "probablement_pas", "surement_pas")
    assert sum(combien(certitude=c) for c in certains) == combien(statut="publie")
