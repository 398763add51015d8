"""The sentences of a summary, a telling or a comparison, each article's in one quotation."""

from __future__ import annotations

from itertools import groupby

from rag.page.markup import days_html, escaped, title_html
from rag.page.sources import markers_html
from rag.page.turn import Turn
from rag.types import Sentence

_OPENS = ": «"  # between a side of a comparison and what is quoted of it


def overview_html(turn: Turn) -> str:
    """The quotations, those of one article together, with the side that they are about."""
    is_comparison = turn.answer.overview == "comparison"

    def heading(sentence: Sentence) -> tuple[str, str]:
        side, _ = _parted(sentence.text) if is_comparison else ("", "")
        return side, sentence.citations[0].passage.document_id

    groups = groupby(turn.answer.sentences, key=heading)
    return "".join(_group(turn, side, list(sentences)) for (side, _), sentences in groups)


def _group(turn: Turn, side: str, sentences: list[Sentence]) -> str:
    passage = sentences[0].citations[0].passage
    quotes = [_parted(each.text)[1] if side else each.text for each in sentences]
    said = "".join(
        f"<p>{escaped(quote)}{markers_html(turn.number, numbers)}</p>"
        for quote, numbers in zip(
            quotes, ([c.number for c in each.citations] for each in sentences), strict=True
        )
    )
    above = f'<h3 class="side">{escaped(side)}</h3>' if side else ""
    days = days_html(quotes, turn.documents.get(passage.document_id))
    named = f"<footer>{title_html(passage.title)}</footer>" if passage.title else ""
    return f"{above}<blockquote>{said}{days}{named}</blockquote>"


def _parted(text: str) -> tuple[str, str]:
    side, opens, quote = text.partition(_OPENS)
    return side, f"{opens[-1:]}{quote}"
