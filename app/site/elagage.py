"""A style sheet without what the pages can never use. Pure, and careful: what it is not sure of stays.

A selector goes when it needs a class or a state that no page has; a custom property, when nothing refers to it.
"""

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from typing import Any

import tinycss2

SOMBRE = "@media (prefers-color-scheme:dark)"
_THEME = "data-fr-theme=dark"
_SYSTEME = ":not([data-fr-theme=light])"
_REFERENCE = re.compile(r"var\(\s*(--[\w-]+)")
_GROUPES = {"media", "supports", "layer"}


def elaguer(css: str, classes: Set[str], gardees: Iterable[str] = ()) -> str:
    """The sheet for pages that have these classes (those that start with `fr-`); `gardees`: properties used elsewhere.

    Its dark theme, which a script would switch on, becomes that of people whose system is dark.
    """
    regles = list(_regles(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), classes))
    utiles = _proprietes_utiles(regles, set(gardees))
    return "".join(_ecrire(regle, utiles) for regle in regles)


Declaration = tuple[str, str]
"""A name and a value."""


@dataclass(frozen=True, slots=True)
class Regle:
    """What stands before the brace, and within: declarations or, in a group such as `@media`, rules."""

    prelude: str
    declarations: list[Declaration] = field(default_factory=list)
    regles: "list[Regle]" = field(default_factory=list)


def _regles(noeuds: Iterable[Any], classes: Set[str]) -> Iterator[Regle]:
    for noeud in noeuds:
        if noeud.type == "at-rule":
            yield from _groupe(noeud, classes)
        elif noeud.type == "qualified-rule":
            yield from _regle(noeud, classes)


def _groupe(noeud: Any, classes: Set[str]) -> Iterator[Regle]:
    prelude = f"@{noeud.at_keyword}{tinycss2.serialize(noeud.prelude)}".strip()
    if noeud.content is None:
        yield Regle(f"{prelude};")
    elif noeud.lower_at_keyword in _GROUPES:
        contenu = tinycss2.parse_rule_list(noeud.content, skip_comments=True, skip_whitespace=True)
        yield Regle(prelude, regles=list(_regles(contenu, classes)))
    elif noeud.lower_at_keyword != "-moz-document":
        yield Regle(prelude, _declarations(noeud))


def _regle(noeud: Any, classes: Set[str]) -> Iterator[Regle]:
    possibles = [s for s in _selecteurs(noeud.prelude) if _peut_servir(s, classes)]
    textes = [tinycss2.serialize(selecteur).strip() for selecteur in possibles]
    clairs = [texte for texte in textes if _THEME not in texte]
    sombres = [texte.replace(f"[{_THEME}]", _SYSTEME) for texte in textes if _THEME in texte]
    declarations = _declarations(noeud)
    if clairs:
        yield Regle(",".join(clairs), declarations)
    if sombres:
        yield Regle(SOMBRE, regles=[Regle(",".join(sombres), declarations)])


def _declarations(noeud: Any) -> list[Declaration]:
    contenu = tinycss2.parse_blocks_contents(noeud.content, skip_comments=True, skip_whitespace=True)
    return [
        (d.name, tinycss2.serialize(d.value).strip() + ("!important" if d.important else ""))
        for d in contenu
        if d.type == "declaration"
    ]


def _selecteurs(prelude: list[Any]) -> Iterator[list[Any]]:
    """The selectors of a list, as tokens."""
    selecteur: list[Any] = []
    for jeton in prelude:
        if jeton == ",":
            yield selecteur
            selecteur = []
        else:
            selecteur.append(jeton)
    yield selecteur


def _peut_servir(selecteur: list[Any], classes: Set[str]) -> bool:
    """Whether a page could match, as far as what stands outside of `:not(…)` and the like tells."""
    precedent: Any = None
    for jeton in selecteur:
        if precedent == "." and jeton.type == "ident" and jeton.value.startswith("fr-") and jeton.value not in classes:
            return False
        if jeton.type == "[] block" and not _attribut_possible(tinycss2.serialize(jeton.content), classes):
            return False
        precedent = jeton
    return True


def _attribut_possible(attribut: str, classes: Set[str]) -> bool:
    if attribut.startswith("data-fr-"):  # set by scripts, which these pages have not
        return attribut == _THEME
    if attribut.startswith("class"):
        valeur = attribut.partition("=")[2].strip("\"' ")
        return any(valeur in classe for classe in classes)
    return True


def _proprietes_utiles(regles: list[Regle], connues: set[str]) -> set[str]:
    """The custom properties that something refers to, directly or through another one."""
    references: dict[str, set[str]] = {}
    for nom, valeur in _toutes(regles):
        trouvees = _REFERENCE.findall(valeur)
        if nom.startswith("--"):
            references.setdefault(nom, set()).update(trouvees)
        else:
            connues.update(trouvees)
    a_voir = list(connues)
    while a_voir:
        nouvelles = references.get(a_voir.pop(), set()) - connues
        connues |= nouvelles
        a_voir.extend(nouvelles)
    return connues


def _toutes(regles: Iterable[Regle]) -> Iterator[Declaration]:
    for regle in regles:
        yield from regle.declarations
        yield from _toutes(regle.regles)


def _ecrire(regle: Regle, utiles: set[str]) -> str:
    """A rule as text; nothing when nothing is left in it."""
    if regle.prelude.endswith(";"):
        return regle.prelude
    dedans = "".join(_ecrire(sous, utiles) for sous in regle.regles)
    corps = dedans + ";".join(f"{n}:{v}" for n, v in regle.declarations if not n.startswith("--") or n in utiles)
    return f"{regle.prelude}{{{corps}}}" if corps else ""
