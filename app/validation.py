"""What pydantic refuses, said in French."""

import re
from typing import Any

from pydantic import ValidationError

_MESSAGES = {
    "missing": "ce champ est obligatoire",
    "extra_forbidden": "ce champ n'existe pas",
    "int_type": "un nombre entier est attendu",
    "int_parsing": "un nombre entier est attendu",
    "int_parsing_size": "un nombre entier moins grand est attendu",
    "int_from_float": "un nombre entier est attendu",
    "float_type": "un nombre est attendu",
    "float_parsing": "un nombre est attendu",
    "bool_parsing": "true ou false est attendu",
    "bool_type": "vrai ou faux est attendu",
    "string_type": "un texte est attendu",
    "list_type": "une liste est attendue",
    "dict_type": "un objet est attendu",
    "model_type": "un objet est attendu",
    "model_attributes_type": "un objet est attendu",
    "json_invalid": "le corps n'est pas du JSON valide en UTF-8",
    "url_parsing": "une adresse http(s)://… est attendue",
    "url_scheme": "une adresse http(s)://… est attendue",
    "url_type": "une adresse http(s)://… est attendue",
    "url_too_long": "une adresse moins longue est attendue",
    "ip_any_network": "une adresse IP, ou un réseau, est attendue",
    "finite_number": "un nombre fini est attendu",
    "uuid_parsing": "un UUID est attendu",
    "uuid_type": "un UUID est attendu",
    "string_pattern_mismatch": "un code de langue est attendu (par exemple fr)",
    "string_unicode": "ce texte n'est pas de l'Unicode valide",
}
_BOUNDED = {
    "greater_than_equal": ("ge", "la valeur minimale est {}"),
    "less_than_equal": ("le", "la valeur maximale est {}"),
    "greater_than": ("gt", "la valeur doit dépasser {}"),
    "string_too_long": ("max_length", "{} caractère{s} au plus"),
    "string_too_short": ("min_length", "{} caractère{s} au moins"),
    "too_short": ("min_length", "{} élément{s} au moins"),
    "too_long": ("max_length", "{} élément{s} au plus"),
    "literal_error": ("expected", "valeurs possibles : {}"),
}


def french_errors(error: ValidationError) -> list[dict[str, str]]:
    """Pydantic's errors as `[{champ, message}]`; never echoes what was sent."""
    return [
        {"champ": _champ(detail["loc"]), "message": french_message(detail)}
        for detail in error.errors(include_url=False, include_input=False)[:20]
    ]


def _champ(loc: tuple[int | str, ...]) -> str:
    """`reponses.aide.0`; a name the client made up is cut, so that a reply stays short."""
    return ".".join(re.sub(r"[^\w.-]", "?", str(part))[:60] for part in loc if part != "[key]") or "corps"


def french_message(detail: Any) -> str:
    """One of pydantic's errors as a French sentence."""
    context = detail.get("ctx", {})
    if detail["type"] in _BOUNDED:
        key, sentence = _BOUNDED[detail["type"]]
        if (
            detail["type"] in {"too_long", "too_short"} and context.get("field_type") == "Value"
        ):  # a text, cleaned or secret
            sentence = _BOUNDED[f"string_{detail['type']}"][1]
        bound = context.get(key, "")
        plural = "s" if isinstance(bound, int) and bound > 1 else ""
        return sentence.format(str(bound).replace(" or ", " ou "), s=plural)
    if detail["type"] == "value_error":
        return str(context["error"])
    return _MESSAGES.get(detail["type"], "cette valeur n'est pas valide")
