"""« Dites-le-nous une fois » as a matrix: démarches in rows, data APIs in columns. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.observatoire.engagements.schemas import Case, DemarcheDlnuf, Dlnuf


@dataclass(frozen=True, slots=True)
class Matrice:
    """`apis`: the columns, None being « to be said ». `cases`: by démarche, then by API; what is missing was not
    promised. `sans_demarche`: the integrations that name none."""

    apis: Sequence[str | None]
    demarches: Sequence[DemarcheDlnuf]
    cases: Mapping[str, Mapping[str | None, Sequence[Case]]]
    sans_demarche: Sequence[Case]


def dresser(lu: Dlnuf) -> Matrice:
    """The matrix of what is promised."""
    apis: list[str | None] = [api.api for api in lu.apis]
    if any(case.api is None and case.demarche is not None for case in lu.integrations):
        apis.append(None)
    cases: dict[str, dict[str | None, list[Case]]] = {}
    for case in lu.integrations:
        if case.demarche is not None:
            cases.setdefault(case.demarche, {}).setdefault(case.api, []).append(case)
    return Matrice(apis, lu.demarches, cases, [case for case in lu.integrations if case.demarche is None])
