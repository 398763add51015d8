"""Text to lines, and what can be said of one line by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.arabic import content_stems, words

LONGEST_HEADLINE = 25  # words
LONGEST_CAPTION = 30
LONGEST_LINE = 1_000  # characters; what is longer is running text, whatever else it looks like

# Zero-width and bidi control marks, byte order marks, control characters, and lone surrogates,
# which cannot be written as UTF-8.
_DROPPED = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]"
)
_BLANKS = re.compile(r"\s+")
_BULLET = re.compile(r"[•·▪●◦‣►*–—-]\s")
_CLOSING = "\"'”’»)]"
_STOPS = ".؟?!…"
_INNER_STOP = re.compile(r"(?<![.\s(])(?<!\b\w)\.[\"'”’»)\]]*\s+\S")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; `has_gap` where a blank line stood before it."""

    text: str
    has_gap: bool = True
    place: int = 0  # among the lines of the page, from 0
    is_title: bool = False  # the page's markup says that it opens an article


class Cuts(dict[int, str]):
    """The rules by which lines were cut, by the place of the line: each rule notes what it did."""

    def note(self, rule: str, *lines: Line) -> None:
        """Say that lines were cut by a rule; a line that is kept in the end is not asked for."""
        for line in lines:
            self[line.place] = rule


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of a page: all of them, those of its main text, and why the others were cut."""

    every: Sequence[Line]
    main: Sequence[Line]
    cuts: Cuts


def tidy(text: str) -> str:
    """The text in one line, without invisible characters and runs of blanks."""
    return _BLANKS.sub(" ", _DROPPED.sub("", text)).strip()


def lines_of(text: str) -> list[Line]:
    """The lines that hold anything."""
    lines: list[Line] = []
    has_gap = True
    for line in text.splitlines():
        if tidied := tidy(line):
            lines.append(Line(tidied, has_gap, len(lines)))
        has_gap = not tidied
    return lines


def text_of(lines: Iterable[Line]) -> str:
    """The lines as a reader's text: a blank line where the page had one."""
    return "".join(("\n\n" if line.has_gap else "\n") + line.text for line in lines).strip()


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """The words of a line in normal form, joined by blanks, for comparison with known labels."""
    return " ".join(words(text[:400]))


def labels(listed: str) -> frozenset[str]:
    """Known labels, listed with Arabic commas between them, in the form of `plain`."""
    return frozenset(map(plain, listed.split("،")))


def count_words(text: str) -> int:
    """How many words a line has."""
    return text.count(" ") + 1


def is_bulleted(text: str) -> bool:
    """Whether the line is an item of a list."""
    return _BULLET.match(text) is not None


def is_paragraph(text: str) -> bool:
    """Whether the line is running text: it ends a sentence, or is too long for a headline."""
    length = count_words(text)
    if length > LONGEST_HEADLINE or len(text) > LONGEST_LINE or _INNER_STOP.search(text):
        return True
    unquoted = text.rstrip(_CLOSING)
    stops = len(unquoted) - len(unquoted.rstrip(_STOPS))
    # Headlines ask, exclaim and trail off; they do not end in one full stop.
    return bool(stops) and ((unquoted.endswith(".") and stops == 1) or length > 20)


def is_headline(text: str) -> bool:
    """Whether the line can stand above an article."""
    return not (is_paragraph(text) or is_bulleted(text) or text.endswith((":", "،", "؛", ",")))


def same_words(first: str, second: str) -> bool:
    """Whether two short lines say the same, marks and punctuation aside."""
    return first == second or (plain(first) == plain(second) != "")


def shared(headline: str, text: str) -> float:
    """The share of the words of a headline that a text repeats; 0 for fewer than two."""
    stems = set(content_stems(headline))
    both = len(stems & set(content_stems(text[:2000])))
    return both / len(stems) if both >= 2 else 0.0
