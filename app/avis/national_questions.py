"""What the columns and the labels of the national service's export mean here. Pure.

Labels are compared without accents, capitals and punctuation, in French, and as older forms and other tools wrote them:
a column by its exact name first, else by words that only its question has.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from app.tableur.tableau import nommer

Champ = str
_EXACTS: Final[dict[Champ, tuple[str, ...]]] = {
    "date": ("date_de_l_avis", "date", "date_avis"),
    "id": ("identifiant_avis", "identifiant_de_l_avis", "identifiant", "id_avis", "id"),
    "bouton": ("lien_d_integration", "bouton", "nom_du_bouton", "source"),
    "note": ("satisfaction", "satisfaction_demarche"),
    "comprehension": ("comprehension", "clarte", "clarte_des_informations", "langage_demarche"),
    "aide": ("aide", "aides", "contact_tried"),
    "joint": ("contact_reached", "contact_reussi", "joignabilite", "joignabilite_de_l_aide"),
    "qualite": ("contact_satisfaction", "qualite_de_l_aide", "qualite", "efficacite", "efficacite_de_l_aide"),
    "aide_autre": ("contact_tried_verbatim", "autre_aide", "autres_aides"),
    "commentaire": ("commentaire", "commentaires", "verbatim"),
}
_MOTS: Final[dict[Champ, re.Pattern[str]]] = {
    "note": re.compile(r"comment_ca_s_est_passe|comment_s_est_passee_cette_demarche"),
    "comprehension": re.compile(r"informations_et_des_instructions|pense_du_lang|langage_employe|clarte"),
    "aide": re.compile(r"obtenir_de_l_aide_par"),
    "joint": re.compile(r"joindre"),
    "qualite": re.compile(r"qualite_de_l_aide|satisfaction_de_l_aide"),
    "aide_autre": re.compile(r"autres_types_d_aide|autres_aides"),
    "commentaire": re.compile(r"nous_en_dire|commentaire"),
}
REQUIS: Final = ("date", "id", "note")

NOTES: Final = {
    0: ("mal", "pas_bien", "mauvais", "pas_satisfait", "bad"),
    5: ("moyen", "medium"),
    10: ("bien", "tres_bien", "bon", "satisfait", "good"),
}
COMPREHENSION: Final = {
    1: ("pas_clair_du_tout", "pas_du_tout_clair", "peu_clair_difficile_a_comprendre", "tres_mauvais", "very_bad"),
    2: ("pas_clair", "peu_clair", "mauvais", "bad"),
    3: ("ni_facile_ni_difficile_a_comprendre", "ni_clair_ni_pas_clair", "moyennement_clair", "moyen", "medium"),
    4: ("clair", "plutot_clair", "bon", "good"),
    5: ("tres_clair", "clair_facile_a_comprendre", "tres_bon", "very_good"),
}
QUALITE: Final = {
    1: ("tres_mauvaise", "tres_mauvais", "very_bad"),
    2: ("mauvaise", "mauvais", "bad"),
    3: ("ni_bonne_ni_mauvaise", "moyenne", "moyen", "medium"),
    4: ("bonne", "bon", "good"),
    5: ("excellente", "excellent", "very_good"),
}
JOINT: Final = {True: ("oui", "yes", "good"), False: ("non", "no", "bad")}
SANS_AVIS: Final = "ne_se_prononce_pas"
_AIDES: Final = (
    ("aucune", re.compile(r"pas_(eu_)?besoin|aucune_aide")),
    ("guichet", re.compile(r"guichet")),
    ("telephone", re.compile(r"telephone")),
    ("courriel", re.compile(r"e_?mail|courriel")),
    ("messagerie", re.compile(r"chat|messagerie")),
    ("proche", re.compile(r"proche")),
    ("association", re.compile(r"association")),
    ("internet", re.compile(r"internet")),
    ("autre", re.compile(r"autre")),
)


class LibelleInconnu(ValueError):
    """A label that no form of the national service has; its text says which and where, in French."""


def reconnaitre(entete: Iterable[str]) -> dict[Champ, int]:
    """The rank of the column of each field that a header has; the first one of those that say the same."""
    noms = [*map(nommer, entete)]
    champs: dict[Champ, int] = {}
    for champ, exacts in _EXACTS.items():
        if (rang := next((noms.index(nom) for nom in exacts if nom in noms), None)) is not None:
            champs[champ] = rang
    pris = set(champs.values())
    for champ, mots in _MOTS.items():
        rangs = (rang for rang, nom in enumerate(noms) if rang not in pris and mots.search(nom))
        if champ not in champs and (trouve := next(rangs, None)) is not None:
            champs[champ] = trouve
            pris.add(trouve)
    return champs


def lire_note(texte: str) -> int:
    """0, 5 or 10, from a smiley. Raises LibelleInconnu, also for nothing: without it there is no avis."""
    if not texte.strip():
        raise LibelleInconnu("satisfaction : sans réponse")
    return int(_choisir("satisfaction", texte, NOTES))


def lire_reponses(cellules: dict[Champ, str]) -> dict[str, Any] | None:
    """The answers to the other questions, not checked together yet; None when there is none. Raises LibelleInconnu."""
    reponses: dict[str, Any] = {}
    if (niveau := _niveau("compréhension", cellules.get("comprehension", ""), COMPREHENSION)) is not None:
        reponses["comprehension"] = niveau
    contacts = dict(_contacts(cellules.get("joint", ""), cellules.get("qualite", "")))
    aides = [_aide(libelle) for libelle in decouper(cellules.get("aide", ""))]
    autre = cellules.get("aide_autre", "").strip()
    # A canal that somebody answered about was tried, whether or not the file has the question before.
    aides += [*contacts, *(["autre"] if autre else [])]
    if aides:
        reponses["aide"] = list(dict.fromkeys(aides))
    if autre:
        reponses["aide_autre"] = autre
    if contacts:
        reponses["contacts"] = contacts
    return reponses or None


def decouper(texte: str) -> list[str]:
    """The labels of a cell, joined by " / ", or one on each line as the workbooks have them.

    >>> decouper("Au guichet / Par chat"), decouper("- Au guichet\\n- Par chat"), decouper("")
    (['Au guichet', 'Par chat'], ['Au guichet', 'Par chat'], [])
    """
    return [propre for partie in re.split(r"\s/\s|\n", texte) if (propre := partie.strip().removeprefix("- ").strip())]


def _contacts(joint: str, qualite: str) -> Iterator[tuple[str, dict[str, Any]]]:
    joints = {_aide(canal): _choisir("contact", dit, JOINT) for canal, dit in _paires(joint)}
    qualites = {_aide(canal): _niveau("qualité de l'aide", dit, QUALITE) for canal, dit in _paires(qualite)}
    for canal in dict.fromkeys([*joints, *qualites]):
        contact = {"joint": joints.get(canal), "satisfaction": qualites.get(canal)}
        yield canal, {cle: valeur for cle, valeur in contact.items() if valeur is not None}


def _paires(texte: str) -> Iterator[tuple[str, str]]:
    """`Au guichet : Oui / Par chat : Non`, canal by canal."""
    for libelle in decouper(texte):
        canal, deux_points, dit = libelle.rpartition(":")
        if not deux_points:
            raise LibelleInconnu(f"« {libelle[:80]} » : « canal : réponse » est attendu")
        yield canal, dit


def _aide(libelle: str) -> str:
    nom = nommer(libelle)
    for aide, mots in _AIDES:
        if mots.search(nom):
            return aide
    raise LibelleInconnu(f"aide : libellé inconnu « {libelle[:80].strip()} »")


def _niveau(quoi: str, texte: str, libelles: Mapping[Any, tuple[str, ...]]) -> Any:
    """A level from 1 to 5, as a number or as a label; None when nothing was answered."""
    propre = texte.strip()
    if not propre or nommer(propre) == SANS_AVIS:
        return None
    if chiffre := re.fullmatch(r"([1-5])(?:[.,]0*)?", propre):
        return int(chiffre[1])
    return _choisir(quoi, propre, libelles)


def _choisir(quoi: str, texte: str, libelles: Mapping[Any, tuple[str, ...]]) -> Any:
    nom = nommer(texte)
    for valeur, noms in libelles.items():
        if nom in noms:
            return valeur
    raise LibelleInconnu(f"{quoi} : libellé inconnu « {texte[:80].strip()} »")
