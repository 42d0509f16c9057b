"""which transactions changed last what deposits do not change: registers, counts of the past"""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"

REGISTRES = (
    *("ministere", "organisme", "demarche", "ancien_slug", "bouton", "fait", "exemption", "intervention"),
    *("engagement", "engagement_demarche", "glissement", "edition", "edition_ligne", "edition_fichier"),
)
ANCIEN = "debut < current_date - 31"

# Nobody waits for anybody: each transaction writes a row of its own, and takes away the rows of earlier ones that
# nobody else is taking away. Under another isolation level, a row taken away meanwhile would be an error: they stay.
NOTER = """
CREATE FUNCTION noter_modification() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_xid bigint := CAST(CAST(pg_current_xact_id() AS text) AS bigint);
BEGIN
  INSERT INTO modification (xid) VALUES (v_xid) ON CONFLICT DO NOTHING;
  IF FOUND AND current_setting('transaction_isolation') = 'read committed' THEN
    DELETE FROM modification WHERE xid IN (SELECT xid FROM modification WHERE xid <> v_xid FOR UPDATE SKIP LOCKED);
  END IF;
  RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.create_table("modification", sa.Column("xid", sa.BigInteger(), primary_key=True, autoincrement=False))
    op.execute(NOTER)
    for table in REGISTRES:
        create_trigger("modification", "INSERT OR UPDATE OR DELETE OR TRUNCATE", table, "STATEMENT")
    # The condition of a row is read before anything is called: deposits, which are of today, pay next to nothing.
    create_trigger("ajout", "INSERT", "compte", f"ROW WHEN (NEW.{ANCIEN})")
    create_trigger("changement", "UPDATE", "compte", f"ROW WHEN (NEW.{ANCIEN} OR OLD.{ANCIEN})")
    create_trigger("retrait", "DELETE", "compte", f"ROW WHEN (OLD.{ANCIEN})")
    create_trigger("vidage", "TRUNCATE", "compte", "STATEMENT")


def create_trigger(nom: str, quand: str, table: str, chaque: str) -> None:
    op.execute(
        f"CREATE TRIGGER {nom}_note AFTER {quand} ON {table} FOR EACH {chaque} EXECUTE FUNCTION noter_modification()"
    )
