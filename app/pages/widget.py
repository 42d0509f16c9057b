"""What host pages load: the script at an address that never breaks, its immutable forms, and what a bouton asks."""

import re
from functools import lru_cache
from typing import Any

import brotli
import orjson
from fastapi import APIRouter, Request, Response

from app.database import is_away
from app.demarches.refus import BoutonIntrouvable
from app.pages import formulaire_sql as sql
from app.pages.formulaire_fiche import Fiche, fiches
from app.pages.formulaire_textes import choisir, textes
from app.pages.widget_construction import construire, mots_questions, textes_questions
from app.pages.widget_images import images
from app.problems import Introuvable
from app.ressources import IMMUABLE, Ressource, codage_accepte, compresser, serve

router = APIRouter(prefix="/widget/v1", include_in_schema=False)

STABLE = "public, max-age=3600, stale-while-revalidate=604800, stale-if-error=604800"
"""An hour, then a week during which the old script serves while the new one comes: an update never delays a page."""
EPINGLE = re.compile(r"(\w{1,40})\.[0-9a-f]{16}\.(js)")


@router.get("/boutons/{cle}")
async def lire_bouton(cle: str, request: Request) -> Response:
    """What a bouton asks first, in one language; what it says next with `mots=integre`; both with `mots=panneau`.
    (`textes=`, where each has its name, is for the pinned scripts of older versions.) A bouton that takes no avis says
    that instead, in a sentence: an error would only fill somebody else's console.
    """
    langue = choisir(request.query_params.get("langue"))
    try:
        fiche: Fiche | None = await fiches(request).lire(cle)
    except BoutonIntrouvable:
        fiche = None
    t, ancienne = textes(langue), request.query_params.get("textes")
    demande = ancienne or request.query_params.get("mots", "")
    said = dire(fiche, t, demande, textes_questions(t) if ancienne else [*mots_questions(t).values()])
    if not ancienne and isinstance(said, dict) and said.get("essai"):
        said["essai"] = t["page"]["essai"]
    content, codage = _compresser(orjson.dumps(said), codage_accepte(request))
    headers = {"cache-control": "public, max-age=60", "content-language": langue, "vary": "Accept-Encoding"}
    return Response(content, headers=headers | codage, media_type="application/json")


def dire(fiche: Fiche | None, t: dict[str, Any], demande: str, mots: Any) -> list[str] | dict[str, Any]:
    """The first question; or else what comes after it, with the first as `vue`, unless `demande` is `integre`, a page
    that has it already. In the place of a question, where there is none to ask, a sentence that says so.
    """
    if fiche is None or fiche.ferme:
        vue, suite = [t["widget"]["clos"]], {}
    else:
        vue, suite = premiere_question(fiche, t), {"slug": fiche.slug, "essai": fiche.essai}
        if fiche.essai and demande != "panneau":  # the panel says it above the question
            vue[1] = t["page"]["essai"] + " " + vue[1]
    if not demande:
        return vue
    suite |= {"T": mots}
    return suite if demande == "integre" and "slug" in suite else suite | {"vue": vue}


def premiere_question(fiche: Fiche, t: dict[str, Any]) -> list[str]:
    """The required question, what to know about it, then words: those of the three smileys, or of both ends of the
    notes from 0 to 10. An array, and no more: it is loaded before anybody clicks.
    """
    note = t["questions"]["note"]
    mots = note["de_a"] if fiche.echelle == "notes" else note["smileys"].values()
    return [note["question"], t["widget"]["precision"], *mots]


@lru_cache(1_000)
def _compresser(body: bytes, codage: str) -> tuple[bytes, dict[str, str]]:
    """As small as can be: two milliseconds, once for what a bouton says in a language."""
    if codage == "br":
        return bytes(brotli.compress(body, quality=11)), {"content-encoding": codage}
    return compresser(body, codage)


@router.get("/{nom}")
async def lire_fichier(nom: str, request: Request) -> Response:
    """A file of the widget, by its stable name or by an immutable one, of this version or of one before it."""
    for fichier in construire(request.app.state.settings.officiel).values():
        if nom in {fichier.nom, fichier.nom_immuable}:
            await publier(request)
            return serve(request, fichier, STABLE if nom == fichier.nom else IMMUABLE)
    if image := images(request.app.state.settings.officiel).get(nom):
        return serve(request, image, STABLE)
    return serve(request, await ancien(request, nom))


async def publier(request: Request) -> None:
    """Once in a process, keep the immutable files for the versions to come; later when the database is away."""
    state = request.app.state
    if not getattr(state, "widget_publie", False):
        state.widget_publie = True
        try:
            async with state.engine.begin() as connection:
                fichiers = construire(state.settings.officiel).values()
                await sql.publier(connection, {f.nom_immuable: f.corps for f in fichiers})
        except Exception as error:
            state.widget_publie = False
            if not is_away(error):
                raise


async def ancien(request: Request, nom: str) -> Ressource:
    """A file that an older version published: its hash is in its name, so it can be kept as long as one likes."""
    found = EPINGLE.fullmatch(nom)
    corps = None
    if found:
        async with request.app.state.engine.connect() as connection:
            corps = await sql.fichier_publie(connection, nom)
    if found is None or corps is None:
        raise Introuvable
    return Ressource(f"{found[1]}.{found[2]}", corps)
