"""What the addresses of démarches have in common: a name in the path, texts that the database can be asked about."""

from collections.abc import Callable, Collection
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator

from app.demarches.texte import a_un_caractere_interdit


def check_texte(valeur: str) -> str:
    """A text without NUL or control characters; ValueError otherwise."""
    if a_un_caractere_interdit(valeur):
        raise ValueError("caractère interdit (caractère nul ou de contrôle)")
    return valeur


def parmi(valeurs: Collection[str]) -> Callable[[str], str]:
    """What lets through one of these alone; ValueError otherwise."""

    def check(valeur: str) -> str:
        if valeur not in valeurs:
            raise ValueError(f"valeurs possibles : {', '.join(valeurs)}")
        return valeur

    return check


Texte = Annotated[str, AfterValidator(check_texte)]
Slug = Annotated[
    str, Path(description="slug, actuel ou ancien, ou identifiant (`jdma:1006`)", examples=["demander-un-passeport"])
]
