"""Where the sentences of a text lie."""

from __future__ import annotations

import re

SENTENCES = "sentences/2"  # goes into each index: another name asks for a rebuild

# A run of stops is read once and from its beginning, however long it is.
_BOUNDARY = re.compile(r"(?<![.!?؟…])[.!?؟…]++[\"'”’»)\]]*+(?=\s|$)|\n+|؛(?=\s)")
_ABBREVIATION = re.compile(r"(?:^|[\s(«\"])(?:[^\W\d_]|د|أ|م|ص|ق|هـ|vs|Mr|Dr|No)\.$")
_TITLE_WITHIN = 1_000  # characters that are read to find a title
_LONGEST_TITLE = 100  # characters
_SHORTEST_HALF = 5  # words before a semicolon; «كريستوفر ستيفنز ؛» says nothing


def sentences(text: str, *, longest: int = 600) -> list[tuple[int, int]]:
    """The sentences of a text as (start, end) in characters, without the white space around them.

    A line ends a sentence; a full stop inside a number or after an initial does not, nor does a
    semicolon behind a few words. A sentence of more than `longest` characters is cut at a comma or,
    where there is none, at a space.

    >>> sentences("قال د. سامي: 2.3 مليون. وغادر!")
    [(0, 23), (24, 30)]
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _BOUNDARY.finditer(text):
        if _goes_on(text, start, match):
            continue
        _add_span(text, start, match.end(), longest=longest, spans=spans)
        start = match.end()
    _add_span(text, start, len(text), longest=longest, spans=spans)
    return spans


def _goes_on(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a sentence that begins at `start` goes on behind a sign that might end it."""
    place = match.start()
    if match[0][0] == ".":
        return bool(_ABBREVIATION.search(text, max(start, place - 4), place + 1))
    return match[0] == "؛" and len(text[start:place].split()) < _SHORTEST_HALF


def _add_span(
    text: str, start: int, end: int, *, longest: int, spans: list[tuple[int, int]]
) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > longest:
        window = text[start : start + longest]
        cut = max(window.rfind("،"), window.rfind(","))
        cut = cut if cut > longest // 2 else window.rfind(" ")
        cut = cut + 1 if cut > longest // 4 else longest
        spans.append((start, start + len(text[start : start + cut].rstrip())))
        start += cut
        while start < end and text[start].isspace():
            start += 1
    if end > start:
        spans.append((start, end))


def title_from(text: str) -> str:
    """What a text without a title is called: its first sentence, cut at a comma or a word.

    >>> title_from("وصل الوفد إلى المدينة. ثم غادر.")
    'وصل الوفد إلى المدينة'
    """
    start, end = sentences(text := text.lstrip()[:_TITLE_WITHIN])[0]
    sentence = text[start:end].rstrip(" .")
    if len(sentence) <= _LONGEST_TITLE:
        return sentence
    window = sentence[: _LONGEST_TITLE + 1]
    clause = max(window.rfind(mark) for mark in "،؛,")
    if clause >= _LONGEST_TITLE * 0.4:
        return window[:clause]
    return window[: window.rfind(" ")] + "…" if " " in window else window[:-1] + "…"
