"""`import-demarches`: the catalogue from a CSV, repeatable. What a line means:

- It describes one démarche, found by its slug or else by one of its identifiants. Slug known: the démarche is updated.
  Slug unknown but an identifiant known: the démarche takes the new slug, and the one it had still leads to it. Neither
  known: a new démarche. Every démarche gets a first bouton.
- A slug that a démarche once had stays its own for ever, or published links would change their meaning. Only that
  démarche takes it back (the line then carries one of its identifiants); otherwise the line is rejected.
- A column that the file does not have changes nothing. An empty cell clears `ministere`, `organisme`, `url`; an empty
  `en_ligne` or `top_250` changes nothing, and means yes and no for a new démarche. Identifiants are added, never taken
  away: links made with them must keep working. Without an `organisme` column, another ministère clears the organisme.
- `top_250`: yes opens the démarche's time in the list on the day of the import, no closes it that day.
- Ministères and organismes are the same when only capitals, accents or punctuation differ; the spelling is the first
  one in the file.
- Within a file, the first line accepted for a slug, an identifiant or a démarche wins; the others are rejected.

What leads to a démarche only ever grows, so a second run of the same file stores nothing and rejects the same lines.
Batches are committed one by one; two imports at once wait for each other batch by batch.
"""

from app.demarches.importation.execution import Bilan, import_demarches
from app.tableur.refus import FichierIllisible

__all__ = ["Bilan", "FichierIllisible", "import_demarches"]
