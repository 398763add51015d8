"""Draft and evidence to the sentences of an answer: checked, quoted or declined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.arabic import arabic_share, content_stems, has_form, is_allowed, numbers
from rag.cite import attribute, split_draft
from rag.types import DECLINED, Citation, Evidence, Sentence, Status
from rag.verify import Checker

_VERBATIM = "اقتباس حرفي"
_REPEATED = 0.8  # a sentence that holds this much of a quotation makes it superfluous


@dataclass(frozen=True, slots=True)
class Composer:
    """Turns what the model wrote into what a reader may see.

    A sentence that passes the check stays, with the best evidence quoted beside it; where none
    passes, the `quotes` best pieces of evidence are the answer. At most `longest_words` in all,
    but the first sentence always stands.
    """

    checker: Checker
    quotes: int = 2
    longest_words: int = 60

    def from_draft(
        self, draft: str, evidence: Sequence[Evidence], *, question: str
    ) -> tuple[Status, tuple[Sentence, ...]]:
        """The status and the sentences of a finished answer."""
        written = [
            self._checked(text, evidence, hints=hints, question=question)
            for text, hints in split_draft(draft, {item.number for item in evidence})
        ]
        supported = [sentence for sentence in written if sentence.supported]
        if not supported:
            return "quoted", self.quoted(evidence)
        return "answered", self._within_length([*supported, *self._beside(supported, evidence)])

    def quoted(self, evidence: Sequence[Evidence]) -> tuple[Sentence, ...]:
        """The best evidence, word for word."""
        return self._within_length([_quotation(item) for item in evidence[: self.quotes]])

    def declined(self) -> tuple[Sentence, ...]:
        """The one sentence that says the articles do not tell."""
        return (Sentence(DECLINED),)

    def _checked(
        self, text: str, evidence: Sequence[Evidence], *, hints: Sequence[int], question: str
    ) -> Sentence:
        citations = attribute(text, evidence, hints=hints)
        best = evidence[0].passage if evidence else None
        verdict = self.checker.check(text, citations, question=question, best=best)
        if verdict.is_supported and _adds_nothing(text, question):
            return Sentence(text, citations, False, "الجملة تعيد السؤال ولا تجيب عنه")
        if arabic_share(text) < 0.5:
            return Sentence(text, citations, False, "الجملة ليست بالعربية")
        return Sentence(text, citations, verdict.is_supported, verdict.reason)

    def _beside(
        self, sentences: Sequence[Sentence], evidence: Sequence[Evidence]
    ) -> list[Sentence]:
        """What of the best evidence the sentences do not repeat already."""
        said = {s for sentence in sentences for s in content_stems(sentence.text)}
        return [
            _quotation(item)
            for item in evidence[: self.quotes]
            if len(said & (stems := set(content_stems(item.quote)))) < _REPEATED * len(stems)
        ]

    def _within_length(self, sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
        kept: list[Sentence] = []
        left = self.longest_words
        for sentence in sentences:
            left -= len(sentence.text.split())
            if kept and left < 0:
                break
            kept.append(sentence)
        return tuple(kept)


def _quotation(item: Evidence) -> Sentence:
    # Words in other scripts are no use to the reader of the answer; the citation keeps them.
    shown = "".join(filter(is_allowed, item.quote))
    text = f"«{' '.join(shown.split())}»"
    return Sentence(
        text, (Citation(item.number, item.passage, item.start, item.end),), True, _VERBATIM
    )


def _adds_nothing(text: str, question: str) -> bool:
    asked = set(content_stems(question))
    fresh = [s for s in content_stems(text) if not has_form(s, asked)]
    return not fresh and not numbers(text) - numbers(question)
