"""Terms of passages to a BM25 index in files, and back."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.index.sealed import Columns, save_array

Ranking: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float64]]  # positions, their scores


@dataclass(frozen=True, slots=True)
class Bm25:
    """The two constants of BM25. They apply when searching, so changing them rebuilds nothing."""

    k1: float = 1.2  # how soon further occurrences of a term stop counting
    b: float = 0.75  # how much a long passage is held against itself


BM25 = Bm25()


class LexicalIndex:
    """The postings that a `LexicalWriter` wrote, in memory: what was checked is what is searched.

    Where not all passages are searched, `counted` says which are: BM25 counts these alone.
    """

    def __init__(
        self, columns: Columns, bm25: Bm25 = BM25, *, counted: NDArray[np.bool_] | None = None
    ) -> None:
        self._letters = columns[_file("terms")]
        self._ends = columns[_file("term_ends")]
        self._starts = columns[_file("starts")]
        self._positions = columns[_file("positions")]
        self._counts = columns[_file("counts")]
        self._lengths = columns[_file("lengths")]
        self._k1 = bm25.k1
        self._counted = counted
        lengths = self._lengths if counted is None else self._lengths[counted]
        self._size = len(lengths)
        mean = float(lengths.mean()) if lengths.any() else 1.0
        self._norms = bm25.k1 * (1 - bm25.b + bm25.b * self._lengths / mean)

    def search(
        self, terms: Sequence[str], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> Ranking:
        """At most `k` positions with a score above zero, best first; equal ones by position.

        Only of those that are `allowed`, if given.

        score = sum over the terms, each as often as it is asked, of
        log(1 + (n - df + 0.5) / (df + 0.5))
        * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean length))
        """
        scores = np.zeros(len(self._lengths))
        for term, times in Counter(terms).items():
            number = self._number(term)
            if number is None:
                continue
            span = slice(self._starts[number], self._starts[number + 1])
            positions, tf = self._positions[span], self._counts[span].astype(np.float64)
            counted = self._counted
            df = len(positions) if counted is None else np.count_nonzero(counted[positions])
            idf = np.log(1 + (self._size - df + 0.5) / (df + 0.5))
            gain = tf * (self._k1 + 1) / (tf + self._norms[positions])
            scores[positions] += times * idf * gain  # a position stands once in each span
        if allowed is not None:
            scores[~allowed] = 0
        return _best(scores, k)

    def _number(self, term: str) -> int | None:
        found = bisect_left(range(len(self._ends)), term, key=self._term)
        return found if found < len(self._ends) and self._term(found) == term else None

    def _term(self, number: int) -> str:
        start = self._ends[number - 1] if number else 0
        return self._letters[start : self._ends[number]].tobytes().decode()


class LexicalWriter:
    """Gathers the terms of passages, new or taken over from an older index, then writes them."""

    def __init__(self) -> None:
        self._vocabulary: dict[str, int] = {}
        self._numbers = array("i")  # of a term; with the next two, one row for each posting
        self._positions = array("i")
        self._counts = array("i")
        self._lengths: dict[int, int] = {}

    def add(self, position: int, terms: Sequence[str]) -> None:
        """The terms of the passage at a position."""
        frequencies = Counter(terms)
        self._numbers.extend(map(self._number, frequencies))
        self._positions.extend([position] * len(frequencies))
        self._counts.extend(frequencies.values())
        self._lengths[position] = len(terms)

    def take_over(self, older: LexicalIndex, moved: NDArray[np.int64]) -> None:
        """Passages of an older index; `moved` has a new position for each, or -1 to leave it."""
        positions = moved[older._positions]
        is_kept = positions >= 0
        owners = np.repeat(np.arange(len(older._ends)), np.diff(older._starts))[is_kept]
        present, owners = np.unique(owners, return_inverse=True)
        numbers = np.array([self._number(older._term(int(owner))) for owner in present], np.intc)
        self._numbers.frombytes(numbers[owners].tobytes())
        self._positions.frombytes(positions[is_kept].astype(np.intc).tobytes())
        self._counts.frombytes(older._counts[is_kept].astype(np.intc).tobytes())
        kept = np.flatnonzero(moved >= 0)
        self._lengths.update(zip(moved[kept].tolist(), older._lengths[kept].tolist(), strict=True))

    def write(self, folder: Path) -> None:
        """Write everything into files of a folder, for `LexicalIndex` to open."""
        terms = sorted(self._vocabulary)
        ranks = np.empty(len(terms), np.intp)
        ranks[[self._vocabulary[term] for term in terms]] = np.arange(len(terms))
        numbers = ranks[np.asarray(self._numbers)]
        order = np.argsort(numbers, kind="stable")
        counts = np.asarray(self._counts)[order]
        encoded = [term.encode() for term in terms]
        frequencies = np.bincount(numbers, minlength=len(terms))
        columns: dict[str, NDArray[Any]] = {
            "terms": np.frombuffer(b"".join(encoded), np.uint8),
            "term_ends": np.cumsum([len(term) for term in encoded], dtype=np.int64),
            "starts": np.concatenate([[0], np.cumsum(frequencies)]).astype(np.int64),
            "positions": np.asarray(self._positions)[order],
            "counts": counts.astype(np.min_scalar_type(counts.max(initial=0))),
            "lengths": np.array([self._lengths[p] for p in range(len(self._lengths))], np.int32),
        }
        for name, column in columns.items():
            save_array(folder / _file(name), column)

    def _number(self, term: str) -> int:
        return self._vocabulary.setdefault(term, len(self._vocabulary))


def _best(scores: NDArray[np.float64], k: int) -> Ranking:
    positions = np.flatnonzero(scores > 0)
    if k <= 0:
        return positions[:0], scores[:0]
    if len(positions) > k:  # drop what cannot be among the best before sorting the rest
        least = np.partition(scores[positions], -k)[-k]
        positions = positions[scores[positions] >= least]
    positions = positions[np.argsort(-scores[positions], kind="stable")][:k]
    return positions, scores[positions]


def _file(name: str) -> str:
    return f"lexical.{name}.npy"
