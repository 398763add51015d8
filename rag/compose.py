"""Draft and evidence to the sentences of an answer: checked, quoted or declined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.arabic import (
    arabic_share,
    asked_for,
    content_stems,
    has_form,
    is_allowed,
    numbers,
    says_more,
    words,
)
from rag.cite import attribute, split_draft
from rag.span import CLAUSE_END, is_cut_from, span_of
from rag.types import DECLINED, VERBATIM, Citation, Evidence, Sentence, Status
from rag.verify import Checker, is_taken_back

SHORTEST = 8  # words; less of a quotation tells a reader nothing
_REST = 6  # words; what is left of a sentence may be what answers, less of it says nothing
_ARABIC = 0.5  # of the letters of a sentence
_NEAR = 1.5  # of the best score; what another article says beyond that is of something else
_SAME = 0.8  # of a quotation's words, in another one
_TRIED = 8  # parts of a sentence, until one stands alone
_TOLD_OF = re.compile(r"(?:هو|هي|هما|هم|هن)\s")
_NAME_ENDS = re.compile(r"[(\[،؛:]|\s(?:-|أو|المعروفة?)\s")
_LONGEST_NAME = 6  # words
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_CHECKER = Checker()  # of parts; that of an answer may be set otherwise
_WORTH = 4  # words that what the model wrote must save a reader, or the source speaks itself

Part = tuple[Evidence, int, int]  # characters of the evidence, from and to


@dataclass(frozen=True, slots=True)
class Composer:
    """Turns what the model wrote into what a reader may see.

    What the model wrote must point at words of the best evidence (`span_of`). If it passes the
    check, only leaves some of these out and is shorter, it is shown, with the evidence quoted
    beside it; else these words are, at most `longest_sentence`. With `own_words` the check is
    enough. Where it points at none, the best evidence is the answer.
    At most `quotes` quotations beside an answer and `quotes_alone` in place of one, of other
    articles only what is nearly as near, and at most `longest_words` in all; a quotation that does
    not fit is cut to the part nearest the question.
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
        self, written: Sequence[Sentence], evidence: Sequence[Evidence], *, question: str
    ) -> tuple[Status, tuple[Sentence, ...]]:
        """The status and the sentences of an answer, of those that were checked."""
        best, *others = _near(evidence)
        said = self._kept(self._said(sentence, best, question) for sentence in written)
        if not said:
            # What the model wrote is not to be shown, but it often leaned on the right words.
            leaned = {citation.number for sentence in written for citation in sentence.citations}
            second = [item for item in others if item.number in leaned][:1]
            return "quoted", self.quoted([best, *second, *others], question=question)
        near = [*_rests(best, said), *map(whole, others)]
        return "answered", (*said, *self._quotations(near, said, question, most=self.quotes))

    def quoted(self, evidence: Sequence[Evidence], *, question: str) -> tuple[Sentence, ...]:
        """The best evidence, word for word."""
        near = map(whole, _near(evidence))
        return self._quotations(near, (), question, most=self.quotes_alone)

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
        quotation = _verbatim(best, *span, name=_name_before(best, span[0]))
        if not _stands_alone(best, *span) or arabic_share(quotation.text) < _ARABIC:
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
        self, parts: Iterable[Part], said: Sequence[Sentence], question: str, *, most: int
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
            quotation = quote(part, longest=left, wanted=wanted, question=question)
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


def quote(part: Part, *, longest: int, wanted: set[str], question: str) -> Sentence:
    """A part word for word, or of at most `longest` words what holds most of `wanted`.

    Among those that hold as much come first what holds the kind of thing that is asked for, then
    whole clauses. Where none stands alone it is the beginning.
    """
    item, start, end = part
    found = re.finditer(r"\S+", item.quote[start:end])
    places = [(start + match.start(), start + match.end()) for match in found]
    final = len(places) - 1
    if final < longest:
        return _verbatim(item, places[0][0], places[-1][1])
    stems = [set(content_stems(item.quote[a:b])) for a, b in places]
    ends = [n for n, (a, b) in enumerate(places) if CLAUSE_END.search(item.quote[a:b])]
    starts = {0, *(n + 1 for n in ends)}
    stops = {final, *ends}
    clauses = (
        (first, max((n for n in stops if first <= n < first + longest), default=-1))
        for first in starts
    )
    cuts = {
        *((first, first + longest - 1) for first in range(final - longest + 2)),
        *((first, last) for first, last in clauses if last - first >= SHORTEST - 1),
    }
    asked = asked_for(question)

    def worth(cut: tuple[int, int]) -> tuple[int, bool, float, int, int]:
        first, last = cut
        held = wanted & set().union(*stems[first : last + 1])
        is_told = asked.is_held_by(item.quote[places[first][0] : places[last][1]], besides=question)
        bounds = -(first in starts) - 0.5 * (last in stops)
        return -len(held), not is_told, bounds, first - last, first

    best = [(places[a][0], places[b][1]) for a, b in sorted(cuts, key=worth)[:_TRIED]]
    beginning = places[0][0], places[longest - 1][1]
    return _verbatim(item, *next((cut for cut in best if _stands_alone(item, *cut)), beginning))


def whole(item: Evidence) -> Part:
    """All of it."""
    return item, 0, len(item.quote)


def _stands_alone(item: Evidence, start: int, end: int) -> bool:
    """Whether a part says no more than the whole: none is cut from behind «لا» or «نفى … أن»."""
    if is_taken_back(item.quote[:start]):
        return False
    cited = Citation(item.number, item.passage, item.start, item.end)
    return _CHECKER.check(item.quote[start:end], (cited,)).is_supported


def _name_before(item: Evidence, start: int) -> int:
    """Where the name ends that begins the evidence and of which «هي مدينة …» is told; 0: none.

    Only what the article is called is such a name: elsewhere «هي» may be of something else.
    """
    before = item.quote[:start]
    if not before or not _TOLD_OF.match(item.quote, start):
        return 0
    name = _NAME_ENDS.split(before, maxsplit=1)[0].rstrip()
    said, title = (set(content_stems(text)) for text in (name, item.passage.title))
    fewer, more = sorted((said, title), key=len)
    is_title = bool(fewer) and all(has_form(word, more) for word in fewer)
    return len(name) if is_title and len(name.split()) <= _LONGEST_NAME else 0


def _verbatim(item: Evidence, start: int, end: int, *, name: int = 0) -> Sentence:
    """These characters of the evidence, between quotation marks, behind the first `name` of it."""
    shown = _shown(item.quote[start:end])
    before = f"{_shown(item.quote[:name])} … " if name else "…" * (start > 0)
    is_end = not any(map(str.isalnum, item.quote[end:]))
    text = f"«{before}{shown if is_end else shown.rstrip('،؛,;:') + '…'}»"
    first = item.start + (0 if name else start)
    return Sentence(
        text, (Citation(item.number, item.passage, first, item.start + end),), True, VERBATIM
    )


def _shown(text: str) -> str:
    """Without words in other scripts, no use to the reader of the answer: the citation has them."""
    return " ".join("".join(filter(is_allowed, text)).split())


def _rests(item: Evidence, said: Sequence[Sentence]) -> Iterator[Part]:
    """What was not quoted of an item: all of it, or what comes after and before a quotation."""
    quoted = [c for s in said if s.reason == VERBATIM for c in s.citations]
    if not quoted:
        yield whole(item)
        return
    first, last = min(c.start for c in quoted), max(c.end for c in quoted)
    for start, end in ((last - item.start, len(item.quote)), (0, first - item.start)):
        is_long = len(item.quote[start:end].split()) >= _REST
        if is_long and _stands_alone(item, start, end):
            yield item, start, end
