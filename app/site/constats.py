"""What an indicateur says of a démarche, and what it says it from, in words. Pure.

A value is never rounded across one of its thresholds, and what is not known is said in words, never as a zero.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.observatoire.donnees.confidentialite import trop_peu
from app.observatoire.indicateurs import INDICATEURS, PAR_CLE
from app.observatoire.indicateurs.satisfaction import AVIS
from app.observatoire.valeurs import Indicateur
from app.site.affichage import INSECABLE, arrondir, jour, pluriel, pourcent

ABSENCES: Final = {
    "insuffisant": "Trop peu de réponses",
    "non_mesure": "Non mesuré",
    "exempte": "Exemptée",
    "sans_objet": "Sans objet",
}
NIVEAUX: Final = {"bon": "bon", "moyen": "moyen", "mauvais": "faible"}
CHOSES: Final = {"disponibilite": "mesure", "rapidite": "mesure"}
"""What the n of an indicateur counts, when it is not answers."""


def mesure(cle: str, unite: str, seuils: Mapping[str, float], valeur: object) -> str:
    """A published value: `7,3 / 10`, `99,95 %`, `312 ms`, `3 informations redemandées`, `oui`.

    >>> mesure("disponibilite", "%", {"bon": 0.999}, 0.99899).split(INSECABLE)
    ['99,899', '%']
    """
    if valeur is None:
        return "aucun taux trouvé"
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if not isinstance(valeur, int | float):
        return str(valeur)
    if unite == "%":
        return pourcent(valeur, *seuils.values())
    if unite == "ms":
        return f"{arrondir(valeur, seuils.values(), 0)}{INSECABLE}ms"
    if unite == "/10":
        return f"{arrondir(valeur, seuils.values())}{INSECABLE}/{INSECABLE}10"
    return pluriel(int(valeur), "information redemandée", "informations redemandées") if cle == "dlnuf" else str(valeur)


def mesure_du_jour(cle: str, valeur: object) -> str:
    """A value of an indicateur as it is defined today."""
    i = PAR_CLE[cle]
    return mesure(cle, i.unite, i.seuils, valeur)


@dataclass(frozen=True, slots=True)
class Constat:
    """An indicateur of a démarche, ready to be shown.

    `resultat`: the value, or why there is none; `precision`: what else must be known to read it. `atteint`: None when
    nothing is published. `n`: "42 réponses".
    """

    cle: str
    titre: str
    critere: str
    resultat: str
    precision: str
    atteint: bool | None
    niveau: str
    n: str
    source: str
    date: dt.date | None


def constater(valeurs: Mapping[str, Mapping[str, Any]]) -> list[Constat]:
    """What each indicateur says, in their order, from values as `observatoire.service.lire_demarche` gives them."""
    return [_constat(i, valeurs[i.cle]) for i in INDICATEURS if i.cle in valeurs]


def _constat(i: Indicateur, v: Mapping[str, Any]) -> Constat:
    rare = v["source"] == AVIS and trop_peu(v["n"] or 0)  # published by a minimum under five
    v = {**v, "statut": "insuffisant"} if rare else v
    publie = v["statut"] == "publie"
    return Constat(
        i.cle,
        i.titre,
        i.critere,
        mesure_du_jour(i.cle, v["valeur"]) if publie else ABSENCES[v["statut"]],
        _precision(i.cle, v["statut"], v["detail"]),
        v["atteint"] if publie else None,
        NIVEAUX.get(v["niveau"] or "", "") if publie else "",
        "" if v["n"] is None else pluriel(v["n"], CHOSES.get(i.cle, "réponse")),
        v["source"] or "",
        v["date"],
    )


def _precision(cle: str, statut: str, detail: Mapping[str, Any]) -> str:
    if statut == "exempte":
        return str(detail["raison"])
    if statut == "publie" and cle == "accessibilite":
        return _declaration(detail)
    if statut == "publie" and cle == "bouton" and "depuis" in detail:
        return f"premier avis le {_jour(detail['depuis'])}"
    return ""


def _declaration(detail: Mapping[str, Any]) -> str:
    if "declaration_le" not in detail:
        return "aucune déclaration trouvée"
    mention = f"« {detail['mention']} », " if detail.get("mention") else ""
    if detail["declaration_valide"]:
        return f"{mention}déclaration du {_jour(detail['declaration_le'])}"
    return f"{mention}déclaration périmée depuis le {_jour(detail['declaration_expire_le'])}"


def _jour(texte: str) -> str:
    return jour(dt.date.fromisoformat(texte))


@dataclass(frozen=True, slots=True)
class Historique:
    """The facts that some indicateurs read, the latest first: (day, what was found, source)."""

    cle: str
    titre: str
    faits: Sequence[tuple[dt.date, str, str]]
    total: int


LIMITE: Final = 24
"""How many facts of an indicateur a page shows; the API has them all."""


def historiques(faits: Iterable[Mapping[str, Any]]) -> list[Historique]:
    """One for each set of natures that indicateurs read, when there is something to tell."""
    lus = list(faits)
    titres: dict[frozenset[str], list[str]] = {}
    for i in INDICATEURS:
        if i.natures:
            titres.setdefault(frozenset(i.natures), []).append(i.titre)
    rendus = []
    for natures, noms in titres.items():
        siens = [(f["jour"], fait_dit(f["nature"], f["contenu"]), f["source"]) for f in lus if f["nature"] in natures]
        if siens:
            rendus.append(Historique(min(natures), ", ".join(noms), siens[:LIMITE], len(siens)))
    return rendus


def fait_dit(nature: str, contenu: Mapping[str, Any]) -> str:
    """What a source found, in words.

    >>> fait_dit("audit", {"taux": None}), fait_dit("mobile", {"valeur": True})
    ('audit : aucun taux trouvé', 'oui')
    """
    if nature == "audit":
        return f"audit : {_ou(contenu.get('taux'), '%', 'aucun taux trouvé')}"
    if nature == "declaration":
        return f"déclaration : {contenu.get('mention') or contenu.get('url') or 'aucune trouvée'}"
    if nature == "disponibilite":
        mesures = "" if contenu.get("mesures") is None else f", {pluriel(contenu['mesures'], 'mesure')}"
        temps = _ou(contenu.get("temps_ms"), "ms", "temps inconnu")
        return f"{_ou(contenu.get('disponibilite'), '%', 'disponibilité inconnue')}, {temps}{mesures}"
    if nature == "dlnuf":
        return mesure("dlnuf", "", {}, contenu["effort"])
    dite = contenu.get("valeur")
    return "sans objet" if dite is None else "oui" if dite else "non"


def _ou(valeur: float | None, unite: str, sinon: str) -> str:
    return sinon if valeur is None else f"{arrondir(valeur, (), 2 if unite == '%' else 0)}{INSECABLE}{unite}"


def seuils_dits(i: Indicateur) -> str:
    """The thresholds of an indicateur: `bon à partir de 8 / 10, moyen à partir de 5 / 10`.

    >>> from app.observatoire.indicateurs import PAR_CLE
    >>> seuils_dits(PAR_CLE["rapidite"]).replace(INSECABLE, " ")
    'bon sous 400 ms, moyen sous 800 ms'
    """
    mots = "sous" if i.sens < 0 else "à partir de"
    rangs = [(nom, i.seuils[nom]) for nom in ("bon", "moyen") if nom in i.seuils]
    return ", ".join(f"{nom} {mots} {_seuil(i, valeur)}" for nom, valeur in rangs)


SOURCES: Final = {
    "audit": "audits de conformité au RGAA",
    "declaration": "déclarations d’accessibilité",
    "disponibilite": "mesures du site faites de l’extérieur, mois par mois",
    "dlnuf": "examen de la démarche",
    "en_ligne": "catalogue des démarches",
}


def provenance(i: Indicateur) -> str:
    """What an indicateur reads.

    >>> from app.observatoire.indicateurs import PAR_CLE
    >>> provenance(PAR_CLE["mobile"]), provenance(PAR_CLE["bouton"])
    ('déclaration de l’administration', 'boutons et premiers avis')
    """
    if "boutons" in i.lit:
        return "boutons et premiers avis"
    if not i.natures:
        return "avis déposés"
    return ", ".join(dict.fromkeys(SOURCES.get(nature, "déclaration de l’administration") for nature in i.natures))


def _seuil(i: Indicateur, valeur: float) -> str:
    ecrit = f"{100 * valeur:.10g}" if i.unite == "%" else f"{valeur:.10g}"
    unite = {"/10": f"{INSECABLE}/{INSECABLE}10", "%": f"{INSECABLE}%", "ms": f"{INSECABLE}ms"}.get(i.unite, "")
    return ecrit.replace(".", ",") + unite
