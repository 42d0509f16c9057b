"""The pages of a made-up ministry's site: the end of a démarche with the button on it, and every form of the button."""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.pages.integrer import fragments
from app.pages.widget_construction import reduire

_PAGES = Path(__file__).parent / "pages"
ROBOTS = "User-agent: *\nAllow: /\n"
ADRESSES = {"/": "fin.html", "/tous-les-boutons": "tous.html"}


@dataclass(frozen=True, slots=True)
class Vitrine:
    """The démarche shown and the keys of its boutons: the first one; one on the scale from 0 to 10 and one for trying,
    None in a catalogue that has none.
    """

    slug: str
    titre: str
    cle: str
    notes: str | None = None
    essai: str | None = None


@dataclass(frozen=True, slots=True)
class Reponse:
    """What the site answers at one address."""

    corps: bytes
    type: str
    csp: str = "default-src 'none'"


def pages(base: str, vitrine: Vitrine, *, officiel: bool = False) -> dict[str, Reponse]:
    """Every page by its path, for the service at `base`; under the CSP that the documentation gives, and no more."""
    css = reduire("text/css", (_PAGES / "hote.css").read_text(encoding="utf-8"))
    digest = b64encode(sha256(css.encode()).digest()).decode()
    style = f"style-src 'sha256-{digest}'"
    csp = f"default-src 'none'; script-src {base}; connect-src 'self' {base}; img-src {base} data:; {style}"

    def lien(cle: str, **choix: str) -> Markup:
        """The link that the script makes a button; the page loads the script once, for all of them."""
        return Markup(fragments(base, cle, choix, officiel=officiel).lien.partition("\n")[0])  # noqa: S704

    def image(cle: str, **choix: str) -> Markup:
        return Markup(fragments(base, cle, choix, officiel=officiel).image)  # noqa: S704

    environment = Environment(
        loader=FileSystemLoader(_PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals.update(base=base, v=vitrine, css=Markup(css), lien=lien, image=image)  # noqa: S704
    built = {"/robots.txt": Reponse(ROBOTS.encode(), "text/plain; charset=utf-8")}
    for path, nom in ADRESSES.items():
        html = environment.get_template(nom).render()
        built[path] = Reponse(html.encode(), "text/html; charset=utf-8", csp)
    return built
