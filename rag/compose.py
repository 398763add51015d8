"""Draft and evidence to the sentences of an answer: checked, quoted or declined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.arabic import (
    arabic_share,
    asked_for,
    content_stems,
    numbers,
    says_more,
    words,
)
from rag.cite import attribute, split_draft
from rag.embed.interaction import NearnessByPlace
from rag.quotation import (
    SHORTEST,
    UNKNOWN,
    Part,
    name_before,
    nearness_of,
    quote,
    rests,
    stands_alone,
    verbatim,
    whole,
)
from rag.span import is_cut_from, span_of
from rag.types import DECLINED, VERBATIM, Evidence, Sentence, Status
from rag.verify import Checker

_ARABIC = 0.5  # of the letters of a sentence
_NEAR = 1.5  # of the best score; what another article says beyond that is of something else
_SAME = 0.8  # of a quotation's words, in another one
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WORTH = 4  # words that what the model wrote must save a reader, or the source speaks itself


@dataclass(frozen=True, slots=True)
class Composer:
    """Turns what the model wrote into what a reader may see.

    What the model wrote must point at words of the best evidence (`span_of`). If it passes the
    check, only leaves some of these out and is shorter, it is shown, with the evidence quoted
    beside it; else these words are, at most `longest_sentence`. With `own_words` the check is
    enough. Where it points at none, the best evidence is the answer.
    At most `quotes` quotations beside an answer and `quotes_alone` in place of one, of other
    articles only what is nearly as near, and at most `longest_words` in all; a quotation that does
    not fit is cut to the part nearest the question. `near` is how near the words of the question
    come to those of the evidence; without it those that both have count.
    """

    checker: Checker
    quotes: int = 2
    quotes_alone: int = 3
    longest_words: int = 60
    longest_sentence: int = 25
    own_words: bool = False

    def checked(self, draft: str, evidence: Sequence[Evidence], *, question: str) -> list[Sentence]:
        """The sentences of a draft, each with what it rests on and whether that holds it."""
        return [
            self._checked(text, evidence, hints=hints, question=question)
            for text, hints in split_draft(draft, {item.number for item in evidence})
        ]

    def finished(
        self,
        written: Sequence[Sentence],
        evidence: Sequence[Evidence],
        *,
        question: str,
        near: NearnessByPlace = UNKNOWN,
    ) -> tuple[Status, tuple[Sentence, ...]]:
        """The status and the sentences of an answer, of those that were checked."""
        best, *others = _near(evidence)
        said = self._kept(self._said(sentence, best, question) for sentence in written)
        if not said:
            # What the model wrote is not to be shown, but it often leaned on the right words.
            leaned = {citation.number for sentence in written for citation in sentence.citations}
            second = [item for item in others if item.number in leaned][:1]
            return "quoted", self.quoted([best, *second, *others], question=question, near=near)
        left, following = [*rests(best, said)], [*map(whole, others)]
        # What is left of the best may be its «وفق ما ذكرت الوكالة», and the next one what answers.
        first = max((nearness_of(part, near) for part in following[:1]), default=0.0)
        ahead = [rest for rest in left if nearness_of(rest, near) >= first]
        parts = [*ahead, *following, *(rest for rest in left if rest not in ahead)]
        return "answered", (*said, *self._quotations(parts, said, question, near, most=self.quotes))

    def quoted(
        self, evidence: Sequence[Evidence], *, question: str, near: NearnessByPlace = UNKNOWN
    ) -> tuple[Sentence, ...]:
        """The best evidence, word for word."""
        parts = map(whole, _near(evidence))
        return self._quotations(parts, (), question, near, most=self.quotes_alone)

    def declined(self) -> tuple[Sentence, ...]:
        """The one sentence that says the articles do not tell."""
        return (Sentence(DECLINED),)

    def _checked(
        self, text: str, evidence: Sequence[Evidence], *, hints: Sequence[int], question: str
    ) -> Sentence:
        citations = attribute(text, evidence, hints=hints)
        best = evidence[0].passage if evidence else None
        verdict = self.checker.check(text, citations, question=question, best=best)
        if verdict.is_supported and not says_more(text, question):
            return Sentence(text, citations, False, "الجملة تعيد السؤال ولا تجيب عنه")
        if arabic_share(text) < _ARABIC:
            return Sentence(text, citations, False, "الجملة ليست بالعربية")
        return Sentence(text, citations, verdict.is_supported, verdict.reason)

    def _said(self, sentence: Sentence, best: Evidence, question: str) -> Sentence | None:
        """A sentence as it may be shown: as written, in the source's words, or not at all."""
        longest = self.longest_sentence
        span = span_of(sentence.text, best.quote, question=question, longest=longest)
        if not span:
            return None
        quotation = verbatim(best, *span, name=name_before(best, span[0]))
        if not stands_alone(best, *span) or arabic_share(quotation.text) < _ARABIC:
            return None
        is_shorter = len(sentence.text.split()) + _WORTH <= len(quotation.text.split())
        # What a small model adds or turns round is what it gets wrong.
        is_kept = self.own_words or is_cut_from(sentence.text, best.quote[slice(*span)])
        shown = sentence if sentence.supported and is_shorter and is_kept else quotation
        # «سعاد حسني (1943 - 2001)» tells when she lived, not who she was.
        is_told = asked_for(question).kind != "other" or says_more(
            _BRACKETED.sub(" ", shown.text), question
        )
        return shown if is_told else None

    def _kept(self, said: Iterable[Sentence | None]) -> list[Sentence]:
        """The sentences that may be shown, each once, up to the first there is no room for."""
        kept: dict[str, Sentence] = {}
        left = self.longest_words
        for sentence in said:
            plain = " ".join(words(sentence.text)) if sentence else ""
            if not sentence or plain in kept:
                continue
            left -= len(sentence.text.split())
            if left < 0:
                break
            kept[plain] = sentence
        return list(kept.values())

    def _quotations(
        self,
        parts: Iterable[Part],
        said: Sequence[Sentence],
        question: str,
        near: NearnessByPlace,
        *,
        most: int,
    ) -> tuple[Sentence, ...]:
        """Quotations of what is not said yet, at most so many and as long as there is room for."""
        texts = [" ".join(words(sentence.text)) for sentence in said]
        quoted = [sentence.text for sentence in said if sentence.reason == VERBATIM]
        left = self.longest_words - sum(len(sentence.text.split()) for sentence in said)
        wanted = {s for text in (question, *texts) for s in content_stems(text)}
        quotations: list[Sentence] = []
        asked = asked_for(question)
        for part in parts:
            if len(quotations) == most or left < SHORTEST:
                break
            quotation = quote(part, longest=left, wanted=wanted, question=question, near=near)
            plain = " ".join(words(quotation.text))
            [cited] = quotation.citations
            is_cut = len(cited.quote) < len(part[0].quote[part[1] : part[2]].strip())
            if texts and is_cut and not asked.is_held_by(cited.quote, besides=question):
                continue  # the room that is left is for what answers
            # What was all in another script leaves nothing to show.
            if (
                plain
                and not any(plain in text for text in texts)
                and not any(_says_hardly_more(quotation.text, text) for text in quoted)
            ):
                texts.append(plain)
                quoted.append(quotation.text)
                quotations.append(quotation)
                left -= len(quotation.text.split())
        return tuple(quotations)


def _says_hardly_more(text: str, other: str) -> bool:
    """Whether a text has most of its words, and all its numbers, in common with another."""
    stems = set(content_stems(text))
    held = stems & set(content_stems(other))
    return len(held) >= _SAME * len(stems) and numbers(text) <= numbers(other)


def _near(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The best evidence, what else its article says, and what others say that is as near."""
    return [
        item
        for item in evidence
        if item.passage.document_id == evidence[0].passage.document_id
        or item.score >= evidence[0].score - _NEAR
    ]
