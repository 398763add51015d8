"""How many texts are decoded as they were written: our rule against charset-normalizer."""

from __future__ import annotations

import argparse
import codecs
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rag.articles.encoding import decode
from rag.errors import ArticleError

ROOT = Path(__file__).parents[1]
LENGTHS = (50, 100, 200, 500, 1000, 5000)
UNICODE = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"),
    *("utf-32", "utf-32-le", "utf-32-be"),
)
ENCODINGS = {
    "Arabic": (*UNICODE, "cp1256", "iso8859-6", "mac-arabic"),
    "French": (*UNICODE, "cp1252", "latin-1", "cp1256", "mac-roman"),
    "English": (*UNICODE, "cp1252", "cp1256", "mac-roman"),
}
FRENCH = """\
Le musée du port a rouvert ses portes hier après trois années de travaux. La façade, abîmée par le
sel, a été nettoyée pierre à pierre, et l'entrée donne désormais sur la place où se tenait l'ancien
marché aux poissons. « Nous avons gardé les traces du passé », a déclaré la conservatrice, Hélène
Morvan, qui a reçu les premiers élèves dès la matinée. Le coût du chantier s'élève à 2,4 millions
d'euros ; la région en a payé la moitié. Les pêcheurs, eux, espèrent que le café du rez-de-chaussée
restera ouvert l'hiver. À l'étage, une salle raconte la grande tempête : on y voit une chaloupe
brisée, des lettres trempées et la cloche fêlée du phare. Ça et là, des sièges permettent d'écouter
les récits des anciens, enregistrés avec soin. L'été prochain, une exposition sera consacrée aux
îles voisines et à leurs chênes centenaires. Où dormir ? L'hôtel de la jetée n'a plus de chambres.
"""
ENGLISH = """\
The library at the corner opened its “night room” on Monday, and the first readers came before the
doors were unlocked. It’s a plain hall – forty desks, a kettle and a clock – but nobody asked for
more. “We wanted a place where the lamps stay on,” said the keeper, who has worked there since 1998.
The room cost £42,000, a third of it from neighbours’ gifts. On quiet evenings you hear only pages
and the tram. Students’ groups may book a table for two hours; after that the seat goes to whoever
waits longest… The café next door will sell soup until midnight, and the baker’s daughter promised
to keep a tray of rolls aside. It won’t change the town, one old man said, yet he’ll come every
Thursday – “as long as the chairs don’t creak”.
"""


def texts() -> dict[str, str]:
    """A long text of each language, the Arabic one from the demo articles."""
    articles = sorted((ROOT / "seeds" / "articles").glob("*.txt"))
    arabic = "\n".join(path.read_text("utf-8") for path in articles)
    return {"Arabic": arabic, "French": FRENCH * 8, "English": ENGLISH * 8}


def samples(count: int, *, seed: int = 7) -> Iterator[tuple[str, str, int, bytes, str]]:
    """`count` of each language, encoding and length: with their bytes and what these say."""
    draw = random.Random(seed)
    for language, text in texts().items():
        for encoding in ENCODINGS[language]:
            for length in LENGTHS:
                for _ in range(count):
                    start = draw.randrange(max(1, len(text) - length))
                    # What an encoding lacks becomes a question mark, as in files found outside.
                    stored = text[start : start + length].encode(encoding, "replace")
                    yield language, encoding, length, stored, codecs.decode(stored, encoding)


def by_rule(stored: bytes) -> str | None:
    try:
        return decode("sample", stored)
    except ArticleError:
        return None


def by_normalizer(stored: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(stored).best()
    return None if best is None else str(best)


def measure(read: Callable[[bytes], str | None], count: int) -> tuple[dict[str, list[bool]], float]:
    """Whether each sample came out as written, by language and encoding; seconds in all."""
    right: dict[str, list[bool]] = {}
    begin = time.perf_counter()
    for language, encoding, _, stored, expected in samples(count):
        text = read(stored) or ""
        is_same = text.lstrip("\ufeff") == expected.lstrip("\ufeff")
        right.setdefault(f"{language} {encoding}", []).append(is_same)
    return right, time.perf_counter() - begin


def share(right: dict[str, list[bool]]) -> float:
    rows = [row for rows in right.values() for row in rows]
    return sum(rows) / len(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5, help="samples of each kind and length")
    parser.add_argument("--least", type=float, default=0.99, help="exit with 1 below this share")
    given = parser.parse_args()
    ours, seconds = measure(by_rule, given.count)
    theirs, their_seconds = measure(by_normalizer, given.count)
    print(f"{'':22}{'ours':>8}{'charset-normalizer':>20}")
    for kind, row in ours.items():
        other = theirs[kind]
        print(f"{kind:22}{sum(row) / len(row):8.1%}{sum(other) / len(other):20.1%}")
    print(f"{'all':22}{share(ours):8.1%}{share(theirs):20.1%}")
    print(f"{'seconds':22}{seconds:8.2f}{their_seconds:20.2f}")
    return 0 if share(ours) >= max(given.least, share(theirs)) else 1


if __name__ == "__main__":
    sys.exit(main())
