"""The figures over several démarches: pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from app.indices.formules import METHODE, MINIMUM, Statut, au_dessus_de_7, statut


@dataclass(frozen=True)
class Synthese:
    """Combien de démarches sont au-dessus de 7, parmi celles dont l'indice est publié, et combien ne le sont pas."""

    demarches: Annotated[int, Field(description="Nombre de démarches", ge=0)]
    mesurees: Annotated[int, Field(description="Démarches dont l'indice est publié : le dénominateur", ge=0)]
    au_dessus_de_7: Annotated[int, Field(description="Démarches mesurées dont la note moyenne dépasse 7", ge=0)]
    part_au_dessus_de_7: Annotated[
        float | None, Field(description="`au_dessus_de_7 / mesurees` ; nulle si aucune n'est mesurée", ge=0, le=1)
    ]
    insuffisant: Annotated[int, Field(description="Démarches laissées de côté : trop peu d'avis", ge=0)]
    aucun_avis: Annotated[int, Field(description="Démarches laissées de côté : aucun avis", ge=0)]
    methode: Annotated[str, Field(description="Version des formules")]


def synthese(notes: Iterable[Sequence[int]], minimum: int = MINIMUM) -> Synthese:
    """Over démarches, from the counts n0..n10 of each; the part is None when none is published.

    >>> synthese([[0] * 8 + [100, 0, 0], [100] + [0] * 10, [1] + [0] * 10, [0] * 11]).part_au_dessus_de_7
    0.5
    """
    statuts: Counter[Statut] = Counter()
    au_dessus = 0
    for note in notes:
        dit = statut(sum(note), minimum)
        statuts[dit] += 1
        if dit == "publie" and au_dessus_de_7(note, minimum):
            au_dessus += 1
    mesurees = statuts["publie"]
    return Synthese(
        statuts.total(),
        mesurees,
        au_dessus,
        au_dessus / mesurees if mesurees else None,
        statuts["insuffisant"],
        statuts["aucun_avis"],
        METHODE,
    )
