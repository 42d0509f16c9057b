"""The fonts that pictures are written in, from the package of the state's design system (DSFR).

The package is a Django application; it is only looked up, never imported, and nothing of it is kept in this project.
"""

import importlib.util
from functools import lru_cache
from pathlib import Path

COPIES = Path(__file__).parent / "site" / "static" / "dsfr"
"""Where the files are when the package is not."""


def dist() -> Path:
    """Where the files of the design system are."""
    if COPIES.is_dir():
        return COPIES
    module = importlib.util.find_spec("dsfr")
    assert module is not None
    assert module.submodule_search_locations
    return Path(module.submodule_search_locations[0]) / "static" / "dsfr" / "dist"


@lru_cache
def fichier_police(officiel: bool, gras: bool) -> bytes:
    """A font for pictures: Marianne for an official service, Spectral (SIL Open Font License) for others."""
    nom = f"Marianne-{'Bold' if gras else 'Regular'}" if officiel else f"Spectral-{'ExtraBold' if gras else 'Regular'}"
    return (dist() / "fonts" / f"{nom}.woff").read_bytes()
