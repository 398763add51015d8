"""Terms to the numbers that Milvus multiplies, and back to exact BM25."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from rag.index.lexical import BM25

# Milvus needs a weight when a passage is written, BM25 the mean length when it is searched: the
# weights assume this one, `score_of` puts it right. Any number would do; one near the mean
# lets fewer passages be looked at. The passages of seeds/articles have 360 on average.
_USUAL = 360

_DIMENSIONS = 2**32 - 3  # numbers for terms; 0 is for passages without any
_EMPTY = {0: 1.0}  # Milvus refuses a vector without a number


def weights_of(terms: Sequence[str]) -> dict[int, float]:
    """What a passage is searched by: its part of BM25 for each term, if it were of usual length."""
    norm = _norm(len(terms), _USUAL)
    counts = Counter(number_of(term) for term in terms)
    return {n: tf * (BM25.k1 + 1) / (tf + norm) for n, tf in counts.items()} or _EMPTY


def counts_of(weights: Mapping[int, float], length: int) -> dict[int, int]:
    """How often a passage of this length holds each term."""
    norm = _norm(length, _USUAL)
    return {n: round(w * norm / (BM25.k1 + 1 - w)) for n, w in weights.items() if n}


def asked_of(
    terms: Sequence[str], frequencies: Mapping[int, int], *, passages: int
) -> dict[int, float]:
    """The question's part of BM25: inverse document frequency, as often as a term is asked."""
    asked = Counter(number_of(term) for term in terms)
    return {
        n: times * math.log(1 + (passages - (df := frequencies.get(n, 0)) + 0.5) / (df + 0.5))
        for n, times in asked.items()
    }


def score_of(
    asked: Mapping[int, float], weights: Mapping[int, float], *, length: int, mean: float
) -> float:
    """BM25 of a passage; see rag.index.lexical for the formula."""
    norm = _norm(length, mean)
    shared = {n: weights[n] for n in asked if n in weights}
    counts = counts_of(shared, length)
    return sum(asked[n] * tf * (BM25.k1 + 1) / (tf + norm) for n, tf in counts.items())


def most_of(score: float, mean: float) -> float:
    """The highest BM25 of a passage to which Milvus gave this score.

    A gain `tf * (k1 + 1) / (tf + norm)` grows with the mean length, and by no more than it.
    """
    return score * max(1.0, mean / _USUAL)


@lru_cache(maxsize=200_000)
def number_of(term: str) -> int:
    """A number for a term, the same everywhere; of a million terms a hundred pairs share theirs."""
    digest = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return 1 + int.from_bytes(digest, "little") % _DIMENSIONS


def _norm(length: int, mean: float) -> float:
    return BM25.k1 * (1 - BM25.b + BM25.b * length / mean)
