"""What the tests of the public site share: démarches of ministères, and how to read a page."""

import re
from html import unescape
from html.parser import HTMLParser

from app.database import Connection
from tests.conftest import BoutonDeTest

HTML = {"Accept": "text/html,*/*"}
VIDES = {"meta", "link", "br", "input", "hr", "img"}


async def rattacher(sql: Connection, bouton: BoutonDeTest, ministere: str, organisme: str | None = None) -> None:
    """Give a démarche its ministère, and an organisme of it."""
    cle = await sql.fetchval(
        "INSERT INTO ministere (slug, nom) VALUES ($1, $2)"
        " ON CONFLICT (slug) DO UPDATE SET nom = excluded.nom RETURNING id",
        ministere,
        f"Ministère {ministere}",
    )
    await sql.execute("UPDATE demarche SET ministere_id = $1 WHERE id = $2", cle, bouton.demarche_id)
    if organisme is not None:
        autre = await sql.fetchval(
            "INSERT INTO organisme (ministere_id, slug, nom) VALUES ($1, $2, $3)"
            " ON CONFLICT (ministere_id, slug) DO UPDATE SET nom = excluded.nom RETURNING id",
            cle,
            organisme,
            f"Organisme {organisme}",
        )
        await sql.execute("UPDATE demarche SET organisme_id = $1 WHERE id = $2", autre, bouton.demarche_id)


def lire(html: str) -> str:
    """The text of the main part of a page, with plain spaces."""
    contenu = html.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", contenu))).replace(" ,", ",").replace(" .", ".")


def demarches(html: str) -> list[str]:
    """The slugs of the démarches that a list shows, in order."""
    return re.findall(r'<th scope="row"><a href="/demarches/([^"]+)"', html)


class Balises(HTMLParser):
    """Checks what a browser would forgive: tags that do not match, ids twice, references to nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.ouvertes: list[str] = []
        self.ids: list[str] = []
        self.references: set[str] = set()
        self.titres: list[str] = []
        self.fautes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributs = dict(attrs)
        self.titres += [tag] if re.fullmatch("h[1-6]", tag) else []
        self.ids += [attributs["id"]] if attributs.get("id") else []
        for nom in ("aria-labelledby", "aria-describedby", "for", "aria-controls"):
            self.references |= set((attributs.get(nom) or "").split())
        if (attributs.get("href") or "").startswith("#"):
            self.references.add(str(attributs["href"])[1:])
        if "style" in attributs or any(nom.startswith("on") for nom in attributs):
            self.fautes.append(f"{tag} {attributs}")
        if tag not in VIDES:
            self.ouvertes.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.ouvertes or self.ouvertes.pop() != tag:
            self.fautes.append(f"</{tag}>")


def verifier(html: str) -> None:
    """The page is well made."""
    balises = Balises()
    balises.feed(html)
    assert balises.fautes == []
    assert balises.ouvertes == []
    assert len(balises.ids) == len(set(balises.ids))
    assert balises.references <= set(balises.ids)
    assert balises.titres.count("h1") == 1
    assert all(int(b[1]) <= int(a[1]) + 1 for a, b in zip(balises.titres, balises.titres[1:], strict=False))
    assert "<script" not in html
