"""The licence of everything that is published here, as each format names it. Pure."""

from typing import Final

NOM: Final = "etalab-2.0"
TITRE: Final = "Licence Ouverte / Open Licence version 2.0"
"""As data.gouv.fr calls it: its harvester finds a licence by this title."""
URL: Final = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
SPDX: Final = "https://spdx.org/licenses/etalab-2.0"
LICENCE: Final = {"name": NOM, "path": URL, "title": TITRE}
