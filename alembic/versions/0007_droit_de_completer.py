"""avis: the right to complete ends (one hour, fifty times); what was said later is not undone by what came late"""

import sqlalchemy as sa

from alembic import op

revision = "0007"
down_revision = "0006"

NIVEAUX = range(11)
COLONNES = ", ".join(f"n{k}" for k in NIVEAUX)
AJOUTS = ", ".join(f"n{k} = compte.n{k} + excluded.n{k}" for k in NIVEAUX)
SOMMES = ", ".join(f"coalesce(sum(d.delta) FILTER (WHERE d.niveau = {k}), 0)" for k in NIVEAUX)
NOMBRES = ", ".join(f"count(*) FILTER (WHERE d.niveau = {k})" for k in NIVEAUX)

COMPLETABLE = """
CREATE FUNCTION completable(importe boolean, depose_le timestamptz, ferme_le timestamptz, origines text[], origine text)
RETURNS boolean LANGUAGE sql VOLATILE AS $$
  -- The one place that says until when, and from where, an avis may be completed.
  SELECT NOT importe AND clock_timestamp() < depose_le + interval '1 hour' AND ferme_le IS NULL
         AND (origines = '{}' OR origine IS NULL OR origine = ANY (origines))
$$
"""

# As in 0001, but for the last statement: 208 is a replay whose avis may no longer be completed.
DEPOSER_AVIS = f"""
CREATE OR REPLACE FUNCTION deposer_avis(
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
               WHEN a.empreinte = e.empreinte
               THEN CASE WHEN completable(a.importe, a.depose_le, b.ferme_le, b.origines, e.origine)
                         THEN 200 ELSE 208 END
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

# What is new is optional: servers of the version before go on calling it while others are being replaced.
COMPLETER_AVIS = f"""
CREATE FUNCTION completer_avis(
  p_demarche integer[], p_id uuid[], p_version smallint[], p_note smallint[], p_reponses jsonb[], p_commentaire text[],
  p_apres smallint[] DEFAULT NULL, p_ordre bigint[] DEFAULT NULL, p_origines text[] DEFAULT NULL
) RETURNS integer[] LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_faits integer[];
BEGIN
  PERFORM 1 FROM avis a JOIN unnest(p_demarche, p_id) AS e (demarche_id, id) USING (demarche_id, id)
  ORDER BY a.demarche_id, a.id FOR UPDATE OF a;

  -- Only what was read a moment ago may be written over: the avis, and the bouton that lets it be completed.
  WITH avant AS MATERIALIZED (
    SELECT e.rang, a.demarche_id, a.id, a.note, a.reponses
    FROM unnest(p_demarche, p_id, p_version, p_apres, p_ordre, p_origines)
         WITH ORDINALITY AS e (demarche_id, id, version, apres, ordre, origines, rang)
    JOIN avis a ON a.demarche_id = e.demarche_id AND a.id = e.id AND a.version = e.version
    JOIN bouton b ON b.id = a.bouton_id
    WHERE completable(a.importe, a.depose_le, b.ferme_le, b.origines, NULL)
      AND (e.origines IS NULL OR b.origines::text = e.origines)
      AND (e.ordre IS NULL OR a.ordre IS NULL OR a.ordre < e.ordre)
      AND coalesce(e.apres, e.version + 1) <= greatest(50, CASE WHEN e.apres = e.version THEN e.version END)
  ), apres AS (
    UPDATE avis a
    SET note = p_note[v.rang], reponses = p_reponses[v.rang], commentaire = p_commentaire[v.rang],
        version = coalesce(p_apres[v.rang], a.version + 1), ordre = coalesce(p_ordre[v.rang], a.ordre)
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

ANCIENNE = "completer_avis(integer[], uuid[], smallint[], smallint[], jsonb[], text[])"


def upgrade() -> None:
    op.add_column("avis", sa.Column("importe", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("avis", sa.Column("ordre", sa.BigInteger()))
    op.execute(COMPLETABLE)
    op.execute(DEPOSER_AVIS)
    op.execute(f"DROP FUNCTION {ANCIENNE}")
    op.execute(COMPLETER_AVIS)
