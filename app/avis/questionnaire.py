"""What a citizen may send, checked strictly: the bodies of POST and PATCH, and their errors in French."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from app.avis.questions import CANAUX

Canal = Literal["guichet", "telephone", "courriel", "messagerie"]
Aide = Literal["aucune", "guichet", "telephone", "courriel", "messagerie", "proche", "association", "internet", "autre"]

COMMENTAIRE_MAX = 15_000
AIDE_AUTRE_MAX = 250


def refuse_nul(text: str) -> str:
    """PostgreSQL cannot hold the NUL character in a text."""
    if "\x00" in text:
        raise ValueError("le caractère NUL n'est pas accepté")
    return text


def refuse_repeats(values: list[Any]) -> list[Any]:
    if len(set(values)) != len(values):
        raise ValueError("un même choix est donné deux fois")
    return values


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Contact(_Strict):
    """What a citizen says of one canal: did somebody answer, and how good was it."""

    joint: bool | None = None
    satisfaction: Annotated[int, Field(ge=1, le=5)] | None = None


class _Questions(_Strict):
    comprehension: Annotated[int, Field(ge=1, le=5)] | None = None
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
        aides = set(self.aide or ())
        if self.aide_autre and "autre" not in aides:
            return "aide_autre n'est attendu que si « autre » est dans aide"
        if self.contacts and not aides.issuperset(self.contacts):
            return "contacts n'est attendu que pour les canaux présents dans aide"
        return None


class ReponsesComplement(_Questions):
    """The questions that a completion changes; in `contacts`, a canal set to null is taken back."""

    contacts: dict[Canal, Contact | None] | None = None


Note = Annotated[int, Field(ge=0, le=10)]
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
    """Body of `PATCH /avis/{id}`: only what is given changes; a question or a comment set to null is taken back."""

    note: Note = Field(default=None)  # type: ignore[assignment]  # absent is fine, null is not
    reponses: ReponsesComplement | None = None
    commentaire: Commentaire | None = None
    ordre: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None


read_depose = TypeAdapter(AvisDepose).validate_json
read_complement = TypeAdapter(AvisComplement).validate_json
read_reponses = TypeAdapter(Reponses).validate_python


def compact(reponses: Reponses | None) -> dict[str, Any] | None:
    """The answers as they are stored: nothing for what was not answered, channels in one order, None when empty.

    >>> compact(Reponses(comprehension=4, aide=None))
    {'comprehension': 4}
    """
    if reponses is None:
        return None
    given = reponses.model_dump(exclude_none=True)
    contacts = given.pop("contacts", {})
    if given.get("aide_autre") is not None and not given["aide_autre"].strip():
        del given["aide_autre"]
    if known := {canal: contacts[canal] for canal in CANAUX if contacts.get(canal)}:
        given["contacts"] = known
    return given or None
