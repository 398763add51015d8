"""Two articles that differ to the one sentence that quotes both."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from rag.arabic import as_shown, content_stems, is_allowed
from rag.clean.dates import explain_day
from rag.quotation import SHORTEST
from rag.types import Citation, Document, Evidence, Sentence
from rag.verify import is_taken_back

DIFFER = "مقالان يختلفان"  # the reason of such a sentence
_LONGEST = 25  # words of one quotation: what holds the value, not the whole story
_LONGEST_TITLE = 8
_DAY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_EDGES = " \t\n.،,؛;:!؟?"


@dataclass(frozen=True, slots=True)
class Side:
    """The words of one article; `start` and `end` of what decides are characters into them."""

    item: Evidence
    document: Document
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """What two articles say otherwise, in the order in which a reader is told."""

    one: Side
    other: Side

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of the evidence on both sides."""
        return frozenset((self.one.item.number, self.other.item.number))


def shown_within(conflict: Conflict, longest: int, *, wanted: Collection[str]) -> Sentence | None:
    """Both sides with where and when they appeared, in at most `longest` words.

    The quotations keep what decides and as many of the `wanted` stems as there is room for. None
    where that leaves either too short to tell anything.
    """
    one, other = _names(conflict)
    room = longest - len(f"ورد في {one} بينما ورد في {other}".split())
    sides = (conflict.one, conflict.other)
    lengths = [len(side.item.quote.split()) for side in sides]
    # What one of them does not need the other may have.
    first = min(_LONGEST, max(room // 2, room - min(lengths[1], _LONGEST)))
    last = min(_LONGEST, room - min(first, lengths[0]))
    if min(first, last) < SHORTEST:
        return None
    told, against = _cut(sides[0], first, wanted), _cut(sides[1], last, wanted)
    if not (told and against):
        return None
    head = f"ورد في {one}: {told[0]}"
    text = f"{head}، بينما ورد في {other}: {against[0]}"
    citations = (told[1], against[1])
    return Sentence(f"{text}.", citations, True, DIFFER, places=(len(head), len(text)))


def _cut(side: Side, longest: int, wanted: Collection[str]) -> tuple[str, Citation] | None:
    """The words around what decides, as the article has them, in quotation marks.

    Nothing where it denies or only supposes them in words for which there is no room.
    """
    quote = side.item.quote
    spans = [match.span() for match in re.finditer(r"\S+", quote)]
    first = next(i for i, (_, end) in enumerate(spans) if end > side.start)
    last = max(i for i, (start, _) in enumerate(spans) if start < side.end)
    last = min(last + 1, len(spans) - 1, first + longest - 1)  # what is counted
    start, stop = 0, len(spans)
    if len(spans) > longest:
        stems = [set(content_stems(quote[a:b])) for a, b in spans]
        starts = range(max(0, last + 1 - longest), min(first, len(spans) - longest) + 1)

        def worth(n: int) -> tuple[int, bool]:
            held = set(wanted).intersection(*[set().union(*stems[n : n + longest])])
            return len(held), n == 0 or quote[spans[n - 1][1] - 1] in _EDGES

        sound = [n for n in starts or [first] if not is_taken_back(quote[: spans[n][0]])]
        if not sound:
            return None
        start = max(sound, key=worth)
        stop = min(start + longest, len(spans))
    begin, end = spans[start][0], spans[stop - 1][1]
    end = begin + len(quote[begin:end].rstrip(_EDGES))
    shown = as_shown(quote[begin:end])
    item = side.item
    citation = Citation(item.number, item.passage, item.start + begin, item.start + end)
    return f"«{'…' * (start > 0)}{shown}{'…' * (stop < len(spans))}»", citation


def _names(conflict: Conflict) -> tuple[str, str]:
    """What each article is called: its outlet, or its title where that does not tell them apart."""
    sides = (conflict.one.document, conflict.other.document)
    sources = [_called(document.source or "") for document in sides]
    days = [_published(document) for document in sides]
    if sources[0] == sources[1] and days[0] == days[1]:
        sources = ["", ""]
    titles = [_called(document.title) for document in sides]
    bare = ("أحد المقالات", "مقال آخر")
    named = [
        source or (f"مقال {title}" if title else plain)
        for source, title, plain in zip(sources, titles, bare, strict=True)
    ]
    if named[0] == named[1]:
        named[1] = bare[1]
    one, other = (" ".join(filter(None, pair)) for pair in zip(named, days, strict=True))
    return one, other


def _called(name: str) -> str:
    """A name in quotation marks, cut where it is long; nothing if it is in another script."""
    spoken = "".join(filter(is_allowed, name)).translate(str.maketrans("«»", "“”")).split()
    if not spoken:
        return ""
    return f"«{' '.join(spoken[:_LONGEST_TITLE])}{'…' * (len(spoken) > _LONGEST_TITLE)}»"


def _published(document: Document) -> str:
    found = _DAY.match(document.published or "")
    if not found:
        return ""
    return f"({explain_day(found[0])}{'، تاريخ مستنتج' if document.is_inferred else ''})"
