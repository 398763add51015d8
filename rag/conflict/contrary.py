"""Two sentences to whether one denies what the other says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.conflict.claims import Need
from rag.conflict.lexicon import COMMON, DENIALS, EXPECTED, RESTORED, UNTRUE
from rag.conflict.quantities import tokens_of
from rag.verify.alignment import Alignment, align
from rag.verify.forms import are_synonyms, likeness, listed
from rag.verify.lexicon import NEUTRAL, OPPOSITES
from rag.verify.reading import Word, read

_FEWEST = 3  # words that both sentences share beside what they differ in
_SHARE_LESS, _SHARE_MORE = 0.6, 0.4  # of the words of the shorter and the longer sentence
_ASKED = 0.5  # of the question's words, among those that are shared
_REACH = 4  # words after a denial
_SURE = 0.7


@dataclass(frozen=True, slots=True)
class Contrast:
    """The words in which two sentences differ, and of each the one that decides."""

    one: str
    other: str


def contrast(need: Need, one: str, other: str) -> Contrast | None:
    """The word of each sentence in which they contradict each other; None where they do not."""
    forms = [{token.form for token in tokens_of(text)} for text in (one, other)]
    if any(set(f) & (RESTORED | EXPECTED | UNTRUE) for f in forms):
        return None
    a, b = _denied(read(one)), _denied(read(other))
    found = align(a, b)
    for i, place in _differing(found):
        if _says_the_rest(found, i, place) and _is_asked(need, found, i, place):
            return Contrast(found.sentence[i].form, found.source[place].form)
    return None


def _denied(spoken: Sequence[Word]) -> list[Word]:
    """The words with a denial taken as the negation of what follows it."""
    kept: list[Word] = []
    reach, clause = 0, -1
    for word in spoken:
        if listed(word.form) & DENIALS:
            reach, clause = _REACH, word.clause
        elif reach and word.clause == clause:
            word, reach = replace(word, is_negated=not word.is_negated), reach - 1
        kept.append(word)
    return kept


def _differing(found: Alignment) -> list[tuple[int, int]]:
    """Places of a word that only one sentence negates, or of a word and its opposite."""
    pairs = []
    for i, word in enumerate(found.sentence):
        place = found.chain.get(i)
        if word.amount:
            continue
        if place is not None:
            source = found.source[place]
            is_same = likeness(word.form, source.form) >= _SURE or are_synonyms(
                word.form, source.form
            )
            if is_same and source.is_negated != word.is_negated:
                pairs.append((i, place))
            continue
        against = {o for form in listed(word.form) for o in OPPOSITES.get(form, ())}
        taken = set(found.chain.values())
        for rival in found.source:
            is_free = rival.place not in taken and rival.is_negated == word.is_negated
            if is_free and listed(rival.form) & against:
                pairs.append((i, rival.place))
    return pairs


def _says_the_rest(found: Alignment, i: int, place: int) -> bool:
    """Whether the two sentences otherwise say the same, of the same."""
    shared = {j: p for j, p in found.chain.items() if j != i and p != place}
    shared = {
        j: p
        for j, p in shared.items()
        if likeness(found.sentence[j].form, found.source[p].form) >= 0.6
    }
    one = [j for j, word in enumerate(found.sentence) if j != i and _weighs(word)]
    other = [word.place for word in found.source if word.place != place and _weighs(word)]
    shares = sorted(
        (
            sum(j in shared for j in one) / max(1, len(one)),
            sum(p in shared.values() for p in other) / max(1, len(other)),
        )
    )
    amounts = [{w.amount.text for w in side if w.amount} for side in (found.sentence, found.source)]
    is_same_amount = not all(amounts) or bool(amounts[0] & amounts[1])
    return (
        len(shared) >= _FEWEST
        and shares[1] >= _SHARE_LESS
        and shares[0] >= _SHARE_MORE
        and is_same_amount
        and _is_of_same(found, i, place)
    )


def _weighs(word: Word) -> bool:
    return not (listed(word.form) & (NEUTRAL | DENIALS | COMMON))


def _is_of_same(found: Alignment, i: int, place: int) -> bool:
    """Whether what follows the two words, their subject or object, is the same."""
    after, there = found.sentence[i + 1 : i + 2], found.source[place + 1 : place + 2]
    if not after or not there:
        return not after and not there
    return found.chain.get(i + 1) == place + 1 or likeness(after[0].form, there[0].form) >= 0.6


def _is_asked(need: Need, found: Alignment, i: int, place: int) -> bool:
    """Whether the question is about what both sentences share."""
    spoken = {found.sentence[j].form for j in found.chain} | {
        found.source[p].form for p in found.chain.values()
    }
    spoken |= {found.sentence[i].form, found.source[place].form}
    told = [any(likeness(word, form) >= 0.6 for form in spoken) for word in need.topic]
    return bool(told) and sum(told) >= _ASKED * len(told)
