"""The form of a bouton as a page that needs no script: `/avis/{cle}`, and the thanks after it.

Everything that can go wrong ends in a page that says so courteously and, when something was typed, gives it back.
"""

from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app import hors_boucle
from app.avis import mesures
from app.avis.guichet import Guichet
from app.avis.questionnaire import AvisDepose
from app.avis.refus import BoutonFerme, OrigineRefusee
from app.direct import closing, read_body
from app.pages import heritage, integrer, widget
from app.pages.formulaire_fiche import Fiche, fiches
from app.pages.formulaire_recu import droit_de_relire, relire
from app.pages.formulaire_refus import langue_de, refus
from app.pages.formulaire_rendu import page, ressources
from app.pages.formulaire_saisie import CORPS_MAX, Saisie, lire, verifier
from app.pages.formulaire_textes import textes
from app.problems import Indisponible, Introuvable, Probleme, TropDeRequetes, TypeNonPrisEnCharge
from app.ressources import serve

router = APIRouter(include_in_schema=False)
router.include_router(heritage.router)
router.include_router(widget.router)
router.include_router(integrer.router)


@router.get("/ressources/{nom}")
async def lire_ressource(nom: str, request: Request) -> Response:
    """A file of the form page, by its immutable name."""
    for ressource in ressources().values():
        if ressource.nom_immuable == nom:
            return serve(request, ressource)
    raise Introuvable


@router.get("/avis/{cle}")
async def lire_formulaire(cle: str, request: Request) -> Response:
    """The form, empty, with an id of its own."""
    langue, fiche = langue_de(request), Fiche(cle)
    try:
        fiche = await fiches(request).lire(cle)
        if fiche.ferme:
            raise BoutonFerme
    except Probleme as problem:
        return refus(request, langue, problem, fiche)
    return formulaire(request, fiche, Saisie({"id": [str(uuid4())], "langue": [langue]}))


@router.post("/avis/{cle}")
async def envoyer_formulaire(cle: str, request: Request) -> Response:
    """Deposit what the form says; then elsewhere, so that reloading sends nothing again."""
    try:
        check_meme_site(request)
        state = request.app.state
        corps = await read_body(request.scope, request.receive, state.settings.delai_corps, CORPS_MAX)
    except Probleme as problem:
        return refus(request, langue_de(request), problem, Fiche(cle))
    # A text that is mostly signs to decode takes a tenth of a second.
    saisie = await hors_boucle.calculer(lambda: lire(corps), len(corps) // 64)
    fiche = fiches(request).vue(cle)
    try:
        await state.limites.check_tentative(request.client.host if request.client else "")
        fiche = await fiches(request).lire(cle)
        avis, erreurs = verifier(saisie, cle)
        if avis is None:
            return formulaire(request, fiche, saisie, 422, erreurs=erreurs)
        a_relire = await deposer(request, avis)
        recu = await droit_de_relire(request, avis) if a_relire else ""
    except (Indisponible, TropDeRequetes) as problem:
        mesures.DEPOTS.labels(problem.code).inc()
        return formulaire(request, fiche, saisie, problem.status, problem.headers, alerte=problem.code)
    except Probleme as problem:
        mesures.DEPOTS.labels(problem.code).inc()
        return refus(request, saisie.langue, problem, fiche)
    return RedirectResponse(f"/avis/{quote(cle, safe='')}/merci?langue={saisie.langue}{recu and f'&recu={recu}'}", 303)


@router.get("/avis/{cle}/merci")
async def remercier(cle: str, request: Request) -> Response:
    """What becomes of an avis, what is stored of its words, and where the figures are."""
    langue = langue_de(request)
    try:
        fiche = await fiches(request).lire(cle)
    except Indisponible:
        fiche = Fiche(cle)  # the avis is stored: thanks do not wait for the database
    except Probleme as problem:
        return refus(request, langue, problem, Fiche(cle))
    return page(request, "merci.html", langue, fiche=fiche, recu=await relire(request))


async def deposer(request: Request, avis: AvisDepose) -> bool:
    """Store an avis, within the same limits as through the API; whether it may still be completed, and so read again.

    Raises the refusals of a deposit.
    """
    state = request.app.state
    guichet: Guichet = state.guichet
    address = request.client.host if request.client else ""
    bouton = await guichet.bouton(avis.bouton)
    await state.limites.check_depot(address, bouton[0])
    fait = await guichet.deposit(avis, bouton, None)
    mesures.count_depot(fait.nouveau, fait.completable)
    return fait.completable


def formulaire(
    request: Request,
    fiche: Fiche,
    saisie: Saisie,
    statut: int = 200,
    headers: dict[str, str] | None = None,
    *,
    erreurs: dict[str, tuple[str, int, int]] | None = None,
    alerte: str | None = None,
) -> Response:
    """The form with what was typed; errors beside the fields, or why it could not be stored yet."""
    messages = textes(saisie.langue)["erreurs"]
    said = {
        champ: messages[nom].format(max=_espace(au_plus), n=_espace(n))
        for champ, (nom, au_plus, n) in (erreurs or {}).items()
    }
    mots = textes(saisie.langue)["widget"] | {"cle": fiche.cle, "langue": saisie.langue, "manque": messages["note"]}
    context: dict[str, Any] = {"fiche": fiche, "saisie": saisie, "id": saisie.id, "mots": orjson.dumps(mots).decode()}
    context |= {"erreurs": said, "alerte": alerte}
    return page(request, "formulaire.html", saisie.langue, statut=statut, headers=headers, **context)


def _espace(number: int) -> str:
    """`15 000`, with the narrow space that keeps a number together."""
    return f"{number:,}".replace(",", "\u202f")


def check_meme_site(request: Request) -> None:
    """Raise unless the form was sent from this service's own page: another site could fill it on a visitor's behalf."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise closing(TypeNonPrisEnCharge())
    site = request.headers.get("sec-fetch-site")
    if site in {"same-origin", "none"}:
        return
    origin = request.headers.get("origin")
    if site is not None or (origin is not None and urlsplit(origin).netloc not in own_hosts(request)):
        raise closing(OrigineRefusee())


def own_hosts(request: Request) -> set[str]:
    """The hosts that the browser may have taken the form from: the one it speaks to, which was checked, and the
    published one, behind a proxy that hides it."""
    return {request.headers.get("host", ""), urlsplit(request.app.state.settings.base).netloc} - {""}
