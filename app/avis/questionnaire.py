"""What a citizen may send, checked strictly: the bodies of POST and PATCH, and their errors in French."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator

from app.avis.questions import AIDES, CANAUX

Canal = Literal["guichet", "telephone", "courriel", "messagerie"]
Aide = Literal["aucune", "guichet", "telephone", "courriel", "messagerie", "proche", "association", "internet", "autre"]

COMMENTAIRE_MAX = 15_000
AIDE_AUTRE_MAX = 250


def refuse_nul(text: str) -> str:
    """PostgreSQL cannot hold the NUL character in a text."""
    if "\x00" in text:
        raise ValueError("le caractère NUL n'est pas accepté")
    return text


def as_integer(value: Any) -> Any:
    """A whole number may be written with a point: to JSON Schema, 8.0 is an integer.

    >>> as_integer(8.0), as_integer(8.5), as_integer(True)
    (8, 8.5, True)
    """
    return int(value) if type(value) is float and value.is_integer() else value


def refuse_repeats(values: list[Any]) -> list[Any]:
    if len(set(values)) != len(values):
        raise ValueError("un même choix est donné deux fois")
    return values


Entier = Annotated[int, BeforeValidator(as_integer)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Contact(_Strict):
    """What a citizen says of one canal: did somebody answer, and how good was it."""

    joint: bool | None = None
    satisfaction: Annotated[Entier, Field(ge=1, le=5)] | None = None


class _Questions(_Strict):
    comprehension: Annotated[Entier, Field(ge=1, le=5)] | None = None
    aide: Annotated[list[Aide], Field(min_length=1, max_length=9), AfterValidator(refuse_repeats)] | None = None
    aide_autre: Annotated[str, Field(max_length=AIDE_AUTRE_MAX), AfterValidator(refuse_nul)] | None = None

    @model_validator(mode="after")
    def check_aides(self) -> Self:
        if self.aide and "aucune" in self.aide and len(self.aide) > 1:
            raise ValueError("« aucune » ne va avec aucun autre choix d'aide")
        return self


class Reponses(_Questions):
    """The optional questions. `contacts` only speaks of canaux that are in `aide`."""

    contacts: dict[Canal, Contact] | None = None

    def check_whole(self) -> str | None:
        """What contradicts itself once all the answers are known, as a French sentence, or None."""
        return contradiction(self.aide or (), self.aide_autre, self.contacts or ())


def contradiction(aide: Collection[str], aide_autre: str | None, contacts: Collection[str]) -> str | None:
    """What these answers say against each other, as a French sentence, or None."""
    if aide_autre and aide_autre.strip() and "autre" not in aide:
        return "aide_autre n'est attendu que si « autre » est dans aide"
    if not set(aide).issuperset(contacts):
        return "contacts n'est attendu que pour les canaux présents dans aide"
    return None


class ReponsesComplement(_Questions):
    """The questions that a completion changes; in `contacts`, a canal set to null is taken back."""

    contacts: dict[Canal, Contact | None] | None = None


Note = Annotated[Entier, Field(ge=0, le=10)]
Ordre = Annotated[Entier, Field(ge=0, le=2**53 - 1)]
Commentaire = Annotated[str, Field(max_length=COMMENTAIRE_MAX), AfterValidator(refuse_nul)]
Langue = Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class AvisDepose(_Strict):
    """Body of `POST /avis`: one avis, whose id the client made."""

    id: UUID
    bouton: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(refuse_nul)]
    note: Note
    reponses: Reponses | None = None
    commentaire: Commentaire | None = None
    langue: Langue = "fr"

    @model_validator(mode="after")
    def check_reponses(self) -> "AvisDepose":
        if self.reponses is not None and (contradiction := self.reponses.check_whole()):
            raise ValueError(contradiction)
        return self


class AvisComplement(_Strict):
    """Body of `PATCH /avis/{id}`: only what is given changes; a question or a comment set to null is taken back.

    `ordre` is larger for what was said later: a completion that arrives after a later one changes nothing.
    """

    note: Note = Field(default=None)  # type: ignore[assignment]  # absent is fine, null is not
    reponses: ReponsesComplement | None = None
    commentaire: Commentaire | None = None
    ordre: Ordre | None = None


read_depose = TypeAdapter(AvisDepose).validate_json
read_complement = TypeAdapter(AvisComplement).validate_json


def compact(reponses: Reponses | None) -> dict[str, Any] | None:
    """The answers as they are stored; see `canonique`."""
    return None if reponses is None else canonique(reponses.model_dump())


def canonique(reponses: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The one form of these answers: nothing for what was not answered, choices and channels in one order, None when
    nothing is left.

    >>> canonique({"aide": ["autre", "proche"], "aide_autre": " ", "contacts": {"guichet": {"joint": None}}})
    {'aide': ['proche', 'autre']}
    """
    kept = {name: value for name, value in (reponses or {}).items() if value is not None}
    aides, contacts, autre = kept.pop("aide", ()), kept.pop("contacts", {}), kept.pop("aide_autre", "")
    said = {canal: known for canal in CANAUX if (known := _without_nulls(contacts.get(canal)))}
    whole = {"aide": [aide for aide in AIDES if aide in aides], "aide_autre": autre.strip() and autre, "contacts": said}
    return kept | {name: value for name, value in whole.items() if value} or None


def _without_nulls(contact: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (contact or {}).items() if value is not None}
