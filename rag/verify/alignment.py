"""The words of a sentence beside those of its source: which stands for which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.verify.reading import Word, likeness

_SKIP = 0.02  # what passing over a word of the source costs, up to `_FAR` words
_FAR = 12
_CLAUSE = 0.05
_SENTENCE = 1.5
_BACK = 0.5  # beside the distance, for a word that is out of the order


@dataclass(frozen=True, slots=True)
class Alignment:
    """`chain` maps places of the sentence to places of the source, both growing; the longest such.

    `others` maps the words that are elsewhere in the source, and `absent` are nowhere in it.
    """

    sentence: tuple[Word, ...]
    source: tuple[Word, ...]
    chain: Mapping[int, int]
    others: Mapping[int, int]
    absent: tuple[int, ...]

    def place(self, index: int) -> int | None:
        """Where a word of the sentence stands in the source, in order or not."""
        return self.chain.get(index, self.others.get(index))

    def places(self) -> frozenset[int]:
        """Where in the source the words of the sentence stand, in order or not."""
        return frozenset((*self.chain.values(), *self.others.values()))


def align(sentence: Sequence[Word], source: Sequence[Word]) -> Alignment:
    """The alignment that keeps most words in order with the fewest words passed over."""
    candidates = [_candidates(word, source) for word in sentence]
    chain = _best_chain(candidates, source)
    others: dict[int, int] = {}
    for index, found in enumerate(candidates):
        taken = {*chain.values(), *others.values()}
        if found and index not in chain:
            free = {p: v for p, v in found.items() if p not in taken} or found
            near = [chain[i] for i in (index - 1, index + 1) if i in chain]
            near += [others[index - 1] + 1] if index - 1 in others else []
            others[index] = min(
                free, key=lambda p: -found[p] + _SKIP * min((abs(p - n) for n in near), default=0)
            )
    absent = tuple(index for index, found in enumerate(candidates) if not found)
    return Alignment(tuple(sentence), tuple(source), chain, others, absent)


def _candidates(word: Word, source: Sequence[Word]) -> dict[int, float]:
    """The places of the source that the word may stand for, with how surely."""
    found: dict[int, float] = {}
    for other in source:
        if word.amount and other.amount:
            alike = (
                1.0
                if word.amount.text == other.amount.text and word.amount.fits(other.amount)
                else 0.0
            )
        elif word.amount or other.amount:
            alike = 0.0
        else:
            alike = likeness(word.form, other.form)
        if alike:
            found[other.place] = alike + 0.03 * (word.marker == other.marker)
    # Where the word itself is there, a mere relative of it is no stand-in.
    best = max(found.values(), default=0.0)
    if best < 0.9:
        return found
    return {place: alike for place, alike in found.items() if alike >= 0.85 or alike < 0.65}


def _best_chain(
    candidates: Sequence[Mapping[int, float]], source: Sequence[Word]
) -> dict[int, int]:
    # For each (index, place): the best sum of a chain that ends there, and what came before it.
    best: dict[tuple[int, int], tuple[float, tuple[int, int] | None]] = {}
    for index, found in enumerate(candidates):
        for place, alike in found.items():
            top: tuple[float, tuple[int, int] | None] = (alike, None)
            for (i, p), (total, _) in best.items():
                if i < index and p < place:
                    value = total + alike - _distance(source[p], source[place])
                    if value > top[0]:
                        top = (value, (i, p))
            best[index, place] = top
    chain: dict[int, int] = {}
    at = max(best, key=lambda key: best[key][0], default=None)
    while at is not None:
        chain[at[0]] = at[1]
        at = best[at][1]
    return dict(sorted(chain.items()))


def _distance(one: Word, other: Word) -> float:
    return (
        _SKIP * min(other.place - one.place - 1, _FAR)
        + _CLAUSE * min(other.clause - one.clause, 2)
        + _SENTENCE * (other.sentence - one.sentence)
    )
