"""`/integrer/{cle}`: what a product team copies, sees live, and checks before it puts the button on its site."""

from dataclasses import dataclass
from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response

from app.pages import integrer_csp as csp
from app.pages.formulaire_fiche import Fiche, fiches
from app.pages.formulaire_refus import refus
from app.pages.formulaire_rendu import page
from app.pages.formulaire_textes import textes
from app.pages.integrer_options import OPTIONS
from app.pages.widget_construction import construire
from app.pages.widget_images import HAUTEUR, largeur
from app.problems import Probleme

router = APIRouter(include_in_schema=False)

CSP_MAX = 8_000
COUT_CSP = 100
"""Characters whose check is charged as a KiB of an answer to compute."""


@dataclass(frozen=True, slots=True)
class Fragments:
    """The HTML to paste, in its forms: `epingle` and `element_epingle` are the pinned ones."""

    lien: str
    epingle: str
    element: str
    element_epingle: str
    image: str


def fragments(base: str, cle: str, choix: dict[str, str] | None = None, *, officiel: bool = False) -> Fragments:
    """Every form of the snippet for a bouton. `choix`: options; `officiel`: the service's setting, which its files
    depend on, and so their integrity.
    """
    choix = {nom: valeur for nom, valeur in (choix or {}).items() if valeur != OPTIONS[nom][0]}
    base, cle, langue = escape(base), escape(cle), choix.get("langue") or "fr"
    mots = textes(langue)["widget"]["bouton"]
    data = "".join(f' data-{nom}="{valeur}"' for nom, valeur in choix.items())
    formulaire = f"{base}/avis/{cle}" + (f"?langue={langue}" if "langue" in choix else "")
    lien = f'<a class="jdma" href="{formulaire}" data-bouton="{cle}"{data}>{mots}</a>'
    # Without the script, what an unknown element contains is what shows: a link.
    attributs = data.replace("data-", "")
    element = f'<jdma-avis bouton="{cle}"{attributs}><a href="{formulaire}">{mots}</a></jdma-avis>'
    script, epingle = scripts(base, officiel=officiel)
    theme = "sombre" if choix.get("theme") == "sombre" else "clair"
    image = f"bouton-{choix.get('variante', 'plein')}-{theme}.{langue}.svg"
    return Fragments(
        f"{lien}\n{script}",
        f"{lien}\n{epingle}",
        f"{element}\n{script}",
        f"{element}\n{epingle}",
        f'<a href="{formulaire}"><img src="{base}/widget/v1/{image}" alt="{mots}"'
        f' width="{largeur(mots)}" height="{HAUTEUR}"></a>',
    )


def scripts(base: str, *, officiel: bool) -> tuple[str, str]:
    """The script's tag: at the address that never changes; and pinned, with what it loads after a click."""
    fichiers = construire(officiel)
    jdma, questions = fichiers["jdma.js"], fichiers["questions.js"]
    epingle = (
        f'<script src="{base}/widget/v1/{jdma.nom_immuable}"\n        integrity="{jdma.integrite}"'
        f' crossorigin="anonymous"\n        data-questions="{questions.integrite}" defer></script>'
    )
    return f'<script src="{base}/widget/v1/jdma.js" defer></script>', epingle


def adresse(request: Request) -> str:
    """Where this service is reached from outside: the published address, else the one just used."""
    published: str | None = request.app.state.settings.url_publique
    return (published or str(request.base_url)).rstrip("/")


@router.get("/integrer/{cle}")
async def integrer(cle: str, request: Request) -> Response:
    """Choose, see, copy, check. Nothing that is tried on this page is sent."""
    fiche = Fiche(cle)
    pasted = request.query_params.get("csp", "")[:CSP_MAX]
    try:
        if pasted:
            address = request.client.host if request.client else ""
            await request.app.state.limites.check_lecture(address, 1 + len(pasted) // COUT_CSP)
        fiche = await fiches(request).lire(cle)
    except Probleme as problem:
        return refus(request, "fr", problem, fiche)
    query = request.query_params
    choix = {nom: query.get(nom, "") for nom in OPTIONS}
    choix = {nom: valeur if valeur in OPTIONS[nom] else OPTIONS[nom][0] for nom, valeur in choix.items()}
    base = adresse(request)
    context: dict[str, Any] = {
        "fiche": fiche,
        "base": base,
        "options": OPTIONS,
        "choix": choix,
        "fragments": fragments(base, cle, choix, officiel=request.app.state.settings.officiel),
        "csp": pasted,
        "verdicts": csp.verifier(pasted, base) if pasted.strip() else [],
    }
    return page(request, "integrer.html", "fr", **context)


@router.get("/accessibilite")
async def accessibilite(request: Request) -> Response:
    """The accessibility declaration of the button, the form and this service's pages."""
    return page(request, "accessibilite.html", "fr")
