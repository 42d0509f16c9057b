"""What a screen reader is given: the browser's own accessibility tree, in a few lines, compared with the files beside.

After a change that is meant, `ENTENDU=1 pytest tests/navigateur/test_entendu.py` writes the files again; read them.
"""

import os
from difflib import unified_diff
from pathlib import Path
from typing import Any

from playwright.async_api import Page

_HERE = Path(__file__).parent
TUS = {"generic", "none", "InlineTextBox", "Legend", "LabelText", "form", "RootWebArea", "paragraph", "main", "list"}
"""Roles that say nothing by themselves."""
NOMMES = {"LabelText", "heading", "button", "link", "radio", "checkbox", "textbox", "dialog"}
"""Roles whose text is their name already, or that of the field they belong to."""
ETATS = {"checked": "true", "invalid": "true", "required": True, "focused": True, "live": "polite", "modal": True}


async def entendu(page: Page, racine: str) -> str:
    """The named things of the part of the page whose root has this role, in reading order."""
    session = await page.context.new_cdp_session(page)
    nodes = (await session.send("Accessibility.getFullAXTree"))["nodes"]
    await session.detach()
    known = {node["nodeId"]: node for node in nodes}
    start = next(n for n in nodes if not n["ignored"] and n["role"]["value"] == racine)
    lines: list[str] = []
    _tell(start, known, 0, lines, nomme=False)
    return "\n".join(lines)


def _tell(node: dict[str, Any], known: dict[str, Any], depth: int, lines: list[str], *, nomme: bool) -> None:
    role = "" if node["ignored"] else node["role"]["value"]
    name = " ".join(node.get("name", {}).get("value", "").split())
    if role == "StaticText" and name and not nomme:
        lines.append(f"{'  ' * depth}{name}")
    elif role and role != "StaticText" and role not in TUS:
        values = {p["name"]: p["value"].get("value") for p in node.get("properties", [])}
        said = [nom for nom, value in ETATS.items() if values.get(nom) == value]
        description = " ".join(node.get("description", {}).get("value", "").split())
        parts = [role, f"« {name} »" if name else "", f"({description})" if description else "", *said]
        lines.append("  " * depth + " ".join(part for part in parts if part))
        depth += 1
    nomme = role in NOMMES or (nomme and role in {"", *TUS, "StaticText"})
    for child in node.get("childIds", []):
        if child in known:
            _tell(known[child], known, depth, lines, nomme=nomme)


def compare(nom: str, etats: dict[str, str]) -> None:
    """What was heard in each state is what the file of that name says."""
    file = _HERE / f"{nom}.txt"
    heard = "\n\n".join(f"# {etat}\n{said}" for etat, said in etats.items()) + "\n"
    if "ENTENDU" in os.environ:
        file.write_text(heard, encoding="utf-8")
    changes = unified_diff(file.read_text(encoding="utf-8").splitlines(), heard.splitlines(), "attendu", "entendu", n=1)
    assert not (said := "\n".join(changes)), said


def record(nom: str, lines: list[str]) -> None:
    """Write what a screen reader said, when that is asked for."""
    if os.environ.get("ENTENDU"):
        (_HERE / f"{nom}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
