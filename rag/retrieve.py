"""Question to hits."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.arabic import in_standard
from rag.chunk import sentences_of
from rag.embed import Embedder
from rag.embed.reader import WordReader
from rag.followup import is_brief, leaning_of, resolve, sources_of
from rag.index import Index
from rag.priors import Priors
from rag.types import Answer, Filter, Hit, Passage, Similarities

if TYPE_CHECKING:
    from rag.embed.interaction import Nearness
    from rag.types import Vectors

_NO_PRIORS = Priors()
_KEPT = 64  # question vectors
_RIVALS = 3  # of the first passages, that may change places
_PARTS = 2  # sentences of each in which the words of a question are looked for

_TURNS = 4  # before a question; what was said earlier is not looked at
# By how much the cosine of a question with other articles must exceed that with the cited ones for
# it to be about something else. Measured, docs/decisions.md: 0.19 and more for questions that
# change the topic, at most 0.12 for those that do not.
_CHANGE = 0.18
_CHANGE_IF_VAGUE = 0.28  # of one or two words, or pointing back: they have no topic of their own


class Retriever:
    """Hybrid search: the dense and the lexical leg, fused.

    The dense leg compares the question with every sentence and finds the `candidates` passages of
    the nearest ones. A passage scores by its nearest sentence, and `mean_weight` of that score is
    the mean of all its sentences, which tells passages on the topic from those that touch it. The
    fusion is a convex combination of min-max scores over the union of both legs' best (Bruch, Gai
    and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023); a passage that only
    one leg found has 0 in the other.

    Where the second or the third is within `rivals_within` of the best score, the words of the
    question are looked for in the two nearest sentences of each. They are ordered by their scores
    and `word_weight` times how near they come to the words in sum, half of it by the nearest
    sentence and half by both: a sum, as in late interaction (Khattab and Zaharia, "ColBERT", 2020),
    so that it says more of a long question. Their scores stay: the evidence counts the words
    itself.
    """

    def __init__(
        self,
        embedder: Embedder,
        index: Index,
        *,
        dense_weight: float = 0.65,
        mean_weight: float = 0.2,
        candidates: int = 100,
        follow_up_weight: float = 0.65,
        same_source_bonus: float = 0.1,
        rivals_within: float = 0.1,
        word_weight: float = 0.06,
        priors: Priors = _NO_PRIORS,
    ) -> None:
        self._embedder = embedder
        self._reader = WordReader(embedder)
        self._index = index
        self._recent: dict[str, Vectors] = {}
        self._dense_weight = dense_weight
        self._mean_weight = mean_weight
        self._candidates = candidates
        self._follow_up_weight = follow_up_weight
        self._same_source_bonus = same_source_bonus
        self._rivals_within = rivals_within
        self._word_weight = word_weight
        self._priors = priors

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        history: Sequence[Answer] = (),
        within: Filter | None = None,
    ) -> list[Hit]:
        """The `k` best passages, best first; rivals may stand in another order than their scores.

        Scores lie between 0 and about 1. With `history`, a question that leans on the last one is
        also searched as `asked` has it.
        """
        if not history:
            return self._by_words(question, self._fused([question], within)[0])[:k]
        previous, sources = self._spoken_of(history)
        asked = self._read(question, previous, sources)
        leaning = leaning_of(question)
        if asked == question or leaning == "replaces":
            return self._by_words(asked, self._fused([asked], within)[0])[:k]
        if leaning == "bare":
            hits = self._fused([asked], within)[0]
        else:
            alone, joined = self._fused([question, asked], within)
            weight = self._follow_up_weight
            hits = _combine([(1 - weight, alone), (weight, joined)])
        known = {passage.document_id for passage in sources}
        bonus = self._same_source_bonus
        raised = (
            replace(hit, score=hit.score + bonus * (hit.passage.document_id in known))
            for hit in hits
        )
        return self._by_words(asked, _ranked(raised))[:k]

    def asked(self, question: str, history: Sequence[Answer]) -> str:
        """The question as it reads alone; one that does not lean on the history stays as it is."""
        return self._read(question, *self._spoken_of(history)) if history else question

    def _spoken_of(self, history: Sequence[Answer]) -> tuple[str, list[Passage]]:
        """The last question as it reads alone, and the passages that what was said rests on."""
        *earlier, last = history[-_TURNS:]
        previous, sources = last.question, sources_of(last)
        if earlier:
            before, known = self._spoken_of(earlier)
            previous = self._read(last.question, before, known)
            if previous != last.question:
                sources = sources or known
        if not sources and last.status == "writing":
            sources = [hit.passage for hit in self._fused([previous], None)[0][:1]]
        return previous, sources

    def _read(self, question: str, previous: str, sources: Sequence[Passage]) -> str:
        if self._is_on_its_own(question, sources):
            return question
        return resolve(question, previous, sources)

    def _is_on_its_own(self, question: str, sources: Sequence[Passage]) -> bool:
        """Whether other articles are so much nearer to a question that it is not about the last."""
        leaning = leaning_of(question)
        if leaning in ("replaces", "bare"):
            return False
        if not sources:
            return leaning == "open" and not is_brief(question)
        known = {passage.document_id for passage in sources}
        [vector] = self._vectors([question])
        [hits] = self._index.nearest(vector[None], self._candidates)
        elsewhere = max(
            (hit.score for hit in hits if hit.passage.document_id not in known), default=0.0
        )
        passages = [passage for name in known for passage in self._index.passages(name)]
        rows = [row for matrix in self._index.rows(passages) for row in matrix @ vector]
        is_vague = leaning == "points" or is_brief(question)
        nearer = elsewhere - max(map(float, rows), default=0.0)
        return nearer > (_CHANGE_IF_VAGUE if is_vague else _CHANGE)

    def similarities(self, question: str, hits: Sequence[Hit]) -> Similarities:
        """The cosine of the question with each sentence of the hits' passages."""
        [vector] = self._vectors([question])
        passages = [hit.passage for hit in hits]
        return {
            (sentence.document_id, sentence.start): float(row @ vector)
            for passage, rows in zip(passages, self._index.rows(passages), strict=True)
            for sentence, row in zip(sentences_of(passage), rows, strict=False)
        }

    def nearness(self, question: str, sentences: Sequence[Passage]) -> list[Nearness]:
        """How near the words of the question come to each sentence; see rag.embed.interaction."""
        return self._reader.nearness(question, sentences)

    def _by_words(self, question: str, hits: list[Hit]) -> list[Hit]:
        """The hits with the rivals for the first place in a better order; each keeps its score."""
        import numpy as np

        rivals = [h for h in hits[:_RIVALS] if hits[0].score - h.score <= self._rivals_within]
        if len(rivals) < 2 or not self._word_weight:
            return hits
        similar = self.similarities(question, rivals)
        parts = [
            sorted(
                sentences_of(hit.passage),
                key=lambda part: -similar.get((part.document_id, part.start), 0.0),
            )[:_PARTS]
            for hit in rivals
        ]
        near = iter(self.nearness(question, [part for chosen in parts for part in chosen]))
        totals = []
        for hit, chosen in zip(rivals, parts, strict=True):
            nearest, *others = (next(near).of_words() for _ in chosen)
            words = (nearest + np.max([nearest, *others], axis=0)).sum() / 2
            totals.append(hit.score + self._word_weight * float(words))
        order = sorted(range(len(rivals)), key=lambda place: -totals[place])
        return [*(rivals[n] for n in order), *hits[len(rivals) :]]

    def _vectors(self, questions: Sequence[str]) -> Vectors:
        """The questions' vectors; those just embedded are at hand, for `similarities`.

        One in dialect lies halfway to what it is in standard words.
        """
        import numpy as np

        recent = self._recent  # never changed, only replaced: two questions may be asked at once
        known = {q: recent[q] for q in questions if q in recent}
        missing = [question for question in dict.fromkeys(questions) if question not in known]
        if missing:
            told = [in_standard(question) for question in missing]
            texts = list(dict.fromkeys([*missing, *told]))
            rows = dict(zip(texts, self._embedder.embed_questions(texts), strict=True))
            for question, standard in zip(missing, told, strict=True):
                vector = rows[question] + rows[standard]
                known[question] = vector / max(float(np.linalg.norm(vector)), 1e-12)
            self._recent = {**recent, **known} if len(recent) < _KEPT else known
        return np.stack([known[question] for question in questions])

    def _fused(self, questions: Sequence[str], within: Filter | None) -> list[list[Hit]]:
        vectors = self._vectors(questions)
        dense = [
            self._with_mean(near, vector)
            for near, vector in zip(
                self._index.nearest(vectors, self._candidates, within), vectors, strict=True
            )
        ]
        lexical = self._index.matching(questions, self._candidates, within)
        return [
            self._with_priors(fuse(near, match, dense_weight=self._dense_weight))
            for near, match in zip(dense, lexical, strict=True)
        ]

    def _with_mean(self, hits: Sequence[Hit], vector: Vectors) -> list[Hit]:
        weight = self._mean_weight
        if not weight:
            return list(hits)
        found = self._index.rows([hit.passage for hit in hits])
        return _ranked(
            # There are none where another process removed the passage in between.
            replace(hit, score=(1 - weight) * hit.score + weight * float((rows @ vector).mean()))
            for hit, rows in zip(hits, found, strict=True)
            if len(rows)
        )

    def _with_priors(self, hits: list[Hit]) -> list[Hit]:
        if self._priors.are_off:
            return hits
        found = self._index.documents({hit.passage.document_id for hit in hits})
        return _ranked(self._priors.raised(hits, {document.id: document for document in found}))


def fuse(dense: Sequence[Hit], lexical: Sequence[Hit], *, dense_weight: float) -> list[Hit]:
    """Both legs in one list, best first; a hit keeps its score and its rank in each leg."""
    near = {hit.passage.id: (hit.score, rank) for rank, hit in enumerate(dense, start=1)}
    match = {hit.passage.id: (hit.score, rank) for rank, hit in enumerate(lexical, start=1)}
    # BM25 of the best hits lies far above the rest; its root does not drown the dense leg there.
    roots = [replace(hit, score=math.sqrt(max(hit.score, 0.0))) for hit in lexical]
    hits = _combine([(dense_weight, _min_max(dense)), (1 - dense_weight, _min_max(roots))])
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
