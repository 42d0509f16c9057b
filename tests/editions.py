"""What the tests of éditions share: the command on a test's database, and a small catalogue with known counts."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner

from app.cli import editions as commande
from app.cli import socle
from app.settings import Settings

PERIODE = ("--debut", "2025-01-01", "--fin", "2025-12-31")
APRES = ("--debut", "2026-01-01", "--fin", "2026-06-30")


@dataclass
class Jdma:
    """`jdma edition …` on a database; `code` is the last exit status."""

    settings: Settings
    monkeypatch: object
    code: int = 0
    sorties: list[str] = field(default_factory=list)

    async def __call__(self, *arguments: str, stdin: bytes | None = None) -> str:
        for module in (socle, commande):
            self.monkeypatch.setattr(module, "get_settings", lambda: self.settings)
        result = await asyncio.to_thread(CliRunner().invoke, commande.app, [*map(str, arguments)], stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.code = result.exit_code
        assert self.code in {0, 1}, result.output
        return result.stdout

    async def publish(self, slug: str = "2025", *options: str, periode: tuple[str, ...] = PERIODE) -> None:
        """Prepare and publish."""
        await self("preparer", slug, "--titre", f"Édition {slug}", *periode, *options)
        await self("publier", slug)


def command_on(settings: Settings, url: str, monkeypatch: object) -> Jdma:
    """The command on the database at this address."""
    return Jdma(Settings.model_validate(settings.model_dump() | {"database_url": url}), monkeypatch)


async def read(client, slug: str = "2025", **parametres: object) -> dict:
    reply = await client.get(f"/api/v1/editions/{slug}", params={"limite": 1000} | parametres)
    assert reply.status_code == 200, reply.text
    return reply.json()


def by_slug(edition: dict) -> dict[str, dict]:
    return {element["demarche"]["slug"]: element for element in edition["elements"]}


def write_json(path: Path, document: dict) -> str:
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return str(path)


async def quatre_demarches(new_bouton, count, sql):
    """Four démarches in 2025: `haute` above 7 (100 avis), `basse` below (200), `rare` (99 avis), `muette` (none).

    `haute` and `basse` are of the ministère Intérieur; `haute` alone of its organisme ANTS.
    """
    boutons = {slug: await new_bouton(slug) for slug in ("haute", "basse", "rare", "muette")}
    await count(boutons["haute"], "2025-01-01", {8: 60})
    await count(boutons["haute"], "2025-12-31", {10: 40})
    await count(boutons["basse"], "2025-06-15", {0: 100, 10: 100})
    await count(boutons["rare"], "2025-06-15", {9: 99})
    await count(boutons["haute"], "2026-01-01", {0: 500})
    await sql.execute("INSERT INTO ministere (id, slug, nom) VALUES (1, 'interieur', 'Intérieur')")
    await sql.execute("INSERT INTO organisme (id, ministere_id, slug, nom) VALUES (1, 1, 'ants', 'ANTS')")
    await sql.execute("UPDATE demarche SET ministere_id = 1 WHERE slug IN ('haute', 'basse')")
    await sql.execute("UPDATE demarche SET organisme_id = 1 WHERE slug = 'haute'")
    await sql.execute("INSERT INTO identifiant SELECT 'jdma', '1006', id FROM demarche WHERE slug = 'haute'")
    return boutons
