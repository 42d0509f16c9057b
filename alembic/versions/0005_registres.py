"""which transactions changed the registers last: all that avis do not change"""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"

REGISTRES = (
    *("ministere", "organisme", "demarche", "ancien_slug", "bouton", "fait", "exemption", "intervention"),
    *("engagement", "engagement_demarche", "glissement", "edition", "edition_ligne", "edition_fichier"),
)

# Nobody waits for anybody: each transaction writes a row of its own, and takes away the rows of earlier ones that
# nobody else is taking away. Under another isolation level, a row taken away meanwhile would be an error: they stay.
NOTER = """
CREATE FUNCTION noter_modification() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_xid bigint := CAST(CAST(pg_current_xact_id() AS text) AS bigint);
BEGIN
  INSERT INTO registre_modifie (xid) VALUES (v_xid) ON CONFLICT DO NOTHING;
  IF FOUND AND current_setting('transaction_isolation') = 'read committed' THEN
    DELETE FROM registre_modifie WHERE xid IN (
      SELECT xid FROM registre_modifie WHERE xid <> v_xid FOR UPDATE SKIP LOCKED
    );
  END IF;
  RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.create_table("registre_modifie", sa.Column("xid", sa.BigInteger(), primary_key=True, autoincrement=False))
    op.execute(NOTER)
    for table in REGISTRES:
        op.execute(
            f"CREATE TRIGGER modification_notee AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION noter_modification()"
        )
