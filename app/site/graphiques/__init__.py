"""Pictures of figures, as SVG that anybody can read: each has a title, a description, and a table beside it."""

from typing import Any, Final

from app.site.graphiques.evolution import Point, evolution
from app.site.graphiques.intervalle import graduation, intervalle, vignette
from app.site.graphiques.repartition import repartition
from app.site.graphiques.tendance import tendance

FONCTIONS: Final[dict[str, Any]] = {
    "graphique_evolution": evolution,
    "graphique_intervalle": intervalle,
    "graphique_repartition": repartition,
    "graphique_tendance": tendance,
    "vignette": vignette,
    "graduation": graduation,
}
"""What templates may call."""

__all__ = ["FONCTIONS", "Point"]
