"""Finds every regular expression of the project and tries each on texts made to hurt: `python -m tests.expressions`.

Costs are compared with what a known quadratic search costs on the same machine at the same moment. Prints one JSON line
for each expression: {"where", "pattern", "cost", "text"}, `cost` in units of a hundred thousand steps of that search.
"""

import ast
import importlib
import json
import pkgutil
import re
import string
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

from typer.exceptions import TyperException

ROOT = Path(__file__).parent.parent
LONGUEUR = 10_000
ANCREES = {"match", "fullmatch"}
"""Ways to use an expression that try it at one place only."""
FONCTIONS = {"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"}
_JS = re.compile(r"(?:^|[(=,!&|?:;]|return)\s*/((?![/*])(?:\\.|\[(?:\\.|[^\]\n\\])*+\]|[^/\n\\\[])++)/[a-z]*+", re.M)


def appels(source: str) -> Iterator[tuple[int, int, object, bool]]:
    """(first line, last line, pattern when it is written there, whether it is looked for) of each call of `re`."""
    tree = ast.parse(source)
    noms = {node.value: ast.unparse(node.targets[0]) for node in ast.walk(tree) if isinstance(node, ast.Assign)}
    noms |= {node.value: ast.unparse(node.target) for node in ast.walk(tree) if isinstance(node, ast.AnnAssign)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and (node.func.value.id, node.func.attr in FONCTIONS) == ("re", True)
        ):
            pattern = node.args[0]
            nom = noms.get(node)
            usages = set(re.findall(rf"\b{nom}\.([a-z]+)\(", source)) if nom else {node.func.attr}
            usages = usages or set(re.findall(r"\bmotif\.([a-z]+)\(", source))  # several are gone through by a loop
            ancree = bool(usages) and usages <= ANCREES
            yield node.lineno, node.end_lineno or node.lineno, getattr(pattern, "value", None), not ancree


def enregistrer() -> dict[tuple[str, int], set[object]]:
    """The patterns compiled while every module is imported, and while texts are masked, by the line that asks."""
    seen: dict[tuple[str, int], set[object]] = {}
    compiler = re._compile

    def record(pattern, flags):
        frame = sys._getframe(2)
        seen.setdefault((frame.f_code.co_filename, frame.f_lineno), set()).add(getattr(pattern, "pattern", pattern))
        return compiler(pattern, flags)

    re._compile = record
    import app

    for module in pkgutil.walk_packages(app.__path__, "app."):
        importlib.import_module(module.name)
    from app.avis.masquage import masquer
    from app.cli.francais import said

    for one in string.ascii_uppercase:
        masquer(" ".join(f"{one}{two}76 3000 6000 0112 3456 7890 189" for two in string.ascii_uppercase))
    said(TyperException("?"))
    re._compile = compiler
    return seen


def expressions() -> tuple[dict[object, tuple[str, bool]], list[str]]:
    """Each pattern, where it is and whether it is looked for; and the places whose pattern is made as the program runs
    and was not seen.
    """
    recorded, found, unknown = enregistrer(), {}, []
    for path in sorted((ROOT / "app").rglob("*.py")):
        for first, last, written, cherchee in appels(path.read_text(encoding="utf-8")):
            where = f"{path.relative_to(ROOT)}:{first}"
            lines = range(first, last + 1)
            patterns = set().union(*(recorded.get((str(path), line), set()) for line in lines))
            if isinstance(written, str | bytes):
                patterns.add(written)
            if not patterns:
                unknown.append(where)
            for pattern in patterns:
                found[pattern] = (where, cherchee or found.get(pattern, ("", False))[1])
    for path in sorted((ROOT / "widget").glob("*.js")):
        for match in _JS.finditer(path.read_text(encoding="utf-8")):
            pattern = re.sub(r"\\p\{\w+\}", "\ud800", match[1]).replace("(?<", "(?P<").replace("(?P<!", "(?<!")
            found[pattern.replace("(?P<=", "(?<=")] = (f"widget/{path.name}", True)
    return found, unknown


def units(pattern: str) -> set[str]:
    """What the texts repeat: the characters that the pattern speaks of, its words, and pairs of them."""
    words = set(re.findall(r"[A-Za-z][A-Za-z-]{2,}", pattern))
    marks = {c for c in pattern if c in "<>\"':;,.=/#?@-_&[](){}%+*!"} | set("a0 \n\t")
    starts = {f"<{word}" for word in words} | {f'"{word}:' for word in words} | words
    return marks | starts | {a + b for a in marks for b in "a0 \n"} | {a + b for a in "a0 <" for b in marks}


def texts(pattern: str, length: int) -> Iterator[str]:
    words = re.findall(r"[A-Za-z][A-Za-z-]{2,}", pattern)[:3]
    for unit in sorted(units(pattern)):
        body = unit * (length // len(unit))
        yield body
        yield f"{body}\x00!"
        for word in words:
            yield f"{word}:{body}"


def cost(compiled: re.Pattern, text: str, cherchee: bool = True) -> float:
    """CPU seconds of the ways to use the expression on a text: everywhere in it, or at its beginning only."""
    subject = text.encode("utf-8", "replace") if isinstance(compiled.pattern, bytes) else text
    begin = time.process_time()
    if cherchee:
        compiled.search(subject)
        for _ in compiled.finditer(subject):
            pass
    compiled.match(subject)
    compiled.fullmatch(subject)
    return time.process_time() - begin


def hundred_thousand_steps() -> float:
    """CPU seconds of a search that takes a hundred thousand steps, now."""
    return min(cost(re.compile("a+b"), "a" * 447) for _ in range(20))


def main() -> None:
    found, unknown = expressions()
    print(json.dumps({"unknown": unknown}), flush=True)
    for pattern, (where, cherchee) in found.items():
        source = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
        print(json.dumps({"trying": where, "pattern": source}), flush=True)
        with warnings.catch_warnings(action="ignore"):
            compiled = re.compile(pattern)
        step = hundred_thousand_steps()
        shorts, longs = texts(source, LONGUEUR // 10), texts(source, LONGUEUR)
        measured = sorted(zip((cost(compiled, text, cherchee) for text in shorts), longs, strict=True), reverse=True)
        worst = max((text for _, text in measured[:8]), key=lambda text: cost(compiled, text, cherchee))
        value = min(cost(compiled, worst, cherchee) for _ in range(3)) / step
        print(json.dumps({"where": where, "pattern": source, "cost": value, "text": worst[:40]}), flush=True)


if __name__ == "__main__":
    main()
