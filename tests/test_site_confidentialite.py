"""What the site never shows, though the API may say it: notes under the minimum, or of fewer than five people."""

import csv
import io

import pytest

from tests.editions import APRES, command_on, read
from tests.site import HTML, lire, verifier

pytestmark = pytest.mark.usefixtures("on_a_known_day")


@pytest.fixture
def from_the_first_avis(app):
    """A service that publishes an indice from one avis on."""
    app.state.settings = app.state.settings.model_copy(update={"seuil_publication": 1})


async def page(client, adresse: str) -> str:
    reply = await client.get(adresse, headers=HTML)
    assert reply.status_code == 200, reply.text
    verifier(reply.text)
    return lire(reply.text)


@pytest.fixture
def helped(sql, bouton, count):
    """An intervention in September 2025, and the notes before and after; gives the two pages that tell of it."""

    async def make(client, avant: dict[int, int], apres: dict[int, int]) -> list[str]:
        await count(bouton, "2025-08-01", avant)
        await count(bouton, "2025-11-01", apres)
        await sql.execute(
            "INSERT INTO intervention (demarche_id, demandeur, demandee_le, debut, fin, description)"
            " VALUES ($1, 'Intérieur', '2025-08-20', '2025-09-01', '2025-09-30', 'Revoir les mots')",
            bouton.demarche_id,
        )
        textes = [await page(client, adresse) for adresse in ("/demarches/demarche", "/classement")]
        return [texte[texte.index("Revoir les mots") :] for texte in textes]

    return make


async def test_an_intervention_on_few_avis_shows_no_note_and_no_difference(client, helped):
    for texte in await helped(client, {0: 1, 5: 1}, {10: 2}):
        assert "trop peu d’avis 2 avis trop peu d’avis 2 avis trop peu d’avis" in texte
        assert not {"2,5", "10,0", "+7,5"} & set(texte.split())


async def test_an_intervention_on_few_people_is_not_shown_whatever_the_minimum(client, helped, from_the_first_avis):
    for texte in await helped(client, {0: 4}, {10: 4}):
        assert "trop peu d’avis 4 avis trop peu d’avis 4 avis trop peu d’avis" in texte
        assert "certaine" not in texte
        assert not {"0,0", "10,0", "+10,0"} & set(texte.split())


async def test_the_side_of_an_intervention_that_has_enough_avis_is_shown(client, helped):
    for texte in await helped(client, {5: 100}, {10: 99}):
        assert "5,0 100 avis trop peu d’avis 99 avis trop peu d’avis" in texte
        assert "+5,0" not in texte


@pytest.fixture
async def four_and_five(new_bouton, count):
    """`quatre` has four avis, `cinq` has five."""
    boutons = {slug: await new_bouton(slug) for slug in ("quatre", "cinq")}
    await count(boutons["quatre"], "2025-06-01", {1: 4})
    await count(boutons["cinq"], "2025-06-01", {2: 5})
    return boutons


async def test_with_a_minimum_under_five_lists_still_show_nothing_of_four_people(
    client, four_and_five, from_the_first_avis
):
    texte = await page(client, "/demarches")
    assert "Démarche quatre Trop peu d’avis 4 avis 4" in texte
    assert "Démarche cinq 2,0" in texte
    lignes = list(csv.DictReader(io.StringIO((await client.get("/demarches.csv")).text)))
    assert {x["demarche"]: (x["statut"], x["note_moyenne"]) for x in lignes} == {
        "quatre": ("insuffisant", ""),
        "cinq": ("publie", "2.0"),
    }
    assert "Démarche quatre" not in await page(client, "/classement")
    api = (await client.get("/api/v1/demarches/quatre/indice")).json()
    assert (api["statut"], api["note_moyenne"]) == ("publie", 1.0)


async def test_the_page_of_a_demarche_says_nothing_of_four_people_now_or_before(
    client, four_and_five, count, from_the_first_avis
):
    texte = await page(client, "/demarches/quatre")
    assert "4 avis seulement : il en faut 5" in texte
    assert "Trop peu de réponses 4 réponses" in texte
    assert "1,0" not in texte
    assert "niveau" not in texte.partition("Simplicité")[0]
    await count(four_and_five["cinq"], "2024-06-01", {9: 4})
    texte = await page(client, "/demarches/cinq")
    assert "2,0" in texte
    assert "9,0" not in texte


async def test_the_picture_of_a_demarche_says_nothing_of_four_people(client, bouton, count, sql, from_the_first_avis):
    images = []
    for note in (0, 10):
        await sql.execute("DELETE FROM compte")
        await count(bouton, "2025-06-01", {note: 4})
        images.append((await client.get("/demarches/demarche/partage.png")).content)
    assert images[0] == images[1]


async def test_an_edition_whose_minimum_is_under_five_shows_nothing_of_four_people(
    client, four_and_five, count, database_url, monkeypatch, settings
):
    jdma = command_on(settings, database_url, monkeypatch)
    await jdma.publish("2025", "--minimum", "1")
    await count(four_and_five["quatre"], "2026-03-01", {9: 4})
    await count(four_and_five["cinq"], "2026-03-01", {9: 5})
    await jdma.publish("2026", "--minimum", "1", periode=APRES)
    notes = {e["demarche"]["slug"]: e["indice"]["note_moyenne"] for e in (await read(client))["elements"]}
    assert notes == {"quatre": 1.0, "cinq": 2.0}
    texte = await page(client, "/editions/2025")
    assert "Démarche quatre Trop peu d’avis 4 avis" in texte
    assert "Démarche cinq 2,0" in texte
    changes = await page(client, "/editions/comparer?de=2025&a=2026")
    assert "Démarche cinq" in changes
    assert "Démarche quatre" not in changes
