"""The statements that a survey of the démarches is made from, in the caller's snapshot."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson
from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.acquis import avant, retenir
from app.observatoire.valeurs import Fait

_NOMBRE: Final = " + ".join(f"n{k}" for k in range(11))
_AVEC_AVIS: Final = f"c.question = 1 AND c.bouton_id = b.id AND {_NOMBRE} > 0"

IDENTITE: Final = (
    "d.id",
    "d.slug",
    "d.titre",
    "d.url",
    "m.slug AS ministere_slug",
    "m.nom AS ministere",
    "o.slug AS organisme_slug",
    "o.nom AS organisme",
    "coalesce(:jour >= d.top_250_depuis AND :jour < coalesce(d.top_250_jusqu_au, 'infinity'), false) AS top_250",
)
"""What `releve.Identite` holds, in its order."""

_DEMARCHES = f"""
    SELECT {", ".join(IDENTITE)}, d.en_ligne, d.top_250_depuis, d.top_250_jusqu_au
    FROM demarche d
    LEFT JOIN ministere m ON m.id = d.ministere_id
    LEFT JOIN organisme o ON o.id = d.organisme_id
    {{ou}}
    ORDER BY d.id
"""

# The first month that counts leads to its days. Both probes are bounded: an index reads a whole page of what matches.
_PREMIERS_AVIS = f"""
    SELECT b.demarche_id, j.debut AS premier, CAST(b.ferme_le AT TIME ZONE 'Europe/Paris' AS date) AS ferme_le, b.id
    FROM bouton b
    CROSS JOIN LATERAL (
      SELECT c.debut FROM compte c
      WHERE c.demarche_id = b.demarche_id AND c.pas = 'm' AND {_AVEC_AVIS} ORDER BY c.debut LIMIT 1
    ) m
    CROSS JOIN LATERAL (
      SELECT c.debut FROM compte c
      WHERE c.demarche_id = b.demarche_id AND c.pas = 'j' AND c.debut >= m.debut AND c.debut < m.debut + 31
        AND {_AVEC_AVIS} ORDER BY c.debut LIMIT 1
    ) j
    WHERE NOT b.essai {{ou}}
"""

# Facts that whoever wrote them did not replace explicitly may come with those that replaced them: the latest wins.
_FAITS = """
    SELECT demarche_id, nature, jour, source, depuis, CAST(contenu AS text) FROM fait
    WHERE nature = ANY (CAST(:natures AS text[])) AND jour <= :jour AND remplace_le > :jour {ou}
"""

_EXEMPTIONS = """
    SELECT demarche_id, indicateur, raison FROM exemption
    WHERE depuis <= :jour AND (jusqu_au IS NULL OR jusqu_au >= :jour) {ou} ORDER BY depuis
"""

_CHANGEMENTS = """
    SELECT demarche_id, nature, jour, source, depuis, CAST(contenu AS text) FROM fait
    WHERE nouveau AND nature = ANY (CAST(:natures AS text[])) AND jour <= :jour {ou}
    ORDER BY jour, source DESC
"""

_EXEMPTIONS_DE = text("SELECT demarche_id, depuis, jusqu_au, raison FROM exemption WHERE indicateur = :indicateur")

_HISTORIQUE = text("""
    SELECT nature, jour, source, contenu, depuis FROM fait
    WHERE demarche_id = :demarche AND jour <= :jour AND nouveau ORDER BY jour DESC, nature, source
""")

_CIBLES = text("""
    SELECT e.slug AS engagement, e.indicateur, e.cible, e.echeance, m.slug AS ministere,
           o.slug AS organisme, om.slug AS ministere_organisme
    FROM engagement e
    LEFT JOIN ministere m ON m.id = e.ministere_id
    LEFT JOIN organisme o ON o.id = e.organisme_id
    LEFT JOIN ministere om ON om.id = o.ministere_id
    WHERE e.genre = 'cible' AND e.indicateur IS NOT NULL AND e.cible IS NOT NULL AND e.statut <> 'abandonne'
      AND NOT EXISTS (SELECT FROM engagement_demarche l WHERE l.engagement_id = e.id)
    ORDER BY e.echeance NULLS LAST, e.id
""")


@dataclass(frozen=True, slots=True)
class Parmi:
    """Some démarches only: those that have these ids, and those of these ministères (slugs or exact names)."""

    ids: tuple[int, ...] = ()
    ministeres: tuple[str, ...] = ()


@lru_cache
def _requete(modele: str, ou: str) -> TextClause:
    return text(modele.format(ou=ou))


def _de(modele: str, condition: str, demarches: Sequence[int] | None) -> tuple[TextClause, dict[str, Any]]:
    """The statement for every démarche, or with a condition for some."""
    if demarches is None:
        return _requete(modele, ""), {}
    return _requete(modele, condition + " = ANY (CAST(:demarches AS integer[]))"), {"demarches": list(demarches)}


async def demarches(db: AsyncSession, jour: dt.date, parmi: Parmi | None = None) -> Sequence[Row[Any]]:
    """Every démarche (or some) and who answers for it; `top_250` on that day."""
    if parmi is None:
        return (await db.execute(_requete(_DEMARCHES, ""), {"jour": jour})).all()
    requete = _requete(_DEMARCHES, "WHERE d.id = ANY (:ids) OR m.slug = ANY (:ministeres) OR m.nom = ANY (:ministeres)")
    valeurs = {"jour": jour, "ids": list(parmi.ids), "ministeres": list(parmi.ministeres)}
    return (await db.execute(requete, valeurs)).all()


async def premiers_avis(db: AsyncSession, demarches: Sequence[int] | None = None) -> Sequence[Any]:
    """Each bouton that has had an avis: (`demarche_id`, `premier` day with one, `ferme_le`: the day it closed or None,
    `id`). Boutons for trying do not count.
    """
    if demarches is not None:
        requete, valeurs = _de(_PREMIERS_AVIS, "AND b.demarche_id", demarches)
        return (await db.execute(requete, valeurs)).all()
    anciens, recents = await tous_les_premiers_avis(db)
    return [*anciens, *recents]


async def tous_les_premiers_avis(db: AsyncSession) -> tuple[Sequence[Any], Sequence[Any]]:
    """The same of every démarche: those that are settled, and those that came since."""
    jour = avant(db)
    if jour is None:
        return (), (await db.execute(_requete(_PREMIERS_AVIS, ""))).all()

    async def lire() -> tuple[list[Any], list[int]]:
        rows = [row for row in await db.execute(_requete(_PREMIERS_AVIS, "")) if row.premier < jour]
        return rows, [row.id for row in rows]

    anciens, connus = await retenir(db, "premiers avis", lire)
    autres = await db.execute(
        _requete(_PREMIERS_AVIS, "AND b.id <> ALL (CAST(:connus AS integer[]))"), {"connus": connus}
    )
    return anciens, autres.all()


async def en_ligne(db: AsyncSession) -> Sequence[Any]:
    """What the catalogue says of every démarche: rows (`id`, `en_ligne`), in the order of their creation."""
    return (await db.execute(text("SELECT id, en_ligne FROM demarche ORDER BY id"))).all()


async def faits(
    db: AsyncSession, jour: dt.date, natures: Iterable[str], demarches: Sequence[int] | None = None
) -> dict[int, dict[str, Fait]]:
    """By démarche and nature, the latest fact up to `jour`; of two sources on one day, the first by name."""
    requete, valeurs = _de(_FAITS, "AND demarche_id", demarches)
    rows = await db.execute(requete, valeurs | {"jour": jour, "natures": list(natures)})
    par_demarche: dict[int, dict[str, Fait]] = {}
    for cle, nature, du, source, depuis, contenu in rows:
        de_la_demarche = par_demarche.setdefault(cle, {})
        autre = de_la_demarche.get(nature)
        if autre is None or du > autre.jour or (du == autre.jour and source < autre.source):
            de_la_demarche[nature] = Fait(du, source, orjson.loads(contenu), depuis)
    return par_demarche


async def exemptions(
    db: AsyncSession, jour: dt.date, demarches: Sequence[int] | None = None
) -> Mapping[int, dict[str, str]]:
    """By démarche and indicateur, the reason of the exemption in force on `jour`."""
    requete, valeurs = _de(_EXEMPTIONS, "AND demarche_id", demarches)
    par_demarche: dict[int, dict[str, str]] = {}
    for row in await db.execute(requete, valeurs | {"jour": jour}):
        par_demarche.setdefault(row.demarche_id, {})[row.indicateur] = row.raison
    return par_demarche


async def changements(
    db: AsyncSession, jour: dt.date, natures: Iterable[str], demarches: Sequence[int] | None = None
) -> dict[int, list[tuple[str, Fait]]]:
    """By démarche, the facts up to `jour` that said something new, in order; of one day, the one that wins is last."""
    requete, valeurs = _de(_CHANGEMENTS, "AND demarche_id", demarches)
    par_demarche: dict[int, list[tuple[str, Fait]]] = {}
    for cle, nature, du, source, depuis, contenu in await db.execute(
        requete, valeurs | {"jour": jour, "natures": list(natures)}
    ):
        fait = Fait(du, source, orjson.loads(contenu), depuis)
        par_demarche.setdefault(cle, []).append((nature, fait))
    return par_demarche


async def exemptions_de(db: AsyncSession, indicateur: str) -> Sequence[Row[Any]]:
    """Every exemption from an indicateur: `demarche_id`, `depuis`, `jusqu_au`, `raison`."""
    return (await db.execute(_EXEMPTIONS_DE, {"indicateur": indicateur})).all()


async def historique(db: AsyncSession, demarche: int, jour: dt.date) -> Sequence[Row[Any]]:
    """The facts of a démarche up to `jour` that said something new, the latest first."""
    return (await db.execute(_HISTORIQUE, {"demarche": demarche, "jour": jour})).all()


async def cibles(db: AsyncSession) -> Sequence[Row[Any]]:
    """The targets that are not given up: of everybody, of a `ministere`, or of an `organisme`."""
    return (await db.execute(_CIBLES)).all()
