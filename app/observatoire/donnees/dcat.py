"""The catalogue of open data, in DCAT-AP 3, as data.gouv.fr harvests it; JSON-LD and Turtle. Pure.

What its harvester reads, and how, was taken from udata (`udata/core/dataset/rdf.py`): datasets by `dct:identifier`, the
licence by its title, the frequency from the European vocabulary, the checksum of a distribution as SPDX.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from app.indices.periode import Periode
from app.observatoire.donnees import licence
from app.observatoire.donnees.colonnes import INDICATEURS, SYNTHESE, TABLES
from app.observatoire.donnees.schema import TYPES
from app.observatoire.editions.parametres import PerimetreEdition

Noeud = dict[str, Any]
"""A node of JSON-LD: `@id`, `@type`, then properties under prefixed names."""

PREFIXES: Final = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_EU: Final = "http://publications.europa.eu/resource/authority"
_IANA: Final = "https://www.iana.org/assignments/media-types"
MOTS_CLES: Final = (
    "accessibilité",
    "démarches en ligne",
    "je donne mon avis",
    "observatoire",
    "qualité des services publics",
    "satisfaction des usagers",
)
_CONTENU: Final = (
    "avis recueillis par le bouton « Je donne mon avis » (nombre, "
    "répartition des notes, part au-dessus de 7 sur 10, note moyenne, intervalles à 95 %) et indicateurs de "
    "l'observatoire (accessibilité, disponibilité, rapidité, « Dites-le-nous une fois »…), chacun avec son statut, sa "
    "source et sa date. Aucun commentaire ; sous le nombre minimal d'avis, rien que leur nombre."
)
_QUI: Final[dict[PerimetreEdition, str]] = {
    "toutes": "chaque démarche administrative en ligne",
    "top_250": "chaque démarche de la liste des 250 que suit l'observatoire",
    "liste": "chaque démarche d'une liste établie pour cette édition",
}
_RESUME: Final = f"Pour {_QUI['toutes']} : {_CONTENU}"
_TITRES: Final = {"observatoire": "Démarches", "synthese": SYNTHESE.titre, "indicateurs": INDICATEURS.titre}


@dataclass(frozen=True, slots=True)
class Edition:
    """An édition in the catalogue; `demarches`: how many; `fichiers`: size and SHA-256 of each, by name. Moments are
    ISO 8601."""

    slug: str
    revision: int
    titre: str
    periode: Periode
    raison: str | None
    premiere: str
    publiee_le: str
    methode: str
    minimum: int
    perimetre: PerimetreEdition
    demarches: int
    fichiers: Mapping[str, tuple[int, str]]


def catalogue(base: str, periode: Periode, editions: Sequence[Edition]) -> Noeud:
    """The whole catalogue, under the public address `base`; `periode` is that of the figures of now."""
    return {
        "@id": f"{base}/donnees/catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _fr("Observatoire des démarches en ligne : données ouvertes"),
        "dct:description": _fr(_RESUME),
        "dct:publisher": _editeur(base),
        "dct:language": _iri(f"{_EU}/language/FRA"),
        "dct:license": _licence(),
        "foaf:homepage": _iri(f"{base}/"),
        "dcat:dataset": [_en_direct(base, periode), *(_edition(base, edition) for edition in editions)],
    }


def _en_direct(base: str, periode: Periode) -> Noeud:
    """Its files change with each avis: sizes and sums would be wrong by the time they are read."""
    racine = f"{base}/donnees"
    return _jeu(base, f"{racine}/observatoire", f"{base}/", periode) | {
        "dct:title": _fr("Observatoire des démarches en ligne : chiffres en direct"),
        "dct:description": _fr(f"{_RESUME} Chiffres des douze derniers mois, à jour du dernier avis reçu."),
        "dct:accrualPeriodicity": _iri(f"{_EU}/frequency/UPDATE_CONT"),
        "dcat:distribution": [
            _distribution(racine, table, forme, f"{racine}/schemas/{table}.json") for table in TABLES for forme in TYPES
        ],
    }


def _edition(base: str, edition: Edition) -> Noeud:
    racine = f"{base}/donnees/editions/{edition.slug}"
    nombre = f"{edition.demarches} démarche{'s' if edition.demarches > 1 else ''}"
    frozen = (
        f"Chiffres figés du {edition.periode.debut:%d/%m/%Y} au {edition.periode.fin:%d/%m/%Y}, méthode "
        f"{edition.methode}, indices publiés à partir de {edition.minimum} avis. Révision {edition.revision}"
        f"{f' : {edition.raison}' if edition.raison else ''}."
    )
    notes = {"adms:versionNotes": _fr(edition.raison)} if edition.raison else {}
    return _jeu(base, racine, f"{base}/editions/{edition.slug}", edition.periode) | {
        "dct:title": _fr(f"Observatoire des démarches en ligne : {edition.titre}"),
        "dct:description": _fr(f"Pour {_QUI[edition.perimetre]} ({nombre}) : {_CONTENU} {frozen}"),
        "dct:accrualPeriodicity": _iri(f"{_EU}/frequency/NEVER"),
        "dct:issued": _instant(edition.premiere),
        "dct:modified": _instant(edition.publiee_le),
        "dcat:version": str(edition.revision),
        **notes,
        "dcat:distribution": [
            _distribution(racine, table, forme, f"{racine}/{table}.schema.json")
            | _integrite(*edition.fichiers[f"{table}.{forme}"])
            for table in TABLES
            for forme in TYPES
        ],
    }


def _jeu(base: str, uri: str, page: str, periode: Periode) -> Noeud:
    return {
        "@id": uri,
        "@type": "dcat:Dataset",
        "dct:identifier": uri,
        "dcat:keyword": [_fr(mot) for mot in MOTS_CLES],
        "dcat:theme": _iri(f"{_EU}/data-theme/GOVE"),
        "dct:publisher": _editeur(base),
        "dcat:contactPoint": {
            "@id": f"{base}/#contact",
            "@type": "vcard:Organization",
            "vcard:fn": "Je donne mon avis",
            "vcard:hasURL": _iri(f"{base}/"),
        },
        "dct:language": _iri(f"{_EU}/language/FRA"),
        "dct:spatial": _iri(f"{_EU}/country/FRA"),
        "dct:accessRights": _iri(f"{_EU}/access-right/PUBLIC"),
        "dct:license": _licence(),
        "dcat:landingPage": _iri(page),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _jour(str(periode.debut)),
            "dcat:endDate": _jour(str(periode.fin)),
        },
    }


def _distribution(racine: str, table: str, forme: str, schema: str) -> Noeud:
    adresse = f"{racine}/{table}.{forme}"
    return {
        "@id": adresse,
        "@type": "dcat:Distribution",
        "dct:title": _fr(f"{_TITRES[table]} ({forme.upper() if forme != 'parquet' else 'Parquet'})"),
        "dcat:accessURL": _iri(adresse),
        "dcat:downloadURL": _iri(adresse),
        "dcat:mediaType": _iri(f"{_IANA}/{TYPES[forme]}"),
        "dct:format": _iri(f"{_EU}/file-type/{forme.upper()}"),
        "dct:license": _licence(),
        "dct:conformsTo": {"@id": schema, "@type": "dct:Standard", "dct:title": _fr(f"Schéma de la table {table}")},
    }


def _integrite(taille: int, somme: str) -> Noeud:
    return {
        "dcat:byteSize": {"@value": str(taille), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": _iri("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
            "spdx:checksumValue": {"@value": somme, "@type": "xsd:hexBinary"},
        },
    }


def _editeur(base: str) -> Noeud:
    return {
        "@id": f"{base}/#editeur",
        "@type": "foaf:Agent",
        "foaf:name": "Observatoire des démarches en ligne (Je donne mon avis)",
        "foaf:homepage": _iri(f"{base}/"),
    }


def _licence() -> Noeud:
    return {
        "@id": licence.URL,
        "@type": "dct:LicenseDocument",
        "rdfs:label": licence.TITRE,
        "owl:sameAs": _iri(licence.SPDX),
    }


def _iri(adresse: str) -> Noeud:
    return {"@id": adresse}


def _fr(texte: str) -> Noeud:
    return {"@value": texte, "@language": "fr"}


def _jour(jour: str) -> Noeud:
    return {"@value": jour, "@type": "xsd:date"}


def _instant(moment: str) -> Noeud:
    return {"@value": moment, "@type": "xsd:dateTime"}


def en_jsonld(racine: Noeud) -> bytes:
    """The graph of a node as JSON-LD, its context being in it: nothing is to be fetched to read it."""
    return orjson.dumps({"@context": PREFIXES} | racine, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def en_turtle(racine: Noeud) -> bytes:
    """The graph of a node as Turtle."""
    prefixes = [f"@prefix {nom}: <{adresse}> .\n" for nom, adresse in PREFIXES.items()]
    return "".join([*prefixes, *dict.fromkeys(_phrases(racine, []))]).encode()


def _phrases(noeud: Noeud, anonymes: list[Noeud]) -> Iterator[str]:
    """One statement a line, those of the nodes inside included; `anonymes` numbers those without address."""
    sujet = _nom(noeud, anonymes)
    for propriete, dites in noeud.items():
        if propriete == "@id":
            continue
        for valeur in dites if isinstance(dites, list) else [dites]:
            if propriete == "@type":
                yield f"{sujet} a {valeur} .\n"
                continue
            yield f"{sujet} {propriete} {_objet(valeur, anonymes)} .\n"
            if isinstance(valeur, dict) and valeur.keys() - {"@id", "@value", "@type", "@language"}:
                yield from _phrases(valeur, anonymes)


def _nom(noeud: Noeud, anonymes: list[Noeud]) -> str:
    if "@id" in noeud:
        return f"<{noeud['@id']}>"
    rang = next((rang for rang, autre in enumerate(anonymes) if autre is noeud), None)
    if rang is None:
        rang = len(anonymes)
        anonymes.append(noeud)
    return f"_:n{rang}"


def _objet(valeur: Any, anonymes: list[Noeud]) -> str:
    if isinstance(valeur, str):
        return _litteral(valeur)
    if "@value" not in valeur:
        return _nom(valeur, anonymes)
    if "@language" in valeur:
        return f"{_litteral(valeur['@value'])}@{valeur['@language']}"
    return f"{_litteral(valeur['@value'])}^^{valeur['@type']}"


def _litteral(texte: str) -> str:
    """A string of JSON is one of Turtle too: both escape quotes, backslashes and control characters in the same way."""
    return orjson.dumps(texte).decode()
