"""What became of every line of a page, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.articles import RawArticle
from rag.clean import cleaned

TITLE = "title"


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One line of a page: in a document, as its title or its text, or cut by a rule."""

    text: str
    document: int | None  # counted from 1 in the order of `clean`; None where the line was cut
    rule: str = ""  # what cut it; `title` for a document's title; empty for its text
    has_gap: bool = True  # a blank line stands before it


def explain(raw: RawArticle) -> list[ExplainedLine]:
    """Every line of a page in order, as `clean` kept or cut it.

    The lines of one document's text, each after a blank line or a new line, are its text. Where
    `clean` raises ArticleError all lines are cut.
    """
    result = cleaned(raw)
    kept: dict[int, ExplainedLine] = {}
    for number, article in enumerate(result.articles, start=1):
        if article.headline is not None:
            line = article.headline
            kept[line.place] = ExplainedLine(line.text, number, TITLE, line.has_gap)
        for line in article.lines:
            kept[line.place] = ExplainedLine(line.text, number, has_gap=line.has_gap)
    return [
        kept.get(line.place)
        or ExplainedLine(line.text, None, result.cuts[line.place], line.has_gap)
        for line in result.lines
    ]


def explained_as_text(lines: Iterable[ExplainedLine]) -> str:
    """The lines for a terminal: what was kept after its document's number, what was cut after a
    minus sign and with the rule behind it.
    """
    shown = []
    for line in lines:
        mark = "-" if line.document is None else str(line.document)
        rule = f"  [{line.rule}]" if line.rule else ""
        shown.append(f"{mark:>3} {line.text}{rule}")
    return "\n".join(shown)
