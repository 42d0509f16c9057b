"""Every column of every table, once: its name, type, meaning, limits, and where its value is read. Pure.

From here come the files (CSV, JSON, Parquet), their Table Schemas, and the documentation of columns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Final, Literal

from app.indices.formules import PERSONNES
from app.observatoire.donnees.confidentialite import note_tue
from app.observatoire.donnees.jeu import Definition, Fiche, Jeu

Type = Literal["string", "integer", "number", "boolean", "date", "object"]
"""As Table Schema names them. `object` is JSON: as such in JSON, as a text in CSV and Parquet."""
Lire = Callable[[Any], object]

STATUTS: Final = ("publie", "insuffisant", "non_mesure", "exempte", "sans_objet")
STATUTS_INDICE: Final = ("publie", "insuffisant", "aucun_avis")
NIVEAUX: Final = ("bon", "moyen", "mauvais")
_MASQUE: Final = f"vide sous le minimum d'avis, ou de 1 à {PERSONNES - 1} réponses"


@dataclass(frozen=True, slots=True)
class Colonne:
    """`lire` gives the value in a row (None: null). `unite` is for people; the limits are included.

    `champ`: for a column of an indicateur, the key of that one and which of its fields it is.
    """

    nom: str
    type: Type
    description: str
    lire: Lire
    unite: str = ""
    requise: bool = False
    minimum: float | None = None
    maximum: float | None = None
    valeurs: tuple[str, ...] = ()
    champ: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`lignes` gives its rows in a set; `cle` names the columns that tell one row from another, when none is null."""

    nom: str
    titre: str
    description: str
    colonnes: Sequence[Colonne]
    lignes: Callable[[Jeu], Sequence[Any]]
    cle: tuple[str, ...] = ()


def _texte(nom: str, description: str, chemin: str, *, requise: bool = False, valeurs: tuple[str, ...] = ()) -> Colonne:
    return Colonne(nom, "string", description, attrgetter(chemin), requise=requise, valeurs=valeurs)


def _nombre(nom: str, description: str, lire: str | Lire, unite: str = "", *, requise: bool = True) -> Colonne:
    lire = attrgetter(lire) if isinstance(lire, str) else lire
    return Colonne(nom, "integer", description, lire, unite, requise, minimum=0)


def _mesure(nom: str, description: str, lire: str | Lire, maximum: float) -> Colonne:
    """A share in [0, 1] or a mark in [0, 10]."""
    lire = attrgetter(lire) if isinstance(lire, str) else lire
    unite = "part" if maximum == 1 else "sur 10"
    return Colonne(nom, "number", description, lire, unite, minimum=0, maximum=maximum)


def _borne(champ: str, cote: int) -> Lire:
    """One end of an interval that may be None."""
    lire = attrgetter(champ)

    def borne(ligne: Any) -> object:
        bornes = lire(ligne)
        return None if bornes is None else bornes[cote]

    return borne


EDITION: Final = (
    _texte("edition", "Slug de l'édition ; vide pour les chiffres en direct", "entete.edition"),
    Colonne("revision", "integer", "Révision de l'édition", attrgetter("entete.revision"), minimum=1),
    Colonne("debut", "date", "Premier jour de la période, inclus", attrgetter("entete.periode.debut"), requise=True),
    Colonne("fin", "date", "Dernier jour de la période, inclus", attrgetter("entete.periode.fin"), requise=True),
)
METHODE: Final = (_texte("methode", "Version des formules", "entete.methode", requise=True),)

IDENTITE: Final = (
    _texte("slug", "Identifiant de la démarche", "ligne.demarche.slug", requise=True),
    _texte("titre", "Nom de la démarche", "ligne.demarche.titre", requise=True),
    _texte("url", "Adresse de la démarche", "ligne.demarche.url"),
    Colonne(
        "identifiants",
        "string",
        "Identifiants dans d'autres systèmes, « source:valeur », séparés par des points-virgules",
        lambda fiche: ";".join(fiche.identifiants) or None,
    ),
    _texte("ministere_slug", "Identifiant du ministère", "ligne.demarche.ministere_slug"),
    _texte("ministere", "Nom du ministère", "ligne.demarche.ministere"),
    _texte("organisme_slug", "Identifiant de l'organisme", "ligne.demarche.organisme_slug"),
    _texte("organisme", "Nom de l'organisme", "ligne.demarche.organisme"),
    Colonne(
        "top_250",
        "boolean",
        "La démarche fait partie, au dernier jour de la période, des 250 suivies par l'observatoire",
        attrgetter("ligne.demarche.top_250"),
        requise=True,
    ),
)


def _note(note: int) -> Colonne:
    cle = str(note)

    def lire(fiche: Fiche) -> object:
        indice = fiche.ligne.indice
        return None if note_tue(indice) else indice.repartition[cle]

    return _nombre(f"n{note}", f"Nombre d'avis dont la note est {note} ; {_MASQUE}", lire, "avis", requise=False)


def _satisfaits(fiche: Fiche) -> object:
    indice = fiche.ligne.indice
    return None if note_tue(indice) else indice.satisfaits


def _question(nom: str, description: str, maximum: float, reponses: str) -> tuple[Colonne, Colonne]:
    return (
        _mesure(nom, f"{description} ; {_MASQUE}", f"ligne.indice.{nom}", maximum),
        _nombre(f"{nom}_n", f"Nombre de {reponses}", f"ligne.indice.{nom}_n", "réponses"),
    )


def _bornes(nom: str, quoi: str, maximum: float) -> list[Colonne]:
    lire = f"ligne.indice.{nom}"
    return [
        _mesure(f"{nom}_bas", f"Borne inférieure de l'{quoi}", _borne(lire, 0), maximum),
        _mesure(f"{nom}_haut", f"Borne supérieure de l'{quoi}", _borne(lire, 1), maximum),
    ]


INDICE: Final = (
    _nombre("total", "Nombre d'avis sur la période", "ligne.indice.total", "avis"),
    *map(_note, range(11)),
    _nombre("satisfaits", f"Avis de note strictement supérieure à 7 ; {_MASQUE}", _satisfaits, "avis", requise=False),
    _mesure("part_satisfaits", f"satisfaits / total ; vide sans avis ; {_MASQUE}", "ligne.indice.part_satisfaits", 1),
    *_bornes("part_satisfaits_ic95", "intervalle de Wilson à 95 % sur cette part", 1),
    _mesure("note_moyenne", f"Moyenne des notes ; vide sans avis ; {_MASQUE}", "ligne.indice.note_moyenne", 10),
    *_bornes("note_moyenne_ic95", "intervalle normal à 95 % sur cette moyenne", 10),
    Colonne(
        "au_dessus_de_7",
        "boolean",
        "La note moyenne, non arrondie, est strictement supérieure à 7 ; vide si l'indice n'est pas publié",
        attrgetter("ligne.indice.au_dessus_de_7"),
    ),
    _texte(
        "statut",
        "« publie » à partir du nombre minimal d'avis, « insuffisant » en dessous, « aucun_avis » à zéro",
        "ligne.indice.statut",
        requise=True,
        valeurs=STATUTS_INDICE,
    ),
    _nombre("minimum", "Nombre minimal d'avis pour qu'un indice soit publié", "entete.minimum", "avis"),
    *_question("comprehension", "Moyenne de la clarté des informations", 10, "réponses sur la clarté"),
    *_question("contact_satisfaction", "Moyenne de la satisfaction des contacts", 10, "contacts notés"),
    *_question("contact_joignabilite", "Part des contacts qui ont abouti", 1, "réponses sur les contacts"),
    *_question("autonomie", "10 × part des avis qui n'ont demandé aucune aide", 10, "réponses sur l'aide"),
)


@dataclass(frozen=True, slots=True)
class Champ:
    """What every indicateur has; `type` None is that of the indicateur itself."""

    nom: str
    type: Type | None
    description: str
    requise: bool = False
    valeurs: tuple[str, ...] = ()
    cote: int | None = None


CHAMPS: Final = (
    Champ("statut", "string", "publié, trop peu d'avis, non mesuré, exempté ou sans objet", True, STATUTS),
    Champ("valeur", None, "valeur, vide si le statut n'est pas « publie »"),
    Champ("atteint", "boolean", "le critère est rempli, vide si le statut n'est pas « publie »"),
    Champ("niveau", "string", "bon, moyen ou mauvais selon les seuils, s'il y en a", valeurs=NIVEAUX),
    Champ("n", "integer", "nombre de réponses ou de mesures, quand cela a un sens"),
    Champ("ic95_bas", "number", "borne inférieure de l'intervalle à 95 %, quand il y en a un", cote=0),
    Champ("ic95_haut", "number", "borne supérieure de l'intervalle à 95 %, quand il y en a un", cote=1),
    Champ("source", "string", "d'où vient la valeur"),
    Champ("date", "date", "jour dont elle parle"),
    Champ("detail", "object", "précisions (raison d'une exemption, certitude, déclaration…)"),
)
UNITES: Final = {"/10": "sur 10", "%": "part", "ms": "millisecondes"}


def type_valeur(definition: Definition) -> Type:
    """Indicateurs that have thresholds are numbers, the others say yes or no."""
    return "number" if definition.seuils else "boolean"


def nom_colonne(cle: str, champ: str) -> str:
    """The column of a field of an indicateur: figures of the indice have some of the same names."""
    return f"indicateur_{cle}_{champ}"


def de_l_indicateur(definition: Definition) -> list[Colonne]:
    """Its columns: the same for all, so that a program can go through them."""
    return [
        Colonne(
            nom_colonne(definition.cle, champ.nom),
            champ.type or type_valeur(definition),
            f"{definition.titre} : {champ.description}",
            _lire(definition.cle, champ),
            UNITES.get(definition.unite, "") if champ.type in {None, "number"} else "",
            champ.requise,
            minimum=0 if champ.nom == "n" else None,
            valeurs=champ.valeurs,
            champ=(definition.cle, champ.nom),
        )
        for champ in CHAMPS
    ]


def _lire(cle: str, champ: Champ) -> Lire:
    if champ.cote is not None:
        borne = _borne("ic95", champ.cote)
        return lambda fiche: borne(fiche.ligne.valeurs[cle])
    if champ.type == "object":
        return lambda fiche: fiche.ligne.valeurs[cle].detail or None
    lire = attrgetter(champ.nom)
    return lambda fiche: lire(fiche.ligne.valeurs[cle])


def observatoire(definitions: Sequence[Definition]) -> Table:
    """The table of démarches, with these indicateurs."""
    indicateurs = [colonne for definition in definitions for colonne in de_l_indicateur(definition)]
    return Table(
        "observatoire",
        "Observatoire des démarches",
        "Une ligne par démarche : ses chiffres de satisfaction sur la période et chaque indicateur à son dernier jour.",
        (*EDITION, *IDENTITE, *INDICE, *METHODE, *indicateurs),
        lambda jeu: jeu.fiches,
        ("slug",),
    )


def _compte(nom: str, description: str) -> Colonne:
    return _nombre(nom, description, f"bilan.{nom}", "démarches")


def _certitude(nom: str, description: str) -> Colonne:
    def lire(synthese: Any) -> object:
        certitudes = synthese.bilan.certitudes
        return None if certitudes is None else certitudes[nom]

    return _nombre(nom, description, lire, "démarches", requise=False)


SYNTHESE: Final = Table(
    "synthese",
    "Synthèse par ministère et organisme",
    "Une ligne par groupe de démarches et par indicateur : numérateur, dénominateur et ce qui est laissé de côté.",
    (
        *EDITION,
        _texte(
            "groupe",
            "De qui : toutes les démarches, celles d'un ministère, celles d'un organisme",
            "groupe",
            requise=True,
            valeurs=("toutes", "ministere", "organisme"),
        ),
        _texte("ministere_slug", "Identifiant du ministère ; vide pour celles d'aucun", "ministere_slug"),
        _texte("organisme_slug", "Identifiant de l'organisme ; vide pour celles d'aucun", "organisme_slug"),
        _texte("nom", "Nom du ministère ou de l'organisme", "nom"),
        _texte("indicateur", "Clé de l'indicateur", "definition.cle", requise=True),
        _compte("demarches", "Nombre de démarches du groupe"),
        _compte("publies", "Dénominateur : démarches dont l'indicateur est publié"),
        _compte("atteints", "Numérateur : démarches publiées qui remplissent le critère"),
        _mesure("part", "atteints / publies ; vide si rien n'est publié", "bilan.part", 1),
        _compte("insuffisant", "Laissées de côté : trop peu d'avis"),
        _compte("non_mesure", "Laissées de côté : non mesurées"),
        _compte("exempte", "Laissées de côté : exemptées"),
        _compte("sans_objet", "Laissées de côté : l'indicateur ne s'y applique pas"),
        _certitude("surement", "Démarches sûrement au-dessus du seuil : tout leur intervalle l'est"),
        _certitude("probablement", "Démarches probablement au-dessus : leur moyenne l'est, pas tout leur intervalle"),
        _certitude("pas_surement", "Démarches publiées dont la moyenne n'est pas au-dessus"),
        *METHODE,
    ),
    lambda jeu: jeu.syntheses,
)

INDICATEURS: Final = Table(
    "indicateurs",
    "Dictionnaire des indicateurs",
    "Une ligne par indicateur : ce qu'il veut dire et à partir de quels seuils il est rempli.",
    (
        _texte("indicateur", "Clé de l'indicateur, dans le nom de ses colonnes", "cle", requise=True),
        _texte("titre", "Nom de l'indicateur", "titre", requise=True),
        _texte("critere", "Quand il est rempli", "critere", requise=True),
        Colonne(
            "unite",
            "string",
            "Unité de la valeur : note sur 10, part entre 0 et 1, millisecondes ; vide pour un nombre ou oui/non",
            lambda definition: UNITES.get(definition.unite),
            valeurs=tuple(UNITES.values()),
        ),
        Colonne("type_valeur", "string", "Type de la valeur", type_valeur, requise=True, valeurs=("number", "boolean")),
        Colonne(
            "sens",
            "integer",
            "1 : plus c'est haut, mieux c'est ; -1 : l'inverse ; 0 : ni l'un ni l'autre",
            attrgetter("sens"),
            requise=True,
            minimum=-1,
            maximum=1,
        ),
        Colonne("seuils", "object", "Seuils appliqués, par nom", lambda d: dict(d.seuils) or None),
        _mesure("cible", "Part des démarches à atteindre, fixée pour l'édition", "cible", 1),
    ),
    lambda jeu: jeu.definitions,
    ("indicateur",),
)
TABLES: Final = ("observatoire", "synthese", "indicateurs")


def table(nom: str, definitions: Sequence[Definition]) -> Table:
    """A table by its name, one of TABLES; KeyError otherwise."""
    return _table(nom, tuple((d.cle, d.titre, d.unite, bool(d.seuils)) for d in definitions))


@cache
def _table(nom: str, formes: tuple[tuple[str, str, str, bool], ...]) -> Table:
    """Making columns takes a while: once for each list of indicateurs."""
    if nom == "observatoire":
        return observatoire([Definition(c, t, "", u, 1, {"seuil": 0} if s else {}) for c, t, u, s in formes])
    return {"synthese": SYNTHESE, "indicateurs": INDICATEURS}[nom]
