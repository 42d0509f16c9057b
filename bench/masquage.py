"""How long masking takes: the worst of texts made to be slow (15 000 characters), and an ordinary comment.

`python -m bench.masquage`: milliseconds of CPU; the aim is 20 ms at most for the worst.
"""

import time

from app.avis.masquage import masquer
from tests.test_masquage import ADVERSES, RESTENT
from tests.test_masquage_temps import textes


def duree(texte: str, fois: int = 5) -> float:
    """Milliseconds of CPU, the least of several tries."""
    durees = []
    for _ in range(fois):
        debut = time.process_time()
        masquer(texte)
        durees.append(time.process_time() - debut)
    return min(durees) * 1_000


def main() -> None:
    durees = sorted(((duree(texte), texte[:40]) for texte in (*ADVERSES, *textes())), reverse=True)
    for ms, texte in durees[:5]:
        print(f"{ms:8.2f} ms  {texte!r}")
    print(f"pire : {durees[0][0]:.2f} ms")
    ordinaires = [texte for texte in RESTENT if texte]
    print(f"commentaire ordinaire : {sum(map(duree, ordinaires)) / len(ordinaires):.3f} ms")


if __name__ == "__main__":
    main()
