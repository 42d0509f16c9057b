"""What an indicateur says of a démarche on a day, and what it says it from. Pure.

An indicateur is data and one function: adding one is adding a module to `indicateurs`, and its name to the list there.

`Fait`, `Dossier` and `Valeur` are not frozen, because a survey makes tens of thousands of them and freezing makes that
four times slower: nobody changes one that exists.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from app.indices.formules import Indice, Intervalle

Statut = Literal["publie", "insuffisant", "non_mesure", "exempte", "sans_objet"]
Niveau = Literal["bon", "moyen", "mauvais"]


Lecture = Literal["reponses", "boutons"]
"""What an indicateur reads besides notes and facts: the answers to other questions, boutons and their first avis."""


class Contenu(BaseModel):
    """What a fact of one nature says; a model of each nature stands beside the indicateur that reads it.

    `principal` is the field that a single value fills. `check` has the last word once the day of the fact is known:
    ValueError in French.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    principal: ClassVar[str] = "valeur"

    @model_validator(mode="before")
    @classmethod
    def refuse_booleans_as_numbers(cls, valeurs: Any) -> Any:
        """JSON's `true` is not the number 1."""
        for nom, valeur in valeurs.items() if isinstance(valeurs, dict) else ():
            if isinstance(valeur, bool) and nom != "valeur":
                raise ValueError(f"{nom} : ni vrai ni faux ne conviennent")
        return valeurs

    def check(self, jour: dt.date) -> None:
        """Anything goes, unless a nature says otherwise."""


@dataclass(slots=True)
class Fait:
    """What a source said of a démarche on a day; `contenu` has the shape that its nature gives it.

    `depuis`: the first day on which the same was said, None when that is `jour`.
    """

    jour: dt.date
    source: str
    contenu: Mapping[str, Any]
    depuis: dt.date | None = None


@dataclass(slots=True)
class Dossier:
    """All that is known of a démarche on a day: what every indicateur reads.

    `premier_avis`: the first day with an avis of a bouton that is still open on `jour`. `faits`: by nature, the latest
    one up to `jour`. `exemptions`: by indicateur, the reason.
    """

    jour: dt.date
    en_ligne: bool
    indice: Indice
    premier_avis: dt.date | None = None
    faits: Mapping[str, Fait] = field(default_factory=dict)
    exemptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Valeur:
    """The answer of an indicateur. What is absent is None, never zero, and `statut` says why.

    `atteint`: whether the criterion is met, None unless `statut` is `publie`. `n`: how many answers or samples it comes
    from, None when it is not that kind of figure. `date`: the day it speaks of. `detail`: what else is worth showing.
    """

    statut: Statut
    valeur: float | bool | str | None = None
    atteint: bool | None = None
    niveau: Niveau | None = None
    n: int | None = None
    ic95: Intervalle | None = None
    source: str | None = None
    date: dt.date | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Indicateur:
    """A criterion of the observatory.

    `critere`: when it is met, in French. `unite`: `/10`, `%` (values are shares in [0, 1]), `ms`, or nothing.
    `seuils`: the thresholds that `evaluer` applies, by name; they are frozen with each édition. `sens`: whether more is
    better (1), worse (-1), or neither (0). `natures`: the facts that it reads, and what they may say. `lit`: what else
    it reads. `expire_le`: the day on which its answer changes although nothing new is known, None for never.
    """

    cle: str
    titre: str
    critere: str
    evaluer: Callable[[Dossier], Valeur]
    unite: str = ""
    seuils: Mapping[str, float] = field(default_factory=dict)
    sens: Literal[1, 0, -1] = 1
    natures: Mapping[str, type[Contenu]] = field(default_factory=dict)
    lit: frozenset[Lecture] = frozenset()
    expire_le: Callable[[Dossier], dt.date | None] = lambda _dossier: None

    @property
    def declare(self) -> bool:
        """Whether it reads facts, and no avis."""
        return bool(self.natures) and not self.lit

    @property
    def present(self) -> bool:
        """Whether it says what is so on a day, rather than what was answered over a période."""
        return bool(self.natures) or "boutons" in self.lit


NON_MESURE = Valeur("non_mesure")
SANS_OBJET = Valeur("sans_objet")
"""The démarche is not online: `evaluer` adds who says so."""
CATALOGUE: Final = "catalogue des démarches"
EXEMPTIONS: Final = "registre des exemptions"


def evaluer(indicateur: Indicateur, dossier: Dossier) -> Valeur:
    """The value of an indicateur; an exemption comes before anything else."""
    if dossier.exemptions and (raison := dossier.exemptions.get(indicateur.cle)) is not None:
        return Valeur("exempte", source=EXEMPTIONS, date=dossier.jour, detail={"raison": raison})
    valeur = indicateur.evaluer(dossier)
    if valeur is SANS_OBJET:
        source, date = d_ou_en_ligne(dossier)
        return Valeur("sans_objet", source=source, date=date)
    return valeur


def d_ou_en_ligne(dossier: Dossier) -> tuple[str, dt.date]:
    """Who says whether the démarche is online, and of which day: the catalogue, unless a fact does."""
    fait = dossier.faits.get("en_ligne")
    return (fait.source, fait.jour) if fait else (CATALOGUE, dossier.jour)


def niveau(valeur: float, bon: float, moyen: float, sens: int = 1) -> Niveau:
    """`bon` from the first threshold on, `moyen` from the second; for what should be low, strictly below them.

    >>> niveau(8, 8, 5), niveau(4.99, 8, 5), niveau(400, 400, 800, -1)
    ('bon', 'mauvais', 'moyen')
    """
    if sens < 0:
        return "bon" if valeur < bon else "moyen" if valeur < moyen else "mauvais"
    return "bon" if valeur >= bon else "moyen" if valeur >= moyen else "mauvais"


def anniversaire(jour: dt.date, annees: int) -> dt.date:
    """The same day some years later; 28 February for a 29 February.

    >>> anniversaire(dt.date(2024, 2, 29), 3)
    datetime.date(2027, 2, 28)
    """
    try:
        return jour.replace(year=jour.year + annees)
    except ValueError:
        return jour.replace(year=jour.year + annees, day=28)
