"""Text to citations: read the markers a model wrote, and find what a sentence really rests on."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rag.arabic import content_stems, normalise, sentences
from rag.types import Citation, Evidence

# [1]  [١]  [1، 2]  [1-3]  【2】  [المصدر 1]  (١)  with bidi marks anywhere inside and around it.
# The possessive quantifiers keep a long run of blanks from being tried in every partition.
_BIDI = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069"
_NUMBERS = rf"[\d{_BIDI}\s]++(?:[،,;؛و–-][\d{_BIDI}\s]++)*+"
_LABEL = rf"[{_BIDI}\s]*+(?:(?:ال)?(?:مصدر|مصادر|sources?)[{_BIDI}\s]*+:?[{_BIDI}\s]*+)?"
_MARKER = re.compile(
    rf"[{_BIDI}]*+(?:[\[【]{_LABEL}({_NUMBERS})[\]】]|\(({_LABEL})({_NUMBERS})\))[{_BIDI}]*+",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(\d+)\s*[–-]\s*(\d+)")
_DANGLING = re.compile(r"\s*[\[【][^\]】]*$")  # a marker cut off by the end of the text

_HINT = 0.15  # what the model's own marker is worth against coverage
_SECOND = 0.25  # what a second source must add to be cited too


def read_markers(text: str, known: Collection[int]) -> tuple[str, tuple[int, ...]]:
    """The text without its markers, and the known numbers they name, in order.

    >>> read_markers("زار الوفد المصنع (2019) يوم الأحد [المصدر ٢، 9].", {1, 2})
    ('زار الوفد المصنع (2019) يوم الأحد.', (2,))
    """
    found: list[int] = []

    def take(match: re.Match[str]) -> str:
        numbers = _expand(normalise(match[1] or match[3]))
        is_bare = match[3] is not None and not match[2].strip()
        if is_bare and not set(numbers) <= set(known):
            return match[0]  # a year or an amount in brackets is text
        found.extend(number for number in numbers if number in known)
        return ""

    bare = _DANGLING.sub("", _MARKER.sub(take, text))
    bare = re.sub(r"\s+([.،؛!؟?:])", r"\1", re.sub(r"[ \t]{2,}", " ", bare))
    return bare.strip(), tuple(dict.fromkeys(found))


def _expand(numbers: str) -> list[int]:
    spans = [(int(a), int(b)) for a, b in _RANGE.findall(numbers)]
    singles = [int(number) for number in re.findall(r"\d+", _RANGE.sub(" ", numbers))]
    # A range wider than any evidence list is a slip, and must not cost memory.
    return [n for a, b in spans for n in range(a, min(b, a + 50) + 1)] + singles


def split_draft(draft: str, known: Collection[int]) -> list[tuple[str, tuple[int, ...]]]:
    """The sentences a model wrote, each without markers and with the numbers it named."""
    # A marker after the full stop belongs to the sentence before it.
    moved = re.sub(rf"([.!؟?])\s*((?:{_MARKER.pattern})+)", r" \2\1", draft)
    parts = (read_markers(moved[start:end], known) for start, end in sentences(moved))
    return [(text, numbers) for text, numbers in parts if any(c.isalnum() for c in text)]


def attribute(
    sentence: str, evidence: Sequence[Evidence], *, hints: Collection[int] = ()
) -> tuple[Citation, ...]:
    """What a sentence rests on: the evidence that covers most of its content stems.

    A marker of the model only breaks near ties; a second source is cited where it adds much.
    """
    stems = set(content_stems(sentence))
    if not stems or not evidence:
        return ()
    covered = {item.number: stems & set(content_stems(item.quote)) for item in evidence}

    def worth(item: Evidence) -> float:
        return len(covered[item.number]) / len(stems) + _HINT * (item.number in hints)

    first = max(evidence, key=worth)
    if not covered[first.number]:
        return ()
    chosen = [first]
    rest = stems - covered[first.number]
    second = max(evidence, key=lambda item: len(covered[item.number] & rest))
    if len(covered[second.number] & rest) >= max(2, _SECOND * len(stems)):
        chosen.append(second)
    return tuple(Citation(item.number, item.passage, item.start, item.end) for item in chosen)
