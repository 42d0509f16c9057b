"""the observatory: facts, exemptions, éditions that nothing can change, engagements, interventions"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB

from alembic import op

revision = "0004"
down_revision = "0003"

TEXT, STAMP = sa.Text(), sa.DateTime(timezone=True)

REFUSER_EDITION = """
CREATE FUNCTION refuser_modification_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- What was published is what people have quoted: a correction is another revision.
  IF TG_OP = 'TRUNCATE' THEN
    IF EXISTS (SELECT FROM edition WHERE publiee_le IS NOT NULL) THEN
      RAISE EXCEPTION 'une édition publiée ne se vide pas' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
  ELSIF TG_OP = 'INSERT' THEN
    IF NEW.publiee_le IS NOT NULL THEN
      RAISE EXCEPTION 'une édition se prépare avant de se publier' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.publiee_le IS NOT NULL THEN
    RAISE EXCEPTION 'l''édition % est publiée : elle ne change plus', OLD.slug USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$
"""

REFUSER_LIGNE = """
CREATE FUNCTION refuser_modification_ligne() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_editions integer[] := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.edition_id]
                                     WHEN 'DELETE' THEN ARRAY[OLD.edition_id]
                                     ELSE ARRAY[OLD.edition_id, NEW.edition_id] END;
BEGIN
  -- FOR SHARE waits for a publication under way, and makes it wait: nothing slips in beside it.
  PERFORM 1 FROM edition WHERE id = ANY (v_editions) FOR SHARE;
  IF EXISTS (SELECT FROM edition WHERE id = ANY (v_editions) AND publiee_le IS NOT NULL) THEN
    RAISE EXCEPTION 'cette édition est publiée : elle ne change plus' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$
"""

REFUSER_GLISSEMENT = """
CREATE FUNCTION refuser_modification_glissement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND NOT EXISTS (SELECT FROM glissement) THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'l''historique des échéances ne se réécrit pas' USING ERRCODE = 'restrict_violation';
END
$$
"""

REFUSER_ECHEANCE = """
CREATE FUNCTION refuser_modification_echeance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A due date moves with its reason, or not at all: the slip is written first.
  IF NEW.id IS DISTINCT FROM OLD.id OR NOT EXISTS (
    SELECT FROM glissement g WHERE g.id = (SELECT max(id) FROM glissement WHERE engagement_id = OLD.id)
      AND g.ancienne IS NOT DISTINCT FROM OLD.echeance AND g.nouvelle IS NOT DISTINCT FROM NEW.echeance
  ) THEN
    RAISE EXCEPTION 'l''échéance de % ne change qu''avec un glissement et sa raison', OLD.slug
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$
"""


def upgrade() -> None:
    create_faits()
    create_editions()
    create_fichiers()
    create_engagements()
    for function in (REFUSER_EDITION, REFUSER_LIGNE, REFUSER_GLISSEMENT, REFUSER_ECHEANCE):
        op.execute(function)
    for name, when, table, each, function in (
        ("edition_fixe", "INSERT OR UPDATE OR DELETE", "edition", "ROW", "edition"),
        ("edition_non_videe", "TRUNCATE", "edition", "STATEMENT", "edition"),
        ("ligne_fixe", "INSERT OR UPDATE OR DELETE", "edition_ligne", "ROW", "ligne"),
        ("ligne_non_videe", "TRUNCATE", "edition_ligne", "STATEMENT", "edition"),
        ("fichier_fixe", "INSERT OR UPDATE OR DELETE", "edition_fichier", "ROW", "ligne"),
        ("fichier_non_vide", "TRUNCATE", "edition_fichier", "STATEMENT", "edition"),
        ("glissement_fixe", "UPDATE OR DELETE", "glissement", "ROW", "glissement"),
        ("glissement_non_vide", "TRUNCATE", "glissement", "STATEMENT", "glissement"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH {each} "
            f"EXECUTE FUNCTION refuser_modification_{function}()"
        )
    op.execute(
        "CREATE TRIGGER echeance_expliquee BEFORE UPDATE ON engagement FOR EACH ROW"
        " WHEN (NEW.echeance IS DISTINCT FROM OLD.echeance OR NEW.id IS DISTINCT FROM OLD.id)"
        " EXECUTE FUNCTION refuser_modification_echeance()"
    )


def create_faits() -> None:
    op.create_table(
        "fait",
        sa.Column("demarche_id", sa.Integer(), sa.ForeignKey("demarche.id"), primary_key=True),
        sa.Column("nature", TEXT, primary_key=True),
        sa.Column("jour", sa.Date(), primary_key=True),
        sa.Column("source", TEXT, primary_key=True),
        sa.Column("contenu", JSONB(), nullable=False),
        sa.Column("enregistre_le", STAMP, nullable=False, server_default=sa.func.now()),
        sa.Column("depuis", sa.Date()),
        sa.Column("nouveau", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("remplace_le", sa.Date(), nullable=False, server_default=sa.text("'infinity'")),
    )
    op.create_index("fait_en_vigueur", "fait", ["nature", "remplace_le", "jour"])
    op.create_index("fait_nouveau", "fait", ["nature", "jour"], postgresql_where=sa.text("nouveau"))
    op.create_table(
        "exemption",
        sa.Column("demarche_id", sa.Integer(), sa.ForeignKey("demarche.id"), primary_key=True),
        sa.Column("indicateur", TEXT, primary_key=True),
        sa.Column("depuis", sa.Date(), primary_key=True),
        sa.Column("jusqu_au", sa.Date()),
        sa.Column("raison", TEXT, nullable=False),
        sa.CheckConstraint("jusqu_au >= depuis", name="exemption_ordre"),
    )


def create_editions() -> None:
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("titre", TEXT, nullable=False),
        sa.Column("debut", sa.Date(), nullable=False),
        sa.Column("fin", sa.Date(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("perimetre", TEXT, nullable=False),
        sa.Column("cibles", JSONB(), nullable=False),
        sa.Column("raison", TEXT),
        sa.Column("preparee_le", STAMP, nullable=False, server_default=sa.func.now()),
        sa.Column("publiee_le", STAMP),
        sa.Column("methode", TEXT),
        sa.Column("seuils", JSON()),
        sa.Column("bilan", JSON()),
        sa.Column("groupes", JSON()),
        sa.Column("empreinte", TEXT),
        sa.UniqueConstraint("slug", "revision"),
        sa.CheckConstraint("debut <= fin AND minimum >= 1 AND revision >= 1", name="edition_coherente"),
        sa.CheckConstraint("revision = 1 OR raison IS NOT NULL", name="edition_raison"),
        sa.CheckConstraint(
            "publiee_le IS NULL OR (methode IS NOT NULL AND seuils IS NOT NULL AND bilan IS NOT NULL"
            " AND groupes IS NOT NULL AND empreinte IS NOT NULL)",
            name="edition_complete",
        ),
    )
    op.create_table(
        "edition_ligne",
        sa.Column("edition_id", sa.Integer(), sa.ForeignKey("edition.id"), primary_key=True),
        sa.Column("demarche_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("demarche", JSON(), nullable=False),
        sa.Column("notes", ARRAY(sa.Integer()), nullable=False),
        sa.Column("indice", JSON(), nullable=False),
        sa.Column("valeurs", JSON(), nullable=False),
    )


def create_fichiers() -> None:
    op.create_table(
        "edition_fichier",
        sa.Column("edition_id", sa.Integer(), sa.ForeignKey("edition.id"), primary_key=True),
        sa.Column("nom", TEXT, primary_key=True),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.Column("taille", sa.Integer(), nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
    )


def create_engagements() -> None:
    op.create_table(
        "engagement",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slug", TEXT, nullable=False, unique=True),
        sa.Column("genre", TEXT, nullable=False),
        sa.Column("titre", TEXT, nullable=False),
        sa.Column("porteur", TEXT, nullable=False),
        sa.Column("source", TEXT),
        sa.Column("ministere_id", sa.Integer(), sa.ForeignKey("ministere.id"), index=True),
        sa.Column("organisme_id", sa.Integer(), sa.ForeignKey("organisme.id"), index=True),
        sa.Column("api", TEXT),
        sa.Column("variante", TEXT),
        sa.Column("indicateur", TEXT),
        sa.Column("cible", sa.Float()),
        sa.Column("statut", TEXT, nullable=False),
        sa.Column("echeance", sa.Date()),
        sa.Column("tenu_le", sa.Date()),
        sa.Column("abandonne_le", sa.Date()),
        sa.Column("abandon_raison", TEXT),
        sa.Column("cree_le", STAMP, nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint(
            "genre IN ('cible', 'calendrier', 'jalon', 'api', 'demarche', 'integration')", name="engagement_genre"
        ),
        sa.CheckConstraint(
            "statut IN ('prevu', 'en_cours', 'tenu', 'abandonne') AND (statut = 'tenu') = (tenu_le IS NOT NULL)"
            " AND (statut = 'abandonne') = (abandonne_le IS NOT NULL)"
            " AND (statut = 'abandonne') = (abandon_raison IS NOT NULL)",
            name="engagement_statut",
        ),
        sa.CheckConstraint(
            "(cible IS NULL) = (indicateur IS NULL) AND cible > 0 AND cible <= 1", name="engagement_cible"
        ),
        sa.CheckConstraint(
            "variante IN ('franceconnect', 'sans_franceconnect') AND (variante IS NULL OR api IS NOT NULL)",
            name="engagement_variante",
        ),
    )
    op.create_table(
        "engagement_demarche",
        sa.Column("engagement_id", sa.Integer(), sa.ForeignKey("engagement.id"), primary_key=True),
        sa.Column("demarche_id", sa.Integer(), sa.ForeignKey("demarche.id"), primary_key=True, index=True),
    )
    op.create_table(
        "glissement",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("engagement_id", sa.Integer(), sa.ForeignKey("engagement.id"), nullable=False, index=True),
        sa.Column("le", sa.Date()),
        sa.Column("ancienne", sa.Date()),
        sa.Column("nouvelle", sa.Date()),
        sa.Column("raison", TEXT, nullable=False),
        sa.Column("enregistre_le", STAMP, nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("ancienne IS DISTINCT FROM nouvelle", name="glissement_reel"),
    )
    op.create_table(
        "intervention",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("demarche_id", sa.Integer(), sa.ForeignKey("demarche.id"), nullable=False, index=True),
        sa.Column("demandeur", TEXT, nullable=False),
        sa.Column("demandee_le", sa.Date(), nullable=False),
        sa.Column("debut", sa.Date()),
        sa.Column("fin", sa.Date()),
        sa.Column("description", TEXT, nullable=False),
        sa.CheckConstraint("fin IS NULL OR (debut IS NOT NULL AND fin >= debut)", name="intervention_ordre"),
    )
