"""Builds what browsers load from `widget/`: joins the modules, puts texts and styles in, minifies. At start, in memory.

The sources are standard ES modules with named imports only; a bundle is their texts one after the other in one scope,
which is why no two modules of a bundle may declare the same name (the minifier refuses it).
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase
from typing import Any

import minify

from app.pages.formulaire_textes import LANGUES, textes
from app.ressources import Ressource

_ROOT = Path(__file__).parent.parent
SOURCES = next(path for path in (_ROOT.parent / "widget", _ROOT / "widget") if path.is_dir())
CONSTRUIT = "construit.js"
"""What the sources import under this name is made here: texts, styles, addresses."""

ETATS = ("envoi", "envoye", "attente", "refus", "partiel")
"""What becomes of an avis, in the words of envoi.js."""
PAR_NOM = {"choix", "canaux", "etats"}
"""Texts that the scripts look up by a name that they only learn."""

PARTAGES = [
    "racine",
    "statut",
    "noter",
    "question",
    "radios",
    "styler",
    "quitter",
    "charge",
    "suivre",
    "sure",
    "habiller",
]
"""What both scripts call each other's things by. Sent as a letter each, by rank: add at the end, or an older jdma.js
will not understand today's questions.js.
"""
PROPRES = [
    "dire",
    "depose",
    "completer",
    "impose",
    "echecs",
    "renouvele",
    "refus",
    "recu",
    "repris",
    "fait",
    "reveil",
    "lu",
]
"""The same for what questions.js alone knows of an avis."""

_LETTRES = dict(zip(PARTAGES, ascii_uppercase, strict=False)) | dict(
    zip(PROPRES, reversed(ascii_uppercase), strict=False)
)
_NOMS = "|".join(_LETTRES)
_PROPRIETE = re.compile(rf"(?<=\.)(?:{_NOMS})\b|(?<=[{{}},;])(?:{_NOMS})(?=[:(])")
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.MULTILINE)
_TEXTE = re.compile(r"\bT\.([a-z]+(?:\.[a-z]+)*)")
_VARIABLE = re.compile(r"--[a-z]+")
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def joindre(entree: str, construit: dict[str, Any]) -> str:
    """The modules that `entree` needs, each once and after those it needs itself, in one scope."""
    done: list[str] = []
    parts = [f"const {nom} = {json.dumps(valeur, ensure_ascii=False)};\n" for nom, valeur in construit.items()]

    def add(nom: str) -> None:
        if nom in done or nom == CONSTRUIT:
            return
        done.append(nom)
        source = (SOURCES / nom).read_text(encoding="utf-8")
        for needed in _IMPORT.findall(source):
            add(needed)
        parts.append(_EXPORT.sub("", _IMPORT.sub("", source)))

    add(entree)
    return "".join(parts)


def abreger(script: str) -> str:
    """A minified script, with a letter for each of `PARTAGES` and `PROPRES`, where they are properties."""
    return _PROPRIETE.sub(lambda found: _LETTRES[found[0]], script)


def reduire(type_: str, source: str) -> str:
    """The same, without what only people need. Raises MinifyError on a syntax error."""
    return str(minify.string(type_, source))


def style(nom: str) -> str:
    """A style sheet of the widget, minified; its variables, which only its own sheets know, in one letter each."""
    known = dict.fromkeys(_VARIABLE.findall((SOURCES / "bouton.css").read_text(encoding="utf-8")))
    short = {name: f"--{letter}" for name, letter in zip(known, ascii_lowercase, strict=False)}
    sheet = _VARIABLE.sub(lambda found: short[found[0]], (SOURCES / nom).read_text(encoding="utf-8"))
    return reduire("text/css", sheet)


def textes_questions(t: dict[str, Any]) -> dict[str, Any]:
    """What is said after a first answer."""
    avant = {"bouton", "precision"}
    questions = {nom: valeur for nom, valeur in t["questions"].items() if nom != "note"}
    mots = {nom: valeur for nom, valeur in t["widget"].items() if nom not in avant}
    return {
        **questions,
        **mots,
        "suite": t["merci"]["suite"],
        "chiffres": t["merci"]["chiffres"],
        "essai": t["page"]["essai"],
    }


def mots_questions(t: dict[str, Any]) -> dict[str, Any]:
    """The same texts and those that came since, each by the path that the sources know it by (`T.aide.question`). They
    are sent as a list, without the paths: a sixth less. What a trial says comes only with a trial.
    """
    etats = {nom: t["widget"][nom] for nom in ETATS}
    dits = {nom: valeur for nom, valeur in textes_questions(t).items() if nom != "essai"}
    return dict(_feuilles(dits | {"etats": etats, "manque": t["erreurs"]["note"]}))


def _feuilles(texts: dict[str, Any], prefixe: str = "") -> Iterator[tuple[str, Any]]:
    for nom, valeur in texts.items():
        if isinstance(valeur, dict) and nom not in PAR_NOM:
            yield from _feuilles(valeur, f"{prefixe}{nom}.")
        elif nom not in ETATS:
            yield prefixe + nom, valeur


def numeroter(source: str) -> str:
    """The scripts with the place of each text instead of its path. Raises KeyError for a text that does not exist."""
    places = {chemin: rang for rang, chemin in enumerate(mots_questions(textes("fr")))}

    def place(found: re.Match[str]) -> str:
        first, *rest = found[1].split(".")
        if first not in places:
            first = f"{first}.{rest.pop(0)}"
        return f"T[{places[first]}]" + "".join(f".{nom}" for nom in rest)

    return _TEXTE.sub(place, source)


def questions() -> Ressource:
    """The module loaded after a click."""
    source = numeroter(joindre("questions.js", {"CSS": style("questions.css")})).replace(
        "export default async function", "return async function"
    )
    # In a scope of its own, so that every name can be shortened.
    module = abreger(reduire("application/javascript", f"export default (() => {{ {source} }})();"))
    return Ressource("questions.js", module.encode())


def script(nom: str, entree: str) -> Ressource:
    """A script of this service's own pages, made of `entree` and the modules that it needs."""
    module = reduire("application/javascript", f"(() => {{ {joindre(entree, {})} }})();")
    return Ressource(nom, module.encode())


@lru_cache
def construire(officiel: bool) -> dict[str, Ressource]:
    """Every file of the widget, by its stable name; in the state's typeface when the service is an official one."""
    suite = questions()
    css = style("bouton.css")
    construit = {
        "CSS": css.replace("system-ui", "Marianne,system-ui") if officiel else css,
        "QUESTIONS": f"{suite.empreinte}.",
        "TEXTES": {langue: textes(langue)["widget"]["bouton"] for langue in LANGUES},
    }
    script = f"(() => {{ {numeroter(joindre('jdma.js', construit))} }})();"
    files = [suite, Ressource("jdma.js", abreger(reduire("application/javascript", script)).encode())]
    return {file.nom: file for file in files}
