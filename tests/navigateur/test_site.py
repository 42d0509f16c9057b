"""The public site in a real browser: accessible, narrow, in the dark, by keyboard, on paper, and silent."""

import datetime as dt
import re

import pytest
from playwright.async_api import expect

from app.settings import Settings
from tests.conftest import BoutonDeTest
from tests.editions import Jdma
from tests.navigateur.outils import Service, check
from tests.site import rattacher

ETATS = {
    "accueil": "/",
    "liste": "/demarches",
    "liste filtrée": "/demarches?q=passeport&statut=publie&tri=note",
    "liste vide": "/demarches?q=zzzz",
    "démarche": "/demarches/{publiee}",
    "démarche par trimestre": "/demarches/{publiee}?pas=trimestre",
    "démarche sans avis": "/demarches/{vide}",
    "démarche avec peu d'avis": "/demarches/{rare}",
    "ministères": "/ministeres",
    "ministère": "/ministeres/essai",
    "éditions": "/editions",
    "édition": "/editions/annee",
    "édition corrigée": "/editions/annee?revision=1&q=passeport&tri=note",
    "édition sans réponse": "/editions/annee?q=zzzz",
    "deux éditions à choisir": "/editions/comparer",
    "comparaison": "/editions/comparer?de=avant&a=annee",
    "comparaison de révisions": "/editions/comparer?de=annee@1&a=annee@2&indicateur=bouton",
    "déploiement": "/deploiement",
    "ministères, un indicateur": "/ministeres?indicateur=bouton",
    "engagements": "/engagements",
    "engagements filtrés": "/engagements?genre=cible&en_retard=true&tri=retard",
    "aucun engagement": "/engagements?statut=abandonne",
    "engagement": "/engagements/refondre",
    "cible": "/engagements/tous",
    "dites-le-nous une fois": "/engagements/dites-le-nous-une-fois",
    "données ouvertes": "/donnees",
    "classement": "/classement",
    "croisement": "/croisement",
    "méthode": "/methode",
    "plan": "/plan",
    "confidentialité": "/confidentialite",
    "refus": "/nulle-part",
    "refus d'un choix": "/demarches?debut=hier",
}


async def count(service: Service, bouton: BoutonDeTest, jour: dt.date, bons: int, mauvais: int) -> None:
    for pas, debut in (("j", jour), ("m", jour.replace(day=1))):
        await service.sql.execute(
            "INSERT INTO compte (demarche_id, bouton_id, question, pas, debut, n10, n0)"
            " VALUES ($1, $2, 1, $3, $4, $5, $6)",
            *(bouton.demarche_id, bouton.id, pas, debut, bons, mauvais),
        )


REGISTRE = (
    """INSERT INTO engagement (slug, genre, titre, porteur, statut, echeance, tenu_le, api, variante) VALUES
       ('refondre', 'jalon', 'Refondre le formulaire', 'DINUM', 'en_cours', '2025-01-31', NULL, NULL, NULL),
       ('api-avec', 'api', 'API Statut étudiant', 'MESRI', 'prevu', NULL, NULL, 'statut-etudiant', 'franceconnect'),
       ('integrer', 'integration', 'Intégrer', 'CNAF', 'tenu', '2025-06-30', '2025-08-01', 'statut-etudiant', NULL),
       ('preciser', 'integration', 'Intégrer', 'CNAF', 'prevu', '2025-06-30', NULL, NULL, NULL),
       ('simplifier', 'demarche', 'Simplifier', 'CNAF', 'prevu', '2030-06-30', NULL, NULL, NULL)""",
    """INSERT INTO engagement_demarche SELECT id, $1 FROM engagement
       WHERE slug IN ('refondre', 'integrer', 'preciser', 'simplifier')""",
    """INSERT INTO glissement (engagement_id, ancienne, nouvelle, raison)
       SELECT id, echeance, '2026-01-31', 'Le marché a dû être relancé' FROM engagement WHERE slug = 'refondre'""",
    "UPDATE engagement SET echeance = '2026-01-31' WHERE slug = 'refondre'",
    """INSERT INTO intervention (demarche_id, demandeur, demandee_le, debut, fin, description) VALUES
       ($1, 'Intérieur', current_date - 140, current_date - 100, current_date - 80, 'Revoir les mots du formulaire'),
       ($1, 'Intérieur', current_date - 10, NULL, NULL, 'Revoir encore')""",
    """INSERT INTO fait (demarche_id, nature, jour, source, contenu)
       SELECT $1, nature, current_date - age, 'relevé mensuel', contenu::jsonb FROM (VALUES
         ('audit', 400, '{"taux": 71.5}'), ('audit', 40, '{"taux": 92.25}'),
         ('declaration', 40, '{"mention": "Accessibilité : partiellement conforme", "url": "https://exemple.fr/a11y"}'),
         ('disponibilite', 30, '{"disponibilite": 99.95, "temps_ms": 512.5, "mesures": 8640}'),
         ('dlnuf', 30, '{"effort": 3}'), ('mobile', 30, '{"valeur": null}')) f (nature, age, contenu)""",
)


async def know_more(service: Service, demarche: int) -> None:
    """A register with every kind of engagement, and facts and interventions about a démarche."""
    for statement in REGISTRE:
        await service.sql.execute(statement, *([demarche] if "$1" in statement else []))


async def publish(service: Service, today: dt.date) -> None:
    """Two éditions, the second with a revision made with other rules; a target, and an exemption from the button."""
    await service.sql.execute(
        "INSERT INTO engagement (slug, genre, titre, porteur, statut, indicateur, cible, echeance)"
        " VALUES ('tous', 'cible', 'Tous', 'essai', 'prevu', 'bouton', 1, '2020-06-30'),"
        " ('notes', 'cible', 'Notes', 'essai', 'prevu', 'satisfaction', 0.8, NULL)"
    )
    await service.sql.execute(
        "INSERT INTO exemption SELECT id, 'bouton', '2020-01-01', NULL, 'Sur papier' FROM demarche ORDER BY id LIMIT 1"
    )
    hier, avant = (str(today - dt.timedelta(days=n)) for n in (1, 100))
    with pytest.MonkeyPatch.context() as patch:
        jdma = Jdma(Settings(_env_file=None, database_url=service.url, secret_key="k"), patch)
        await jdma.publish("avant", periode=("--debut", "2020-01-01", "--fin", avant))
        await jdma.publish("annee", "--cible", "bouton=1", periode=("--debut", "2020-01-01", "--fin", hier))
        await jdma("reviser", "annee", "--raison", "Le minimum était trop haut.", "--minimum", "5")
        await jdma("publier", "annee")


@pytest.fixture(scope="session")
async def site(service: Service) -> dict[str, str]:
    """The addresses of every state of every page, with démarches in each statut."""
    today = dt.datetime.now(dt.UTC).date()
    boutons = {nom: await service.bouton() for nom in ("publiee", "rare", "vide")}
    for bouton in boutons.values():
        await rattacher(service.sql, bouton, "essai", "organisme")
    await service.sql.execute(
        "UPDATE demarche SET titre = repeat('anticonstitutionnellement', 4) WHERE id = $1", boutons["rare"].demarche_id
    )
    for mois in (2, 3, 5, 8):
        await count(service, boutons["publiee"], today - dt.timedelta(days=30 * mois), 60 + mois, 20)
    jour = (today - dt.timedelta(days=60)).replace(day=1)
    for question in (2, 3, 12):  # many answers: wide numbers
        await service.sql.execute(
            "INSERT INTO compte (demarche_id, bouton_id, question, pas, debut, n0, n1, n4)"
            " VALUES ($1, $2, $3, 'm', $4, 654321, 123456, 234567)",
            *(boutons["publiee"].demarche_id, boutons["publiee"].id, question, jour),
        )
    await count(service, boutons["rare"], today - dt.timedelta(days=40), 3, 1)
    await know_more(service, boutons["publiee"].demarche_id)
    await publish(service, today)
    slugs = {nom: bouton.slug for nom, bouton in boutons.items()}
    return {etat: service.base + adresse.format(**slugs) for etat, adresse in ETATS.items()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("largeur", [320, 1280])
async def test_axe_finds_nothing_on_any_page(site, ouvrir, scheme, largeur):
    fenetre = await ouvrir(width=largeur, color_scheme=scheme)
    for etat, adresse in site.items():
        await fenetre.page.goto(adresse)
        for details in await fenetre.page.locator("details").all():
            await details.evaluate("details => { details.open = true }")
        await check(fenetre.page, f"{etat}, {largeur}, {scheme}")
    assert fenetre.console == []


async def test_nothing_is_wider_than_a_telephone(site, ouvrir):
    page = (await ouvrir(width=320)).page
    for etat, adresse in site.items():
        await page.goto(adresse)
        assert await page.evaluate("document.documentElement.scrollWidth") == 320, etat
        await page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        larges = "[...document.querySelectorAll('.tableau')].filter(t => t.scrollWidth > t.clientWidth)"
        assert await page.evaluate(f"{larges}.map(t => t.innerText)") == [], etat


async def test_the_text_of_pictures_keeps_its_size_on_a_telephone(site, ouvrir):
    page = (await ouvrir(width=320)).page
    await page.goto(site["démarche"])
    tailles = (
        "[...document.querySelectorAll('.graphique text')].map(t => t.getBoundingClientRect()).filter(r => r.width)"
    )
    for boite in await page.evaluate(f"{tailles}.map(r => [r.height, r.left, r.right])"):
        assert boite[0] >= 12
        assert boite[1] >= 0
        assert boite[2] <= 320


async def test_the_names_of_an_evolution_do_not_overlap(site, ouvrir):
    for largeur in (320, 1280):
        page = (await ouvrir(width=largeur)).page
        await page.goto(site["démarche"])
        boites = await page.evaluate(
            "[...document.querySelectorAll('[aria-labelledby=g-evolution-titre] > text')]"
            ".map(t => t.getBoundingClientRect()).filter(r => r.width).map(r => [r.left, r.right, r.top, r.bottom])"
        )
        for rang, (gauche, droite, haut, bas) in enumerate(boites):
            for autre in boites[rang + 1 :]:
                assert droite <= autre[0] or autre[1] <= gauche or bas <= autre[2] + 3 or autre[3] <= haut + 3


async def test_the_keyboard_reaches_the_content_at_once_and_the_menu(site, ouvrir):
    page = (await ouvrir(width=320)).page
    await page.goto(site["démarche"])
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Contenu")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    menu = page.get_by_role("navigation", name="Menu principal")
    await expect(menu).to_be_hidden()
    await page.locator("summary", has_text="Menu").focus()
    await page.keyboard.press("Enter")
    await expect(menu.get_by_role("link", name="Démarches")).to_be_visible()
    await expect(menu.get_by_role("link", name="Démarches")).to_have_attribute("aria-current", "true")


async def test_the_menu_is_open_on_a_wide_screen_without_script(site, ouvrir):
    page = (await ouvrir(java_script_enabled=False)).page
    await page.goto(site["liste"])
    await expect(
        page.get_by_role("navigation", name="Menu principal").get_by_role("link", name="Accueil")
    ).to_be_visible()
    await expect(page.get_by_label("Ministère")).to_be_visible()


async def test_focus_is_always_visible(site, ouvrir):
    page = (await ouvrir()).page
    for etat in ("accueil", "liste", "démarche"):
        await page.goto(site[etat])
        for _ in range(25):
            await page.keyboard.press("Tab")
            style = "(e => [e.tagName, getComputedStyle(e).outlineStyle, getComputedStyle(e, '::before').outlineStyle])"
            nom, *contours = await page.evaluate(f"{style}(document.activeElement)")
            assert nom == "BODY" or set(contours) != {"none"}, (etat, nom)


async def test_searching_filtering_and_sorting_need_no_script(site, ouvrir):
    page = (await ouvrir(java_script_enabled=False)).page
    await page.goto(site["accueil"])
    await page.get_by_label("Rechercher une démarche").fill("pasport")
    await page.get_by_role("button", name="Rechercher").click()
    await expect(page.get_by_role("status")).to_contain_text("pour « pasport »")
    await page.get_by_label("Indice").select_option("publie")
    await page.get_by_role("button", name="Afficher").click()
    await page.get_by_role("link", name="Satisfaits").click()
    await expect(page).to_have_url(re.compile("q=pasport.*statut=publie.*tri=satisfaits"))
    await page.get_by_role("rowheader").get_by_role("link").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Demander un passeport")
    await page.get_by_role("link", name="Année").click()
    await expect(page.get_by_role("img", name="Note moyenne par année")).to_be_visible()


async def test_pictures_stand_in_forced_colours_and_on_paper(site, ouvrir):
    page = (await ouvrir(forced_colors="active")).page
    await page.goto(site["démarche"])
    fonds = await page.evaluate(
        "['.barre', '.barre.autre'].map(c => getComputedStyle(document.querySelector('svg ' + c)).fill)"
    )
    assert fonds[0] != fonds[1]
    await page.emulate_media(media="print")
    await expect(page.get_by_role("navigation", name="Menu principal")).to_be_hidden()
    await expect(page.get_by_role("table", name="Nombre d’avis par note")).to_be_visible()
    await expect(page.get_by_role("button", name="Changer de période")).to_be_hidden()


async def test_a_second_visit_is_light(site, ouvrir):
    fenetre = await ouvrir()
    weights: dict[str, int] = {}
    session = await fenetre.context.new_cdp_session(fenetre.page)
    await session.send("Network.enable")
    await fenetre.page.goto(site["accueil"])
    session.on("Network.loadingFinished", lambda e: weights.__setitem__(e["requestId"], e["encodedDataLength"]))
    for etat, adresse in site.items():
        weights.clear()
        await fenetre.page.goto(adresse)
        assert sum(weights.values()) < 60_000, etat
