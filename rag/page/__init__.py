"""Answers to what the chat page shows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePath, PureWindowsPath

from rag.arabic import arabic_share
from rag.types import Answer, Citation, Document, Passage, Sentence, Span

NAME = "مُسنَد"
ICON = Path(__file__).with_name("icon.svg")
NEAREST = 3  # passages shown where no evidence was chosen

_STATUSES = {
    "searching": "يُبحث في المقالات…",
    "writing": "تُكتب الإجابة وتُراجَع…",
    "answered": "إجابة مُسنَدة",
    "quoted": "اقتباس حرفي",
    "declined": "لا جواب في المقالات",
    "stopped": "أُوقفت الكتابة",
    "failed": "تعذّرت الإجابة",
}
_NOTES = {
    "quoted": "لم تثبت صياغةٌ أمام المراجعة، فهذا أقرب ما في المقالات بلفظه.",
    "declined": "لم يُكتب شيء من خارج المقالات. تجد أدناه أقرب المقاطع إلى سؤالك.",
    "stopped": "لم تكتمل الإجابة ولم تُراجَع. اطرح سؤالك من جديد متى شئت.",
}
_MONTHS = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر".split()
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and what has become of it so far."""

    number: int  # from 1; it makes the ids of its sources unlike those of other turns
    answer: Answer
    documents: Mapping[str, Document] = field(default_factory=dict)  # of its passages, by id
    problem: str = ""  # why there is no answer, in one line
    is_stopped: bool = False

    @property
    def state(self) -> str:
        """A finished answer's status, or `searching`, `writing`, `stopped`, `failed`."""
        if self.problem:
            return "failed"
        if self.answer.status != "writing":
            return self.answer.status
        if self.is_stopped:
            return "stopped"
        return "writing" if self.answer.hits else "searching"

    @property
    def is_open(self) -> bool:
        """Whether its answer is still to come."""
        return self.state in ("searching", "writing")


def finished_answers(turns: Iterable[Turn]) -> list[Answer]:
    """What a follow-up may lean on, oldest first."""
    return [turn.answer for turn in turns if turn.answer.status != "writing" and not turn.problem]


def header_html(articles: int) -> str:
    """The head of the page: the name, what it does, how many articles it reads."""
    return (
        f'<header class="head" dir="rtl"><h1>{NAME}</h1>'
        "<p>اسأل مقالاتك بالعربية؛ كل جملة في الجواب مربوطة بالمقطع الذي تستند إليه.</p>"
        f'<p class="count">{articles_count(articles)} في الفهرس</p></header>'
    )


def articles_count(number: int) -> str:
    """The number of articles as Arabic counts them.

    >>> [articles_count(n) for n in (0, 1, 2, 3, 18, 100, 103)]
    ['لا مقالات', 'مقال واحد', 'مقالان', '3 مقالات', '18 مقالاً', '100 مقال', '103 مقالات']
    """
    if number < 3:
        return ("لا مقالات", "مقال واحد", "مقالان")[number]
    last = number % 100
    noun = "مقالات" if 3 <= last <= 10 else "مقالاً" if last >= 11 else "مقال"
    return f"{number:,} {noun}"


def turn_html(turn: Turn) -> str:
    """A whole turn: the question, the answer and its sources."""
    return f'<article class="turn">{answer_html(turn)}{sources_html(turn)}</article>'


def answer_html(turn: Turn) -> str:
    """The question and, as far as it is there, the answer."""
    state, question = turn.state, turn.answer.question
    note = f'<p class="note">{_NOTES[state]}</p>' if state in _NOTES else ""
    return (
        f'<h2 class="question" {_direction(question)}>{escaped(question)}</h2>'
        f'<div class="answer {state}" dir="rtl">'
        f'<p class="status" role="status">{_STATUSES[state]}</p>{_body(turn)}{note}</div>'
    )


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


def arabic_date(published: str) -> str:
    """An ISO 8601 date as a reader writes it; anything else as it stands.

    >>> arabic_date("2024-06-21")
    '21 يونيو 2024'
    """
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return published
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def escaped(text: str) -> str:
    """Text that means nothing to a browser but itself."""
    # A lone surrogate, which JSON articles can hold, cannot be sent as UTF-8.
    return html.escape(_LONE_SURROGATE.sub("\ufffd", text), quote=True)


def _body(turn: Turn) -> str:
    if problem := turn.problem:
        return f'<p class="problem" {_direction(problem)} role="alert">{escaped(problem)}</p>'
    if turn.answer.status == "writing":
        return f'<p class="draft">{escaped(turn.answer.draft)}</p>'
    blocks: list[str] = []
    prose: list[str] = []
    for sentence in turn.answer.sentences:
        markers = _markers(turn.number, sentence.citations)
        if _is_quotation(sentence):
            blocks += _paragraph(prose)
            prose = []
            blocks.append(_quotation(sentence, markers))
        else:
            prose.append(f"{escaped(sentence.text)}{markers}")
    return "".join(blocks + _paragraph(prose))


def _paragraph(prose: Sequence[str]) -> list[str]:
    return [f'<p class="said">{" ".join(prose)}</p>'] if prose else []


def _is_quotation(sentence: Sentence) -> bool:
    return bool(sentence.citations) and sentence.text[:1] == "«" and sentence.text[-1:] == "»"


def _quotation(sentence: Sentence, markers: str) -> str:
    title = sentence.citations[0].passage.title
    named = f"<footer>{_title(title)}</footer>" if title else ""
    return f"<blockquote><p>{escaped(sentence.text)}{markers}</p>{named}</blockquote>"


def _markers(turn: int, citations: Iterable[Citation]) -> str:
    numbers = dict.fromkeys(citation.number for citation in citations)
    return "".join(
        # The space keeps the marker a word of its own where the answer is copied.
        f'&nbsp;<a class="marker" href="#{_source_id(turn, number)}"'
        f' aria-label="المصدر {number}"><bdi>[{number}]</bdi></a>'
        for number in numbers
    )


def _article(turn: Turn, spans: Sequence[Span]) -> str:
    passage = spans[0].passage
    document = turn.documents.get(passage.document_id)
    pieces = "".join(_piece(turn, span, document) for span in spans)
    return (
        f'<div class="article"><h4>{_title(passage.title or "بلا عنوان")}</h4>'
        f'<p class="outlet">{_outlet(document, passage)}</p>{pieces}</div>'
    )


def _piece(turn: Turn, span: Span, document: Document | None) -> str:
    passage = span.passage
    origin = _origin(document, passage)
    citations = [item for item in turn.answer.citations if item.number == span.number]
    snippet = " ".join((span.quote or passage.text).split())
    return (
        f'<details class="source{" cited" if citations else ""}"'
        f' id="{_source_id(turn.number, span.number)}"><summary>'
        f'<span class="number">{span.number}</span>'
        f'<span class="snippet" {_direction(snippet)}>{escaped(snippet)}</span>'
        '<span class="whole">المقطع كاملاً</span></summary>'
        f'<div class="passage" {_direction(passage.text)}>'
        f"{marked_passage(passage, citations or [span])}</div>{origin}</details>"
    )


def _outlet(document: Document | None, passage: Passage) -> str:
    """One line under a title: where it appeared and when, or at least in which file it is."""
    known = (
        [document.source, document.published and arabic_date(document.published)]
        if document
        else []
    )
    parts = [part for part in known if part] or [_file_name(passage.path)]
    return " · ".join(f"<bdi>{escaped(part)}</bdi>" for part in parts if part)


def _origin(document: Document | None, passage: Passage) -> str:
    """What is known of where the article comes from; its address is text, never a link."""
    rows: list[tuple[str, str]] = []
    if document and document.source:
        rows.append(("المصدر", f"<bdi>{escaped(document.source)}</bdi>"))
    if document and document.published:
        rows.append(("النشر", f"<bdi>{escaped(arabic_date(document.published))}</bdi>"))
    if document and document.url:
        rows.append(("الرابط", f'<bdi dir="ltr">{escaped(document.url)}</bdi>'))
    if passage.path:
        name = escaped(_file_name(passage.path))
        rows.append(("الملف", f'<bdi dir="ltr" title="{escaped(passage.path)}">{name}</bdi>'))
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
    return f'<dl class="origin">{listed}</dl>' if listed else ""


def _title(title: str) -> str:
    return f"<bdi {_direction(title)}>{escaped(title)}</bdi>"


def _direction(text: str) -> str:
    """By most of its letters: `dir=auto` goes by the first, which may be of a foreign name."""
    return 'dir="rtl"' if arabic_share(text) >= 0.5 else 'dir="ltr"'


def _file_name(path: str | None) -> str:
    if not path:
        return ""
    return PureWindowsPath(path).name if "\\" in path else PurePath(path).name


def _source_id(turn: int, number: int) -> str:
    return f"turn-{turn}-source-{number}"
