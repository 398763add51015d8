"""Question to hits."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.arabic import content_stems, words
from rag.chunk import sentences_of
from rag.embed import Embedder
from rag.index import Index
from rag.types import Answer, Filter, Hit, Similarities

if TYPE_CHECKING:
    from rag.types import Vectors

_KEPT = 64  # question vectors

# Words that point back at an earlier turn, in normal form.
_REFERRING = frozenset(
    (
        "هو هي هم هما ذلك تلك هذا هذه هولا اولئك به بها بهم له لها لهم لهما فيه فيها منه "
        "منها عنه عنها عليه عليها اليه اليها معه معها كذلك ايضا نفسه نفسها it he she they "
        "that this his her their "
    ).split()
)
# These point at the calendar.
_PRESENT = re.compile(r"\bهذ[اه] (?:العام|السنه|الشهر|الاسبوع|اليوم|الموسم|القرن)\b")


class Retriever:
    """Hybrid search: the dense and the lexical leg, fused.

    The dense leg compares the question with every sentence, and a passage is as near as its
    nearest sentence. The fusion is a convex combination of min-max scores over the union of both
    legs' best `candidates` (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid
    Retrieval", 2023); a passage that only one leg found has 0 in the other.
    """

    def __init__(
        self,
        embedder: Embedder,
        index: Index,
        *,
        dense_weight: float = 0.65,
        candidates: int = 100,
        follow_up_weight: float = 0.65,
        same_source_bonus: float = 0.1,
    ) -> None:
        self._embedder = embedder
        self._index = index
        self._recent: dict[str, Vectors] = {}
        self._dense_weight = dense_weight
        self._candidates = candidates
        self._follow_up_weight = follow_up_weight
        self._same_source_bonus = same_source_bonus

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        history: Sequence[Answer] = (),
        within: Filter | None = None,
    ) -> list[Hit]:
        """The `k` best passages; scores lie between 0 and about 1.

        With `history`, a question that leans on the last one is also searched together with it.
        """
        if not history or not is_follow_up(question):
            return self._fused([question], within)[0][:k]
        last = history[-1]
        titles = [citation.passage.title for citation in last.citations[:1]]
        joined_question = " ".join([in_context(question, history), *titles])
        alone, joined = self._fused([question, joined_question], within)
        weight = self._follow_up_weight
        hits = _combine([(1 - weight, alone), (weight, joined)])
        cited = {citation.passage.document_id for citation in last.citations}
        bonus = self._same_source_bonus
        raised = (
            replace(hit, score=hit.score + bonus * (hit.passage.document_id in cited))
            for hit in hits
        )
        return _ranked(raised)[:k]

    def similarities(self, question: str, hits: Sequence[Hit]) -> Similarities:
        """The cosine of the question with each sentence of the hits' passages."""
        [vector] = self._vectors([question])
        passages = [hit.passage for hit in hits]
        return {
            (sentence.document_id, sentence.start): float(row @ vector)
            for passage, rows in zip(passages, self._index.rows(passages), strict=True)
            for sentence, row in zip(sentences_of(passage), rows, strict=False)
        }

    def _vectors(self, questions: Sequence[str]) -> Vectors:
        """The questions' vectors; those just embedded are at hand, for `similarities`."""
        import numpy as np

        missing = [question for question in questions if question not in self._recent]
        if missing:
            if len(self._recent) > _KEPT:
                self._recent.clear()
            vectors = self._embedder.embed_questions(missing)
            self._recent.update(zip(missing, vectors, strict=True))
        return np.stack([self._recent[question] for question in questions])

    def _fused(self, questions: Sequence[str], within: Filter | None) -> list[list[Hit]]:
        vectors = self._vectors(questions)
        dense = self._index.nearest(vectors, self._candidates, within)
        lexical = self._index.matching(questions, self._candidates, within)
        return [
            fuse(near, match, dense_weight=self._dense_weight)
            for near, match in zip(dense, lexical, strict=True)
        ]


def fuse(dense: Sequence[Hit], lexical: Sequence[Hit], *, dense_weight: float) -> list[Hit]:
    """Both legs in one list, best first; a hit keeps its score and its rank in each leg."""
    near = {hit.passage.id: (hit.score, rank) for rank, hit in enumerate(dense, start=1)}
    match = {hit.passage.id: (hit.score, rank) for rank, hit in enumerate(lexical, start=1)}
    hits = _combine([(dense_weight, _min_max(dense)), (1 - dense_weight, _min_max(lexical))])
    fused = []
    for hit in hits:
        cosine, dense_rank = near.get(hit.passage.id, (None, None))
        bm25, lexical_rank = match.get(hit.passage.id, (None, None))
        fused.append(
            replace(
                hit, dense=cosine, lexical=bm25, dense_rank=dense_rank, lexical_rank=lexical_rank
            )
        )
    return fused


def is_follow_up(question: str) -> bool:
    """Whether a question leans on the one before it: very short, or pointing back.

    >>> is_follow_up("ومتى افتُتح؟"), is_follow_up("متى افتُتح متحف الموانئ في مدينة الغدير؟")
    (True, False)
    """
    spoken = _PRESENT.sub("", " ".join(words(question))).split()
    return len(content_stems(question)) <= 2 or any(word in _REFERRING for word in spoken)


def in_context(question: str, history: Sequence[Answer]) -> str:
    """The question as it reads alone: a follow-up has the question before it in front."""
    return f"{history[-1].question} {question}" if history and is_follow_up(question) else question


def _min_max(hits: Sequence[Hit]) -> list[Hit]:
    """Scores between 0 and 1; a single hit, or equal ones, get 1."""
    if not hits:
        return []
    highest = max(hit.score for hit in hits)
    lowest = min(hit.score for hit in hits)
    span = highest - lowest
    return [replace(hit, score=(hit.score - lowest) / span if span else 1.0) for hit in hits]


def _combine(legs: Iterable[tuple[float, Sequence[Hit]]]) -> list[Hit]:
    scores: dict[str, float] = defaultdict(float)
    first: dict[str, Hit] = {}
    for weight, hits in legs:
        for hit in hits:
            scores[hit.passage.id] += weight * hit.score
            first.setdefault(hit.passage.id, hit)
    return _ranked(replace(hit, score=scores[identifier]) for identifier, hit in first.items())


def _ranked(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.passage.id))
