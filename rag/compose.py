"""Draft and evidence to the sentences of an answer: checked, quoted or declined."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rag.arabic import arabic_share, asked_for, content_stems, is_allowed, says_more, words
from rag.cite import attribute, split_draft
from rag.types import DECLINED, Citation, Evidence, Sentence, Status
from rag.verify import Checker

_VERBATIM = "اقتباس حرفي"
SHORTEST = 8  # words; less of a quotation tells a reader nothing
_ENDS = '.؟?!…»)]"'  # of a sentence; a long one without is where the model was stopped


@dataclass(frozen=True, slots=True)
class Composer:
    """Turns what the model wrote into what a reader may see.

    A sentence that passes the check stays, with the words it rests on quoted beside it; where none
    passes, the best evidence is the answer. At most `quotes` quotations beside an answer and
    `quotes_alone` in place of one, and at most `longest_words` in all; a quotation that does not
    fit is cut to the part nearest the question. A sentence of more than `longest_sentence` words
    ends at an earlier comma if what comes before it answers by itself.
    """

    checker: Checker
    quotes: int = 2
    quotes_alone: int = 3
    longest_words: int = 60
    longest_sentence: int = 25

    def checked(self, draft: str, evidence: Sequence[Evidence], *, question: str) -> list[Sentence]:
        """The sentences of a draft, each with what it rests on and whether that holds it."""
        check = partial(self._checked, evidence=evidence, question=question)
        return [
            self._shortened(check(text, hints=hints), partial(check, hints=hints), question)
            for text, hints in split_draft(draft, {item.number for item in evidence})
        ]

    def finished(
        self, written: Sequence[Sentence], evidence: Sequence[Evidence], *, question: str
    ) -> tuple[Status, tuple[Sentence, ...]]:
        """The status and the sentences of an answer, of those that were checked."""
        supported = self._kept(written)
        if not supported:
            # What the model wrote is not to be shown, but it often leaned on the right words.
            leaned = {citation.number for sentence in written for citation in sentence.citations}
            second = [item for item in evidence[1:] if item.number in leaned][:1]
            return "quoted", self.quoted([*evidence[:1], *second, *evidence[1:]], question=question)
        cited = {citation.number for sentence in supported for citation in sentence.citations}
        # The best evidence gets its room first: a sentence that does not rest on it is the likelier
        # to be beside the point. What the sentence rests on comes second, and is still read first.
        near = [item for item in evidence if item.number in cited or item.number <= self.quotes]
        near.sort(key=lambda item: (item.number != 1, item.number not in cited))
        quotations = sorted(
            self._quotations(near, supported, question, most=self.quotes),
            key=lambda quotation: quotation.citations[0].number not in cited,
        )
        return "answered", (*supported, *quotations)

    def quoted(self, evidence: Sequence[Evidence], *, question: str) -> tuple[Sentence, ...]:
        """The best evidence, word for word."""
        return self._quotations(evidence, (), question, most=self.quotes_alone)

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
        if arabic_share(text) < 0.5:
            return Sentence(text, citations, False, "الجملة ليست بالعربية")
        return Sentence(text, citations, verdict.is_supported, verdict.reason)

    def _shortened(
        self, sentence: Sentence, check: Callable[[str], Sentence], question: str
    ) -> Sentence:
        if len(sentence.text.split()) <= self.longest_sentence or not sentence.supported:
            return sentence
        commas = list(re.finditer(r"\s*[،؛]", sentence.text))
        # Any number passes for the one that is asked for, and the right one may come last.
        if asked_for(question).kind == "other":
            for head in (sentence.text[: comma.start()] for comma in reversed(commas)):
                if len(head.split()) <= self.longest_sentence and _is_closed(head):
                    shorter = check(f"{head}.")
                    if shorter.supported:
                        return shorter
        if sentence.text[-1] in _ENDS:
            return sentence
        return replace(sentence, supported=False, reason="الجملة لم تكتمل")

    def _kept(self, written: Iterable[Sentence]) -> list[Sentence]:
        """The supported sentences, each once, up to the first that there is no room for."""
        kept: dict[str, Sentence] = {}
        left = self.longest_words
        for sentence in written:
            plain = " ".join(words(sentence.text))
            if not sentence.supported or plain in kept:
                continue
            left -= len(sentence.text.split())
            if left < 0:
                break
            kept[plain] = sentence
        return list(kept.values())

    def _quotations(
        self, evidence: Iterable[Evidence], said: Sequence[Sentence], question: str, *, most: int
    ) -> tuple[Sentence, ...]:
        """Quotations of what is not said yet, at most so many and as long as there is room for."""
        texts = [" ".join(words(sentence.text)) for sentence in said]
        left = self.longest_words - sum(len(sentence.text.split()) for sentence in said)
        wanted = {s for text in (question, *texts) for s in content_stems(text)}
        quotations: list[Sentence] = []
        for item in evidence:
            if len(quotations) == most or left < SHORTEST:
                break
            quotation = quote(item, longest=left, wanted=wanted)
            plain = " ".join(words(quotation.text))
            # What was all in another script leaves nothing to show.
            if plain and not any(plain in text for text in texts):
                texts.append(plain)
                quotations.append(quotation)
                left -= len(quotation.text.split())
        return tuple(quotations)


def quote(item: Evidence, *, longest: int, wanted: set[str]) -> Sentence:
    """The evidence word for word, or its `longest` consecutive words that hold most of `wanted`."""
    places = [match.span() for match in re.finditer(r"\S+", item.quote)]
    first, last = 0, len(places) - 1
    if len(places) > longest:
        stems = [set(content_stems(item.quote[a:b])) for a, b in places]
        starts = range(len(places) - longest + 1)
        first = max(starts, key=lambda n: len(wanted & set().union(*stems[n : n + longest])))
        last = first + longest - 1
    start, end = places[first][0], places[last][1]
    # Words in other scripts are no use to the reader of the answer; the citation keeps them.
    shown = " ".join("".join(filter(is_allowed, item.quote[start:end])).split())
    text = f"«{'…' * (first > 0)}{shown}{'…' * (last < len(places) - 1)}»"
    citation = Citation(item.number, item.passage, item.start + start, item.start + end)
    return Sentence(text, (citation,), True, _VERBATIM)


def _is_closed(text: str) -> bool:
    """Whether every bracket and quotation mark that opens in a text closes there."""
    pairs = (("«", "»"), ("(", ")"), ("[", "]"), ("“", "”"))
    return all(text.count(a) == text.count(b) for a, b in pairs) and text.count('"') % 2 == 0
