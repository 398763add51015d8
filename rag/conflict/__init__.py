"""Evidence to two articles that answer a question differently, and the sentence that shows both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from rag.arabic import content_stems, words
from rag.conflict.claims import (
    Claim,
    Need,
    amount_claim,
    is_same_amount_otherwise,
    is_same_time_otherwise,
    time_claim,
)
from rag.conflict.contrary import contrast
from rag.conflict.quantities import quantities, tokens_of
from rag.conflict.stories import are_news_apart, is_one_story
from rag.conflict.wording import DIFFER, Conflict, Side, shown_within
from rag.types import Answer, Document, Evidence, Sentence

__all__ = ["DIFFER", "Conflict", "Side", "conflicts", "with_conflict"]


def conflicts(
    question: str, evidence: Sequence[Evidence], documents: Mapping[str, Document]
) -> Iterator[Conflict]:
    """Pairs of sentences of different articles that give the question incompatible answers.

    `documents` are those of the evidence, by id; what is not among them is passed over. Each pair
    comes in both orders, those that begin with the best evidence first.
    """
    need = Need.of(question)
    known = [
        (item, documents[item.passage.document_id])
        for item in evidence
        if item.passage.document_id in documents
    ]
    for one, other in permutations(known if need.topic else (), 2):
        if one[1].id != other[1].id:
            found = _conflict(need, one, other)
            if found and is_one_story(need, one, other):
                yield found


def with_conflict(
    answer: Answer,
    read: Callable[[Collection[str]], Iterable[Document]],
    *,
    question: str,
    longest: int,
) -> Answer:
    """The answer with the first conflict of what its sentences say, where there is one.

    Its sentence stands behind the one that it is about, or in its place if that is a quotation. Of
    the rest stays what has room within `longest` words and does not quote the same again. `read`
    gives documents by their ids, `question` is what the answer's stands for.
    """
    ids = {item.passage.document_id for item in answer.evidence}
    if answer.status not in ("answered", "quoted") or len(ids) < 2:
        return answer
    found = [
        each
        for each in conflicts(question, answer.evidence, {d.id: d for d in read(ids)})
        if not _are_copies(answer, each)
    ]
    for place, sentence in enumerate(answer.sentences):
        cited = {citation.number for citation in sentence.citations}
        for conflict in found:
            if conflict.one.item.number in cited and _is_said(conflict.one, sentence):
                room = _Room(longest, frozenset(content_stems(question)))
                return replace(answer, sentences=room.placed(answer.sentences, place, conflict))
    return answer


def _conflict(
    need: Need, one: tuple[Evidence, Document], other: tuple[Evidence, Document]
) -> Conflict | None:
    if need.asked.kind == "other":
        found = contrast(need, one[0].quote, other[0].quote)
        if found is None:
            return None
        return Conflict(_at(*one, found.one), _at(*other, found.other))
    read = amount_claim if need.asked.kind == "amount" else time_claim
    a, b = read(need, *one), read(need, *other)
    if a is None or b is None:
        return None
    is_other_time = is_same_time_otherwise(a, b) and not are_news_apart(a, b)
    if is_other_time or is_same_amount_otherwise(need, a, b):
        return Conflict(_side(a), _side(b))
    return None


def _are_copies(answer: Answer, conflict: Conflict) -> bool:
    one, other = conflict.one.document.id, conflict.other.document.id
    return any(
        b in (copy.id for copy in answer.copies.get(a, ())) for a, b in ((one, other), (other, one))
    )


def _side(claim: Claim) -> Side:
    return Side(claim.item, claim.document, claim.start, claim.end)


def _at(item: Evidence, document: Document, form: str) -> Side:
    token = next((t for t in tokens_of(item.quote) if t.form == form), None)
    return Side(item, document, *((token.start, token.end) if token else (0, 1)))


def _is_said(side: Side, sentence: Sentence) -> bool:
    """Whether a sentence gives what its article does: a quotation may have been cut, and does."""
    if _is_quotation(sentence):
        return True
    value = side.item.quote[side.start : side.end]
    given, said = quantities(value), quantities(sentence.text)
    if given:
        return given[0].value in {each.value for each in said}
    return bool(set(words(value)) & set(words(sentence.text)))


@dataclass(frozen=True, slots=True)
class _Room:
    """At most `longest` words for all sentences; a cut quotation keeps the `wanted` stems."""

    longest: int
    wanted: frozenset[str]

    def placed(
        self, sentences: Sequence[Sentence], place: int, conflict: Conflict
    ) -> tuple[Sentence, ...]:
        """The sentences with the conflict at this place, or behind what was written there."""
        before = [s for s in sentences[: place + 1] if not _quotes(s, conflict)]
        for kept in (before, before[-1:], []):
            shown = shown_within(conflict, self.longest - _length(kept), wanted=self.wanted)
            if shown:
                placed = [*kept, shown]
                for sentence in sentences[place + 1 :]:
                    is_new = not _quotes(sentence, conflict)
                    if is_new and _length([*placed, sentence]) <= self.longest:
                        placed.append(sentence)
                return tuple(placed)
        return tuple(sentences)


def _quotes(sentence: Sentence, conflict: Conflict) -> bool:
    cited = {citation.number for citation in sentence.citations}
    return _is_quotation(sentence) and bool(cited & conflict.numbers)


def _is_quotation(sentence: Sentence) -> bool:
    return sentence.text.startswith("«") and sentence.text.endswith("»")


def _length(sentences: Sequence[Sentence]) -> int:
    return sum(len(sentence.text.split()) for sentence in sentences)
