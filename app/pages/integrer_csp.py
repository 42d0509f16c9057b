"""Whether a page's Content-Security-Policy lets the button work, and what to add when it does not. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

Politique = dict[str, list[str]]
_BLANCS = r"(?:[^\S\n]|[<>])*+"
"""What may come before a header on its line. No repeat gives back what it took: each expression reads a text once."""
_META = re.compile(r"""(?i)<meta\b((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>?""")
_ATTRIBUT = re.compile(r"""([^\s"'>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?+""")
_EN_TETES = (
    re.compile(rf"(?im)^{_BLANCS}content-security-policy\s*+:(.*+(?:\n[ \t]++.*+)*+)"),
    re.compile(r"""(?i)content-security-policy["']?+[\s:=,]*+(?:"([^"]*+)"|'([^']*+)')"""),
    re.compile(r"""(?i)"content-security-policy\s*+:([^"]*+)"|'content-security-policy\s*+:([^']*+)'"""),
)
"""A reply's headers (`curl -sI`, `curl -v`); a server's settings (nginx, Apache, JSON); a line of a program."""
_DIRECTIVE = re.compile(
    r"[a-z]{1,20}(?:-[a-z]{1,20})?-src(?:-elem|-attr)?|base-uri|form-action|frame-ancestors|navigate-to|report-uri|report-to"
    r"|sandbox|require-trusted-types-for|trusted-types|upgrade-insecure-requests|block-all-mixed-content|plugin-types"
)
_RAPPORT = re.compile(rf"(?im)^{_BLANCS}(?:content-security-policy-report-only\s*+:|HTTP/[\d.]++ )")
_PORTS = {"http": 80, "https": 443}
_BESOINS = (
    ("script-src", ("script-src-elem", "script-src", "default-src"), "charger le bouton"),
    ("connect-src", ("connect-src", "default-src"), "envoyer les avis"),
)
_CHEMINS = {
    "script-src": ("/widget/v1/x.js",),
    "connect-src": ("/widget/v1/boutons/x", "/api/v1/avis", "/api/v1/avis/x"),
}
"""What is loaded or asked for; `x` stands for names that a policy cannot list."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one need of the button becomes under a policy; `remede` is empty when nothing is to be done."""

    directive: str
    usage: str
    permis: bool
    remede: str = ""


def lire(texte: str) -> list[Politique] | None:
    """The policies of what is pasted: a policy alone, its header, every header of a reply, a line of a server's
    settings, or the meta element of a page. None when no policy can be read in it; a policy that only reports blocks
    nothing: it is left out.
    """
    texte = texte.replace("\r", "")
    pasted = next((found for form in _EN_TETES if (found := [m[m.lastindex or 0] for m in form.finditer(texte)])), [])
    pasted += [unescape(content) for meta in _META.finditer(texte) if (content := _de_meta(meta[1]))]
    if not pasted and not _RAPPORT.search(texte):
        pasted = [texte]
    policies: list[Politique] = []
    for policy in ",".join(pasted).replace("\n", " ").split(","):
        directives: Politique = {}
        for part in policy.split(";"):
            words = part.split()
            if words:
                directives.setdefault(words[0].lower(), words[1:])
        if directives:
            policies.append(directives)
    known = any(_DIRECTIVE.fullmatch(directive) for policy in policies for directive in policy)
    return policies if known or _RAPPORT.search(texte) else None


def _de_meta(attributs: str) -> str | None:
    """The policy of a meta element, from what is written in its tag; None when it holds none."""
    lus = {nom.lower(): double or simple or nu for nom, double, simple, nu in _ATTRIBUT.findall(attributs)}
    return lus.get("content") if lus.get("http-equiv", "").lower() == "content-security-policy" else None


def verifier(texte: str, service: str) -> list[Verdict]:
    """The verdicts of a header for the button served from `service`; none when it holds no policy that can be read.
    Every policy of a page must allow it.

    >>> [v.permis for v in verifier("default-src 'self'", "https://avis.exemple")]
    [False, False]
    """
    policies = lire(texte)
    if policies is None:
        return []
    verdicts = []
    for besoin, chaine, usage in _BESOINS:
        remedes = [r for policy in policies if (r := _remede(policy, besoin, chaine, service)) is not None]
        refus = [r for r in remedes if not r.startswith("nonce")]
        verdicts.append(Verdict(besoin, usage, not refus, " ; ".join(dict.fromkeys(refus or remedes))))
    verdicts.extend(_sandbox(policies))
    return verdicts


def _remede(policy: Politique, besoin: str, chaine: tuple[str, ...], service: str) -> str | None:
    directive = next((nom for nom in chaine if nom in policy), None)
    if directive is None:
        return None
    sources = policy[directive]
    known = [source.lower() for source in sources]
    if besoin == "script-src" and "'strict-dynamic'" in known:  # then no address counts, only trust handed over
        if any(source.startswith("'nonce-") for source in known):
            return "nonce : ajoutez à la balise script l’attribut nonce de votre page"
        return f"{directive} 'nonce-…' {' '.join(sources)}; et l’attribut nonce sur la balise script"
    if all(any(correspond(source, service, path) for source in sources) for path in _CHEMINS[besoin]):
        return None
    gardees = " ".join(source for source in sources if source.lower() != "'none'")
    ecrite = besoin if directive == "default-src" else directive
    return f"{ecrite} {gardees} {service}".replace("  ", " ") + ";"


def correspond(source: str, service: str, path: str) -> bool:
    """Whether a source expression lets this path of the service through: `/a/` covers what is under it, `/a` itself."""
    target = urlsplit(service)
    if source.lower() in {"*", f"{target.scheme}:"} or (source.lower() == "http:" and target.scheme == "https"):
        return True
    found = re.fullmatch(r"(?i)(?:(https?)://)?(\*|(?:\*\.)?[\w.-]+)(?::(\d+|\*))?(/[^?#]*)?", source)
    if found is None:
        return False
    scheme, host, port, prefix = found.groups()
    scheme, host = scheme and scheme.lower(), host.lower()
    name = target.hostname or ""
    same_host = name.endswith(host[1:]) if host.startswith("*") else name == host
    expected = target.port or _PORTS[target.scheme]
    same_port = port in {"*", str(expected)} or (port is None and target.port is None)
    same_scheme = scheme in {None, target.scheme} or (scheme == "http" and target.scheme == "https")
    same_path = prefix in {None, "/", path} or (prefix.endswith("/") and path.startswith(prefix))
    return same_host and same_port and same_scheme and same_path


def _sandbox(policies: Iterable[Politique]) -> Iterator[Verdict]:
    for policy in policies:
        allowed = policy.get("sandbox")
        if allowed is not None and "allow-scripts" not in allowed:
            yield Verdict("sandbox", "exécuter le bouton", permis=False, remede="sandbox … allow-scripts;")
