"""The published shapes of the national service, for the documentation and to read what is sent."""

from typing import Literal

from pydantic import BaseModel, Field

Numeros = list[int]


class Marques(BaseModel):
    """Notes de 0 à 10, sauf `contact_reachability`, entre 0 et 1 ; ici, et ici seulement, 0 sans réponse."""

    satisfaction: float
    comprehension: float
    contact: float
    contact_reachability: float
    contact_satisfaction: float
    autonomy: float


class Effectifs(BaseModel):
    """Le nombre de réponses dont vient chaque note."""

    satisfaction_count: int
    comprehension_count: int
    contact_count: int
    contactReachability_count: int  # noqa: N815
    contactSatisfaction_count: int  # noqa: N815
    autonomy_count: int


class MarquesEtEffectifs(BaseModel):
    data: Marques
    metadata: Effectifs


class JsonMarques(BaseModel):
    json_: MarquesEtEffectifs = Field(alias="json")


class DataMarques(BaseModel):
    data: JsonMarques


class ReponseObservatoire(BaseModel):
    """Les notes d'une démarche, comme le collecteur de l'observatoire les lit."""

    result: DataMarques


class ErreurObservatoire(BaseModel):
    """Un refus, comme le collecteur de l'observatoire le lit : `error`, et pas de `result`."""

    error: dict[str, object]


class Etat(BaseModel):
    """L'état du service. `elk` : le magasin des comptes, qui est ici la base elle-même."""

    status: Literal["ok", "degraded"]
    database: Literal["ok", "down"]
    elk: Literal["ok", "down"]


class Formulaire(BaseModel):
    id: int
    title: str


class ServiceVu(BaseModel):
    id: int
    title: str
    entity: str
    forms: list[Formulaire]


class ListeServices(BaseModel):
    """Les démarches que la clé ouvre, et leurs boutons."""

    data: list[ServiceVu]


class DemandeStatistiques(BaseModel):
    """Ce qui est demandé ; une liste vide vaut tout ce que la clé ouvre."""

    start_date: str | None = Field(default=None, description="AAAA-MM-JJ, inclus", examples=["2026-01-01"])
    end_date: str | None = Field(default=None, description="AAAA-MM-JJ, inclus", examples=["2026-03-31"])
    field_codes: list[str] = Field(
        default=[],
        description="`satisfaction`, `comprehension`, `contact_tried`, `contact_reached`, `contact_satisfaction`",
    )
    product_ids: Numeros = []
    form_ids: Numeros = []
    interval: Literal["day", "week", "month", "year", "none"] = "none"


class Reponses(BaseModel):
    intention: str
    label: str
    count: int
    children: "list[Categorie] | None" = None


class Categorie(BaseModel):
    category: str
    label: str
    number_hits: list[Reponses]


class Intervalle(BaseModel):
    date: str
    length_interval: str
    data: list[Categorie]


class StatistiquesFormulaire(BaseModel):
    form_id: str
    form_name: str
    intervals: list[Intervalle]


class StatistiquesService(BaseModel):
    product_id: str
    product_name: str
    forms: list[StatistiquesFormulaire]


class Statistiques(BaseModel):
    """Les nombres bruts de réponses."""

    data: list[StatistiquesService]


class DemandeTop250(BaseModel):
    """La nouvelle liste, entière, par `form_ids` ou, comme autrefois, par `product_ids`."""

    form_ids: Numeros | None = None
    product_ids: Numeros | None = None


class ReponseTop250(BaseModel):
    """Qui entre dans la liste, y était, en sort."""

    result: dict[str, list[int]]
