"""API keys: who may ask for what through the addresses that want a Bearer."""

import datetime as dt

from sqlalchemy import CheckConstraint, Column, DateTime, Integer, LargeBinary, Text, func
from sqlmodel import Field, SQLModel

PORTEE_COHERENTE = """
  CASE portee WHEN 'administrateur' THEN ministere_id IS NULL AND demarche_id IS NULL
              WHEN 'ministere' THEN ministere_id IS NOT NULL AND demarche_id IS NULL
              WHEN 'demarche' THEN ministere_id IS NULL AND demarche_id IS NOT NULL
              ELSE false END
"""
DROITS_CONNUS = "droits IN ('chiffres', 'verbatims')"


class CleApi(SQLModel, table=True):
    """An API key. The secret itself is nowhere: `empreinte` is its SHA-256.

    `portee`: `administrateur`, or the démarches of one `ministere`, or one `demarche`. `droits`: the figures, or also
    what citizens wrote. A key works until `expire_le` (excluded; None: for ever, which is no longer given) unless
    `revoquee_le` is set. `utilisee_le` is at most an hour late.
    """

    __tablename__ = "cle_api"
    __table_args__ = (
        CheckConstraint(PORTEE_COHERENTE, name="cle_api_portee"),
        CheckConstraint(DROITS_CONNUS, name="cle_api_droits"),
    )

    id: int | None = Field(default=None, primary_key=True)
    nom: str = Field(sa_type=Text)
    empreinte: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    portee: str = Field(sa_type=Text)
    ministere_id: int | None = Field(default=None, sa_type=Integer, foreign_key="ministere.id", index=True)
    demarche_id: int | None = Field(default=None, sa_type=Integer, foreign_key="demarche.id", index=True)
    droits: str = Field(default="chiffres", sa_column=Column(Text, nullable=False, server_default="chiffres"))
    cree_le: dt.datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )
    expire_le: dt.datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    revoquee_le: dt.datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    utilisee_le: dt.datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
