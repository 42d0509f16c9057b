"""The statements of the deposit; each is one round trip, and one transaction of its own."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.avis.models import NIVEAUX
from app.database import Connection

_DEPOSER = "SELECT rang, issue, depose_le FROM deposer_avis($1, $2, $3, $4, $5, $6, $7, $8, $9)"
_COMPLETER = "SELECT completer_avis($1, $2, $3, $4, $5, $6, $7, $8, $9)"
_LIRE = """
SELECT e.rang::integer AS rang, a.demarche_id, a.id, a.bouton_id, a.note, a.langue, a.reponses::text AS reponses,
       a.commentaire, a.empreinte, a.version, a.ordre, a.depose_le, b.origines::text AS origines,
       clock_timestamp() AS maintenant,
       completable(a.importe, a.depose_le, b.ferme_le, b.origines, e.origine) AS completable
FROM unnest($1::integer[], $2::uuid[], $3::text[]) WITH ORDINALITY AS e (demarche_id, id, origine, rang)
JOIN avis a ON a.demarche_id = e.demarche_id AND a.id = e.id
JOIN bouton b ON b.id = a.bouton_id
"""
_COLONNES = ", ".join(NIVEAUX)
_AJOUTS = ", ".join(f"{n} = compte.{n} + excluded.{n}" for n in NIVEAUX)
_SOMMES = ", ".join(f"coalesce(sum(d.n) FILTER (WHERE d.niveau = {k}), 0)::integer" for k in range(len(NIVEAUX)))
_CLES = "demarche_id, question, pas, debut, bouton_id"

_NIVEAUX_PAR_JOUR = """
  SELECT demarche_id, bouton_id, (depose_le AT TIME ZONE 'Europe/Paris')::date AS jour,
         1::smallint AS question, note AS niveau, count(*) AS n
  FROM {source} GROUP BY 1, 2, 3, 5
  UNION ALL
  SELECT demarche_id, bouton_id, (depose_le AT TIME ZONE 'Europe/Paris')::date, r.question, r.niveau, count(*)
  FROM {source}, niveaux_reponses(reponses) r WHERE reponses IS NOT NULL GROUP BY 1, 2, 3, 4, 5
"""
_PAS = "(VALUES ('j', jour), ('m', date_trunc('month', jour)::date)) AS p (pas, debut)"

_ECARTS = f"""
  WITH vus AS (SELECT * FROM avis WHERE demarche_id = ANY ($1::integer[])),
  jours AS ({_NIVEAUX_PAR_JOUR.format(source="vus")})
  SELECT {_CLES}, {", ".join(f"sum({n})::integer AS {n}" for n in NIVEAUX)}
  FROM (SELECT d.demarche_id, d.question, p.pas, p.debut, d.bouton_id,
               {", ".join(f"CASE WHEN niveau = {k} THEN n ELSE 0 END AS {n}" for k, n in enumerate(NIVEAUX))}
        FROM jours d CROSS JOIN LATERAL {_PAS}
        UNION ALL
        SELECT {_CLES}, {", ".join(f"-{n}" for n in NIVEAUX)} FROM compte
        WHERE demarche_id = ANY ($1::integer[])) AS tout
  GROUP BY {_CLES}
  HAVING {" OR ".join(f"sum({n}) <> 0" for n in NIVEAUX)}
  ORDER BY {_CLES}
"""
_CORRIGER = f"""
  WITH ecarts AS ({_ECARTS}), corriges AS (
    INSERT INTO compte ({_CLES}, {_COLONNES}) SELECT * FROM ecarts ORDER BY {_CLES}
    ON CONFLICT ({_CLES}) DO UPDATE SET {_AJOUTS} RETURNING 1)
  SELECT count(*) FROM corriges
"""
_PREPARER_IMPORT = """
  CREATE TEMP TABLE IF NOT EXISTS import_avis (
    ligne bigint, demarche_id integer, id uuid, bouton_id integer, depose_le timestamptz, empreinte bigint,
    note smallint, langue text, reponses jsonb, commentaire text) ON COMMIT DELETE ROWS
"""
COLONNES_IMPORT = (
    "ligne", "demarche_id", "id", "bouton_id", "depose_le", "empreinte", "note", "langue", "reponses", "commentaire"
)  # fmt: skip
_IMPORTER = f"""
  WITH insere AS (
    INSERT INTO avis (demarche_id, id, bouton_id, depose_le, empreinte, note, langue, reponses, commentaire, importe)
    SELECT demarche_id, id, bouton_id, depose_le, empreinte, note, langue, reponses, commentaire, true
    FROM import_avis ORDER BY demarche_id, id, ligne
    ON CONFLICT DO NOTHING
    RETURNING demarche_id, bouton_id, depose_le, note, reponses
  ), jours AS ({_NIVEAUX_PAR_JOUR.format(source="insere")}),
  comptes AS (
    INSERT INTO compte ({_CLES}, {_COLONNES})
    SELECT d.demarche_id, d.question, p.pas, p.debut, d.bouton_id, {_SOMMES}
    FROM jours d CROSS JOIN LATERAL {_PAS}
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT ({_CLES}) DO UPDATE SET {_AJOUTS}
  )
  SELECT count(*) FROM insere
"""
_CONFLITS = """
  SELECT i.ligne, i.empreinte AS envoyee, a.bouton_id, a.note, a.langue, a.reponses::text AS reponses, a.commentaire,
         a.version
  FROM import_avis i JOIN avis a ON a.demarche_id = i.demarche_id AND a.id = i.id
  WHERE a.empreinte <> i.empreinte ORDER BY i.ligne
"""
_BOUTONS = """
  SELECT b.cle, b.nom, b.id, b.demarche_id, d.slug,
         b.id = min(b.id) OVER (PARTITION BY b.demarche_id) AS premier,
         array(SELECT source || ':' || valeur FROM identifiant i WHERE i.demarche_id = d.id) AS identifiants,
         array(SELECT s.slug FROM ancien_slug s WHERE s.demarche_id = d.id) AS anciens
  FROM bouton b JOIN demarche d ON d.id = b.demarche_id
  WHERE NOT b.essai
"""
_PLACES = "SELECT cle, id, CASE WHEN essai THEN 0 ELSE demarche_id END AS demarche_id FROM bouton WHERE cle = ANY ($1)"
_ESSAYER = text("""
  SELECT CASE WHEN ferme_le IS NOT NULL THEN 410
              WHEN origines <> '{}' AND CAST(:origine AS text) <> ALL (origines) THEN 403
              ELSE 201 END, clock_timestamp()
  FROM bouton WHERE id = :id
""")

_AVEC_TEXTE = "(a.commentaire IS NOT NULL OR a.reponses ? 'aide_autre')"
_TOTAL_TEXTES = f"SELECT count(*) FROM avis a WHERE {_AVEC_TEXTE}"
_COLONNES_TEXTE = """a.demarche_id, a.id, a.bouton_id, a.note, a.langue, a.version, a.empreinte, a.commentaire,
       a.reponses::text AS reponses"""
_TEXTES = f"""
SELECT {_COLONNES_TEXTE} FROM avis a
WHERE (a.demarche_id, a.id) > ($1::integer, $2::uuid) AND {_AVEC_TEXTE}
ORDER BY a.demarche_id, a.id LIMIT $3
"""
_TEXTES_DE = f"""
SELECT {_COLONNES_TEXTE} FROM unnest($1::integer[], $2::uuid[]) AS e (demarche_id, id)
JOIN avis a ON a.demarche_id = e.demarche_id AND a.id = e.id WHERE {_AVEC_TEXTE}
"""
# A completion that has read the words of before must find that they have changed; later, nothing completes any more.
_REMPLACER_TEXTES = """
UPDATE avis a
SET commentaire = e.commentaire, reponses = e.reponses, empreinte = e.empreinte,
    version = a.version + (a.depose_le > now() - interval '2 hours')::integer
FROM unnest($1::integer[], $2::uuid[], $3::smallint[], $4::text[], $5::jsonb[], $6::text[], $7::jsonb[], $8::bigint[])
     AS e (demarche_id, id, version, commentaire_avant, reponses_avant, commentaire, reponses, empreinte)
WHERE a.demarche_id = e.demarche_id AND a.id = e.id AND a.version = e.version
  AND a.commentaire IS NOT DISTINCT FROM e.commentaire_avant AND a.reponses IS NOT DISTINCT FROM e.reponses_avant
RETURNING a.demarche_id, a.id
"""


async def deposer(connection: Connection, columns: Sequence[Sequence[object]]) -> list[asyncpg.Record]:
    """Write avis and counts; `columns` are the nine arrays of `deposer_avis`.

    One row (rang from 1, issue as an HTTP status, depose_le) for each, or a single row of rang 0 when all are new.
    Issue 208: already there, and not to be completed any more. `depose_le` is that of the avis with this id, if any.
    """
    return await connection.fetch(_DEPOSER, *columns)


async def completer(connection: Connection, columns: Sequence[Sequence[object]]) -> set[int]:
    """Update avis and counts; `columns` are the nine arrays of `completer_avis`.

    The ranks (from 1) of those that may be completed still, and were not completed by somebody else meanwhile.
    """
    return set(await connection.fetchval(_COMPLETER, *columns))


async def lire(
    connection: Connection, demarches: Sequence[int], ids: Sequence[UUID], origines: Sequence[str | None]
) -> list[asyncpg.Record]:
    """What is stored of these avis, for those that exist: `rang` (from 1), its columns, the `origines` of
    its bouton, whether it is `completable` from the origin given, and what time it is for the database (`maintenant`).
    """
    return await connection.fetch(_LIRE, demarches, ids, origines)


async def places(connection: Connection, cles: Sequence[str]) -> dict[str, tuple[int, int]]:
    """The (bouton, démarche) of each public key that exists; neither ever changes for a given key.

    Démarche 0: a bouton d'essai.
    """
    return {row["cle"]: (row["id"], row["demarche_id"]) for row in await connection.fetch(_PLACES, cles)}


async def essayer(connection: AsyncConnection, bouton_id: int, origine: str | None) -> tuple[int, datetime] | None:
    """What a deposit on this bouton would answer, as an HTTP status, and the database's time; None without a bouton.

    Nothing is written.
    """
    row = (await connection.execute(_ESSAYER, {"id": bouton_id, "origine": origine})).one_or_none()
    return None if row is None else (row[0], row[1])


VERROU_COMPTES = 0x6A646D62
"""Advisory lock that a rebuild holds."""


async def ecarts(connection: Connection, demarches: Sequence[int]) -> list[asyncpg.Record]:
    """Where the counts of these démarches differ from a recount of their avis: the key, and what is to be added.

    One statement, hence one snapshot: deposits under way are in both or in neither.
    """
    return await connection.fetch(_ECARTS, demarches)


async def corriger(connection: Connection, demarches: Sequence[int]) -> int:
    """Add the differences to the counts; how many rows were wrong. Deposits go on meanwhile: both only ever add."""
    return int(await connection.fetchval(_CORRIGER, demarches))


async def total_avis(connection: Connection, demarches: Sequence[int]) -> int:
    """How many avis these démarches have, counted one by one."""
    return int(await connection.fetchval("SELECT count(*) FROM avis WHERE demarche_id = ANY ($1)", demarches))


async def demarches_a_compter(connection: Connection) -> list[int]:
    """Every démarche that has, or may have, avis or counts."""
    rows = await connection.fetch("SELECT id FROM demarche UNION SELECT demarche_id FROM compte ORDER BY 1")
    return [row["id"] for row in rows]


async def preparer_import(connection: Connection) -> None:
    """Make the session's temporary table that batches of an import go through."""
    await connection.execute(_PREPARER_IMPORT)


async def copier(connection: Connection, rows: Sequence[Sequence[object]]) -> None:
    """Send a batch (columns `COLONNES_IMPORT`) to the temporary table; it is emptied at the end of the transaction."""
    await connection.copy_records_to_table("import_avis", records=rows, columns=COLONNES_IMPORT)


async def importer(connection: Connection, total: int) -> tuple[int, list[asyncpg.Record]]:
    """Store the batch just copied (`total` rows) with its counts, in the same transaction.

    Returns how many avis are new, and for each `ligne` whose id belongs to an avis with another fingerprint: the one
    sent (`envoyee`), and what is stored.
    """
    stored = int(await connection.fetchval(_IMPORTER))
    return stored, [] if stored == total else await connection.fetch(_CONFLITS)


async def boutons(connection: Connection) -> list[asyncpg.Record]:
    """Every bouton with the names of its démarche: (cle, nom, id, demarche_id, slug, premier, …)."""
    return await connection.fetch(_BOUTONS)


async def analyser(connection: Connection) -> None:
    """Give the planner fresh statistics: after a bulk load it would otherwise choose plans for an empty table."""
    await connection.execute("ANALYZE avis, compte")


async def total_textes(connection: Connection) -> int:
    """How many avis hold words of a citizen."""
    return int(await connection.fetchval(_TOTAL_TEXTES))


async def textes(connection: Connection, demarche: int, avis: UUID, limite: int) -> list[asyncpg.Record]:
    """The next avis that hold words, after this one by (démarche, id): what their fingerprint is made of."""
    return await connection.fetch(_TEXTES, demarche, avis, limite)


async def textes_de(connection: Connection, avis: Sequence[tuple[int, UUID]]) -> list[asyncpg.Record]:
    """The same, of these avis (démarche, id)."""
    return await connection.fetch(_TEXTES_DE, *map(list, zip(*avis, strict=True)))


async def remplacer_textes(connection: Connection, columns: Sequence[Sequence[object]]) -> set[tuple[int, UUID]]:
    """Put other words in these avis where those read are still there; the (démarche, id) of those that were changed."""
    return {(row["demarche_id"], row["id"]) for row in await connection.fetch(_REMPLACER_TEXTES, *columns)}
