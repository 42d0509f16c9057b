"""What the imports of facts and exemptions read and write, in the caller's transaction."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.observatoire.faits.annuaire import Connue

_ANNUAIRE = text("""
    SELECT d.id, d.slug, d.url,
           ARRAY (SELECT a.slug FROM ancien_slug a WHERE a.demarche_id = d.id)
           || ARRAY (SELECT i.source || ':' || i.valeur FROM identifiant i WHERE i.demarche_id = d.id) AS noms
    FROM demarche d
""")

_ECRIRE = text("""
    INSERT INTO fait AS f (demarche_id, nature, jour, source, contenu)
    SELECT demarche_id, nature, jour, source, CAST(contenu AS jsonb)
    FROM unnest(CAST(:demarches AS integer[]), CAST(:natures AS text[]), CAST(:jours AS date[]),
                CAST(:sources AS text[]), CAST(:contenus AS text[]))
         AS n (demarche_id, nature, jour, source, contenu)
    ON CONFLICT (demarche_id, nature, jour, source) DO UPDATE
    SET contenu = excluded.contenu, enregistre_le = now()
    WHERE f.contenu <> excluded.contenu
      AND coalesce(excluded.contenu ->> 'releve_le', '') >= coalesce(f.contenu ->> 'releve_le', '')
    RETURNING 1
""")

# A declaration is the same when its wording, its address and its own date are: not the query of a language or a visit.
_RANGER = text("""
    WITH dit AS (
      SELECT demarche_id, nature, jour, source,
             CASE nature
             WHEN 'declaration' THEN jsonb_build_array(
               contenu -> 'mention', contenu -> 'date',
               regexp_replace(lower(split_part(split_part(contenu ->> 'url', '?', 1), '#', 1)),
                              '^https?://(www[.])?|/+$', '', 'g'))
             ELSE contenu - 'releve_le' END AS quoi
      FROM fait WHERE demarche_id = ANY (CAST(:demarches AS integer[])) AND nature = ANY (CAST(:natures AS text[]))
    ), range AS (
      SELECT demarche_id, nature, jour, source,
             min(jour) OVER (PARTITION BY demarche_id, nature, quoi) AS depuis,
             quoi IS DISTINCT FROM lag(quoi) OVER suite AS nouveau,
             coalesce(lead(jour) OVER suite, 'infinity') AS remplace_le
      FROM dit WINDOW suite AS (PARTITION BY demarche_id, nature ORDER BY jour, source DESC)
    )
    UPDATE fait f SET depuis = r.depuis, nouveau = r.nouveau, remplace_le = r.remplace_le
    FROM range r
    WHERE f.demarche_id = r.demarche_id AND f.nature = r.nature AND f.jour = r.jour AND f.source = r.source
      AND (f.depuis, f.nouveau, f.remplace_le) IS DISTINCT FROM (r.depuis, r.nouveau, r.remplace_le)
""")

_EXEMPTER = text("""
    INSERT INTO exemption AS e (demarche_id, indicateur, depuis, jusqu_au, raison)
    VALUES (:demarche, :indicateur, :depuis, :jusqu_au, :raison)
    ON CONFLICT (demarche_id, indicateur, depuis) DO UPDATE
    SET jusqu_au = CASE WHEN NOT :sans_fin THEN coalesce(excluded.jusqu_au, e.jusqu_au) END, raison = excluded.raison
    WHERE (e.jusqu_au, e.raison) IS DISTINCT FROM
          (CASE WHEN NOT :sans_fin THEN coalesce(excluded.jusqu_au, e.jusqu_au) END, excluded.raison)
    RETURNING 1
""")

_EXEMPTIONS = text("""
    SELECT d.slug AS demarche, e.indicateur, e.depuis, e.jusqu_au, e.raison
    FROM exemption e JOIN demarche d ON d.id = e.demarche_id ORDER BY d.slug, e.indicateur, e.depuis
""")


class AEcrire(NamedTuple):
    """A fact ready to be stored."""

    demarche_id: int
    nature: str
    jour: dt.date
    source: str
    contenu: dict[str, Any]


async def verrouiller(db: AsyncConnection) -> None:
    """Imports pass one at a time, so that what follows from neighbouring facts is computed from all of them."""
    await db.execute(text("LOCK TABLE fait IN SHARE ROW EXCLUSIVE MODE"))


async def annuaire(db: AsyncConnection) -> list[Connue]:
    """Every démarche and all that names it."""
    return [Connue(*row) for row in await db.execute(_ANNUAIRE)]


async def ecrire(db: AsyncConnection, faits: Sequence[AEcrire]) -> int:
    """Store facts, each at most once in the list; gives how many are new or say something else than before."""
    valeurs = {
        "demarches": [fait.demarche_id for fait in faits],
        "natures": [fait.nature for fait in faits],
        "jours": [fait.jour for fait in faits],
        "sources": [fait.source for fait in faits],
        "contenus": [orjson.dumps(fait.contenu).decode() for fait in faits],
    }
    return len((await db.execute(_ECRIRE, valeurs)).all())


async def ranger(db: AsyncConnection, demarches: Iterable[int], natures: Iterable[str]) -> None:
    """Compute again what follows from neighbouring facts (`depuis`, `nouveau`, `remplace_le`)."""
    await db.execute(_RANGER, {"demarches": list(demarches), "natures": list(natures)})


async def analyser(db: AsyncConnection) -> None:
    """What the planner knows of the facts."""
    await db.execute(text("ANALYZE fait"))


async def exempter(
    db: AsyncConnection | AsyncSession,
    demarche: int,
    indicateur: str,
    depuis: dt.date,
    jusqu_au: dt.date | None,
    raison: str,
    sans_fin: bool,
) -> bool:
    """Store an exemption, or correct the one that starts that day, whose end stays when none is given and it is not
    said that there is none (`sans_fin`); gives whether anything changed.
    """
    valeurs = {"demarche": demarche, "indicateur": indicateur, "depuis": depuis, "jusqu_au": jusqu_au, "raison": raison}
    valeurs["sans_fin"] = sans_fin
    return (await db.execute(_EXEMPTER, valeurs)).first() is not None


async def exemptions(db: AsyncSession) -> Sequence[Row[Any]]:
    """Every exemption, past ones too."""
    return (await db.execute(_EXEMPTIONS)).all()
