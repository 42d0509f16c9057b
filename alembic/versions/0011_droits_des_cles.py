"""API keys: what each may read, the figures unless it is said otherwise"""

import sqlalchemy as sa

from alembic import op

revision = "0011"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("cle_api", sa.Column("droits", sa.Text(), nullable=False, server_default="chiffres"))
    op.create_check_constraint("cle_api_droits", "cle_api", "droits IN ('chiffres', 'verbatims')")
