"""The keys that a start wants: those of jetons must be there and long enough, the one that signs may be missing."""

import structlog

from app.observatoire.donnees.signature import Sceau, ouvrir_sceau
from app.settings import Settings, read_previous_secret_key, read_secret_key

log = structlog.get_logger()


def check_keys(settings: Settings) -> Sceau | None:
    """What signs, or None. Raises ValueError for a key that cannot be used."""
    sceau = ouvrir_sceau(settings)  # first: what an earlier version signed with is told by the files that are there
    read_secret_key(settings)
    read_previous_secret_key(settings)
    return sceau


def warn_without_key(sceau: Sceau | None) -> None:
    """Say in the journal that nothing will be signed."""
    if sceau is None:
        log.warning("signature_sans_cle", reglage="JDMA_CLE_SIGNATURE")
