"""What is declared by yes or no: online, FranceConnect, mobile. Facts of these names {"valeur": true, false, null}."""

from typing import Final

from app.observatoire.valeurs import NON_MESURE, SANS_OBJET, Contenu, Dossier, Indicateur, Valeur, d_ou_en_ligne


class Oui(Contenu):
    """Yes or no."""

    valeur: bool


class OuiOuSansObjet(Contenu):
    """Yes, no, or None when the question makes no sense for this démarche."""

    valeur: bool | None


def en_ligne(dossier: Dossier) -> Valeur:
    """What the catalogue says today, unless a dated fact says otherwise: `Dossier.en_ligne` has weighed both."""
    source, date = d_ou_en_ligne(dossier)
    return Valeur("publie", dossier.en_ligne, dossier.en_ligne, source=source, date=date)


def _declare(nature: str, dossier: Dossier) -> Valeur:
    """`null` says that the question makes no sense for this démarche."""
    fait = dossier.faits.get(nature)
    if not dossier.en_ligne:
        return SANS_OBJET
    if fait is None:
        return NON_MESURE
    valeur = fait.contenu["valeur"]
    if valeur is None:
        return Valeur("sans_objet", source=fait.source, date=fait.jour)
    return Valeur("publie", bool(valeur), bool(valeur), source=fait.source, date=fait.jour)


def franceconnect(dossier: Dossier) -> Valeur:
    return _declare("franceconnect", dossier)


def mobile(dossier: Dossier) -> Valeur:
    return _declare("mobile", dossier)


EN_LIGNE: Final = Indicateur(
    "en_ligne", "En ligne", "La démarche se fait entièrement en ligne.", en_ligne, natures={"en_ligne": Oui}
)
FRANCECONNECT: Final = Indicateur(
    "franceconnect",
    "FranceConnect",
    "On peut s'identifier avec FranceConnect.",
    franceconnect,
    natures={"franceconnect": OuiOuSansObjet},
)
MOBILE: Final = Indicateur(
    "mobile",
    "Mobile",
    "La démarche se fait aussi bien depuis un téléphone.",
    mobile,
    natures={"mobile": OuiOuSansObjet},
)
