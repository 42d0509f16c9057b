"""What was perhaps meant by a name that leads to nothing: every refusal says what was typed, and what comes close."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.socle import Erreur, said
from app.terminal import montrer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

    from app.problems import Probleme

AU_PLUS = 3
_LISTES = {
    "demarche": "jdma demarches lister",
    "ministere": "jdma demarches lister",
    "bouton": "jdma boutons SLUG",
    "edition": "jdma edition lister",
    "engagement": "jdma engagement lister",
    "intervention": "jdma intervention lister",
    "cle_api": "jdma cle lister",
}
"""What shows everything of a kind, when nothing comes close."""


async def explain(engine: AsyncEngine, problem: Probleme, about: object | None = None) -> str:
    """A refusal in one line: what it is about; or what was typed, when it named nothing, and what comes close."""
    if problem.demande is None:
        sentence = said(problem)
        return sentence if about is None or f"« {about} »" in sentence else f"« {about} » : {sentence}"
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.cli import sql
    from app.demarches.texte import a_un_caractere_interdit

    known: list[str] = []
    if problem.sorte and not a_un_caractere_interdit(problem.demande):
        async with AsyncSession(engine) as db:
            known = list(await sql.proches(db, problem.sorte, problem.demande, AU_PLUS))
    sentence = unknown(said(problem), problem.demande, known)
    liste = _LISTES.get(problem.sorte or "")
    return sentence if known or liste is None else f"{sentence} Pour les voir : « {liste} »."


def unknown(sentence: str, typed: str, close: Iterable[str]) -> str:
    """The sentence that says that something does not exist, with what was typed and what comes close.

    >>> unknown("Aucune démarche ne porte ce nom.", "pasport", ["passeport"])
    'Aucune démarche ne porte ce nom. Vous avez écrit « pasport ». Peut-être : passeport ?'
    """
    shown = montrer(typed[:100])
    parts = [sentence.rstrip(".") + ".", f"Vous avez écrit « {shown} ».", f"Peut-être : {', '.join(close)} ?"]
    if f"« {shown} »" in sentence:
        del parts[1]
    return " ".join(parts if parts[-1] != "Peut-être :  ?" else parts[:-1])


def among(typed: str, known: Iterable[str]) -> list[str]:
    """The names that come close to what was typed, the closest first."""
    return get_close_matches(typed, list(known), AU_PLUS)


def unreadable(name: str | Path, error: OSError) -> Erreur:
    """The error for a file that cannot be read or written; names the files beside it that come close."""
    from app.systeme import raison

    path = Path(name)
    close: list[str] = []
    if isinstance(error, FileNotFoundError) and path.parent.is_dir():
        close = [str(path.with_name(n)) for n in among(path.name, (beside.name for beside in path.parent.iterdir()))]
    return Erreur(f"{name} : {raison(error)}." + (f" Peut-être : {', '.join(close)} ?" if close else ""))


async def check_ministere(db: AsyncSession, nom: str | None) -> None:
    """Refuse a filter on a ministère that does not exist: it would pass for one where there is nothing to see."""
    from app.cli import sql
    from app.demarches.refus import MinistereInconnu
    from app.demarches.texte import a_un_caractere_interdit

    if nom is not None and (a_un_caractere_interdit(nom) or not await sql.a_un_ministere(db, nom)):
        raise MinistereInconnu.nommant(nom)
