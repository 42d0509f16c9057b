"""éditions: the list of démarches that one is about, when it is neither all of them nor the 250"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("edition", sa.Column("catalogue", ARRAY(sa.Integer())))
    op.create_check_constraint(
        "edition_catalogue", "edition", "(perimetre = 'liste') = (coalesce(cardinality(catalogue), 0) > 0)"
    )
