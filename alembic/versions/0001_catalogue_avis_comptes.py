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
NOMBRES = ", ".join(f"count(*) FILTER (WHERE d.niveau = {k})" for k in NIVEAUX)

NIVEAUX_REPONSES = """
CREATE FUNCTION niveaux_reponses(reponses jsonb) RETURNS TABLE (question smallint, niveau smallint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  -- What one avis counts for, besides its note (question 1). app/avis/questions.py gives the same numbers to readers.
  SELECT 2::smallint, (reponses ->> 'comprehension')::smallint WHERE reponses ? 'comprehension'
  UNION ALL
  SELECT 3::smallint, 0::smallint WHERE reponses ? 'aide'
  UNION ALL
  SELECT 3::smallint, array_position(ARRAY['aucune', 'guichet', 'telephone', 'courriel', 'messagerie', 'proche',
                                           'association', 'internet', 'autre'], a)::smallint
  FROM jsonb_array_elements_text(reponses -> 'aide') a
  UNION ALL
  SELECT r.question::smallint, r.niveau::smallint
  FROM jsonb_each(reponses -> 'contacts') c
  CROSS JOIN LATERAL (SELECT array_position(ARRAY['guichet', 'telephone', 'courriel', 'messagerie'], c.key) AS canal,
                             (c.value ->> 'joint')::boolean::integer AS joint,
                             (c.value ->> 'satisfaction')::integer AS satisfaction) v
  CROSS JOIN LATERAL (VALUES (3 + v.canal, v.joint), (12, v.joint),
                             (7 + v.canal, v.satisfaction), (12, 1 + v.satisfaction)) AS r (question, niveau)
  WHERE r.niveau IS NOT NULL
$$
"""

DEPOSER_AVIS = f"""
CREATE FUNCTION deposer_avis(
  p_demarche integer[], p_bouton integer[], p_id uuid[], p_note smallint[], p_empreinte bigint[], p_langue text[],
  p_reponses jsonb[], p_commentaire text[], p_origine text[]
) RETURNS TABLE (rang integer, issue smallint, depose_le timestamptz) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_maintenant timestamptz := clock_timestamp();
  v_jour date := (v_maintenant AT TIME ZONE 'Europe/Paris')::date;
  v_mois date := date_trunc('month', v_maintenant AT TIME ZONE 'Europe/Paris')::date;
  v_demarches integer[];
  v_ids uuid[];
BEGIN
  -- Avis first, then counts, each in key order: writers wait for each other, but never in a circle.
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
    RETURNING demarche_id, id, bouton_id, note, reponses
  ), comptes AS (
    INSERT INTO compte (demarche_id, question, pas, debut, bouton_id, {COLONNES})
    SELECT d.demarche_id, d.question, p.pas, p.debut, d.bouton_id, {NOMBRES}
    FROM (SELECT demarche_id, bouton_id, 1::smallint, note FROM insere
          UNION ALL
          SELECT i.demarche_id, i.bouton_id, r.question, r.niveau FROM insere i, niveaux_reponses(i.reponses) r
          WHERE i.reponses IS NOT NULL) AS d (demarche_id, bouton_id, question, niveau)
    CROSS JOIN (VALUES ('j', v_jour), ('m', v_mois)) AS p (pas, debut)
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (demarche_id, question, pas, debut, bouton_id) DO UPDATE SET {AJOUTS}
  )
  SELECT array_agg(i.demarche_id), array_agg(i.id) INTO v_demarches, v_ids FROM insere i;

  IF cardinality(v_ids) = cardinality(p_id) THEN
    RETURN QUERY SELECT 0, 201::smallint, v_maintenant;  -- all are new
    RETURN;
  END IF;
  -- Something was refused or already there. This statement sees what others have committed meanwhile.
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
END
$$
"""

COMPLETER_AVIS = f"""
CREATE FUNCTION completer_avis(
  p_demarche integer[], p_id uuid[], p_version smallint[], p_note smallint[], p_reponses jsonb[], p_commentaire text[]
) RETURNS integer[] LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_faits integer[];
BEGIN
  PERFORM 1 FROM avis a JOIN unnest(p_demarche, p_id) AS e (demarche_id, id) USING (demarche_id, id)
  ORDER BY a.demarche_id, a.id FOR UPDATE OF a;

  WITH avant AS MATERIALIZED (
    SELECT e.rang, a.demarche_id, a.id, a.note, a.reponses
    FROM unnest(p_demarche, p_id, p_version) WITH ORDINALITY AS e (demarche_id, id, version, rang)
    JOIN avis a ON a.demarche_id = e.demarche_id AND a.id = e.id AND a.version = e.version
  ), apres AS (
    UPDATE avis a
    SET note = p_note[v.rang], reponses = p_reponses[v.rang], commentaire = p_commentaire[v.rang],
        version = a.version + 1
    FROM avant v WHERE a.demarche_id = v.demarche_id AND a.id = v.id
    RETURNING v.rang, a.demarche_id, a.bouton_id, a.depose_le, a.note, a.reponses,
              v.note AS note_avant, v.reponses AS reponses_avant
  ), comptes AS (
    INSERT INTO compte (demarche_id, question, pas, debut, bouton_id, {COLONNES})
    SELECT d.demarche_id, d.question, p.pas, p.debut, d.bouton_id, {SOMMES}
    FROM (SELECT demarche_id, bouton_id, depose_le, 1::smallint, note, 1 FROM apres
          UNION ALL SELECT demarche_id, bouton_id, depose_le, 1::smallint, note_avant, -1 FROM apres
          UNION ALL SELECT demarche_id, bouton_id, depose_le, question, niveau, 1
                    FROM apres, niveaux_reponses(reponses) WHERE reponses IS NOT NULL
          UNION ALL SELECT demarche_id, bouton_id, depose_le, question, niveau, -1
                    FROM apres, niveaux_reponses(reponses_avant) WHERE reponses_avant IS NOT NULL
         ) AS d (demarche_id, bouton_id, depose_le, question, niveau, delta)
    CROSS JOIN LATERAL (VALUES
      ('j', (d.depose_le AT TIME ZONE 'Europe/Paris')::date),
      ('m', date_trunc('month', d.depose_le AT TIME ZONE 'Europe/Paris')::date)) AS p (pas, debut)
    GROUP BY 1, 2, 3, 4, 5
    HAVING {" OR ".join(f"coalesce(sum(d.delta) FILTER (WHERE d.niveau = {k}), 0) <> 0" for k in NIVEAUX)}
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (demarche_id, question, pas, debut, bouton_id) DO UPDATE SET {AJOUTS}
  )
  SELECT array_agg(rang) INTO v_faits FROM apres;
  RETURN coalesce(v_faits, '{{}}');
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
    for function in (NIVEAUX_REPONSES, DEPOSER_AVIS, COMPLETER_AVIS, REFUSER_SUPPRESSION):
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
