"""Questions about whole articles to answers: sentences chosen to cover them, word for word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest

from rag.arabic import Wanted, content_stems, wanted
from rag.clock import Clock
from rag.followup import sources_of
from rag.index import Index
from rag.overview.choice import LONGEST, Candidate, chosen, in_order, paired
from rag.overview.search import Found, Lookup, article_of, completed, ranked_hits, tells_of
from rag.quotation import SHORTEST, quote, whole
from rag.retrieve import Retriever
from rag.suggest import with_suggestions
from rag.types import DECLINED, Answer, Evidence, Filter, Hit, Sentence

__all__ = ["Overviewer", "snapshots"]

_SUMMED = 0.6  # of an article's words at most: a summary is shorter than what it sums up
_MOST = 6  # sentences
_SHOWN = 10  # hits of the answer
_PAIRS = 2  # sentences for each side of a comparison
_PAIRED = 100  # sentences of a side that are held against the other's


@dataclass(frozen=True, slots=True)
class Overviewer:
    """Answers in quotations chosen for coverage, of at most `longest_words` words.

    For a summary these are sentences of the article that the question names, in its order; for
    what is said of a matter those nearest to it, of several articles where there are; for a
    comparison sentences that are like one another, one for each side. A name is found where a
    title, or an article that is near enough, holds at least `found_above` of it.
    """

    longest_words: int = 120
    found_above: float = 0.7

    def answer(
        self,
        question: str,
        retriever: Retriever,
        index: Index,
        *,
        history: Sequence[Answer] = (),
        within: Filter | None = None,
    ) -> Answer | None:
        """The finished answer; None for a question that wants no overview, or that gets none.

        It is declined where the articles have nothing of that name, and has suggestions then.
        Where they have, but no sentence that can be quoted, it is left to the ordinary way.
        """
        asked = _read(question, retriever, history)
        if not asked.is_broad:
            return None
        found, hits = self._found(asked, retriever, index, history=history, within=within)
        if not found:
            return None
        share = min(each.share for each in found)
        answer = Answer(question, overview=asked.aim, hits=tuple(hits), confidence=share)
        if share < self.found_above:
            declined = replace(answer, status="declined", sentences=(Sentence(DECLINED),))
            declined = with_suggestions(declined, retriever.asked(question, history))
            return _with_copies(declined, index)
        picked = self._picked(asked, found)
        return _with_copies(self._quoted(answer, picked), index) if picked else None

    def _found(
        self,
        asked: Wanted,
        retriever: Retriever,
        index: Index,
        *,
        history: Sequence[Answer],
        within: Filter | None,
    ) -> tuple[list[Found], list[Hit]]:
        """What there is under each name of the question, and what a search for them found."""
        if not asked.topics:
            # «لخّص هذا المقال» means the one that was spoken of.
            spoken = [passage for answer in history[-1:] for passage in sources_of(answer)]
            if asked.aim != "summary" or not spoken:
                return [], []
            return [article_of(spoken[0].document_id, index)], list(history[-1].hits)
        names = completed(asked.topics)
        if not names:
            return [], []
        lookups = [
            Lookup(name, retriever, index, aspect=asked.aspect, within=within) for name in names
        ]
        if asked.aim == "summary":
            found = [lookups[0].article()]
        elif asked.aim == "said":
            found = [lookups[0].matter()]
        else:
            first = lookups[0].side(names[1], ())
            found = [first, lookups[1].side(names[0], first.document_ids)]
        return found, ranked_hits(lookups)[:_SHOWN]

    def _picked(self, asked: Wanted, found: Sequence[Found]) -> list[tuple[str, Candidate]]:
        """The sentences in the order in which they are read, each with what introduces it."""
        if asked.aim == "comparison":
            ours, theirs = found
            pairs = paired(
                nlargest(_PAIRED, ours.candidates, key=ours.worth),
                nlargest(_PAIRED, theirs.candidates, key=theirs.worth),
                lambda first, second: ours.worth(first) + theirs.worth(second),
                most=_PAIRS,
            )
            sides = ([first for first, _ in pairs], [second for _, second in pairs])
            names = completed(asked.topics)
            if not (tells_of(names, 0, sides[0]) and tells_of(names, 1, sides[1])):
                return []  # a reader would take them for what they are headed by
            introduced = zip(asked.topics, sides, strict=True)
            return [(topic, each) for topic, side in introduced for each in in_order(side)]
        [matter] = found
        budget = self.longest_words
        if asked.aim == "summary":
            whole = sum(each.length for each in matter.candidates)
            budget = min(budget, round(whole * _SUMMED))
        taken = chosen(matter.candidates, matter.worth, longest_words=budget, most=_MOST)
        return [("", each) for each in in_order(taken)]

    def _quoted(self, answer: Answer, picked: Iterable[tuple[str, Candidate]]) -> Answer:
        """The answer in these sentences, numbered in the order in which they are read."""
        asked = set(content_stems(answer.question))
        longest = LONGEST
        if answer.overview == "comparison":
            longest = max(SHORTEST, self.longest_words // (2 * _PAIRS))
        evidence: list[Evidence] = []
        sentences: list[Sentence] = []
        for number, (side, each) in enumerate(picked, start=1):
            evidence.append(Evidence(number, each.passage, each.start, each.end))
            part = whole(evidence[-1])
            said = quote(part, longest=longest, wanted=asked, question="")
            side = side.replace(": «", " «")  # which is where readers part it from the quotation
            sentences.append(replace(said, text=f"{side}: {said.text}" if side else said.text))
        answer = replace(answer, status="quoted", evidence=tuple(evidence))
        return replace(answer, sentences=tuple(sentences))


def _with_copies(answer: Answer, index: Index) -> Answer:
    """The answer with the copies of what was found and of what is quoted: not all of it is both."""
    told = [item.passage for item in answer.hits] + [item.passage for item in answer.evidence]
    copies = index.copies({passage.document_id for passage in told})
    return replace(answer, copies={name: tuple(same) for name, same in copies.items() if same})


def snapshots(answer: Answer, clock: Clock) -> Iterator[Answer]:
    """A finished answer as it is given: what it was chosen from, then itself."""
    begun = replace(answer, timings=clock.lap("evidence"))
    yield replace(begun, status="writing", sentences=(), confidence=None, suggestions=())
    yield replace(begun, timings=clock.lap("total"))


def _read(question: str, retriever: Retriever, history: Sequence[Answer]) -> Wanted:
    """What a question wants; «ماذا قيل عنه؟» as it reads alone."""
    asked = wanted(question)
    if asked.aim == "said" and not asked.topics and history:
        alone = wanted(retriever.asked(question, history))
        return alone if alone.aim == asked.aim and alone.topics else asked
    return asked
