"""The indicateurs of the observatory, in the order in which they are shown."""

from typing import Final

from app.observatoire.indicateurs.accessibilite import ACCESSIBILITE
from app.observatoire.indicateurs.aide import AUTONOMIE, EFFICACITE, JOIGNABILITE
from app.observatoire.indicateurs.bouton import BOUTON
from app.observatoire.indicateurs.comprehension import COMPREHENSION
from app.observatoire.indicateurs.declares import EN_LIGNE, FRANCECONNECT, MOBILE
from app.observatoire.indicateurs.disponibilite import DISPONIBILITE, RAPIDITE
from app.observatoire.indicateurs.dlnuf import DLNUF
from app.observatoire.indicateurs.satisfaction import SATISFACTION
from app.observatoire.valeurs import Contenu, Indicateur

INDICATEURS: Final[tuple[Indicateur, ...]] = (
    SATISFACTION,
    COMPREHENSION,
    EFFICACITE,
    JOIGNABILITE,
    AUTONOMIE,
    BOUTON,
    ACCESSIBILITE,
    DLNUF,
    DISPONIBILITE,
    RAPIDITE,
    EN_LIGNE,
    FRANCECONNECT,
    MOBILE,
)
PAR_CLE: Final[dict[str, Indicateur]] = {indicateur.cle: indicateur for indicateur in INDICATEURS}
NATURES: Final[dict[str, type[Contenu]]] = {
    nature: contenu for indicateur in INDICATEURS for nature, contenu in indicateur.natures.items()
}
"""The facts that are kept, and what each may say."""
