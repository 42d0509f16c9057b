"""The catalogue: who answers for what (ministère, organisme), what is rated (démarche), and where (bouton).

On a distributed PostgreSQL these are reference tables: small, read everywhere, written rarely.
"""

import datetime as dt
import secrets

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

ALPHABET = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that reads like something else


def make_cle() -> str:
    """A public key for a bouton: 12 characters out of 56, about 70 bits, impossible to guess, easy to copy."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


class Ministere(SQLModel, table=True):
    """Who answers for démarches before the public."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, sa_type=Text)
    nom: str = Field(unique=True, sa_type=Text)


class Organisme(SQLModel, table=True):
    """An operator or a directorate; belongs to one ministère."""

    __table_args__ = (UniqueConstraint("ministere_id", "slug"), UniqueConstraint("id", "ministere_id"))

    id: int | None = Field(default=None, primary_key=True)
    ministere_id: int = Field(foreign_key="ministere.id")
    slug: str = Field(sa_type=Text)
    nom: str = Field(sa_type=Text)


class Demarche(SQLModel, table=True):
    """An administrative procedure done online. `titre_recherche` is the title without accents or capitals."""

    __table_args__ = (
        ForeignKeyConstraint(["organisme_id", "ministere_id"], ["organisme.id", "organisme.ministere_id"]),
        Index(
            "demarche_titre_recherche_trgm",
            "titre_recherche",
            postgresql_using="gin",
            postgresql_ops={"titre_recherche": "gin_trgm_ops"},
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, sa_type=Text)
    titre: str = Field(sa_type=Text)
    titre_recherche: str = Field(sa_type=Text)
    url: str | None = Field(default=None, sa_type=Text)
    en_ligne: bool = True
    top_250_depuis: dt.date | None = None
    top_250_jusqu_au: dt.date | None = None
    ministere_id: int | None = Field(default=None, foreign_key="ministere.id", index=True)
    organisme_id: int | None = Field(default=None, index=True)
    cree_le: dt.datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )


class AncienSlug(SQLModel, table=True):
    """A slug that a démarche had before; it still leads to it."""

    __tablename__ = "ancien_slug"

    slug: str = Field(primary_key=True, sa_type=Text)
    demarche_id: int = Field(foreign_key="demarche.id", index=True)


class Identifiant(SQLModel, table=True):
    """The name of a démarche in another system (`jdma:1006`, `xwiki:823`); unique within its source."""

    source: str = Field(primary_key=True, sa_type=Text)
    valeur: str = Field(primary_key=True, sa_type=Text)
    demarche_id: int = Field(foreign_key="demarche.id", index=True)


class Bouton(SQLModel, table=True):
    """One place where the button stands for a démarche. No allowed origin means any; `ferme_le` means closed.

    `echelle`: `smileys` (notes 0, 5, 10) or `notes` (0..10). `essai`, fixed for life: its avis are acknowledged, and
    neither stored nor counted.
    """

    id: int | None = Field(default=None, primary_key=True)
    demarche_id: int = Field(foreign_key="demarche.id", index=True)
    cle: str = Field(default_factory=make_cle, unique=True, sa_type=Text)
    nom: str = Field(sa_type=Text)
    origines: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))
    )
    ferme_le: dt.datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    ferme_raison: str | None = Field(default=None, sa_type=Text)
    echelle: str = Field(default="smileys", sa_column=Column(Text, nullable=False, server_default=text("'smileys'")))
    essai: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    cree_le: dt.datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )


class FichierPublie(SQLModel, table=True):
    """A file of the widget under its immutable name: pages that pin it find it after the service has been updated."""

    __tablename__ = "fichier_publie"

    nom: str = Field(primary_key=True, sa_type=Text)
    corps: bytes = Field(sa_type=LargeBinary)
    publie_le: dt.datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )
