"""what lets the service have few rights (triggers and a lock that are the owner's); signatures made at publication"""

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"

VERROUILLER = """
CREATE FUNCTION verrouiller_catalogue() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema} AS $$
BEGIN
  -- For the service, which may not write the whole table, and so could not lock it.
  LOCK TABLE demarche IN SHARE ROW EXCLUSIVE MODE;
END
$$
"""

REFUSER_SIGNATURE = """
CREATE FUNCTION refuser_modification_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND NOT EXISTS (SELECT FROM edition_signature) THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'une signature ne se change ni ne s''efface' USING ERRCODE = 'restrict_violation';
END
$$
"""


def upgrade() -> None:
    create_signatures()
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    chemin = f"pg_catalog, {schema}, pg_temp"
    # Whoever may change a register changes what notes it: nobody else needs a right on that table.
    op.execute(f"ALTER FUNCTION noter_modification() SECURITY DEFINER SET search_path = {chemin}")
    op.execute(VERROUILLER.format(schema=chemin))
    op.execute("REVOKE ALL ON FUNCTION verrouiller_catalogue() FROM PUBLIC")


def create_signatures() -> None:
    op.create_table(
        "edition_signature",
        sa.Column("edition_id", sa.Integer(), sa.ForeignKey("edition.id"), primary_key=True),
        sa.Column("nom", sa.Text(), primary_key=True),
        sa.Column("cle_publique", sa.LargeBinary(), primary_key=True),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("signee_le", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint(
            "octet_length(cle_publique) = 32 AND octet_length(signature) = 64", name="edition_signature_ed25519"
        ),
    )
    op.execute(REFUSER_SIGNATURE)
    for nom, quand, chaque in (("fixe", "UPDATE OR DELETE", "ROW"), ("non_videe", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER signature_{nom} BEFORE {quand} ON edition_signature FOR EACH {chaque} "
            "EXECUTE FUNCTION refuser_modification_signature()"
        )
    op.execute(
        "CREATE TRIGGER modification_note AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON edition_signature "
        "FOR EACH STATEMENT EXECUTE FUNCTION noter_modification()"
    )
