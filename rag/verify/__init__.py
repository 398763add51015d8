"""Sentence to verdict: whether the cited words support it, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.arabic import (
    Asked,
    asked_for,
    content_stems,
    focus,
    has_form,
    normalise,
)
from rag.types import Citation, Passage
from rag.verify.alignment import Alignment, align
from rag.verify.contrasts import (
    missing_amount,
    negated_otherwise,
    of_something_else,
    opposite,
    renamed,
    vague_misfit,
    wrong_unit,
)
from rag.verify.licences import is_neutral
from rag.verify.limits import bound_left_out, is_taken_back
from rag.verify.names import shortened
from rag.verify.parts import clauses
from rag.verify.reading import Word, read
from rag.verify.roles import main_line, misplaced
from rag.verify.variants import attributed, in_order, other_voice

__all__ = ["Checker", "Verdict", "is_taken_back"]

_TURNS = 2  # in another voice, then in another order
_LATIN = re.compile(r"[a-z\u00df-\u024f]{2,}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check says of one sentence; `reason` is one line of Arabic."""

    is_supported: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Checker:
    """A deterministic check of a sentence against the words it cites.

    `coverage` is the share of the sentence's content words that the cited words must hold; that
    the question has a word is no excuse.
    """

    coverage: float = 1.0

    def check(
        self,
        sentence: str,
        citations: Sequence[Citation],
        *,
        question: str = "",
        best: Passage | None = None,
    ) -> Verdict:
        """Whether the cited words support the sentence.

        `best` is the passage that fits the question best: a sentence that rests on another one
        must not speak of what only the best one names.
        """
        said, (given, cited) = read(sentence), _source(citations)
        if not said:
            return Verdict(False, "جملة بلا مضمون")
        source = " ".join(part for c in citations for part in (c.quote, c.passage.title))
        found = align(said, given)
        reason = (
            _missing(sentence, source, said, [word for word in given if word.place in cited])
            or _off_question(sentence, source, question)
            or _off_focus(sentence, source, question)
            or _borrowed(sentence, citations, best)
            or self._unsaid(found, cited)
        )
        return Verdict(not reason, reason or "كل ما في الجملة يرد في المصدر")

    def _unsaid(self, found: Alignment, cited: frozenset[int], *, turns: int = _TURNS) -> str:
        """Why the source does not say it, neither as a whole nor clause by clause.

        `turns` is how often it may still be told in another voice or order.
        """
        told = attributed(found.sentence)
        if told:  # whoever is named behind «بحسب» has to have said it
            return self._unsaid(align(told, found.source), cited, turns=turns)
        reason = _contradiction(found) or self._uncovered(found, cited)
        if not reason:
            return ""
        other = (other_voice(found) or in_order(found)) if turns else ()
        if other and not self._unsaid(align(other, found.source), cited, turns=turns - 1):
            return ""
        short = shortened(found)
        if short and not self._unsaid(align(short, found.source), cited, turns=turns):
            return ""
        parts = (align(part, found.source) for part in clauses(found))
        reasons = [self._unsaid(part, cited, turns=turns) for part in parts]
        return next(filter(None, reasons), "") if reasons else reason

    def _uncovered(self, found: Alignment, cited: frozenset[int]) -> str:
        """Which words the source lacks, or has elsewhere; empty where all is well."""
        neutral = {i for i in found.absent if is_neutral(found, i)}
        weighed = len(found.sentence) - len(neutral)
        if not weighed:
            return "جملة بلا مضمون"
        absent = [found.sentence[i].form for i in found.absent if i not in neutral]
        if weighed - len(absent) < self.coverage * weighed:
            return f"كلمات لا ترد في المصدر: {'، '.join(absent[:3])}"
        main = main_line(found)
        place = misplaced(found, main)
        if place:
            return f"موضع الكلمة يختلف عن المصدر: {place}"
        if sum(place in cited for place in main.values()) * 2 <= len(main):
            return "الجملة من غير الكلام المقتبس"
        return ""


def _missing(sentence: str, source: str, said: Sequence[Word], cited: Sequence[Word]) -> str:
    """Which number or Latin word only the sentence has; empty if the source has them all."""
    amount = missing_amount(said, cited)
    if amount:
        return f"رقم لا يرد في المصدر: {amount}"
    latin = set(_LATIN.findall(normalise(sentence))) - set(_LATIN.findall(normalise(source)))
    return f"اسم لا يرد في المصدر: {min(latin)}" if latin else ""


def _contradiction(found: Alignment) -> str:
    """Why the source says otherwise; empty where it does not."""
    name = renamed(found)
    if name:
        return f"اسم لا يرد في المصدر: {name}"
    amount = wrong_unit(found.sentence, found.source) or vague_misfit(found.sentence, found.source)
    if amount:
        return f"الكمية تختلف عن المصدر: {amount}"
    negated = negated_otherwise(found)
    if negated:
        return f"النفي يختلف عن المصدر عند: {negated}"
    main = main_line(found)
    contrary = opposite(found, main)
    if contrary:
        return f"المصدر يقول خلاف ذلك: {contrary[0]} وفيه {contrary[1]}"
    bound = bound_left_out(found, main)
    if bound:
        return f"المصدر يقيّد ما قيل هنا: {bound}"
    other = of_something_else(found, main)
    return f"الرقم {other[0]} في المصدر لغير ما قيل هنا: {other[1]}" if other else ""


def _source(citations: Sequence[Citation]) -> tuple[list[Word], frozenset[int]]:
    """The words of titles and passages, and the places of those that are cited.

    The rest of a passage tells who is meant by «he» and «the company» in the cited words.
    """
    found: list[Word] = []
    cited: set[int] = set()
    for text, is_cited in _parts(citations):
        start = len(found)
        found = read(text, found)
        cited |= set(range(start, len(found))) if is_cited else set()
    return found, frozenset(cited)


def _parts(citations: Sequence[Citation]) -> Iterator[tuple[str, bool]]:
    """Titles and passages in parts, each of which is cited or not."""
    for passage in dict.fromkeys(citation.passage for citation in citations):
        yield passage.title, True
        last = 0
        for start, end in sorted({(c.start, c.end) for c in citations if c.passage == passage}):
            first, stop = max(start - passage.start, last), max(end - passage.start, last)
            yield passage.text[last:first], False
            yield passage.text[first:stop], True
            last = stop
        yield passage.text[last:], False


def _off_question(sentence: str, source: str, question: str) -> str:
    """Why the sentence does not give what the question asks for; empty if it does."""
    asked = asked_for(question)
    # What is counted may be understood in the sentence, but must stand in the source.
    wanted = "موعدا" if asked.kind == "time" else "العدد المطلوب"
    if not Asked(asked.kind).is_held_by(sentence, besides=question):
        return f"الجملة لا تذكر {wanted}"
    return "" if asked.is_held_by(source) else f"المصدر لا يذكر {wanted}"


def _off_focus(sentence: str, source: str, question: str) -> str:
    named = focus(question)
    is_said = bool(named) and has_form(named, set(content_stems(sentence)))
    if is_said and not has_form(named, set(content_stems(source))):
        return f"المصدر لا يذكر ما سُئل عنه: {named}"
    return ""


def _borrowed(sentence: str, citations: Sequence[Citation], best: Passage | None) -> str:
    """Which word only the best passage has, not those cited; empty if there is none."""
    if best is None or best in [citation.passage for citation in citations]:
        return ""
    here = {s for c in citations for s in content_stems(f"{c.passage.title} {c.passage.text}")}
    there = set(content_stems(f"{best.title} {best.text}"))
    for word in dict.fromkeys(content_stems(sentence)):
        if word in there and word not in here and not has_form(word, here):
            return f"كلمة من مصدر آخر: {word}"
    return ""
