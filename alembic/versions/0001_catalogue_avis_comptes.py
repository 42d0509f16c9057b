"""catalogue, avis, comptes and the functions that write both together"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0001"
down_revision = None

NIVEAUX = range(11)
COLONNES = ", ".join(f"n{k}" for k in NIVEAUX)
AJOUTS = ", ".join(f"n{k} = compte.n{k} + excluded.n{k}" for k in NIVEAUX)
SOMMES = ", ".join(f"coalesce(sum(d.delta) FILTER (WHERE d.niveau = {k}), 0)" for k in NIVEAUX)

COMPTER_AVIS = f"""
CREATE FUNCTION compter_avis(
  p_demarche integer[], p_bouton integer[], p_depose_le timestamptz[],
  p_question smallint[], p_niveau smallint[], p_delta integer[]
) RETURNS void LANGUAGE sql AS $$
  -- Rows are taken in key order by everyone, so that two writers wait for each other but never in a circle.
  INSERT INTO compte (demarche_id, question, pas, debut, bouton_id, {COLONNES})
  SELECT d.demarche_id, d.question, p.pas, p.debut, d.bouton_id, {SOMMES}
  FROM unnest(p_demarche, p_bouton, p_depose_le, p_question, p_niveau, p_delta)
       AS d (demarche_id, bouton_id, depose_le, question, niveau, delta)
  CROSS JOIN LATERAL (VALUES
    ('j', (d.depose_le AT TIME ZONE 'Europe/Paris')::date),
    ('m', date_trunc('month', d.depose_le AT TIME ZONE 'Europe/Paris')::date)) AS p (pas, debut)
  GROUP BY 1, 2, 3, 4, 5
  ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (demarche_id, question, pas, debut, bouton_id) DO UPDATE SET {AJOUTS}
$$
"""

DEPOSER_AVIS = f"""
CREATE FUNCTION deposer_avis(
  p_demarche integer[], p_bouton integer[], p_id uuid[], p_note smallint[], p_empreinte bigint[], p_langue text[],
  p_reponses jsonb[], p_commentaire text[], p_origine text[],
  p_c_rang integer[], p_c_question smallint[], p_c_niveau smallint[]
) RETURNS TABLE (rang integer, issue smallint, depose_le timestamptz) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_total integer := cardinality(p_id);
  v_maintenant timestamptz := clock_timestamp();
  v_demarches integer[];
  v_ids uuid[];
  v_nouveaux integer[];
  v_jour date := (v_maintenant AT TIME ZONE 'Europe/Paris')::date;
  v_mois date := date_trunc('month', v_maintenant AT TIME ZONE 'Europe/Paris')::date;
BEGIN
  WITH insere AS (
    INSERT INTO avis (demarche_id, id, bouton_id, depose_le, empreinte, note, langue, reponses, commentaire)
    SELECT e.demarche_id, e.id, e.bouton_id, v_maintenant, e.empreinte, e.note, e.langue, e.reponses, e.commentaire
    FROM unnest(p_demarche, p_id, p_bouton, p_empreinte, p_note, p_langue, p_reponses, p_commentaire, p_origine)
         WITH ORDINALITY
         AS e (demarche_id, id, bouton_id, empreinte, note, langue, reponses, commentaire, origine, rang)
    JOIN bouton b ON b.id = e.bouton_id AND b.ferme_le IS NULL
         AND (b.origines = '{{}}' OR e.origine IS NULL OR e.origine = ANY (b.origines))
    ORDER BY e.demarche_id, e.id, e.rang
    ON CONFLICT DO NOTHING
    RETURNING avis.demarche_id, avis.id
  )
  SELECT array_agg(i.demarche_id), array_agg(i.id) INTO v_demarches, v_ids FROM insere i;

  IF cardinality(v_ids) = v_total THEN
    RETURN QUERY SELECT g, 201::smallint, v_maintenant FROM generate_series(1, v_total) g;
  ELSE
    -- Something was refused or already there. Each statement sees what others have committed meanwhile.
    RETURN QUERY
    SELECT e.rang::integer,
           (CASE WHEN b.id IS NULL THEN 404
                 WHEN i.id IS NOT NULL AND e.rang = min(e.rang) FILTER (WHERE a.empreinte = e.empreinte)
                                            OVER (PARTITION BY e.demarche_id, e.id) THEN 201
                 WHEN a.empreinte = e.empreinte THEN 200
                 WHEN b.ferme_le IS NOT NULL THEN 410
                 WHEN b.origines <> '{{}}' AND e.origine <> ALL (b.origines) THEN 403
                 ELSE 409 END)::smallint,
           a.depose_le
    FROM unnest(p_demarche, p_id, p_bouton, p_empreinte, p_origine)
         WITH ORDINALITY AS e (demarche_id, id, bouton_id, empreinte, origine, rang)
    LEFT JOIN bouton b ON b.id = e.bouton_id
    LEFT JOIN unnest(v_demarches, v_ids) AS i (demarche_id, id) ON i.demarche_id = e.demarche_id AND i.id = e.id
    LEFT JOIN avis a ON a.demarche_id = e.demarche_id AND a.id = e.id;
    v_nouveaux := ARRAY (
      SELECT min(e.rang)::integer
      FROM unnest(p_demarche, p_id, p_empreinte) WITH ORDINALITY AS e (demarche_id, id, empreinte, rang)
      JOIN unnest(v_demarches, v_ids) AS i (demarche_id, id) ON i.demarche_id = e.demarche_id AND i.id = e.id
      JOIN avis a ON a.demarche_id = e.demarche_id AND a.id = e.id AND a.empreinte = e.empreinte
      GROUP BY e.demarche_id, e.id);
  END IF;

  INSERT INTO compte (demarche_id, question, pas, debut, bouton_id, {COLONNES})
  SELECT p_demarche[d.rang], d.question, p.pas, p.debut, p_bouton[d.rang], {SOMMES.replace("d.delta", "1")}
  FROM unnest(p_c_rang, p_c_question, p_c_niveau) AS d (rang, question, niveau)
  CROSS JOIN (VALUES ('j', v_jour), ('m', v_mois)) AS p (pas, debut)
  WHERE v_nouveaux IS NULL OR d.rang = ANY (v_nouveaux)
  GROUP BY 1, 2, 3, 4, 5
  ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (demarche_id, question, pas, debut, bouton_id) DO UPDATE SET {AJOUTS};
END
$$
"""

COMPLETER_AVIS = """
CREATE FUNCTION completer_avis(
  p_demarche integer[], p_id uuid[], p_version smallint[], p_note smallint[], p_reponses jsonb[], p_commentaire text[],
  p_c_rang integer[], p_c_question smallint[], p_c_niveau smallint[], p_c_delta integer[]
) RETURNS integer[] LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_faits integer[];
  v_boutons integer[];
  v_dates timestamptz[];
BEGIN
  PERFORM 1 FROM avis a JOIN unnest(p_demarche, p_id) AS e (demarche_id, id) USING (demarche_id, id)
  ORDER BY a.demarche_id, a.id FOR UPDATE OF a;

  WITH modifie AS (
    UPDATE avis a
    SET note = e.note, reponses = e.reponses, commentaire = e.commentaire, version = a.version + 1
    FROM unnest(p_demarche, p_id, p_version, p_note, p_reponses, p_commentaire)
         WITH ORDINALITY AS e (demarche_id, id, version, note, reponses, commentaire, rang)
    WHERE a.demarche_id = e.demarche_id AND a.id = e.id AND a.version = e.version
    RETURNING e.rang::integer AS rang, a.bouton_id, a.depose_le
  )
  SELECT array_agg(rang ORDER BY rang), array_agg(bouton_id ORDER BY rang), array_agg(depose_le ORDER BY rang)
  INTO v_faits, v_boutons, v_dates FROM modifie;

  PERFORM compter_avis(
      array_agg(p_demarche[f.rang]), array_agg(f.bouton_id), array_agg(f.depose_le),
      array_agg(c.question), array_agg(c.niveau), array_agg(c.delta))
  FROM unnest(p_c_rang, p_c_question, p_c_niveau, p_c_delta) AS c (rang, question, niveau, delta)
  JOIN unnest(v_faits, v_boutons, v_dates) AS f (rang, bouton_id, depose_le) USING (rang);

  RETURN coalesce(v_faits, '{}');
END
$$
"""

REFUSER_SUPPRESSION = """
CREATE FUNCTION refuser_suppression() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Waits for the deposits under way, and makes the next ones wait until this transaction has ended.
  LOCK TABLE avis IN SHARE ROW EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM avis a WHERE a.demarche_id =
             CASE TG_TABLE_NAME WHEN 'demarche' THEN OLD.id ELSE (to_jsonb(OLD) ->> 'demarche_id')::integer END
             AND (TG_TABLE_NAME = 'demarche' OR a.bouton_id = OLD.id)) THEN
    RAISE EXCEPTION 'des avis ont été déposés : % ne peut pas être supprimé', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END
$$
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    create_catalogue()
    create_avis()
    for function in (COMPTER_AVIS, DEPOSER_AVIS, COMPLETER_AVIS, REFUSER_SUPPRESSION):
        op.execute(function)
    for table in ("demarche", "bouton"):
        op.execute(
            f"CREATE TRIGGER refuser_suppression BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuser_suppression()"
        )


def create_catalogue() -> None:
    text, stamp = sa.Text(), sa.DateTime(timezone=True)
    op.create_table(
        "ministere",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slug", text, nullable=False, unique=True),
        sa.Column("nom", text, nullable=False, unique=True),
    )
    op.create_table(
        "organisme",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("ministere_id", sa.Integer(), sa.ForeignKey("ministere.id"), nullable=False),
        sa.Column("slug", text, nullable=False),
        sa.Column("nom", text, nullable=False),
        sa.UniqueConstraint("ministere_id", "slug"),
        sa.UniqueConstraint("id", "ministere_id"),
    )
    op.create_table(
        "demarche",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slug", text, nullable=False, unique=True),
        sa.Column("titre", text, nullable=False),
        sa.Column("titre_recherche", text, nullable=False),
        sa.Column("url", text),
        sa.Column("en_ligne", sa.Boolean(), nullable=False),
        sa.Column("top_250_depuis", sa.Date()),
        sa.Column("top_250_jusqu_au", sa.Date()),
        sa.Column("ministere_id", sa.Integer(), sa.ForeignKey("ministere.id"), index=True),
        sa.Column("organisme_id", sa.Integer(), index=True),
        sa.Column("cree_le", stamp, nullable=False, server_default=sa.func.now()),
        sa.ForeignKeyConstraint(["organisme_id", "ministere_id"], ["organisme.id", "organisme.ministere_id"]),
    )
    op.create_index(
        "demarche_titre_recherche_trgm",
        "demarche",
        ["titre_recherche"],
        postgresql_using="gin",
        postgresql_ops={"titre_recherche": "gin_trgm_ops"},
    )
    op.create_table(
        "ancien_slug",
        sa.Column("slug", text, primary_key=True),
        sa.Column("demarche_id", sa.Integer(), sa.ForeignKey("demarche.id"), nullable=False, index=True),
    )
    op.create_table(
        "identifiant",
        sa.Column("source", text, primary_key=True),
        sa.Column("valeur", text, primary_key=True),
        sa.Column("demarche_id", sa.Integer(), sa.ForeignKey("demarche.id"), nullable=False, index=True),
    )
    op.create_table(
        "bouton",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("demarche_id", sa.Integer(), sa.ForeignKey("demarche.id"), nullable=False, index=True),
        sa.Column("cle", text, nullable=False, unique=True),
        sa.Column("nom", text, nullable=False),
        sa.Column("origines", postgresql.ARRAY(text), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("ferme_le", stamp),
        sa.Column("ferme_raison", text),
        sa.Column("cree_le", stamp, nullable=False, server_default=sa.func.now()),
    )


def create_avis() -> None:
    op.create_table(
        "avis",
        sa.Column("demarche_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("bouton_id", sa.Integer(), nullable=False),
        sa.Column("depose_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("empreinte", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("langue", sa.Text(), nullable=False),
        sa.Column("reponses", postgresql.JSONB()),
        sa.Column("commentaire", sa.Text()),
        sa.CheckConstraint("note BETWEEN 0 AND 10", name="avis_note"),
    )
    op.create_table(
        "compte",
        sa.Column("demarche_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("question", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("pas", postgresql.CHAR(1), primary_key=True),
        sa.Column("debut", sa.Date(), primary_key=True),
        sa.Column("bouton_id", sa.Integer(), primary_key=True, autoincrement=False),
        *(sa.Column(f"n{k}", sa.Integer(), nullable=False, server_default=sa.text("0")) for k in NIVEAUX),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_index("compte_question_pas_debut", "compte", ["question", "pas", "debut"])
