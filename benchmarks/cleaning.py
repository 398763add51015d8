"""How much of a news page is kept that belongs to it, on pages whose true text is known."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from pages.pairs import Pair, pairs

from rag.arabic import words
from rag.articles import RawArticle
from rag.clean import clean
from rag.clean.lines import tidy
from rag.errors import ArticleError

REQUIRED_PRECISION, REQUIRED_RECALL = 0.97, 0.99

Text = tuple[str, str]  # title, text
Cleaner = Callable[[RawArticle], list[Text]]


@dataclass(frozen=True, slots=True)
class Count:
    """Tokens kept, tokens that belong, and those that are both."""

    kept: int = 0
    true: int = 0
    both: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.kept + other.kept, self.true + other.true, self.both + other.both)

    @property
    def precision(self) -> float:
        return self.both / self.kept if self.kept else 1.0

    @property
    def recall(self) -> float:
        return self.both / self.true if self.true else 1.0

    @property
    def passes(self) -> bool:
        return self.precision >= REQUIRED_PRECISION and self.recall >= REQUIRED_RECALL


def cleaned(raw: RawArticle) -> list[Text]:
    """What the project keeps of a page."""
    try:
        return [(document.title, document.text) for document in clean(raw)]
    except ArticleError:
        return []


def count_of(found: Sequence[Text], true: Sequence[Text]) -> Count:
    """The tokens of titles and texts, document by document in their order.

    A document too many is all wrong and one too few all lost, so that splitting counts.
    """
    total = Count()
    for at in range(max(len(found), len(true))):
        kept, belongs = (
            Counter(words(" ".join(texts[at]))) if at < len(texts) else Counter()
            for texts in (found, true)
        )
        total += Count(kept.total(), belongs.total(), (kept & belongs).total())
    return total


def measure(cleaner: Cleaner, chosen: Iterable[Pair]) -> dict[str, Count]:
    """The counts by template."""
    counts: dict[str, Count] = {}
    for pair in chosen:
        true = [(article.title, article.text) for article in pair.articles]
        before = counts.get(pair.template, Count())
        counts[pair.template] = before + count_of(cleaner(pair.raw), true)
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 1 where precision or recall is below what is required."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--extractors", action="store_true", help="compare extractors for HTML")
    parser.add_argument("--speed", type=Path, metavar="JSONL", help="pages per second on its rows")
    chosen = parser.parse_args(arguments)
    every = list(pairs())
    if chosen.speed:
        print_speed(chosen.speed)
    if chosen.extractors:
        print_extractors([pair for pair in every if pair.raw.kind == "html"])
    return 0 if print_templates(every) else 1


def print_templates(every: Sequence[Pair]) -> bool:
    """One row for each template, then the sums; whether all that is required holds."""
    counts = measure(cleaned, every)
    kinds = {pair.template: (pair.raw.kind, pair.is_unseen) for pair in every}
    print(f"{'template':22} {'kind':5} {'':7} precision  recall")
    for name, count in counts.items():
        kind, is_unseen = kinds[name]
        _print(f"{name:22} {kind:5} {'unseen' if is_unseen else '':7}", count)
    passed = True
    for kind in ("text", "html"):
        for is_unseen in (False, True):
            total = sum(
                (count for name, count in counts.items() if kinds[name] == (kind, is_unseen)),
                Count(),
            )
            _print(f"{'all':22} {kind:5} {'unseen' if is_unseen else '':7}", total)
            passed = passed and (is_unseen or total.passes)
    total = sum(counts.values(), Count())
    _print(f"{f'all {len(every)} pages':36}", total)
    return passed and total.passes


def _print(label: str, count: Count) -> None:
    print(f"{label} {count.precision:9.4f} {count.recall:7.4f}")


def print_extractors(pages: Sequence[Pair]) -> None:
    """The same rules after different ways to find the main text."""
    print(f"{'extractor':36} precision  recall  (seen; unseen)")
    for name, cleaner in EXTRACTORS.items():
        for is_unseen in (False, True):
            part = [pair for pair in pages if pair.is_unseen == is_unseen]
            total = sum(measure(cleaner, part).values(), Count())
            _print(f"{name:28} {'unseen' if is_unseen else '':7}", total)


def _trafilatura(**options: bool) -> Cleaner:
    def extracted(raw: RawArticle) -> list[Text]:
        from trafilatura import bare_extraction

        found = bare_extraction(raw.content, include_comments=False, with_metadata=True, **options)
        text = found.text if found else ""
        paragraphs = "\n\n".join((text or "").split("\n"))
        title = tidy((found.title if found else "") or "").partition(" | ")[0]
        return cleaned(RawArticle(raw.path, "text", paragraphs, title=title or None))

    return extracted


def _justext(raw: RawArticle) -> list[Text]:
    import justext

    kept = [
        paragraph.text
        for paragraph in justext.justext(raw.content.encode(), justext.get_stoplist("Arabic"))
        if not paragraph.is_boilerplate
    ]
    return cleaned(RawArticle(raw.path, "text", "\n\n".join(kept)))


def _every_line(raw: RawArticle) -> list[Text]:
    from lxml.html import document_fromstring

    tree = document_fromstring(raw.content.encode(), parser=None)
    for element in tree.xpath("//script|//style|//head"):
        element.drop_tree()
    lines = [line for text in tree.itertext() if (line := tidy(text))]
    return cleaned(RawArticle(raw.path, "text", "\n\n".join(lines)))


EXTRACTORS: dict[str, Cleaner] = {
    "trafilatura": _trafilatura(),
    "trafilatura, favour precision": _trafilatura(favor_precision=True),
    "trafilatura, favour recall": _trafilatura(favor_recall=True),
    "justext": _justext,
    "every line": _every_line,
    "ours": cleaned,
}


def print_speed(path: Path) -> None:
    """Pages per second on the articles of a JSONL file, each cleaned as a saved page."""
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    raws = [RawArticle(str(at), "text", row["content"]) for at, row in enumerate(rows)]
    started = time.perf_counter()
    for raw in raws:
        cleaned(raw)
    taken = time.perf_counter() - started
    print(f"{len(raws)} pages of text in {taken:.2f} s: {len(raws) / taken:.0f} a second")


if __name__ == "__main__":
    sys.exit(main())
