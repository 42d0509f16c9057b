"""Exemptions: a démarche that an indicateur leaves out from a day on, for a reason that everybody can read."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, model_validator
from pydantic import Field as Champ
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.demarches.importation.ligne import Cellule
from app.demarches.resolution import resolve
from app.demarches.texte import nettoyer
from app.observatoire.faits import sql
from app.observatoire.faits.annuaire import Annuaire
from app.observatoire.faits.importation import Bilan
from app.observatoire.faits.lecture import Jour, check
from app.observatoire.indicateurs import PAR_CLE
from app.tableur.ecriture import Rejets
from app.tableur.feuille import Source
from app.tableur.tableau import Enregistrement, ouvrir_tableau

COLONNES = ("demarche", "indicateur", "raison", "depuis", "jusqu_au")
OBLIGATOIRES = ("demarche", "indicateur", "raison")


def _check_indicateur(cle: str) -> str:
    if cle not in PAR_CLE:
        raise ValueError(f"valeurs possibles : {', '.join(PAR_CLE)}")
    return cle


AUCUN = "aucun"
"""How the end of an exemption is taken away: an end that is not said again stays."""


class Exemption(BaseModel):
    """What is asked: `depuis` is today unless given; `jusqu_au`, the last day, is the one known already unless given,
    and none when `sans_fin`.
    """

    indicateur: Annotated[str, AfterValidator(_check_indicateur), Cellule]
    raison: Annotated[str, Champ(min_length=1, max_length=1000), AfterValidator(nettoyer), Cellule]
    depuis: Jour = None
    jusqu_au: Jour = None
    sans_fin: bool = False

    @model_validator(mode="before")
    @classmethod
    def read_aucun(cls, cellules: dict[str, str]) -> dict[str, object]:
        if cellules.get("jusqu_au", "").strip().casefold() == AUCUN:
            return cellules | {"jusqu_au": "", "sans_fin": True}
        return dict(cellules)

    @model_validator(mode="after")
    def check_ordre(self) -> "Exemption":
        if self.depuis and self.jusqu_au and self.jusqu_au < self.depuis:
            raise ValueError("jusqu_au précède depuis")
        return self


class _LigneExemption(Exemption):
    demarche: Annotated[str, Champ(min_length=1), Cellule]


async def exempter(db: AsyncSession, nom: str, valeurs: Mapping[str, str | None], jour: dt.date) -> bool:
    """Exempt a démarche (slug or alias); gives whether anything changed. Raises DemarcheInconnue, ValueError."""
    exemption = check(Exemption, {cle: valeur or "" for cle, valeur in valeurs.items()})
    demarche = await resolve(db, nom)
    assert demarche.id is not None
    return await sql.exempter(db, demarche.id, *_colonnes(exemption, jour))


def _colonnes(exemption: Exemption, jour: dt.date) -> tuple[str, dt.date, dt.date | None, str, bool]:
    depuis = exemption.depuis or jour
    if exemption.jusqu_au and exemption.jusqu_au < depuis:
        raise ValueError("jusqu_au précède depuis, qui est aujourd'hui si rien n'est dit")
    return exemption.indicateur, depuis, exemption.jusqu_au, exemption.raison, exemption.sans_fin


async def import_exemptions(
    engine: AsyncEngine,
    source: Source,
    rejets_path: Path,
    jour: dt.date,
    progress: Callable[[int], None] = lambda _lues: None,
) -> Bilan:
    """Import a file of exemptions, like the imports of facts: repeatable, bad lines rejected one by one."""
    bilan = Bilan()
    with (
        ouvrir_tableau(source, COLONNES, OBLIGATOIRES) as tableau,
        Rejets(rejets_path, tableau.colonnes) as rejets,
    ):
        async with engine.begin() as db:
            await sql.verrouiller(db)
            annuaire = Annuaire(await sql.annuaire(db))
            for enregistrement in tableau:
                bilan.lues += 1
                try:
                    change = await sql.exempter(db, *_lire(enregistrement, tableau.colonnes, annuaire, jour))
                    bilan.enregistrees += change
                    bilan.deja_la += not change
                except ValueError as error:
                    bilan.rejetees += 1
                    rejets.ajouter([(enregistrement, str(error))])
                progress(bilan.lues)
    return bilan


def _lire(
    enregistrement: Enregistrement, colonnes: list[str], annuaire: Annuaire, jour: dt.date
) -> tuple[int, str, dt.date, dt.date | None, str, bool]:
    if enregistrement.motif:
        raise ValueError(enregistrement.motif)
    cellules = dict(zip(colonnes, enregistrement.cellules, strict=True))
    ligne = check(_LigneExemption, {nom: cellules[nom] for nom in COLONNES if nom in cellules})
    return annuaire.nommee(ligne.demarche), *_colonnes(ligne, jour)
