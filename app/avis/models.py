"""What citizens leave (`avis`) and the counts that always agree with it (`compte`).

Both are keyed by `demarche_id` first, carry no foreign key and no trigger: on a distributed PostgreSQL they are
distributed by that column and co-located (docs/decisions/0002-distribution.md).
"""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import CHAR, JSONB
from sqlmodel import Field, SQLModel

NIVEAUX = tuple(f"n{niveau}" for niveau in range(11))
"""The columns of `compte` that hold how many times each level was given."""


class Avis(SQLModel, table=True):
    """What one citizen leaves once. `empreinte` identifies the content first deposited, `version` counts what changed
    it since, `ordre` is the greatest that a completion carried. `importe`: it came from a file, complete.
    """

    demarche_id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    id: uuid.UUID = Field(primary_key=True)
    bouton_id: int
    depose_le: dt.datetime = Field(sa_type=DateTime(timezone=True))
    empreinte: int = Field(sa_type=BigInteger)
    note: int = Field(sa_type=SmallInteger)
    version: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default=text("0")))
    langue: str = Field(sa_type=Text)
    reponses: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    commentaire: str | None = Field(default=None, sa_type=Text)
    importe: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    ordre: int | None = Field(default=None, sa_type=BigInteger)


class Compte(SQLModel, table=True):
    """How many avis gave each level of a question, for a bouton, over a day (`pas` j) or a month (`pas` m).

    `debut` is the day in Europe/Paris, or the first of the month.
    """

    __table_args__ = (
        Index("compte_question_pas_debut", "question", "pas", "debut"),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    demarche_id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    question: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    pas: str = Field(sa_column=Column(CHAR(1), primary_key=True))
    debut: dt.date = Field(sa_column=Column(Date, primary_key=True))
    bouton_id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))


for _niveau in NIVEAUX:
    Compte.__table__.append_column(  # type: ignore[attr-defined]
        Column(_niveau, Integer, nullable=False, server_default=text("0"))
    )
