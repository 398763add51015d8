"""Answers to what the chat page shows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rag.cite import read_markers
from rag.page.examples import examples_of
from rag.page.limits import HINT as LIMITS_HINT
from rag.page.limits import Limits, outlets_of, within_html
from rag.page.markup import days_html, direction, escaped, latin, title_html
from rag.page.overview import overview_html
from rag.page.problems import UNEXPECTED, Problem, problem_of
from rag.page.sources import marked_passage, markers_html, sources_html
from rag.page.turn import Turn, finished_answers
from rag.report import INSTEAD_HEADING
from rag.types import VERBATIM, Document, Sentence

__all__ = [
    "ICON",
    "KEYS",
    "LIMITS_HINT",
    "NAME",
    "UNEXPECTED",
    "Limits",
    "Problem",
    "Turn",
    "answer_html",
    "articles_count",
    "escaped",
    "examples_of",
    "finished_answers",
    "header_html",
    "marked_passage",
    "outlets_of",
    "problem_of",
    "sources_html",
    "turn_html",
]

NAME = "مُسنَد"
ICON = Path(__file__).with_name("icon.svg")

KEYS = f'<p dir="rtl">{latin("Enter")} يرسل السؤال، و{latin("Shift+Enter")} يبدأ سطراً جديداً.</p>'

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
    "quoted": "أقرب ما في المقالات إلى سؤالك، بلفظه.",
    "declined": "لم يُكتب شيء من خارج المقالات. تجد أدناه أقرب المقاطع إلى سؤالك.",
    "stopped": "لم تكتمل الإجابة ولم تُراجَع. اطرح سؤالك من جديد متى شئت.",
}
# Of an answer whose sentences were chosen to cover a whole, by what it is.
_OVERVIEWS = {
    "summary": "جملٌ من المقال بلفظها وعلى ترتيبها فيه، اختيرت لتحيط بأبرز ما جاء فيه.",
    "said": "أقرب ما ورد في المقالات إلى موضوع سؤالك، بلفظه.",
    "comparison": "أقرب ما ورد في المقالات عن كلٍّ من الطرفين، بلفظه.",
}
_NOTHING_WITHIN = "ليس في حدود هذا الحصر ما يتصل بسؤالك. وسّعه أو ألغه، ثم اسأل من جديد."
_NOTHING = "ليس في المقالات ما يتصل بسؤالك."
_MAYBE_BEYOND = " وقد يكون الجواب خارج هذا الحصر."
_COMMAND = re.compile("`([^`]+)`")


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
    """The question and, as far as it is there, the answer, with what its search was narrowed to."""
    state, question, note = turn.state, turn.answer.question, _note(turn)
    noted = f'<p class="note">{note}</p>' if note else ""
    return (
        f'<h2 class="question" {direction(question)}>{escaped(question)}</h2>'
        f'<div class="answer {state}" dir="rtl">'
        f'<p class="status" role="status">{_STATUSES[state]}</p>{_body(turn)}{noted}'
        f"{_suggestions(turn.answer.suggestions)}{within_html(turn.within)}</div>"
    )


def _note(turn: Turn) -> str:
    if turn.state == "quoted" and turn.answer.overview:
        return _OVERVIEWS[turn.answer.overview]
    if turn.state != "declined":
        return _NOTES.get(turn.state, "")
    if not turn.answer.hits:
        return _NOTHING_WITHIN if turn.within else _NOTHING
    return _NOTES["declined"] + (_MAYBE_BEYOND if turn.within else "")


def _body(turn: Turn) -> str:
    if turn.problem:
        return _problem(turn.problem)
    if turn.answer.status == "writing":
        # The model's markers are hints to the program; a reader would see them come and go.
        numbers = {item.number for item in turn.answer.evidence}
        draft, _ = read_markers(turn.answer.draft, numbers)
        return f'<p class="draft">{escaped(draft)}</p>'
    if turn.answer.overview and turn.answer.citations:
        return overview_html(turn)
    blocks: list[str] = []
    prose: list[str] = []
    for sentence in turn.answer.sentences:
        marked = "".join(
            f"{escaped(text)}{markers_html(turn.number, numbers)}"
            for text, numbers in sentence.pieces
        )
        if sentence.places or _is_quotation(sentence):
            blocks += _paragraph(prose)
            prose = []
            blocks.append(_quotation(sentence, marked, turn.documents))
        else:
            prose.append(marked)
    return "".join(blocks + _paragraph(prose))


def _problem(problem: Problem) -> str:
    detail = (
        f'<p class="detail" dir="ltr" lang="en">{escaped(problem.detail)}</p>'
        if problem.detail
        else ""
    )
    text = _COMMAND.sub(lambda command: latin(command[1]), escaped(problem.text))
    return f'<div class="problem" role="alert"><p>{text}</p>{detail}</div>'


def _paragraph(prose: Sequence[str]) -> list[str]:
    return [f'<p class="said">{" ".join(prose)}</p>'] if prose else []


def _is_quotation(sentence: Sentence) -> bool:
    return sentence.reason == VERBATIM


def _quotation(sentence: Sentence, marked: str, documents: Mapping[str, Document]) -> str:
    """The words of one article above its title, or those of several that the text names itself."""
    title = sentence.citations[0].passage.title
    named = escaped(sentence.reason) if sentence.places else title and title_html(title)
    footer = f"<footer>{named}</footer>" if named else ""
    days = "".join(
        days_html([citation.quote], documents.get(citation.passage.document_id))
        for citation in sentence.citations
    )
    return f"<blockquote><p>{marked}</p>{days}{footer}</blockquote>"


def _suggestions(questions: Sequence[str]) -> str:
    """What could be asked instead, each a button that asks it: chat.js."""
    if not questions:
        return ""
    buttons = "".join(
        f'<li><button type="button" class="suggestion">{escaped(question)}</button></li>'
        for question in questions
    )
    return f'<div class="suggestions"><p>{INSTEAD_HEADING}</p><ul>{buttons}</ul></div>'
