"""The boutons of a démarche, and its slug: what the command line and the pages change by hand.

Everything runs in the caller's transaction. A démarche is named by its slug, an older one, or an alias.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.demarches import sql
from app.demarches.models import make_cle
from app.demarches.origines import normaliser_origines
from app.demarches.refus import BoutonDejaFerme, BoutonDejaOuvert, BoutonIntrouvable, ChampInvalide, SlugPris
from app.demarches.resolution import resolve
from app.demarches.texte import a_un_caractere_interdit, check_slug, nettoyer

ECHELLES = ("smileys", "notes")
"""How a bouton asks for the note: three faces (0, 5, 10), or a number from 0 to 10."""


@dataclass(frozen=True, slots=True)
class BoutonVu:
    """A bouton as it is shown. `origines` empty: any site; `ferme_le` None: open; `premier_avis`: a day in Paris;
    `echelle`: one of ECHELLES; `essai`: its avis are never counted.
    """

    cle: str
    nom: str
    origines: list[str]
    ferme_le: datetime | None
    ferme_raison: str | None
    cree_le: datetime
    echelle: str
    essai: bool
    premier_avis: date | None

    @property
    def ouvert(self) -> bool:
        """Whether it takes avis."""
        return self.ferme_le is None


async def lister(db: AsyncSession, demarche: str) -> list[BoutonVu]:
    """Every bouton of a démarche, open or closed, the first one first. Raises DemarcheInconnue."""
    lignes = await sql.lire_boutons(db, await _id(db, demarche))
    return [BoutonVu(**ligne._mapping) for ligne in lignes]


async def creer(
    db: AsyncSession,
    demarche: str,
    nom: str,
    origines: list[str] | None = None,
    *,
    echelle: str = "smileys",
    essai: bool = False,
) -> str:
    """A new, open bouton; gives its `cle`. `essai` cannot be changed later. Raises DemarcheInconnue, ChampInvalide."""
    if echelle not in ECHELLES:
        raise ChampInvalide("echelle", f"« {echelle[:100]} » n'existe pas (valeurs : {', '.join(ECHELLES)})")
    gardees, texte = _origines(origines or []), _texte("nom", nom, 200)
    demarche_id = await _id(db, demarche)
    cle = make_cle()
    await sql.ajouter_bouton(db, demarche_id, cle, texte, gardees, echelle, essai)
    return cle


async def fermer(db: AsyncSession, cle: str, raison: str, le: datetime | None = None) -> None:
    """Close a bouton, now or since a moment in the past, for a reason. Raises BoutonIntrouvable, BoutonDejaFerme,
    ChampInvalide (a date to come would close at once: it is refused).
    """
    maintenant = datetime.now(UTC)
    le = le or maintenant
    if le.tzinfo is None or le > maintenant:
        raise ChampInvalide("ferme_le", "une date passée, avec son décalage horaire, est attendue")
    texte = _texte("raison", raison, 500)
    bouton = await _prendre(db, cle)
    if bouton.ferme_le is not None:
        raise BoutonDejaFerme
    await sql.fermer_bouton(db, bouton.id, le, texte)


async def rouvrir(db: AsyncSession, cle: str) -> None:
    """Open a closed bouton again; the date and the reason go. Raises BoutonIntrouvable, BoutonDejaOuvert."""
    bouton = await _prendre(db, cle)
    if bouton.ferme_le is None:
        raise BoutonDejaOuvert
    await sql.fermer_bouton(db, bouton.id, None, None)


async def lire_origines(db: AsyncSession, cle: str) -> list[str]:
    """The sites where a bouton may stand (none: any). Raises BoutonIntrouvable."""
    return list((await _prendre(db, cle)).origines)


async def fixer_origines(db: AsyncSession, cle: str, origines: list[str]) -> list[str]:
    """Replace the sites where a bouton may stand (none: any); gives them as they are kept. Raises BoutonIntrouvable,
    ChampInvalide.
    """
    gardees = _origines(origines)
    await sql.fixer_origines(db, (await _prendre(db, cle)).id, gardees)
    return gardees


async def renommer(db: AsyncSession, ancien: str, nouveau: str) -> None:
    """Give a démarche another slug; the one it had still leads to it. Raises DemarcheInconnue, ChampInvalide, and
    SlugPris for the slug of another démarche, even an old one: published links would change their meaning.
    """
    try:
        check_slug(nouveau)
    except ValueError as error:
        raise ChampInvalide("slug", str(error)) from None
    await sql.verrouiller(db)
    demarche_id = await _id(db, ancien)
    if await sql.proprietaire_du_slug(db, nouveau) not in {None, demarche_id}:
        raise SlugPris
    quitte = await sql.slug_actuel(db, demarche_id)
    if nouveau != quitte:
        await sql.changer_slug(db, demarche_id, quitte, nouveau)
        db.expire_all()  # the session may hold the démarche under its former slug


async def _id(db: AsyncSession, demarche: str) -> int:
    cle = (await resolve(db, demarche)).id
    assert cle is not None
    return cle


async def _prendre(db: AsyncSession, cle: str) -> Row[Any]:
    bouton = None if a_un_caractere_interdit(cle) else await sql.prendre_bouton(db, cle)
    if bouton is None:
        raise BoutonIntrouvable.nommant(cle)
    return bouton


def _texte(champ: str, valeur: str, au_plus: int) -> str:
    texte = nettoyer(valeur)
    if not texte or len(texte) > au_plus or a_un_caractere_interdit(texte):
        raise ChampInvalide(champ, f"un texte de 1 à {au_plus} caractères est attendu, sans caractère de contrôle")
    return texte


def _origines(origines: list[str]) -> list[str]:
    try:
        return normaliser_origines(origines)
    except ValueError as error:
        raise ChampInvalide("origines", str(error)) from None
