"""The evidence of an answer to the cards under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.arabic import normalise
from rag.page.markup import (
    apart,
    date_html,
    days_html,
    direction,
    escaped,
    file_name,
    latin,
    title_html,
)
from rag.page.turn import Turn
from rag.types import Document, Passage, Span

NEAREST = 3  # passages shown where no evidence was chosen

_MOST_COPIES = 3  # in one line; more of them are opened
_INFERRED = "تاريخ مستنتج من النص"


def sources_html(turn: Turn) -> str:
    """The evidence by article, numbered; each piece opens the whole passage it is from.

    Order and numbers are the same from the first snapshot of an answer to its last.
    """
    if turn.problem:
        return ""
    spans: Sequence[Span] = turn.answer.evidence or [
        Span(number, hit.passage, hit.passage.start, hit.passage.start)
        for number, hit in enumerate(turn.answer.hits[:NEAREST], start=1)
    ]
    if not spans:
        return ""
    articles: dict[str, list[Span]] = {}
    for span in spans:
        articles.setdefault(span.passage.document_id, []).append(span)
    listed = "".join(_article(turn, of_article) for of_article in articles.values())
    legend = '<span class="legend">مُستشهَد به في الإجابة</span>' if turn.answer.citations else ""
    heading = f"<h3>أقرب ما وُجد في المقالات{legend}</h3>"
    return f'<section class="sources" dir="rtl">{heading}{listed}</section>'


def marked_passage(passage: Passage, spans: Iterable[Span]) -> str:
    """The passage with the words of the spans in `<mark>`; where spans overlap they are one."""
    pieces: list[str] = []
    done = 0
    places = ((span.start - passage.start, span.end - passage.start) for span in spans)
    for start, end in sorted(places):
        start, end = max(start, done), min(end, len(passage.text))
        if start < end:
            pieces.append(escaped(passage.text[done:start]))
            pieces.append(f"<mark>{escaped(passage.text[start:end])}</mark>")
            done = end
    return "".join(pieces) + escaped(passage.text[done:])


def source_id(turn: int, number: int) -> str:
    """The id of the card of `[number]` in a turn, to which its markers lead."""
    return f"turn-{turn}-source-{number}"


def markers_html(turn: int, numbers: Iterable[int]) -> str:
    """The `[n]` of citations, each of which leads to its card."""
    return "".join(
        # The space keeps the marker a word of its own where the answer is copied.
        f'&nbsp;<a class="marker" href="#{source_id(turn, number)}"'
        f' aria-label="المصدر {number}"><bdi>[{number}]</bdi></a>'
        for number in dict.fromkeys(numbers)
    )


def _article(turn: Turn, spans: Sequence[Span]) -> str:
    passage = spans[0].passage
    document = turn.documents.get(passage.document_id)
    copies = turn.answer.copies.get(passage.document_id, ())
    listed = _copies(copies, passage.title, name=f"turn-{turn.number}-copies-{spans[0].number}")
    pieces = "".join(_piece(turn, span, document) for span in spans)
    return (
        f'<div class="article"><h4>{title_html(passage.title or "بلا عنوان")}</h4>'
        f'<p class="outlet">{_outlet(document, passage)}</p>{listed}{pieces}</div>'
    )


def _piece(turn: Turn, span: Span, document: Document | None) -> str:
    passage = span.passage
    origin = _origin(document, passage)
    citations = [item for item in turn.answer.citations if item.number == span.number]
    snippet = " ".join((span.quote or passage.text).split())
    days = days_html([item.quote for item in citations] or [snippet], document)
    return (
        f'<details class="source{" cited" if citations else ""}"'
        f' id="{source_id(turn.number, span.number)}"><summary>'
        f'<span class="number">{span.number}</span>'
        f'<span class="snippet" {direction(snippet)}>{escaped(snippet)}</span>'
        '<span class="whole">المقطع كاملاً</span></summary>'
        f'<div class="passage" {direction(passage.text)}>'
        f"{marked_passage(passage, citations or [span])}</div>{days}{origin}</details>"
    )


def _outlet(document: Document | None, passage: Passage) -> str:
    """One line under a title: where it appeared, by whom and when, or at least in which file."""
    known = [apart(part) for part in (document.source, document.author) if part] if document else []
    if document and document.published:
        known.append(_day(document))
    return " · ".join(known or [apart(file_name(passage.path))])


def _day(document: Document, note: str = _INFERRED) -> str:
    """The day of publication, and whether it is sure."""
    day = date_html(document.published or "")
    return f"{day} ({note})" if document.is_inferred else day


def _copies(copies: Sequence[Document], title: str, *, name: str) -> str:
    """One line that says where else the article appeared, or what opens into a list of it."""
    told = list(dict.fromkeys(_copy(copy, title) for copy in copies))
    if not told:
        return ""
    if len(told) <= _MOST_COPIES:
        return f'<p class="copies">نُشر أيضاً في: {"؛ ".join(told)}</p>'
    listed = "".join(f"<li>{copy}</li>" for copy in told)
    return (
        f'<details class="copies" id="{name}"><summary>نُشر أيضاً في:'
        f'<span class="some"> {told[0]}؛ {told[1]}؛ <span class="more">وفي مواضع أخرى</span></span>'
        f"</summary><ul>{listed}</ul></details>"
    )


def _copy(copy: Document, title: str) -> str:
    place = copy.source or file_name(copy.path) or "موضع بلا اسم"
    told = apart(place)
    if copy.title.strip() and _plain(copy.title) != _plain(title):
        told += f" بعنوان «{title_html(copy.title)}»"
    if copy.published:
        note = "، تاريخ مستنتج" if copy.is_inferred else ""
        told += f" ({date_html(copy.published)}{note})"
    return told


def _plain(title: str) -> str:
    return " ".join(normalise(title).split())


def _origin(document: Document | None, passage: Passage) -> str:
    """What is known of where the article comes from; its address is text, never a link."""
    rows: list[tuple[str, str]] = []
    if document and document.source:
        rows.append(("المصدر", apart(document.source)))
    if document and document.author:
        rows.append(("الكاتب", apart(document.author)))
    if document and document.published:
        rows.append(("النشر", _day(document)))
    if document and document.url:
        rows.append(("الرابط", latin(document.url)))
    if passage.path:
        name = escaped(file_name(passage.path))
        rows.append(("الملف", f'<bdi dir="ltr" title="{escaped(passage.path)}">{name}</bdi>'))
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
    return f'<dl class="origin">{listed}</dl>' if listed else ""
