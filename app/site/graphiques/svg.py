"""SVG by hand: elements as text, safe to put in a page. Pure.

Pictures have no view box: abscissas are percentages of the width, ordinates pixels. So a picture takes the width that
it is given while its text keeps its size, on a telephone as on a wall. Colours are in the style sheet, by class: the
dark theme, forced colours and print have their own.
"""

from collections.abc import Iterable

from markupsafe import Markup, escape


def nombre(valeur: float) -> str:
    """A coordinate, to a hundredth.

    >>> nombre(12.0), nombre(33.3333)
    ('12', '33.33')
    """
    return f"{valeur:.2f}".rstrip("0").rstrip(".")


def pc(valeur: float) -> str:
    """A percentage of the width."""
    return f"{nombre(valeur)}%"


def balise(nom: str, *contenu: str, **attributs: object) -> Markup:
    """An element. `class_` and names with `_` become what SVG calls them; None leaves an attribute out.

    >>> balise("text", "<7", class_="seuil", text_anchor="end")
    Markup('<text class="seuil" text-anchor="end">&lt;7</text>')
    """
    ecrits = "".join(
        f' {cle.rstrip("_").replace("_", "-")}="{escape(str(valeur))}"'
        for cle, valeur in attributs.items()
        if valeur is not None
    )
    corps = "".join(escape(partie) for partie in contenu)
    return Markup(f"<{nom}{ecrits}>{corps}</{nom}>" if corps else f"<{nom}{ecrits}/>")  # noqa: S704 - escaped above


def ligne(classe: str, x1: str, y1: float, x2: str, y2: float) -> Markup:
    """A stroke from one point to another."""
    return balise("line", class_=classe, x1=x1, y1=nombre(y1), x2=x2, y2=nombre(y2))


def texte(contenu: str, x: float, y: float, classe: str | None = None, ancre: str | None = None) -> Markup:
    """Some text at `x` percent; it is kept inside the picture at either end, unless `ancre` says otherwise."""
    ancre = ancre or ("start" if x < 8 else "end" if x > 92 else "middle")
    return balise("text", contenu, class_=classe, x=pc(x), y=nombre(y), text_anchor=ancre)


def image(cle: str, titre: str, description: str, hauteur: float, contenu: Iterable[str]) -> Markup:
    """A picture that says what it shows: `titre`, then `description`. `cle` is unique in the page."""
    return balise(
        "svg",
        balise("title", titre, id=f"{cle}-titre"),
        balise("desc", description, id=f"{cle}-desc"),
        *contenu,
        class_="graphique",
        role="img",
        width="100%",
        height=nombre(hauteur),
        aria_labelledby=f"{cle}-titre",
        aria_describedby=f"{cle}-desc",
    )
