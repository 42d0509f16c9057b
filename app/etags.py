"""Whether a caller has an answer already."""

import re

_ETAG = re.compile(r'"([^"]*)"')
_SUFFIXE = re.compile(r"(?:(?:--?|;)(?:gzip|br|zstd|deflate)){1,2}$")
"""What servers that compress an answer add to its ETag (Apache, Caddy, Jetty); others make it weak (nginx)."""


def correspond(if_none_match: list[str], etag: str) -> bool:
    """Whether a caller has the answer already (RFC 9110, 13.1.2: weak comparison, lists, `*`), compressed on its way or
    not.

    >>> correspond(['"a", W/"b"'], '"b"'), correspond(["*"], '"b"'), correspond(['"a"'], '"b"')
    (True, True, False)
    >>> correspond(['W/"b-gzip"'], '"b"'), correspond(['"b"'], '"b-br"')
    (True, True)
    """
    valeur = ",".join(if_none_match).strip()
    return valeur == "*" or _tel_quel(etag.strip('"')) in map(_tel_quel, _ETAG.findall(valeur))


def _tel_quel(etag: str) -> str:
    return _SUFFIXE.sub("", etag)
