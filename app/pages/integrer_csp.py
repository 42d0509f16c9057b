"""Whether a page's Content-Security-Policy lets the button work, and what to add when it does not. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

Politique = dict[str, list[str]]
_PORTS = {"http": 80, "https": 443}
_BESOINS = (
    ("script-src", ("script-src-elem", "script-src", "default-src"), "charger le bouton"),
    ("connect-src", ("connect-src", "default-src"), "envoyer les avis"),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one need of the button becomes under a policy; `remede` is empty when nothing is to be done."""

    directive: str
    usage: str
    permis: bool
    remede: str = ""


def lire(texte: str) -> list[Politique]:
    """The policies of a header as it is pasted: its name or quotes around it do not matter, nor do line ends."""
    texte = re.sub(r"(?im)^\s*content-security-policy\s*:", ",", texte.replace("\r", ""))
    policies = []
    for policy in texte.replace("\n", " ").split(","):
        directives: Politique = {}
        for part in policy.split(";"):
            words = part.split()
            if words:
                directives.setdefault(words[0].lower(), words[1:])
        if directives:
            policies.append(directives)
    return policies


def verifier(texte: str, service: str) -> list[Verdict]:
    """The verdicts of a header for the button served from `service`. Every policy of a page must allow it.

    >>> [v.permis for v in verifier("default-src 'self'", "https://avis.exemple")]
    [False, False]
    """
    verdicts = []
    for besoin, chaine, usage in _BESOINS:
        remedes = [r for policy in lire(texte) if (r := _remede(policy, besoin, chaine, service)) is not None]
        refus = [r for r in remedes if not r.startswith("nonce")]
        verdicts.append(Verdict(besoin, usage, not refus, " ; ".join(dict.fromkeys(refus or remedes))))
    verdicts.extend(_sandbox(texte))
    return verdicts


def _remede(policy: Politique, besoin: str, chaine: tuple[str, ...], service: str) -> str | None:
    directive = next((nom for nom in chaine if nom in policy), None)
    if directive is None:
        return None
    sources = policy[directive]
    known = [source.lower() for source in sources]
    nonce = any(source.startswith(("'nonce-", "'sha")) for source in known)
    if besoin == "script-src" and nonce and "'strict-dynamic'" in known:
        return "nonce : ajoutez à la balise script l’attribut nonce de votre page"
    if any(correspond(source, service) for source in known):
        return None
    gardees = " ".join(source for source in sources if source.lower() != "'none'")
    return f"{besoin} {gardees} {service}".replace("  ", " ") + ";"


def correspond(source: str, service: str) -> bool:
    """Whether a source expression lets the service's files through."""
    target = urlsplit(service)
    if source in {"*", f"{target.scheme}:"} or (source == "http:" and target.scheme == "https"):
        return True
    found = re.fullmatch(r"(?:(https?)://)?(\*\.)?([\w.-]+)(?::(\d+|\*))?(/.*)?", source)
    if found is None:
        return False
    scheme, joker, host, port, path = found.groups()
    name = target.hostname or ""
    same_host = name.endswith(f".{host}") if joker else name == host
    expected = target.port or _PORTS[target.scheme]
    same_port = port in {"*", str(expected)} or (port is None and target.port is None)
    same_scheme = scheme in {None, target.scheme} or (scheme == "http" and target.scheme == "https")
    return same_host and same_port and same_scheme and path in {None, "/"}


def _sandbox(texte: str) -> Iterator[Verdict]:
    for policy in lire(texte):
        allowed = policy.get("sandbox")
        if allowed is not None and "allow-scripts" not in allowed:
            yield Verdict("sandbox", "exécuter le bouton", permis=False, remede="sandbox … allow-scripts;")
