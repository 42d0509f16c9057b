"""What the pages of a bouton read: one statement each."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

_FICHE = """
  SELECT b.cle, b.nom, b.ferme_le IS NOT NULL AS ferme, b.echelle, b.essai, d.slug, d.titre, d.url
  FROM bouton b JOIN demarche d ON d.id = b.demarche_id
  WHERE b.cle = :cle
"""
_MOTS = "SELECT commentaire, reponses ->> 'aide_autre' AS autre FROM avis WHERE demarche_id = :demarche AND id = :avis"
_PAR_IDENTIFIANT = """
  SELECT b.cle FROM identifiant i JOIN bouton b ON b.demarche_id = i.demarche_id
  LEFT JOIN identifiant_bouton n ON n.bouton_id = b.id AND n.valeur = :bouton
   AND n.source IN ('jdma-bouton', 'jdma-formulaire')
  WHERE i.source = :source AND i.valeur = :valeur
  ORDER BY n.source NULLS LAST, (lower(b.nom) = lower(:nom)) DESC, b.essai, b.ferme_le IS NOT NULL, b.id
  LIMIT 1
"""
_PAR_FORMULAIRE = """
  WITH formulaire AS (
    SELECT b.demarche_id, b.id AS bouton_id FROM identifiant_bouton f JOIN bouton b ON b.id = f.bouton_id
    WHERE f.source = 'jdma-formulaire' AND f.valeur = :valeur
    UNION ALL  -- an import of the catalogue names démarches
    SELECT demarche_id, NULL FROM identifiant WHERE source = 'jdma-formulaire' AND valeur = :valeur
    LIMIT 1)
  SELECT b.cle FROM bouton b
  LEFT JOIN formulaire f ON f.demarche_id = b.demarche_id
  LEFT JOIN identifiant d ON d.demarche_id = b.demarche_id AND d.source = 'jdma' AND d.valeur = :valeur
  LEFT JOIN identifiant_bouton n ON n.bouton_id = b.id AND n.valeur = :bouton
   AND n.source IN ('jdma-bouton', 'jdma-formulaire')
  WHERE f.demarche_id IS NOT NULL
  -- Numbers of forms and of démarches are not the same: the number of a bouton of that démarche must confirm it.
  OR (d.demarche_id IS NOT NULL AND n.bouton_id IS NOT NULL AND NOT EXISTS (SELECT FROM formulaire))
  ORDER BY n.source NULLS LAST, (b.id = f.bouton_id) DESC NULLS LAST, b.essai, b.ferme_le IS NOT NULL, b.id
  LIMIT 1
"""


async def fiche(connection: AsyncConnection, cle: str) -> Row[Any] | None:
    """A bouton and its démarche, by the bouton's key."""
    return (await connection.execute(text(_FICHE), {"cle": cle})).one_or_none()


async def mots(connection: AsyncConnection, demarche: int, avis: UUID) -> Row[Any] | None:
    """What is stored of a citizen's words: (commentaire, autre)."""
    return (await connection.execute(text(_MOTS), {"demarche": demarche, "avis": avis})).one_or_none()


async def cle_par_identifiant(
    connection: AsyncConnection, source: str, valeur: str, nom: str, bouton: str
) -> str | None:
    """The key of the bouton of this number (`jdma-bouton:`, else `jdma-formulaire:`), else of that name, else of the
    first open one, of the démarche known as `source:valeur`.
    """
    values = {"source": source, "valeur": valeur, "nom": nom, "bouton": bouton}
    return (await connection.execute(text(_PAR_IDENTIFIANT), values)).scalar()


async def cle_par_formulaire(connection: AsyncConnection, valeur: str, bouton: str) -> str | None:
    """The key of the bouton of this number in the démarche that has the form `valeur`, else of the form's own."""
    return (await connection.execute(text(_PAR_FORMULAIRE), {"valeur": valeur, "bouton": bouton})).scalar()


async def publier(connection: AsyncConnection, fichiers: dict[str, bytes]) -> None:
    """Keep files under names that never change; those already kept stay as they are."""
    statement = "INSERT INTO fichier_publie (nom, corps) VALUES (:nom, :corps) ON CONFLICT DO NOTHING"
    await connection.execute(text(statement), [{"nom": nom, "corps": corps} for nom, corps in fichiers.items()])


async def fichier_publie(connection: AsyncConnection, nom: str) -> bytes | None:
    """A file that this version, or one before it, has published."""
    statement = text("SELECT corps FROM fichier_publie WHERE nom = :nom")
    return (await connection.execute(statement, {"nom": nom})).scalar()
