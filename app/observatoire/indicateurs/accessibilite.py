"""Accessibility: an audit strictly above 75 %, and a declaration under three years old.

Facts `audit` {"taux", "date"} and `declaration` {"mention", "url", "date"}. The day of a fact is the day somebody
looked; what was found may be nothing, and that is known from then on. `date` is what the document says of itself.

A declaration that is seen again every month does not grow younger. Its date is, in this order: its own; that of the
audit, which it reports; the first day on which this wording at this address was seen. The day of an observation never
counts but as the first one. See docs/decisions/0005-indicateurs.md.
"""

import datetime as dt
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from app.observatoire.valeurs import NON_MESURE, SANS_OBJET, Contenu, Dossier, Fait, Indicateur, Valeur, anniversaire

TAUX_MIN: Final = 75.0
MOYEN: Final = 50.0
VALIDITE_ANS: Final = 3
"""Décret n° 2019-768, article 5: a declaration lasts three years at most."""
PREMIER_RGAA: Final = dt.date(2009, 10, 29)
"""Nothing was audited before it: an older date is that of a law, or of an empty field."""


class _Date(Contenu):
    date: dt.date | None = None

    def check(self, jour: dt.date) -> None:
        if self.date is not None and self.date < PREMIER_RGAA:
            raise ValueError(f"la date {self.date} précède le premier RGAA ({PREMIER_RGAA}) : ce n'est pas la bonne")
        if self.date is not None and self.date > jour:
            raise ValueError(f"la date {self.date} suit le jour où elle a été lue ({jour})")


class Audit(_Date):
    """`taux`: 0 to 100, None when none was found."""

    principal: ClassVar[str] = "taux"

    taux: Annotated[float, Field(ge=0, le=100)] | None = None


class Declaration(_Date):
    """`mention`: its wording ("Accessibilité : non conforme"). Without `mention` and `url`: none was found."""

    principal: ClassVar[str] = "mention"

    mention: Annotated[str, Field(max_length=300)] | None = None
    url: Annotated[str, Field(max_length=2000)] | None = None


def evaluer(dossier: Dossier) -> Valeur:
    """Met when the rate is strictly above 75 and a declaration stands; known as soon as either was looked for."""
    if not dossier.en_ligne:
        return SANS_OBJET
    audit, declaration = dossier.faits.get("audit"), dossier.faits.get("declaration")
    dernier = audit if declaration is None or (audit and audit.jour >= declaration.jour) else declaration
    if dernier is None:
        return NON_MESURE
    taux = None if audit is None else audit.contenu.get("taux")
    detail = _detail(audit, declaration, dossier.jour)
    return Valeur(
        "publie",
        None if taux is None else taux / 100,
        taux is not None and taux > TAUX_MIN and detail["declaration_valide"],
        None if taux is None else "bon" if taux > TAUX_MIN else "moyen" if taux >= MOYEN else "mauvais",
        None,
        None,
        dernier.source,
        dernier.jour,
        detail,
    )


def est_publiee(declaration: Fait) -> bool:
    """Whether a declaration was found, rather than looked for in vain."""
    return bool(declaration.contenu.get("mention") or declaration.contenu.get("url"))


def date_declaration(declaration: Fait, audit: Fait | None) -> dt.date:
    """The day from which a declaration is valid; never the day of a later observation."""
    for document in (declaration, audit):
        if document is not None and (date := document.contenu.get("date")):
            return dt.date.fromisoformat(date)
    return declaration.depuis or declaration.jour


def expire_le(dossier: Dossier) -> dt.date | None:
    """The first day on which the declaration is three years old; None without one."""
    declaration = dossier.faits.get("declaration")
    if declaration is None or not est_publiee(declaration):
        return None
    return anniversaire(date_declaration(declaration, dossier.faits.get("audit")), VALIDITE_ANS)


def _detail(audit: Fait | None, declaration: Fait | None, jour: dt.date) -> dict[str, Any]:
    detail: dict[str, Any] = {"declaration_valide": False}
    if audit is not None:
        detail["audit_le"], detail["audit_vu_le"] = audit.contenu.get("date"), audit.jour.isoformat()
    if declaration is None:
        return detail
    detail["declaration_vue_le"] = declaration.jour.isoformat()
    if est_publiee(declaration):
        date = date_declaration(declaration, audit)
        expire = anniversaire(date, VALIDITE_ANS)
        detail["declaration_valide"] = jour < expire
        detail["declaration_le"], detail["declaration_expire_le"] = date.isoformat(), expire.isoformat()
        detail["declaration_url"], detail["mention"] = (
            declaration.contenu.get("url"),
            declaration.contenu.get("mention"),
        )
    return detail


ACCESSIBILITE: Final = Indicateur(
    "accessibilite",
    "Accessibilité",
    "Le taux de conformité au RGAA dépasse 75 % et une déclaration de moins de trois ans est publiée.",
    evaluer,
    "%",
    {"atteint": TAUX_MIN / 100, "moyen": MOYEN / 100, "validite_ans": VALIDITE_ANS},
    natures={"audit": Audit, "declaration": Declaration},
    expire_le=expire_le,
)
