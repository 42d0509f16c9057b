"""The catalogue as others read it."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches import curseur, sql
from app.demarches.resolution import resolve_actuelle
from app.demarches.schemas import DemarcheLue, PageDeDemarches
from app.demarches.texte import mots_cherches

LIMITE, LIMITE_AU_PLUS = 100, 1_000


@dataclass(frozen=True, slots=True)
class Recherche:
    """What is looked for: words of titles, a ministère and an organisme, by slug or exact name; None or "" for any."""

    q: str | None = None
    ministere: str | None = None
    organisme: str | None = None


async def lister(
    db: AsyncSession, recherche: Recherche, depuis: str | None = None, limite: int = LIMITE
) -> PageDeDemarches:
    """A page of démarches after the cursor `depuis`, best first when words are searched, else by creation.

    A place in the list never moves: démarches that come or change meanwhile neither repeat nor hide another one.
    Raises CurseurInvalide.
    """
    q = (recherche.q or "").strip()
    mots = mots_cherches(q) if q else None
    empreinte = curseur.empreinte(mots, recherche.ministere or "", recherche.organisme or "")
    apres = curseur.lire(depuis, empreinte) if depuis else None
    if mots == []:  # only punctuation: no title can answer
        return PageDeDemarches(elements=[], suivant=None)
    filtre = sql.Filtre(mots, recherche.ministere, recherche.organisme)
    lignes = await sql.lister(db, filtre, apres, limite + 1)
    gardees = lignes[:limite]
    suivant = curseur.ecrire((gardees[-1].rang, gardees[-1].id), empreinte) if len(lignes) > limite else None
    return PageDeDemarches(elements=[DemarcheLue.model_validate(ligne) for ligne in gardees], suivant=suivant)


async def lire(db: AsyncSession, nom: str) -> DemarcheLue:
    """The démarche that has this slug or alias (`jdma:1006`); raises DemarcheInconnue, AncienneAdresse."""
    demarche = await resolve_actuelle(db, nom)
    assert demarche.id is not None
    return DemarcheLue.model_validate(await sql.lire(db, demarche.id))


async def classer(db: AsyncSession, q: str) -> dict[int, int]:
    """The ids of the démarches whose titles answer a search, best first, each with its place from 0.

    The session must have no other work to do: this changes how its transaction is planned.
    """
    mots = mots_cherches(q)
    lignes = await sql.classer(db, mots) if mots else ()
    return {ligne.id: place for place, ligne in enumerate(lignes)}
