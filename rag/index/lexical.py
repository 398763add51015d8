"""Terms of a question to the passages of highest BM25."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.index.postings import LENGTHS, Postings
from rag.index.sealed import Columns

Ranking: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float64]]  # positions, their scores


@dataclass(frozen=True, slots=True)
class Bm25:
    """The two constants of BM25. They apply when searching, so changing them rebuilds nothing."""

    k1: float = 1.2  # how soon further occurrences of a term stop counting
    b: float = 0.75  # how much a long passage is held against itself


BM25 = Bm25()


class LexicalIndex:
    """The postings that a `LexicalWriter` wrote, searched.

    Where not all passages are searched, `counted` says which are: BM25 counts these alone.
    """

    def __init__(
        self, columns: Columns, bm25: Bm25 = BM25, *, counted: NDArray[np.bool_] | None = None
    ) -> None:
        self.postings = Postings.of(columns)
        self.lengths: NDArray[np.int32] = columns[LENGTHS]  # in terms, of each passage
        self._k1 = bm25.k1
        self._counted = counted
        lengths = self.lengths if counted is None else self.lengths[counted]
        self._size = len(lengths)
        mean = float(lengths.mean()) if lengths.any() else 1.0
        self._norms = bm25.k1 * (1 - bm25.b + bm25.b * self.lengths / mean)

    def search(
        self, terms: Sequence[str], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> Ranking:
        """At most `k` positions with a score above zero, best first; equal ones by position.

        Only of those that are `allowed`, if given.

        score = sum over the terms, each as often as it is asked, of
        log(1 + (n - df + 0.5) / (df + 0.5))
        * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean length))
        """
        scores = np.zeros(len(self.lengths))
        for term, times in Counter(terms).items():
            number = self._number(term)
            if number is None:
                continue
            positions, counts = self.postings.span(number, number + 1)
            tf = counts.astype(np.float64)
            counted = self._counted
            df = len(positions) if counted is None else np.count_nonzero(counted[positions])
            idf = np.log(1 + (self._size - df + 0.5) / (df + 0.5))
            gain = tf * (self._k1 + 1) / (tf + self._norms[positions])
            scores[positions] += times * idf * gain  # a position stands once in each span
        if allowed is not None:
            scores[~allowed] = 0
        return _best(scores, k)

    def _number(self, term: str) -> int | None:
        letters, terms = term.encode("utf-8", "surrogatepass"), self.postings
        found = bisect_left(range(len(terms)), letters, key=terms.term)
        return found if found < len(terms) and terms.term(found) == letters else None


def _best(scores: NDArray[np.float64], k: int) -> Ranking:
    positions = np.flatnonzero(scores > 0)
    if k <= 0:
        return positions[:0], scores[:0]
    if len(positions) > k:  # drop what cannot be among the best before sorting the rest
        least = np.partition(scores[positions], -k)[-k]
        positions = positions[scores[positions] >= least]
    positions = positions[np.argsort(-scores[positions], kind="stable")][:k]
    return positions, scores[positions]
