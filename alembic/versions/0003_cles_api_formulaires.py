"""API keys; the names that boutons have in other systems"""

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"

PORTEE_COHERENTE = """
  CASE portee WHEN 'administrateur' THEN ministere_id IS NULL AND demarche_id IS NULL
              WHEN 'ministere' THEN ministere_id IS NOT NULL AND demarche_id IS NULL
              WHEN 'demarche' THEN ministere_id IS NULL AND demarche_id IS NOT NULL
              ELSE false END
"""


def upgrade() -> None:
    stamp = sa.DateTime(timezone=True)
    op.create_table(
        "identifiant_bouton",
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("valeur", sa.Text(), primary_key=True),
        sa.Column("bouton_id", sa.Integer(), sa.ForeignKey("bouton.id"), nullable=False, index=True),
    )
    op.create_table(
        "cle_api",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("empreinte", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("portee", sa.Text(), nullable=False),
        sa.Column("ministere_id", sa.Integer(), sa.ForeignKey("ministere.id"), index=True),
        sa.Column("demarche_id", sa.Integer(), sa.ForeignKey("demarche.id"), index=True),
        sa.Column("cree_le", stamp, nullable=False, server_default=sa.func.now()),
        sa.Column("expire_le", stamp),
        sa.Column("revoquee_le", stamp),
        sa.Column("utilisee_le", stamp),
        sa.CheckConstraint(PORTEE_COHERENTE, name="cle_api_portee"),
    )
