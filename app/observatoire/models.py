"""What the observatory keeps: facts about démarches, éditions, engagements, interventions.

The database itself refuses to change a published édition, and the history of due dates (migration 0004).
"""

import datetime as dt
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlmodel import Field, SQLModel


def _now() -> Column[Any]:
    return Column(DateTime(timezone=True), nullable=False, server_default=func.now())


class Fait(SQLModel, table=True):
    """What a source says of a démarche on a day: `nature` names the shape of `contenu` (see `indicateurs`).

    Facts are never overwritten by later ones: the latest at a day is what holds that day, the others are its history.

    The last three columns follow from the others, and `faits` keeps them; their defaults are right too, only slower to
    read. `depuis`: the first day on which the same was said (None: `jour`). `nouveau`: false when the fact before it
    said the same. `remplace_le`: the day of the fact after it.
    """

    __table_args__ = (
        Index("fait_en_vigueur", "nature", "remplace_le", "jour"),
        Index("fait_nouveau", "nature", "jour", postgresql_where=text("nouveau")),
    )

    demarche_id: int = Field(primary_key=True, foreign_key="demarche.id")
    nature: str = Field(primary_key=True, sa_type=Text)
    jour: dt.date = Field(primary_key=True)
    source: str = Field(primary_key=True, sa_type=Text)
    contenu: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    enregistre_le: dt.datetime | None = Field(default=None, sa_column=_now())
    depuis: dt.date | None = None
    nouveau: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=text("true")))
    remplace_le: dt.date | None = Field(
        default=None, sa_column=Column(Date, nullable=False, server_default=text("'infinity'"))
    )


class Exemption(SQLModel, table=True):
    """A démarche that an indicateur leaves out, from `depuis` to `jusqu_au` (both included; None: no end)."""

    __table_args__ = (CheckConstraint("jusqu_au >= depuis", name="exemption_ordre"),)

    demarche_id: int = Field(primary_key=True, foreign_key="demarche.id")
    indicateur: str = Field(primary_key=True, sa_type=Text)
    depuis: dt.date = Field(primary_key=True)
    jusqu_au: dt.date | None = None
    raison: str = Field(sa_type=Text)


class Edition(SQLModel, table=True):
    """A publication of the observatory. Prepared: `publiee_le` is None, and no figure is stored. Published: frozen.

    `perimetre`: `toutes`, `top_250`, or `liste`, whose démarches are in `catalogue` (ids). `cibles`: targets by
    indicateur, shares in [0, 1]. `seuils`: the thresholds in force at publication. `bilan`: the national syntheses;
    `groupes`: those of each ministère and organisme.
    `empreinte`: SHA-256 of the canonical content. Frozen figures are `json`, not `jsonb`: kept as they were written.
    """

    __table_args__ = (
        UniqueConstraint("slug", "revision"),
        CheckConstraint("debut <= fin AND minimum >= 1 AND revision >= 1", name="edition_coherente"),
        CheckConstraint("revision = 1 OR raison IS NOT NULL", name="edition_raison"),
        CheckConstraint(
            "publiee_le IS NULL OR (methode IS NOT NULL AND seuils IS NOT NULL AND bilan IS NOT NULL"
            " AND groupes IS NOT NULL AND empreinte IS NOT NULL)",
            name="edition_complete",
        ),
        CheckConstraint("(perimetre = 'liste') = (coalesce(cardinality(catalogue), 0) > 0)", name="edition_catalogue"),
    )

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(sa_type=Text)
    revision: int
    titre: str = Field(sa_type=Text)
    debut: dt.date
    fin: dt.date
    minimum: int
    perimetre: str = Field(sa_type=Text)
    catalogue: list[int] | None = Field(default=None, sa_column=Column(ARRAY(Integer)))
    cibles: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    raison: str | None = Field(default=None, sa_type=Text)
    preparee_le: dt.datetime | None = Field(default=None, sa_column=_now())
    publiee_le: dt.datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    methode: str | None = Field(default=None, sa_type=Text)
    seuils: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    bilan: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    groupes: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    empreinte: str | None = Field(default=None, sa_type=Text)


class EditionLigne(SQLModel, table=True):
    """A démarche in a published édition, as it was: no reference to the catalogue, which goes on changing.

    `demarche_id` tells that two éditions speak of the same démarche, whatever its slug and title have become.
    """

    __tablename__ = "edition_ligne"

    edition_id: int = Field(primary_key=True, foreign_key="edition.id")
    demarche_id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    demarche: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    notes: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    indice: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    valeurs: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class EditionFichier(SQLModel, table=True):
    """A file of open data of an édition, with the very bytes that were published: what they were made by goes on
    changing."""

    __tablename__ = "edition_fichier"

    edition_id: int = Field(primary_key=True, foreign_key="edition.id")
    nom: str = Field(primary_key=True, sa_type=Text)
    octets: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    taille: int
    sha256: str = Field(sa_type=Text)


class EditionSignature(SQLModel, table=True):
    """The Ed25519 signature of a file that an édition published, made once and kept: by one key, or by several.

    `cle_publique`: its 32 bytes. `nom`: of a file, or SHA256SUMS.
    """

    __tablename__ = "edition_signature"
    __table_args__ = (
        CheckConstraint(
            "octet_length(cle_publique) = 32 AND octet_length(signature) = 64", name="edition_signature_ed25519"
        ),
    )

    edition_id: int = Field(primary_key=True, foreign_key="edition.id")
    nom: str = Field(primary_key=True, sa_type=Text)
    cle_publique: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    signature: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    signee_le: dt.datetime | None = Field(None, sa_column=_now())


class Engagement(SQLModel, table=True):
    """A commitment with an owner (`porteur`) and a date, or none. `cible`: what `indicateur` must reach, in [0, 1].

    `api` and `variante` (`franceconnect`, `sans_franceconnect`): a data API of "Dites-le-nous une fois".
    `echeance` is the one in force: the database lets it change only with a `Glissement` that says why.
    """

    __table_args__ = (
        CheckConstraint(
            "genre IN ('cible', 'calendrier', 'jalon', 'api', 'demarche', 'integration')", name="engagement_genre"
        ),
        CheckConstraint(
            "statut IN ('prevu', 'en_cours', 'tenu', 'abandonne') AND (statut = 'tenu') = (tenu_le IS NOT NULL)"
            " AND (statut = 'abandonne') = (abandonne_le IS NOT NULL)"
            " AND (statut = 'abandonne') = (abandon_raison IS NOT NULL)",
            name="engagement_statut",
        ),
        CheckConstraint("(cible IS NULL) = (indicateur IS NULL) AND cible > 0 AND cible <= 1", name="engagement_cible"),
        CheckConstraint(
            "variante IN ('franceconnect', 'sans_franceconnect') AND (variante IS NULL OR api IS NOT NULL)",
            name="engagement_variante",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, sa_type=Text)
    genre: str = Field(sa_type=Text)
    titre: str = Field(sa_type=Text)
    porteur: str = Field(sa_type=Text)
    source: str | None = Field(default=None, sa_type=Text)
    ministere_id: int | None = Field(default=None, foreign_key="ministere.id", index=True)
    organisme_id: int | None = Field(default=None, foreign_key="organisme.id", index=True)
    api: str | None = Field(default=None, sa_type=Text)
    variante: str | None = Field(default=None, sa_type=Text)
    indicateur: str | None = Field(default=None, sa_type=Text)
    cible: float | None = Field(default=None, sa_type=Float)
    statut: str = Field(sa_type=Text)
    echeance: dt.date | None = None
    tenu_le: dt.date | None = None
    abandonne_le: dt.date | None = None
    abandon_raison: str | None = Field(default=None, sa_type=Text)
    cree_le: dt.datetime | None = Field(default=None, sa_column=_now())


class EngagementDemarche(SQLModel, table=True):
    """A démarche that an engagement is about."""

    __tablename__ = "engagement_demarche"

    engagement_id: int = Field(primary_key=True, foreign_key="engagement.id")
    demarche_id: int = Field(
        sa_column=Column(Integer, ForeignKey("demarche.id"), primary_key=True, index=True, autoincrement=False)
    )


class Glissement(SQLModel, table=True):
    """A due date that moved, for a reason; None is "aucune date". `le`: the day it was announced, None when unknown."""

    __table_args__ = (CheckConstraint("ancienne IS DISTINCT FROM nouvelle", name="glissement_reel"),)

    id: int | None = Field(default=None, primary_key=True)
    engagement_id: int = Field(foreign_key="engagement.id", index=True)
    le: dt.date | None = None
    ancienne: dt.date | None = None
    nouvelle: dt.date | None = None
    raison: str = Field(sa_type=Text)
    enregistre_le: dt.datetime | None = Field(default=None, sa_column=_now())


class Intervention(SQLModel, table=True):
    """A request for help about a démarche and, once it has begun, the work done from `debut` to `fin`."""

    __table_args__ = (
        CheckConstraint("fin IS NULL OR (debut IS NOT NULL AND fin >= debut)", name="intervention_ordre"),
    )

    id: int | None = Field(default=None, primary_key=True)
    demarche_id: int = Field(foreign_key="demarche.id", index=True)
    demandeur: str = Field(sa_type=Text)
    demandee_le: dt.date
    debut: dt.date | None = None
    fin: dt.date | None = None
    description: str = Field(sa_type=Text)
