"""Comparing two éditions: by hand on a small catalogue, then properties of the formula whatever the éditions."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.indices.periode import Periode
from app.observatoire.editions.comparaison import EVOLUTIONS, Cote, LigneComparee, Valeur, comparer
from tests.editions import APRES
from tests.site import lire

DIRECTIONS = ("mieux", "moins_bien"), ("devenue_mesuree", "plus_mesuree"), ("seuil_franchi", "seuil_perdu")


async def compare(client, de="2025", a="2026", **parametres):
    reply = await client.get("/api/v1/editions/comparaison", params={"de": de, "a": a, "limite": 1000} | parametres)
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.fixture
async def two_editions(jdma, new_bouton, count, sql):
    """2025 then 2026. `monte` 5 → 8 (crosses 7), `baisse` 10 → 9, `chute` 8 → 6, `stable` 8 → 8, `nouvelle` not
    measured → 9, `perdue` 9 → not measured; `partie` leaves the list of 250 and `venue` enters it."""
    boutons = {}
    for slug in ("monte", "baisse", "chute", "stable", "nouvelle", "perdue", "partie", "venue"):
        boutons[slug] = await new_bouton(slug)
    await sql.execute("UPDATE demarche SET top_250_depuis = '2020-01-01'")
    before = {"monte": {0: 50, 10: 50}, "baisse": {10: 100}, "chute": {8: 100}, "stable": {8: 100}, "nouvelle": {9: 99}}
    before |= {"perdue": {9: 100}, "partie": {9: 100}, "venue": {9: 100}}
    after = {"monte": {8: 100}, "baisse": {8: 50, 10: 50}, "chute": {6: 100}, "stable": {8: 100}, "nouvelle": {9: 100}}
    after |= {"perdue": {9: 1}, "partie": {9: 100}, "venue": {9: 100}}
    for slug, bouton in boutons.items():
        await count(bouton, "2025-06-01", before[slug])
        await count(bouton, "2026-03-01", after[slug])
    await sql.execute("UPDATE demarche SET top_250_depuis = '2026-01-01' WHERE slug = 'venue'")
    await jdma.publish("2025", "--perimetre", "top_250")
    await sql.execute("UPDATE demarche SET top_250_jusqu_au = '2026-01-01' WHERE slug = 'partie'")
    await sql.execute("UPDATE demarche SET slug = 'stable-bis', titre = 'Toujours elle' WHERE slug = 'stable'")
    await jdma.publish("2026", "--perimetre", "top_250", periode=APRES)
    return boutons


async def test_a_comparison_says_what_moved_and_in_which_direction(client, two_editions):
    c = await compare(client)
    assert (c["communes"], c["jours_communs"], c["conditions_differentes"], c["seuils_differents"]) == (6, 0, [], [])
    assert [demarche["slug"] for demarche in c["entrees"]] == ["venue"]
    assert [demarche["slug"] for demarche in c["sorties"]] == ["partie"]
    assert c["renommees"] == [
        {"de": {"slug": "stable", "titre": "Démarche stable"}, "a": {"slug": "stable-bis", "titre": "Toujours elle"}}
    ]
    satisfaction = c["indicateurs"]["satisfaction"]
    moved = {cle: satisfaction[cle] for cle in (*EVOLUTIONS, "seuil_franchi", "seuil_perdu") if satisfaction[cle]}
    assert moved == {
        "mieux": 1, "moins_bien": 2, "identique": 1, "devenue_mesuree": 1, "plus_mesuree": 1,
        "seuil_franchi": 1, "seuil_perdu": 1,
    }  # fmt: skip
    assert satisfaction["mieux_au_dela_du_hasard"] == 1
    assert satisfaction["moins_bien_au_dela_du_hasard"] == 2
    # 2025: baisse, chute, stable, perdue, partie above 7, monte not; 2026: all but chute, and perdue has no figure
    assert satisfaction["bilan"]["de"] == {"publies": 6, "atteints": 5, "part": 5 / 6}
    assert satisfaction["bilan"]["a"] == {"publies": 6, "atteints": 5, "part": 5 / 6}
    assert satisfaction["bilan"]["ecart_points"] == 0
    assert satisfaction["bilan_communes"]["de"] == {"publies": 5, "atteints": 4, "part": 0.8}
    assert satisfaction["bilan_communes"]["a"] == {"publies": 5, "atteints": 4, "part": 0.8}


async def test_each_demarche_has_its_difference_and_what_chance_could_have_made_of_it(client, two_editions):
    c = await compare(client)
    elements = {element["demarche"]: element["changements"] for element in c["elements"]}
    assert "stable-bis" not in elements
    baisse = elements["baisse"]["satisfaction"]
    assert (baisse["evolution"], baisse["seuil"], baisse["ecart"]) == ("moins_bien", None, -1)
    # s² = 0 before; after, 100·(50·64 + 50·100) − 900² over 100·99 = 1.0101; −1 ± 1.96·√(1.0101/100)
    assert baisse["ecart_ic95"] == pytest.approx([-1.19698, -0.80302], abs=1e-5)
    assert baisse["au_dela_du_hasard"] is True
    assert baisse["de"] == {"statut": "publie", "valeur": 10, "atteint": True, "niveau": "bon"}
    assert elements["chute"]["satisfaction"]["seuil"] == "perdu"
    nouvelle = elements["nouvelle"]["satisfaction"]
    assert (nouvelle["evolution"], nouvelle["ecart"], nouvelle["de"]["valeur"]) == ("devenue_mesuree", None, None)
    whole = []
    curseur = None
    while True:
        page = await compare(client, limite=2, **({"curseur": curseur} if curseur else {}))
        whole, curseur = whole + page["elements"], page["suivant"]
        if curseur is None:
            break
    assert whole == c["elements"]


async def test_the_other_way_round_says_the_opposite(client, two_editions):
    one, other = await compare(client), await compare(client, "2026@1", "2025@1")
    assert (one["entrees"], one["sorties"]) == (other["sorties"], other["entrees"])
    for cle, indicateur in one["indicateurs"].items():
        for ici, la in DIRECTIONS:
            assert (indicateur[ici], indicateur[la]) == (
                other["indicateurs"][cle][la],
                other["indicateurs"][cle][ici],
            )


async def test_two_revisions_of_an_edition_compare_and_say_what_is_not_the_same(client, jdma, two_editions):
    await jdma("reviser", "2025", "--raison", "Minimum abaissé", "--minimum", "50")
    await jdma("publier", "2025")
    c = await compare(client, "2025@1", "2025")
    assert (c["de"]["revision"], c["a"]["revision"]) == (1, 2)
    assert (c["conditions_differentes"], c["jours_communs"]) == (["minimum"], 365)
    assert c["indicateurs"]["satisfaction"]["devenue_mesuree"] == 1
    said = await jdma("comparer", "2025@1", "2025@2")
    assert "7 démarches communes, 0 entrée, 0 sortie, 1 renommée ; 365 jours communs." in said
    assert "conditions différentes : minimum" in said
    assert "satisfaction" in said


async def test_two_lists_are_told_apart_and_the_same_one_in_another_order_is_not(client, jdma, two_editions, tmp_path):
    for slug, noms in (("avant", "monte\nchute\n"), ("meme", "chute\nmonte\n"), ("autre", "baisse\nperdue\n")):
        (tmp_path / "liste.csv").write_text(f"slug\n{noms}")
        await jdma.publish(slug, "--demarches", tmp_path / "liste.csv")
    c = await compare(client, "avant", "autre")
    assert (c["communes"], c["conditions_differentes"]) == (0, ["catalogue"])
    assert "catalogue" not in c["a"]  # its ids are ours alone
    assert "conditions différentes : catalogue" in await jdma("comparer", "avant", "autre")
    page = (await client.get("/editions/comparer?de=avant&a=autre", headers={"Accept": "text/html"})).text
    assert "Ce qui diffère : la liste des démarches." in lire(page)
    assert (await compare(client, "avant", "meme"))["conditions_differentes"] == []
    assert (await compare(client, "avant", "2025"))["conditions_differentes"] == ["perimetre"]


# Whatever the éditions

STATUTS = st.sampled_from(["publie", "publie", "publie", "insuffisant", "non_mesure", "exempte", "sans_objet"])
NOMBRES = st.one_of(st.none(), st.booleans(), st.integers(0, 5), st.floats(0, 10), st.sampled_from(["A", "B"]))
LEVELS = st.lists(st.integers(0, 40), min_size=11, max_size=11)
CLES = ("satisfaction", "dlnuf", "en_ligne", "neutre")
SENS = {"satisfaction": 1, "dlnuf": -1, "en_ligne": 1, "neutre": 0}


@st.composite
def valeurs(draw):
    statut = draw(STATUTS)
    publie = statut == "publie"
    valeur = draw(NOMBRES) if publie else None
    return Valeur(statut, valeur, draw(st.booleans()) if publie else None)


@st.composite
def cotes(draw):
    cles = draw(st.lists(st.sampled_from(CLES), unique=True))
    ids = draw(st.lists(st.integers(1, 6), unique=True))
    lignes = []
    for cle in ids:
        notes = draw(LEVELS)
        siennes = {nom: draw(valeurs()) for nom in cles}
        if "satisfaction" in siennes:
            total = sum(notes)
            moyenne = sum(n * c for n, c in enumerate(notes)) / total if total else None
            siennes["satisfaction"] = Valeur("publie", moyenne, moyenne > 7) if total else Valeur("non_mesure")
        slug = draw(st.sampled_from([f"d{cle}", f"nouveau-{cle}"]))
        lignes.append(LigneComparee(cle, slug, f"Démarche {cle}", notes, siennes))
    debut = draw(st.dates(dt.date(2020, 1, 1), dt.date(2021, 1, 1)))
    periode = Periode(debut, debut + draw(st.timedeltas(dt.timedelta(0), dt.timedelta(400))))
    seuils = {cle: {"titre": cle, "sens": draw(st.sampled_from([SENS[cle], SENS[cle], -1]))} for cle in cles}
    bilan = {cle: part_of([ligne.valeurs[cle] for ligne in lignes]) for cle in cles}
    conditions = {"methode": draw(st.sampled_from("12")), "minimum": draw(st.sampled_from([50, 100]))}
    catalogue = draw(st.sampled_from([None, [1, 2], [1, 3]]))
    return Cote(draw(st.sampled_from("xy")), 1, "T", periode, conditions, "e", seuils, bilan, lignes, catalogue)


def part_of(siennes):
    publies = [v for v in siennes if v.statut == "publie"]
    atteints = sum(v.atteint is True for v in publies)
    return {"publies": len(publies), "atteints": atteints, "part": atteints / len(publies) if publies else None}


PAIRS = {"mieux": "moins_bien", "devenue_mesuree": "plus_mesuree", "franchi": "perdu", "entrees": "sorties"}
PAIRS |= {"seuil_franchi": "seuil_perdu", "mieux_au_dela_du_hasard": "moins_bien_au_dela_du_hasard"}
PAIRS |= {"indicateurs_ajoutes": "indicateurs_retires", "de": "a"}
OPPOSITE = PAIRS | {b: a for a, b in PAIRS.items()}


def mirror(value, champ=None):
    """What the comparison the other way round must say: sides and directions exchanged, differences negated."""
    if isinstance(value, dict):
        if champ == "changements" or champ == "indicateurs":
            return {cle: mirror(v) for cle, v in value.items()}
        return {OPPOSITE.get(cle, cle): mirror(v, cle) for cle, v in value.items()}
    if champ == "ecart_ic95" and value is not None:
        return (-value[1], -value[0])
    if champ in {"ecart", "ecart_points"} and value is not None:
        return -value
    if champ in {"evolution", "seuil"}:
        return OPPOSITE.get(value, value)
    if isinstance(value, list):
        return [mirror(v) for v in value]
    return value


@given(de=cotes(), a=cotes())
def test_a_comparison_is_antisymmetric(de, a):
    expected, other = mirror(comparer(de, a)), comparer(a, de)
    for objet in (expected, other):  # named by the édition that one comes to, which is not the same one
        for element in objet["elements"]:
            del element["demarche"]
    assert other == expected


@given(cote=cotes())
def test_an_edition_compared_to_itself_has_not_changed(cote):
    c = comparer(cote, cote)
    assert c["entrees"] == c["sorties"] == c["renommees"] == c["elements"] == c["conditions_differentes"] == []
    for indicateur in c["indicateurs"].values():
        assert indicateur["identique"] + indicateur["non_mesuree"] == c["communes"]
        assert indicateur["bilan"]["ecart_points"] in {0, None}


@given(de=cotes(), a=cotes())
def test_every_demarche_is_somewhere_and_counted_once(de, a):
    c = comparer(de, a)
    ids_de, ids_a = {ligne.demarche_id for ligne in de.lignes}, {ligne.demarche_id for ligne in a.lignes}
    assert c["communes"] + len(c["sorties"]) == len(ids_de)
    assert c["communes"] + len(c["entrees"]) == len(ids_a)
    for cle, indicateur in c["indicateurs"].items():
        assert sum(indicateur[evolution] for evolution in EVOLUTIONS) == c["communes"]
        changements = [e["changements"][cle] for e in c["elements"] if cle in e["changements"]]
        assert sum(ch["seuil"] == "franchi" for ch in changements) == indicateur["seuil_franchi"]
        assert sum(ch["evolution"] == "mieux" for ch in changements) == indicateur["mieux"]


@given(de=cotes(), a=cotes())
def test_a_change_beyond_chance_has_the_direction_of_its_interval(de, a):
    for element in comparer(de, a)["elements"]:
        for changement in element["changements"].values():
            if changement.get("au_dela_du_hasard"):
                bas, haut = changement["ecart_ic95"]
                assert bas > 0 or haut < 0
                assert bas <= changement["ecart"] <= haut
