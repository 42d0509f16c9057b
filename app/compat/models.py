"""What boutons are called in the national service."""

from sqlalchemy import Text
from sqlmodel import Field, SQLModel


class IdentifiantBouton(SQLModel, table=True):
    """The name of a bouton in another system (`jdma-formulaire:12`); unique within its source."""

    __tablename__ = "identifiant_bouton"

    source: str = Field(primary_key=True, sa_type=Text)
    valeur: str = Field(primary_key=True, sa_type=Text)
    bouton_id: int = Field(foreign_key="bouton.id", index=True)
