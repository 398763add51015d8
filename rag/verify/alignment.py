"""The words of a sentence beside those of its source: which stands for which."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.verify.forms import likeness
from rag.verify.reading import Word

LONGEST_NAME = 6  # words
_SKIP = 0.02  # what passing over a word of the source costs, up to `_FAR` words
_FAR = 12
_CLAUSE = 0.05
_SENTENCE = 1.5
_NEXT = 3  # words of the source between two that it has together
_OPENING = 4  # words that name what a text is about
_ABOUT = 0.7  # what one of them counts in a chain
_APART = 0.3  # for two that it has not


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


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive words of the sentence that are out of the source's order, and their neighbours.

    `before` and `after` are the nearest words that are in order, as places in the sentence.
    """

    words: tuple[int, ...]
    before: int | None
    after: int | None


def align(sentence: Sequence[Word], source: Sequence[Word]) -> Alignment:
    """The alignment that keeps most words in order with the fewest words passed over."""
    candidates = [_candidates(word, source) for word in sentence]
    chain = _best_chain(candidates, source)
    others: dict[int, int] = {}
    for run in _unchained(candidates, chain):
        near = [chain[i] for i in (run[0] - 1, run[-1] + 1) if i in chain]
        others |= _together(run, candidates, {*chain.values(), *others.values()}, near)
    absent = tuple(index for index, found in enumerate(candidates) if not found)
    return Alignment(tuple(sentence), tuple(source), chain, others, absent)


def _unchained(
    candidates: Sequence[Mapping[int, float]], chain: Mapping[int, int]
) -> Iterator[list[int]]:
    """The words that are in the source but not in the chain, in runs."""
    run: list[int] = []
    for index, found in enumerate(candidates):
        if found and index not in chain:
            run.append(index)
        elif run and index in chain:
            yield run
            run = []
    if run:
        yield run


def _together(
    run: Sequence[int],
    candidates: Sequence[Mapping[int, float]],
    taken: Collection[int],
    near: Sequence[int],
) -> dict[int, int]:
    """Where the words of a run stand, together if the source has them together anywhere."""
    best: dict[int, tuple[float, tuple[int, ...]]] = {}
    for index in run:
        found = candidates[index]
        reached: dict[int, tuple[float, tuple[int, ...]]] = {}
        for place, alike in (({p: v for p, v in found.items() if p not in taken}) or found).items():
            far = min(min((abs(place - n) for n in near), default=0), _FAR)
            value = alike - _SKIP * (far / 2 if place < _OPENING else far)
            before = max(
                ((total - _apart(path[-1], place), path) for total, path in best.values()),
                default=(0.0, ()),
            )
            reached[place] = (before[0] + value, (*before[1], place))
        best = reached
    path = max(best.values(), key=lambda option: option[0])[1]
    return dict(zip(run, path, strict=True))


def _apart(one: int, other: int) -> float:
    """What it costs that the source has two words of a run in these places."""
    step = other - one
    return _SKIP * (step - 1) if 1 <= step <= _NEXT else _APART + (_APART if not step else 0)


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
        for place, likely in found.items():
            # What a text is about says less of where it says something than other words do.
            alike = likely * _ABOUT if place < _OPENING else likely
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
