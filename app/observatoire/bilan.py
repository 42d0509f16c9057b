"""What an indicateur says of many démarches: a share that always stands with its numerator, its denominator and what
is left out. Pure.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from app.observatoire.valeurs import Valeur

CERTITUDES: Final = ("surement", "probablement", "pas_surement")


@dataclass(frozen=True, slots=True)
class Bilan:
    """`part` = `atteints` / `publies`, None when nothing is published; the other four are left out, and counted.

    `certitudes`: for an indicateur that has intervals, how many are surely, probably, not surely above.
    """

    demarches: int
    publies: int
    atteints: int
    part: float | None
    insuffisant: int
    non_mesure: int
    exempte: int
    sans_objet: int
    certitudes: dict[str, int] | None = None

    def en_objet(self) -> dict[str, Any]:
        """As JSON has it; `asdict` copies everything deeply, and takes ten times longer."""
        return {nom: getattr(self, nom) for nom in Bilan.__slots__}


def bilan(valeurs: Collection[Valeur]) -> Bilan:
    """The synthesis of one indicateur.

    >>> bilan([Valeur("publie", atteint=True), Valeur("publie", atteint=False), Valeur("non_mesure")]).part
    0.5
    """
    chacune = {id(v): v for v in valeurs}
    issues: Counter[tuple[str, bool, str | None]] = Counter()
    for cle, n in Counter(map(id, valeurs)).items():  # many démarches share one value, which is looked at once
        v = chacune[cle]
        issues[v.statut, v.atteint is True, v.detail.get("certitude")] += n
    statuts: Counter[str] = Counter()
    certitudes: Counter[str] = Counter()
    atteints = 0
    for (statut, atteint, certitude), n in issues.items():
        statuts[statut] += n
        atteints += n if atteint else 0
        if certitude:
            certitudes[certitude] += n
    return faire(statuts, atteints, certitudes)


def faire(statuts: Counter[str], atteints: int, certitudes: Counter[str]) -> Bilan:
    """The synthesis of these counts of démarches."""
    publies = statuts["publie"]
    return Bilan(
        statuts.total(),
        publies,
        atteints,
        atteints / publies if publies else None,
        statuts["insuffisant"],
        statuts["non_mesure"],
        statuts["exempte"],
        statuts["sans_objet"],
        {cle: certitudes[cle] for cle in CERTITUDES} if certitudes else None,
    )
