"""Prometheus metrics of the deposit; listed in docs/exploitation.md."""

from prometheus_client import Counter, Histogram

DEPOTS = Counter("jdma_depots_total", "Dépôts, par issue (enregistre, rejeu, rejeu_clos, ou un refus).", ["issue"])
_ENREGISTRES, _REJEUX, _REJEUX_CLOS = (DEPOTS.labels(issue) for issue in ("enregistre", "rejeu", "rejeu_clos"))
COMPLEMENTS = Counter("jdma_complements_total", "Compléments d'avis, par issue.", ["issue"])
TAILLE_LOT = Histogram(
    "jdma_lot_taille", "Éléments écrits par transaction.", ["file"], buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
)
DUREE_LOT = Histogram(
    "jdma_lot_duree_secondes",
    "Durée d'une transaction, commit compris.",
    ["file"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
ATTENTE = Histogram(
    "jdma_file_attente_secondes",
    "Attente dans la file avant d'être pris dans un lot.",
    ["file"],
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
MASQUES = Counter("jdma_donnees_masquees_total", "Données personnelles retirées des commentaires.", ["genre"])


def count_depot(nouveau: bool, completable: bool) -> None:
    """Count a deposit acknowledged: new, sent again, or sent again once its avis could no longer be completed."""
    (_ENREGISTRES if nouveau else _REJEUX if completable else _REJEUX_CLOS).inc()
