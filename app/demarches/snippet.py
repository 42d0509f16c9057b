"""The HTML that a product team pastes at the end of its démarche."""

from html import escape


def snippet(base: str, cle: str) -> str:
    """A link that works everywhere, and the script that makes it the button; `base` is the service's public address.

    >>> print(snippet("https://avis.exemple", "abc"))
    <a class="jdma" href="https://avis.exemple/avis/abc" data-bouton="abc">Je donne mon avis</a>
    <script src="https://avis.exemple/widget/v1/jdma.js" defer></script>
    """
    href = escape(f"{base}/avis/{cle}")
    return (
        f'<a class="jdma" href="{href}" data-bouton="{escape(cle)}">Je donne mon avis</a>\n'
        f'<script src="{escape(base)}/widget/v1/jdma.js" defer></script>'
    )
