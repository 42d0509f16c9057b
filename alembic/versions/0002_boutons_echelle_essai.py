"""boutons: how they ask for the note, and whether they are for trying; the widget's files as they were published"""

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"


FIXER_ESSAI = """
CREATE FUNCTION fixer_essai() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Servers remember it for as long as they run; and avis that were counted would have to vanish, or the reverse.
  RAISE EXCEPTION 'un bouton est d''essai ou ne l''est pas, pour toujours' USING ERRCODE = 'restrict_violation';
END
$$
"""


def upgrade() -> None:
    op.add_column("bouton", sa.Column("echelle", sa.Text(), nullable=False, server_default="smileys"))
    op.create_check_constraint("bouton_echelle", "bouton", "echelle IN ('smileys', 'notes')")
    op.add_column("bouton", sa.Column("essai", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.create_table(
        "fichier_publie",
        sa.Column("nom", sa.Text(), primary_key=True),
        sa.Column("corps", sa.LargeBinary(), nullable=False),
        sa.Column("publie_le", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.execute(FIXER_ESSAI)
    op.execute(
        "CREATE TRIGGER fixer_essai BEFORE UPDATE OF essai ON bouton FOR EACH ROW "
        "WHEN (OLD.essai IS DISTINCT FROM NEW.essai) EXECUTE FUNCTION fixer_essai()"
    )
