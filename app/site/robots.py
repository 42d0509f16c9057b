"""What search engines are told: every page that stands by itself, and not each of the lists that can be asked for."""

from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.conditionnel import repondre
from app.indices.fiches import lire_fiches
from app.observatoire.consultation import service as consultation
from app.settings import Settings

router = APIRouter()

PAGES: Final = (
    *("/", "/demarches", "/ministeres", "/deploiement", "/classement", "/croisement", "/editions", "/engagements"),
    *("/engagements/dites-le-nous-une-fois", "/donnees", "/methode", "/plan", "/confidentialite"),
)
QUI_SE_TIENNENT: Final = ("/ministeres?indicateur=", "/croisement?indicateur=", "/editions/comparer?de=")
"""Pages that stand by themselves although their address has criteria."""


@router.get("/robots.txt")
async def robots(request: Request) -> Response:
    """Ce que les moteurs de recherche peuvent parcourir."""
    settings: Settings = request.app.state.settings
    ouvertes = (f"Allow: {debut}" for debut in QUI_SE_TIENNENT)  # the longest rule wins, whatever their order
    lignes = ("User-agent: *", "Disallow: /*?", *ouvertes, "Disallow: /api/", f"Sitemap: {settings.base}/sitemap.xml")
    return Response("\n".join((*lignes, "")), media_type="text/plain; charset=utf-8")


@router.get("/sitemap.xml")
async def plan(request: Request) -> Response:
    """Les adresses des pages."""
    settings: Settings = request.app.state.settings

    async def calcul(db: AsyncSession) -> bytes:
        fiches = await lire_fiches(db)
        ministeres = sorted({fiche.ministere_slug for fiche in fiches if fiche.ministere_slug})
        chemins = [
            *PAGES,
            *(f"/ministeres/{slug}" for slug in ministeres),
            *(f"/editions/{edition['slug']}" for edition in await consultation.lister(db)),
            *(f"/demarches/{fiche.slug}" for fiche in fiches),
        ]
        return ecrire(settings.base, chemins[:50_000])

    return await repondre(request, ("sitemap", settings.base), calcul, "application/xml")


def ecrire(base: str, chemins: Iterable[str]) -> bytes:
    """A sitemap (sitemaps.org, 0.9: 50 000 addresses at most)."""
    lignes = "".join(f"<url><loc>{escape(base + chemin)}</loc></url>\n" for chemin in chemins)
    entete = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{entete}{lignes}</urlset>\n".encode()
