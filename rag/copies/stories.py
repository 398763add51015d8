"""Two documents to whether they tell the same story."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.arabic import STOP_WORDS, WEEKDAYS, numbers, skeleton, stem, words
from rag.types import Document

# Chosen on the tuning part of tests/copies and on a day of ten newspapers.
_FEWEST_WORDS = 20  # of a shorter text only the very same words are a copy
LENGTH_RATIO = 0.5  # a digest of two stories holds both and is a copy of neither
CONTAINMENT = 0.45  # of the shingles of the shorter text
_LEAD = 30  # content words in which a story says what is new
_NEW_IN_LEAD = 0.4  # of either lead, missing in the other text: a follow-up has another
_OTHER_VALUES = 0.15  # of the numbers and months of both, missing in the other
_OTHER_SUBJECTS = 0.12  # of the subjects of both, missing in the other
_LONGEST_SLOT = 6  # words that stand in one text where others stand in the other

_MONTHS = {
    spelling: month.split()[0]
    for month in (
        "يناير جانفي|فبراير شباط فيفري|مارس اذار|ابريل نيسان افريل|مايو ايار|يونيو حزيران جوان|"
        "يوليو تموز جويليه|اغسطس اوت|سبتمبر ايلول شتنبر|اكتوبر|نوفمبر نونبر|ديسمبر دجنبر"
    ).split("|")
    for spelling in month.split()
}
_ORDINALS = {
    article + spelling: str(place)
    for place, word in enumerate("اول ثاني ثالث رابع خامس سادس سابع ثامن تاسع عاشر".split(), 1)
    for spelling in (word, word + "ه", word + "ي")  # «أولى»
    for article in ("", "ال")
}
_SCALED = re.compile(r"(\d+)[.,](\d{1,2}) (ا?ل?(?:الف|الاف|مليون|ملايين|مليار)\S*)")
# Letters that one outlet writes for another in foreign names: «غوتيريش» and «جوتيريش».
_SOUNDS = str.maketrans("غقثذظصطض", "ججتدزستد")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What of a document is compared, in the normal form of `words`."""

    tokens: tuple[str, ...]  # numbers and months in one spelling
    shingles: frozenset[tuple[str, str, str]]
    lead: frozenset[str]  # of content words, their sound forms
    known: frozenset[str]  # all sound forms, the title's too
    subjects: frozenset[str]  # sound forms that are repeated, or in both title and text
    values: frozenset[str]
    days: frozenset[str]
    anchors: Mapping[tuple[str, str], int]  # neighbours that stand in one place only


def is_copy(a: Document, b: Document) -> bool:
    """Whether the two tell the same story in mostly the same words.

    Texts that are otherwise alike are two stories if their numbers, days or subjects differ, or
    if one opens with what the other does not tell. The order of the two does not matter.
    """
    one, other = _read(a.title, a.text), _read(b.title, b.text)
    if one.tokens == other.tokens:
        return bool(one.tokens)
    if not _share_most(one, other):
        return False
    values = min(_missing(one.values, other.values), _missing(other.values, one.values))
    subjects = min(_missing(one.subjects, other.known), _missing(other.subjects, one.known))
    return (
        not (one.days and other.days and one.days.isdisjoint(other.days))
        and values <= _OTHER_VALUES
        and subjects <= _OTHER_SUBJECTS
        and not _swap_values(one, other)
    )


@lru_cache(maxsize=4096)  # of bulletins of one form each is held against many
def _read(title: str, text: str) -> _Reading:
    tokens = _tokens(text)
    content = [_form(t) for t in tokens if not (t in STOP_WORDS or t in WEEKDAYS or _is_value(t))]
    times = Counter(content)
    titled = {_form(word) for word in _tokens(title) if word not in STOP_WORDS}
    neighbours = Counter(pairwise(tokens))
    return _Reading(
        tokens=tokens,
        shingles=frozenset(zip(tokens, tokens[1:], tokens[2:], strict=False)),
        lead=frozenset(content[:_LEAD]),
        known=frozenset(titled.union(content)),
        subjects=frozenset(form for form, n in times.items() if n > 1 or form in titled),
        values=frozenset(t for t in tokens if _is_value(t)),
        days=WEEKDAYS.intersection(tokens),
        anchors={pair: i for i, pair in enumerate(pairwise(tokens)) if neighbours[pair] == 1},
    )


def _tokens(text: str) -> tuple[str, ...]:
    """The words, with «خمسة آلاف» as 5000, «حزيران» as «يونيو» and «عبد الله» as one."""
    tokens: list[str] = []
    counted: list[str] = []
    prefix = ""
    for written in [*words(text), ""]:
        word = _ORDINALS.get(written, written)
        if word[:1] == "ب" and _is_counted(word[1:]):  # «بثماني رافعات»
            word = word[1:]
        if _is_counted(word) or (counted and word == "و"):
            counted.append(word)
            continue
        if counted:
            tokens.extend(_quantities(" ".join(counted)))
            counted.clear()
        if word == "عبد":
            prefix = word
        elif word:
            tokens.append(prefix + _MONTHS.get(word, word))
            prefix = ""
    return tuple(tokens)


def _quantities(counted: str) -> list[str]:
    """What words of numbers in a row say: «2.3 مليون» and «مليونان و300 ألف» say the same."""
    found: list[str] = []
    for part in counted.split(" و "):
        values = sorted(numbers(part))
        if scaled := _SCALED.fullmatch(part):
            scale = int(max(numbers(f"1 {scaled[3]}"), key=int))
            values = [f"{float(f'{scaled[1]}.{scaled[2]}') * scale:.0f}"]
        if found and values and _is_rest(values[0], of=found[-1]):
            values[0] = str(int(found.pop()) + int(values[0]))
        found.extend(values)
    return found or counted.split()


def _is_rest(less: str, *, of: str) -> bool:
    if not (less + of).isdigit() or 10_000 * int(less) < int(of):
        return False
    return any(int(of) % scale == 0 and int(less) < scale for scale in (10**9, 10**6, 1000))


@lru_cache(maxsize=100_000)
def _is_counted(word: str) -> bool:
    return bool(numbers(word)) or numbers(f"2 {word}") != {"2"}


def _is_value(token: str) -> bool:
    return token in _MONTHS or (token[0].isdigit() and token != "1")  # «أحد» is no quantity


@lru_cache(maxsize=100_000)
def _form(word: str) -> str:
    """What the spellings of a name have in common; the stem of a word of few consonants."""
    consonants = skeleton(stem(word)).translate(_SOUNDS)
    return consonants if len(consonants) >= 3 else stem(word)


def _missing(part: Set[str], whole: Set[str]) -> float:
    return len(part - whole) / len(part) if part else 0.0


def _share_most(one: _Reading, other: _Reading) -> bool:
    """Whether one holds most of the other, and each the other's lead."""
    shorter, longer = sorted((len(one.tokens), len(other.tokens)))
    fewer = min(len(one.shingles), len(other.shingles))
    new_in_lead = max(_missing(one.lead, other.known), _missing(other.lead, one.known))
    return (
        shorter >= max(_FEWEST_WORDS, LENGTH_RATIO * longer)
        and len(one.shingles & other.shingles) >= CONTAINMENT * fewer
        # A longer text that opens with something else is a digest that holds the shorter one.
        and new_in_lead <= min(_NEW_IN_LEAD, shorter / longer / 2)
    )


def _swap_values(one: _Reading, other: _Reading) -> bool:
    """Whether a number that only one text has stands where the other has one of its own."""
    only_one, only_other = one.values - other.values, other.values - one.values
    shared = [(i, other.anchors[pair]) for pair, i in one.anchors.items() if pair in other.anchors]
    for (i, j), (next_i, next_j) in pairwise(shared):
        here, there = one.tokens[i + 2 : next_i], other.tokens[j + 2 : next_j]
        is_slot = max(len(here), len(there)) <= _LONGEST_SLOT
        if is_slot and not (only_one.isdisjoint(here) or only_other.isdisjoint(there)):
            return True
    return False
