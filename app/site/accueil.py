"""`/`: the state of things today in one glance, its trend, and what changed since the last édition."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.indices.formules import METHODE
from app.indices.lignes import Ligne, lire_lignes
from app.indices.parametres import AujourdHui
from app.indices.periode import Periode, lire_periode
from app.observatoire.bilan import Bilan
from app.observatoire.consultation import service as consultation
from app.observatoire.etat import Etat, bilan_de, lire_cibles, lire_etats_par_id
from app.observatoire.satisfaction import bilan_satisfaction, exemptees
from app.site.affichage import alphabetique, etape
from app.site.graphiques import Point
from app.site.rendu import rendre, repondre_page
from app.site.selection import certitude_de, trier

router = APIRouter()

MONTRES: Final = ("satisfaction", "bouton", "accessibilite")
POINTS_AU_PLUS: Final = 12


@dataclass(frozen=True, slots=True)
class Resume:
    """An indicateur now: its synthesis, its targets, its course from édition to édition, and what changed since the
    last one (`avant` is its synthesis there, None when nothing compares)."""

    bilan: Mapping[str, Any]
    cibles: Sequence[Mapping[str, Any]]
    points: Sequence[Point]
    avant: Mapping[str, Any] | None

    @property
    def ecart_points(self) -> float | None:
        """The change of the share since the last édition, in points."""
        if self.avant is None or self.avant["part"] is None or self.bilan["part"] is None:
            return None
        return 100 * float(self.bilan["part"] - self.avant["part"])


@router.get("/")
async def accueil(request: Request, jour: AujourdHui) -> Response:
    """L'état des choses aujourd'hui, et par où commencer."""
    minimum: int = request.app.state.settings.seuil_publication

    async def calcul(db: AsyncSession) -> bytes:
        periode = lire_periode(None, None, jour)
        toutes = await lire_lignes(db, periode, minimum)
        editions = comparables(await consultation.lister(db))
        notees = notees_pareil(editions, minimum)
        etats = retenues(editions[0] if editions else None, await lire_etats_par_id(db, jour))
        lignes = [ligne for ligne in toutes if ligne.demarche.id in etats]
        bilans = {c: bilan_de(etats.values(), c) for c in MONTRES[1:]}
        bilans["satisfaction"] = bilan_satisfaction(lignes, await exemptees(db, jour), minimum)
        toutes_suivies = not editions or editions[0]["perimetre"] == "toutes"  # national targets are about all of them
        visees = (await lire_cibles(db, jour)).ajouter((None, None), bilans) if toutes_suivies else {}
        cibles = {c: dite["cibles"] for c, dite in visees.items()}
        utilisees = trier([ligne for ligne in toutes if ligne.total], "avis", "decroissant", {})[:6]
        return rendre(
            request,
            "accueil.html",
            periode=periode,
            demarches=len(lignes),
            catalogue=len(toutes),
            avis=sum(ligne.total for ligne in lignes),
            resumes={
                c: resumer(c, bilans[c], cibles.get(c, ()), editions if c != "satisfaction" else notees, jour)
                for c in MONTRES
            },
            notes_comparables=notees == editions,
            methode=METHODE,
            derniere=editions[0] if editions else None,
            precedente=editions[1] if len(editions) > 1 else None,
            communs=jours_communs(editions[0]["periode"], periode) if editions else 0,
            lignes=[(ligne, certitude_de(ligne)) for ligne in utilisees],
            ministeres=compter_ministeres(toutes),
        )

    return await repondre_page(request, ("accueil", jour), calcul)


def comparables(editions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of these éditions, the latest first, those made of the same démarches and in the same way as the latest."""
    return [e for e in editions if _conditions(e) == _conditions(editions[0])]


def _conditions(edition: Mapping[str, Any]) -> tuple[Any, ...]:
    faite = (edition["minimum"], edition["methode"])
    return edition["perimetre"], sorted(edition["catalogue"] or ()), *faite


def notees_pareil(editions: Sequence[Mapping[str, Any]], minimum: int) -> Sequence[Mapping[str, Any]]:
    """Those of `comparables`, if their indices were made as those of today are."""
    return [e for e in editions if (e["minimum"], e["methode"]) == (minimum, METHODE)]


def retenues(edition: Mapping[str, Any] | None, etats: Mapping[int, Etat]) -> Mapping[int, Etat]:
    """The démarches that an édition would be about today, so that what is set beside it compares; all without one."""
    match edition:
        case {"perimetre": "top_250"}:
            return {cle: etat for cle, etat in etats.items() if etat.demarche.top_250}
        case {"perimetre": "liste", "catalogue": ids}:
            return {cle: etats[cle] for cle in ids if cle in etats}
    return etats


def resumer(
    cle: str, bilan: Bilan, cibles: Sequence[Mapping[str, Any]], editions: Sequence[Mapping[str, Any]], jour: dt.date
) -> Resume:
    """An indicateur beside what the éditions (the latest first) said of it; those that did not know it say nothing."""
    passees = [(e["periode"].fin, e["bilan"]["indicateurs"].get(cle)) for e in editions[: POINTS_AU_PLUS - 1]]
    points = [_point(fin, b["part"], b["publies"]) for fin, b in reversed(passees) if b]
    points.append(replace(_point(jour, bilan.part, bilan.publies), nom="aujourd’hui", court="aujourd’hui"))
    return Resume(bilan.en_objet(), cibles, points, passees[0][1] if passees else None)


def _point(jour: dt.date, part: float | None, publies: int) -> Point:
    return Point(f"édition arrêtée fin {etape(jour, 'mois')}", etape(jour, "mois", court=True), part, None, publies)


def jours_communs(avant: Periode, apres: Periode) -> int:
    """How many days two périodes share."""
    return max(0, (min(avant.fin, apres.fin) - max(avant.debut, apres.debut)).days + 1)


def compter_ministeres(lignes: Iterable[Ligne]) -> list[tuple[str, str, int, int]]:
    """Slug, name, how many démarches, how many avis; by name."""
    comptes: dict[tuple[str, str], list[int]] = {}
    for ligne in lignes:
        d = ligne.demarche
        if d.ministere and d.ministere_slug:
            compte = comptes.setdefault((d.ministere, d.ministere_slug), [0, 0])
            compte[0] += 1
            compte[1] += ligne.total
    rangs = sorted(comptes.items(), key=lambda rang: (alphabetique(rang[0][0]), rang[0][1]))
    return [(slug, nom, n, total) for (nom, slug), (n, total) in rangs]
