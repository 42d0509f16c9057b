"""What the import of the catalogue reads and writes, a batch at a time; runs in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, insert, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from app.demarches.models import AncienSlug, Bouton, Demarche, Identifiant, Ministere, Organisme, make_cle


@dataclass(frozen=True, slots=True)
class Connue:
    """A démarche as it is stored, with everything that leads to it."""

    id: int
    slug: str
    titre: str
    titre_recherche: str
    url: str | None
    en_ligne: bool
    top_250_depuis: date | None
    top_250_jusqu_au: date | None
    ministere_id: int | None
    organisme_id: int | None
    anciens: Sequence[str]
    identifiants: Sequence[str]
    a_un_bouton: bool


@dataclass(frozen=True, slots=True)
class Nomme:
    """A ministère, or an organisme of the ministère `ministere_id`."""

    id: int
    ministere_id: int | None
    slug: str
    nom: str


_CONNUES = text("""
    WITH cherche AS (
      SELECT id FROM demarche WHERE slug = ANY (:slugs)
      UNION SELECT demarche_id FROM ancien_slug WHERE slug = ANY (:slugs)
      UNION SELECT i.demarche_id FROM identifiant i
            JOIN unnest(CAST(:sources AS text[]), CAST(:valeurs AS text[])) AS v (source, valeur)
                 USING (source, valeur)
    )
    SELECT d.id, d.slug, d.titre, d.titre_recherche, d.url, d.en_ligne, d.top_250_depuis, d.top_250_jusqu_au,
           d.ministere_id, d.organisme_id,
           ARRAY (SELECT a.slug FROM ancien_slug a WHERE a.demarche_id = d.id) AS anciens,
           ARRAY (SELECT i.source || ':' || i.valeur FROM identifiant i WHERE i.demarche_id = d.id) AS identifiants,
           EXISTS (SELECT FROM bouton b WHERE b.demarche_id = d.id) AS a_un_bouton
    FROM cherche JOIN demarche d USING (id)
""")
_RANGER_INDEX = text("""
    SELECT gin_clean_pending_list(oid) FROM pg_class
    WHERE oid = to_regclass('demarche_titre_recherche_trgm') AND pg_has_role(relowner, 'USAGE')
""")
_NOMMES = {
    Ministere: text("SELECT id, NULL AS ministere_id, slug, nom FROM ministere"),
    Organisme: text("SELECT id, ministere_id, slug, nom FROM organisme"),
}


async def lire_connues(db: AsyncConnection, slugs: Iterable[str], identifiants: Iterable[str]) -> list[Connue]:
    """Every démarche that one of these slugs, present or past, or one of these identifiants leads to."""
    paires = [identifiant.split(":", 1) for identifiant in identifiants]
    valeurs = {"slugs": list(slugs), "sources": [s for s, _ in paires], "valeurs": [v for _, v in paires]}
    return [Connue(*ligne) for ligne in await db.execute(_CONNUES, valeurs)]


async def lire_nommes(db: AsyncConnection, modele: type[Ministere | Organisme]) -> list[Nomme]:
    """Every ministère, or every organisme: a few hundred at most."""
    return [Nomme(*ligne) for ligne in await db.execute(_NOMMES[modele])]


async def ajouter_nommes(
    db: AsyncConnection, modele: type[Ministere | Organisme], nouveaux: Sequence[tuple[int | None, str, str]]
) -> None:
    """New ministères or organismes, as (ministere_id, slug, nom)."""
    parent = {"ministere_id"} & set(modele.model_fields)
    lignes = [{"slug": slug, "nom": nom} | dict.fromkeys(parent, cle) for cle, slug, nom in nouveaux]
    await _inserer(db, modele, lignes)


async def renommer_nommes(db: AsyncConnection, modele: type[Ministere | Organisme], noms: Mapping[int, str]) -> None:
    """Other spellings for known ministères or organismes, by id."""
    table: Any = modele.__table__  # type: ignore[union-attr]
    if noms:
        statement = update(table).where(table.c.id == bindparam("cible")).values(nom=bindparam("nouveau"))
        await db.execute(statement, [{"cible": cle, "nouveau": nom} for cle, nom in noms.items()])


async def creer_demarches(db: AsyncConnection, lignes: Sequence[Mapping[str, Any]]) -> list[int]:
    """New démarches, in this order; gives their ids, in this order too."""
    if not lignes:
        return []
    statement = insert(Demarche).returning(Demarche.id, sort_by_parameter_order=True)  # type: ignore[call-overload]
    return [ligne.id for ligne in await db.execute(statement, lignes)]


async def modifier_demarches(db: AsyncConnection, lignes: Sequence[Mapping[str, Any]]) -> None:
    """New values for known démarches: `id` and the columns to set, the same ones in every line."""
    if lignes:
        table: Any = Demarche.__table__  # type: ignore[attr-defined]
        colonnes: dict[str, Any] = {nom: bindparam(f"v_{nom}") for nom in lignes[0] if nom != "id"}
        statement = update(table).where(table.c.id == bindparam("v_id")).values(**colonnes)
        await db.execute(statement, [{f"v_{nom}": valeur for nom, valeur in ligne.items()} for ligne in lignes])


async def deplacer_slugs(db: AsyncConnection, anciens: Sequence[tuple[str, int]], repris: Sequence[str]) -> None:
    """Keep the slugs that démarches leave, as (slug, demarche_id); forget as old those that are in use again."""
    if repris:
        await db.execute(text("DELETE FROM ancien_slug WHERE slug = ANY (:slugs)"), {"slugs": list(repris)})
    await _inserer(db, AncienSlug, [{"slug": slug, "demarche_id": demarche} for slug, demarche in anciens])


async def ajouter_identifiants(db: AsyncConnection, lignes: Sequence[tuple[str, int]]) -> None:
    """New identifiants, as (`source:valeur`, demarche_id)."""
    valeurs = []
    for identifiant, demarche in lignes:
        source, valeur = identifiant.split(":", 1)
        valeurs.append({"source": source, "valeur": valeur, "demarche_id": demarche})
    if valeurs:
        await db.execute(upsert(Identifiant).on_conflict_do_nothing(), valeurs)


async def ajouter_boutons(db: AsyncConnection, demarches: Sequence[int], nom: str) -> None:
    """A first bouton for each of these démarches."""
    lignes = [{"demarche_id": demarche, "cle": make_cle(), "nom": nom, "origines": []} for demarche in demarches]
    await _inserer(db, Bouton, lignes)


async def _inserer(db: AsyncConnection, modele: type[SQLModel], lignes: Sequence[Mapping[str, Any]]) -> None:
    if lignes:
        await db.execute(insert(modele), lignes)


async def analyser(db: AsyncConnection) -> None:
    """Fresh statistics and an index in order, without which searches after a first import would read every title."""
    await db.execute(_RANGER_INDEX)
    await db.execute(text("ANALYZE ministere, organisme, demarche, ancien_slug, identifiant, bouton"))
